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
import { type DemoOrder, type DemoState, drawer, readOrder } from './controls.js';

export interface LoanDemoOptions {
  readonly port?: number;
  readonly clock?: VirtualClock;
  /** コールバックを POST で受け取る（form_post）。 */
  readonly posted?: boolean;
  /** examples/loan-app のフォルダー。省略すると、このファイルのあるところ。 */
  readonly folder?: URL;
}

export async function startLoanDemo({
  port = 3000,
  clock = createMovableClock(),
  posted = false,
  folder = new URL('../', import.meta.url),
}: LoanDemoOptions = {}) {
  const app = new Hono();
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const state: DemoState = { person: 'hanako', trouble: 'none', events: [], tried: undefined };
  const options = { origin, clock, state, posted, files: new URL('public/', folder) };
  // 始められないときは、待ち受けもやめる。
  const bank = await openBank(options).catch((error) => {
    server.close();
    throw error;
  });
  const demo: Demo = { ...options, bank };
  addRoutes(app, demo, readFileSync(new URL('demo/demo.css', folder)));
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

function addRoutes(app: Hono, demo: Demo, css: Buffer<ArrayBuffer>): void {
  app.get('/demo.css', (c) => c.body(css, 200, { 'content-type': 'text/css' }));
  app.post('/demo', csrf({ origin: demo.origin }), async (c) => {
    const body = await c.req.parseBody();
    const order = readOrder(body);
    await carryOut(demo, order);
    // 別の人の申込みは、新しいセッションで始める。
    if (order.person !== undefined) deleteCookie(c, 'session', { path: '/' });
    return c.redirect(`${pathAfter(order, body.path)}?demo=open`, 303);
  });
  app.all('*', async (c) => addDrawer(demo, c, await demo.bank.fetch(c.req.raw)));
}

/** 操作のあとの画面: 保管した情報を試すときは審査の画面、人や障害を選んだときは初めから。 */
function pathAfter({ kept, person, trouble }: DemoOrder, path: unknown): string {
  if (kept !== undefined) return '/review';
  if (person !== undefined || trouble !== undefined) return '/';
  return typeof path === 'string' && /^\/[\w/-]*$/.test(path) && !path.startsWith('//')
    ? path
    : '/';
}

/** 銀行のアプリはデモを知らない。できあがった画面の隅に操作盤を添える。 */
async function addDrawer(demo: Demo, c: Context, response: Response): Promise<Response> {
  const { state, clock, bank } = demo;
  if (!response.headers.get('content-type')?.startsWith('text/html')) return response;
  const page = await response.text();
  const language: Language = page.includes('<html lang="en">') ? 'en' : 'ja';
  const aside = await drawer(language, {
    ...{ state, now: clock.now(), path: c.req.path },
    sandboxUrl: new URL(controlPaths.start, bank.sandbox.browserUrl).href,
    isOpen: c.req.query('demo') === 'open',
  });
  return new Response(
    page.replace('</body>', () => `${aside}\n</body>`),
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
