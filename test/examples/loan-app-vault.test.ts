import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  arrive,
  askForIncome,
  cards,
  fetchIncome,
  findings,
  finish,
  finishByHttp,
  type LoanDemo,
  openLoanDemo,
  openPage,
  shownAs,
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

describe.skipIf(chromium.missing)("the citizen's information in the bank's vault", () => {
  let browser: Browser;
  let demo: LoanDemo;
  let page: Page;

  beforeAll(async () => {
    browser = await openChromium();
    demo = await openLoanDemo();
    page = await openPage(browser);
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  beforeEach(async () => {
    await demo.restart();
    await page.context().clearCookies();
  });

  const main = () => page.getByRole('main').innerText();
  const box = () => page.getByRole('complementary', { name: /デモの操作盤|Demo controls/ });
  const open = async () => {
    if ((await box().getByRole('group').getAttribute('open')) === null)
      await box()
        .getByText(/デモの操作盤|Demo controls/)
        .click();
  };
  const press = async (name: string | RegExp) => {
    await open();
    await box().getByRole('button', { name }).click();
  };
  /** The value of a row of the reviewer's table. */
  const reviewed = (label: string) =>
    page.getByRole('row', { name: label }).getByRole('cell').first().innerText();

  /** Applies by HTTP, and opens the reviewer's page. */
  async function review(): Promise<void> {
    await askForIncome(page.request, demo, cards.hanako);
    await finishByHttp(page.request, demo);
    await page.goto(`${demo.origin}/review`);
  }

  it('is kept when the citizen applies, and read for the same purpose', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await finish(page);
    await open();
    await box()
      .getByRole('link', { name: /審査の画面/ })
      .click();
    expect(page.url()).toBe(`${demo.origin}/review`);
    const text = await main();
    expect(text).toMatch(
      /事前審査 HL-\d{9}[\s\S]+利用目的\s+住宅ローンの事前審査のため\s+取得した情報の保持期限\s+2026年12月31日まで/,
    );
    expect(await reviewed('合計所得金額')).toBe('3,720,000円');
    expect(demo.events().slice(0, 1)).toEqual(['put']);
    expect(new Set(demo.events().slice(1))).toEqual(new Set(['read']));
    await open();
    const shown = await box().innerText();
    expect(shown).toMatch(/受付番号 HL-\d{9} の審査/);
    expect(shown).not.toMatch(/3,720,000/);
  });

  it('is refused for another purpose, and stays readable for its own', async () => {
    await review();
    await press(/別の目的/);
    expect(await box().getByRole('status').innerText()).toBe(
      '拒否されました。同意された目的は「住宅ローンの事前審査」だけです。',
    );
    expect(await box().innerText()).toMatch(/拒否\s+marketing\s+カードローンのご案内/);
    expect(await reviewed('合計所得金額')).toBe('3,720,000円');
    expect(demo.events().slice(-2)).toEqual(['refused', 'read']);
  });

  it('is gone after the retention, for every purpose', async () => {
    await review();
    await press(/保持期間が終わった翌日/);
    expect(await box().innerText()).toContain('2027年1月1日(金) 10:00');
    const text = await main();
    expect(text).toContain('取得した情報は消去されました');
    expect(text).toContain('同意された保持期間が終わったため、取得した情報は読み出せません。');
    expect(await page.content()).not.toContain('3,720,000');
    expect(await box().innerText()).toContain('期間の終わったものを消去');
    await press(/別の目的/);
    expect(await box().getByRole('status').innerText()).toBe(
      '読み出せません。保持期間が終わり、消去されました。',
    );
    // The vault's time does not run backwards, so the first morning is a new demo without data.
    await demo.order({ time: '2026-12-01T10:00:00+09:00' });
    await page.goto(`${demo.origin}/review`);
    expect(page.url()).toBe(`${demo.origin}/`);
  });

  it('is there to the last day of the retention', async () => {
    await review();
    await demo.order({ time: '2026-12-31T23:59:59+09:00' });
    await page.reload();
    expect(await reviewed('合計所得金額')).toBe('3,720,000円');
    demo.clock.advance(1_000);
    await page.reload();
    expect(await main()).toContain('取得した情報は消去されました');
  });

  it('is erased when the citizen discards it', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await page.getByRole('button', { name: '取得した情報を破棄して、自分で入力する' }).click();
    expect(demo.events().filter((type) => type !== 'read')).toEqual(['put', 'erased']);
    await demo.order({ kept: 'marketing' });
    expect(demo.state.tried).toBe('gone');
    await page.goto(`${demo.origin}/review`);
    expect(page.url()).toBe(`${demo.origin}/`);
  });

  it('is gone when the retention ends before the citizen has applied', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await demo.order({ kept: 'over' });
    await page.reload();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(
      '取得した情報は消去されました',
    );
    expect(await main()).toContain('お申込みの前に消去しました。');
    await page.getByRole('link', { name: '最初からやり直す' }).click();
    expect(page.url()).toBe(`${demo.origin}/consent`);
  });

  it("is not kept for another person's answer, nor for an income entered by hand", async () => {
    await fetchIncome(page, demo, cards.another, '番号 花子');
    expect(demo.events()).toEqual([]);
    await page.getByRole('button', { name: '自分で入力する' }).click();
    await page.getByLabel('給与収入').fill('5200000');
    await page.getByLabel('合計所得金額').fill('3720000');
    await finish(page);
    await open();
    expect(await box().innerText()).toContain('まだ何も保管していません。');
    await page.goto(`${demo.origin}/review`);
    expect(await main()).toContain('マイナポータルからの取得はありません。');
  });

  it('is replaced and erased when another tab completes a later consent', async () => {
    // The second tab makes its requests without a page.
    const { request } = page;
    const [first, later] = [
      await agreed(request, demo, cards.hanako),
      await agreed(request, demo, cards.hanako),
    ];
    await page.goto(first);
    await arrive(page, demo);
    expect(demo.events()).toEqual(['put']);
    await request.get(later);
    demo.clock.advance(1_000);
    const shown = await request.get(`${demo.origin}/income`);
    expect(await shown.text()).toContain('<b>3,720,000円</b>');
    expect(demo.calls('token')).toBe(2);
    expect(demo.events().filter((type) => type !== 'read')).toEqual(['put', 'erased', 'put']);
    await page.reload();
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
  });

  it('stays when a consent of another tab returns after the application', async () => {
    const later = await agreed(page.request, demo, cards.hanako);
    await review();
    await page.goto(later);
    expect(page.url()).toBe(`${demo.origin}/receipt`);
    expect([demo.calls('token'), demo.calls('request')]).toEqual([2, 1]);
    await page.goto(`${demo.origin}/review`);
    expect(await reviewed('合計所得金額')).toBe('3,720,000円');
  });

  it('is shown on pages that pass axe, in both languages, in light and dark mode', async () => {
    for (const [language, colorScheme, rules] of [
      ['ja', 'light', 'all'],
      ['en', 'dark', secondRules],
    ] as const) {
      await demo.restart();
      await page.context().clearCookies();
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 740 });
      await page.request.get(`${demo.origin}/?lang=${language}`);
      await review();
      await press(/マーケティング|marketing/);
      await open();
      expect(await findings(page, rules), language).toEqual([]);
      await press(/翌日|the day after/);
      expect(await findings(page, rules), language).toEqual([]);
      expect(
        await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        ),
      ).toBe(0);
    }
    expect(await main()).toContain(
      'The consented period has ended, so the information can no longer be read.',
    );
  });
});
