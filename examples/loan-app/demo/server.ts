// みほん銀行のデモ。npm run demo -- --serve から使われる。
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { deleteCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { isSelfInfoError, type Language, type VirtualClock } from 'myna-selfinfo';
import { controlPaths } from 'myna-selfinfo/sandbox';
import { carryOut, createMovableClock, type Demo, openBank } from './bank.js';
import { controlBox, type DemoOrder, type DemoState, readOrder } from './controls.js';

/** 操作盤を添える画面。申込みのあとの画面では、保管した情報を確かめる。 */
const boxed: Readonly<Record<string, { readonly applied: boolean }>> = {
  '/': { applied: false },
  '/done': { applied: true },
  '/review': { applied: true },
};

export interface LoanDemoOptions {
  readonly port?: number;
  readonly clock?: VirtualClock;
  /** コールバックを POST で受け取る（form_post）。 */
  readonly posted?: boolean;
}

export async function startLoanDemo({
  port = 3000,
  clock = createMovableClock(),
  posted = false,
}: LoanDemoOptions = {}) {
  const app = new Hono();
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const state: DemoState = { person: 'hanako', trouble: 'none', events: [], tried: undefined };
  const bank = await openBank({ origin, clock, state, posted });
  const demo: Demo = { origin, clock, state, posted, bank };
  addRoutes(app, demo);
  // 立ち去った人のもの、期間の終わったものは、誰も見に来なくても消える。
  const tidying = setInterval(() => demo.bank.tidy().catch(logCode), 60_000);

  async function close() {
    clearInterval(tidying);
    await demo.bank.close();
    await new Promise((resolve) => {
      server.close(resolve);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  }
  return {
    origin,
    clock,
    state,
    order: (order: DemoOrder) => carryOut(demo, order),
    tidy: () => demo.bank.tidy(),
    sandbox: () => demo.bank.sandbox,
    close,
  };
}

function addRoutes(app: Hono, demo: Demo): void {
  app.get('/demo.css', (c) =>
    c.body(readFileSync(new URL('demo.css', import.meta.url)), 200, { 'content-type': 'text/css' }),
  );
  app.post('/demo', csrf({ origin: demo.origin }), async (c) => {
    const order = readOrder(await c.req.parseBody());
    await carryOut(demo, order);
    // 別の人の申込みは、新しいセッションで始める。
    if (order.person !== undefined) deleteCookie(c, 'session', { path: '/' });
    return c.redirect(order.kept === undefined ? '/' : '/review', 303);
  });
  app.all('*', async (c) => addBox(demo, c, await demo.bank.fetch(c.req.raw)));
}

/** 銀行のアプリはデモを知らない。できあがった画面の横に操作盤を添える。 */
async function addBox(demo: Demo, c: Context, response: Response): Promise<Response> {
  const { state, clock, bank } = demo;
  const box = boxed[c.req.path];
  if (box === undefined || !response.headers.get('content-type')?.startsWith('text/html'))
    return response;
  const page = await response.text();
  const language: Language = page.includes('<html lang="en">') ? 'en' : 'ja';
  const sandboxUrl = new URL(controlPaths.start, bank.sandbox.browserUrl).href;
  const aside = await controlBox(language, { state, now: clock.now(), sandboxUrl, ...box });
  return new Response(
    page.replace('</main>', () => `</main>\n${aside}`),
    response,
  );
}

function logCode(error: unknown): void {
  console.error(isSelfInfoError(error) ? error.code : 'unexpected');
}

/** Ctrl-C まで動かす。 */
export async function serveLoanDemo() {
  const { PORT = '3000' } = process.env;
  const posted = process.argv.includes('--form-post');
  const port = /^\d{1,5}$/.test(PORT) && Number(PORT) <= 65_535 ? Number(PORT) : undefined;
  const demo =
    port === undefined ? 'invalid' : await startLoanDemo({ port, posted }).catch(listeningFault);
  if (typeof demo === 'string') {
    const why =
      demo === 'invalid'
        ? 'は番号（0〜65535）ではありません'
        : demo === 'EADDRINUSE'
          ? 'は使用中です'
          : 'を開く権限がありません';
    console.error(
      `ポート ${PORT} ${why}。別の番号を PORT で指定してください。例: PORT=3001 npm run demo -- --serve`,
    );
    process.exitCode = 1;
    return;
  }
  console.log(`みほん銀行のデモ: ${demo.origin}（Ctrl-C で終了）`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await demo.close();
}

function listeningFault(error: NodeJS.ErrnoException): 'EADDRINUSE' | 'EACCES' {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return error.code;
  throw error;
}
