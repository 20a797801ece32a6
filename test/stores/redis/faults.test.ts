import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock, systemClock } from '../../../src/index.js';
import { createRedisStore } from '../../../src/stores/redis/store.js';
import { NOW, openBank, SESSION } from '../../kit/loan.js';
import { findPart } from '../../kit/machine.js';
import { createPatientStore, type RedisServer, sealingKeys, startRedis } from '../../kit/redis.js';
import { errorOf } from '../../kit/refusals.js';

const part = findPart('redis-server');
const keys = sealingKeys();
const soon = () => systemClock.now() + 600_000;

describe.skipIf(part.missing)('a faulty Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis(part.path());
  });
  afterAll(() => redis?.stop());

  /**
   * Returns code, upstream code and effect, and checks that the error is retryable unless the effect
   * is unknown.
   */
  async function failureOf(work: () => Promise<unknown>) {
    const error = await errorOf(work);
    const isKnown = error.effect === 'none';
    expect([error.stage, error.retry.safe, error.cause]).toEqual(['store', isKnown, undefined]);
    return [error.code, error.upstream?.code, error.effect];
  }

  it.each([
    ['is full', ['maxmemory', '1'], ['maxmemory', '0'], ['store_full', undefined], 'OOM'],
    [
      'has too few replicas',
      ['min-replicas-to-write', '1'],
      ['min-replicas-to-write', '0'],
      ['store_failed', 'NOREPLICAS'],
      'NOREPLICAS',
    ],
  ])(
    'that %s fails both steps of a consent, and the one that has begun completes after the repair',
    async (_, broken, repaired, refused, word) => {
      const admin = await redis.ioredis();
      const bank = openBank({
        store: createPatientStore({ client: admin, keys, clock: createVirtualClock(NOW) }),
        now: NOW,
      });
      const callback = await bank.callback();
      await admin.config('SET', ...(broken as [string, string]));
      const held = await admin.dbsize();
      expect(await failureOf(() => bank.client.beginConsent({ sessionBinding: SESSION }))).toEqual([
        ...refused,
        'none',
      ]);
      expect(
        await failureOf(() => bank.client.completeConsent(callback, { sessionBinding: SESSION })),
      ).toEqual(['store_failed', word, 'none']);
      expect(await admin.dbsize()).toBe(held);
      expect(bank.calls).toEqual([]);
      await admin.config('SET', ...(repaired as [string, string]));
      expect(
        (await bank.client.completeConsent(callback, { sessionBinding: SESSION })).status,
      ).toBe('granted');
    },
  );

  it('that is a replica fails a put with READONLY', async () => {
    const admin = await redis.ioredis();
    const store = createPatientStore({ client: admin, keys, prefix: 'replica:' });
    await admin.replicaof('127.0.0.1', redis.port);
    try {
      expect(await failureOf(() => store.put('a', 'text', soon()))).toEqual([
        'store_failed',
        'READONLY',
        'none',
      ]);
    } finally {
      await admin.call('REPLICAOF', 'NO', 'ONE');
    }
  });

  it('that denies the user a command fails a take with NOPERM', async () => {
    const admin = await redis.ioredis();
    await admin.acl('SETUSER', 'guest', 'on', '>guest', '+@read', '+@connection', '+info', '~*');
    const guest = await redis.ioredis({ username: 'guest', password: 'guest' });
    expect(await failureOf(() => createPatientStore({ client: guest, keys }).take('a'))).toEqual([
      'store_failed',
      'NOPERM',
      'none',
    ]);
  });

  it('that does not respond fails every call after 2 seconds of the given clock', async () => {
    const clock = createVirtualClock(NOW);
    const never = () => new Promise<never>(() => undefined);
    const store = createRedisStore({
      client: { evalsha: never, eval: never, mget: never, del: never },
      keys,
      clock,
    });
    for (const [work, effect] of [
      [() => store.get('a'), 'none'],
      [() => store.take('a'), 'unknown'],
      [() => store.delete('a'), 'none'],
    ] as const) {
      let isOver = false;
      const failed = failureOf(work).finally(() => {
        isOver = true;
      });
      clock.advance(1_999);
      await setImmediate();
      expect(isOver).toBe(false);
      clock.advance(1);
      expect(await failed).toEqual(['store_failed', undefined, effect]);
    }
  });

  it.each([
    'OOM',
    'READONLY',
    'LOADING',
    'CLUSTERDOWN',
    'NOPERM',
    'TRYAGAIN',
    'MOVED',
    'ASK',
    'MASTERDOWN',
    'BUSY',
  ])('that replies %s fails with that code and hides the rest of the reply', async (word) => {
    const down = async () => Promise.reject(new Error(`${word} token-of-hanako`));
    const store = createPatientStore({
      client: { evalsha: down, eval: down, mget: down, del: down },
      keys,
    });
    const error = await errorOf(() => store.get('a'));
    expect([error.code, error.effect, error.upstream]).toEqual([
      'store_failed',
      'none',
      { code: word },
    ]);
    expect(JSON.stringify(error) + error.stack).not.toContain('hanako');
  });

  it('that does not listen fails with the code of the system', async () => {
    const down = async () =>
      Promise.reject(
        Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' }),
      );
    const store = createPatientStore({
      client: { evalsha: down, eval: down, mget: down, del: down },
      keys,
    });
    expect(await failureOf(() => store.get('a'))).toEqual(['store_failed', 'ECONNREFUSED', 'none']);
  });

  it('that replies with an unknown word fails without it, because the word may quote what was sent', async () => {
    const down = async () => Promise.reject(new Error('SECRET evalsha token-of-hanako'));
    const store = createPatientStore({
      client: { evalsha: down, eval: down, mget: down, del: down },
      keys,
    });
    expect(await failureOf(() => store.get('a'))).toEqual(['store_failed', undefined, 'none']);
  });
});

