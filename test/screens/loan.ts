import type { Page } from 'playwright-core';
import {
  agreed,
  cards,
  fetchIncome,
  filledIn,
  type LoanDemo,
  openLoanDemo,
  post,
} from '../kit/loan-demo.js';
import { browserLooks, createTour, type Screen } from './tour.js';

interface Stage {
  readonly page: Page;
  readonly demo: LoanDemo;
}

const SUNDAY = '2026-12-06T10:00:00+09:00';
const OUTAGE = '2026-12-20T03:00:00+09:00';

const open =
  (path: string) =>
  ({ page, demo }: Stage) =>
    page.goto(`${demo.origin}${path}`);
const press =
  (action: string) =>
  ({ page }: Stage) =>
    turn(page, () => page.locator(`main button[value=${action}]`).click());
const next = ({ page }: Stage) =>
  turn(page, () => page.locator('main form button').first().click());

/** Does what leads to another page, and waits for that page. */
const turn = (page: Page, act: () => Promise<unknown>) =>
  Promise.all([page.waitForEvent('load'), act()]);

/** Fills in the application, on a day and as a person. */
const applied = (time?: string) => async (stage: Stage) => {
  if (time !== undefined) await stage.demo.order({ time });
  await post(stage.page.request, stage.demo, '/apply', filledIn);
  await open('/consent')(stage);
};

/** Has the income of a card, from the application on. */
const fetched =
  (card: keyof typeof cards, as?: string) =>
  ({ page, demo }: Stage) =>
    fetchIncome(page, demo, cards[card], as);

/** Meets a trouble of the drawer after the consent. */
const troubled =
  (trouble: string) =>
  async ({ page, demo }: Stage) => {
    await demo.order({ trouble });
    const callback = await agreed(page.request, demo, cards.hanako);
    const paused = trouble === 'broken' ? demo.paused() : undefined;
    const shown = page.goto(callback);
    await paused;
    if (paused) demo.clock.advance(500);
    await shown;
  };

/** Opens a page on the day after the period in which the income may be kept. */
const over = (path: string) => async (stage: Stage) => {
  await stage.demo.order({ kept: 'over' });
  await open(path)(stage);
};

const confirmed = async (stage: Stage) => {
  await stage.page.getByRole('checkbox').check();
  await next(stage);
};

const APPLY = 'お申込み内容の入力';
const CONSENT = '所得の情報のご提出';
const INCOME = '所得の情報';
const CONFIRM = 'お申込み内容のご確認';
const RECEIPT = 'お申込みを受け付けました';
const CLOSED = 'ただいま情報を取得できません';
const FAILED = '情報を取得できませんでした';

