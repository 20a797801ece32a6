import { Cluster, Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import {
  createRetrievalQueue,
  type QueueConnectionSettings,
  type RetrievalState,
} from '../../src/bullmq/index.js';
import { latest } from '../../src/index.js';
import { expectStatus, type Loan, openBank } from '../kit/loan.js';
import { startRedis } from '../kit/redis.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { HANGS_MS } from '../kit/size.js';
import { comeBack } from '../kit/stub.js';
import { noRedis, redisServer, useRedis } from './desk.js';

describe.skipIf(noRedis)('a retrieval in the queue', () => {
  const { open, openOffice, server } = useRedis();

  it('passes through a cluster whose client a function creates', async () => {
    const cluster = await startRedis(redisServer.path(), {
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-announce-ip': '127.0.0.1',
    });
    open.push(cluster.stop);
    const one = await cluster.ioredis({ enableReadyCheck: false });
    await one.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await expect.poll(() => one.call('CLUSTER', 'INFO')).toContain('cluster_state:ok');
    const made: Cluster[] = [];
    const connection = ({ enableOfflineQueue, ...settings }: QueueConnectionSettings) => {
      const client = new Cluster([{ host: '127.0.0.1', port: cluster.port }], {
        enableOfflineQueue,
        redisOptions: settings,
      });
      made.push(client);
      return client;
    };
    // A portal that answers at once, and the default prefix.
    const { client, clock, complete, callback } = await comeBack();
    open.push(client.close);
    const { grant } = expectStatus(await complete(callback), 'granted');
    const retrieval = await client.submit(grant, { household: latest() });
    const queue = createRetrievalQueue<Loan>({
      connection,
      client,
      vault: openOffice().vault,
      rate: { max: 10, perMs: 1_000 },
      clock,
      timeoutMs: HANGS_MS,
    });
    open.push(queue.close);
    await queue.add(retrieval);
    await queue.startWorker();
    const states: RetrievalState[] = [];
    for await (const state of queue.progress(retrieval.id)) states.push(state);
    expect(states.at(-1)).toMatchObject({ state: 'ready' });
    const names = await one.keys('*');
    expect([
      names.length > 0,
      names.filter((name) => !name.startsWith('{myna-selfinfo}:')),
    ]).toEqual([true, []]);
    await queue.close();
    // The queue disconnects what the function created: for producer, worker and listener.
    expect(made.map(({ status }) => ['disconnecting', 'end'].includes(status))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('is rejected while the function that creates connections fails, and accepted afterwards', async () => {
    let fails = true;
    const office = openOffice();
    const connection = (settings: object) => {
      if (fails) throw new Error('the password is 4649');
      return new Redis({ port: server().port, ...settings });
    };
    const queue = createRetrievalQueue({
      connection,
      client: office.client,
      vault: office.vault,
      rate: { max: 1, perMs: 1 },
    });
    open.push(queue.close);
    for (const call of [() => queue.state('id'), () => queue.startWorker()]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'store_failed' });
      expect(JSON.stringify(error) + error.stack).not.toContain('4649');
    }
    fails = false;
    expect(await queue.state('id')).toBeUndefined();
  });
});

describe('a queue without the package bullmq', () => {
  it('throws package_missing and names the package', async () => {
    vi.doMock('bullmq', () => {
      throw new Error('Cannot find package');
    });
    const { client } = openBank();
    const vault = { put: () => undefined, has: () => undefined } as never;
    const queue = createRetrievalQueue({
      connection: {},
      client,
      vault,
      rate: { max: 1, perMs: 1 },
    });
    expect(await refusalOf(() => queue.startWorker())).toEqual(['package_missing', 'bullmq']);
    expect(await refusalOf(() => queue.state('id'))).toEqual(['package_missing', 'bullmq']);
    vi.doUnmock('bullmq');
    await client.close();
  });
});
