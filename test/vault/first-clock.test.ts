import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/index.js';
import { createMemoryVaultStore, type VaultStore } from '../../src/vault/index.js';
import { NOW } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AHEAD = Date.parse(NOW) + 400 * DAY_MS;

/** Returns a store with the eight methods that every store has. */
function withoutCorrection(): VaultStore {
  const { correct: _, ...store } = createMemoryVaultStore();
  return store;
}

/** Opens a vault that was used first by a process whose clock was 400 days ahead. */
async function usedByWrongClock(hours = 1, store?: VaultStore) {
  const safe = openSafe(store ? { store } : {});
  const wrongClock = createVirtualClock(AHEAD);
  const wrong = safe.reopen({ clock: wrongClock });
  for (let hour = 0; hour < hours; hour++) {
    await wrong.sweep();
    wrongClock.advance(HOUR_MS);
  }
  return { ...safe, wrong, wrongClock };
}

describe('a vault that was used first by a clock 400 days ahead', () => {
  it.each([1, 12])(
    'keeps and returns answers as soon as a right clock comes, after %s hours of the wrong one',
    async (hours) => {
      const { vault, answer, store, bank } = await usedByWrongClock(hours);
      const ref = await vault.put(await answer());
      expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
      expect(await vault.sweep()).toBe(0);
      expect(await store.seen()).toBe(bank.clock.now());
    },
  );

  it('works in the process whose clock was wrong, once that clock is right', async () => {
    const { wrong, wrongClock, answer } = await usedByWrongClock();
    wrongClock.set(NOW);
    const given = await answer();
    const ref = await wrong.put(given);
    expect((await wrong.read(ref, PURPOSE)).terms).toEqual(given.terms);
  });

  it('erases nothing and is not spoilt again while the wrong clock goes on beside the right one', async () => {
    const { vault, wrong, wrongClock, answer } = await usedByWrongClock();
    const ref = await vault.put(await answer());
    for (let round = 0; round < 3; round++) {
      expect(await refusalOf(() => wrong.sweep())).toEqual(['clock_jumped', undefined]);
      expect(await refusalOf(() => wrong.read(ref, PURPOSE))).toEqual(['clock_jumped', undefined]);
      wrongClock.advance(DAY_MS);
      expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    }
  });

  it('is repaired by confirmClock when the wrong clock was used for more than a day, in every process', async () => {
    const { vault, reopen, bank, answer, events } = await usedByWrongClock(40);
    const given = await answer();
    const other = reopen();
    for (const asked of [vault, other])
      expect(await refusalOf(() => asked.put(given))).toEqual(['retention_ended', undefined]);
    await vault.confirmClock(bank.clock.now(), 'the first clock was wrong');
    expect(events.at(-1)).toMatchObject({ type: 'confirmed', reason: 'the first clock was wrong' });
    for (const asked of [vault, other, reopen()]) {
      const ref = await asked.put(given);
      expect((await asked.read(ref, PURPOSE)).items.income.status).toBe('present');
      expect(await asked.sweep()).toBe(0);
    }
  });

  it("is not repaired by a clock that differs from the operator's watch", async () => {
    const { vault, bank, answer } = await usedByWrongClock(40);
    const given = await answer();
    expect(
      await refusalOf(() => vault.confirmClock(bank.clock.now() + 2 * HOUR_MS, 'a guess')),
    ).toEqual(['invalid_option', 'now']);
    expect(await refusalOf(() => vault.put(given))).toEqual(['retention_ended', undefined]);
  });

  it('says that it cannot be repaired when the store cannot correct its instant', async () => {
    const { vault, bank, answer } = await usedByWrongClock(1, withoutCorrection());
    const given = await answer();
    expect(await refusalOf(() => vault.put(given))).toEqual(['retention_ended', undefined]);
    expect(await refusalOf(() => vault.confirmClock(bank.clock.now(), 'wrong'))).toEqual([
      'missing_option',
      'options.store.correct',
    ]);
  });
});

describe('a vault that was used first by a clock 22 hours ahead', () => {
  /** Opens such a vault, and an answer with 20 hours left by the right clock. */
  async function usedByNextDay(store?: VaultStore) {
    const safe = openSafe(store ? { store } : {});
    const given = await safe.answer();
    const other = safe.reopen();
    safe.bank.clock.set(Date.parse(PERIOD_ENDS) + 2 * HOUR_MS);
    for (const used of [safe.vault, other]) await used.sweep();
    safe.bank.clock.set(Date.parse(PERIOD_ENDS) - 20 * HOUR_MS);
    return { ...safe, given, other };
  }

  it('is repaired by confirmClock, in every process and for good', async () => {
    const { vault, other, reopen, bank, given, store } = await usedByNextDay();
    await vault.confirmClock(bank.clock.now(), 'the first clock was wrong');
    for (const asked of [vault, other, reopen(), vault]) {
      const ref = await asked.put(given);
      expect((await asked.read(ref, PURPOSE)).items.income.status).toBe('present');
      expect(await store.seen()).toBe(bank.clock.now());
    }
  });

  it('is not repaired without an operator', async () => {
    const { vault, other, reopen, given } = await usedByNextDay();
    for (const asked of [vault, other, reopen()])
      expect(await refusalOf(() => asked.put(given))).toEqual(['retention_ended', undefined]);
  });

  it('says that it cannot be repaired when the store cannot correct its instant', async () => {
    const { vault, bank } = await usedByNextDay(withoutCorrection());
    expect(await refusalOf(() => vault.confirmClock(bank.clock.now(), 'wrong'))).toEqual([
      'missing_option',
      'options.store.correct',
    ]);
  });
});

describe('a confirmation', () => {
  it('makes a record readable again that had ended by a clock half a day ahead, unless it was swept', async () => {
    const { vault, answer, elapse, bank } = openSafe();
    const ref = await vault.put(await answer());
    await elapse(PERIOD_ENDS);
    bank.clock.set(Date.parse(PERIOD_ENDS) - 12 * HOUR_MS);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
    await vault.confirmClock(bank.clock.now(), 'half a day ahead');
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
  });

  it('needs no correction when another process has seen an instant at most a minute later', async () => {
    const { vault, reopen, bank, store } = openSafe({ store: withoutCorrection() });
    const start = bank.clock.now();
    bank.clock.advance(60_000);
    await reopen().sweep();
    const seen = await store.seen();
    bank.clock.set(start);
    await vault.confirmClock(start, 'all clocks are right');
    expect(await store.seen()).toBe(seen);
  });

  it('can be undone by a later one with the right clock', async () => {
    const { vault, bank, answer } = openSafe();
    const given = await answer();
    await vault.put(given);
    bank.clock.advance(400 * DAY_MS);
    await vault.confirmClock(bank.clock.now(), 'by a wrong watch');
    bank.clock.set(NOW);
    expect(await refusalOf(() => vault.put(given))).toEqual(['retention_ended', undefined]);
    await vault.confirmClock(bank.clock.now(), 'by the right one');
    const ref = await vault.put(given);
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
  });
});

describe('a vault that has been in use for more than a day', () => {
  it('is not moved back by a clock that goes back, without an operator', async () => {
    const { vault, answer, elapse, bank, store } = openSafe();
    await vault.put(await answer());
    await elapse('2026-12-10T10:00:00+09:00');
    const latest = await store.seen();
    bank.clock.set(NOW);
    await vault.sweep();
    expect(await store.seen()).toBe(latest);
  });
});
