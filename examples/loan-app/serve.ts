// みほん銀行をサンドボックスにつないで動かす。npm run demo -- --serve から使われる。
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { deleteCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { createSelfInfoClient, systemClock, type VirtualClock } from 'myna-selfinfo';
import { controlPaths, startSandbox } from 'myna-selfinfo/sandbox';
import { createLoanApp } from './app.js';
import { controlBox, type DemoOrder, type DemoState, exampleOf, faultsOf, readOrder } from './controls.js';
import { housingLoan } from './service.js';

/** ふつうに進み、合わせ直すこともできる時計。 */
function createMovableClock(start: string): VirtualClock {
  let aheadMs = Date.parse(start) - Date.now();
  return {
    now: () => Date.now() + aheadMs,
    wait: systemClock.wait,
    advance(ms) {
      aheadMs += ms;
    },
    set(to) {
      aheadMs = (typeof to === 'string' ? Date.parse(to) : Number(to)) - Date.now();
    },
  };
}

export async function startLoanDemo({ port = 3000, clock = createMovableClock('2026-12-01T10:00:00+09:00') }: { port?: number; clock?: VirtualClock } = {}) {
  const outside = new Hono();
  const server = serve({ fetch: outside.fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const state: DemoState = { person: 'hanako', trouble: 'none' };
  let bank = await open();

  /** サンドボックスとつなぐ。本物につなぐときに変わるのは、この environment と tls だけ。 */
  async function open() {
    const sandbox = await startSandbox({
      registrations: [{ clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service: housingLoan }],
      faults: faultsOf(state),
      clock,
    });
    const client = createSelfInfoClient({ service: housingLoan, ...sandbox.connection });
    const logUrl = new URL(controlPaths.log, sandbox.browserUrl).href;
    const app = createLoanApp({
      client,
      origin,
      portal: sandbox.browserUrl,
      now: clock.now,
      demo: { box: (language) => controlBox(language, state, clock.now(), logUrl), example: () => exampleOf(state) },
    });
    const close = async () => {
      await client.close();
      await sandbox.close();
    };
    return { app, sandbox, close };
  }

  async function order({ time, person, trouble }: DemoOrder) {
    if (time === 'later') clock.advance(6 * 60_000);
    else if (time !== undefined) clock.set(time);
    if (person !== undefined) state.person = person;
    if (trouble === undefined || trouble === state.trouble) return;
    // 障害はサンドボックスを作るときに決まるので、つなぎ直す。途中の申込みは失われる。
    state.trouble = trouble;
    await bank.close();
    bank = await open();
  }

  outside.post('/demo', csrf({ origin }), async (c) => {
    const asked = readOrder(await c.req.parseBody());
    await order(asked);
    // 別の人の申込みは、新しいセッションで始める。
    if (asked.person !== undefined) deleteCookie(c, 'session', { path: '/' });
    return c.redirect('/', 303);
  });
  outside.all('*', (c) => bank.app.fetch(c.req.raw));

  async function close() {
    await bank.close();
    await new Promise((resolve) => {
      server.close(resolve);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  }
  return { origin, clock, order, sandbox: () => bank.sandbox, close };
}

/** Ctrl-C まで動かす。 */
export async function serveLoanDemo() {
  const demo = await startLoanDemo({ port: Number(process.env.PORT ?? 3000) });
  console.log(`みほん銀行のデモ: ${demo.origin}（終わるには Ctrl-C）`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await demo.close();
}
