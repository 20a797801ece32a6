import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  apply,
  arrive,
  cards,
  consent,
  fetchIncome,
  finish,
  type LoanDemo,
  openLoanDemo,
  openPage,
  poll,
  shownAs,
  toConsent,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)("the bank's web demo in Chromium", () => {
  let browser: Browser;
  let demo: LoanDemo;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await openChromium();
    demo = await openLoanDemo();
    page = await openPage(browser);
    page.on('console', (message) => {
      // Neither messages of the portal's own pages count, nor that a form came back with faults.
      const isForm = message.text().includes('status of 422');
      if (!isForm && !message.location().url.startsWith(demo.sandbox().browserUrl))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  beforeEach(async () => {
    await demo.restart();
    complaints = [];
    await page.context().clearCookies();
  });

  afterEach(() => {
    expect(complaints).toEqual([]);
  });

  const title = () => page.getByRole('heading', { level: 1 }).textContent();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const box = () => page.getByRole('complementary', { name: 'デモの操作盤' });
  const control = async (name: string | RegExp) => {
    if ((await box().getByRole('group').getAttribute('open')) === null)
      await box().getByText('デモの操作盤').click();
    await box().getByRole('button', { name }).click();
  };

  it('shows what is needed, what is fetched, why, and how long it is kept, before anything is fetched', async () => {
    await toConsent(page, demo, '番号 花子');
    const text = await page.getByRole('main').innerText();
    for (const told of [
      'マイナンバーカードを読み取れるスマートフォン、またはパソコンとカードリーダ',
      '利用者証明用電子証明書の暗証番号（数字4桁）',
      '所得（地方税）',
      '住宅ローンの事前審査のため',
      // 30 days after 1 December is the 31st.
      '同意日の翌日から30日間（本日同意した場合、2026年12月31日まで）',
      'ただいま取得できます',
      'お手続きの制限時間は10分です。',
    ]) {
      expect(text).toContain(told);
    }
  });

  it('fetches with consent, waits without a click, fills in the form with the source of each value, and accepts the application', async () => {
    await apply(page, demo, '番号 花子');
    expect(new URL(page.url()).origin).toBe(demo.sandbox().browserUrl);
    await consent(page, cards.hanako);
    expect(await title()).toBe('情報を取得しています');
    expect(await page.getByRole('status').textContent()).toBe(
      'マイナポータルから情報を取得しています。しばらくお待ちください。',
    );
    // The code does not stay in the URL.
    expect(page.url()).toBe(`${demo.origin}/income`);
    expect([demo.accepted('token'), demo.accepted('request'), demo.accepted('result')]).toEqual([
      1, 1, 1,
    ]);

    demo.clock.advance(1_000);
    expect(await poll(page)).toBe(1_000);
    await page.getByRole('heading', { name: '所得の情報' }).waitFor();
    const income = page.getByRole('group', {
      name: 'マイナポータルから取得（サンプル市、2026年6月1日時点）',
    });
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
    expect(await shownAs(page, 'salary-0')).toBe('5,200,000円');
    expect(await income.innerText()).toMatch(/給与収入\s+5,200,000円/);
    expect(await page.getByRole('main').innerText()).toMatch(/世帯主の氏名\s+番号 花子/);
    expect(await page.getByLabel('年金額（年額）').inputValue()).toBe('');

    await finish(page);
    expect(await title()).toBe('お申込みを受け付けました');
    expect(await page.getByRole('main').innerText()).toMatch(
      /受付番号\s+HL-\d{9}\s+受付日時\s+2026年12月1日 10:00[\s\S]+マイナポータルから取得（サンプル市、2026年6月1日時点）[\s\S]+2026年12月31日まで保持/,
    );
    await page.goto(`${demo.origin}/income`);
    expect(await title()).toBe('お申込みを受け付けました');
  });

  it('discards the answer when the citizen says so: the form is empty and the answer cannot be read', async () => {
    await fetchIncome(page, demo, cards.hanako);
    const polls = demo.calls('result');
    await press('取得した情報を破棄して、自分で入力する');
    expect(await page.getByRole('status').textContent()).toBe(
      'マイナポータルから取得した情報を破棄しました。',
    );
    expect(await page.getByLabel('合計所得金額').inputValue()).toBe('');
    await page.goBack();
    await page.goto(`${demo.origin}/income`);
    expect(await page.getByLabel('合計所得金額').inputValue()).toBe('');
    expect(await page.content()).not.toContain('3,720,000');
    expect(demo.calls('result')).toBe(polls);
  });

  it('stops while the answer is pending, and accepts an income entered by hand', async () => {
    await page.goto(await agreed(page.request, demo, cards.hanako));
    await press('取得を中止して自分で入力する');
    const polls = demo.calls('result');
    await page.getByLabel('給与収入').fill('5200000');
    await page.getByLabel('合計所得金額').fill('3720000');
    await finish(page);
    expect(await page.getByRole('main').innerText()).toMatch(
      /マイナポータルから取得した情報\s+ありません\s+ご自身で入力または修正した情報\s+給与収入、合計所得金額/,
    );
    expect(demo.calls('result')).toBe(polls);
  });

  it('works without any script: the citizen asks for the state', async () => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setScriptExecutionDisabled', { value: true });
    await page.goto(await agreed(page.request, demo, cards.hanako));
    await page.getByRole('link', { name: '状況を確認する' }).click();
    expect(await title()).toBe('情報を取得しています');
    // The check came too early, so no request was sent.
    expect(demo.calls('result')).toBe(1);
    demo.clock.advance(1_000);
    await page.getByRole('link', { name: '状況を確認する' }).click();
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
    await devtools.send('Emulation.setScriptExecutionDisabled', { value: false });
    await devtools.detach();
  });

  it('continues without Mynaportal when the citizen declines', async () => {
    await page.goto(await agreed(page.request, demo, cards.hanako, '番号 花子', 'decline'));
    expect(await title()).toBe('情報の取得を中止しました');
    expect(await page.getByRole('main').innerText()).toContain('情報は取得していません。');
    expect(demo.calls('token')).toBe(0);
    await press('自分で入力する');
    expect(await page.getByLabel('給与収入').inputValue()).toBe('');
  });

  it('continues without Mynaportal when the card is locked', async () => {
    await page.goto(await agreed(page.request, demo, cards.locked));
    expect(await title()).toBe('情報の取得を中止しました');
    expect(await page.getByRole('main').innerText()).toContain('カードがロックされているとき');
    expect(demo.calls('token')).toBe(0);
  });

  it('reports a consent that came too late', async () => {
    const callback = await agreed(page.request, demo, cards.hanako);
    demo.clock.advance(11 * 60_000);
    await page.goto(callback);
    expect(await title()).toBe('制限時間を過ぎました');
    expect(demo.calls('token')).toBe(0);
    await page.getByRole('link', { name: '最初からやり直す' }).click();
    expect(await title()).toBe('所得の情報のご提出');
  });

  it('shows beforehand that the servers are closed, until when, and the way by paper', async () => {
    // The third weekend: the resident registry is closed from Saturday 22:00 to Sunday 8:00. The
    // hours after that are not published until Monday.
    await demo.order({ time: '2026-12-20T03:00:00+09:00' });
    await toConsent(page, demo, '番号 花子');
    const before = await page.getByRole('main').locator('.notice').innerText();
    expect(before).toContain('ただいま情報を取得できません。理由: ');
    // The button that works is the primary one.
    expect(await page.locator('main button.primary').allInnerTexts()).toEqual(['自分で入力する']);
    await press('マイナポータルから取得する');
    expect(await title()).toBe('ただいま情報を取得できません');
    const text = await page.getByRole('main').innerText();
    expect(text).toContain(before);
    expect(text).toMatch(/次に取得できる予定\s+12月21日\(月\) 8:00/);
    expect(text).toMatch(/所得（地方税）\s+12月21日\(月\) 0:00から/);
    expect(text).toContain(
      '住民基本台帳ネットワークは、原則として毎月第3土曜22時から翌日曜8時まで計画停止します。',
    );
    expect(text).toContain('課税証明書');
    expect(demo.log()).toEqual([]);
    await press('自分で入力する');
    expect(await page.getByLabel('給与収入').inputValue()).toBe('');
  });

  it("neither shows nor keeps another person's data", async () => {
    await fetchIncome(page, demo, cards.another, '番号 花子');
    expect(await title()).toBe('お申込みの方の情報ではない可能性があります');
    expect(await page.getByRole('main').innerText()).not.toMatch(/別人|5,560,000/);
    const polls = demo.calls('result');
    await page.reload();
    expect(await title()).toBe('お申込みの方の情報ではない可能性があります');
    expect(demo.calls('result')).toBe(polls);
  });

  it('treats names as equal regardless of width and spaces', async () => {
    await fetchIncome(page, demo, cards.hanako, '番号　花子');
    expect(await title()).toBe('所得の情報');
  });

  it('distinguishes nothing on record from zero', async () => {
    await fetchIncome(page, demo, cards.newcomer);
    expect(await title()).toBe('該当する情報は見つかりませんでした');
    expect(await page.getByRole('main').innerText()).toContain(
      '金額が0円という意味ではありません。',
    );
    await press('自分で入力する');
    expect(await page.getByLabel('給与収入').inputValue()).toBe('');
  });

  it('distinguishes a year that was not filed from zero, and asks for the income instead', async () => {
    await fetchIncome(page, demo, cards.unfiled);
    expect(await page.getByLabel('合計所得金額').inputValue()).toBe('');
    const text = await page.getByRole('main').innerText();
    expect(text).toContain('未申告');
    expect(text).toContain('課税証明書');
    await press('確認画面へ進む');
    expect(await page.getByRole('region', { name: /2件の誤り/ }).innerText()).toContain(
      '合計所得金額を入力してください。ない場合は 0 を入力してください。',
    );
  });

  it('names both municipalities after a move', async () => {
    await fetchIncome(page, demo, cards.mover);
    expect(await page.getByRole('main').innerText()).toContain(
      '複数の市区町村の情報が含まれています: 旧サンプル市、新サンプル町。',
    );
    expect(
      await page
        .getByRole('group', { name: /旧サンプル市/ })
        .first()
        .innerText(),
    ).toMatch(/合計所得金額\s+4,448,000円/);
  });

  it('names every holder of a pension, and warns when nothing shows whose data it is', async () => {
    await fetchIncome(page, demo, cards.pensioner);
    const groups = page.getByRole('group', { name: 'マイナポータルから取得' });
    expect(await groups.locator('.source').allInnerTexts()).toEqual(
      ['サンプル市', '日本年金機構', 'サンプル県市町村職員共済組合', 'サンプル市'].map((holder) =>
        expect.stringContaining(holder),
      ),
    );
    expect(await page.getByRole('main').innerText()).toContain(
      '後日ご提出いただく本人確認書類で確認します。',
    );
  });

  it('shows a partial answer as partial, and names the missing holder', async () => {
    await fetchIncome(page, demo, cards.halfClosed);
    expect(await page.getByRole('main').innerText()).toContain(
      '次の機関の情報は、システムが停止しているため含まれていません: 日本年金機構。',
    );
    expect(await shownAs(page, 'pension-0')).toBe('65,400円');
  });

  it('shows the other items when the income itself failed', async () => {
    await fetchIncome(page, demo, cards.failing);
    const text = await page.getByRole('main').innerText();
    expect(text).toContain('審査に使用できる収入の金額を取得できませんでした。');
    expect(text).toContain('情報を取得できませんでした。');
    expect(text).toMatch(/世帯主の氏名\s+見本 あやまり/);
    expect(await page.content()).not.toContain('holder_error');
  });

  it("shows until when the holder's server is closed", async () => {
    await fetchIncome(page, demo, cards.closedCity);
    expect(await title()).toBe('ただいま情報を取得できません');
    expect(await page.getByRole('main').innerText()).toContain(
      '2027年1月4日(月) 8:00以降に、もう一度お試しください。',
    );
  });

  it('waits as long as a busy portal asks for, and then collects the same answer', async () => {
    await demo.order({ trouble: 'busy' });
    await page.goto(await agreed(page.request, demo, cards.hanako));
    expect(await title()).toBe('ただいま情報を取得できません');
    await page.getByRole('link', { name: 'もう一度確認する' }).click();
    expect(await title()).toBe('ただいま情報を取得できません');
    expect(demo.calls('result')).toBe(1);
    demo.clock.advance(20_000);
    await page.getByRole('link', { name: 'もう一度確認する' }).click();
    await arrive(page, demo);
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
    expect(demo.calls('token')).toBe(1);
  });

  it('does not bother the citizen when the connection broke once', async () => {
    await demo.order({ trouble: 'cut' });
    const callback = await agreed(page.request, demo, cards.hanako);
    const paused = demo.paused();
    const shown = page.goto(callback);
    await paused;
    demo.clock.advance(500);
    await shown;
    expect(await title()).toBe('所得の情報');
    expect(demo.calls('result')).toBe(2);
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
  });

  it('collects the answer at the second try when the connection kept breaking at the first', async () => {
    await demo.order({ trouble: 'broken' });
    const callback = await agreed(page.request, demo, cards.hanako);
    const paused = demo.paused();
    const shown = page.goto(callback);
    await paused;
    demo.clock.advance(500);
    await shown;
    expect(await title()).toBe('情報を取得できませんでした');
    await page.getByRole('link', { name: 'もう一度確認する' }).click();
    await arrive(page, demo);
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
    expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
  });

  it.each([
    ['token', 0],
    ['request', 1],
  ])(
    'shows an error page when the portal fails after the consent, at the %s',
    async (trouble, exchanged) => {
      await demo.order({ trouble });
      await page.goto(await agreed(page.request, demo, cards.hanako));
      expect(await title()).toBe('情報を取得できませんでした');
      expect(page.url()).toBe(`${demo.origin}/income`);
      expect([demo.accepted('token'), demo.accepted('result')]).toEqual([exchanged, 0]);
      expect(await page.getByRole('main').innerText()).toContain('課税証明書');
    },
  );

  it('shows English on request, keeps the choice over the consent, and returns to Japanese', async () => {
    await page.goto(demo.origin);
    await page.getByRole('link', { name: 'English' }).click();
    await apply(page, demo, '番号 花子');
    await consent(page, cards.hanako);
    await arrive(page, demo);
    expect(await title()).toBe('Income information');
    expect(await shownAs(page, 'total-0')).toBe('3,720,000 yen');
    await page.getByRole('link', { name: '日本語' }).click();
    expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
  });

  it("lets the demo's visitor choose person and time in the controls beside the form", async () => {
    await page.goto(demo.origin);
    await control(/^別人 一郎/);
    expect(page.url()).toBe(`${demo.origin}/?demo=open`);
    await page.getByRole('link', { name: 'お申込みを始める' }).first().click();
    expect(await page.getByLabel('お名前').inputValue()).toBe('別人 一郎');
    await control('同意のあとの通信が失敗');
    expect(
      await page
        .getByRole('button', { name: '同意のあとの通信が失敗' })
        .getAttribute('aria-pressed'),
    ).toBe('true');
    await control(/^12月6日/);
    await page.goto(demo.origin);
    // On Sunday only some of the servers with pensions are open.
    expect(await page.getByRole('main').innerText()).toContain(
      '年金・日本年金機構関係の情報は、保有する機関によっては取得できないことがあります。',
    );
  });
});
