import type { CheckedAnnouncement } from '../announcements.js';
import type { Cause, CauseFacts, UndoneCause } from '../results.js';
import { buildCause, buildUndoneCause } from './result-objects.js';
import type { CauseFinder } from './schedule.js';
import {
  CLOSED,
  notOpenWithin,
  type SpanMs,
  type Timeline,
  timelineOf,
  UNCERTAIN,
} from './timeline.js';

/** A span in which a rule or an announcement closes. */
interface Closure extends SpanMs {
  readonly facts: CauseFacts;
}

/** A span in which an announcement or a plan undoes closures. */
interface UndoneSpan extends SpanMs {
  readonly undoneBy: UndoneCause['undoneBy'];
}

/** Ordered, disjoint spans in which planned outages are undone. */
export class Undoing {
  readonly spans: readonly UndoneSpan[];
  /** Not open inside the spans. */
  readonly timeline: Timeline;

  constructor(spans: readonly UndoneSpan[]) {
    this.spans = spans;
    this.timeline = timelineOf(spans, UNCERTAIN);
  }
}

/**
 * The closed and open announcements about one server, or about one detail or item at it. At each
 * instant the latest one wins; of two with the same instant, the closed one does.
 */
export class AnnouncementLayer implements CauseFinder {
  /** Not open where a closed announcement wins. */
  readonly closed: Timeline;
  /** Where an open announcement wins: it undoes planned outages and earlier closures. */
  readonly undoing: Undoing;
  /** The announced outages, whether they win or not. */
  readonly #closures: readonly Closure[];
  readonly #closedSpans: readonly SpanMs[];

  /** @param state - what a closed announcement that wins means for the target. */
  constructor(announcements: readonly CheckedAnnouncement[], state = CLOSED) {
    const { closed, undone } = winners(
      announcements.filter(({ startMs, endMs }) => startMs < endMs),
    );
    this.#closedSpans = closed;
    this.#closures = announcements.flatMap(({ facts, startMs, endMs }) =>
      facts ? [{ facts, startMs, endMs }] : [],
    );
    this.closed = timelineOf(closed, state);
    this.undoing = new Undoing(undone);
  }

  causesWithin(within: SpanMs): Cause[] {
    // Where an outage lasts and no open announcement wins, a closed one does.
    return touching(this.#closedSpans, within).flatMap((winning) =>
      touching(this.#closures, winning).flatMap((closure) => {
        const common = overlap(closure, winning);
        return touches(common, within)
          ? [buildCause(closure.facts, common.startMs, common.endMs)]
          : [];
      }),
    );
  }

  undoneWithin(within: SpanMs): UndoneCause[] {
    return undoneParts(this.undoing.spans, within, (undone) => touching(this.#closures, undone));
  }
}

/** Returns a finder of the parts of a rule that ordered, disjoint spans undo. */
export function undoneCauses(
  facts: CauseFacts,
  timeline: Timeline,
  spans: readonly UndoneSpan[],
): CauseFinder {
  return {
    causesWithin: () => [],
    undoneWithin: (within) =>
      undoneParts(spans, within, (undone) =>
        notOpenWithin(timeline, undone).map(({ startMs, endMs }) => ({ facts, startMs, endMs })),
      ),
  };
}

function undoneParts(
  spans: readonly UndoneSpan[],
  within: SpanMs,
  closuresIn: (undone: UndoneSpan) => readonly Closure[],
): UndoneCause[] {
  return touching(spans, within).flatMap((undone) =>
    closuresIn(undone).flatMap((closure) => {
      const common = overlap(closure, undone);
      return touches(common, within)
        ? [buildUndoneCause(closure.facts, common.startMs, common.endMs, undone.undoneBy)]
        : [];
    }),
  );
}

/** Returns a finder of the occurrences of a rule that announcements or plans drop. */
export function droppedCauses(facts: CauseFacts, dropped: readonly UndoneSpan[]): CauseFinder {
  return {
    causesWithin: () => [],
    undoneWithin: (within) =>
      touching(dropped, within).map(({ startMs, endMs, undoneBy }) =>
        buildUndoneCause(facts, startMs, endMs, undoneBy),
      ),
  };
}

/** Orders announcements by precedence: the one that wins comes first. */
export function byPrecedence(a: CheckedAnnouncement, b: CheckedAnnouncement): number {
  return (
    b.announcedAtMs - a.announcedAtMs ||
    Number(a.facts === null) - Number(b.facts === null) ||
    compare(a.id, b.id) ||
    compare(a.origin.source, b.origin.source)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Returns the spans in which a closed and in which an open announcement wins, in order. */
function winners(announcements: readonly CheckedAnnouncement[]): {
  closed: SpanMs[];
  undone: UndoneSpan[];
} {
  const edges = [...new Set(announcements.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort(
    (a, b) => a - b,
  );
  const closed: Writable<SpanMs>[] = [];
  const undone: Writable<UndoneSpan>[] = [];
  for (const [index, winner] of winnersBetween(edges, announcements).entries()) {
    if (!winner) continue;
    const startMs = edges[index] as number;
    const endMs = edges[index + 1] as number;
    const last = winner.facts ? closed.at(-1) : undone.at(-1);
    const isSame = winner.facts !== null || undone.at(-1)?.undoneBy === winner.origin;
    if (last?.endMs === startMs && isSame) last.endMs = endMs;
    else if (winner.facts) closed.push({ startMs, endMs });
    else undone.push({ startMs, endMs, undoneBy: winner.origin });
  }
  return { closed, undone };
}

/** Returns the winner between each edge and the next. */
function winnersBetween(
  edges: readonly number[],
  announcements: readonly CheckedAnnouncement[],
): (CheckedAnnouncement | undefined)[] {
  const indexOf = new Map(edges.map((edge, index) => [edge, index]));
  const winner: (CheckedAnnouncement | undefined)[] = edges.map(() => undefined);
  // `free` maps each index to the first one that has no winner yet, so each index is visited once.
  const free = edges.map((_, index) => index);
  const firstFree = (from: number): number => {
    let index = from;
    while (free[index] !== index) {
      free[index] = free[free[index] as number] as number;
      index = free[index] as number;
    }
    return index;
  };
  for (const announcement of [...announcements].sort(byPrecedence)) {
    const end = indexOf.get(announcement.endMs) as number;
    let index = firstFree(indexOf.get(announcement.startMs) as number);
    for (; index < end; index = firstFree(index)) {
      winner[index] = announcement;
      free[index] = index + 1;
    }
  }
  return winner;
}

function touches(a: SpanMs, b: SpanMs): boolean {
  return a.startMs < b.endMs && a.endMs > b.startMs;
}

function touching<T extends SpanMs>(list: readonly T[], within: SpanMs): T[] {
  return list.filter((one) => touches(one, within));
}

function overlap(a: SpanMs, b: SpanMs): SpanMs {
  return { startMs: Math.max(a.startMs, b.startMs), endMs: Math.min(a.endMs, b.endMs) };
}
