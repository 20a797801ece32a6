import { randomBytes } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import { createClient } from 'redis';
import { createRedisStore, type RedisStoreOptions } from '../../src/stores/redis/store.js';
import { type RedisProcess, startRedisProcess } from './redis-server.js';
import { hide } from './register.js';
import { shared } from './shared-parts.js';

/** A database of a Redis server. */
export interface RedisDatabase {
  readonly port: number;
  readonly db: number;
  readonly url: string;
  /**
   * Returns a connected client that refuses commands while it is disconnected. `stop` ends it at
   * the latest.
   */
  ioredis(options?: RedisOptions): Promise<Redis>;
  nodeRedis(user?: { readonly username: string; readonly password: string }): Promise<NodeRedis>;
  stop(): Promise<void>;
}

/** A Redis server for one test file, which may kill it. */
export interface RedisServer extends RedisDatabase, RedisProcess {}

const connectNodeRedis = (url: string, user = {}) =>
  createClient({ url, ...user, disableOfflineQueue: true, socket: { reconnectStrategy: 20 } })
    .on('error', () => undefined)
    .connect();
export type NodeRedis = Awaited<ReturnType<typeof connectNodeRedis>>;

/** Creates new keys for sealing. */
export function sealingKeys(...ids: readonly string[]) {
  const names = ids.length > 0 ? ids : ['key-1'];
  return {
    current: names.at(-1) as string,
    keys: Object.fromEntries(
      names.map((id) => [id, hide('sealing key', randomBytes(32).toString('base64url'))]),
    ),
  };
}

/** Returns a store whose deadline a busy machine does not reach. */
export const createPatientStore = (options: RedisStoreOptions) =>
  createRedisStore({ timeoutMs: 60_000, ...options });

/** Opens an unused database of the server that the files of a run share. */
export async function openRedis(): Promise<RedisDatabase> {
  const { port, db } = await shared('redis');
  return { port, db, ...clientsOf(port, db) };
}

/**
 * Starts a server of one's own, for tests that configure or kill it, or that look at everything in
 * it. Settings are written as in redis.conf.
 */
export async function startRedis(
  program: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const server = await startRedisProcess(program, settings);
  const clients = clientsOf(server.port, 0);
  return {
    ...server,
    ...clients,
    db: 0,
    async stop() {
      await clients.stop();
      await server.stop();
    },
  };
}

function clientsOf(port: number, db: number) {
  const url = `redis://127.0.0.1:${port}/${db}`;
  const ends: (() => void)[] = [];
  return {
    url,
    async ioredis(options: RedisOptions = {}) {
      const client = new Redis({
        host: '127.0.0.1',
        port,
        db,
        enableOfflineQueue: false,
        lazyConnect: true,
        retryStrategy: () => 20,
        ...options,
      });
      client.on('error', () => undefined);
      ends.push(() => client.disconnect());
      await client.connect();
      return client;
    },
    async nodeRedis(user?: { readonly username: string; readonly password: string }) {
      const client = await connectNodeRedis(url, user);
      ends.push(() => client.destroy());
      return client;
    },
    async stop() {
      for (const end of ends) end();
    },
  };
}
