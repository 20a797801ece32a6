import type { RedisOptions } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { storeSuite } from '../../../src/conformance/index.js';
import type { RedisStoreOptions } from '../../../src/stores/redis/store.js';
import { createPatientStore, openRedis, type RedisDatabase } from '../../kit/redis.js';
import { keys, part } from './shared-redis.js';

type Client = RedisStoreOptions['client'];

const ioredisOptions: Readonly<Record<string, RedisOptions>> = {
  'numbers as texts': { stringNumbers: true },
  'a key prefix': { keyPrefix: 'app:' },
  'automatic pipelines': { enableAutoPipelining: true },
};
// The types of RESP by their first bytes. Not every version of the package exports the names.
const [NUMBER, SIMPLE_STRING, BLOB_STRING, VERBATIM_STRING] = [58, 43, 36, 61] as const;
const asBuffers = {
  [BLOB_STRING]: Buffer,
  [SIMPLE_STRING]: Buffer,
  [VERBATIM_STRING]: Buffer,
};
const typeMappings = {
  'numbers as texts': { [NUMBER]: String },
  'texts as buffers': asBuffers,
  'texts as buffers and numbers as texts': { ...asBuffers, [NUMBER]: String },
};

describe.skipIf(part.missing)('the store in Redis conforms', () => {
  let redis: RedisDatabase;
  let made = 0;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    redis = await openRedis();
  });
  afterAll(async () => {
    for (const end of ends) await end();
    await redis?.stop();
  });

  /** Runs the suite over a client that is opened once. */
  function conforms(open: () => Promise<Client>): void {
    let client: Client;
    beforeAll(async () => {
      client = await open();
    });
    for (const { title, run } of storeSuite(() =>
      createPatientStore({ client, keys, prefix: `option-${made++}:` }),
    ))
      it(title, run);
  }

  describe.each(Object.entries(ioredisOptions))('over ioredis with %s:', (_, options) => {
    conforms(() => redis.ioredis(options));
  });

  describe.each(Object.entries(typeMappings))('over node-redis with %s:', (_, typeMapping) => {
    for (const RESP of [2, 3] as const)
      describe(`RESP ${RESP}`, () => {
        conforms(async () => {
          const client = createClient({ url: redis.url, RESP, commandOptions: { typeMapping } });
          ends.push(() => client.destroy());
          return client.on('error', () => undefined).connect();
        });
      });
  });

  describe('over a pool of node-redis:', () => {
    conforms(async () => {
      // node-redis 5 destroys clients that are idle after the pool has closed them, and throws.
      const pool = createClient({ url: redis.url }).createPool({ minimum: 4, maximum: 4 });
      ends.push(() => pool.close());
      await pool.on('error', () => undefined).connect();
      return pool;
    });
  });
});
