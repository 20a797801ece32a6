/** Limit of requests to the portal, over all workers: `max` in `perMs` milliseconds. */
export interface Rate {
  /** A whole number, at least 1. */
  readonly max: number;
  /** Milliseconds, at least 1. */
  readonly perMs: number;
}

/**
 * Share of the rate for retrievals that wait for the same instant. The rest is for citizens who
 * come right then.
 */
const SHARE = 0.8;
/**
 * Share of its slot by which a request is moved at random. It is so small that no `perMs`
 * milliseconds contain more than `max` requests, however small `max` is.
 */
const JITTER = 0.2;
const SHORTEST_PACE_MS = 1_000;
const LONGEST_PACE_MS = 60_000;
const AGE_SHARE = 0.1;

/**
 * Returns how many milliseconds after a common instant the retrieval with this number is due. For
 * every `chance` from 0 to 1, any `perMs` milliseconds hold at most `max` retrievals, apart from
 * rounding to whole milliseconds.
 */
export function slotMs(number: number, { max, perMs }: Rate, chance: number): number {
  return Math.ceil(((number + JITTER * chance) * perMs) / (max * SHARE));
}

/**
 * Returns the slot, or the last minute before the retrieval expires if the slot comes later. In
 * that minute only the workers' limit holds the rate.
 */
export function inTime(slotAtMs: number, openingMs: number, expiresMs: number): number {
  return Math.max(openingMs, Math.min(slotAtMs, expiresMs - LONGEST_PACE_MS));
}

/** Returns how long to wait before asking again: the older the retrieval, the longer. */
export function paceMs(ageMs: number): number {
  return Math.min(Math.max(ageMs * AGE_SHARE, SHORTEST_PACE_MS), LONGEST_PACE_MS);
}
