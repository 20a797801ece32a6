import type { Cause, CauseFacts, CauseSource, HolderState, UndoneCause } from '../results.js';
import { FROM_MS, TO_MS } from '../rules.js';
import { buildCause, type StatusFacts } from './result-objects.js';
import {
  nameOf,
  notOpenWithin,
  OPEN,
  packStates,
  type SegmentMs,
  type SpanMs,
  type Timeline,
  UNCERTAIN,
  unpackStates,
} from './timeline.js';

/** Finds causes that lower the state of a target or slow it, or would if nothing undid them. */
export interface CauseFinder {
  /** Returns the causes that hold anywhere within a span. */
  causesWithin(within: SpanMs): Cause[];
  /** Set if its causes leave the state open, so that open segments have them too. */
  readonly slows?: true;
  /** Returns the causes that are undone anywhere within a span. */
  undoneWithin?(within: SpanMs): UndoneCause[];
}

/** Returns a finder whose causes are the segments of a timeline that are not open. */
export function causesFrom(facts: CauseFacts, timeline: Timeline): CauseFinder {
  return {
    causesWithin: (within) =>
      notOpenWithin(timeline, within).map(({ startMs, endMs }) =>
        buildCause(facts, startMs, endMs),
      ),
  };
}

/** The status of a whole segment: what all instants of the segment share. */
interface SegmentStatus extends StatusFacts {
  /** Start of this segment or of the first later one that is open; null when there is none. */
  readonly opensMs: number | null;
  /** Start of this segment or of the first later one that is not closed. */
  readonly possibleMs: number | null;
}

const NONE: readonly never[] = Object.freeze([]);

/** The state of a target over time, the causes, and the holders if it matters which one answers. */
export class Schedule {
  readonly timeline: Timeline;
  readonly finders: readonly CauseFinder[];
  readonly holders: readonly { readonly server: string; readonly schedule: Schedule }[] | undefined;
  readonly #undoing: readonly CauseFinder[];
  readonly #slowing: readonly CauseFinder[];
  readonly #statuses = new WeakMap<SegmentMs, SegmentStatus>();
  readonly #holderStates: Timeline | undefined;
  readonly #holderLists = new Map<number, readonly HolderState[]>();

  constructor(timeline: Timeline, finders: readonly CauseFinder[], holders?: Schedule['holders']) {
    this.timeline = timeline;
    this.finders = finders;
    this.holders = holders;
    this.#holderStates = holders && packStates(holders.map(({ schedule }) => schedule.timeline));
    this.#undoing = finders.filter((finder) => finder.undoneWithin);
    this.#slowing = finders.filter((finder) => finder.slows);
  }

  /** Whether open segments have neither causes nor anything undone. */
  get isPlainWhenOpen(): boolean {
    return this.#undoing.length + this.#slowing.length === 0;
  }

  /** Returns causes and next openings for a segment of the timeline. Computes them once. */
  statusOf(segment: SegmentMs): SegmentStatus {
    let status = this.#statuses.get(segment);
    if (status === undefined) {
      status = {
        state: nameOf(segment.state),
        // Every other cause lowers the state, so an open segment has none. The search would take
        // longest there, because open segments are the longest.
        causes: inOrder(
          (segment.state === OPEN ? this.#slowing : this.finders).flatMap((finder) =>
            finder.causesWithin(segment),
          ),
        ),
        undone: inOrder(this.#undoing.flatMap((finder) => finder.undoneWithin?.(segment) ?? [])),
        sinceMs: segment.startMs === FROM_MS ? null : segment.startMs,
        untilMs: segment.endMs === TO_MS ? null : segment.endMs,
        opensMs: this.firstStart(segment, OPEN),
        possibleMs: this.firstStart(segment, UNCERTAIN),
      };
      this.#statuses.set(segment, status);
    }
    return status;
  }

  /** Returns the states of the holders at an instant. Equal states share one list. */
  holdersAt(ms: number): readonly HolderState[] | undefined {
    if (this.#holderStates === undefined || this.holders === undefined) return undefined;
    const packed = this.#holderStates.stateAt(ms);
    let list = this.#holderLists.get(packed);
    if (list === undefined) {
      const states = unpackStates(packed, this.holders.length);
      list = Object.freeze(
        this.holders.map(({ server }, index) =>
          Object.freeze({ server, state: nameOf(states[index] as number) }),
        ),
      );
      this.#holderLists.set(packed, list);
    }
    return list;
  }

  /**
   * Returns the start of the first segment, from a given one on, whose state is `worst` or better;
   * null when there is none.
   */
  firstStart(from: SegmentMs, worst: number): number | null {
    let segment: SegmentMs | undefined = from;
    while (segment && segment.state > worst) segment = this.timeline.after(segment);
    return segment ? segment.startMs : null;
  }
}

/**
 * Sorts causes by start. An announcement about the whole service reaches a target through each of
 * its servers, so duplicates are dropped. Two feeds may use the same id, so it does not identify an
 * announcement; its source object does.
 */
function inOrder<C extends Cause>(causes: readonly C[]): readonly C[] {
  if (causes.length === 0) return NONE;
  const announcements = new Map<CauseSource, number>();
  const numberOf = (source: CauseSource): number => {
    const number = announcements.get(source) ?? announcements.size;
    announcements.set(source, number);
    return number;
  };
  const seen = new Map(
    causes.map((cause, index) => [
      cause.source.kind === 'announcement'
        ? [
            numberOf(cause.source),
            cause.rule,
            cause.server,
            cause.detail,
            cause.startMs,
            cause.endMs,
          ].join()
        : index,
      cause,
    ]),
  );
  return Object.freeze([...seen.values()].sort((a, b) => a.startMs - b.startMs));
}
