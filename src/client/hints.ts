import type { PollHint } from '../query/polling.js';

/** Passes notices on to the polls that wait in this process. */
export interface Hints {
  /** Brings the next poll of a retrieval forward, if one waits and its limit allows it. */
  give(id: string): void;
  /** Keeps the notice that came before its retrieval for the first wait. */
  keep(id: string): void;
  /** Receives the hints of a retrieval until `leave` is called. */
  join(id: string): PollHint & { leave(): void };
  /**
   * Reserves room in the store for a notice that may be early, and returns how to give it back.
   * Returns undefined when this client has kept its share of this minute: a flood of unknown notices
   * must not fill the store.
   */
  reserve(now: number): (() => void) | undefined;
}

/** How many polls of one retrieval notices may bring forward. */
const MOST_HINTS = 20;
/** How many retrievals are remembered. The oldest is forgotten first. */
const MOST_RETRIEVALS = 10_000;
/** How long a notice is kept whose retrieval is not stored yet. */
export const EARLY_MS = 60_000;
/** How many of them a client keeps within that time. */
const MOST_EARLY = 1_000;

/** Creates the hints of one client. */
export function createHints(): Hints {
  const waiting = new Map<string, Set<() => void>>();
  const early = new Set<string>();
  const given = new Map<string, number>();
  /** Counts a hint; returns false when the retrieval has had its share. */
  const count = (id: string): boolean => {
    const before = given.get(id) ?? 0;
    if (before >= MOST_HINTS) return false;
    given.set(id, before + 1);
    dropOldest(given);
    return true;
  };
  return {
    give(id) {
      for (const ring of waiting.get(id) ?? []) ring();
    },
    keep(id) {
      early.add(id);
      dropOldest(early);
    },
    join(id) {
      let isEarly = early.delete(id);
      let isHinted = false;
      let resolve = () => {};
      const ring = () => {
        if (isHinted || !count(id)) return;
        isHinted = true;
        resolve();
      };
      const rings = waiting.get(id) ?? new Set();
      waiting.set(id, rings.add(ring));
      return {
        forget() {
          isHinted = false;
          resolve = () => {};
          if (isEarly) ring();
          isEarly = false;
        },
        async given() {
          if (isHinted) return;
          await new Promise<void>((settle) => {
            resolve = settle;
          });
        },
        leave() {
          rings.delete(ring);
          if (rings.size === 0) waiting.delete(id);
        },
      };
    },
    reserve: createEarlyLimit(),
  };
}

/** Counts early notices, starting again after each {@link EARLY_MS}. */
function createEarlyLimit(): Hints['reserve'] {
  let period = { startedAt: Number.NaN, count: 0 };
  return (now) => {
    const { startedAt } = period;
    // Also true for a clock that was set back.
    if (!(now >= startedAt && now < startedAt + EARLY_MS)) period = { startedAt: now, count: 0 };
    const current = period;
    if (current.count >= MOST_EARLY) return undefined;
    current.count++;
    return () => {
      current.count--;
    };
  };
}

function dropOldest(remembered: Map<string, number> | Set<string>): void {
  if (remembered.size <= MOST_RETRIEVALS) return;
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
}
