import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/index.js';
import { createLocalKeys, createVault } from '../../../src/vault/index.js';
import { createPgVaultStore, migrate } from '../../../src/vault/pg/index.js';
import { loan } from '../../kit/loan.js';
import { findPart } from '../../kit/machine.js';
import { openPostgres } from '../../kit/postgres.js';
import { refusalOf } from '../../kit/refusals.js';
import { newKey, PURPOSE } from '../safe.js';

const DAY_MS = 86_400_000;

describe.skipIf(findPart('postgres').missing)('a vault in PostgreSQL', async () => {
  if (findPart('postgres').missing) return;
  const postgres = await openPostgres();
  afterAll(postgres.stop);
  let schemas = 0;

  async function open() {
    const pool = postgres.pool();
    const schema = `first_${++schemas}`;
    await migrate(pool, { schema });
    const store = createPgVaultStore(pool, { schema });
    const keys = createLocalKeys({ current: 'key-1', keys: { 'key-1': newKey() } });
    const openVault = (offsetMs: number) =>
      createVault({
        service: loan,
        store,
        keys,
        clock: { ...systemClock, now: () => systemClock.now() + offsetMs },
      });
    /** How many days the latest instant seen is ahead of the machine's clock. */
    const daysAhead = async () =>
      Math.round(((await store.seen()) ?? Number.NaN) - systemClock.now()) / DAY_MS;
    return { store, openVault, daysAhead };
  }

  it("corrects the instant of a clock that was ahead for weeks, by the database's own clock", async () => {
    const { openVault, daysAhead } = await open();
    for (const day of [400, 401, 420])
      await openVault(day * DAY_MS)
        .sweep()
        .catch(() => undefined);
    expect(await daysAhead()).toBeGreaterThan(399);
    expect(await openVault(0).sweep()).toBe(0);
    expect(Math.abs(await daysAhead())).toBeLessThan(1);
  });

  it("keeps its instant against a clock that goes back, with which the database's own does not agree", async () => {
    const { openVault, daysAhead } = await open();
    await openVault(0).sweep();
    await openVault(-30 * DAY_MS).sweep();
    expect(Math.abs(await daysAhead())).toBeLessThan(1);
  });

  it('is repaired by confirmClock, although the clock of the database is wrong too', async () => {
    const { openVault, daysAhead } = await open();
    await openVault(400 * DAY_MS).sweep();
    const back = openVault(-3 * DAY_MS);
    expect(await refusalOf(() => back.read('0'.repeat(32), PURPOSE))).toEqual([
      'reference_unknown',
      undefined,
    ]);
    expect(await daysAhead()).toBeGreaterThan(399);
    await back.confirmClock(systemClock.now() - 3 * DAY_MS, 'the first clock was wrong');
    expect(await daysAhead()).toBeLessThan(-2);
  });
});
