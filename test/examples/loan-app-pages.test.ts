import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  arrive,
  cards,
  fetchIncome,
  findings,
  type LoanDemo,
  openLoanDemo,
  openPage,
  toConsent,
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
    const next = () => page.locator('main form button').first().click();
    for (const path of ['', 'privacy', 'apply']) {
      await page.goto(`${demo.origin}/${path}`);
      await visit(path === '' ? 'top' : path);
    }
    await page.locator('#name').fill('');
    await page.locator('#day').fill('32');
    await page.locator('main form button').click();
    await visit('application with faults');
    await toConsent(page, demo, '番号 花子');
    await visit('consent');
    await page.goto(await agreed(page.request, demo, cards.hanako));
    await visit('progress');
    await arrive(page, demo);
    await visit('filled');
    await page.locator('details.edit summary').first().click();
    await page.locator('#salary-0').fill('x');
    await next();
    await visit('filled with faults');
    await page.locator('#salary-0').fill('5000000');
    await next();
    await visit('confirm');
    await next();
    await visit('confirm with faults');
    await page.getByRole('checkbox').check();
    await next();
    await visit('receipt');
    for (const path of ['receipt/copy', 'review', 'withdraw']) {
      await page.goto(`${demo.origin}/${path}`);
      await visit(path);
    }
    await next();
    await visit('withdrawn');
    await fetchIncome(page, demo, cards.pensioner);
    await visit('several holders');
    await page.getByRole('button', { name: /を破棄して|Discard what/ }).click();
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
    await toConsent(page, demo, '番号 花子');
    await visit('closed at the consent');
    await page.locator('button[value=fetch]').click();
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
      for (const element of copy.querySelectorAll('[lang=ja], .demo')) element.remove();
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
    expect(looked).toBe(23);
    await devtools.send('Emulation.clearDeviceMetricsOverride');
  });

  it('are checked by an axe that reports a real fault', async () => {
    await page.goto(`${demo.origin}/apply`);
    await page.evaluate(`document.querySelector('label').remove()`);
    for (const rules of ['all', 'look'] as const)
      expect(await findings(page, rules)).toContainEqual(
        expect.stringMatching(/^label: <input id="name"/),
      );
  });

  it('are drawn with Japanese glyphs in one typeface', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await devtools.send('DOM.enable');
    await devtools.send('CSS.enable');
    const { root } = await devtools.send('DOM.getDocument');
    const used = new Set<string>();
    for (const selector of ['h1', '.lead', '.source', 'summary', 'button', '.value']) {
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

  it('are named and ordered for a screen reader: the application', async () => {
    await page.goto(`${demo.origin}/apply`);
    const main = await page.getByRole('main').ariaSnapshot();
    for (const part of [
      '- textbox "お名前 ※必須": 番号 花子',
      '- textbox "フリガナ ※必須": バンゴウ ハナコ',
      '- group "生年月日 ※必須"',
      '- option "平成" [selected]',
      '- radio "会社員" [checked]',
      '- textbox "お借入れ希望額 ※必須": 3,500',
    ])
      expect(main).toContain(part);
    const order = ['お客さまについて', 'お勤め先と収入', 'お借入れについて'].map((heading) =>
      main.indexOf(`heading "${heading}"`),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('describe a fetched value by its holder and date, and say so while it is edited', async () => {
    await fetchIncome(page, demo, cards.hanako);
    const group = page.getByRole('group', {
      name: 'マイナポータルから取得（サンプル市、2026年6月1日時点）',
    });
    expect(await group.innerText()).toMatch(/合計所得金額\s+3,720,000円/);
    await group.getByText('合計所得金額を修正する').click();
    expect(await describedBy('#total-0')).toBe(
      'マイナポータルから取得（サンプル市、2026年6月1日時点） 修正した値は「ご自身による入力」として審査します。書類の提出をお願いすることがあります。 円',
    );
  });

  it('start with the faults when there are any: title, focus, links to the fields', async () => {
    await page.goto(`${demo.origin}/apply`);
    await page.locator('#kana').fill('123');
    await page.locator('#years').fill('99');
    await page.locator('main form button').click();
    expect(await page.title()).toBe('エラー: お申込み内容の入力 | みほん銀行');
    expect(await page.evaluate('document.activeElement.className')).toBe('faults');
    expect(await page.locator('.faults').innerText()).toMatch(/入力内容に2件の誤りがあります/);
    await page.locator('.faults a').last().click();
    expect(await page.evaluate('document.activeElement.id')).toBe('years');
    expect(await describedBy('#years')).toBe(
      '1年以上35年以下。例: 35 年 エラー: ご返済期間は、1年以上35年以下で入力してください。',
    );
  });

  it('have no text below 14 px, and nothing to press below 44 px', async () => {
    await resize(phone);
    await walk(async (name) => {
      const small = await page.evaluate(`(() => {
        const outside = (element) => element.closest('.demo, .skip, details:not([open]) > :not(summary)');
        const texts = [...document.querySelectorAll('body *')].filter((element) =>
          !outside(element) && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) &&
          parseFloat(getComputedStyle(element).fontSize) < 14);
        const targets = [...document.querySelectorAll('button, select, input:not([type=hidden], [type=radio], [type=checkbox]), a.primary, a.secondary, summary')]
          .filter((element) => !outside(element) && element.getBoundingClientRect().height > 0 && element.getBoundingClientRect().height < 44);
        return [...texts, ...targets].map((element) => element.outerHTML);
      })()`);
      expect(small, name).toEqual([]);
    });
  });

  /** What a screen reader says about a field after its name. */
  const describedBy = (field: string) =>
    page.locator(field).evaluate((input) =>
      String(input.getAttribute('aria-describedby'))
        .split(' ')
        .map((id) => input.ownerDocument.getElementById(id)?.textContent)
        .join(' '),
    );

  it('can be used by keyboard alone and show the focus', async () => {
    await toConsent(page, demo, '番号 花子');
    await page.waitForLoadState();
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
      '本文へ移動',
      'みほん銀行',
      'English',
      'マイナポータルから取得する',
      '自分で入力する',
    ]);
  });
});
