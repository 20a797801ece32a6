import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import {
  createRetrievalQueue,
  type QueueConnectionSettings,
  type RetrievalQueue,
  type RetrievalState,
} from '../../src/bullmq/index.js';
import { latest, systemClock } from '../../src/index.js';
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

describe.skipIf(noRedis)('the connection of a queue', () => {
  const { openOffice, server } = useRedis();

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['limit commands, idle sockets or blocking', { commandTimeout: 50, socketTimeout: 50 }],
    ['limit blocking commands', { blockingTimeout: 1, blockingTimeoutGrace: 1 }],
    ['return numbers as strings', { stringNumbers: true }],
    ['return maps as objects', { replyMapping: 'resp3' }],
    ['join commands', { enableAutoPipelining: true }],
    ['connect late', { lazyConnect: true }],
    ['have no prefix', { keyPrefix: '' }],
  ])('carries a retrieval to its end without trouble when its options %s', async (_, options) => {
    const connection = { port: server().port, db: server().db, ...options };
    const office = openOffice({}, { connection });
    await office.queue.startWorker();
    // Until the worker has waited for longer than the limits above.
    const commands = await office.commands();
    await expect
      .poll(() => commands.client('LIST'))
      .toMatch(new RegExp(`idle=[1-9].* db=${server().db} .*cmd=bzpopmin`));
    const id = await office.queue.add(await office.submit());
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    expect(office.events.filter(({ type }) => type === 'trouble')).toEqual([]);
  });

  it('may be the url of a server', async () => {
    const office = openOffice({}, { connection: { url: server().url } });
    await office.queue.startWorker();
    const id = await office.queue.add(await office.submit());
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
  });

  it('has the settings of the queue even if the parameters of its url differ', async () => {
    const url = `${server().url}?maxRetriesPerRequest=3&enableOfflineQueue=no`;
    const office = openOffice({}, { connection: { url } });
    await office.queue.startWorker();
    const id = await office.queue.add(await office.submit());
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    expect(office.events.filter(({ type }) => type === 'trouble')).toEqual([]);
  });

  it.each<[string, 'add' | 'work', (settings: QueueConnectionSettings) => object]>([
    ['maxRetriesPerRequest', 'work', () => new Redis({ lazyConnect: true })],
    ['maxRetriesPerRequest', 'add', () => new Redis({ lazyConnect: true })],
    ['maxRetriesPerRequest', 'work', () => new Cluster([], { lazyConnect: true })],
    [
      'enableOfflineQueue',
      'add',
      ({ maxRetriesPerRequest }) => new Redis({ maxRetriesPerRequest, lazyConnect: true }),
    ],
    [
      'enableOfflineQueue',
      'work',
      (settings) => new Redis({ ...settings, enableOfflineQueue: false, lazyConnect: true }),
    ],
  ])(
    'of a function that ignores the setting %s is refused for those who %s',
    async (name, use, open) => {
      const made: { readonly status?: string }[] = [];
      const { queue } = openOffice(
        {},
        {
          connection(settings) {
            const client = open(settings);
            made.push(client);
            return client;
          },
        },
      );
      expect(
        await refusalOf(() => (use === 'add' ? queue.state('id') : queue.startWorker())),
      ).toEqual(['invalid_option', `options.connection.${name}`]);
      expect(made.map(({ status }) => status)).toEqual(['end']);
    },
  );

  it.each<[string, 'add' | 'work', (settings: object) => object]>([
    ['keyPrefix', 'add', (settings) => new Redis({ ...settings, keyPrefix: 'a:' })],
    [
      'keyPrefix',
      'work',
      (settings) => new Cluster([], { keyPrefix: 'a:', lazyConnect: true, redisOptions: settings }),
    ],
    ['stringNumbers', 'add', (settings) => new Redis({ ...settings, stringNumbers: true })],
    ['commandTimeout', 'work', (settings) => new Redis({ ...settings, commandTimeout: 50 })],
    [
      'socketTimeout',
      'work',
      (settings) =>
        new Cluster([], { lazyConnect: true, redisOptions: { ...settings, socketTimeout: 50 } }),
    ],
  ])(
    'of a function is refused with %s, which would hinder those who %s',
    async (name, use, open) => {
      const made: { readonly status?: string; disconnect(): void }[] = [];
      const { queue } = openOffice(
        {},
        {
          connection(settings) {
            const client = open({ ...settings, lazyConnect: true }) as (typeof made)[number];
            made.push(client);
            return client;
          },
        },
      );
      expect(
        await refusalOf(() => (use === 'add' ? queue.state('id') : queue.startWorker())),
      ).toEqual(['invalid_option', `options.connection.${name}`]);
      for (const { status } of made) expect(status).toBe('end');
    },
  );

  it.each([[undefined], [{}], [{ isOpen: true, sendCommand: () => undefined }]])(
    'of a function that returns %o is refused',
    async (client) => {
      const { queue } = openOffice({}, { connection: () => client as never });
      for (const call of [() => queue.state('id'), () => queue.startWorker()])
        expect(await refusalOf(call)).toEqual(['invalid_option', 'options.connection']);
    },
  );
});

describe('a queue whose Redis cannot be reached', () => {
  it.each(['refuses connections', 'closes connections', 'says nothing'])(
    'ends without an unhandled rejection when the server %s',
    async (what) => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket.on('error', () => undefined));
        if (what === 'closes connections') socket.once('data', () => socket.destroy());
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      if (what === 'refuses connections') await new Promise((resolve) => server.close(resolve));
      const rejections: unknown[] = [];
      const onRejection = (reason: unknown) => rejections.push(reason);
      process.on('unhandledRejection', onRejection);
      const { client } = openBank();
      const vault = { put: () => undefined, has: () => undefined } as never;
      const useAndClose = async (use: (queue: RetrievalQueue<Loan>) => Promise<unknown>) => {
        const queue = createRetrievalQueue<Loan>({
          connection: { host: '127.0.0.1', port },
          client,
          vault,
          rate: { max: 1, perMs: 1 },
          timeoutMs: 50,
        });
        await use(queue).catch(() => undefined);
        await queue.close();
      };
      for (let round = 0; round < 3; round++)
        await Promise.all([
          useAndClose((queue) => queue.state('id')),
          useAndClose(async (queue) => {
            await queue.state('id').catch(() => undefined);
            await queue.state('id');
          }),
          useAndClose((queue) => queue.progress('id')[Symbol.asyncIterator]().next()),
          useAndClose((queue) => queue.startWorker()),
        ]);
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      // Node reports rejections after the microtasks of a turn.
      await systemClock.wait(50);
      process.off('unhandledRejection', onRejection);
      expect(rejections).toEqual([]);
      await client.close();
    },
  );
});
