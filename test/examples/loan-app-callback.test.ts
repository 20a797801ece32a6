import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type APIRequestContext, type Browser, type Page, request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  agreed,
  arrive,
  cards,
  type LoanDemo,
  openLoanDemo,
  openPage,
  shownAs,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';
import { HANGS_MS } from '../kit/size.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)(
  "the callback of the bank, opened by the citizen's browser and by others",
  () => {
    let browser: Browser;
    let demo: LoanDemo;
    /** A page of a browser. */
    let page: Page;
    /** Another browser, without pages. */
    let other: APIRequestContext;
    const servers: Server[] = [];

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
      other = await request.newContext({ timeout: HANGS_MS });
    });

    afterEach(async () => {
      await other.dispose();
      for (const server of servers.splice(0)) {
        server.close();
        server.closeAllConnections();
      }
    });

    const title = () => page.getByRole('heading', { level: 1 }).textContent();

    /** Opens the callback as the citizen, in the browser. */
    async function expectPageGetsIn(callback: string): Promise<void> {
      await page.goto(callback);
      await expectIn();
    }

    async function expectIn(): Promise<void> {
      await page.waitForURL(`${demo.origin}/income`);
      await arrive(page, demo);
      expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
      expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
    }

    /** Opens the callback as the citizen, without a page. */
    async function expectGetsIn(citizen: APIRequestContext, callback: string): Promise<void> {
      expect((await citizen.get(callback)).url()).toBe(`${demo.origin}/income`);
      demo.clock.advance(1_000);
      const shown = await (await citizen.get(`${demo.origin}/income`)).text();
      expect(shown).toContain('<b>3,720,000円</b>');
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

    it('a HEAD request uses nothing up, with or without the session', async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      for (const visitor of [page.request, other]) {
        const response = await visitor.head(callback, { maxRedirects: 0 });
        expect(response.status()).toBe(503);
        expect(response.headers()['cache-control']).toBe('no-store');
      }
      expect(demo.calls('token')).toBe(0);
      await expectGetsIn(page.request, callback);
    });

    it('a prefetch by link, with the session, uses nothing up', async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      const prefetched = page.waitForResponse(callback);
      // Served by the bank's origin without its policy, which would forbid the prefetch.
      const body = `<link rel="prefetch" href="${escaped(callback)}"><a href="${escaped(callback)}">on</a>`;
      await page.route(`${demo.origin}/elsewhere`, (route) =>
        route.fulfill({ contentType: 'text/html', body }),
      );
      await page.goto(`${demo.origin}/elsewhere`);
      expect((await prefetched).status()).toBe(503);
      expect(await (await prefetched).request().headerValue('sec-purpose')).toContain('prefetch');
      expect(demo.calls('token')).toBe(0);
      await page.unroute(`${demo.origin}/elsewhere`);
      await page.getByRole('link').click();
      await expectIn();
    });

    it('a speculative prefetch, with the session, is discarded by the browser and uses nothing up', async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      const devtools = await page.context().newCDPSession(page);
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
      await page.goto(
        await elsewhere(
          `<script type="speculationrules">${rules}</script><a href="${escaped(callback)}">on</a>`,
        ),
      );
      expect(await failed).toBe('PrefetchFailedNon2XX');
      await devtools.detach();
      expect(demo.calls('token')).toBe(0);
      await page.getByRole('link').click();
      await expectIn();
    });

    it("another browser is shown where to continue, and the citizen's browser still completes", async () => {
      const callback = await agreed(other, demo, cards.hanako);
      await page.goto(callback);
      expect(await title()).toBe('別のブラウザで開かれました');
      expect(page.url()).toBe(`${demo.origin}/stopped/foreign-browser`);
      expect(demo.calls('token')).toBe(0);
      expect(await page.content()).not.toMatch(/3,720,000|番号 花子さん|code=|state=/);
      await page.goto(`${demo.origin}/income`);
      expect(page.url()).toBe(`${demo.origin}/apply`);
      await expectGetsIn(other, callback);
    });

    it('another person with a different application cannot use the callback, before or after', async () => {
      const callback = await agreed(other, demo, cards.hanako);
      const own = await agreed(page.request, demo, cards.another);
      await page.goto(callback);
      expect(await title()).toBe('別のブラウザで開かれました');
      await expectGetsIn(other, callback);
      await page.goto(callback);
      expect(await page.content()).not.toContain('3,720,000');
      expect(demo.calls('token')).toBe(1);
      // Their own consent still works.
      await page.goto(own);
      await arrive(page, demo);
      expect(
        await page.locator('.value', { hasText: '世帯主の氏名' }).locator('b').innerText(),
      ).toBe('別人 一郎');
    });

    it("another person's callback opened in the citizen's browser brings no foreign data in", async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      const slipped = await agreed(other, demo, cards.another, '番号 花子');
      await page.goto(slipped);
      expect(await title()).toBe('別のブラウザで開かれました');
      await expectPageGetsIn(callback);
    });

    it('the same callback opened twice at once is exchanged once, and both pages show the same answer', async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      const second = await page.context().newPage();
      await Promise.all([page.goto(callback), second.goto(callback)]);
      await arrive(page, demo);
      await second.goto(`${demo.origin}/income`);
      for (const tab of [page, second]) expect(await shownAs(tab, 'total-0')).toBe('3,720,000円');
      expect([demo.calls('token'), demo.calls('request')]).toEqual([1, 1]);
      await second.close();
    });

    it('a reload or the back button after the end shows the result and exchanges nothing', async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      await expectPageGetsIn(callback);
      await page.goto(callback);
      expect(page.url()).toBe(`${demo.origin}/income`);
      await page.getByRole('button', { name: '取得した情報を破棄して、自分で入力する' }).click();
      await page.goto(callback);
      expect(await title()).toBe('この手続きはすでに受け付けています');
      expect(demo.calls('token')).toBe(1);
    });

    it('the callback of a declined consent, opened again, waits for nothing', async () => {
      const callback = await agreed(page.request, demo, cards.hanako, '番号 花子', 'decline');
      await page.goto(callback);
      expect(await title()).toBe('情報の取得を中止しました');
      await page.goto(callback);
      expect(await title()).toBe('この手続きはすでに受け付けています');
      await page.goto(`${demo.origin}/income`);
      expect(page.url()).toBe(`${demo.origin}/consent`);
    });

    it('a response with another issuer is rejected, and the page shows no details', async () => {
      const callback = new URL(await agreed(page.request, demo, cards.hanako));
      callback.searchParams.set('iss', 'https://evil.example');
      await page.goto(callback.href);
      expect(page.url()).toBe(`${demo.origin}/stopped/rejected`);
      expect(await title()).toBe('お手続きを続けられません');
      expect(await page.content()).not.toContain('evil');
      expect(await page.content()).toContain('（エラー番号: E-116）');
      expect(demo.calls('token')).toBe(0);
      await page.getByRole('link', { name: '最初からやり直す' }).click();
      expect(page.url()).toBe(`${demo.origin}/consent`);
    });

    it('an unknown state and an unknown page are refused', async () => {
      await page.goto(`${demo.origin}/callback?code=made-up&state=made-up`);
      expect(await title()).toBe('お手続きの状況を確認できません');
      expect(page.url()).toBe(`${demo.origin}/stopped/unknown`);
      const response = await page.goto(`${demo.origin}/stopped/granted`);
      expect(response?.status()).toBe(404);
      expect(await title()).toBe('ページがありません');
    });

    it('posts from other sites change nothing', async () => {
      const callback = await agreed(page.request, demo, cards.hanako);
      await expectGetsIn(page.request, callback);
      const response = await page.request.post(`${demo.origin}/consent`, {
        headers: { origin: 'https://evil.example' },
        form: { action: 'drop' },
      });
      expect([response.status(), response.headers()['cache-control']]).toEqual([403, 'no-store']);
      await page.goto(`${demo.origin}/income`);
      expect(await shownAs(page, 'total-0')).toBe('3,720,000円');
    });

    it('responses carry a strict policy, no cache, and a cookie closed to scripts and other sites', async () => {
      await agreed(page.request, demo, cards.hanako);
      const [cookie] = (await page.context().cookies(demo.origin)).filter(
        ({ name }) => name === 'session',
      );
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
      expect(cookie?.value).toMatch(/^[\w-]{43}$/);
      const headers = (await page.request.get(`${demo.origin}/apply`)).headers();
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' ${demo.sandbox().browserUrl}; base-uri 'none'; frame-ancestors 'none'`,
      );
    });
  },
);
