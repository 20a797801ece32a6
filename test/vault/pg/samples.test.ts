import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/vault/pg/index.js';
import { findPart } from '../../kit/machine.js';
import { openPostgres } from '../../kit/postgres.js';
import { sealingKeys } from '../../kit/redis.js';

const part = findPart('postgres');
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every sample of the guides and the docblocks that creates a pool, by its place. */
const samples = ['README.md', 'docs', 'src/vault/pg'].flatMap((place) => {
  const files = place.endsWith('.md')
    ? [place]
    : readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(place, name),
      );
  return files
    .filter((file) => /\.(md|ts)$/.test(file))
    .flatMap((file) => {
      const content = readFileSync(join(root, file), 'utf8').replaceAll(/^ \* ?/gm, '');
      return [...content.matchAll(/^```ts\n(.*?)^```/gms)].flatMap(([, code = ''], index) =>
        code.includes('Pool({') ? [{ place: `${file}, sample ${index + 1}`, code }] : [],
      );
    });
});

/** Added to a sample: reports that its connection is idle, and uses the pool once more when told. */
const PROBE = `
await pool.query('select 1');
process.once('message', async () => {
  await pool.query('select 1');
  process.exit(0);
});
process.send?.('idle');
`;

describe.skipIf(part.missing)('a program with a pool from', async () => {
  if (part.missing) return;
  const postgres = await openPostgres();
  const folder = mkdtempSync(join(root, 'test/vault/pg/.samples-'));
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await postgres.stop();
  });

  it('the guides and docblocks is tried', () => {
    expect(samples.length).toBeGreaterThanOrEqual(4);
  });

  it.each(samples)('$place outlives the end of its idle connection', async ({ code }) => {
    const { host, user, database } = postgres.connection;
    const pool = postgres.pool(1);
    await migrate(pool);
    const file = join(folder, 'sample.ts');
    writeFileSync(file, code + PROBE);
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        // The form for a socket that every version reads. A URL may lose the case of its host.
        DATABASE_URL: `${host} ${database}`,
        PGUSER: user,
        VAULT_KEY: Object.values(sealingKeys().keys)[0],
      },
    });
    const { stderr } = child;
    if (stderr === null) throw new Error('stderr is no pipe.');
    const complaints = text(stderr);
    const ended = once(child, 'exit');
    await Promise.race([once(child, 'message'), ended]);
    const closed = once(stderr, 'data');
    await pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [database],
    );
    // It reports the end of the connection by its listener, or dies of it.
    await Promise.race([closed, ended]);
    if (child.exitCode === null && child.connected) child.send('again');
    const [exitCode] = await ended;
    expect([exitCode, await complaints]).toEqual([
      0,
      // Under Node 24, pg 8.0.3 says before that pg-native is missing.
      expect.stringMatching(/^(Cannot find module 'pg-native'\n(.*\n)*)?PostgreSQL: [^\n]+\n$/),
    ]);
  });
});
