import type { Announced } from '../announcements.js';
import {
  type AnnouncementSource,
  buildCause,
  buildUndoneCause,
  type Cause,
  type CauseFacts,
  type UndoneCause,
} from '../results.js';
import type { Reason } from './schedule.js';
import {
  CLOSED,
  type Interval,
  partsOf,
  type Timeline,
  timelineOf,
  UNCERTAIN,
} from './timeline.js';

interface Closure extends Interval {
  readonly facts: CauseFacts;
}

interface Opening extends Interval {
  readonly by: AnnouncementSource;
}

/**
 * What a server's announcements come to: at each instant the one announced last counts, and of two
 * of the same instant the closed one.
 */
export class Settlement implements Reason {
  /** Where a closed one counts. */
  readonly closed: Timeline;
  /** Where an open one counts: what is planned, or was announced before, is undone there. */
  readonly open: Timeline;
  /** The announced outages, whether they count or not. */
  readonly #closures: readonly Closure[];
  readonly #closed: readonly Interval[];
  readonly #openings: readonly Opening[];

  constructor(announced: readonly Announced[]) {
    const { closed, openings } = winners(announced.filter(({ startMs, endMs }) => startMs < endMs));
    this.#closed = closed;
    this.#openings = openings;
    this.#closures = announced.flatMap(({ facts, startMs: start, endMs: end }) =>
      facts ? [{ facts, start, end }] : [],
    );
    this.closed = timelineOf(closed, CLOSED);
    this.open = timelineOf(openings, UNCERTAIN);
  }

  /** Whether anything is undone. */
  get undoes(): boolean {
    return this.#openings.length > 0;
  }

  causesWithin(within: Interval): Cause[] {
    // Where an outage lasts and no open announcement counts, a closed one does.
    return touching(this.#closed, within).flatMap((counting) =>
      touching(this.#closures, counting).flatMap((closure) => {
        const common = overlap(closure, counting);
        return touches(common, within) ? [buildCause(closure.facts, common.start, common.end)] : [];
      }),
    );
  }

  undoneWithin(within: Interval): UndoneCause[] {
    return this.#undone(within, (opening) => touching(this.#closures, opening));
  }

  /** What is undone of a rule. */
  undoing(facts: CauseFacts, timeline: Timeline): Reason {
    return {
      causesWithin: () => [],
      undoneWithin: (within) =>
        this.#undone(within, (opening) =>
          partsOf(timeline, opening).map(({ start, end }) => ({ facts, start, end })),
        ),
    };
  }

  #undone(within: Interval, closuresOf: (opening: Opening) => readonly Closure[]): UndoneCause[] {
    return touching(this.#openings, within).flatMap((opening) =>
      closuresOf(opening).flatMap((closure) => {
        const common = overlap(closure, opening);
        return touches(common, within)
          ? [buildUndoneCause(closure.facts, common.start, common.end, opening.by)]
          : [];
      }),
    );
  }
}

/** Occurrences of a rule that announcements replace. */
export function replacedReason(facts: CauseFacts, replaced: readonly Opening[]): Reason {
  return {
    causesWithin: () => [],
    undoneWithin: (within) =>
      touching(replaced, within).map(({ start, end, by }) =>
        buildUndoneCause(facts, start, end, by),
      ),
  };
}

/** The order in which announcements count, the last first. */
export function byPrecedence(a: Announced, b: Announced): number {
  return (
    b.announcedAtMs - a.announcedAtMs ||
    Number(a.facts === null) - Number(b.facts === null) ||
    (a.id < b.id ? -1 : 1)
  );
}

function winners(announced: readonly Announced[]): { closed: Interval[]; openings: Opening[] } {
  const edges = [...new Set(announced.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort(
    (a, b) => a - b,
  );
  const pieceAt = new Map(edges.map((edge, piece) => [edge, piece]));
  const winner: (Announced | undefined)[] = edges.map(() => undefined);
  // `free` leads to the first piece, from a given one on, that nobody has taken yet: each piece is
  // taken once.
  const free = edges.map((_, piece) => piece);
  const firstFree = (from: number): number => {
    let piece = from;
    while (free[piece] !== piece) {
      free[piece] = free[free[piece] as number] as number;
      piece = free[piece] as number;
    }
    return piece;
  };
  for (const one of [...announced].sort(byPrecedence)) {
    const end = pieceAt.get(one.endMs) as number;
    for (
      let piece = firstFree(pieceAt.get(one.startMs) as number);
      piece < end;
      piece = firstFree(piece)
    ) {
      winner[piece] = one;
      free[piece] = piece + 1;
    }
  }
  const closed: { start: number; end: number }[] = [];
  const openings: { start: number; end: number; by: AnnouncementSource }[] = [];
  for (const [piece, one] of winner.entries()) {
    if (!one) continue;
    const start = edges[piece] as number;
    const end = edges[piece + 1] as number;
    const last = one.facts ? closed.at(-1) : openings.at(-1);
    if (last?.end === start && (one.facts || openings.at(-1)?.by === one.origin)) last.end = end;
    else if (one.facts) closed.push({ start, end });
    else openings.push({ start, end, by: one.origin });
  }
  return { closed, openings };
}

function touches(a: Interval, b: Interval): boolean {
  return a.start < b.end && a.end > b.start;
}

function touching<T extends Interval>(list: readonly T[], within: Interval): T[] {
  return list.filter((one) => touches(one, within));
}

function overlap(a: Interval, b: Interval): Interval {
  return { start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) };
}
