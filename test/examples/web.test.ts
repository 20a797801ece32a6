import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type Store,
} from 'myna-selfinfo';
import { type SandboxOptions, startSandbox } from 'myna-selfinfo/sandbox';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Listen, loan } from '../../examples/web/loan.js';
import { type Stage, startStage } from '../kit/stage.js';

const examples: Readonly<Record<string, () => Promise<{ listen: Listen }>>> = {
  'node-http': () => import('../../examples/web/node-http.js'),
  express: () => import('../../examples/web/express.js'),
  fastify: () => import('../../examples/web/fastify.js'),
  hono: () => import('../../examples/web/hono.js'),
};

const TUESDAY = '2026-12-01T10:00:00+09:00';
/** The Retry-After of the sandbox while it works. No other step takes as long. */
const PAUSE_MS = 1_000;
const DELAY_MS = 6_000;
const PATIENCE_MS = 5_000;
const READY = '情報を取得しました。内容をご確認ください。（1 件）';

/** The bank's origin as the citizen sees it, behind a proxy that ends TLS. */
const ORIGIN = 'https://loan.example';

/**
 * Creates a clock that moves only while the client waits: between two polls, and for a portal that
 * takes longer than the bank waits.
 */
function createClock() {
  const still = createVirtualClock(TUESDAY);
  return {
    ...still,
    wait(ms: number, signal?: AbortSignal) {
      const waited = still.wait(ms, signal);
      if (ms === PAUSE_MS) still.advance(PAUSE_MS);
      if (ms === DELAY_MS) still.advance(PATIENCE_MS);
      return waited;
    },
  };
}

interface Seen {
  readonly status: number;
  readonly text: string;
  readonly location: string;
  header(name: string): string;
}

/**
 * Creates a browser behind the proxy: it keeps the cookie, and the host header is the inner one.
 */
function createBrowser(port: number) {
  let cookie = '';
  async function go(
    method: 'GET' | 'POST' | 'HEAD',
    url: string,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const { pathname, search } = new URL(url, ORIGIN);
    const answer = await request(`http://127.0.0.1:${port}${pathname}${search}`, {
      method,
      reset: true,
      headers: {
        host: 'inside.invalid',
        ...(cookie && { cookie }),
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    });
    const header = (name: string) => String(answer.headers[name] ?? '');
    if (header('set-cookie')) cookie = header('set-cookie').split(';')[0] ?? '';
    return {
      status: answer.statusCode,
      text: await answer.body.text(),
      location: header('location'),
      header,
    };
  }
  return {
    go,
    get: (url: string, headers?: Record<string, string>) => go('GET', url, headers),
    start: (headers?: Record<string, string>) => go('POST', '/start', headers),
  };
}

type Browser = ReturnType<typeof createBrowser>;

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
  vi.restoreAllMocks();
});

/** Opens an example over real HTTP, with a sandbox over real mutual TLS. */
async function open(
  name: string,
  options: Pick<SandboxOptions, 'faults'> & {
    readonly at?: string;
    readonly store?: Partial<Store>;
    readonly https?: boolean;
  } = {},
) {
  const { faults = [], at = TUESDAY, store, https = true } = options;
  const clock = createClock();
  clock.set(at);
  const sandbox = await startSandbox({
    registrations: [
      { clientId: 'SP00000001_HL0001', redirectUris: [`${ORIGIN}/callback`], service: loan },
    ],
    faults,
    clock,
  });
  const client = createSelfInfoClient({
    service: loan,
    ...sandbox.connection,
    ...(store && { store: { ...createMemoryStore({ clock }), ...store } }),
  });
  const { listen } = (await examples[name]?.()) ?? {};
  if (listen === undefined) throw new Error(`There is no ${name}.`);
  const app = await listen(client, { port: 0, https });
  close = async () => {
    await app.close();
    await client.close();
    await sandbox.close();
  };
  const exchanges = () => sandbox.journal.filter(({ step }) => step === 'token').length;
  const browse = () => createBrowser(app.port);
  /** Goes from the button to the URL that the portal returns the citizen to. */
  async function consent(
    browser: Browser,
    decision: 'agree' | 'decline' = 'agree',
  ): Promise<string> {
    return sandbox.visit((await browser.start()).location, { persona: 'hanako', decision });
  }
  return { clock, browse, consent, exchanges };
}

const names = Object.keys(examples);

/** The examples as programs, one after the other. Each runs until SIGTERM. */
let stage: Stage;
const stopped = new Set<string>();

