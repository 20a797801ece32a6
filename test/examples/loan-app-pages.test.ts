import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  apply,
  arrive,
  cards,
  fetchIncome,
  findings,
  type LoanDemo,
  openLoanDemo,
  openPage,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';
import { sized } from '../kit/size.js';

/** The rules of axe for the second look at a page, in English and dark mode. */
const { secondRules } = sized<{ secondRules: 'all' | 'look' }>({
  usual: { secondRules: 'look' },
  full: { secondRules: 'all' },
  soak: { secondRules: 'all' },
});

const chromium = findPart('chromium');
const desktop = { width: 1280, height: 900 };
const phone = { width: 360, height: 740 };

/** Returns Japanese in an English text, except for terms in brackets and for field names. */
function japaneseIn(text: string): string[] {
  const bare = text.replaceAll(/\(未申告\)|\(課税証明書\)|“[^”]*”/g, '');
  return bare.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]+/gu) ?? [];
}

describe.skipIf(chromium.missing)("the bank's pages", () => {
  let browser: Browser;
  let demo: LoanDemo;
  let page: Page;
  let devtools: CDPSession;

  beforeAll(async () => {
    browser = await openChromium();
    demo = await openLoanDemo();
    page = await openPage(browser);
    devtools = await page.context().newCDPSession(page);
  });

  beforeEach(async () => {
    await demo.restart();
    await page.context().clearCookies();
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  /** Visits every kind of page, one after the other. */
  async function walk(visit: (name: string) => Promise<void>): Promise<void> {
    await page.goto(demo.origin);
    await visit('start');
    await page.goto(await agreed(page.request, demo, cards.hanako));
    await visit('progress');
    await arrive(page, demo);
    await visit('filled');
    await page.getByRole('button', { name: /この内容で申し込む|Apply with this/ }).click();
    await visit('done');
    await fetchIncome(page, demo, cards.pensioner);
    await visit('several holders');
    await page.getByRole('button', { name: /破棄して自分で|Discard it and enter/ }).click();
    await visit('by hand');
    await fetchIncome(page, demo, cards.newcomer);
    await visit('nothing on record');
    await fetchIncome(page, demo, cards.another, '番号 花子');
    await visit('wrong person');
    for (const stop of ['declined', 'foreign-browser']) {
      await page.goto(`${demo.origin}/stopped/${stop}`);
      await visit(stop);
    }
    await demo.order({ time: '2026-12-20T03:00:00+09:00' });
    await page.goto(demo.origin);
    await visit('closed at the start');
    await apply(page, demo, '番号 花子');
    await visit('closed');
  }

  /** Changes the settings of the browser, by which the next pages choose their language. */
  async function prefer(acceptLanguage: 'ja-JP' | 'en-US', colorScheme: 'light' | 'dark') {
    await devtools.send('Network.deleteCookies', { name: 'language', url: demo.origin });
    await devtools.send('Emulation.setUserAgentOverride', { userAgent: 'any', acceptLanguage });
    await page.emulateMedia({ colorScheme });
  }

  async function resize({ width, height }: typeof phone) {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await devtools.send('Emulation.setDeviceMetricsOverride', metrics);
  }

  /** Returns the language, how many pixels do not fit into the width, and texts in Japanese. */
  async function look(): Promise<{ lang: string; excess: number; japanese: string[] }> {
    const { text, ...seen } = (await page.evaluate(`(() => {
      const { lang, scrollWidth, clientWidth } = document.documentElement;
      const copy = document.body.cloneNode(true);
      for (const element of copy.querySelectorAll('[lang=ja]')) element.remove();
      return { lang, excess: scrollWidth - clientWidth, text: copy.textContent };
    })()`)) as { lang: string; excess: number; text: string };
    return { ...seen, japanese: japaneseIn(text) };
  }

  it('pass axe, do not scroll sideways, and use one language: in Japanese and light, and in English and dark', async () => {
    let looked = 0;
    await resize(phone);
    await walk(async (name) => {
      expect(await look(), name).toMatchObject({ lang: 'ja', excess: 0 });
      expect(await findings(page), name).toEqual([]);
      await resize(desktop);
      expect(await look(), name).toMatchObject({ excess: 0 });

      await prefer('en-US', 'dark');
      await page.reload();
      expect(await look(), name).toEqual({ lang: 'en', excess: 0, japanese: [] });
      expect(await findings(page, secondRules), name).toEqual([]);
      await resize(phone);
      expect(await look(), name).toMatchObject({ excess: 0 });
      await prefer('ja-JP', 'light');
      looked++;
    });
    expect(looked).toBe(12);
    await devtools.send('Emulation.clearDeviceMetricsOverride');
  });

  it('are checked by an axe that reports a real fault', async () => {
    await page.goto(`${demo.origin}/hand`);
    await page.evaluate(`document.querySelector('label').remove()`);
    for (const rules of ['all', 'look'] as const)
      expect(await findings(page, rules)).toEqual([
        expect.stringMatching(/^label: <input id="salary"/),
      ]);
  });

  it('are drawn with Japanese glyphs in one typeface', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await devtools.send('DOM.enable');
    await devtools.send('CSS.enable');
    const { root } = await devtools.send('DOM.getDocument');
    const used = new Set<string>();
    for (const selector of ['h1', '.lead', 'legend', 'label', 'button', 'small']) {
      const { nodeId } = await devtools.send('DOM.querySelector', {
        nodeId: root.nodeId,
        selector,
      });
      const { fonts } = await devtools.send('CSS.getPlatformFontsForNode', { nodeId });
      expect(fonts.length, selector).toBeGreaterThan(0);
      for (const { familyName } of fonts) used.add(familyName);
    }
    expect([...used]).toEqual([expect.stringMatching(/CJK JP|Noto Sans JP|Hiragino|Gothic/)]);
  });

  it('have the right names and order for a screen reader: the start', async () => {
    await page.goto(demo.origin);
    expect(await page.getByRole('banner').ariaSnapshot()).toBe(`- banner:
  - link "みほん銀行":
    - /url: /
  - text: 架空の銀行です
  - link "English":
    - /url: "?lang=en"`);
    expect(await page.getByRole('main').ariaSnapshot()).toBe(`- main:
  - list "お手続きの流れ":
    - listitem: 1 お申込み内容
    - listitem: 2 所得の情報
    - listitem: 3 受付
  - heading "住宅ローン 事前審査のお申込み" [level=1]
  - paragraph: 所得の情報は、マイナンバーカードを使ってマイナポータルから取得できます。課税証明書を取り寄せる必要はありません。
  - heading "お客さまについて" [level=2]
  - text: お名前 マイナンバーカードのとおりに入力してください
  - textbox "お名前": 番号 花子
  - text: 生年月日
  - textbox "生年月日": 1989-03-31
  - heading "お借入れについて" [level=2]
  - text: お借入れ希望額（万円）
  - textbox "お借入れ希望額（万円）": "3500"
  - text: ご返済期間（年）
  - textbox "ご返済期間（年）": "35"
  - heading "所得の情報" [level=2]
  - heading "取得する情報" [level=3]
  - list:
    - listitem: 所得（地方税） 直近の年度の給与収入、合計所得、所得控除
    - listitem: 年金 受けている年金の種別と年額
    - listitem: 世帯 世帯主の氏名、続柄、世帯員数。ご本人の情報であることの確認にも使います
  - heading "ご用意いただくもの" [level=3]
  - list:
    - listitem: マイナンバーカード
    - listitem: 利用者証明用電子証明書の暗証番号（数字4桁）
    - listitem: マイナンバーカードを読み取れるスマートフォン、またはパソコンとカードリーダ（インターネットに接続できるもの）
  - heading "利用目的" [level=3]
  - paragraph: 住宅ローンの事前審査のため
  - heading "保持期間" [level=3]
  - paragraph: 同意日の翌日から30日間（本日同意した場合、2026年12月31日まで）
  - paragraph: ただいま取得できます
  - button "マイナポータルから所得情報を取得する"
  - paragraph: 次に、マイナポータルの画面で提供する情報を確認し、同意します。同意の前でも後でも、いつでも中止できます。
  - paragraph:
    - button "自分で入力する"
  - group: 書類でのお手続きもできます`);
  });

  it('have the right names and order for a screen reader: waiting, checking, and closed until Monday', async () => {
    await page.goto(await agreed(page.request, demo, cards.hanako));
    const steps = `  - list "お手続きの流れ":
    - listitem: 1 お申込み内容
    - listitem: 2 所得の情報
    - listitem: 3 受付`;
    expect(await page.getByRole('main').ariaSnapshot()).toBe(`- main:
${steps}
  - heading "情報を取得しています" [level=1]
  - status: マイナポータルから情報を取得しています。しばらくお待ちください。
  - paragraph: すべての機関から情報が届くまで、しばらくかかることがあります。
  - link "状況を確認する":
    - /url: /income
  - button "取得を中止して自分で入力する"`);

    await arrive(page, demo);
    expect(
      await page.getByRole('group').first().ariaSnapshot(),
    ).toBe(`- group "サンプル市 2026年6月1日時点 マイナポータルから取得":
  - text: サンプル市 2026年6月1日時点 マイナポータルから取得 課税年度
  - textbox "課税年度": 2026年度
  - text: 取得項目「課税年度」 給与収入
  - textbox "給与収入": 5,200,000円
  - text: 取得項目「給与収入金額」 合計所得金額
  - textbox "合計所得金額": 3,720,000円
  - text: 取得項目「合計所得金額」 所得控除の合計
  - textbox "所得控除の合計": 1,230,000円
  - text: 取得項目「所得控除合計額」`);
    // What a screen reader says about a value: its holder, its date and its field.
    const described = await page.getByLabel('合計所得金額').evaluate((input) =>
      String(input.getAttribute('aria-describedby'))
        .split(' ')
        .map((id) => input.ownerDocument.getElementById(id)?.textContent)
        .join('、'),
    );
    expect(described).toBe('サンプル市 2026年6月1日時点、取得項目「合計所得金額」');

    await demo.order({ time: '2026-12-20T03:00:00+09:00' });
    await apply(page, demo, '番号 花子');
    expect(await page.getByRole('main').ariaSnapshot()).toBe(`- main:
${steps}
  - heading "ただいま情報を取得できません" [level=1]
  - paragraph: 情報の取得に必要なシステムが停止しています。次の時刻以降に、もう一度お試しください。
  - paragraph:
    - text: 次に取得できる予定
    - strong: 12月21日(月) 8:00
  - button "自分で入力する"
  - link "最初からやり直す":
    - /url: /
  - heading "項目ごとの状況" [level=2]
  - term: 所得（地方税）
  - definition: 12月21日(月) 0:00 から 住民基本台帳ネットワークは、原則として毎月第3土曜22時から翌日曜8時まで計画停止します。
  - term: 年金
  - definition: "12月21日(月) 8:00 から 地方公務員の共済組合のシステムは、運用時間外です（運用時間: 平日8時〜21時）。"
  - term: 世帯
  - definition: 12月21日(月) 0:00 から 住民基本台帳ネットワークは、原則として毎月第3土曜22時から翌日曜8時まで計画停止します。
  - heading "書類でのお手続き" [level=2]
  - paragraph: 市区町村が発行する課税証明書（直近の年度）を、窓口または郵送でお取り寄せのうえ、郵送か店頭でご提出ください。
  - paragraph: "送付先: 〒000-0000 見本県見本市見本1-2-3 みほん銀行 ローン受付係"`);
  });

  it('can be used by keyboard alone and show the focus', async () => {
    await page.goto(demo.origin);
    const stops: string[] = [];
    for (let press = 0; press < 20 && stops.at(-1) !== '自分で入力する'; press++) {
      await page.keyboard.press('Tab');
      const [name, outline] = (await page.evaluate(
        `[document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]`,
      )) as [string, string];
      expect(outline, name).toBe('solid');
      if (stops.at(-1) !== name) stops.push(name);
    }
    expect(stops).toEqual([
      'みほん銀行',
      'English',
      'お名前',
      '生年月日',
      'お借入れ希望額（万円）',
      'ご返済期間（年）',
      'マイナポータルから所得情報を取得する',
      '自分で入力する',
    ]);
  });
});
