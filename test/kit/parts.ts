import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { findPart } from './machine.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for the parts that they share. */
    readonly parts: string;
  }
}

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * One Chromium, one Redis and one PostgreSQL for the whole run. Each starts when the first test
 * file asks for it.
 */
export async function setup(project: TestProject) {
  const ends: (() => Promise<void>)[] = [];
  const chromium = once(async () => {
    const playwright = await import('playwright-core');
    const server = await playwright.chromium.launchServer({
      // Debian's, because playwright-core brings no browser.
      executablePath: findPart('chromium').path(),
      args: CHROMIUM_ARGS,
    });
    ends.push(() => server.close());
    return { url: server.wsEndpoint() };
  });
  const redis = once(async () => {
    const { startRedisProcess } = await import('./redis-server.js');
    const server = await startRedisProcess(findPart('redis-server').path(), {
      databases: '10000',
    });
    ends.push(server.stop);
    return server;
  });
  const postgres = once(async () => {
    const [{ Client }, { startPostgresProcess }] = await Promise.all([
      import('pg'),
      import('./postgres-server.js'),
    ]);
    const { connection, stop } = await startPostgresProcess(findPart('postgres').path());
    ends.push(stop);
    const admin = new Client(connection);
    await admin.connect();
    ends.push(() => admin.end());
    return { connection, admin };
  });
  let databases = 0;
  const parts: Readonly<Record<string, () => Promise<unknown>>> = {
    '/chromium': chromium,
    '/redis': async () => ({ port: (await redis()).port, db: databases++ }),
    async '/postgres'() {
      const { connection, admin } = await postgres();
      const database = `test_${databases++}`;
      await admin.query(`create database ${database}`);
      return { ...connection, database };
    },
  };

  const broker = createServer((request, response) => {
    Promise.resolve(parts[request.url ?? '']?.()).then(
      (part) => response.end(JSON.stringify({ part })),
      (error: unknown) => response.end(JSON.stringify({ error: String(error) })),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => broker.once('listening', resolve));
  project.provide('parts', `http://127.0.0.1:${(broker.address() as AddressInfo).port}`);
  return async () => {
    broker.close();
    for (const end of ends.reverse()) await end();
  };
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
}
