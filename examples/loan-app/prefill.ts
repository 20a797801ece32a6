// 取得した情報を申込フォームの欄にする。それぞれの値に出どころを添え、申込者の情報かどうかを確かめる。
import { housingLoan, type ItemKey, type LoanAnswer } from './service.js';

/** フォームの欄。name は取得項目、source はどの機関の、いつ時点の情報か。 */
export interface FilledField {
  readonly name: string;
  /** null は記載なし。0 とは違うので、0 にしてはならない。 */
  readonly value: string | number | null;
  readonly source: { readonly holder: string; readonly asOf: string };
}

export interface FilledItem {
  readonly key: ItemKey;
  readonly answer: LoanAnswer['items'][ItemKey];
  /** 保有機関の記録ごとの欄。転居した人や複数の年金を受ける人は、機関が複数になる。 */
  readonly records: readonly (readonly FilledField[])[];
}

/** フォームに使う取得項目。保有機関が返しても、審査に要らない項目は使わない。 */
const used: Readonly<Record<ItemKey, readonly string[]>> = {
  income: ['課税年度', '給与収入金額', '合計所得金額', '所得控除合計額'],
  pension: ['年金種別', '年金額'],
  household: ['世帯主氏名', '続柄', '世帯員数'],
};

/** reveal() は、同意いただいた期間が過ぎるとエラーになる。画面に出すたびに呼び、値を保存しない。 */
export function prefill(answer: LoanAnswer): readonly FilledItem[] {
  return (['income', 'pension', 'household'] as const).map((key) => {
    const item = answer.items[key];
    if (item.status !== 'present') return { key, answer: item, records: [] };
    const records = item.reveal().map(({ holder, asOf, fields }) => {
      const values = new Map<string, string | number | null | undefined>(Object.entries(fields));
      const source = {
        holder,
        asOf: asOf ?? String(values.get(housingLoan.items[key].latestBy) ?? ''),
      };
      return used[key].map((name) => ({ name, value: values.get(name) ?? null, source }));
    });
    return { key, answer: item, records };
  });
}

/** 収入の金額が一つでも読み取れたか。該当なしや未申告は、収入がないこととは違う。 */
export function hasAmounts(items: readonly FilledItem[]): boolean {
  const amounts = ['給与収入金額', '合計所得金額', '年金額'];
  return items.some(({ records }) =>
    records.flat().some(({ name, value }) => amounts.includes(name) && value !== null),
  );
}

/**
 * 取得した情報が申込者のものか。API はそれを保証しない: 分かるのは、誰かがこのブラウザでカードと暗証番号を使ったことだけ。
 * サンドボックスの情報では世帯主の氏名しか比べられない。実際のデータレイアウトに住所や生年月日があれば、それも比べる。
 */
export function compareNames(
  answer: LoanAnswer,
  applicant: string,
): 'same' | 'different' | 'unknown' {
  const { household } = answer.items;
  if (household.status !== 'present') return 'unknown';
  const own = household.reveal().filter(({ fields }) => fields.続柄 === '世帯主');
  if (own.length === 0) return 'unknown';
  return own.some(({ fields }) => plain(fields.世帯主氏名) === plain(applicant))
    ? 'same'
    : 'different';
}

/** 全角と半角、空白の違いは無視する。 */
const plain = (name: string) => name.normalize('NFKC').replaceAll(/\s/gu, '');
