import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** The process of a Redis server on loopback, in a temporary folder. */
export interface RedisProcess {
  readonly port: number;
  /** Kills the process of the server, without notice to its clients. */
  kill(): Promise<void>;
  /** Starts the server again on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

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
export async function startRedisProcess(
  program: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisProcess> {
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
    const started = spawn(
      program,
      args.flatMap(([name, value]) => [`--${name}`, value]),
      { stdio: 'ignore' },
    );
    server = started;
    const probe = new Redis({
      host: '127.0.0.1',
      port,
      retryStrategy: () => (started.exitCode === null ? 20 : null),
      maxRetriesPerRequest: null,
    });
    probe.on('error', () => undefined);
    await probe.ping();
    probe.disconnect();
  }
  await start();
  return {
    port,
    kill,
    start,
    async stop() {
      await kill();
      process.off('exit', killNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
