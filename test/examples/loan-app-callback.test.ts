import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  apply,
  arrive,
  cards,
  type LoanDemo,
  openLoanDemo,
  openPage,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)(
  "the callback of the bank, opened by the citizen's browser and by others",
  () => {
    let browser: Browser;
    let demo: LoanDemo;
    // Pages of two browsers that share nothing.
    let honest: Page;
    let stranger: Page;
    const servers: Server[] = [];

    beforeAll(async () => {
      browser = await openChromium();
      demo = await openLoanDemo();
      honest = await openPage(browser);
      stranger = await openPage(browser);
    });

    afterAll(async () => {
      await browser?.close();
      await demo?.close();
    });

    beforeEach(async () => {
      await demo.restart();
      for (const page of [honest, stranger]) await page.context().clearCookies();
    });

    afterEach(async () => {
      for (const server of servers.splice(0)) {
        server.close();
        server.closeAllConnections();
      }
    });

    const title = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

    async function expectHonestGetsIn(callback: string): Promise<void> {
      await honest.goto(callback);
      await expectIn();
    }

    async function expectIn(): Promise<void> {
      await honest.waitForURL(`${demo.origin}/income`);
      await arrive(honest, demo);
      expect(await honest.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
      expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
    }

    /** Opens a page on the same host and another port, so that the session cookie is sent. */
    async function elsewhere(body: string): Promise<string> {
      const server = createServer((_, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end(`<!doctype html><title>elsewhere</title>${body}`),
      );
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://localhost:${(server.address() as AddressInfo).port}/`;
    }

    const escaped = (url: string) => url.replaceAll('&', '&amp;');

    async function expectStrangerLearnsNothing(): Promise<void> {
      expect(await stranger.content()).not.toMatch(/3,720,000|番号 花子さん|code=|state=/);
      await stranger.goto(`${demo.origin}/income`);
      expect(stranger.url()).toBe(`${demo.origin}/`);
    }

    it('a HEAD request uses nothing up, with or without the session', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      for (const { request } of [honest.context(), stranger.context()]) {
        const response = await request.head(callback, { maxRedirects: 0 });
        expect(response.status()).toBe(503);
        expect(response.headers()['cache-control']).toBe('no-store');
      }
      expect(demo.calls('token')).toBe(0);
      await expectHonestGetsIn(callback);
    });

    it('a prefetch by link, with the session, uses nothing up', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      const prefetched = honest.waitForResponse(callback);
      // Served by the bank's origin without its policy, which would forbid the prefetch.
      const body = `<link rel="prefetch" href="${escaped(callback)}"><a href="${escaped(callback)}">on</a>`;
      await honest.route(`${demo.origin}/elsewhere`, (route) =>
        route.fulfill({ contentType: 'text/html', body }),
      );
      await honest.goto(`${demo.origin}/elsewhere`);
      expect((await prefetched).status()).toBe(503);
      expect(await (await prefetched).request().headerValue('sec-purpose')).toContain('prefetch');
      expect(demo.calls('token')).toBe(0);
      await honest.unroute(`${demo.origin}/elsewhere`);
      await honest.getByRole('link').click();
      await expectIn();
    });

    it('a speculative prefetch, with the session, is discarded by the browser and uses nothing up', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      const devtools = await honest.context().newCDPSession(honest);
      const failed = new Promise<string>((resolve) => {
        devtools.on(
          'Preload.prefetchStatusUpdated',
          ({ status, prefetchStatus }) => status === 'Failure' && resolve(prefetchStatus),
        );
      });
      await devtools.send('Preload.enable');
      const rules = JSON.stringify({
        prefetch: [{ source: 'list', urls: [callback], eagerness: 'immediate' }],
      });
      await honest.goto(
        await elsewhere(
          `<script type="speculationrules">${rules}</script><a href="${escaped(callback)}">on</a>`,
        ),
      );
      expect(await failed).toBe('PrefetchFailedNon2XX');
      await devtools.detach();
      expect(demo.calls('token')).toBe(0);
      await honest.getByRole('link').click();
      await expectIn();
    });

    it("another browser is shown where to continue, and the citizen's browser still completes", async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      await stranger.goto(callback);
      expect(await title(stranger)).toBe('別のブラウザで開かれました');
      expect(stranger.url()).toBe(`${demo.origin}/stopped/foreign-browser`);
      expect(demo.calls('token')).toBe(0);
      await expectStrangerLearnsNothing();
      await expectHonestGetsIn(callback);
    });

    it('another person with a different application cannot use the callback, before or after', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      const own = await agreed(stranger, demo, cards.another);
      await stranger.goto(callback);
      expect(await title(stranger)).toBe('別のブラウザで開かれました');
      await expectHonestGetsIn(callback);
      await stranger.goto(callback);
      expect(await stranger.content()).not.toContain('3,720,000');
      expect(demo.calls('token')).toBe(1);
      // Their own consent still works.
      await stranger.goto(own);
      await arrive(stranger, demo);
      expect(await stranger.getByLabel('世帯主の氏名').inputValue()).toBe('別人 一郎');
    });

    it("another person's callback opened in the citizen's browser brings no foreign data in", async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      const slipped = await agreed(stranger, demo, cards.another, '番号 花子');
      await honest.goto(slipped);
      expect(await title(honest)).toBe('別のブラウザで開かれました');
      await expectHonestGetsIn(callback);
    });

    it('the same callback opened twice at once is exchanged once, and both pages show the same answer', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      const second = await honest.context().newPage();
      await Promise.all([honest.goto(callback), second.goto(callback)]);
      await arrive(honest, demo);
      await second.goto(`${demo.origin}/income`);
      for (const page of [honest, second])
        expect(await page.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
      expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
      await second.close();
    });

    it('a reload or the back button after the end shows the result and exchanges nothing', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      await expectHonestGetsIn(callback);
      await honest.goto(callback);
      expect(honest.url()).toBe(`${demo.origin}/income`);
      await honest.getByRole('button', { name: '破棄して自分で入力する' }).click();
      await honest.goto(callback);
      expect(await title(honest)).toBe('この手続きは処理済みです');
      expect(demo.calls('token')).toBe(1);
    });

    it('the callback of a declined consent, opened again, waits for nothing', async () => {
      const callback = await agreed(honest, demo, cards.hanako, '番号 花子', 'decline');
      await honest.goto(callback);
      expect(await title(honest)).toBe('取得を中止しました');
      await honest.goto(callback);
      expect(await title(honest)).toBe('この手続きは処理済みです');
      await honest.goto(`${demo.origin}/income`);
      expect(honest.url()).toBe(`${demo.origin}/`);
    });

    it('a response with another issuer is rejected, and the page shows no details', async () => {
      const callback = new URL(await agreed(honest, demo, cards.hanako));
      callback.searchParams.set('iss', 'https://evil.example');
      await honest.goto(callback.href);
      expect(honest.url()).toBe(`${demo.origin}/stopped/rejected`);
      expect(await title(honest)).toBe('手続きを続けられません');
      expect(await honest.content()).not.toContain('evil');
      expect(demo.calls('token')).toBe(0);
      await honest.getByRole('link', { name: '最初からやり直す' }).click();
      expect(honest.url()).toBe(`${demo.origin}/`);
    });

    it('an unknown state and an unknown page are refused', async () => {
      await honest.goto(`${demo.origin}/callback?code=made-up&state=made-up`);
      expect(await title(honest)).toBe('手続きを確認できません');
      expect(honest.url()).toBe(`${demo.origin}/stopped/unknown`);
      const response = await honest.goto(`${demo.origin}/stopped/granted`);
      expect(response?.status()).toBe(404);
      expect(await title(honest)).toBe('ページがありません');
    });

    it('posts from other sites change nothing', async () => {
      const callback = await agreed(honest, demo, cards.hanako);
      await expectHonestGetsIn(callback);
      const response = await honest.context().request.post(`${demo.origin}/income`, {
        headers: { origin: 'https://evil.example' },
        form: { action: 'drop' },
      });
      expect([response.status(), response.headers()['cache-control']]).toEqual([403, 'no-store']);
      await honest.reload();
      expect(await honest.getByLabel('合計所得金額').inputValue()).toBe('3,720,000円');
    });

    it('responses carry a strict policy, no cache, and a cookie closed to scripts and other sites', async () => {
      await apply(honest, demo, '番号 花子');
      const [cookie] = (await honest.context().cookies(demo.origin)).filter(
        ({ name }) => name === 'session',
      );
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
      expect(cookie?.value).toMatch(/^[\w-]{43}$/);
      const headers = (await honest.context().request.get(`${demo.origin}/hand`)).headers();
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' ${demo.sandbox().browserUrl}; base-uri 'none'; frame-ancestors 'none'`,
      );
    });
  },
);