const screens: readonly Screen<Stage>[] = [
  { name: 'top', heading: '住宅ローン 事前審査のお申込み', reach: open('/') },
  { name: 'top-drawer', heading: '住宅ローン 事前審査のお申込み', reach: open('/?demo=open') },
  { name: 'company', heading: '会社概要', reach: open('/company') },
  { name: 'privacy', heading: '個人情報のお取扱い', reach: open('/privacy') },
  { name: 'contact', heading: 'お問い合わせ', reach: open('/contact') },
  { name: 'missing-page', heading: 'ページがありません', reach: open('/nothing-here') },
  { name: 'apply', heading: APPLY, reach: open('/apply') },
  {
    ...{ name: 'apply-empty', heading: APPLY, after: 'apply', faulty: true },
    async reach(stage) {
      for (const field of await stage.page.locator('main input:not([type=radio])').all())
        await field.fill('');
      await next(stage);
    },
  },
  {
    ...{ name: 'apply-wrong', heading: APPLY, after: 'apply-empty', faulty: true },
    async reach(stage) {
      const typed = { ...filledIn, era: 'western', year: '2026', month: '2', day: '30' };
      const { era, work, ...texts } = { ...typed, amount: '３，０００万', years: '99' };
      await stage.page.locator('#era').selectOption(era);
      await stage.page.locator(`[value=${work}]`).check();
      for (const [name, value] of Object.entries(texts))
        await stage.page.locator(`#${name}`).fill(value);
      await next(stage);
    },
  },
  { name: 'consent', heading: CONSENT, reach: applied() },
  { name: 'consent-partly-closed', heading: CONSENT, reach: applied(SUNDAY) },
  { name: 'consent-closed', heading: CONSENT, reach: applied(OUTAGE) },
  { name: 'closed', heading: CLOSED, after: 'consent-closed', reach: press('fetch') },
  {
    ...{ name: 'at-the-portal', heading: 'マイナポータルでのお手続きを確認しています' },
    async reach(stage) {
      await applied()(stage);
      await post(stage.page.request, stage.demo, '/consent', { action: 'fetch' });
      await open('/income')(stage);
    },
  },
  {
    ...{ name: 'waiting', heading: '情報を取得しています' },
    reach: async ({ page, demo }) => page.goto(await agreed(page.request, demo, cards.hanako)),
  },
  { name: 'income', heading: INCOME, reach: fetched('hanako') },
  {
    ...{ name: 'income-edited', heading: INCOME, after: 'income', faulty: true },
    async reach(stage) {
      await stage.page.locator('details.edit summary').first().click();
      await stage.page.locator('#salary-0').fill('五百万');
      await next(stage);
    },
  },
  {
    ...{ name: 'confirm-edited', heading: CONFIRM, after: 'income-edited' },
    async reach(stage) {
      await stage.page.locator('#salary-0').fill('５，０００，０００');
      await next(stage);
    },
  },
  {
    ...{ name: 'receipt-edited', heading: RECEIPT, after: 'confirm-edited' },
    reach: confirmed,
  },
  {
    ...{ name: 'review-edited', heading: '事前審査', after: 'receipt-edited' },
    reach: open('/review'),
  },
  { name: 'income-two-cities', heading: INCOME, reach: fetched('mover') },
  { name: 'income-three-pensions', heading: INCOME, reach: fetched('pensioner') },
  { name: 'income-unfiled', heading: INCOME, reach: fetched('unfiled') },
  { name: 'income-holder-closed', heading: INCOME, reach: fetched('halfClosed') },
  { name: 'income-item-failed', heading: INCOME, reach: fetched('failing') },
  {
    ...{ name: 'income-forged', heading: INCOME, faulty: true },
    async reach(stage) {
      await fetched('hanako')(stage);
      await stage.page.evaluate(`document.querySelector('[name=prefill]').value += 'x'`);
      await press('next')(stage);
    },
  },
  {
    ...{ name: 'income-replayed', heading: INCOME, after: 'income-forged', faulty: true },
    reach: open('/income?again=replayed'),
  },
  {
    ...{ name: 'income-expired', heading: INCOME, after: 'income-replayed', faulty: true },
    reach: open('/income?again=expired'),
  },
  {
    ...{ name: 'income-dropped', heading: INCOME, after: 'income-expired' },
    reach: press('drop'),
  },
  {
    ...{ name: 'by-hand-empty', heading: INCOME, after: 'income-dropped', faulty: true },
    reach: press('next'),
  },
  {
    ...{ name: 'by-hand-confirm', heading: CONFIRM, after: 'by-hand-empty' },
    async reach(stage) {
      for (const field of await stage.page.locator('main input:not([type=hidden])').all())
        await field.fill((await field.getAttribute('required')) === null ? '' : '5,200,000');
      await stage.page.locator('[name^=people]').fill('2');
      await press('next')(stage);
    },
  },
  {
    ...{ name: 'by-hand-receipt', heading: RECEIPT, after: 'by-hand-confirm' },
    reach: confirmed,
  },
  {
    ...{ name: 'by-hand-review', heading: '事前審査', after: 'by-hand-receipt' },
    reach: open('/review'),
  },
  {
    ...{ name: 'confirm', heading: CONFIRM },
    async reach(stage) {
      await fetched('hanako')(stage);
      await press('next')(stage);
    },
  },
  {
    ...{ name: 'confirm-not-agreed', heading: CONFIRM, after: 'confirm', faulty: true },
    reach: next,
  },
  { name: 'receipt', heading: RECEIPT, after: 'confirm-not-agreed', reach: confirmed },
  {
    ...{ name: 'copy', heading: '住宅ローン 事前審査 お申込みの控え', after: 'receipt' },
    reach: open('/receipt/copy'),
  },
  { name: 'review', heading: '事前審査', after: 'copy', reach: open('/review') },
  {
    ...{ name: 'review-other-purpose', heading: '事前審査', after: 'review' },
    async reach(stage) {
      await stage.demo.order({ kept: 'marketing' });
      await open('/review?demo=open')(stage);
    },
  },
  {
    ...{ name: 'withdraw', heading: 'お申込みの取下げ', after: 'review-other-purpose' },
    reach: open('/withdraw'),
  },
  {
    ...{ name: 'withdrawn', heading: 'お申込みを取り下げました', after: 'withdraw' },
    reach: next,
  },
  {
    ...{ name: 'review-withdrawn', heading: '事前審査', after: 'withdrawn' },
    reach: open('/review'),
  },
  {
    ...{ name: 'copy-gone', heading: '住宅ローン 事前審査 お申込みの控え', after: 'receipt' },
    reach: over('/receipt/copy'),
  },
  { name: 'review-gone', heading: '事前審査', after: 'copy-gone', reach: open('/review') },
  {
    ...{ name: 'income-gone', heading: '取得した情報は消去されました', after: 'income' },
    reach: over('/income'),
  },
  {
    name: 'nothing-on-record',
    heading: '該当する情報は見つかりませんでした',
    reach: fetched('newcomer'),
  },
  { name: 'holder-closed', heading: CLOSED, reach: fetched('closedCity') },
  {
    ...{ name: 'wrong-person', heading: 'お申込みの方の情報ではない可能性があります' },
    reach: fetched('another', '番号 花子'),
  },
  { name: 'busy', heading: CLOSED, reach: troubled('busy') },
  { name: 'cut-off', heading: FAILED, reach: troubled('broken') },
  { name: 'token-failed', heading: FAILED, reach: troubled('token') },
  { name: 'request-failed', heading: FAILED, reach: troubled('request') },
  ...Object.entries({
    declined: '情報の取得を中止しました',
    expired: '制限時間を過ぎました',
    replayed: 'この手続きはすでに受け付けています',
    unknown: 'お手続きの状況を確認できません',
    'foreign-browser': '別のブラウザで開かれました',
    rejected: 'お手続きを続けられません',
  }).map(([stop, heading]) => ({ name: stop, heading, reach: open(`/stopped/${stop}`) })),
];

/** The bank's web demo. */
export const loanTour = createTour<Stage>({
  name: 'bank',
  languages: ['ja', 'en'],
  looks: browserLooks,
  screens,
  async start(page) {
    const demo = await openLoanDemo();
    // The script of the bank polls in real time, and would leave a waiting page.
    await page.addInitScript(`
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (run, ...rest) => run.name === 'check' || setTimeout(run, ...rest);`);
    return {
      stage: { page, demo },
      async restart() {
        await demo.restart();
        await page.context().clearCookies();
      },
      close: demo.close,
    };
  },
});
