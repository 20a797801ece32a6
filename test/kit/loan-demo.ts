import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { startLoanDemo } from '../../examples/loan-app/demo/server.js';
import { createVirtualClock } from '../../src/foundation/clock.js';
import { askAxe } from './browser.js';

/**
 * Starts the web demo of the bank over real sockets, on a stopped clock.
 *
 * @param posted - whether the callback is a POST.
 */
export async function openLoanDemo(posted = false) {
  const still = createVirtualClock(TUESDAY);
  let pauses: (() => void)[] = [];
  const clock = {
    ...still,
    wait(ms: number, signal?: AbortSignal) {
      const waited = still.wait(ms, signal);
      if (ms === PAUSE_MS) for (const resolve of pauses.splice(0)) resolve();
      return waited;
    },
  };
  const demo = await startLoanDemo({ port: 0, clock, posted });
  let before = new Set<unknown>();
  let told = 0;
  const log = () => demo.sandbox().journal.filter((entry) => !before.has(entry));
  return {
    ...demo,
    clock,
    log,
    /** How often the sandbox received a step and carried it out since the last `restart`. */
    calls: (step: Step) => log().filter((entry) => entry.step === step).length,
    accepted: (step: Step) =>
      log().filter((entry) => entry.step === step && entry.outcome === 'accepted').length,
    /** What the vault sent to its audit log since the last `restart`. */
    events: () => demo.state.events.slice(told).map(({ type }) => type),
    /** Resolves when the client waits before it repeats a failed poll. */
    paused: () => new Promise<void>((resolve) => pauses.push(resolve)),
    /** Restores the first morning: Tuesday, no faults, no calls. */
    async restart() {
      pauses = [];
      await demo.order({ time: TUESDAY, trouble: 'none', person: 'hanako' });
      before = new Set(demo.sandbox().journal);
      told = demo.state.events.length;
    },
  };
}

/**
 * The first pause of `collect` after a failed poll. The random numbers of the demo always give the
 * longest.
 */
const PAUSE_MS = 500;
const TUESDAY = '2026-12-01T10:00:00+09:00';
type Step = 'token' | 'request' | 'result';
export type LoanDemo = Awaited<ReturnType<typeof openLoanDemo>>;

/** The cards of the sandbox that these tests put on the reader. */
export const cards = {
  hanako: { id: 'hanako', name: '番号 花子', pin: '1234' },
  mover: { id: 'mover', name: '見本 うつる', pin: '4567' },
  pensioner: { id: 'pensioner', name: '見本 松子', pin: '5678', polls: 3 },
  unfiled: { id: 'taro-unfiled', name: '見本 太郎', pin: '2345' },
  newcomer: { id: 'newcomer', name: '見本 新', pin: '3456' },
  halfClosed: { id: 'one-of-two-closed', name: '見本 かたほう', pin: '1004' },
  closedCity: { id: 'closed-city', name: '見本 やすみ', pin: '1003' },
  failing: { id: 'failing', name: '見本 あやまり', pin: '1002' },
  another: { id: 'another-person', name: '別人 一郎', pin: '1007' },
  locked: { id: 'locked-card', name: '見本 ロック', pin: '1008' },
} as const;

interface Card {
  readonly id: string;
  readonly name: string;
  readonly pin: string;
  /** How often the sandbox reports "running". Default: 1. */
  readonly polls?: number;
}

/** Opens a page of a browser of its own. The script of the bank polls only when `poll` says so. */
export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'ja-JP' });
  // The script polls in real time, and on a busy machine would collect the answer between two steps
  // of a test.
  await context.addInitScript(`
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (run, ms, ...rest) => {
      if (run.name !== 'check') return setTimeout(run, ms, ...rest);
      globalThis.poll = run;
      globalThis.pollInMs = ms;
    };`);
  return context.newPage();
}

/** Lets the script of the page poll. Returns after which time it would have done so. */
export const poll = (page: Page): Promise<unknown> => page.evaluate('poll(), pollInMs');

/** An application without faults, as typed. */
export const filledIn = {
  ...{ name: '番号 花子', kana: 'バンゴウ ハナコ' },
  ...{ era: 'heisei', year: '1', month: '3', day: '31' },
  ...{ postcode: '100-0000', address: '見本県見本市見本1-2-3' },
  ...{ phone: '090-0000-0000', email: 'hanako@example.com' },
  ...{ work: 'employee', employer: '見本商事株式会社', annualIncome: '520' },
  ...{ amount: '3500', years: '20' },
} as const;

/**
 * Goes from the application to the consent at the portal, as the person named on the form. The demo
 * has filled in the other fields.
 */