beforeAll(() => {
  const start = (name: string) => ({ program: 'web/start', args: [name], env: { PORT: '0' } });
  stage = startStage(Object.fromEntries(names.map((name) => [name, start(name)])));
});
afterAll(() => void stage.kill('SIGKILL'));

/** Returns the port of a program. Stops those before it, whose tests may be left out. */
async function portOf(name: string): Promise<number> {
  for (const before of names.slice(0, names.indexOf(name))) await stop(before);
  return Number(await stage.said(name, /(?<=localhost:)\d+(?=（)/));
}

/** Stops a program with SIGTERM, once. Resolves when it has ended. */
async function stop(name: string) {
  const port = await portOf(name);
  if (!stopped.has(name)) {
    stopped.add(name);
    // A program that responds also handles signals, and has read everything sent before.
    await createBrowser(port).get('/');
    stage.kill('SIGTERM');
  }
  return stage.played(name);
}

describe.each(names)('the example with %s', (name) => {
  it('offers a button and redirects to the portal, with a session cookie closed to scripts and other sites', async () => {
    const { browse } = await open(name);
    const browser = browse();
    const form = await browser.get('/');
    expect([form.status, form.header('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(form.text).toContain('<form method="post" action="/start">');

    const start = await browser.start({ 'sec-fetch-site': 'same-origin' });
    expect(start.status).toBe(303);
    expect(new URL(start.location).searchParams.get('redirect_uri')).toBe(`${ORIGIN}/callback`);
    const [cookie = '', ...attributes] = start.header('set-cookie').split('; ');
    expect(cookie).toMatch(/^__Host-session=[A-Za-z0-9_-]{43}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
  });

  it('sets a cookie without https attributes for a developer on localhost', async () => {
    const { browse } = await open(name, { https: false });
    const [cookie = '', ...attributes] = (await browse().start()).header('set-cookie').split('; ');
    expect(cookie).toMatch(/^session=[A-Za-z0-9_-]{43}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax']);
  });

  it('gets the answer after the consent and leaves no code in the URL', async () => {
    const { browse, consent, exchanges } = await open(name);
    const browser = browse();
    const callback = await browser.get(await consent(browser), {
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-site': 'cross-site',
    });
    expect([callback.status, callback.location]).toEqual([303, '/result']);
    expect([callback.header('cache-control'), callback.header('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);

    const result = await browser.get(callback.location);
    expect([result.status, result.header('cache-control')]).toEqual([200, 'no-store']);
    expect(result.text).toContain(READY);
    expect(exchanges()).toBe(1);
  });

  it('reports that the citizen declined, and sends nothing', async () => {
    const { browse, consent, exchanges } = await open(name);
    const browser = browse();
    const callback = await browser.get(await consent(browser, 'decline'));
    expect([callback.status, callback.location]).toEqual([303, '/result?outcome=declined']);
    expect((await browser.get(callback.location)).text).toContain(
      'マイナポータルからの情報の取得を中止しました。',
    );
    expect(exchanges()).toBe(0);
  });

  it('shows the error number of the reason when a callback is rejected', async () => {
    const { browse, consent, exchanges } = await open(name);
    const [browser, stranger] = [browse(), browse()];
    const url = new URL(await consent(browser));
    url.searchParams.set('iss', 'https://evil.example');
    const callback = await browser.get(url.href);
    expect([callback.status, callback.location]).toEqual([303, '/result?outcome=rejected']);
    expect((await browser.get(callback.location)).text).toContain('（エラー番号: E-116）');
    expect((await stranger.get(callback.location)).text).toContain('（エラー番号: E-102）');
    expect(exchanges()).toBe(0);
  });

  it("shows nothing to another browser, and the citizen's browser still completes", async () => {
    const { browse, consent, exchanges } = await open(name);
    const [browser, other, third] = [browse(), browse(), browse()];
    const url = await consent(browser);
    // One browser without a session, and one with another session.
    await third.start();
    for (const stranger of [other, third]) {
      const callback = await stranger.get(url);
      expect([callback.status, callback.location]).toEqual([
        303,
        '/result?outcome=foreign-browser',
      ]);
      expect((await stranger.get(callback.location)).text).toContain(
        '始めたブラウザに戻ってお続けください。',
      );
      expect((await stranger.get('/result')).text).toContain(
        'お手続きの状況を確認できませんでした。',
      );
    }
    expect(exchanges()).toBe(0);
    expect((await browser.get((await browser.get(url)).location)).text).toContain(READY);
  });

  it('responds to prefetch and HEAD with 503 and no-store, and the citizen can still come', async () => {
    const { browse, consent, exchanges } = await open(name);
    const browser = browse();
    const url = await consent(browser);
    for (const ahead of [
      await browser.get(url, { 'sec-purpose': 'prefetch;prerender' }),
      await browser.go('HEAD', url),
    ]) {
      expect([ahead.status, ahead.header('cache-control'), ahead.location]).toEqual([
        503,
        'no-store',
        '',
      ]);
    }
    expect(exchanges()).toBe(0);
    expect((await browser.get((await browser.get(url)).location)).text).toContain(READY);
  });

  it('shows the first result again when the callback is opened twice, and exchanges the code once', async () => {
    const { browse, consent, exchanges } = await open(name);
    const browser = browse();
    const url = await consent(browser);
    await browser.get(url);
    const again = await browser.get(url);
    expect([again.status, again.location]).toEqual([303, '/result']);
    expect((await browser.get('/result')).text).toContain(READY);
    expect(exchanges()).toBe(1);
  });

  it('shows that it is still fetching when the portal is slow, and then the answer', async () => {
    const { browse, consent, exchanges } = await open(name, {
      faults: [1, 2].map((nth) => ({ on: 'result', nth, do: 'delay', ms: DELAY_MS })),
    });
    const browser = browse();
    expect((await browser.get(await consent(browser))).location).toBe('/result');
    const pending = await browser.get('/result');
    expect([pending.status, pending.location]).toEqual([200, '']);
    expect(pending.text).toContain(
      'マイナポータルから情報を取得しています。しばらくお待ちください。',
    );
    expect(pending.text).toContain('<a href="/result">');
    expect((await browser.get('/result')).text).toContain(READY);
    // Once the answer is there, no request is sent.
    expect((await browser.get('/result')).text).toContain(READY);
    expect(exchanges()).toBe(1);
  });

  it('shows beforehand why the service is closed', async () => {
    // The resident registry is closed over the New Year (table 2.5-3).
    const { browse } = await open(name, { at: '2027-01-01T10:00:00+09:00' });
    const start = await browse().start();
    expect([start.status, start.location, start.header('set-cookie')]).toEqual([200, '', '']);
    expect(start.text).toContain('ただいま情報を取得できません。');
    expect(start.text).toContain('理由: ');
  });

  it('does not start for a page of another site', async () => {
    const { browse } = await open(name);
    for (const site of ['cross-site', 'same-site']) {
      const start = await browse().start({ 'sec-fetch-site': site });
      expect([start.status, start.location, start.header('set-cookie')]).toEqual([403, '', '']);
    }
  });

  it("shows what failed by the error's own text, on the page and in the log", async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    // The portal fails at the request, and the result page shows it. A failing store may quote its
    // input.
    const failing = await open(name, { faults: [{ on: 'request', do: 'error-500' }] });
    const browser = failing.browse();
    const callback = await browser.get(await failing.consent(browser));
    expect(callback.location).toBe('/result');
    expect((await browser.get('/result')).text).toContain('（エラー番号: E-216）');
    await close();

    const { browse } = await open(name, {
      store: { put: () => Promise.reject(new Error('password=hunter2')) },
    });
    const start = await browse().start();
    expect([start.status, start.location, start.header('cache-control')]).toEqual([
      500,
      '',
      'no-store',
    ]);
    expect(start.text).toContain('（エラー番号: E-603）');
    expect(JSON.stringify([start.text, log.mock.calls])).not.toContain('hunter2');
    expect(log).toHaveBeenCalledOnce();
  });

  it('responds to other paths with 404', async () => {
    const { browse } = await open(name);
    const browser = browse();
    // The second path cannot be decoded.
    for (const path of ['/elsewhere?code=code-canary', '/%zz?code=code-canary']) {
      const missing = await browser.get(path);
      expect(missing.header('cache-control')).toBe('no-store');
      expect(missing.status).toBeOneOf(path.startsWith('/%') ? [404, 500] : [404]);
      expect(missing.text).not.toContain('code-canary');
      expect(missing.text).toContain('<title>住宅ローン事前審査</title>');
    }
  });

  it('completes a request that it has begun to read before it ends at SIGTERM', async () => {
    const port = await portOf(name);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: inside.invalid\r\n');
    const ended = stop(name);
    while (await accepts(port)) await setImmediate();
    socket.end('\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    expect(text).toContain('HTTP/1.1 200 OK');
    expect(text).toContain('action="/start"');
    expect(await ended).toMatchObject({ errors: '', code: 0 });
  });
});

describe('all these examples', () => {
  it('close what they open, so that their process ends by itself', async () => {
    for (const name of names) await stop(name);
    stage.stdin.end();
    expect(await stage.ended).toEqual([0, null]);
  });
});

/** Returns whether a server listens on the port. */
async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
