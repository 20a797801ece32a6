import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { createClient } from 'redis';
import { createRedisStore, type RedisStoreOptions } from '../../src/stores/redis/store.js';
import { hide } from './register.js';

/** A Redis server for one test, on loopback, in a temporary folder. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /**
   * Returns a connected client that refuses commands while it is disconnected. `stop` ends it at
   * the latest.
   */
  ioredis(options?: RedisOptions): Promise<Redis>;
  nodeRedis(user?: { readonly username: string; readonly password: string }): Promise<NodeRedis>;
  /** Kills the process of the server, without notice to its clients. */
  kill(): Promise<void>;
  /** Starts the server again on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

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

/** Returns a port of loopback that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts the server that `findPart('redis-server')` found. Settings are written as in redis.conf.
 */
export async function startRedis(
  program: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'myna-redis-'));
  const port = await freePort();
  const args = Object.entries({
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    ...settings,
  });
  const ends: (() => void)[] = [];
  let server: ChildProcess | undefined;
  const killNow = () => void server?.kill('SIGKILL');
  process.once('exit', killNow);

  async function kill() {
    const running = server;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    killNow();
    await ended;
  }
  async function start() {
    server = spawn(
      program,
      args.flatMap(([name, value]) => [`--${name}`, value]),
      { stdio: 'ignore' },
    );
    const probe = new Redis({
      host: '127.0.0.1',
      port,
      retryStrategy: () => 20,
      maxRetriesPerRequest: 500,
    });
    probe.on('error', () => undefined);
    await probe.ping();
    probe.disconnect();
  }
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async ioredis(options = {}) {
      const client = new Redis({
        host: '127.0.0.1',
        port,
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
    async nodeRedis(user) {
      const client = await connectNodeRedis(`redis://127.0.0.1:${port}`, user);
      ends.push(() => client.destroy());
      return client;
    },
    kill,
    start,
    async stop() {
      for (const end of ends) end();
      await kill();
      process.off('exit', killNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
