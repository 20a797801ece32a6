import { readFileSync } from 'node:fs';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { storeSuite } from '../../../src/conformance/index.js';
import {
  createPatientStore,
  type NodeRedis,
  type RedisServer,
  startRedis,
} from '../../kit/redis.js';
import { keys, part } from './shared-redis.js';

describe.skipIf(part.missing)(
  'the store in a Redis cluster, which rejects a command on keys of two slots, conforms',
  () => {
    let redis: RedisServer;
    let ioredis: Cluster;
    let nodeRedis: ReturnType<typeof createCluster>;
    let made = 0;
    beforeAll(async () => {
      redis = await startRedis(part.path(), {
        'cluster-enabled': 'yes',
        'cluster-config-file': 'nodes.conf',
        'cluster-announce-ip': '127.0.0.1',
      });
      const one = await redis.ioredis({ enableReadyCheck: false });
      await one.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      while (!String(await one.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
        await new Promise((resolve) => setImmediate(resolve));
      ioredis = new Cluster([{ host: '127.0.0.1', port: redis.port }]);
      nodeRedis = createCluster({ rootNodes: [{ url: redis.url }] });
      await nodeRedis.connect();
    });
    afterAll(async () => {
      ioredis?.disconnect();
      nodeRedis?.destroy();
      await redis?.stop();
    });
    for (const [library, client] of [
      ['ioredis', () => ioredis],
      ['node-redis', () => nodeRedis],
    ] as const) {
      for (const { title, run } of storeSuite(() =>
        createPatientStore({ client: client(), keys, prefix: `case-${made++}:` }),
      ))
        it(`over ${library}: ${title}`, run);
    }
  },
);

describe.skipIf(part.missing)(
  'the store in Redis, as a user with only the rights that docs/scaling.md names, conforms',
  () => {
    const user = { username: 'app', password: 'app' };
    let redis: RedisServer;
    let ioredis: Awaited<ReturnType<RedisServer['ioredis']>>;
    let nodeRedis: NodeRedis;
    let made = 0;
    beforeAll(async () => {
      redis = await startRedis(part.path());
      const admin = await redis.ioredis();
      const rights =
        /`(~myna-selfinfo:\* [^`]+)`/.exec(readFileSync('docs/scaling.md', 'utf8'))?.[1] ?? '';
      await admin.acl('SETUSER', user.username, 'on', `>${user.password}`, ...rights.split(' '));
      [ioredis, nodeRedis] = await Promise.all([redis.ioredis(user), redis.nodeRedis(user)]);
    });
    afterAll(() => redis?.stop());
    const prefix = () => `myna-selfinfo:${made++}:`;
    for (const { title, run } of storeSuite(() =>
      createPatientStore({ client: ioredis, keys, prefix: prefix() }),
    ))
      it(`over ioredis: ${title}`, run);
    for (const { title, run } of storeSuite(() =>
      createPatientStore({ client: nodeRedis, keys, prefix: prefix() }),
    ))
      it(`over node-redis: ${title}`, run);
  },
);
