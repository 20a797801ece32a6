import { describe, expect, it } from 'vitest';
import {
  createMemoryVaultStore,
  type VaultKeys,
  type VaultRecord,
  type VaultStore,
} from '../../src/vault/index.js';
import { leaksIn } from '../kit/leaks.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { alterable, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';
import { openTampered } from './tampered.js';

describe('a store that fails', () => {
  const canary = 'canary-of-the-store';
  const fail = () =>
    Promise.reject(Object.assign(new Error(canary), { detail: canary, cause: canary }));

  it('surfaces as one typed error without its own error', async () => {
    const { vault, answer, store, a } = await openTampered();
    const given = await answer();
    const works: [keyof VaultStore, () => Promise<unknown>][] = [
      ['put', () => vault.put(given)],
      ['get', () => vault.read(a.ref, PURPOSE)],
      ['seen', () => vault.read(a.ref, PURPOSE)],
      ['erase', () => vault.erase(a.ref, 'withdrawn')],
      ['sweep', () => vault.sweep()],
    ];
    for (const [name, work] of works) {
      store.change = { [name]: fail };
      const error = await errorOf(work);
      expect([name, error.code, error.retry.safe]).toEqual([name, 'store_failed', true]);
      expect(leaksIn({ error }, { canary })).toEqual([]);
    }
    store.change = { list: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }) };
    for (const work of [
      () => vault.rotateKeys(),
      () => vault.list()[Symbol.asyncIterator]().next(),
    ]) {
      const error = await errorOf(work);
      expect(error.code).toBe('store_failed');
      expect(leaksIn({ error }, { canary })).toEqual([]);
    }
  });

  it('acknowledges nothing in the middle of a put, and the answer can be put again', async () => {
    const { vault, answer, store, events } = await openTampered();
    const given = await answer();
    store.change.put = fail;
    expect(await refusalOf(() => vault.put(given))).toEqual(['store_failed', undefined]);
    expect(events.at(-1)).toEqual({
      type: 'refused',
      at: expect.any(String),
      operation: 'put',
      code: 'store_failed',
    });
    store.change = {};
    expect((await vault.read(await vault.put(given), PURPOSE)).terms).toEqual(given.terms);
  });

  it('leaves the rest for the next sweep when it fails in the middle of one, and emits what was done', async () => {
    const inner = createMemoryVaultStore();
    const store = alterable(inner);
    const { vault, answer, elapse, events } = openSafe({ store });
    const given = await answer();
    for (let count = 0; count < 3; count++) await vault.put(given);
    await elapse(PERIOD_ENDS);
    let calls = 0;
    store.change.sweep = async (until) => {
      if (calls++ > 0) return fail();
      await inner.sweep(until, 1);
      return 1_000;
    };
    expect(await refusalOf(() => vault.sweep())).toEqual(['store_failed', undefined]);
    expect(events.slice(-2)).toMatchObject([
      { type: 'swept', records: 1_000 },
      { type: 'refused', operation: 'sweep', code: 'store_failed' },
    ]);
    store.change = {};
    expect(await vault.sweep()).toBe(2);
  });
});

describe('a store or key provider that misbehaves', () => {
  const explode = (): never => {
    throw new Error('canary-of-the-store');
  };
  /** Throws at every access, so that any access is one too many. It is not a promise. */
  const mine = new Proxy(
    {},
    {
      has: explode,
      getPrototypeOf: explode,
      get: (_, name) => (name === 'then' ? undefined : explode()),
    },
  );

  it.each<[string, (record: VaultRecord) => unknown]>([
    ['no key', ({ key: _, ...rest }) => rest],
    ['an empty key', (record) => ({ ...record, key: null })],
    ['a key of numbers', (record) => ({ ...record, key: { ...record.key, wrapped: 5 } })],
    ['no period', (record) => ({ ...record, keepUntil: Number.NaN })],
    ['a string in its place', () => 'canary-of-the-store'],
    ['a value that throws at every access', () => mine],
    [
      'a getter that throws',
      (record) =>
        Object.defineProperty({ ...record }, 'sealed', { enumerable: true, get: explode }),
    ],
    ['a rejection that throws at every access', () => Promise.reject(mine)],
  ])('causes store_failed when it returns a record with %s', async (_, change) => {
    const { vault, store, a } = await openTampered();
    store.change.get = async () => change(a) as VaultRecord;
    expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual(['store_failed', undefined]);
    store.change.list = async function* () {
      yield (await change(a)) as VaultRecord;
    };
    expect(
      await refusalOf(async () => (await vault.list()[Symbol.asyncIterator]().next()).value),
    ).toEqual(['store_failed', undefined]);
    expect(await refusalOf(() => vault.rotateKeys())).toEqual(['store_failed', undefined]);
  });

  it.each([Number.NaN, '2026-12-01', '1764550800000', Number.POSITIVE_INFINITY, {}, mine])(
    'causes store_failed when the latest instant seen is invalid',
    async (seen) => {
      const { vault, store, a, bank } = await openTampered();
      bank.clock.set(PERIOD_ENDS);
      store.change.seen = async () => seen as number;
      expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual([
        'store_failed',
        undefined,
      ]);
      expect(await refusalOf(() => vault.sweep())).toEqual(['store_failed', undefined]);
      // The invalid instant is not kept: the next valid one counts.
      delete store.change.seen;
      expect((await refusalOf(() => vault.read(a.ref, PURPOSE)))[0]).toBe('clock_jumped');
    },
  );

  it('causes store_failed when a sweep does not return how many', async () => {
    const { vault, store } = await openTampered();
    store.change.sweep = async () => undefined as never;
    expect(await refusalOf(() => vault.sweep())).toEqual(['store_failed', undefined]);
  });

  it.each<[string, Partial<VaultKeys>]>([
    ['unwraps to a value that throws at every access', { unwrap: async () => mine as Uint8Array }],
    ['rejects with a value that throws at every access', { unwrap: () => Promise.reject(mine) }],
  ])('causes key_unavailable when the provider %s', async (_, part) => {
    const safe = openSafe();
    const ref = await safe.vault.put(await safe.answer());
    expect(
      await refusalOf(() => safe.reopen({ keys: { ...safe.keys, ...part } }).read(ref, PURPOSE)),
    ).toEqual(['key_unavailable', undefined]);
  });

  it('causes key_unavailable when the provider wraps to a value that throws at every access', async () => {
    const { answer, reopen, keys } = openSafe();
    const given = await answer();
    for (const wrap of [async () => mine as never, () => Promise.reject(mine)])
      expect(await refusalOf(() => reopen({ keys: { ...keys, wrap } }).put(given))).toEqual([
        'key_unavailable',
        undefined,
      ]);
  });
});
