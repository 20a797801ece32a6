import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSuite } from '../../../src/conformance/index.js';
import { createVirtualClock, latest, systemClock } from '../../../src/index.js';
import { expectStatus, NOW, openBank, SESSION } from '../../kit/loan.js';
import { createPatientStore, type RedisServer, startRedis } from '../../kit/redis.js';
import { errorOf, refusal } from '../../kit/refusals.js';
import { DAY, type Ioredis, keys, part, soon } from './shared-redis.js';

const HOUR = 60 * 60_000;

describe.skipIf(part.missing)('a flood of starts over Redis', () => {
  let redis: RedisServer;
  let client: Ioredis;
  beforeAll(async () => {
    redis = await startRedis(part.path(), { 'maxmemory-policy': 'noeviction' });
    client = await redis.ioredis();
  });
  afterAll(() => redis?.stop());

  const usedBytes = async () =>
    Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1] ?? Number.NaN);

  /** Leaves this many bytes for what follows. */
  async function leave(bytes: number) {
    await client.config('SET', 'maxmemory', String((await usedBytes()) + bytes));
  }

  /** Starts consents until one is refused. Returns its error and how many were accepted. */
  async function flood(begin: () => Promise<unknown>) {
    for (let accepted = 0; accepted < 20_000; accepted++) {
      try {
        await begin();
      } catch (error) {
        return { error: error as Awaited<ReturnType<typeof errorOf>>, accepted };
      }
    }
    throw new Error('no start was refused');
  }

  it('is refused with store_full, while those who began complete and an accepted request is stored', async () => {
    await client.flushall();
    const bank = openBank({
      store: createPatientStore({ client, keys, clock: createVirtualClock(NOW) }),
      now: NOW,
    });
    const begin = () => bank.client.beginConsent({ sessionBinding: SESSION });
    const grant = await bank.consent();
    const callbacks = await Promise.all(Array.from({ length: 20 }, () => bank.callback()));
    await leave(3_000_000);
    const { error, accepted } = await flood(begin);
    expect([error.code, error.stage, error.effect, error.retry]).toEqual([
      'store_full',
      'store',
      'none',
      { safe: true },
    ]);
    expect(accepted).toBeGreaterThan(100);
    const retrieval = await bank.client.submit(grant, latest());
    const collected = await bank.client.collect(retrieval, { onProgress: bank.onProgress });
    expectStatus(collected, 'ready');
    for (const callback of callbacks) {
      const outcome = await bank.client.completeConsent(callback, { sessionBinding: SESSION });
      await bank.client.submit(expectStatus(outcome, 'granted').grant, latest());
    }
    await client.config('SET', 'maxmemory', '0');
    await begin();
  });

  it('passes the case of the conformance suite for small stores', async () => {
    await client.flushall();
    const makeSmall = async () => {
      await leave(1_000_000);
      return createPatientStore({ client, keys, prefix: 'small:' });
    };
    const suite = storeSuite(makeSmall, { makeSmall });
    await suite.find(({ title }) => title.startsWith('a small store'))?.run();
    await client.config('SET', 'maxmemory', '0');
    expect(await client.dbsize()).toBeGreaterThan(100);
  });

  it('leaves marks for an hour instead of a day once half of the room is used, so that it ends with the flood', async () => {
    await client.flushall();
    const store = createPatientStore({ client, keys, prefix: 'm:' });
    await client.config('SET', 'maxmemory', String(10 * (await usedBytes())));
    await store.put('transaction:a', 'text', soon());
    await client.config('SET', 'maxmemory', String(2 * (await usedBytes())));
    await store.put('transaction:b', 'text', soon());
    await store.put('retrieval:c', 'text', soon());
    const lives = await Promise.all(
      ['transaction:a', 'transaction:b', 'retrieval:c'].map((key) =>
        client.pttl(`m:{${key}}:mark`),
      ),
    );
    const [early = 0, late = 0, retrieval = 0] = lives;
    expect(Math.min(early, retrieval)).toBeGreaterThan(DAY);
    expect(late).toBeLessThanOrEqual(HOUR + 10 * 60_000);
    expect(late).toBeGreaterThan(HOUR);
  });

  it('leaves no mark of a notice, of which anyone may ask for many', async () => {
    const store = createPatientStore({ client, keys, prefix: 'n:' });
    await store.put('notice:a', 'early', soon());
    const lives = await Promise.all(
      ['n:{notice:a}', 'n:{notice:a}:mark'].map((name) => client.pttl(name)),
    );
    const [value = 0, mark = 0] = lives;
    expect(Math.min(value, mark)).toBeGreaterThan(0);
    expect(mark).toBeLessThanOrEqual(10 * 60_000);
  });

  it('is bounded by the share that the option names, and by the machine where maxmemory is not set', async () => {
    await client.flushall();
    const put = (share: number) =>
      createPatientStore({ client, keys, prefix: 's:', consentMemoryShare: share }).put(
        `transaction:${share}`,
        'text',
        soon(),
      );
    await client.config('SET', 'maxmemory', String(4 * (await usedBytes())));
    await put(0.5);
    expect((await errorOf(() => put(0.1))).code).toBe('store_full');
    await client.config('SET', 'maxmemory', '0');
    await put(0.9);
    expect((await errorOf(() => put(0.000_001))).code).toBe('store_full');
  });

  it.each([0.8, 1])(
    'is refused with store_full, not with OOM, above maxmemory itself (share %s)',
    async (consentMemoryShare) => {
      await client.flushall();
      const store = createPatientStore({ client, keys, prefix: 'o:', consentMemoryShare });
      await client.config('SET', 'maxmemory', String(Math.floor((await usedBytes()) / 2)));
      const error = await errorOf(() => store.put('transaction:a', 'text', soon()));
      await client.config('SET', 'maxmemory', '0');
      expect([error.code, error.upstream]).toEqual(['store_full', undefined]);
      expect(await client.dbsize()).toBe(0);
    },
  );

  it('does not stop the mark of an expired consent, which says why a citizen is too late', async () => {
    const store = createPatientStore({ client, keys, prefix: 'e:', consentMemoryShare: 0.000_001 });
    const expiresAt = systemClock.now() - 1;
    await store.put('transaction:a', '', expiresAt);
    expect(await store.get('transaction:a')).toEqual({ value: '', expiresAt });
  });

  /** Returns a client of a user who may not read the memory. */
  async function withoutInfo(...rights: string[]) {
    await client.acl('SETUSER', 'app', 'reset', 'on', '>app', '~*', '+@all', ...rights);
    return redis.ioredis({ username: 'app', password: 'app', enableReadyCheck: false });
  }

  it.each(['-info', '-@dangerous'])(
    'is refused with store_failed and NOPERM when the user has %s, while those who began go on',
    async (right) => {
      await client.flushall();
      const open = (of: Ioredis) => createPatientStore({ client: of, keys, prefix: 'u:' });
      await open(client).put('transaction:begun', 'text', soon());
      const before = await client.dbsize();
      const store = open(await withoutInfo(right));
      const error = await errorOf(() => store.put('transaction:a', 'text', soon()));
      expect([error.code, error.upstream?.code, error.effect]).toEqual([
        'store_failed',
        'NOPERM',
        'none',
      ]);
      expect(await client.dbsize()).toBe(before);
      await store.put('retrieval:b', 'text', soon());
      expect(await store.take('transaction:begun')).toMatchObject({ value: 'text' });
    },
  );

  it('is not bounded with the share 1, which needs no right to read the memory', async () => {
    const app = await withoutInfo('-info');
    const store = createPatientStore({ client: app, keys, prefix: 'v:', consentMemoryShare: 1 });
    await store.put('transaction:a', 'text', soon());
    expect(await store.take('transaction:a')).toMatchObject({ value: 'text' });
  });

  it.each([0, -1, 1.01, Number.NaN, Number.POSITIVE_INFINITY])(
    'cannot be given the share %s',
    (consentMemoryShare) => {
      expect(refusal(() => createPatientStore({ client, keys, consentMemoryShare }))).toEqual([
        'invalid_option',
        'options.consentMemoryShare',
      ]);
    },
  );
});
