import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  apply,
  arrive,
  cards,
  consent,
  fetchIncome,
  filledIn,
  finish,
  finishByHttp,
  type LoanDemo,
  openLoanDemo,
  openPage,
  post,
  shownAs,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)("the forms of the bank's web demo", () => {
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

  const title = () => page.getByRole('heading', { level: 1 }).innerText();
  const main = () => page.getByRole('main').innerText();
  const press = (name: RegExp) => page.getByRole('button', { name }).click();
  const change = async (label: string, value: string) => {
    await page.getByText(`${label}を修正する`).click();
    await page.getByLabel(`修正後の${label}`).fill(value);
  };

  it('lead from the top page to the receipt, in Japanese', async () => {
    await page.goto(demo.origin);
    await page.getByRole('link', { name: 'お申込みを始める' }).first().click();
    await press(/次へ進む/);
    await press(/マイナポータルから取得する/);
    await consent(page, cards.hanako);
    await arrive(page, demo);
    await press(/確認画面へ進む/);
    const text = await main();
    for (const part of [
      /生年月日\s+1989年3月31日（平成元年）/,
      /お借入れ希望額\s+3,500万円/,
      /課税年度\s+2026年度\s+マイナポータルから取得（サンプル市、2026年6月1日時点）/,
      /給与収入\s+5,200,000円\s+マイナポータルから取得（サンプル市、2026年6月1日時点）/,
      /年金の種別\s+厚生年金保険（加入中）/,
    ])
      expect(text).toMatch(part);
    await page.getByRole('checkbox', { name: /個人情報のお取扱いに同意します/ }).check();
    await press(/この内容で申し込む/);
    expect(await title()).toBe('お申込みを受け付けました');
    expect(demo.accepted('request')).toBe(1);
  });

  it('lead from the top page to the receipt, in English', async () => {
    await page.goto(`${demo.origin}/?lang=en`);
    await page.getByRole('link', { name: 'Start the application' }).first().click();
    await press(/Next/);
    await press(/Obtain it from Mynaportal/);
    await consent(page, cards.hanako);
    await arrive(page, demo);
    expect(await shownAs(page, 'salary-0')).toBe('5,200,000 yen');
    await finish(page);
    expect(await title()).toBe('We have received your application');
    expect(await main()).toMatch(/From Mynaportal \(サンプル市, as of 1 June 2026\)/);
  });

  it('show each fault of the application at its field, and lose nothing', async () => {
    const typed = { ...filledIn, name: '<b>花子</b>', era: 'western', year: '2026', month: '2' };
    const form = { ...typed, day: '30', amount: '３，０００', years: '99', kana: '' };
    const response = await post(page.request, demo, '/apply', form);
    expect(response.status()).toBe(422);
    expect(await response.text()).toContain('value="&lt;b&gt;花子&lt;/b&gt;"');
    await page.goto(`${demo.origin}/apply`);
    await press(/次へ進む/);
    for (const [field, fault] of [
      ['kana', 'フリガナを入力してください。'],
      ['birth', '生年月日は、実在する日付を入力してください。'],
      ['years', 'ご返済期間は、1年以上35年以下で入力してください。'],
    ])
      expect(await page.locator(`#${field}-fault`).innerText()).toBe(`エラー: ${fault}`);
    // Full width and a comma are no fault.
    expect(await page.locator('.fault').count()).toBe(3);
    for (const [name, value] of Object.entries(form)) {
      if (name === 'work')
        expect(await page.locator('[name=work]:checked').inputValue()).toBe(value);
      else expect(await page.locator(`#${name}`).inputValue(), name).toBe(value);
    }
  });

  it('show each fault of the income at its field, and lose nothing', async () => {
    await post(page.request, demo, '/apply', filledIn);
    await post(page.request, demo, '/consent', { action: 'hand' });
    const form = { 'salary-0': 'five', 'total-0': '', 'pension-0': '１，０００', 'people-0': '0' };
    const response = await post(page.request, demo, '/income', form);
    expect(response.status()).toBe(422);
    await page.goto(`${demo.origin}/income`);
    await press(/確認画面へ進む/);
    expect(await page.locator('.faults li').allInnerTexts()).toEqual([
      '給与収入は、円単位の数字12桁以内で入力してください。',
      '合計所得金額を入力してください。ない場合は 0 を入力してください。',
      '世帯員数は、1から30の数字で入力してください。',
    ]);
    for (const [name, value] of Object.entries(form))
      expect(await page.locator(`#${name}`).inputValue()).toBe(value);
    expect(await page.locator('#salary-0-fault').innerText()).toMatch(/^エラー: /);
  });

  it('ask for the agreement on privacy at its field before the application', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await press(/確認画面へ進む/);
    await press(/この内容で申し込む/);
    expect(await page.title()).toMatch(/^エラー: /);
    expect(await page.locator('#agree-fault').innerText()).toBe(
      'エラー: お申込みには、個人情報のお取扱いへの同意が必要です。',
    );
    await page.goto(`${demo.origin}/receipt`);
    expect(page.url()).toBe(`${demo.origin}/`);
  });

  it('mark a changed value as stated by the citizen, down to the reviewer', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await change('給与収入', '５，４００，０００');
    await press(/確認画面へ進む/);
    expect(await main()).toMatch(
      /給与収入\s+5,400,000円\s+ご自身で修正 取得した値: 5,200,000円 マイナポータルから取得/,
    );
    // Back in the form, the change is still there.
    await page.getByRole('link', { name: '戻る' }).click();
    expect(await page.getByLabel('修正後の給与収入').inputValue()).toBe('５，４００，０００');
    await finish(page);
    await page.goto(`${demo.origin}/review`);
    const row = (name: string) => page.getByRole('row', { name }).innerText();
    expect(await row('給与収入')).toMatch(/5,400,000円\s+取得した値 5,200,000円\s+本人が修正/);
    expect(await row('合計所得金額')).toMatch(/3,720,000円\s+取得\s+サンプル市\s+2026年6月1日/);
  });

  it('take other digits and commas for the same value', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await change('給与収入', '５２０００００');
    await press(/確認画面へ進む/);
    expect(await main()).not.toContain('ご自身で修正');
  });

  it('refuse a forged seal and show the fetched values again', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await page.evaluate(`document.querySelector('[name=prefill]').value = 'made up'`);
    await change('給与収入', '9,999,999');
    await press(/確認画面へ進む/);
    expect(await page.getByRole('alert').innerText()).toContain(
      '送信された内容が、取得した内容と一致しませんでした。',
    );
    expect(await shownAs(page, 'salary-0')).toBe('5,200,000円');
    expect(await page.content()).not.toContain('9,999,999');
    await press(/確認画面へ進む/);
    expect(await title()).toBe('お申込み内容のご確認');
  });

  it('refuse a form that stayed open for more than an hour, and show it again', async () => {
    await fetchIncome(page, demo, cards.hanako);
    demo.clock.advance(61 * 60_000);
    await press(/確認画面へ進む/);
    expect(await page.getByRole('alert').innerText()).toContain(
      '画面を開いてから時間が経過したため、取得した値を表示し直しました。',
    );
    await press(/確認画面へ進む/);
    expect(await title()).toBe('お申込み内容のご確認');
  });

  it('refuse the form of another browser, and keep two browsers apart', async () => {
    const other = await openPage(browser);
    await Promise.all([
      fetchIncome(page, demo, cards.hanako),
      other.request.get(await agreed(other.request, demo, cards.mover)),
    ]);
    demo.clock.advance(1_000);
    await other.goto(`${demo.origin}/income`);
    await arrive(other, demo);
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
    expect(await shownAs(other, 'total-0')).toBe('4,448,000円');
    const foreign = await other.locator('[name=prefill]').inputValue();
    await page.locator('[name=prefill]').evaluate((input, value) => {
      (input as unknown as { value: string }).value = value;
    }, foreign);
    await press(/確認画面へ進む/);
    expect(await page.getByRole('alert').innerText()).toContain('別のお手続きのものです。');
    await Promise.all([finish(page), finish(other)]);
    const numbers = await Promise.all(
      [page, other].map(
        async (tab) => /HL-\d{9}/.exec(await tab.getByRole('main').innerText())?.[0],
      ),
    );
    expect(new Set(numbers).size).toBe(2);
    await other.context().close();
  });

  it('accept an application only once', async () => {
    await apply(page, demo, '番号 花子');
    const callback = await demo.sandbox().visit(page.url(), { persona: 'hanako' });
    await page.goto(callback);
    await arrive(page, demo);
    await press(/確認画面へ進む/);
    const form = { agree: 'yes', action: 'apply' };
    await Promise.all([1, 2].map(() => post(page.request, demo, '/confirm', form)));
    await page.goto(`${demo.origin}/receipt`);
    const number = /HL-\d{9}/.exec(await main())?.[0];
    await post(page.request, demo, '/confirm', form);
    await page.reload();
    expect(await main()).toContain(number);
    expect(demo.events().filter((type) => type !== 'read')).toEqual(['put']);
  });

  it('show a copy of the application that prints without the rest of the page', async () => {
    await fetchIncome(page, demo, cards.hanako);
    await finish(page);
    await page.getByRole('link', { name: /控えを表示する/ }).click();
    const print = page.getByRole('button', { name: 'この画面を印刷する' });
    await print.waitFor();
    const text = await main();
    expect(text).toMatch(/受付番号\s+HL-\d{9}\s+受付日時\s+2026年12月1日 10:00/);
    expect(text).toMatch(/合計所得金額\s+3,720,000円/);
    await page.emulateMedia({ media: 'print' });
    expect(await print.isVisible()).toBe(false);
    expect(await page.getByRole('contentinfo').isVisible()).toBe(false);
    expect(await page.locator('.demo').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'screen' });
  });

  it('erase the fetched data as soon as the citizen withdraws', async () => {
    await agreed(page.request, demo, cards.hanako).then((callback) => page.request.get(callback));
    demo.clock.advance(1_000);
    await page.request.get(`${demo.origin}/income`);
    await finishByHttp(page.request, demo);
    await page.goto(`${demo.origin}/receipt`);
    await page.getByRole('link', { name: 'お申込みを取り下げる' }).click();
    await page.getByRole('link', { name: '取り下げずに戻る' }).click();
    expect(await title()).toBe('お申込みを受け付けました');
    await page.getByRole('link', { name: 'お申込みを取り下げる' }).click();
    await press(/^取り下げる$/);
    expect(await title()).toBe('お申込みを取り下げました');
    expect(await main()).toMatch(/取下げ日時\s+2026年12月1日 10:00/);
    expect(demo.events().filter((type) => type !== 'read')).toEqual(['put', 'erased']);
    await page.goto(`${demo.origin}/review`);
    expect(await main()).toContain('申込者が取り下げたため、取得した情報は消去しました。');
    await page.goto(`${demo.origin}/receipt/copy`);
    expect(page.url()).toBe(`${demo.origin}/receipt`);
  });
});
