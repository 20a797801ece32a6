import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../../src/index.js';
import type { RedisStoreOptions } from '../../../src/stores/redis/store.js';
import { findPart } from '../../kit/machine.js';
import {
  createPatientStore,
  type NodeRedis,
  openRedis,
  type RedisDatabase,
  type RedisServer,
  sealingKeys,
  startRedis,
} from '../../kit/redis.js';

export const part = findPart('redis-server');
export const keys = sealingKeys();
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const soon = () => systemClock.now() + 10 * MINUTE;
export const decoded = (text: string): string => Buffer.from(text, 'base64url').toString();

export type Ioredis = Awaited<ReturnType<RedisServer['ioredis']>>;

/** Opens an unused database for the tests of a describe block, with a client of either library. */
export const useRedis = () => useDatabase(openRedis);

/** Starts a server for tests that use commands about the whole server. */
export const useOwnRedis = () => useDatabase(() => startRedis(part.path()));

function useDatabase(start: () => Promise<RedisDatabase>) {
  let redis: RedisDatabase;
  let ioredis: Ioredis;
  let nodeRedis: NodeRedis;
  let made = 0;
  beforeAll(async () => {
    redis = await start();
    [ioredis, nodeRedis] = await Promise.all([redis.ioredis(), redis.nodeRedis()]);
  });
  afterAll(() => redis?.stop());
  const prefix = () => `test-${made++}:`;
  return {
    ioredis: () => ioredis,
    nodeRedis: () => nodeRedis,
    prefix,
    /** Creates a store with its own prefix in the one server, and names an entry's keys. */
    open(options: Partial<RedisStoreOptions> = {}) {
      const own = prefix();
      return {
        store: createPatientStore({ client: ioredis, keys, prefix: own, ...options }),
        prefix: own,
        value: (key: string) => `${own}{${key}}`,
        mark: (key: string) => `${own}{${key}}:mark`,
      };
    },
  };
}
