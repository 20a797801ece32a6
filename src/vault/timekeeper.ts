import { type Clock, invalidClock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { DAY_MS, dayOf } from '../foundation/time.js';
import type { VaultStore } from './store.js';

const MINUTE_MS = 60_000;

/** A reading of a vault's time, in epoch milliseconds. */
export interface TimeReading {
  /** The time of the clock. */
  readonly clockMs: number;
  /** The latest instant seen so far. It includes the clock's time unless the clock has jumped. */
  readonly seenMs: number;
  /**
   * Whether the clock is more than 24 hours ahead of the latest instant seen before. Then either of
   * the two may be wrong.
   */
  readonly jumped: boolean;
}

/**
 * The time of a vault. It does not go back, not even over a restart, and a jump ahead counts only
 * after an operator has confirmed it. An instant that came from a wrong clock is corrected: by an
 * operator, or by the store when it has a reason to and the instant is more than 24 hours ahead.
 */
export interface Timekeeper {
  /** Returns the later of the clock's time and the latest instant seen, in epoch milliseconds. */
  now(): number;
  /** Reads the latest instant seen from the store, and keeps the clock's time there. */
  read(): Promise<TimeReading>;
  /** Accepts the clock's time as right, also when the latest instant seen is later. */
  confirm(): Promise<void>;
}

/** Creates a timekeeper over the instants that a store keeps. */
export function createTimekeeper(
  store: Pick<VaultStore, 'see' | 'seen' | 'correct'>,
  clock: Pick<Clock, 'now'>,
): Timekeeper {
  let latestMs = Number.NEGATIVE_INFINITY;
  function readClock(): number {
    const clockMs = clock.now();
    // No period ends when it is compared with NaN.
    if (Number.isFinite(clockMs)) return Math.floor(clockMs);
    throw invalidClock();
  }
  /** Returns the instant that the store keeps, corrected if the store has a reason to. */
  async function readKept(): Promise<{ clockMs: number; keptMs: number | undefined }> {
    const keptMs = await store.seen();
    const clockMs = readClock();
    const isAhead = keptMs !== undefined && keptMs - clockMs > DAY_MS;
    const isCorrected = isAhead && (await store.correct?.(clockMs, false)) === true;
    return { clockMs, keptMs: isCorrected ? clockMs : keptMs };
  }
  return {
    now: () => Math.max(readClock(), latestMs),
    async read() {
      const { clockMs, keptMs } = await readKept();
      // The store keeps every instant within a minute. An earlier one was corrected, perhaps by
      // another process. What this process remembers is as wrong as the old one, and must not come
      // back through `see`.
      const isCorrected =
        keptMs === undefined ? latestMs - clockMs > DAY_MS : latestMs - keptMs > MINUTE_MS;
      if (isCorrected) latestMs = Number.NEGATIVE_INFINITY;
      const beforeMs = Math.max(keptMs ?? clockMs, latestMs);
      const jumped = clockMs - beforeMs > DAY_MS;
      const seenMs = jumped ? beforeMs : Math.max(clockMs, beforeMs);
      latestMs = Math.max(seenMs, latestMs);
      // Every period ends with a JST day, so store the instant before any caller sees such an end.
      if (keptMs === undefined || seenMs - keptMs >= MINUTE_MS || dayOf(seenMs) > dayOf(keptMs))
        await store.see(seenMs);
      return { clockMs, seenMs, jumped };
    },
    async confirm() {
      const clockMs = readClock();
      await store.see(clockMs);
      const keptMs = await store.seen();
      // The operator's word counts, however small the difference. Less than a minute is the
      // difference between the clocks of two processes.
      if (keptMs !== undefined && keptMs - clockMs > MINUTE_MS) {
        if (store.correct === undefined)
          throw new SelfInfoError('missing_option', { path: 'options.store.correct' });
        if (!(await store.correct(clockMs, true)))
          throw new SelfInfoError('store_failed', { retry: { safe: false } });
      }
      latestMs = clockMs;
    },
  };
}

/**
 * Checks that a period has not ended, by the clock and by the latest instant seen.
 *
 * @param keepUntilMs - the end of the period, in epoch milliseconds.
 * @throws SelfInfoError `retention_ended`; `clock_jumped` when the period has ended only by a clock
 * that has jumped.
 */
export function checkPeriod(keepUntilMs: number, { clockMs, seenMs, jumped }: TimeReading): void {
  if (seenMs >= keepUntilMs) throw new SelfInfoError('retention_ended');
  if (jumped && clockMs >= keepUntilMs) throw new SelfInfoError('clock_jumped');
}