export async function apply(page: Page, demo: LoanDemo, name: string): Promise<void> {
  await toConsent(page, demo, name);
  await page
    .getByRole('button', { name: /マイナポータルから取得する|Obtain it from Mynaportal/ })
    .click();
}

/** Goes to the page that asks how to provide the income. */
export async function toConsent(page: Page, demo: LoanDemo, name: string): Promise<void> {
  await page.goto(`${demo.origin}/apply`);
  await page.locator('#name').fill(name);
  await page.getByRole('button', { name: /次へ進む|Next/ }).click();
}

/**
 * Does what the citizen does at the portal: agrees, puts a card on the reader, types its PIN. Finds
 * elements by names and labels, so that the pages may change their look.
 */
export async function consent(page: Page, card: Card): Promise<void> {
  await agree(page);
  await present(page, card);
}

/** Completes the first page of the consent. */
async function agree(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: /提供に同意|agree/ }).check();
  await page.getByRole('button', { name: /^(本人確認へ進む|同意して次へ|Continue|Agree)/ }).click();
}

/** Completes the page of the card. */
async function present(page: Page, { name, pin }: Card): Promise<void> {
  const card = page.getByRole('radio', { name });
  // Pages may fold the less common cards.
  if ((await card.count()) === 0)
    await page.getByText(/^(ほかの見本のカード|More sample cards)/).click();
  await card.check();
  await page.getByLabel(/電子証明書の暗証番号|PIN of the user certificate/).fill(pin);
  await page.getByRole('button', { name: /^(確認|Confirm)/ }).click();
}

/** Submits a form of the bank by HTTP. Does not follow the redirect. */
export const post = (
  request: APIRequestContext,
  { origin }: LoanDemo,
  path: string,
  form: Readonly<Record<string, string>>,
) => request.post(`${origin}${path}`, { headers: { origin }, form, maxRedirects: 0 });

/**
 * Returns the callback of a consent, unopened. Submits the bank's forms by HTTP, and goes through
 * the portal without a browser. `page.request` has the session of the page.
 */
export async function agreed(
  request: APIRequestContext,
  demo: LoanDemo,
  card: Card,
  as: string = card.name,
  decision: 'agree' | 'decline' = 'agree',
): Promise<string> {
  await post(request, demo, '/apply', { ...filledIn, name: as });
  const response = await post(request, demo, '/consent', { action: 'fetch' });
  return demo.sandbox().visit(response.headers().location ?? '', { persona: card.id, decision });
}

/** Does everything up to the answer by HTTP. Only the page that shows it is opened. */
export async function fetchIncome(
  page: Page,
  demo: LoanDemo,
  card: Card,
  as?: string,
): Promise<void> {
  await askForIncome(page.request, demo, card, as);
  await page.goto(`${demo.origin}/income`);
  await arrive(page, demo);
}

/** Goes so far by HTTP that the next poll gets the answer. */
export async function askForIncome(
  request: APIRequestContext,
  demo: LoanDemo,
  card: Card,
  as?: string,
): Promise<void> {
  await request.get(await agreed(request, demo, card, as));
  for (let running = 1; running < (card.polls ?? 1); running++) {
    demo.clock.advance(1_000);
    await request.get(`${demo.origin}/income`);
  }
  demo.clock.advance(1_000);
}

/** Moves the clock from poll to poll until the page shows something other than progress. */
export async function arrive(page: Page, demo: LoanDemo): Promise<void> {
  await page.waitForURL(`${demo.origin}/**`);
  const progress = page
    .getByRole('status')
    .filter({ hasText: /マイナポータルから情報を取得しています|We are obtaining/ });
  for (let polls = 0; polls < 6 && (await progress.count()) > 0; polls++) {
    demo.clock.advance(1_000);
    await page.goto(`${demo.origin}/income`);
  }
}

/** The fetched value of a field, as the form shows it: `salary-0` is the first salary. */
export const shownAs = (page: Page, field: string) => page.locator(`#${field}-value b`).innerText();

/** Goes on from the form with what was fetched, and applies. */
export async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: /確認画面へ進む|Continue and check/ }).click();
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: /この内容で申し込む|Apply with this/ }).click();
}

/** Does what `finish` does, by HTTP. The session has an answer, whose first values are Hanako's. */
export async function finishByHttp(request: APIRequestContext, demo: LoanDemo): Promise<void> {
  const page = await (await request.get(`${demo.origin}/income`)).text();
  const form = Object.fromEntries(
    [...page.matchAll(/<input [^>]*?name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
  await post(request, demo, '/income', { ...form, action: 'next' });
  await post(request, demo, '/confirm', { agree: 'yes', action: 'apply' });
}

/** Returns the findings of axe on a page, one per line. Empty is good. */
export async function findings(page: Page, rules?: 'all' | 'look'): Promise<string[]> {
  const violations = await askAxe(page, rules);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}
