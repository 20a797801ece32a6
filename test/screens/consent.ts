import type { Page } from 'playwright-core';
import { createVirtualClock } from '../../src/foundation/clock.js';
import { controlPaths, type StartedSandbox, startSandbox } from '../../src/sandbox/index.js';
import { authorizationUrl, registration } from '../sandbox/steps.js';
import { browserLooks, createTour, type Screen } from './tour.js';

interface Stage {
  readonly page: Page;
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly sandbox: StartedSandbox;
}

const provider = {
  name: '株式会社みほん銀行',
  contact: '0120-000-000（平日9時〜17時）',
  privacyPolicy: 'https://loan.example/privacy',
};
const WITHOUT_PROVIDER = 'SP00000002_HL0002';

const OPEN = '2026-12-01T10:00:00+09:00';
const SATURDAY = '2026-12-05T10:00:00+09:00';
const NEW_YEAR = '2026-12-30T10:00:00+09:00';
const LIMIT_MS = 600_000;

/** Arrives from the service. */
const arrive =
  (now = OPEN, clientId = registration.clientId) =>
  async ({ page, clock, sandbox }: Stage) => {
    clock.set(now);
    await page.goto(String(authorizationUrl(sandbox, { client_id: clientId })));
  };

/** Presses a button that leads to another page. */
const decide =
  (decision: string) =>
  async ({ page }: Stage) => {
    await Promise.all([
      page.waitForEvent('load'),
      page.locator(`main button[value=${decision}]`).click(),
    ]);
  };
const inTurn =
  (...steps: readonly ((stage: Stage) => Promise<unknown>)[]) =>
  async (stage: Stage) => {
    for (const step of steps) await step(stage);
  };
const tick = ({ page }: Stage) => page.locator('[name=agree]').check();
const toCard = inTurn(arrive(), tick, decide('agree'));
/** Puts a card on the reader and types a PIN. */
const identify = (card: string, pin: string) => async (stage: Stage) => {
  const { page } = stage;
  const radio = page.locator(`[name=persona][value=${card}]`);
  if (!(await radio.isVisible())) await page.locator('main summary').first().click();
  await radio.check();
  await page.locator('#pin').fill(pin);
  await decide('agree')(stage);
};

/** Lets the browser send a form as it is, as one without validation does. */
const ALLOW_GAPS = `document.querySelector('main form').noValidate = true`;

const CONSENT = '自己情報の提供への同意';
const CARD = '本人確認';
const EDITOR = '番号 花子の回答を編集';

const screens: readonly Screen<Stage>[] = [
  {
    ...{ name: 'start', heading: 'サンドボックス / Sandbox' },
    async reach(stage) {
      await arrive()(stage);
      await stage.page.goto(new URL(controlPaths.start, stage.sandbox.browserUrl).href);
    },
  },
  { name: 'closed', heading: 'ただいま情報を取得できません', reach: arrive(NEW_YEAR) },
  { name: 'consent-closed', heading: CONSENT, after: 'closed', reach: decide('agree') },
  { name: 'consent-partly-closed', heading: CONSENT, reach: arrive(SATURDAY) },
  { name: 'consent', heading: CONSENT, reach: arrive() },
  {
    ...{ name: 'consent-without-provider', heading: CONSENT },
    reach: arrive(OPEN, WITHOUT_PROVIDER),
  },
  {
    ...{ name: 'not-ticked', heading: CONSENT, after: 'consent', faulty: true },
    reach: inTurn(({ page }) => page.evaluate(ALLOW_GAPS), decide('agree')),
  },
  { name: 'card', heading: CARD, reach: toCard },
  ...['here', 'reader'].map((way) => ({
    ...{ name: `card-${way}`, heading: CARD, after: 'card' },
    reach: ({ page }: Stage) => page.locator(`[name=reading][value=${way}]`).check(),
  })),
  ...['app', 'reader', 'card'].map((failure) => ({
    ...{ name: `failed-${failure}`, heading: CARD, after: 'card', faulty: true as const },
    reach: inTurn(({ page }: Stage) => page.evaluate(ALLOW_GAPS), decide(`fail-${failure}`)),
  })),
  {
    ...{ name: 'all-cards', heading: CARD, after: 'card' },
    reach: ({ page }) => page.locator('main summary').first().click(),
  },
  {
    ...{ name: 'no-card', heading: CARD, after: 'all-cards', faulty: true },
    reach: inTurn(({ page }) => page.evaluate(ALLOW_GAPS), decide('agree')),
  },
  {
    ...{ name: 'wrong-pin', heading: CARD, after: 'no-card', faulty: true },
    reach: identify('hanako', '0000'),
  },
  {
    ...{ name: 'editor', heading: EDITOR, after: 'wrong-pin' },
    reach: inTurn(({ page }) => page.locator('[value=hanako]').check(), decide('edit')),
  },
  {
    ...{ name: 'editor-faulty', heading: EDITOR, after: 'editor', faulty: true },
    reach: inTurn(({ page }) => page.locator('[name$=-holder]').first().fill(''), decide('save')),
  },
  {
    ...{ name: 'sent-twice', heading: 'この画面は送信済みです' },
    reach: inTurn(toCard, ({ page }) => page.reload()),
  },
  {
    ...{ name: 'locked', heading: 'カードがロックされています' },
    reach: inTurn(toCard, identify('locked-card', '1008')),
  },
  {
    ...{ name: 'certificate-expired', heading: '電子証明書の有効期限が切れています' },
    reach: inTurn(toCard, identify('expired-certificate', '1009')),
  },
  {
    ...{ name: 'time-over', heading: '制限時間を過ぎました' },
    async reach(stage) {
      await arrive()(stage);
      await tick(stage);
      stage.clock.advance(LIMIT_MS);
      await decide('agree')(stage);
    },
  },
  { name: 'unknown-client', heading: 'お手続きを続けられません', reach: arrive(OPEN, 'nobody') },
];

/** The consent pages of the sandbox. */
export const consentTour = createTour<Stage>({
  name: 'consent',
  languages: ['ja', 'en'],
  looks: browserLooks,
  screens,
  async start(page) {
    const clock = createVirtualClock(OPEN);
    const registrations = [
      { ...registration, provider },
      { ...registration, clientId: WITHOUT_PROVIDER },
    ];
    const sandbox = await startSandbox({ registrations, clock });
    return {
      stage: { page, clock, sandbox },
      restart: () => page.context().clearCookies(),
      close: sandbox.close,
    };
  },
});
