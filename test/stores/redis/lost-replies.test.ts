import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/index.js';
import type { RedisStoreOptions } from '../../../src/stores/redis/store.js';
import { createRedisStore } from '../../../src/stores/redis/store.js';
import { NOW, openBank, SESSION } from '../../kit/loan.js';
import { createPatientStore, openRedis, type RedisDatabase } from '../../kit/redis.js';
import { errorOf } from '../../kit/refusals.js';
import { keys, part } from './shared-redis.js';

describe.skipIf(part.missing)('a take whose reply is lost', () => {
  let redis: RedisDatabase;
  let made = 0;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    redis = await openRedis();
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await redis?.stop();
  });

  /** Opens a proxy in front of Redis that loses the next script, or the reply to it. */
  async function openLossyProxy() {
    const sockets = new Set<Socket>();
    const state = { lose: 'nothing' as 'nothing' | 'reply' | 'command' };
    let tell = () => {};
    const server = createServer((near) => {
      const far = connect(redis.port, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => sockets.delete(socket));
      }
      near.on('data', (bytes) => {
        if (
          state.lose === 'nothing' ||
          !bytes.toString('latin1').toLowerCase().includes('evalsha')
        ) {
          far.write(bytes);
          return;
        }
        const { lose } = state;
        state.lose = 'nothing';
        if (lose === 'command') return tell();
        // Redis has carried it out before its reply is lost.
        far.removeAllListeners('data').once('data', () => near.destroy());
        far.write(bytes);
      });
      far.on('data', (bytes) => near.write(bytes));
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return {
      port: (server.address() as AddressInfo).port,
      loseReply: () => Object.assign(state, { lose: 'reply' }),
      /** Swallows the next script. Resolves when it came. */
      loseCommand() {
        state.lose = 'command';
        return new Promise<void>((resolve) => {
          tell = resolve;
        });
      },
      /** Closes every connection, as a network does at last. */
      cut() {
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  /** Opens a client with the settings that docs/scaling.md names. */
  async function openIoredis(port: number) {
    const client = new Redis({
      host: '127.0.0.1',
      port,
      db: redis.db,
      enableOfflineQueue: false,
      lazyConnect: true,
      retryStrategy: () => 20,
    });
    client.on('error', () => undefined);
    ends.push(() => client.disconnect());
    await client.connect();
    return client;
  }

  async function openNodeRedis(port: number) {
    const client = createClient({
      url: `redis://127.0.0.1:${port}/${redis.db}`,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: 20 },
    });
    ends.push(() => client.isOpen && client.destroy());
    return client.on('error', () => undefined).connect();
  }

  function openLoan(client: RedisStoreOptions['client']) {
    const bank = openBank({
      store: createPatientStore({
        ...{ client, keys, prefix: `lost-${made++}:` },
        clock: createVirtualClock(NOW),
      }),
      now: NOW,
    });
    const complete = (callback: string) =>
      bank.client.completeConsent(callback, { sessionBinding: SESSION });
    return { ...bank, complete };
  }

  it('is sent again by ioredis, gets its entry, and the consent is granted once', async () => {
    const proxy = await openLossyProxy();
    const { calls, callback, complete } = openLoan(await openIoredis(proxy.port));
    const returned = await callback();
    proxy.loseReply();
    expect((await complete(returned)).status).toBe('granted');
    expect((await complete(returned)).status).toBe('replayed');
    expect(calls.length).toBe(1);
  });

  it('fails with the effect unknown over node-redis, must not be repeated, and sends no code', async () => {
    const proxy = await openLossyProxy();
    const client = await openNodeRedis(proxy.port);
    const { calls, callback, complete } = openLoan(client);
    const returned = await callback();
    proxy.loseReply();
    const error = await errorOf(() => complete(returned));
    expect([error.code, error.effect, error.retry]).toEqual([
      'store_failed',
      'unknown',
      { safe: false },
    ]);
    await expect.poll(() => client.isReady).toBe(true);
    expect((await complete(returned)).status).toBe('replayed');
    expect(calls).toEqual([]);
  });

  it('fails with the effect unknown when ioredis carries it out after the time limit', async () => {
    const proxy = await openLossyProxy();
    const client = await openIoredis(proxy.port);
    const clock = createVirtualClock(NOW);
    const store = createRedisStore({ client, keys, clock, prefix: `lost-${made++}:` });
    await store.put('transaction:a', 'text', clock.now() + 600_000);
    const swallowed = proxy.loseCommand();
    const failed = errorOf(() => store.take('transaction:a'));
    await swallowed;
    clock.advance(2_000);
    const { code, effect, retry } = await failed;
    expect([code, effect, retry]).toEqual(['store_failed', 'unknown', { safe: false }]);
    proxy.cut();
    await expect.poll(() => store.get('transaction:a').catch(() => 'not yet')).toBe('taken');
  });

  it('is safe to repeat when the command was never sent', async () => {
    const proxy = await openLossyProxy();
    const clients = [await openIoredis(proxy.port), await openNodeRedis(proxy.port)];
    const [ioredis, nodeRedis] = clients as [Redis, { destroy(): void }];
    ioredis.disconnect();
    nodeRedis.destroy();
    for (const client of clients) {
      const store = createPatientStore({ client, keys });
      const { code, effect, retry } = await errorOf(() => store.take('transaction:a'));
      expect([code, effect, retry]).toEqual(['store_failed', 'none', { safe: true }]);
    }
  });
});
