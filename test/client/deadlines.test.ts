import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type SelfInfoError,
  type Store,
  sandboxEnvironment,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import {
  answerAt,
  CLIENT_ID,
  expectStatus,
  grantOf,
  hangAt,
  loan,
  NOW,
  openBank,
  REDIRECT_URI,
  SESSION,
} from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import { hangingStore } from '../kit/stores.js';
import { goodAnswers, openStub } from '../kit/stub.js';

const asked = { income: latest() };
const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

/** Returns the outcome of a call if it has settled by now. */
async function byNow<T>(call: Promise<T>): Promise<T | 'still under way'> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return Promise.race([call, setImmediate('still under way' as const)]);
}

describe('a call to the portal', () => {
  /** A JSON response whose body goes on as long as it is fed. */
  function slowBody() {
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        body = controller;
      },
    });
    return {
      answer: new Response(stream, { headers: { 'content-type': 'application/json' } }),
      feed: () => body?.enqueue(Buffer.from(' ')),
    };
  }

  it('times out after ten seconds without a response', async () => {
    const { reached, intercept } = hangAt('/oauth/token');
    const { client, callback, clock } = openBank({ intercept });
    const back = await callback();
    const failing = errorOf(() => client.completeConsent(back, { sessionBinding: SESSION }));
    await reached;
    clock.advance(9_999);
    expect(await byNow(failing)).toBe('still under way');
    clock.advance(1);
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
  });

  it('times out after ten seconds of silence within the body', async () => {
    const { answer, feed } = slowBody();
    const { client, callback, clock, calls } = openBank(answerAt('/oauth/token', () => answer));
    const back = await callback();
    const failing = errorOf(() => client.completeConsent(back, { sessionBinding: SESSION }));
    while (calls.length === 0) await setImmediate();
    for (let piece = 0; piece < 2; piece++) {
      expect(await byNow(failing)).toBe('still under way');
      clock.advance(9_999);
      expect(await byNow(failing)).toBe('still under way');
      feed();
    }
    expect(await byNow(failing)).toBe('still under way');
    clock.advance(10_000);
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
  });

  it('times out after thirty seconds, even if data keeps coming', async () => {
    const { answer, feed } = slowBody();
    const { client, callback, clock, calls } = openBank(answerAt('/oauth/token', () => answer));
    const back = await callback();
    const failing = errorOf(() => client.completeConsent(back, { sessionBinding: SESSION }));
    while (calls.length === 0) await setImmediate();
    for (const ms of [9_000, 9_000, 9_000, 2_999]) {
      expect(await byNow(failing)).toBe('still under way');
      clock.advance(ms);
      feed();
    }
    expect(await byNow(failing)).toBe('still under way');
    clock.advance(1);
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
  });

  it('was not sent if no connection is established within five seconds', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const connected = once(silent, 'connection');
    const { cert, key } = await (await createAuthority()).issue('SP12345678_AB1234');
    const clock = createVirtualClock(NOW);
    const apiUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const issuer = 'https://portal.example';
    const environment = sandboxEnvironment({
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      endpoints: { browserUrl: issuer, apiUrl },
      issuer,
    });
    const client = createSelfInfoClient({ service: loan, environment, tls: { cert, key }, clock });
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const back = `${REDIRECT_URI}?${new URLSearchParams({ code: 'code', state: new URL(url).searchParams.get('state') ?? '', iss: issuer })}`;
    const failing = errorOf(() => client.completeConsent(back, { sessionBinding: SESSION }));
    const [socket] = await connected;
    clock.advance(4_999);
    expect(await byNow(failing)).toBe('still under way');
    clock.advance(1);
    // By the client's clock. The machine's clock would end it a little later.
    expect(await byNow(failing)).not.toBe('still under way');
    expect(facts(await failing)).toEqual({
      code: 'connection_failed',
      stage: 'token',
      effect: 'none',
      safe: false,
    });
    await client.close();
    socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('a store that never settles', () => {
  it.each(['put', 'get', 'take'] as const)(
    'times out after ten seconds at %s of a transaction',
    async (method) => {
      const { store, reached } = hangingStore(method, 'transaction');
      const { client, sandbox, clock, calls } = openBank({ store });
      const failing = errorOf(async () => {
        const { url } = await client.beginConsent({ sessionBinding: SESSION });
        await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
          sessionBinding: SESSION,
        });
      });
      await reached;
      clock.advance(9_999);
      expect(await byNow(failing)).toBe('still under way');
      clock.advance(1);
      // The take may have happened, so a retry would be a replay.
      expect(facts(await failing)).toEqual({
        code: 'timed_out',
        stage: 'store',
        effect: 'none',
        safe: method !== 'take',
      });
      expect(calls).toEqual([]);
    },
  );

  it('ends collect at its deadline', async () => {
    const { store, reached } = hangingStore('get', 'retrieval');
    const { client, consent, clock, calls } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const failing = errorOf(() => client.collect(retrieval, { deadlineMs: 5_000 }));
    await reached;
    clock.advance(4_999);
    expect(await byNow(failing)).toBe('still under way');
    clock.advance(1);
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'store',
      effect: 'none',
      safe: true,
    });
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('ends query at its deadline after the request, and the error says that the consent is used', async () => {
    const { store, reached } = hangingStore('put', 'retrieval');
    const { client, consent, clock, calls } = openBank({ store });
    const grant = await consent();
    const failing = errorOf(() => client.query(grant, asked, { deadlineMs: 5_000 }));
    await reached;
    clock.advance(5_000);
    const error = await failing;
    expect(facts(error)).toEqual({
      code: 'timed_out',
      stage: 'store',
      effect: 'applied',
      safe: false,
    });
    expect(client.resume(error.retrieval).terms).toEqual(grant.terms);
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('does not withhold an answer that has come when it hangs at delete', async () => {
    const { store, reached } = hangingStore('delete', 'retrieval');
    const { client, consent, clock, onProgress } = openBank({ store });
    const querying = client.query(await consent(), asked, { deadlineMs: 5_000, onProgress });
    await reached;
    clock.advance(5_000);
    expectStatus(await querying, 'ready');
  });

  it('times out after ten seconds at discard', async () => {
    const { store, reached } = hangingStore('delete', 'retrieval');
    const { client, consent, clock } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const failing = errorOf(() => client.discard(retrieval));
    await reached;
    clock.advance(10_000);
    expect((await failing).code).toBe('timed_out');
  });

  it('causes no request when it answers after the deadline', async () => {
    const inner = createMemoryStore();
    let give = () => {};
    const late = new Promise<void>((resolve) => {
      give = resolve;
    });
    const store: Store = {
      ...inner,
      async get(key) {
        if (key.startsWith('retrieval:')) await late;
        return inner.get(key);
      },
    };
    const { client, consent, clock, calls } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const failing = errorOf(() => client.collect(retrieval, { deadlineMs: 5_000 }));
    await byNow(failing);
    clock.advance(5_000);
    await failing;
    give();
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(calls).toEqual(['/oauth/token', '/request']);
  });
});

describe('a deadline', () => {
  it('covers polls and the waits between them', async () => {
    // Every poll takes 400 ms and the portal is never ready. The deadline neither shrinks nor
    // grows.
    const { client, consent, clock, calls } = openBank({
      async intercept(request, pass) {
        if (!request.url.endsWith('/result')) return pass(request);
        clock.advance(400);
        return Response.json(
          { ...((await request.json()) as object), process_status: 'RUNNING' },
          { headers: { 'retry-after': '1' } },
        );
      },
    });
    const retrieval = await client.submit(await consent(), asked);
    const start = clock.now();
    const told: string[] = [];
    const pending = expectStatus(
      await client.collect(retrieval, {
        deadlineMs: 5_000,
        onProgress({ retryAt }) {
          told.push(retryAt.slice(17, 23));
          clock.set(retryAt);
        },
      }),
      'pending',
    );
    // Polls at 0, 1.4, 2.8 and 4.2 seconds. The next one would be at 5.6.
    expect(told).toEqual(['01.400', '02.800', '04.200']);
    expect([pending.retryAt, clock.now() - start]).toEqual([
      '2026-12-01T10:00:05.600+09:00',
      4_600,
    ]);
    expect(calls.filter((path) => path === '/result')).toHaveLength(4);
  });

  it('covers polls that fail, too', async () => {
    const { intercept } = hangAt('/result');
    const { client, consent, clock, calls } = openBank({ intercept, random: () => 0 });
    const retrieval = await client.submit(await consent(), asked);
    const collecting = client.collect(retrieval, { deadlineMs: 45_000 });
    await byNow(collecting);
    clock.advance(30_000);
    await byNow(collecting);
    expect(calls.filter((path) => path === '/result')).toHaveLength(2);
    clock.advance(15_000);
    expect(expectStatus(await collecting, 'pending').retryAt).toBe('2026-12-01T10:00:45+09:00');
  });
});

describe('a clock that is set', () => {
  /**
   * Collects for five seconds with a clock that may be set at two moments. The store takes a
   * second.
   */
  async function collectWith(
    answer: () => Response,
    at: { readonly fetched?: number; readonly polled?: number },
  ) {
    const time = createVirtualClock(NOW);
    let offset = 0;
    const inner = createMemoryStore();
    const store: Store = {
      ...inner,
      async get(key) {
        const entry = await inner.get(key);
        if (key.startsWith('retrieval:')) {
          time.advance(1_000);
          offset += at.fetched ?? 0;
        }
        return entry;
      },
    };
    const result = () => {
      offset += at.polled ?? 0;
      return answer();
    };
    const { client, begin, calls } = openStub({
      clock: { ...time, now: () => time.now() + offset },
      store,
      answers: { result },
    });
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    const collecting = client.collect(await client.submit(grant, asked), { deadlineMs: 5_000 });
    await byNow(collecting);
    return { collecting, time, polls: () => calls.filter((stage) => stage === 'result').length };
  }
  const running = () =>
    Response.json(
      { ...goodAnswers.result, process_status: 'RUNNING' },
      { headers: { 'retry-after': '2' } },
    );

  it.each([
    ['as the store answers', { fetched: -3_600_000 }, [2_000, 2_000, 999], 3],
    ['as a poll is answered', { polled: -3_600_000 }, [2_000, 1_999], 2],
  ])('back by an hour %s delays no deadline', async (_, at, steps, polled) => {
    const { collecting, time, polls } = await collectWith(running, at);
    for (const step of steps) {
      time.advance(step);
      expect(await byNow(collecting)).toBe('still under way');
    }
    time.advance(1);
    expectStatus(await collecting, 'pending');
    expect(polls()).toBe(polled);
  });

  it('beyond the deadline during a poll that fails reports the failure', async () => {
    const { collecting, polls } = await collectWith(() => new Response('', { status: 503 }), {
      polled: 60_000,
    });
    expectStatus(await collecting, 'unavailable');
    expect(polls()).toBe(1);
  });
});

describe('an onProgress', () => {
  const mine = new Error('mine');

  it.each([
    [
      'throws',
      () => {
        throw mine;
      },
    ],
    ['rejects', () => Promise.reject(mine)],
  ])(
    'that %s ends collect and query with its own error and sends nothing more',
    async (_, onProgress) => {
      const { client, consent, calls, clock } = openBank();
      const retrieval = await client.submit(await consent(), asked);
      expect(await thrownBy(() => client.collect(retrieval, { onProgress }))).toBe(mine);
      expect(await thrownBy(async () => client.query(await consent(), asked, { onProgress }))).toBe(
        mine,
      );
      const before = calls.length;
      clock.advance(60_000);
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      expect(calls).toHaveLength(before);
    },
  );

  it('that rejects after the wait changes nothing', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), asked);
    const late = async ({ retryAt }: { readonly retryAt: string }) => {
      clock.set(retryAt);
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      throw mine;
    };
    expectStatus(await client.collect(retrieval, { onProgress: late }), 'ready');
    for (let turn = 0; turn < 100; turn++) await setImmediate();
  });

  it('that never settles delays nothing', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), asked);
    const stuck = ({ retryAt }: { readonly retryAt: string }) => {
      clock.set(retryAt);
      return new Promise<void>(() => {});
    };
    expectStatus(await client.collect(retrieval, { onProgress: stuck }), 'ready');
  });
});
