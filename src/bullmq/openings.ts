import type { SelfInfoClient } from '../client/types.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Retrieval } from '../query/types.js';

/** Bounds the search: servers close one after another, but not forever. */
const MOST_CLOSINGS = 20;

/**
 * Returns the first instant, from `fromMs` on, at which the client's calendar shows no holder of
 * the items as closed. Returns `fromMs` when none is closed then, or when the calendar cannot say.
 *
 * An uncertain hour counts as open: asking then costs one request, waiting might cost days.
 */
export function openingOf(
  client: Pick<SelfInfoClient, 'availability'>,
  { inquiries }: Pick<Retrieval, 'inquiries'>,
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
