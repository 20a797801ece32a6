import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  cards,
  fetchIncome,
  findings,
  type LoanDemo,
  openLoanDemo,
  openPage,
  toConsent,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

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
