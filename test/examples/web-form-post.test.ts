import { once } from 'node:events';
import { request as forward } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  createSelfInfoClient,
  createVirtualClock,
  publicProfile,
  type WireProfile,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen as express } from '../../examples/web/express.js';
import { listen as hono } from '../../examples/web/hono.js';
import { loan } from '../../examples/web/loan.js';
import { openChromium } from '../kit/browser.js';
import { createAuthority } from '../kit/certificates.js';
import { cards, consent } from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

const profile: WireProfile = {
  ...publicProfile,
  id: 'posting',
  oauth: { ...publicProfile.oauth, responseMode: { value: 'form_post', confidence: 'unknown' } },
};

/** The Retry-After of the sandbox while it works. No other step takes as long. */
const PAUSE_MS = 1_000;

/** Starts a proxy that ends TLS, as in front of a bank; `to` is the port behind it. */
async function startProxy(to: () => number): Promise<Server> {
  const { issue } = await createAuthority();
  const proxy = createServer(await issue('bank', { dns: 'localhost' }), (request, response) => {
    const { method, url, headers } = request;
    const inner = forward({ host: '127.0.0.1', port: to(), method, path: url, headers }, (said) => {
      response.writeHead(said.statusCode ?? 500, said.headers);
      said.pipe(response);
    });
    request.pipe(inner);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return proxy;
}

describe.skipIf(chromium.missing).each([
  ['Hono', hono],
  ['Express', express],
])('the example with %s and posted callbacks in Chromium', (_, listen) => {
  let browser: Browser;
  let page: Page;
  let origin: string;
  const ends: (() => unknown)[] = [];
  /** The headers that the callbacks came with, without their values. */
  const posted: { readonly method: string | undefined; readonly cookie: boolean }[] = [];

  beforeAll(async () => {
    let port = 0;
    const proxy = await startProxy(() => port);
    origin = `https://localhost:${(proxy.address() as AddressInfo).port}`;
    proxy.prependListener('request', ({ method, url, headers }) => {
      if (url === '/callback')
        posted.push({ method, cookie: /__Host-session=/.test(headers.cookie ?? '') });
    });
    const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
    const sandbox = await startSandbox({
      registrations: [
        { clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service: loan },
      ],
      clock,
      profile,
    });
    const client = createSelfInfoClient({
      service: loan,
      ...sandbox.connection,
      clock: {
        ...clock,
        wait(ms, signal) {
          const waited = clock.wait(ms, signal);
          if (ms === PAUSE_MS) clock.advance(PAUSE_MS);
          return waited;
        },
      },
    });
    const app = await listen(client, { port: 0, https: true, posted: true });
    port = app.port;
    browser = await openChromium();
    page = await (await browser.newContext({ locale: 'ja-JP', ignoreHTTPSErrors: true })).newPage();
    ends.push(
      () => browser.close(),
      () => proxy.closeAllConnections(),
      () => new Promise((resolve) => proxy.close(resolve)),
      () => app.close(),
      () => client.close(),
      () => sandbox.close(),
    );
  });
  afterAll(async () => {
    for (const end of ends.splice(0)) await end();
  });

  it('gets the answer, since its cookie comes with the POST from the other site', async () => {
    await page.goto(origin);
    await page.getByRole('button').click();
    const [cookie] = await page.context().cookies(origin);
    expect(cookie).toMatchObject({
      name: '__Host-session',
      httpOnly: true,
      secure: true,
      sameSite: 'None',
    });
    await Promise.all([page.waitForURL(`${origin}/result`), consent(page, cards.hanako)]);
    expect(await page.getByText('情報を取得しました').count()).toBe(1);
    expect(posted).toEqual([{ method: 'POST', cookie: true }]);
  });

  it('rejects a form that is too long or empty, and an empty body', async () => {
    for (const form of [{ state: 'x'.repeat(9_000) }, { state: '' }, {}]) {
      const answer = await page.request.post(`${origin}/callback`, { form, maxRedirects: 0 });
      expect([answer.status(), answer.headers().location]).toEqual([
        303,
        '/result?outcome=rejected',
      ]);
    }
  });
});