describe.skipIf(part.missing)('a Redis that is killed', () => {
  const ends: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const end of ends) await end();
  });

  async function open(
    settings: Readonly<Record<string, string>>,
    library: 'ioredis' | 'nodeRedis' = 'ioredis',
  ) {
    const redis = await startRedis(part.path(), settings);
    ends.push(redis.stop);
    const client = await redis[library]();
    const store = createPatientStore({ client, keys, clock: createVirtualClock(NOW) });
    const again = async () => {
      await redis.start();
      // The client reconnects by itself.
      const probe = () =>
        store.get('probe').then(
          () => 'back',
          ({ code }) => code,
        );
      await expect.poll(probe, { interval: 5 }).toBe('back');
    };
    return { redis, store, again };
  }
  const durable = { appendonly: 'yes', appendfsync: 'always' };

  it.each(['ioredis', 'nodeRedis'] as const)(
    'between begin and callback fails the callback, which completes once after the restart, over %s',
    async (library) => {
      const { redis, store, again } = await open(durable, library);
      const bank = openBank({ store, now: NOW });
      const callback = await bank.callback();
      const complete = () => bank.client.completeConsent(callback, { sessionBinding: SESSION });
      await redis.kill();
      expect((await errorOf(complete)).code).toBe('store_failed');
      expect(
        (await errorOf(() => bank.client.beginConsent({ sessionBinding: SESSION }))).code,
      ).toBe('store_failed');
      expect(bank.calls).toEqual([]);
      await again();
      expect(
        (await Promise.all([complete(), complete(), complete()]))
          .map(({ status }) => status)
          .sort(),
      ).toEqual(['granted', 'replayed', 'replayed']);
      expect(bank.calls.length).toBe(1);
    },
  );

  it('between the read and the take fails the callback, which completes once after the restart', async () => {
    const { redis, store, again } = await open(durable);
    let reads = 0;
    const bank = openBank({
      store: {
        ...store,
        async get(key) {
          const found = await store.get(key);
          if (reads++ === 0) await redis.kill();
          return found;
        },
      },
      now: NOW,
    });
    const callback = await bank.callback();
    const complete = () => bank.client.completeConsent(callback, { sessionBinding: SESSION });
    expect((await errorOf(complete)).code).toBe('store_failed');
    await again();
    expect((await complete()).status).toBe('granted');
    await redis.kill();
    await again();
    expect((await complete()).status).toBe('replayed');
    expect(bank.calls.length).toBe(1);
  });

  it('after a take whose reply is lost never lets the code be exchanged, neither then nor later', async () => {
    const { redis, store, again } = await open(durable);
    let lost = false;
    const bank = openBank({
      store: {
        ...store,
        async take(key) {
          const found = await store.take(key);
          if (lost) return found;
          lost = true;
          await redis.kill();
          return store.take(key);
        },
      },
      now: NOW,
    });
    const callback = await bank.callback();
    const complete = () => bank.client.completeConsent(callback, { sessionBinding: SESSION });
    expect((await errorOf(complete)).code).toBe('store_failed');
    await again();
    expect((await complete()).status).toBe('replayed');
    expect(bank.calls).toEqual([]);
  });

  it('and keeps nothing on disk makes the callback unknown, and the citizen starts again', async () => {
    const { redis, store, again } = await open({});
    const bank = openBank({ store, now: NOW });
    const callback = await bank.callback();
    await redis.kill();
    await again();
    expect((await bank.client.completeConsent(callback, { sessionBinding: SESSION })).status).toBe(
      'unknown',
    );
    expect(
      (await bank.client.completeConsent(await bank.callback(), { sessionBinding: SESSION }))
        .status,
    ).toBe('granted');
  });

  it('fails a call at its time limit although the client library queues commands', async () => {
    const redis = await startRedis(part.path());
    ends.push(redis.stop);
    const client = await redis.ioredis({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    await redis.kill();
    const clock = createVirtualClock(NOW);
    const failed = errorOf(() =>
      createRedisStore({ client, keys, clock, timeoutMs: 500 }).get('a'),
    );
    clock.advance(500);
    expect((await failed).code).toBe('store_failed');
  });
});
