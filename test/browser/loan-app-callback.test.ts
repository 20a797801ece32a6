import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../kit/browser.js';
import { apply, arrive, cards, consent, type LoanDemo, openLoanDemo } from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)('the callback, between an honest browser and all others', { timeout: 60_000 }, () => {
  let browser: Browser;
  let demo: LoanDemo;
  let honest: Page;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    browser = await launchChromium(chromium.path());
    demo = await openLoanDemo();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  beforeEach(async () => {
    await demo.restart();
    honest = await newBrowser();
  });

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  /** A page of a browser that shares nothing with the others. */
  async function newBrowser(): Promise<Page> {
    const context = await browser.newContext({ locale: 'ja-JP' });
    contexts.push(context);
    return context.newPage();
  }

  const title = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

  /** The honest citizen has agreed; the callback's URL is known, and nobody has opened it. */
  async function agreed(): Promise<string> {
    await apply(honest, demo, '番号 花子');
    return demo.sandbox().visit(honest.url(), { persona: 'hanako' });
  }

  async function expectHonestGetsIn(callback: string): Promise<void> {
    await honest.goto(callback);
    await arrive(honest, demo);
    expect(await honest.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
    expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
  }

  async function expectStrangerLearnsNothing(stranger: Page): Promise<void> {
    expect(await stranger.content()).not.toMatch(/3,720,000|番号 花子さん|code=|state=/);
    await stranger.goto(`${demo.origin}/income`);
    expect(stranger.url()).toBe(`${demo.origin}/`);
  }

  it('a HEAD uses nothing up, with or without the session', async () => {
    const callback = await agreed();
    const stranger = await newBrowser();
    for (const { request } of [honest.context(), stranger.context()]) {
      const response = await request.head(callback, { maxRedirects: 0 });
      expect(response.status()).toBe(503);
      expect(response.headers()['cache-control']).toBe('no-store');
    }
    expect(demo.calls('token')).toBe(0);
    await expectHonestGetsIn(callback);
  });

  it('a prefetch by link, in the very browser and session, uses nothing up', async () => {
    const callback = await agreed();
    await honest.goto(demo.origin);
    const purposes: (string | undefined)[] = [];
    honest.on('requestfinished', async (request) => {
      if (request.url() === callback) purposes.push((await request.allHeaders())['sec-purpose']);
    });
    const answered = honest.waitForResponse(callback);
    // The page's own policy forbids prefetches (default-src 'none'); a page of the same site without one stands for a mail or a portal that prefetches.
    await honest.route(`${demo.origin}/elsewhere`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<link rel="prefetch" href="${callback.replaceAll('&', '&amp;')}">` }),
    );
    await honest.goto(`${demo.origin}/elsewhere`);
    expect((await answered).status()).toBe(503);
    expect(await (await answered).request().headerValue('sec-purpose')).toMatch(/prefetch/);
    expect(demo.calls('token')).toBe(0);
    await expectHonestGetsIn(callback);
    expect(purposes.filter((purpose) => purpose === undefined).length).toBe(1);
  });

  it('a prefetch from another site uses nothing up', async () => {
    const callback = await agreed();
    const page = `<!doctype html><title>elsewhere</title><script type="speculationrules">${JSON.stringify({
      prefetch: [{ source: 'list', urls: [callback], eagerness: 'immediate' }],
    })}</script><a href="${callback.replaceAll('&', '&amp;')}">on</a>`;
    const elsewhere = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page));
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const seen: (string | undefined)[] = [];
    try {
      const session = await honest.context().newCDPSession(honest);
      await session.send('Network.enable');
      session.on('Network.requestWillBeSent', ({ request }) => {
        if (request.url.startsWith(`${demo.origin}/callback`)) seen.push(request.headers['Sec-Purpose']);
      });
      await honest.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
      await honest.getByRole('link').click();
      await arrive(honest, demo);
      expect(await honest.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
      expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
    } finally {
      elsewhere.closeAllConnections();
      elsewhere.close();
    }
  });

  it('another browser is told where to go, and the honest one still gets in', async () => {
    const callback = await agreed();
    const stranger = await newBrowser();
    await stranger.goto(callback);
    expect(await title(stranger)).toBe('別のブラウザで開かれました');
    expect(stranger.url()).toBe(`${demo.origin}/stopped/foreign-browser`);
    expect(demo.calls('token')).toBe(0);
    await expectStrangerLearnsNothing(stranger);
    await expectHonestGetsIn(callback);
  });

  it('a stranger with an application of their own does not get in either, before or after', async () => {
    const callback = await agreed();
    const stranger = await newBrowser();
    await apply(stranger, demo, '別人 一郎');
    const portal = stranger.url();
    await stranger.goto(callback);
    expect(await title(stranger)).toBe('別のブラウザで開かれました');
    await expectHonestGetsIn(callback);
    await stranger.goto(callback);
    expect(await stranger.content()).not.toContain('3,720,000');
    expect(demo.calls('token')).toBe(1);
    // And their own consent still works.
    await stranger.goto(portal);
    await consent(stranger, cards.another);
    await arrive(stranger, demo);
    expect(await stranger.getByLabel('世帯主の氏名').inputValue()).toBe('別人 一郎');
  });

  it("a stranger's callback slipped to the honest browser brings no foreign data in", async () => {
    const callback = await agreed();
    const stranger = await newBrowser();
    await apply(stranger, demo, '番号 花子');
    const slipped = await demo.sandbox().visit(stranger.url(), { persona: 'another-person' });
    await honest.goto(slipped);
    expect(await title(honest)).toBe('別のブラウザで開かれました');
    await expectHonestGetsIn(callback);
  });

  it('the same callback opened twice at once is exchanged once, and both pages show the same answer', async () => {
    const callback = await agreed();
    const second = await honest.context().newPage();
    await Promise.all([honest.goto(callback), second.goto(callback)]);
    await arrive(honest, demo);
    await second.goto(`${demo.origin}/income`);
    for (const page of [honest, second]) expect(await page.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
    expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
  });

  it('a reload or the back button after the end shows what there is, and exchanges nothing', async () => {
    const callback = await agreed();
    await expectHonestGetsIn(callback);
    await honest.goto(callback);
    expect(honest.url()).toBe(`${demo.origin}/income`);
    await honest.getByRole('button', { name: '破棄して自分で入力する' }).click();
    await honest.goto(callback);
    expect(await title(honest)).toBe('この手続きは処理済みです');
    expect(demo.calls('token')).toBe(1);
  });

  it('a state that nobody began is unknown, and a page of no such name is no page', async () => {
    await honest.goto(`${demo.origin}/callback?code=made-up&state=made-up`);
    expect(await title(honest)).toBe('手続きを確認できません');
    expect(honest.url()).toBe(`${demo.origin}/stopped/unknown`);
    const response = await honest.goto(`${demo.origin}/stopped/granted`);
    expect(response?.status()).toBe(404);
    expect(await title(honest)).toBe('ページがありません');
  });

  it('posts from elsewhere change nothing', async () => {
    const callback = await agreed();
    await expectHonestGetsIn(callback);
    const response = await honest.context().request.post(`${demo.origin}/income`, { headers: { origin: 'https://evil.example' }, form: { action: 'drop' } });
    expect(response.status()).toBe(403);
    await honest.reload();
    expect(await honest.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
  });

  it('answers carry a strict policy, no cache, and a cookie that scripts and other sites do not get', async () => {
    await apply(honest, demo, '番号 花子');
    const [cookie] = (await honest.context().cookies(demo.origin)).filter(({ name }) => name === 'session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(cookie?.value).toMatch(/^[\w-]{43}$/);
    const headers = (await honest.context().request.get(`${demo.origin}/hand`)).headers();
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' ${demo.sandbox().browserUrl}; base-uri 'none'; frame-ancestors 'none'`,
    );
  });
});
