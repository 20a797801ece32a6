import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSuite } from '../../src/conformance/index.js';
import { createMemoryStore, type Store, type StoredEntry } from '../../src/index.js';
import { findPart } from '../kit/machine.js';
import {
  createPatientStore,
  type NodeRedis,
  type RedisServer,
  sealingKeys,
  startRedis,
} from '../kit/redis.js';
import { refusalOf, typeErrorOf } from '../kit/refusals.js';

describe('the store in memory conforms:', () => {
  for (const { title, run } of storeSuite(() => createMemoryStore())) it(title, run);
});

const part = findPart('redis-server');

describe.skipIf(part.missing)('the store in Redis conforms', () => {
  let redis: RedisServer;
  let gone: RedisServer;
  let ioredis: Awaited<ReturnType<RedisServer['ioredis']>>;
  let goneIoredis: typeof ioredis;
  let nodeRedis: NodeRedis;
  let goneNodeRedis: NodeRedis;
  let made = 0;
  const keys = sealingKeys();
  beforeAll(async () => {
    [redis, gone] = await Promise.all([startRedis(part.path()), startRedis(part.path())]);
    [ioredis, goneIoredis, nodeRedis, goneNodeRedis] = await Promise.all([
      redis.ioredis(),
      gone.ioredis(),
      redis.nodeRedis(),
      gone.nodeRedis(),
    ]);
    await gone.kill();
  });
  afterAll(() => Promise.all([redis?.stop(), gone?.stop()]));

  const prefix = () => `case-${made++}:`;
  describe('over ioredis:', () => {
    const suite = storeSuite(
      () => createPatientStore({ client: ioredis, keys, prefix: prefix() }),
      {
        makeUnreachable: () => createPatientStore({ client: goneIoredis, keys }),
      },
    );
    for (const { title, run } of suite) it(title, run);
  });
  describe('over node-redis:', () => {
    const suite = storeSuite(
      () => createPatientStore({ client: nodeRedis, keys, prefix: prefix() }),
      {
        makeUnreachable: () => createPatientStore({ client: goneNodeRedis, keys }),
      },
    );
    for (const { title, run } of suite) it(title, run);
  });
});

const down = async () => Promise.reject(new Error('down'));
const unreachable: Store = { put: down, get: down, take: down, delete: down };

/** The titles, without what they have in common, of the cases that a store fails. */
async function failedBy(break_: (inner: Store) => Partial<Store>): Promise<string[]> {
  const suite = storeSuite(
    () => {
      const inner = createMemoryStore();
      return { ...inner, ...break_(inner) };
    },
    { makeUnreachable: () => ({ ...unreachable, ...break_(unreachable) }) },
  );
  const outcomes = await Promise.allSettled(suite.map(({ run }) => run()));
  return suite.flatMap(({ title }, index) =>
    outcomes[index]?.status === 'rejected' ? [title.replace('a store ', '')] : [],
  );
}

/** The same with the values that it gives back altered. */
const altering = (alter: (entry: StoredEntry) => StoredEntry) => (inner: Store) => ({
  get: async (key: string) =>
    ((found) => (typeof found === 'object' ? alter(found) : found))(await inner.get(key)),
});

const forgetful = async (found: Promise<StoredEntry | 'taken' | undefined>) =>
  ((entry) => (entry === 'taken' ? undefined : entry))(await found);

