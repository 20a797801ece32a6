import { afterAll, beforeAll, describe, it } from 'vitest';
import { storeSuite } from '../../src/conformance/index.js';
import { createMemoryStore } from '../../src/index.js';
import { findPart } from '../kit/machine.js';
import {
  createPatientStore,
  type NodeRedis,
  openRedis,
  type RedisDatabase,
  type RedisServer,
  sealingKeys,
  startRedis,
} from '../kit/redis.js';

describe('the store in memory conforms:', () => {
  const makeSmall = () => createMemoryStore({ maxEntries: 20 });
  for (const { title, run } of storeSuite(() => createMemoryStore(), { makeSmall })) it(title, run);
});

const part = findPart('redis-server');

describe.skipIf(part.missing)('the store in Redis conforms', () => {
  let redis: RedisDatabase;
  let gone: RedisServer;
  let ioredis: Awaited<ReturnType<RedisServer['ioredis']>>;
  let goneIoredis: typeof ioredis;
  let nodeRedis: NodeRedis;
  let goneNodeRedis: NodeRedis;
  let made = 0;
  const keys = sealingKeys();
  beforeAll(async () => {
    [redis, gone] = await Promise.all([openRedis(), startRedis(part.path())]);
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
