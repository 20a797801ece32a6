import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startKioskWeb } from '../../examples/kiosk-web/server.js';
import { createVirtualClock } from '../../src/kiosk/index.js';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');
/** A Sunday, on which the pension service is closed. */
const SUNDAY = '2026-12-06T10:00:00+09:00';
const LOAN = 'SP00000001_HL0001';
const PENSION = 'SP00000001_LP0001';

describe.skipIf(chromium.missing)('the kiosk to touch', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let clock: ReturnType<typeof createVirtualClock>;
  let web: Awaited<ReturnType<typeof startKioskWeb>>;
  let requests: { url: string; body: string | null }[];
  let faults: string[];

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    clock = createVirtualClock(SUNDAY);
    web = await startKioskWeb({ port: 0, clock });
    context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
    page = await context.newPage();
    requests = [];
    faults = [];
    page.on('request', (request) =>
      requests.push({ url: request.url(), body: request.postData() }),
    );
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', ({ message }) => faults.push(message));
    await page.goto(web.origin);
    await at('start');
  });
  afterEach(async () => {
    await context.close();
    await web.close();
  });

  /** Waits for the screen of a state. */
  const at = (state: string) => page.waitForSelector(`[data-at="${state}"]`);
  const press = (action: string, value = '') =>
    page.click(`#screen [data-act="${action}"]${value && `[data-value="${value}"]`}:visible`);
  const simulate = async (happening: string) => {
    if (!(await page.isVisible('.drawer'))) await page.click('summary');
    await page.click(`[data-simulate="${happening}"]`);
    await page.click('summary');
  };
  async function enterPin(pin: string) {
    for (const digit of pin) await page.click(`[data-digit="${digit}"]`);
    await page.click('[data-digit="confirm"]');
  }
  const heading = () => page.textContent('h1');

  /** Goes the whole way, and looks at each screen. */
  async function walk(look: (name: string) => Promise<void> = async () => {}) {
    await look('start');
    await press('begin');
    await at('menu');
    await look('menu');
    await press('choose', LOAN);
    await at('first-consent');
    await look('first-consent');
    await press('agree');
    await at('card-in');
    await look('card-in');
    await simulate('insert good');
    await at('identity-pin');
    await look('identity-pin');
    await enterPin('1234');
    await at('fetch-pin');
    await look('fetch-pin');
    await enterPin('1234');
    await at('second-consent');
    await look('second-consent');
    await press('agree');
    await at('take-card');
    await look('take-card');
  }

  it('leads through figures 3.3-1 to 3.3-7 and shows the receipt', async () => {
    const headings: (string | null)[] = [];
    await walk(async () => {
      headings.push(await heading());
    });
    expect(headings).toEqual([
      '情報提出端末',
      '情報を提出するサービスをお選びください',
      '情報の取得と提供の確認',
      'マイナンバーカードを入れてください',
      '暗証番号（1回目）',
      '暗証番号（2回目）',
      '情報の提供の確認',
      'カードをお取りください',
    ]);
    const receipt = await page.textContent('.receipt');
    for (const part of ['みほん銀行株式会社', '所得情報（地方税）: 提供しました', '30日間'])
      expect(receipt).toContain(part);
    expect(receipt).not.toMatch(/3,?720,?000/);
    await simulate('take');
    await at('ended');
    await press('next');
    await at('start');
    expect(faults).toEqual([]);
  });

  it('sends the PIN once, in a body and to its own process, and leaves it nowhere', async () => {
    await walk();
    const withPin = requests.filter(({ url, body }) => url.includes('1234') || body === '1234');
    expect(withPin.map(({ url }) => url)).toEqual([`${web.origin}/pin`, `${web.origin}/pin`]);
    expect(requests.filter(({ url }) => !url.startsWith(web.origin))).toEqual([]);
    expect(
      await page.evaluate(
        `JSON.stringify([localStorage.length, sessionStorage.length, document.cookie, location.href, history.length])`,
      ),
    ).toBe(JSON.stringify([0, 0, '', `${web.origin}/`, 2]));
    // The drawer names the PIN of the sample card; the citizen's screen does not.
    expect(await page.innerHTML('#screen')).not.toContain('1234');
  });

  it('shuffles the keypad on request, and types what its keys say', async () => {
    await press('begin');
    await press('choose', LOAN);
    await press('agree');
    await simulate('insert good');
    await at('identity-pin');
    const keys = () => page.locator('[data-digit]').allTextContents();
    expect((await keys()).slice(0, 9)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    await page.click('[data-set="scramble"]');
    await page.waitForSelector('[data-set="scramble"][aria-pressed="true"]');
    expect((await keys()).filter((key) => /^\d$/.test(key)).sort()).toEqual([...'0123456789']);
    await enterPin('0000');
    await page.waitForSelector('[role="alert"]');
    expect(await page.textContent('main')).toContain('あと2回間違えると');
    await enterPin('1234');
    await at('fetch-pin');
  });

  it('warns before the time is over, counts down, and goes on after 延長', async () => {
    await press('begin');
    await press('choose', LOAN);
    await at('first-consent');
    clock.advance(45_000);
    await page.waitForSelector('dialog[open]');
    expect(await page.textContent('dialog p')).toMatch(/あと1[45]秒で終了します/);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('延長する');
    await press('extend');
    await page.waitForSelector('dialog:not([open])', { state: 'attached' });
    clock.advance(59_000);
    expect(web.terminal.state.at).toBe('first-consent');
    clock.advance(1_000);
    await at('ended');
    expect(await page.textContent('main')).toContain('エラー番号: K-101');
    expect(await page.textContent('main')).not.toContain('カード');
  });

  it('keeps a forgotten card until the staff come', async () => {
    await walk();
    clock.advance(60_000);
    await at('card-forgotten');
    expect(await heading()).toBe('係員をお呼びください');
    expect(await page.textContent('main')).toContain('エラー番号: K-401');
    await simulate('staff');
    await at('start');
  });

  it('calls the staff when the card is jammed', async () => {
    await press('begin');
    await press('choose', LOAN);
    await press('agree');
    await simulate('insert good');
    await at('identity-pin');
    await simulate('jam');
    await press('cancel');
    await at('card-jammed');
    expect(await page.textContent('main')).toContain('エラー番号: K-402');
  });

  it('says when a closed service opens again', async () => {
    await press('begin');
    await press('choose', PENSION);
    await at('unavailable');
    expect(await page.textContent('main')).toMatch(/2026年12月7日.*8:00/);
  });

  it.each([
    ['zh', '未经审校'],
    ['ko', '검수를 받지 않았습니다'],
  ])(
    'marks the language %s as not reviewed, and starts again in Japanese',
    async (language, said) => {
      await page.click(`[data-set="language"][data-value="${language}"]`);
      await page.waitForSelector(`.frame[lang="${language}"]`);
      expect(await page.textContent('footer')).toContain(said);
      await press('begin');
      await at('menu');
      expect(await page.textContent('main')).not.toMatch(
        /[\p{Script=Hiragana}\p{Script=Katakana}]/u,
      );
      await press('cancel');
      await at('ended');
      await press('next');
      await page.waitForSelector('.frame[lang="ja"]');
    },
  );

  it.each([
    ['zh', '长时间没有操作，手续已结束。没有提供信息。请从头开始办理。', '错误编号：K-101'],
    [
      'ko',
      '한동안 조작이 없어 절차를 종료했습니다. 정보를 제공하지 않았습니다. 처음부터 다시 진행해 주십시오.',
      '오류 번호: K-101',
    ],
  ])('shows errors in the language %s, too', async (language, said, number) => {
    await page.click(`[data-set="language"][data-value="${language}"]`);
    await page.waitForSelector(`.frame[lang="${language}"]`);
    await press('begin');
    await press('choose', LOAN);
    await at('first-consent');
    clock.advance(60_000);
    await at('ended');
    expect(await page.locator('main p').allTextContents()).toEqual(
      expect.arrayContaining([said, number]),
    );
  });

  it('raises a hook for each sound', async () => {
    await page.evaluate(
      `globalThis.cues = []; document.addEventListener('kiosk-cue', ({ detail }) => cues.push(detail))`,
    );
    await walk();
    expect(new Set((await page.evaluate('cues')) as string[])).toEqual(
      new Set(['press', 'card-in', 'done', 'card-out']),
    );
  });

  it('accepts no action from another site, nor under another host name', async () => {
    const other = { headers: { origin: 'https://other.example' }, data: 'begin\n' };
    expect((await page.request.post(`${web.origin}/act`, other)).status()).toBe(403);
    expect((await page.request.post(`${web.origin}/act`, { data: 'begin\n' })).status()).toBe(403);
    const address = web.origin.replace('localhost', '127.0.0.1');
    expect((await page.request.get(`${address}/screen`)).status()).toBe(403);
    expect(web.terminal.state.at).toBe('start');
  });
});
