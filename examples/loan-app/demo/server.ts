// みほん銀行をサンドボックスにつないで動かす。npm run demo -- --serve から使われる。
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { deleteCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import {
  createSelfInfoClient,
  isSelfInfoError,
  type Language,
  systemClock,
  type VirtualClock,
} from 'myna-selfinfo';
import { controlPaths, startSandbox } from 'myna-selfinfo/sandbox';
import { createLoanVault } from '../answers.js';
import { createLoanApp } from '../app.js';
import { housingLoan } from '../service.js';
import {
  controlBox,
  type DemoOrder,
  type DemoState,
  exampleOf,
  faultsOf,
  lastKept,
  readOrder,
} from './controls.js';

const HOUR_MS = 3_600_000;
const HALF_DAY_MS = 12 * HOUR_MS;
const MORNING = '2026-12-01T10:00:00+09:00';
/** 操作盤を添える画面。申込みのあとの画面では、保管した情報を確かめる。 */
const boxed: Readonly<Record<string, { readonly applied: boolean }>> = {
  '/': { applied: false },
  '/done': { applied: true },
  '/review': { applied: true },
};

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

export async function startLoanDemo({
  port = 3000,
  clock = createMovableClock(MORNING),
}: {
  port?: number;
  clock?: VirtualClock;
} = {}) {
  const outside = new Hono();
  const server = serve({ fetch: outside.fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const state: DemoState = { person: 'hanako', trouble: 'none', events: [], tried: undefined };
  let bank = await open();
  // 立ち去った人のもの、期間の終わったものは、誰も見に来なくても消える。
  const tidying = setInterval(
    () =>
      bank
        .tidy()
        .catch((error) => console.error(isSelfInfoError(error) ? error.code : 'unexpected')),
    60_000,
  );

  /** サンドボックスとつなぐ。本物につなぐときに変わるのは、この environment と tls だけ。 */
  async function open() {
    const sandbox = await startSandbox({
      registrations: [
        {
          clientId: 'SP00000001_HL0001',
          redirectUris: [`${origin}/callback`],
          service: housingLoan,
        },
      ],
      faults: faultsOf(state),
      clock,
    });
    // random: 障害のあとにやり直すまでの間を、毎回同じにする。
    const client = createSelfInfoClient({
      service: housingLoan,
      ...sandbox.connection,
      random: () => 1,
    });
    state.events = [];
    const vault = createLoanVault({
      clock,
      onEvent(event) {
        if (event.type !== 'swept' || event.records > 0) state.events = [...state.events, event];
      },
    });
    const app = createLoanApp({
      client,
      vault,
      origin,
      portal: sandbox.browserUrl,
      now: clock.now,
      example: () => exampleOf(state),
    });
    const close = async () => {
      await client.close();
      await sandbox.close();
    };
    return { ...app, sandbox, vault, close };
  }

  async function reopen() {
    await bank.close();
    bank = await open();
  }

  /** 時計を動かす。期間をまたいでも、ふだんどおり片付けが動いていたように、半日ずつ進める（vault は、24時間を超えて飛んだ時計を疑う）。 */
  async function moveTo(to: number) {
    if (to < clock.now() - HOUR_MS) {
      // 保管庫の時刻は戻らない。過去へ戻るデモは、初めからやり直す。
      clock.set(to);
      await reopen();
    }
    await bank.tidy();
    while (clock.now() < to) {
      clock.set(Math.min(clock.now() + HALF_DAY_MS, to));
      await bank.tidy();
    }
    clock.set(to);
  }

  async function order({ time, person, trouble, kept }: DemoOrder) {
    state.tried = undefined;
    if (time === 'later') clock.advance(6 * 60_000);
    else if (time !== undefined) await moveTo(Date.parse(time));
    if (person !== undefined) state.person = person;
    const last = lastKept(state);
    if (kept === 'over' && last !== undefined)
      await moveTo(Math.max(Date.parse(last.keepUntil) + 10 * HOUR_MS, clock.now()));
    if (kept === 'marketing' && last !== undefined) state.tried = await tryMarketing(last.ref);
    if (trouble === undefined || trouble === state.trouble) return;
    // 障害はサンドボックスを作るときに決まるので、つなぎ直す。途中の申込みは失われる。
    state.trouble = trouble;
    await reopen();
  }

  /** 同意された目的と違う目的で読もうとする。読めてはならない。 */
  async function tryMarketing(ref: string): Promise<'refused' | 'gone'> {
    try {
      await bank.vault.read(ref, { purpose: 'marketing', reason: 'カードローンのご案内' });
    } catch (error) {
      if (isSelfInfoError(error, 'purpose_refused')) return 'refused';
      if (isSelfInfoError(error)) return 'gone';
      throw error;
    }
    throw new Error('The vault gave data out for another purpose.');
  }

  outside.get('/demo.css', (c) =>
    c.body(readFileSync(new URL('demo.css', import.meta.url)), 200, { 'content-type': 'text/css' }),
  );
  outside.post('/demo', csrf({ origin }), async (c) => {
    const asked = readOrder(await c.req.parseBody());
    await order(asked);
    // 別の人の申込みは、新しいセッションで始める。
    if (asked.person !== undefined) deleteCookie(c, 'session', { path: '/' });
    return c.redirect(asked.kept === undefined ? '/' : '/review', 303);
  });
  outside.all('*', async (c) => {
    const response = await bank.fetch(c.req.raw);
    const box = boxed[c.req.path];
    if (box === undefined || !response.headers.get('content-type')?.startsWith('text/html'))
      return response;
    // 銀行のアプリはデモを知らない。できあがった画面の横に操作盤を添える。
    const page = await response.text();
    const language: Language = page.includes('<html lang="en">') ? 'en' : 'ja';
    const logUrl = new URL(controlPaths.log, bank.sandbox.browserUrl).href;
    const aside = await controlBox(language, { state, now: clock.now(), logUrl, ...box });
    return new Response(
      page.replace('</main>', () => `</main>\n${aside}`),
      response,
    );
  });

  async function close() {
    clearInterval(tidying);
    await bank.close();
    await new Promise((resolve) => {
      server.close(resolve);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  }
  return {
    origin,
    clock,
    state,
    order,
    tidy: () => bank.tidy(),
    sandbox: () => bank.sandbox,
    close,
  };
}

/** Ctrl-C まで動かす。 */
export async function serveLoanDemo() {
  const { PORT = '3000' } = process.env;
  const port = /^\d{1,5}$/.test(PORT) && Number(PORT) <= 65_535 ? Number(PORT) : undefined;
  const demo = port === undefined ? 'invalid' : await startLoanDemo({ port }).catch(listeningFault);
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
  console.log(`みほん銀行のデモ: ${demo.origin}（終わるには Ctrl-C）`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await demo.close();
}

function listeningFault(error: NodeJS.ErrnoException): 'EADDRINUSE' | 'EACCES' {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return error.code;
  throw error;
}
