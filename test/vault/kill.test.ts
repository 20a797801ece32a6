import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, defineService, latest, systemClock } from '../../src/index.js';
import { createLocalKeys, createVault } from '../../src/vault/index.js';
import { createPgVaultStore, migrate } from '../../src/vault/pg/index.js';
import { expectStatus, loan, openBank } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { openPostgres } from '../kit/postgres.js';
import { sized } from '../kit/size.js';
import { newKey, PURPOSE } from './safe.js';

/** Rounds of killing, and how many hours pass between two processes, so that periods end. */
const { ROUNDS, REST_HOURS } = sized({
  usual: { ROUNDS: 10, REST_HOURS: 6 },
  full: { ROUNDS: 50, REST_HOURS: 0 },
  soak: { ROUNDS: 200, REST_HOURS: 0 },
});
/** Citizens' consents, one a day, each kept to the end of the next day. */
const DAYS = ROUNDS;
/** Lines that a process may write before it is killed. */
const MOST_LINES = 24;
const DAY_MS = 86_400_000;
const START = Date.parse('2026-12-01T10:00:00+09:00');
const GONE = ['retention_ended', 'reference_unknown', 'data_erased'];

const part = findPart('postgres');
// Without schemas the service is plain JSON that can be passed to a process.
const { household } = loan.items;
const service = defineService({ ...loan, retention: { days: 1 }, items: { household } });

describe.skipIf(part.missing)('a process that is killed at any moment', async () => {
  if (part.missing) return;
  const postgres = await openPostgres();
  afterAll(postgres.stop);

  it(`loses nothing that was acknowledged and leaves nothing readable that must be gone, in ${ROUNDS} rounds`, async () => {
    const pool = postgres.pool();
    await migrate(pool);
    const key = newKey();
    const store = createPgVaultStore(pool);
    // The clock of this process does not move: it learns the time only from the store.
    const vault = createVault({
      service,
      store,
      keys: createLocalKeys({ current: 'key-1', keys: { 'key-1': key } }),
      clock: { ...systemClock, now: () => START },
    });
    const seeds: { ref: string; keepUntil: number }[] = [];
    /** The result of an answer by the end of its period: on some days a server was closed. */
    const contents = new Map<number, string>();
    for (let day = 0; day < DAYS; day++) {
      const { client, consent, onProgress } = openBank({ service, now: START + day * DAY_MS });
      const { answer } = expectStatus(
        await client.query(await consent(), latest(), { onProgress }),
        'ready',
      );
      const keepUntil = Date.parse(answer.terms.keepUntil);
      seeds.push({ ref: await vault.put(answer), keepUntil });
      contents.set(keepUntil, contentOf(answer));
      await client.close();
    }
    const { connection } = postgres;
    const order = JSON.stringify({ connection, service, key, seeds, restHours: REST_HOURS });

    const put = new Map<string, number>(seeds.map(({ ref, keepUntil }) => [ref, keepUntil]));
    const erasing = new Set<string>();
    const erased = new Set<string>();
    let sweeps = 0;

    /** Returns the outcome of reading a record: 'whole', or the code of the error. */
    const outcome = (ref: string) =>
      vault.read(ref, PURPOSE).then(
        (answer) =>
          contentOf(answer) === contents.get(Date.parse(answer.terms.keepUntil))
            ? 'whole'
            : 'not whole',
        ({ code }) => String(code),
      );

    async function wrongly(refs: Iterable<string>): Promise<string[]> {
      const now = (await store.seen()) ?? 0;
      const found: string[] = [];
      for (const ref of refs) {
        const keepUntil = put.get(ref) as number;
        const out = await outcome(ref);
        const allowed =
          keepUntil <= now
            ? GONE
            : erased.has(ref)
              ? ['data_erased']
              : erasing.has(ref)
                ? ['data_erased', 'whole']
                : ['whole'];
        if (!allowed.includes(out)) found.push(`${out} instead of ${allowed.join(' or ')}`);
      }
      return found;
    }

    let next = startWorker(order);
    for (let round = 1; round <= ROUNDS; round++) {
      const worker = await next;
      const life = worker.live(Math.floor(Math.random() * MOST_LINES));
      // The next process starts meanwhile, and this process sweeps, too.
      if (round < ROUNDS) next = startWorker(order);
      const [lines] = await Promise.all([life, vault.sweep()]);
      const touched: string[] = [];
      for (const line of lines) {
        const [what, ref = '', keepUntil] = line.split(' ');
        if (what === 'put') put.set(ref, Number(keepUntil));
        if (what === 'erasing') erasing.add(ref);
        if (what === 'erased') erased.add(ref);
        if (what === 'swept') sweeps++;
        if (what === 'put' || what === 'erased') touched.push(ref);
      }
      expect(await wrongly(touched)).toEqual([]);
    }
    expect(await wrongly(put.keys())).toEqual([]);

    // A record that was not acknowledged is there whole or not at all.
    const now = (await store.seen()) ?? 0;
    const held: string[] = [];
    for await (const { ref, keepUntil } of vault.list())
      held.push(Date.parse(keepUntil) <= now ? 'ended' : await outcome(ref));
    expect(held.filter((out) => out !== 'whole' && out !== 'ended')).toEqual([]);
    const pairs =
      'select count(*)::integer as count from myna_vault.records full join myna_vault.keys using (ref) where (sealed is null) <> (wrapped is null)';
    expect((await pool.query(pairs)).rows).toEqual([{ count: 0 }]);

    // Checks that the test did something: many puts and erasures, and periods that ended in
    // between.
    expect([
      put.size > ROUNDS * 2,
      erased.size > ROUNDS / 5,
      sweeps > ROUNDS / 5,
      now > START + DAY_MS,
    ]).toEqual([true, true, true, true]);
  });
});

interface Worker {
  /**
   * Lets the process work until it has written so many lines, kills it wherever it is, and returns
   * the lines.
   */
  live(lines: number): Promise<string[]>;
}

/** Returns everything that an answer of the service contains. */
function contentOf({ items: { household }, terms }: Answer<typeof service>): string {
  return JSON.stringify([
    terms,
    household.status,
    household.status === 'present' && household.reveal(),
    household.extras.reveal(),
  ]);
}

async function startWorker(order: string): Promise<Worker> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('worker.mjs', import.meta.url)), order],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let written = '';
  let complaints = '';
  child.stderr?.on('data', (chunk) => (complaints += chunk));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  child.stdout?.on('data', (chunk) => (written += chunk));
  const wrote = (lines: number) =>
    new Promise<void>((resolve) => {
      child.stdout?.on('data', () => {
        if (written.split('\n').length > lines) resolve();
      });
    });
  await Promise.race([wrote(1), ended]);
  written = '';
  return {
    async live(lines) {
      child.stdin?.on('error', () => undefined);
      child.stdin?.write('go\n');
      if (lines > 0) await Promise.race([wrote(lines), ended]);
      killed();
      await ended;
      process.off('exit', killed);
      // The process ends only by the kill.
      expect([child.signalCode, complaints]).toEqual(['SIGKILL', '']);
      // The last line was cut, or is empty.
      return written.split('\n').slice(0, -1);
    },
  };
}
