import { type Clock, invalidClock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { DAY_MS, dayOf } from '../foundation/time.js';
import type { VaultStore } from './store.js';

const MINUTE_MS = 60_000;

/** What time it is to a vault. */
export interface Reading {
  /** What the clock says, epoch milliseconds. */
  readonly told: number;
  /** The latest instant that was seen, the clock's included unless it has jumped. */
  readonly seen: number;
  /**
   * Whether the clock is more than 24 hours ahead of what was seen: nobody can tell which is right.
   */
  readonly jumped: boolean;
}

/**
 * Tells a vault's time: it never goes back, not over a restart either, and a jump ahead counts only
 * once somebody has confirmed it.
 */
export interface Timekeeper {
  /** The later of the clock and what was seen, epoch milliseconds. */
  now(): number;
  /** Asks the store what was seen, and has it keep what the clock says. */
  read(): Promise<Reading>;
  /** Takes what the clock says as right. */
  confirm(): Promise<void>;
}

/** A timekeeper over the instants that a store keeps. */
export function createTimekeeper(
  store: Pick<VaultStore, 'see' | 'seen'>,
  clock: Pick<Clock, 'now'>,
): Timekeeper {
  let seenHere = Number.NEGATIVE_INFINITY;
  function tell(): number {
    const told = clock.now();
    // Compared with NaN nothing ever ends.
    if (Number.isFinite(told)) return Math.floor(told);
    throw invalidClock();
  }
  return {
    now: () => Math.max(tell(), seenHere),
    async read() {
      const kept = await store.seen();
      const told = tell();
      const before = Math.max(kept ?? told, seenHere);
      const jumped = told - before > DAY_MS;
      const seen = jumped ? before : Math.max(told, before);
      seenHere = Math.max(seen, seenHere);
      // Every period ends with a JST day: nobody is told of an end before it is kept.
      if (kept === undefined || seen - kept >= MINUTE_MS || dayOf(seen) > dayOf(kept))
        await store.see(seen);
      return { told, seen, jumped };
    },
    async confirm() {
      const told = tell();
      await store.see(told);
      seenHere = Math.max(told, seenHere);
    },
  };
}

/**
 * Checks that a period has not ended, whichever of the two instants is right.
 *
 * @param keepUntil - epoch milliseconds.
 * @throws SelfInfoError `retention_ended`; `clock_jumped` when it has ended only if the clock is
 * right.
 */
export function checkPeriod(keepUntil: number, { told, seen, jumped }: Reading): void {
  if (seen >= keepUntil) throw new SelfInfoError('retention_ended');
  if (jumped && told >= keepUntil) throw new SelfInfoError('clock_jumped');
}
