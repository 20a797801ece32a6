import { describe, expect, it } from 'vitest';
import { storeSuite } from '../../src/conformance/index.js';
import { createMemoryStore, type Store, type StoredEntry } from '../../src/index.js';
import { refusalOf, typeErrorOf } from '../kit/refusals.js';

const down = async () => Promise.reject(new Error('down'));
const unreachable: Store = { put: down, get: down, take: down, delete: down };

/**
 * Returns the titles of the cases that a store fails, without their common beginning. With `only`,
 * no other case runs.
 */
async function failedBy(
  break_: (inner: Store) => Partial<Store>,
  only?: string,
): Promise<string[]> {
  const suite = storeSuite(
    () => {
      const inner = createMemoryStore();
      return { ...inner, ...break_(inner) };
    },
    {
      makeUnreachable: () => ({ ...unreachable, ...break_(unreachable) }),
      makeSmall() {
        const inner = createMemoryStore({ maxEntries: 20 });
        return { ...inner, ...break_(inner) };
      },
    },
  ).filter(({ title }) => only === undefined || title.replace('a store ', '') === only);
  const outcomes = await Promise.allSettled(suite.map(({ run }) => run()));
  return suite.flatMap(({ title }, index) =>
    outcomes[index]?.status === 'rejected' ? [title.replace('a store ', '')] : [],
  );
}

/** Breaks a store so that it returns altered values. */
const altering = (alter: (entry: StoredEntry) => StoredEntry) => (inner: Store) => ({
  get: async (key: string) =>
    ((found) => (typeof found === 'object' ? alter(found) : found))(await inner.get(key)),
});

const forgetful = async (found: Promise<StoredEntry | 'taken' | undefined>) =>
  ((entry) => (entry === 'taken' ? undefined : entry))(await found);

