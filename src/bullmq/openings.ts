import type { SelfInfoClient } from '../client/types.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Retrieval } from '../query/query.js';

/** How many may be asked, over all workers: `max` in `perMs` milliseconds. */
export interface Rate {
  /** A whole number from 1 up. */
  readonly max: number;
  /** Milliseconds, from 1 up. */
  readonly perMs: number;
}

/**
 * Who waits for the same instant takes four fifths of the rate: the rest is for citizens who come
 * right then.
 */
const SHARE = 0.8;
/**
 * How much of its slot chance moves a request by: little enough that no `perMs` milliseconds hold
 * more than `max`, however small that is.
 */
const JITTER = 0.2;
/** Servers close one after another, not without end. */
const MOST_CLOSINGS = 20;
const SHORTEST_PACE_MS = 1_000;
const LONGEST_PACE_MS = 60_000;
const AGE_SHARE = 0.1;

/**
 * How long after the instant that many wait for the one with this number is asked: so that,
 * whatever the chance from 0 to 1, any `perMs` milliseconds hold at most `max` of them.
 */
export function slotMs(number: number, { max, perMs }: Rate, chance: number): number {
  return Math.ceil(((number + JITTER * chance) * perMs) / (max * SHARE));
}

/**
 * The slot, unless it comes too late: then the last minute before the retrieval expires, and the
 * workers' limit has to do.
 */
export function inTime(slotAtMs: number, openingMs: number, expiresMs: number): number {
  return Math.max(openingMs, Math.min(slotAtMs, expiresMs - LONGEST_PACE_MS));
}

/** Before what has waited so long is asked again: the longer it has waited, the more seldom. */
export function paceMs(ageMs: number): number {
  return Math.min(Math.max(ageMs * AGE_SHARE, SHORTEST_PACE_MS), LONGEST_PACE_MS);
}

/**
 * From when on no holder of what was asked is closed by the client's calendar: the instant itself
 * when none is, or when nobody can tell.
 *
 * An uncertain hour counts as open: asking then costs one request, waiting might cost days.
 */
export function openingOf(
  client: Pick<SelfInfoClient, 'availability'>,
  { inquiries }: Retrieval,
  fromMs: number,
): number {
  let atMs = fromMs;
  for (let turn = 0; turn < MOST_CLOSINGS; turn++) {
    let items: Readonly<
      Record<string, { readonly state: string; readonly nextPossibleOpeningMs: number | null }>
    >;
    try {
      ({ items } = client.availability({ at: atMs, forMs: 0 }));
    } catch (error) {
      if (isSelfInfoError(error, 'outside_calendar')) return fromMs;
      throw error;
    }
    const closed = Object.keys(inquiries).flatMap((key) =>
      items[key]?.state === 'closed' ? [items[key].nextPossibleOpeningMs] : [],
    );
    if (closed.length === 0) return atMs;
    const next = Math.max(...closed.map((openingMs) => openingMs ?? Number.POSITIVE_INFINITY));
    if (!(next > atMs) || next === Number.POSITIVE_INFINITY) return fromMs;
    atMs = next;
  }
  return fromMs;
}
