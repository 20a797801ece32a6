import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import { desktopFindings, findingsOf, outlineOf, phoneFindings } from './checks.js';
import { loanTour } from './loan.js';

const chromium = findPart('chromium');

/** What a screen reader names on the main screens, in order. */
const spoken: Readonly<Record<string, string>> = {
  'apply-wrong': `heading "お申込み内容の入力" [level=1]
region "入力内容に3件の誤りがあります"
heading "入力内容に3件の誤りがあります" [level=2]
link "生年月日は、実在する日付を入力してください。"
link "お借入れ希望額は、万円単位の数字で入力してください。"
link "ご返済期間は、1年以上35年以下で入力してください。"
heading "お客さまについて" [level=2]
textbox "お名前 ※必須": 番号 花子
textbox "フリガナ ※必須": バンゴウ ハナコ
group "生年月日 ※必須"
combobox "元号または西暦"
textbox "年": "2026"
textbox "月": "2"
textbox "日" [invalid]: "30"
textbox "郵便番号 ※必須": 100-0000
textbox "ご住所 ※必須": 見本県見本市見本1-2-3
textbox "電話番号 ※必須": 090-0000-0000
textbox "メールアドレス ※必須": hanako@example.com
heading "お勤め先と収入" [level=2]
group "お勤めの形態 ※必須"
radio "会社員" [checked]
radio "公務員"
radio "自営業、会社役員"
radio "年金を受給"
radio "その他"
textbox "お勤め先の名称": 見本商事株式会社
textbox "前年の年収（税込） ※必須": "520"
heading "お借入れについて" [level=2]
textbox "お借入れ希望額 ※必須" [invalid]: ３，０００万
textbox "ご返済期間 ※必須" [invalid]: "99"
button "次へ進む（所得の情報）"
link "戻る"`,
  consent: `heading "所得の情報のご提出" [level=1]
heading "マイナポータルから取得する" [level=2]
button "マイナポータルから取得する"
heading "ご自身で入力する" [level=2]
button "自分で入力する"
link "戻る"
group: 書類でのお手続きもできます`,
  waiting: `heading "情報を取得しています" [level=1]
status: マイナポータルから情報を取得しています。しばらくお待ちください。
link "状況を確認する"
button "取得を中止して自分で入力する"`,
  'income-edited': `heading "所得の情報" [level=1]
region "入力内容に1件の誤りがあります"
heading "入力内容に1件の誤りがあります" [level=2]
link "給与収入は、円単位の数字12桁以内で入力してください。"
heading "所得（地方税）" [level=2]
group "マイナポータルから取得（サンプル市、2026年6月1日時点）"
group
textbox "修正後の給与収入" [invalid]: 五百万
group: 合計所得金額を修正する
group: 所得控除の合計を修正する
heading "年金" [level=2]
group "マイナポータルから取得（日本年金機構、2026年9月1日時点）"
textbox "年金額（年額） ※任意"
heading "世帯" [level=2]
group "マイナポータルから取得（サンプル市、2026年5月17日時点）"
group: 世帯員数を修正する
button "確認画面へ進む"
button "取得した情報を破棄して、自分で入力する"
group: 書類でのお手続きもできます`,
  'confirm-not-agreed': `heading "お申込み内容のご確認" [level=1]
region "入力内容に1件の誤りがあります"
heading "入力内容に1件の誤りがあります" [level=2]
link "お申込みには、個人情報のお取扱いへの同意が必要です。"
heading "お客さまについて" [level=2]
link "お客さまについてを修正する"
heading "お勤め先と収入" [level=2]
link "お勤め先と収入を修正する"
heading "お借入れについて" [level=2]
link "お借入れについてを修正する"
heading "所得の情報" [level=2]
link "所得の情報を修正する"
link "個人情報のお取扱い（新しいタブで開きます）"
checkbox "個人情報のお取扱いに同意します ※必須" [invalid]
button "この内容で申し込む"
link "戻る"`,
  receipt: `heading "お申込みを受け付けました" [level=1]
heading "ご提供いただいた情報" [level=2]
link "控えを表示する（印刷用）"
heading "これからのお手続き" [level=2]
heading "お申込みの取下げ" [level=2]
link "お申込みを取り下げる"
link "トップページへ"`,
};

describe.skipIf(chromium.missing)("every screen of the bank's demo", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  it('can be read, seen and used by keyboard on a phone, in light and dark', async () => {
    const outlines: Record<string, string> = {};
    const found = await findingsOf(browser, loanTour, 'ja', async (screen, page) => {
      if (spoken[screen.name]) outlines[screen.name] = await outlineOf(page);
      return phoneFindings(screen, page);
    });
    expect(found).toEqual([]);
    expect(outlines).toEqual(spoken);
  });

  it('can be read and seen on a desktop in English, and has no Japanese there', async () => {
    const found = await findingsOf(browser, loanTour, 'en', async (screen, page) => {
      const text = await page.evaluate<string>(`(() => {
        const copy = document.body.cloneNode(true);
        for (const element of copy.querySelectorAll('[lang=ja], .demo')) element.remove();
        return copy.textContent;
      })()`);
      return [...japaneseIn(text), ...(await desktopFindings(screen, page))];
    });
    expect(found).toEqual([]);
  });
});

/** Returns Japanese in an English text, except for terms in brackets and for field names. */
function japaneseIn(text: string): string[] {
  const bare = text.replaceAll(/\(未申告\)|\(課税証明書\)|“[^”]*”/g, '');
  return bare.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]+/gu) ?? [];
}
