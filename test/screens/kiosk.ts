import type { Page } from 'playwright-core';
import { startKioskWeb } from '../../examples/kiosk-web/server.js';
import { createVirtualClock } from '../../src/foundation/clock.js';
import { createTour, type Look, type Screen } from './tour.js';

interface Stage {
  readonly page: Page;
  readonly language: string;
  readonly clock: ReturnType<typeof createVirtualClock>;
  web: Awaited<ReturnType<typeof startKioskWeb>>;
}

/** A Sunday, on which the pension service is closed. */
const SUNDAY = '2026-12-06T10:00:00+09:00';
const WARNED_MS = 45_000;
const IDLE_MS = 60_000;

/** Waits for the screen of a state. */
const at = ({ page }: Stage, state: string) => page.waitForSelector(`[data-at="${state}"]`);

const press =
  (action: string, state: string, value = '') =>
  async (stage: Stage) => {
    const place = `#screen [data-act="${action}"]${value && `[data-value="${value}"]`}:visible`;
    await stage.page.click(place);
    await at(stage, state);
  };

/** Makes happen what the drawer offers, without the drawer. */
const happen = (happening: string, state: string) => async (stage: Stage) => {
  stage.web.terminal.simulate(happening);
  await at(stage, state);
};

const pin = (digits: string, then: (stage: Stage) => Promise<unknown>) => async (stage: Stage) => {
  for (const digit of `${digits}`) await stage.page.click(`[data-digit="${digit}"]`);
  await stage.page.click('[data-digit="confirm"]');
  await then(stage);
};

/** Goes on without looking. */
const inTurn =
  (...steps: readonly ((stage: Stage) => Promise<unknown>)[]) =>
  async (stage: Stage) => {
    for (const step of steps) await step(stage);
  };

const toConsent = inTurn(
  press('begin', 'menu'),
  press('choose', 'first-consent', 'SP00000001_HL0001'),
);
const toCard = inTurn(toConsent, press('agree', 'card-in'));
const toPin = inTurn(toCard, happen('insert good', 'identity-pin'));
const later = (ms: number, state: string) => async (stage: Stage) => {
  stage.clock.advance(ms);
  await at(stage, state);
};

const OVER = 'お手続きを終了しました';
const TAKE = 'カードをお取りください';
const STAFF = '係員をお呼びください';

const screens: readonly Screen<Stage>[] = [
  { name: 'start', heading: '情報提出端末', reach: (stage) => at(stage, 'start') },
  {
    ...{ name: 'drawer', heading: '情報提出端末', after: 'start' },
    reach: ({ page }) => page.click('summary'),
  },
  {
    ...{ name: 'menu', heading: '情報を提出するサービスをお選びください' },
    reach: press('begin', 'menu'),
  },
  {
    ...{ name: 'service-closed', heading: 'ただいま利用できません', after: 'menu' },
    reach: press('choose', 'unavailable', 'SP00000001_LP0001'),
  },
  { name: 'first-consent', heading: '情報の取得と提供の確認', reach: toConsent },
  {
    ...{ name: 'idle-soon', heading: '情報の取得と提供の確認', after: 'first-consent' },
    async reach({ clock, page }) {
      clock.advance(WARNED_MS);
      await page.waitForSelector('dialog[open]');
    },
  },
  {
    ...{ name: 'idle-over', heading: OVER, after: 'idle-soon' },
    reach: later(IDLE_MS - WARNED_MS, 'ended'),
  },
  {
    ...{ name: 'refused', heading: OVER },
    reach: inTurn(toConsent, press('refuse', 'ended')),
  },
  { name: 'card-in', heading: 'マイナンバーカードを入れてください', reach: toCard },
  {
    ...{ name: 'identity-pin', heading: '暗証番号（1回目）', after: 'card-in' },
    reach: happen('insert good', 'identity-pin'),
  },
  {
    ...{ name: 'pin-scrambled', heading: '暗証番号（1回目）', after: 'identity-pin' },
    async reach({ page }) {
      await page.click('[data-set=scramble]');
      await page.waitForSelector('[data-set=scramble][aria-pressed=true]');
      for (const digit of '123') await page.click(`[data-digit="${digit}"]`);
    },
  },
  {
    ...{ name: 'pin-wrong', heading: '暗証番号（1回目）' },
    reach: inTurn(
      toPin,
      pin('0000', ({ page }) => page.waitForSelector('[role=alert]')),
    ),
  },
  {
    ...{ name: 'fetch-pin', heading: '暗証番号（2回目）', after: 'pin-wrong' },
    reach: pin('1234', (stage) => at(stage, 'fetch-pin')),
  },
  {
    ...{ name: 'second-consent', heading: '情報の提供の確認', after: 'fetch-pin' },
    reach: pin('1234', (stage) => at(stage, 'second-consent')),
  },
  {
    ...{ name: 'take-card', heading: TAKE, after: 'second-consent' },
    reach: press('agree', 'take-card'),
  },
  {
    ...{ name: 'provided', heading: 'お手続きが完了しました', after: 'take-card' },
    reach: happen('take', 'ended'),
  },
  {
    ...{ name: 'not-provided', heading: TAKE },
    reach: inTurn(
      toPin,
      pin('1234', (stage) => at(stage, 'fetch-pin')),
      pin('1234', (stage) => at(stage, 'second-consent')),
      press('refuse', 'take-card'),
    ),
  },
  {
    ...{ name: 'card-forgotten', heading: STAFF, after: 'not-provided' },
    reach: later(IDLE_MS, 'card-forgotten'),
  },
  {
    ...{ name: 'cancelled', heading: TAKE },
    reach: inTurn(toPin, press('cancel', 'take-card')),
  },
  ...['locked', 'expired', 'revoked'].map(
    (condition): Screen<Stage> => ({
      ...{ name: `card-${condition}`, heading: TAKE },
      async reach(stage) {
        await toCard(stage);
        stage.web.terminal.simulate(`insert ${condition}`);
        await stage.page.waitForSelector('[data-at="identity-pin"], [data-at="take-card"]');
        if (await stage.page.locator('[data-at="identity-pin"]').count())
          await pin('1234', (again) => at(again, 'take-card'))(stage);
      },
    }),
  ),
  {
    ...{ name: 'card-pulled', heading: OVER },
    reach: inTurn(toPin, happen('pull', 'ended')),
  },
  {
    ...{ name: 'card-jammed', heading: STAFF },
    async reach(stage) {
      await toPin(stage);
      stage.web.terminal.simulate('jam');
      await press('cancel', 'card-jammed')(stage);
    },
  },
];

const sizes = [
  { name: '1024x768', width: 1024, height: 768 },
  { name: '1280x800', width: 1280, height: 800 },
] as const;
const looks: readonly Look[] = sizes.flatMap((size) => [
  size,
  { ...size, name: `${size.name}-contrast`, contrast: true },
]);

/** The kiosk to touch. */
export const kioskTour = createTour<Stage>({
  name: 'kiosk',
  languages: ['ja', 'en', 'zh', 'ko'],
  looks,
  screens,
  async start(page, language) {
    const clock = createVirtualClock(SUNDAY);
    const begin = () => startKioskWeb({ port: 0, clock });
    const stage: Stage = { page, language, clock, web: await begin() };
    return {
      stage,
      async restart() {
        await stage.web.close();
        clock.set(SUNDAY);
        stage.web = await begin();
        stage.web.terminal.set('language', language);
        await page.goto(stage.web.origin);
        await page.waitForSelector(`.frame[lang="${language}"]`);
      },
      close: () => stage.web.close(),
    };
  },
});
