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

/** What has settled by now, or nothing. */
async function byNow<T>(call: Promise<T>): Promise<T | 'still under way'> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return Promise.race([call, setImmediate('still under way' as const)]);
}

describe('a call', () => {
  /** The headers of JSON, and a body that goes on for as long as somebody feeds it. */
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

  it('is given up after ten seconds of silence before its answer', async () => {
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

  it('is given up after ten seconds of silence between two pieces of it', async () => {
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

  it('is given up after thirty seconds, however lively its answer is', async () => {
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

  it('whose connection does not stand after five seconds was not sent', async () => {
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
    // By the client's clock, and not by the machine's, which would end it a little later.
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

describe('a store that never answers', () => {
  it.each(['put', 'get', 'take'] as const)(
    'at %s of a transaction is given up after ten seconds',
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
      // What may be taken by now is a replay when it comes again.
      expect(facts(await failing)).toEqual({
        code: 'timed_out',
        stage: 'store',
        effect: 'none',
        safe: method !== 'take',
      });
      expect(calls).toEqual([]);
    },
  );

  it('does not outlast the deadline of who collects', async () => {
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

  it('behind the request does not outlast the deadline of a query, and says that the consent is spent', async () => {
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

  it('to delete keeps nobody from an answer that is there', async () => {
    const { store, reached } = hangingStore('delete', 'retrieval');
    const { client, consent, clock, onProgress } = openBank({ store });
    const querying = client.query(await consent(), asked, { deadlineMs: 5_000, onProgress });
    await reached;
    clock.advance(5_000);
    expectStatus(await querying, 'ready');
  });

  it('at a discard is given up after ten seconds', async () => {
    const { store, reached } = hangingStore('delete', 'retrieval');
    const { client, consent, clock } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const failing = errorOf(() => client.discard(retrieval));
    await reached;
    clock.advance(10_000);
    expect((await failing).code).toBe('timed_out');
  });

  it('until too late sends nothing with what it gives then', async () => {
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
  it('covers polls and the waits between them together', async () => {
    // Every poll takes 400 ms, and the portal is never ready: of 5 seconds none is left over, and
    // none is added.
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
    // Polls at 0, 1.4, 2.8 and 4.2; the next one would be at 5.6.
    expect(told).toEqual(['01.400', '02.800', '04.200']);
    expect([pending.retryAt, clock.now() - start]).toEqual([
      '2026-12-01T10:00:05.600+09:00',
      4_600,
    ]);
    expect(calls.filter((path) => path === '/result')).toHaveLength(4);
  });

  it('covers the polls that fail, too', async () => {
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
   * Collects for five seconds, by a clock that may be set at two moments; the store takes a second.
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
  ])('back by an hour %s puts no deadline off', async (_, at, steps, polled) => {
    const { collecting, time, polls } = await collectWith(running, at);
    for (const step of steps) {
      time.advance(step);
      expect(await byNow(collecting)).toBe('still under way');
    }
    time.advance(1);
    expectStatus(await collecting, 'pending');
    expect(polls()).toBe(polled);
  });

  it('on beyond the deadline while a poll fails leaves it to the failure to say why', async () => {
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
    'that %s ends the waiting with its own error, of collect and of query, and nothing more is sent',
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

  it('that rejects when the wait is over ends nothing', async () => {
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

  it('that never settles holds nothing up', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), asked);
    const stuck = ({ retryAt }: { readonly retryAt: string }) => {
      clock.set(retryAt);
      return new Promise<void>(() => {});
    };
    expectStatus(await client.collect(retrieval, { onProgress: stuck }), 'ready');
  });
});