describe('a store that is broken is found out by the case that says so:', () => {
  it.each<[string, (inner: Store) => Partial<Store>, string]>([
    [
      'reads, then marks',
      (inner) => ({
        async take(key) {
          const found = await inner.get(key);
          await new Promise((resolve) => setImmediate(resolve));
          await inner.take(key);
          return found;
        },
      }),
      'gives an entry to one of many takes at once',
    ],
    [
      'takes nothing away',
      (inner) => ({ take: inner.get }),
      'leaves a mark where an entry was taken',
    ],
    [
      'overwrites',
      (inner) => ({
        async put(...entry) {
          await inner.delete(entry[0]);
          await inner.put(...entry);
        },
      }),
      'refuses a key that is held, and keeps what it has',
    ],
    [
      'looks first and puts later',
      (inner) => ({
        async put(...entry) {
          if ((await inner.get(entry[0])) !== undefined) return inner.put(...entry);
          await new Promise((resolve) => setImmediate(resolve));
          await inner.delete(entry[0]);
          await inner.put(...entry);
        },
      }),
      'keeps one of many puts at once under one key',
    ],
    [
      'says nothing of a key that is held',
      (inner) => ({ put: (...entry) => inner.put(...entry).catch(() => undefined) }),
      'refuses a key that is held, and keeps what it has',
    ],
    [
      'forgets what was taken',
      (inner) => ({
        get: (key) => forgetful(inner.get(key)),
        take: (key) => forgetful(inner.take(key)),
      }),
      'leaves a mark where an entry was taken',
    ],
    [
      'puts again what was taken',
      (inner) => ({
        async put(...entry) {
          if ((await inner.get(entry[0])) === 'taken') await inner.delete(entry[0]);
          await inner.put(...entry);
        },
      }),
      'refuses a key that was taken',
    ],
    [
      'forgets what has expired',
      (inner) => ({
        async get(key) {
          const found = await inner.get(key);
          return typeof found === 'object' && found.expiresAt <= Date.now() ? undefined : found;
        },
      }),
      'keeps a mark of what has expired',
    ],
    [
      'forgets with the expiry that an entry was taken',
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
      'keeps the mark of what was taken beyond its expiry',
    ],
    [
      'changes values',
      altering(({ value, expiresAt }) => ({ value: value.normalize('NFKD').trim(), expiresAt })),
      'gives back a value and its expiry as they were put',
    ],
    [
      'cuts values',
      altering(({ value, expiresAt }) => ({ value: value.slice(0, 8_192), expiresAt })),
      'gives back a value and its expiry as they were put',
    ],
    [
      'counts in seconds',
      altering(({ value, expiresAt }) => ({
        value,
        expiresAt: Math.floor(expiresAt / 1_000) * 1_000,
      })),
      'gives back a value and its expiry as they were put',
    ],
    [
      'takes when it reads',
      (inner) => ({ get: inner.take }),
      'leaves an entry where it is when it is read',
    ],
    [
      'marks what was never put',
      (inner) => ({ take: async (key) => (await inner.take(key)) ?? 'taken' }),
      'knows nothing of a key that was never put',
    ],
    [
      'does not forget',
      () => ({ delete: async () => undefined }),
      'forgets a key, whether it is held or was taken',
    ],
    [
      'folds keys',
      (inner) => ({
        get: (key) => inner.get(key.toLowerCase()),
        take: (key) => inner.take(key.toLowerCase()),
        put: (key, ...rest) => inner.put(key.toLowerCase(), ...rest),
      }),
      'knows nothing of a key that was never put',
    ],
    [
      'takes a failed read for an absent entry',
      (inner) => ({ get: (key) => inner.get(key).catch(() => undefined) }),
      'that cannot be reached rejects a get',
    ],
    [
      'takes a failed take for an absent entry',
      (inner) => ({ take: (key) => inner.take(key).catch(() => undefined) }),
      'that cannot be reached rejects a take',
    ],
    [
      'takes a failed put for a put',
      (inner) => ({ put: (...entry) => inner.put(...entry).catch(() => undefined) }),
      'that cannot be reached rejects a put',
    ],
  ])('one that %s', async (_, break_, title) => {
    expect(await failedBy(break_)).toContain(title);
  });

  it('and one that is whole by none', async () => {
    expect(await failedBy(() => ({}))).toEqual([]);
  });

  it('nothing that makes no stores is taken', async () => {
    expect(await typeErrorOf(() => storeSuite(createMemoryStore() as never))).toBe(
      'makeStore must be a function.',
    );
    expect(
      await typeErrorOf(() => storeSuite(createMemoryStore, { makeUnreachable: true } as never)),
    ).toBe('options.makeUnreachable must be a function.');
    expect(await refusalOf(() => storeSuite(createMemoryStore, { down: 1 } as never))).toEqual([
      'unknown_option',
      'options.down',
    ]);
  });
});
