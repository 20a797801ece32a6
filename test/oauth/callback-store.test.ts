import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createVirtualClock,
  isSelfInfoError,
  publicProfile,
  type Store,
  type StoredEntry,
} from '../../src/index.js';
import { NOW, openBank, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';

const secret = 'canary-of-the-store';
const never = Number.MAX_SAFE_INTEGER;
const entry = (value: unknown, expiresAt: unknown = never) =>
  ({ value: typeof value === 'string' ? value : JSON.stringify(value), expiresAt }) as StoredEntry;
const memory = () => createMemoryStore({ clock: createVirtualClock(NOW) });
/** Returns a store that returns its own text for every entry. */
const changing = (
  change: (kept: Record<string, unknown>) => unknown,
  expiresAt?: unknown,
): Store => {
  const inner = memory();
  return {
    ...inner,
    async get(key) {
      const kept = await inner.get(key);
      return kept && kept !== 'taken'
        ? entry(
            change(JSON.parse(kept.value)),
            expiresAt === undefined ? kept.expiresAt : expiresAt,
          )
        : kept;
    },
  };
};

describe('a store that is down or broken', () => {
  it.each<[string, Partial<Store>]>([
    ['fails to read', { get: () => Promise.reject(new Error(secret)) }],
    ['fails to take', { take: () => Promise.reject(new Error(secret)) }],
    [
      'throws at once',
      {
        get() {
          throw new Error(secret);
        },
      },
    ],
    ['returns invalid JSON', { get: async () => entry(`{"verifier":"${secret}`) }],
    ['returns JSON that is not an object', { get: async () => entry(`"${secret}"`) }],
    ['returns an entry without value', { get: async () => ({ expiresAt: never }) as never }],
    ['returns a text', { get: async () => secret as never }],
    ['returns a number', { get: async () => 5 as never }],
    ['returns a list', { get: async () => [secret] as never }],
    ['returns an empty object', { get: async () => entry({}) }],
    [
      'returns an entry that is not a transaction',
      { get: async () => entry({ token: secret, processId: secret, retrieval: {} }) },
    ],
    ['returns a session that is not a text', changing((kept) => ({ ...kept, session: 5 }))],
    ['returns no verifier', changing(({ verifier: _, ...kept }) => kept)],
    ['returns an id that is not a text', changing((kept) => ({ ...kept, id: [secret] }))],
    ['forgets when it expires', changing((kept) => kept, null)],
    ['returns an expiry that is not a number', changing((kept) => kept, Number.NaN)],
    ['returns an expiry in words', changing((kept) => kept, '2026-12-01')],
    ['takes invalid JSON', { take: async () => entry(secret) }],
    [
      'takes another transaction than it showed',
      {
        take: async () =>
          entry({ id: 'a', client: 'SP12345678_AB1234', session: 'b', verifier: secret }),
      },
    ],
    ['shows another id than it takes', changing((kept) => ({ ...kept, id: secret }))],
    ['shows another verifier than it takes', changing((kept) => ({ ...kept, verifier: secret }))],
  ])('and %s fails the callback without showing the entry', async (fault, part) => {
    const { client, begin, calls } = openStub({ store: { ...memory(), ...part } });
    const { callback } = await begin();
    const error = await errorOf(() =>
      client.completeConsent(callback, { sessionBinding: SESSION }),
    );
    // Nobody knows whether a take that failed has used up the entry.
    const effect = fault === 'fails to take' ? 'unknown' : 'none';
    expect([error.code, error.stage, error.effect]).toEqual(['store_failed', 'store', effect]);
    expect(JSON.stringify(error) + error.stack).not.toContain(secret);
    expect(error.cause).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('and returns another transaction of the same citizen at the take never joins the two', async () => {
    const inner = memory();
    const keys: string[] = [];
    const store: Store = {
      ...inner,
      put(key, value, expiresAt) {
        keys.push(key);
        return inner.put(key, value, expiresAt);
      },
      take: () => inner.take(keys[0] ?? ''),
    };
    const { client, begin, calls } = openStub({ store });
    await begin();
    const { callback } = await begin();
    expect(
      (await errorOf(() => client.completeConsent(callback, { sessionBinding: SESSION }))).code,
    ).toBe('store_failed');
    expect(calls).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an empty text', ''],
    ['false', false],
  ])('and returns %s for a missing entry has no transaction', async (_, nothing) => {
    const { client, callback } = openBank({
      store: { ...memory(), get: async () => nothing as never },
    });
    expect(await client.completeConsent(await callback(), { sessionBinding: SESSION })).toEqual({
      status: 'unknown',
    });
  });

  it('and has lost the transaction between look and take has no transaction', async () => {
    const { client, begin, calls } = openStub({
      store: { ...memory(), take: async () => undefined },
    });
    expect(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    ).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
  });

  it('and keeps an entry of another client grants it to no one', async () => {
    const { client, begin, calls } = openStub({
      store: changing((kept) => ({ ...kept, client: 'SP00000000_XX0000' })),
    });
    expect(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    ).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
  });

  it('and keeps a transaction beyond its time grants it to no one from its last millisecond on, not even after the clock went back', async () => {
    // The clock of the store does not move.
    const { client, begin, calls, clock } = openStub({ store: memory() });
    const { callback } = await begin();
    const end = clock.now() + publicProfile.timing.consentMs.value;
    clock.set(end);
    expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'expired',
    });
    expect(calls).toEqual([]);
    clock.set(end - 1);
    expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'expired',
    });
    expect(calls).toEqual([]);
  });

  it('and cannot keep a transaction fails the start', async () => {
    const { client } = openBank({
      store: { ...memory(), put: () => Promise.reject(new Error(secret)) },
    });
    expect((await errorOf(() => client.beginConsent({ sessionBinding: SESSION }))).code).toBe(
      'store_failed',
    );
  });

  it('and has taken but could not say so leaves the callback replayed, never exchanged twice', async () => {
    const inner = memory();
    let broken = true;
    const store: Store = {
      ...inner,
      async take(key) {
        const taken = await inner.take(key);
        if (broken) throw new Error(secret);
        return taken;
      },
    };
    const { client, begin, calls } = openStub({ store });
    const { callback } = await begin();
    const error: unknown = await client
      .completeConsent(callback, { sessionBinding: SESSION })
      .catch((thrown: unknown) => thrown);
    expect(isSelfInfoError(error, 'store_failed')).toBe(true);
    broken = false;
    expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'replayed',
    });
    expect(calls).toEqual([]);
  });
});

describe('clients that share a store', () => {
  it.each([
    ['of another portal', { issuer: 'https://other-portal.example' }],
    ['of another service', { clientId: 'SP00000000_XX0000' }],
  ])('do not take the callback of one %s, and use nothing up', async (_, other) => {
    const store = memory();
    const mine = openStub({ store });
    const stranger = openStub({ store, ...other });
    const { callback } = await mine.begin();
    expect(await stranger.client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'unknown',
    });
    expect(stranger.calls).toEqual([]);
    expect((await mine.client.completeConsent(callback, { sessionBinding: SESSION })).status).toBe(
      'granted',
    );
  });

  it('of the same service complete what the other began', async () => {
    const store = memory();
    const [one, two] = [openStub({ store }), openStub({ store })];
    const { callback } = await one.begin();
    // The portal of this test knows the code of one client only. What counts is that the exchange
    // is sent.
    expect(await two.client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'rejected',
      at: 'token',
      code: 'invalid_grant',
    });
    expect(await one.client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'replayed',
    });
  });
});
