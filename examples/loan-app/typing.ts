// 入力の手助け: 全角と半角、カンマ、ハイフンの種類、ひらがなの違いを受け入れる。

/** フォームの欄の文字。ファイルや重複した欄は空とする。 */
export const textOf = (form: Readonly<Record<string, unknown>>, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.slice(0, 200) : '';
};

/** 前後の空白を除き、全角の英数字を半角に、半角カナを全角にする。 */
export const tidy = (text: string): string => text.normalize('NFKC').trim();

/** 金額や年数: カンマ、空白、単位を除く。「３，０００万円」は 3000。 */
export const digitsOf = (text: string): string =>
  tidy(text).replaceAll(/[,、\s]|万?円$|[年月日人]$/gu, '');

/** 電話番号や郵便番号: 横棒の種類をそろえる。 */
export const hyphened = (text: string): string => tidy(text).replaceAll(/[‐‑–—―−ーｰ]/gu, '-');

/** ひらがなをカタカナにする。 */
export const katakana = (text: string): string =>
  tidy(text).replaceAll(/[ぁ-ゖ]/gu, (char) =>
    String.fromCodePoint((char.codePointAt(0) ?? 0) + 0x60),
  );

/** 3桁ごとにカンマを入れる。 */
export const withCommas = (digits: string): string =>
  /^\d+$/.test(digits) ? digits.replaceAll(/\B(?=(\d{3})+$)/g, ',') : digits;
