import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock, latest, type Store } from '../../src/index.js';
import { answerAt, expectStatus, grantOf, hangAt, NOW, openBank, SESSION } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { goodAnswers, openStub } from '../kit/stub.js';
import { byNow } from '../kit/watch.js';

const asked = { income: latest() };

describe('a deadline', () => {
  it.each([
    ['/request', { code: 'answer_lost', stage: 'request', effect: 'unknown', safe: false }],
  ])(
    'at %s ends a call whose transport never settles and ignores its signal',
    async (path, expected) => {
      const { reached, intercept } = hangAt(path);
      const { client, consent, clock } = openBank({ intercept });
      const grant = await consent();
      const failing = errorOf(() => client.query(grant, asked, { deadlineMs: 5_000 }));
      await reached;
      clock.advance(4_999);
      expect(await Promise.race([failing, settled()])).toBe('still under way');
      clock.advance(1);
      expect(facts(await failing)).toEqual(expected);
    },
  );

  it('during a poll leaves the result pending', async () => {
    const { reached, intercept } = hangAt('/result');
    const { client, consent, clock } = openBank({ intercept });
    const querying = client.query(await consent(), asked, { deadlineMs: 5_000 });
    await reached;
    clock.advance(5_000);
    expect(expectStatus(await querying, 'pending').retryAt).toBe('2026-12-01T10:00:05+09:00');
  });

  it('built into the client ends a token request that hangs', async () => {
    const { reached, intercept } = hangAt('/oauth/token');
    const { client, callback, clock } = openBank({ intercept });
    const failing = errorOf(async () =>
      client.completeConsent(await callback(), { sessionBinding: SESSION }),
    );
    await reached;
    clock.advance(30_000);
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
  });

  it('built into the client ends each poll, and the fourth poll is the last, even if the caller would wait longer', async () => {
    const { intercept } = hangAt('/result');
    const { client, consent, clock, calls, onProgress } = openBank({ intercept });
    const retrieval = await client.submit(await consent(), asked);
    const failing = errorOf(() => client.collect(retrieval, { deadlineMs: 600_000, onProgress }));
    for (let poll = 1; poll <= 4; poll++) {
      while (calls.filter((path) => path === '/result').length < poll) await settled();
      clock.advance(30_000);
    }
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'result',
      effect: 'none',
      safe: true,
    });
    expect(calls.filter((path) => path === '/result')).toHaveLength(4);
  });

  it('that is over before the request is sent leaves the grant usable', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    expect(facts(await errorOf(() => client.query(grant, asked, { deadlineMs: 0 })))).toEqual({
      code: 'timed_out',
      stage: 'request',
      effect: 'none',
      safe: true,
    });
    expect(calls).toEqual(['/oauth/token']);
    expect((await client.submit(grant, asked)).v).toBe(2);
  });

  it('ends a call whose body never ends', async () => {
    const endless = answerAt(
      '/request',
      () =>
        new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array([0x7b])) }),
          json,
        ),
    );
    const { client, consent, clock, calls } = openBank(endless);
    const failing = errorOf(async () =>
      client.query(await consent(), asked, { deadlineMs: 5_000 }),
    );
    while (!calls.includes('/request')) await settled();
    clock.advance(5_000);
    expect((await failing).code).toBe('answer_lost');
  });

  const json = { headers: { 'content-type': 'application/json' } };
  /** Waits one turn of the event loop. */
  const settled = () =>
    new Promise<string>((resolve) => setImmediate(() => resolve('still under way')));
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
    ['while the store answers', { fetched: -3_600_000 }, [2_000, 2_000, 999], 3],
    ['while a poll is answered', { polled: -3_600_000 }, [2_000, 1_999], 2],
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
