import type { Clock } from '../foundation/clock.js';

/** Counts what this client has begun and not ended, by id. An entry ends when it expires. */
export interface Tally {
  /**
   * Adds an entry that expires then (epoch milliseconds), up to a second later. Reads no clock, so it
   * cannot fail.
   */
  begin(id: string, expiresAt: number): void;
  end(id: string): void;
  /** Returns how many entries were begun since the tally was created. */
  begun(): number;
  /** Returns how many entries have neither ended nor expired, without those that are left out. */
  open(isLeftOut?: (id: string) => boolean): number;
}

const SECOND_MS = 1_000;
/** How many entries a tally holds. The oldest is dropped first. */
const MOST_ENTRIES = 100_000;
/** Entries stay when the clock is set back by less than this: it was not wrong when they began. */
const CORRECTION_MS = 60_000;

/**
 * Creates a tally without a timer: the next call removes entries that have expired.
 *
 * @param longestMs - how far ahead an entry may expire. One that is further ahead was begun under a
 * wrong clock, and is removed too.
 */
export function createTally(clock: Clock, longestMs: number): Tally {
  // In whole seconds, rounded up: a number of this size takes no memory of its own.
  const entries = new Map<string, number>();
  let begun = 0;
  return {
    begin(id, expiresAt) {
      begun++;
      entries.set(id, Math.ceil(expiresAt / SECOND_MS));
      // The oldest come first.
      for (const [old, endsAt] of entries) {
        if (endsAt * SECOND_MS > expiresAt - longestMs && entries.size <= MOST_ENTRIES) break;
        entries.delete(old);
      }
    },
    end: (id) => void entries.delete(id),
    begun: () => begun,
    open(isLeftOut = () => false) {
      const now = timeOf(clock);
      let count = 0;
      for (const [id, endsAt] of entries) {
        const expiresAt = endsAt * SECOND_MS;
        if (now >= expiresAt || now < expiresAt - longestMs - CORRECTION_MS) entries.delete(id);
        else if (!isLeftOut(id)) count++;
      }
      return count;
    },
  };
}

/** Returns the time; NaN if the clock fails, so that nothing expires. */
function timeOf(clock: Clock): number {
  try {
    return clock.now();
  } catch {
    return Number.NaN;
  }
}
