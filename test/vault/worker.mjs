// A process that puts, erases, sweeps and reads as fast as it can until it is killed. It says what
// it is about to do and what was acknowledged, a line each.
import { writeSync } from 'node:fs';
import { defineService, systemClock } from 'myna-selfinfo';
import { createPgVaultStore } from 'myna-selfinfo/pg';
import { createLocalKeys, createVault } from 'myna-selfinfo/vault';
import pg from 'pg';

/**
 * @type {{ connection: object, service: import('myna-selfinfo').ServiceSpec, key: string, seeds: {
 * ref: string, keepUntil: number }[], restHours: number }}
 */
const { connection, service, key, seeds, restHours } = JSON.parse(process.argv[2] ?? '');
const store = createPgVaultStore(new pg.Pool({ ...connection, max: 2 }));
const keys = createLocalKeys({ current: 'key-1', keys: { 'key-1': key } });
let now = 0;
const vault = createVault({
  service: defineService(service),
  store,
  keys,
  clock: { ...systemClock, now: () => now },
});

const HOUR_MS = 3_600_000;
const purpose = { purpose: service.purpose.id, reason: 'test' };
/** @param {string} line */
const say = (line) => void writeSync(1, `${line}\n`);
/** @type {string[]} */
const refs = [];
const works = [put, put, put, erase, sweep];

say('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
now = ((await store.seen()) ?? 0) + restHours * HOUR_MS;
for (;;) {
  if (Math.random() < 0.3) now += Math.floor(Math.random() * 3 * HOUR_MS);
  // Two at once: they meet in the pool and in the tables.
  await Promise.all([0, 1].map(() => works[Math.floor(Math.random() * works.length)]?.()));
}

async function put() {
  // The next ones to end: some of these periods end while this runs.
  const open = seeds.filter(({ keepUntil }) => keepUntil > now + 6 * HOUR_MS).slice(0, 3);
  const seed = open[Math.floor(Math.random() * open.length)];
  if (!seed) return;
  const ref = await vault.put(await vault.read(seed.ref, purpose));
  refs.push(ref);
  say(`put ${ref} ${seed.keepUntil}`);
}

async function erase() {
  const [ref] = refs.splice(Math.floor(Math.random() * refs.length), 1);
  if (ref === undefined) return;
  say(`erasing ${ref}`);
  // It may have ended and been swept meanwhile.
  await vault.erase(ref, 'test').catch((error) => {
    if (error.code !== 'reference_unknown') throw error;
  });
  say(`erased ${ref}`);
}

async function sweep() {
  await vault.sweep();
  say('swept');
}
