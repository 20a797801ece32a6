import { describe, expect, it } from 'vitest';
import { expectStatus, NOW } from '../kit/loan.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { alterable, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

describe('the consented period', () => {
  it('ends at its midnight, to the millisecond', async () => {
    const { vault, answer, elapse, bank } = openSafe();
    const ref = await vault.put(await answer());
    await elapse(Date.parse(PERIOD_ENDS) - 1);
    expect(
      expectStatus((await vault.read(ref, PURPOSE)).items.income, 'present').reveal(),
    ).toHaveLength(1);
    bank.clock.advance(1);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
  });

  it('ends for an answer that was already read, too', async () => {
    const { vault, answer, elapse, bank } = openSafe();
    const ref = await vault.put(await answer());
    const { items, extras } = await vault.read(ref, PURPOSE);
    expect(extras.reveal()).toEqual({});
    const income = expectStatus(items.income, 'present');
    await elapse(PERIOD_ENDS);
    bank.clock.set(NOW);
    for (const look of [() => income.reveal(), () => income.extras])
      expect((await errorOf(look)).code).toBe('retention_ended');
  });

  it('keeps an answer whose period has ended from being put', async () => {
    const { vault, answer, elapse } = openSafe();
    const given = await answer();
    await elapse(PERIOD_ENDS);
    expect(await refusalOf(() => vault.put(given))).toEqual(['retention_ended', undefined]);
  });

  it('is swept after its end: nothing is left, not even marks', async () => {
    const { vault, answer, elapse, store, events } = openSafe();
    const given = await answer();
    const refs = await Promise.all([vault.put(given), vault.put(given), vault.put(given)]);
    await vault.erase(refs[0], 'withdrawn');
    await elapse('2026-12-20T10:00:00+09:00');
    const kept = await vault.put(await answer());
    await elapse(Date.parse(PERIOD_ENDS) - 1);
    expect(await vault.sweep()).toBe(0);
    await elapse(PERIOD_ENDS);
    expect(await vault.sweep()).toBe(3);
    expect(events.at(-1)).toEqual({ type: 'swept', at: PERIOD_ENDS, records: 3 });
    for (const ref of refs) {
      expect(await store.get(ref)).toBeUndefined();
      expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual([
        'reference_unknown',
        undefined,
      ]);
    }
    expect((await vault.read(kept, PURPOSE)).terms.keepUntil).toBe('2027-01-20T00:00:00+09:00');
  });

  it('is swept in batches', async () => {
    const store = alterable();
    const asked: number[] = [];
    const left = [1_000, 1_000, 7];
    store.change.sweep = async (_, limit) => {
      asked.push(limit);
      return left.shift() ?? 0;
    };
    expect(await openSafe({ store }).vault.sweep()).toBe(2_007);
    expect(asked).toEqual([1_000, 1_000, 1_000]);
  });
});
