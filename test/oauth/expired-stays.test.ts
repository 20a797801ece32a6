import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createVirtualClock,
  type Store,
  type StoredEntry,
} from '../../src/index.js';
import { NOW, openBank, SESSION } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { createPatientStore, openRedis, type RedisDatabase, sealingKeys } from '../kit/redis.js';

const HOUR_MS = 3_600_000;
const LIFE_MS = 600_000;
const part = findPart('redis-server');

/** A store without a clock: four methods over a map. */
function plainStore(): Store {
  const held = new Map<string, StoredEntry | 'taken'>();
  return {
    put: async (key, value, expiresAt) => {
      if (held.has(key)) throw new Error('held');
      held.set(key, { value, expiresAt });
    },
    get: async (key) => held.get(key),
    take: async (key) => {
      const found = held.get(key);
      if (found !== undefined) held.set(key, 'taken');
      return found;
    },
    delete: async (key) => void held.delete(key),
  };
}

describe('a citizen who was told that the consent has expired', () => {
  let redis: RedisDatabase | undefined;
  let made = 0;
  beforeAll(async () => {
    if (!part.missing) redis = await openRedis();
  });
  afterAll(() => redis?.stop());

  const stores: Readonly<
    Record<string, (clock: ReturnType<typeof createVirtualClock>) => unknown>
  > = {
    'in memory': (clock) => createMemoryStore({ clock }),
    'in memory with a clock of its own': () => createMemoryStore(),
    'without a clock': () => plainStore(),
    ...(!part.missing && {
      'in Redis': async (clock: ReturnType<typeof createVirtualClock>) =>
        createPatientStore({
          client: await (redis as RedisDatabase).ioredis(),
          keys: sealingKeys(),
          prefix: `late-${made++}:`,
          clock,
        }),
    }),
  };

  describe.each(Object.entries(stores))('with a store %s', (_, makeStore) => {
    async function open() {
      const shared = createVirtualClock(NOW);
      const store = (await makeStore(shared)) as Store;
      const { client, callback, clock, calls } = openBank({ store, now: NOW });
      const set = (ms: number) => {
        for (const each of [clock, shared]) each.set(Date.parse(NOW) + ms);
      };
      const complete = async (returned: string, sessionBinding: string = SESSION) =>
        (await client.completeConsent(returned, { sessionBinding })).status;
      return { callback, complete, set, calls, store };
    }

    it.each([LIFE_MS, LIFE_MS + 9_000, HOUR_MS, 48 * HOUR_MS])(
      'is told so again after the clock went back from %s ms',
      async (lateMs) => {
        const { callback, complete, set, calls } = await open();
        const returned = await callback();
        set(lateMs);
        expect(await complete(returned)).toBe('expired');
        set(1_000);
        for (let again = 0; again < 3; again++) expect(await complete(returned)).toBe('expired');
        expect(calls).toEqual([]);
      },
    );

    it('is told so in each of several callbacks at once, and again later', async () => {
      const { callback, complete, set } = await open();
      const returned = await callback();
      set(LIFE_MS);
      expect(
        new Set(await Promise.all(Array.from({ length: 10 }, () => complete(returned)))),
      ).toEqual(new Set(['expired']));
      set(0);
      expect(await complete(returned)).toBe('expired');
    });

    it('does not lose the consents of others, who were told nothing while the clock was ahead', async () => {
      const { callback, complete, set } = await open();
      const [told, other, third] = [await callback(), await callback(), await callback()];
      set(HOUR_MS);
      expect(await complete(told)).toBe('expired');
      set(HOUR_MS + 15_000);
      expect(await complete(told)).toBe('expired');
      set(2_000);
      expect([await complete(told), await complete(other), await complete(third)]).toEqual([
        'expired',
        'granted',
        'granted',
      ]);
    });

    it('does not lose the consent when it was another browser that came too late', async () => {
      const { callback, complete, set } = await open();
      const returned = await callback();
      set(HOUR_MS);
      expect(await complete(returned, 'session-of-a-stranger')).toBe('foreign-browser');
      set(1_000);
      expect(await complete(returned)).toBe('granted');
      expect(await complete(returned)).toBe('replayed');
    });
  });

  it('is not granted later when the store cannot keep the mark', async () => {
    const inner = plainStore();
    let fails = false;
    const store: Store = {
      ...inner,
      put: (...entry) => (fails ? Promise.reject(new Error('down')) : inner.put(...entry)),
    };
    const { client, callback, clock } = openBank({ store });
    const returned = await callback();
    clock.advance(LIFE_MS);
    fails = true;
    const complete = async () =>
      (await client.completeConsent(returned, { sessionBinding: SESSION })).status;
    expect(await complete()).toBe('expired');
    clock.set(NOW);
    expect(await complete()).toBe('unknown');
  });
});