describe('the conformance suite of stores', () => {
  it.each<[string, (inner: Store) => Partial<Store>, string]>([
    [
      'reads an entry first and marks it later',
      (inner) => ({
        async take(key) {
          const found = await inner.get(key);
          await new Promise((resolve) => setImmediate(resolve));
          await inner.take(key);
          return found;
        },
      }),
      'gives an entry to exactly one of many concurrent takes',
    ],
    [
      'does not mark a taken entry',
      (inner) => ({ take: inner.get }),
      'leaves a mark in place of a taken entry',
    ],
    [
      'overwrites an entry',
      (inner) => ({
        async put(...entry) {
          await inner.delete(entry[0]);
          await inner.put(...entry);
        },
      }),
      'rejects a key that is held and keeps its entry',
    ],
    [
      'checks a key first and puts later',
      (inner) => ({
        async put(...entry) {
          if ((await inner.get(entry[0])) !== undefined) return inner.put(...entry);
          await new Promise((resolve) => setImmediate(resolve));
          await inner.delete(entry[0]);
          await inner.put(...entry);
        },
      }),
      'accepts exactly one of many concurrent puts under one key',
    ],
    [
      'hides that a key exists',
      (inner) => ({ put: (...entry) => inner.put(...entry).catch(() => undefined) }),
      'rejects a key that is held and keeps its entry',
    ],
    [
      'forgets taken entries',
      (inner) => ({
        get: (key) => forgetful(inner.get(key)),
        take: (key) => forgetful(inner.take(key)),
      }),
      'leaves a mark in place of a taken entry',
    ],
    [
      'accepts the key of a taken entry',
      (inner) => ({
        async put(...entry) {
          if ((await inner.get(entry[0])) === 'taken') await inner.delete(entry[0]);
          await inner.put(...entry);
        },
      }),
      'rejects a key that was taken',
    ],
    [
      'forgets expired entries',
      (inner) => ({
        async get(key) {
          const found = await inner.get(key);
          return typeof found === 'object' && found.expiresAt <= Date.now() ? undefined : found;
        },
      }),
      'keeps a mark of an expired entry',
    ],
    [
      'forgets at the expiry that an entry was taken',
      (inner) => {
        const ends = new Map<string, number>();
        return {
          async put(...entry) {
            ends.set(entry[0], entry[2]);
            await inner.put(...entry);
          },
          get: async (key) =>
            (ends.get(key) ?? 0) <= Date.now() ? forgetful(inner.get(key)) : inner.get(key),
        };
      },
      'keeps the mark of a taken entry after its expiry',
    ],
    [
      'changes values',
      altering(({ value, expiresAt }) => ({ value: value.normalize('NFKD').trim(), expiresAt })),
      'returns a value and its expiry unchanged',
    ],
    [
      'cuts values',
      altering(({ value, expiresAt }) => ({ value: value.slice(0, 8_192), expiresAt })),
      'returns a value and its expiry unchanged',
    ],
    [
      'rounds the expiry to seconds',
      altering(({ value, expiresAt }) => ({
        value,
        expiresAt: Math.floor(expiresAt / 1_000) * 1_000,
      })),
      'returns a value and its expiry unchanged',
    ],
    ['takes an entry on a read', (inner) => ({ get: inner.take }), 'keeps an entry that is read'],
    [
      'marks keys that were never put',
      (inner) => ({ take: async (key) => (await inner.take(key)) ?? 'taken' }),
      'returns undefined for a key that was never put',
    ],
    [
      'does not delete',
      () => ({ delete: async () => undefined }),
      'deletes a key, whether its entry is held or taken',
    ],
    [
      'ignores the case of keys',
      (inner) => ({
        get: (key) => inner.get(key.toLowerCase()),
        take: (key) => inner.take(key.toLowerCase()),
        put: (key, ...rest) => inner.put(key.toLowerCase(), ...rest),
      }),
      'returns undefined for a key that was never put',
    ],
    [
      'treats a failed get as an absent entry',
      (inner) => ({ get: (key) => inner.get(key).catch(() => undefined) }),
      'that cannot be reached rejects a get',
    ],
    [
      'treats a failed take as an absent entry',
      (inner) => ({ take: (key) => inner.take(key).catch(() => undefined) }),
      'that cannot be reached rejects a take',
    ],
    [
      'drops the oldest entry when it is full',
      (inner) => {
        const keys: string[] = [];
        return {
          async put(...entry) {
            if (keys.push(entry[0]) > 20) await inner.delete(keys.shift() ?? '');
            await inner.put(...entry);
          },
        };
      },
      'a small store refuses new consents when it is full, and nobody who has begun',
    ],
    [
      'refuses a retrieval when it is full',
      (inner) => ({
        put: (key, ...rest) => inner.put(key.replace('retrieval:', 'other:'), ...rest),
        get: (key) => inner.get(key.replace('retrieval:', 'other:')),
      }),
      'a small store refuses new consents when it is full, and nobody who has begun',
    ],
    [
      'treats a failed put as a success',
      (inner) => ({ put: (...entry) => inner.put(...entry).catch(() => undefined) }),
      'that cannot be reached rejects a put',
    ],
  ])('has a case that fails for a store that %s', async (_, break_, title) => {
    expect(await failedBy(break_, title)).toEqual([title]);
  });

  it('has no case that fails for a correct store', async () => {
    expect(await failedBy(() => ({}))).toEqual([]);
  });

  it('rejects what does not make stores, and names the option', async () => {
    expect(await typeErrorOf(() => storeSuite(createMemoryStore() as never))).toBe(
      'makeStore must be a function.',
    );
    expect(
      await typeErrorOf(() => storeSuite(createMemoryStore, { makeUnreachable: true } as never)),
    ).toBe('options.makeUnreachable must be a function.');
    expect(await typeErrorOf(() => storeSuite(createMemoryStore, { makeSmall: 20 } as never))).toBe(
      'options.makeSmall must be a function.',
    );
    expect(await refusalOf(() => storeSuite(createMemoryStore, { down: 1 } as never))).toEqual([
      'unknown_option',
      'options.down',
    ]);
  });
});
