import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/index.js';
import { NOW } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { alterable, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEFORE_THE_END = '2026-12-31T10:00:00+09:00';

describe('a clock that goes back', () => {
  it('makes no ended record readable again', async () => {
    const { vault, answer, elapse, bank } = openSafe();
    const ref = await vault.put(await answer());
    await elapse(PERIOD_ENDS);
    bank.clock.set(NOW);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
  });

  it('makes no ended record readable again in another process that has seen nothing itself', async () => {
    const { vault, answer, elapse, bank, reopen } = openSafe();
    const ref = await vault.put(await answer());
    // The store keeps one millisecond before the end, and must then keep the end itself, however
    // close.
    await elapse(Date.parse(PERIOD_ENDS) - 1);
    bank.clock.advance(1);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
    bank.clock.set(NOW);
    expect(await refusalOf(() => reopen().read(ref, PURPOSE))).toEqual([
      'retention_ended',
      undefined,
    ]);
    expect(await reopen().sweep()).toBe(1);
  });

  it('refuses an answer whose period had ended by the latest instant seen', async () => {
    const { answer, elapse, bank, reopen } = openSafe();
    const given = await answer();
    await elapse(PERIOD_ENDS);
    bank.clock.set(NOW);
    expect(await refusalOf(() => reopen().put(given))).toEqual(['retention_ended', undefined]);
  });
});

describe('a clock that jumps ahead', () => {
  /** Leaves open whether the vault was not used for a while or the clock is wrong. */
  async function jump(ms: number) {
    const safe = openSafe();
    const ref = await safe.vault.put(await safe.answer());
    await safe.elapse(BEFORE_THE_END);
    safe.bank.clock.advance(ms);
    return { ...safe, ref };
  }

  it('is accepted when it jumps by 24 hours', async () => {
    const { vault, ref } = await jump(DAY_MS);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
    expect(await vault.sweep()).toBe(1);
  });

  it('is not accepted beyond 24 hours: nothing is erased, and no record that may have ended is read', async () => {
    const { vault, reopen, ref, store, events } = await jump(DAY_MS + 1);
    for (const asked of [vault, reopen()]) {
      expect(await refusalOf(() => asked.sweep())).toEqual(['clock_jumped', undefined]);
      expect(await refusalOf(() => asked.read(ref, PURPOSE))).toEqual(['clock_jumped', undefined]);
    }
    expect(events.at(-2)).toMatchObject({
      type: 'refused',
      operation: 'sweep',
      code: 'clock_jumped',
    });
    expect(await store.get(ref)).toMatchObject({ ref });
  });

  it('still allows to put and read answers that are within their period either way', async () => {
    const { vault, bank, answer } = openSafe();
    const ref = await vault.put(await answer());
    bank.clock.advance(3 * DAY_MS);
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    expect((await vault.read(await vault.put(await answer()), PURPOSE)).terms.keepUntil).toBe(
      '2027-01-04T00:00:00+09:00',
    );
    expect(await refusalOf(() => vault.sweep())).toEqual(['clock_jumped', undefined]);
  });

  it('changes nothing when it comes back', async () => {
    const { vault, bank, ref } = await jump(400 * DAY_MS);
    await vault.sweep().catch(() => undefined);
    bank.clock.set(BEFORE_THE_END);
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    expect(await vault.sweep()).toBe(0);
  });

  it('is accepted in every process after an operator confirmed it', async () => {
    const { vault, reopen, bank, ref, events } = await jump(3 * DAY_MS);
    await vault.confirmClock(bank.clock.now() - 20 * 60_000, 'closed over New Year');
    expect(events.at(-1)).toEqual({
      type: 'confirmed',
      at: '2027-01-03T10:00:00+09:00',
      reason: 'closed over New Year',
    });
    expect(await refusalOf(() => reopen().read(ref, PURPOSE))).toEqual([
      'retention_ended',
      undefined,
    ]);
    expect(await reopen().sweep()).toBe(1);
    expect(await vault.sweep()).toBe(0);
  });

  it("is not confirmed when it differs from the operator's watch by more than an hour", async () => {
    const { vault, bank, ref, store } = await jump(3 * DAY_MS);
    for (const off of [-HOUR_MS - 1, HOUR_MS + 1, -3 * DAY_MS]) {
      expect(await refusalOf(() => vault.confirmClock(bank.clock.now() + off, 'a guess'))).toEqual([
        'invalid_option',
        'now',
      ]);
    }
    expect(await refusalOf(() => vault.sweep())).toEqual(['clock_jumped', undefined]);
    expect(await store.get(ref)).toMatchObject({ ref });
  });
});

describe('the latest instant seen', () => {
  it('is kept once a minute and at every midnight in Japan, not at every call', async () => {
    const store = alterable();
    const { vault, bank } = openSafe({ store });
    const inner = { ...store };
    const kept: string[] = [];
    store.change.see = async (instant) => {
      kept.push(new Date(instant + 9 * HOUR_MS).toISOString().slice(11, 23));
      store.change = {};
      await inner.see(instant);
      watch();
    };
    const { see } = store.change;
    const watch = () => Object.assign(store.change, { see });
    const ask = (at: string) => {
      bank.clock.set(at);
      return vault.read('0'.repeat(32), PURPOSE).catch(() => undefined);
    };
    for (const time of [
      '23:58:30.000',
      '23:58:30.001',
      '23:59:29.999',
      '23:59:30.000',
      '23:59:59.999',
    ])
      await ask(`2026-12-01T${time}+09:00`);
    for (const time of ['00:00:00.000', '00:00:59.999', '00:01:00.000'])
      await ask(`2026-12-02T${time}+09:00`);
    expect(kept).toEqual(['23:58:30.000', '23:59:30.000', '00:00:00.000', '00:01:00.000']);
  });

  it('is required: no record is read when the store does not return it or the clock returns no number', async () => {
    const store = alterable();
    const { vault, answer, reopen } = openSafe({ store });
    const ref = await vault.put(await answer());
    store.change.seen = () => Promise.reject(new Error('down'));
    for (const work of [() => vault.read(ref, PURPOSE), () => vault.sweep()])
      expect(await refusalOf(work)).toEqual(['store_failed', undefined]);
    store.change = {};
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, undefined as never]) {
      const broken = reopen({ clock: { ...systemClock, now: () => now } });
      for (const work of [() => broken.read(ref, PURPOSE), () => broken.sweep()])
        expect(await refusalOf(work)).toEqual(['invalid_option', 'options.clock']);
    }
  });
});
