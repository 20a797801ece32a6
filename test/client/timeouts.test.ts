import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type Store,
  sandboxEnvironment,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import {
  answerAt,
  CLIENT_ID,
  expectStatus,
  hangAt,
  loan,
  NOW,
  openBank,
  REDIRECT_URI,
  SESSION,
} from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { hangingStore } from '../kit/stores.js';
import { byNow } from '../kit/watch.js';

const asked = { income: latest() };

describe('a call to the portal', () => {
  /** Returns a JSON response whose body goes on as long as it is fed. */
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
        effect: method === 'take' ? 'unknown' : 'none',
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
