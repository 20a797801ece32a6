import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createVirtualClock,
  latest,
  type Store,
  type StoredEntry,
} from '../../src/index.js';
import { expectStatus, grantOf, NOW, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';
import { explode, mine, secret, thrower } from './injected.js';

describe('a misbehaving store', () => {
  const memory = () => createMemoryStore({ clock: createVirtualClock(NOW) });
  const getters = Object.defineProperties(
    {},
    { value: { get: explode }, expiresAt: { get: explode } },
  );

  it.each<[string, (inner: Store) => Partial<Store>]>([
    [
      'rejects with an error that throws on every access',
      () => ({ get: () => Promise.reject(mine) }),
    ],
    [
      'returns an entry that throws on every access',
      () => ({ get: async () => mine as StoredEntry }),
    ],
    ['returns an entry whose getters throw', () => ({ get: async () => getters as StoredEntry })],
    ['takes an entry whose getters throw', () => ({ take: async () => getters as StoredEntry })],
  ])('that %s fails the callback with a SelfInfoError', async (_, part) => {
    const inner = memory();
    const { client, begin, calls } = openStub({ store: { ...inner, ...part(inner) } });
    const { callback } = await begin();
    const error = await errorOf(() =>
      client.completeConsent(callback, { sessionBinding: SESSION }),
    );
    expect([error.code, JSON.stringify(error).includes(secret)]).toEqual(['store_failed', false]);
    expect(calls).toEqual([]);
  });

  /** Collects with a secret that the store has changed. */
  async function collectAfter(
    change: (secret: {
      retrieval: Record<string, unknown> & { terms: Record<string, unknown> };
    }) => void,
    expiresAt?: unknown,
  ) {
    const inner = memory();
    const get: Store['get'] = async (key) => {
      const kept = await inner.get(key);
      if (!key.startsWith('retrieval:') || kept === undefined || kept === 'taken') return kept;
      const value = JSON.parse(kept.value);
      change(value);
      return {
        value: JSON.stringify(value),
        expiresAt: expiresAt === undefined ? kept.expiresAt : (expiresAt as number),
      };
    };
    const { client, begin, calls } = openStub({ store: { ...inner, get } });
    const { callback } = await begin();
    const retrieval = await client.submit(
      grantOf(await client.completeConsent(callback, { sessionBinding: SESSION })),
      latest(),
    );
    const error = await errorOf(() => client.collect(retrieval));
    expect(calls).toEqual(['token', 'request']);
    return error.code;
  }

  it.each<[string, Parameters<typeof collectAfter>[0]]>([
    [
      'a period that never ends',
      ({ retrieval }) => Object.assign(retrieval.terms, { keepUntil: 'always' }),
    ],
    ['no period', ({ retrieval }) => Reflect.deleteProperty(retrieval.terms, 'keepUntil')],
    ['no items', ({ retrieval }) => Reflect.deleteProperty(retrieval.terms, 'items')],
    ['no purpose', ({ retrieval }) => Reflect.deleteProperty(retrieval.terms, 'purpose')],
    [
      'a purpose in one word',
      ({ retrieval }) => Object.assign(retrieval.terms, { purpose: 'housing-loan' }),
    ],
    ['no inquiries', ({ retrieval }) => Reflect.deleteProperty(retrieval, 'inquiries')],
    [
      'inquiries of another service',
      ({ retrieval }) => Object.assign(retrieval, { inquiries: { other: latest() } }),
    ],
  ])('that keeps %s with a retrieval stops the collecting', async (_, change) => {
    expect(await collectAfter(change)).toBe('store_failed');
  });

  it.each([Number.NaN, null, '2026-12-01'])(
    'that reports %s as the expiry of a retrieval stops the collecting',
    async (expiresAt) => {
      expect(await collectAfter(() => {}, expiresAt)).toBe('store_failed');
    },
  );
});

describe('a misbehaving retrieval', () => {
  it('is invalid, no matter what its getters throw, and shows nothing of it', async () => {
    const { client, begin } = openStub({});
    const retrieval = await client.submit(
      grantOf(await client.completeConsent((await begin()).callback, { sessionBinding: SESSION })),
      latest(),
    );
    const spoilt = (key: string, error: unknown) =>
      Object.defineProperty({ ...retrieval }, key, { get: () => thrower(error), enumerable: true });
    for (const given of [
      mine,
      ...Object.keys(retrieval).flatMap((key) => [
        spoilt(key, new Error(secret)),
        spoilt(key, mine),
      ]),
    ]) {
      for (const use of [() => client.resume(given), () => client.collect(given as never)]) {
        const error = await errorOf(use);
        expect(error.code).toBe('invalid_retrieval');
        expect(JSON.stringify(error) + error.stack).not.toContain(secret);
      }
    }
    expectStatus(await client.collect(retrieval), 'ready');
  });
});
