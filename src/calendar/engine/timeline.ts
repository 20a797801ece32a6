import { DAY_MS, dateOfDay, dayNumber, dayOf, dayStart } from '../../foundation/time.js';
import type { Span, State } from '../results.js';
import { FROM_MS, TO_MS } from '../rules.js';
import { merged, TableBuilder, tableOfSpans, type YearTable } from './year-table.js';

/** States as integers, ordered so that the worst is the greatest. */
export const OPEN = 0;
export const UNCERTAIN = 1;
export const CLOSED = 2;

const NAMES: readonly State[] = ['open', 'uncertain', 'closed'];
const STATES = NAMES.length;

/** Returns the name of a state. */
export function nameOf(state: number): State {
  return NAMES[state] as State;
}

/** A span `[startMs, endMs)` in epoch milliseconds. */
export type SpanMs = Pick<Span, 'startMs' | 'endMs'>;

/** A segment in epoch milliseconds: a span of one state, as long as possible. */
export interface SegmentMs extends SpanMs {
  readonly state: number;
}

/** A table with an index, so that every look-up takes the same time. */
interface IndexedYearTable extends YearTable {
  readonly firstDay: number;
  /** For each day of the year, the segment in which the day starts. */
  readonly segmentOfDay: Uint16Array;
  /** The whole segments, across the turn of the year. Built on first use. */
  readonly segments: (SegmentMs | undefined)[];
}

const NO_TABLE: IndexedYearTable = {
  edges: [],
  states: [],
  firstDay: 0,
  segmentOfDay: new Uint16Array(0),
  segments: [],
};

/** A span and its state, cut at the ends of a wider span that was asked for. */
type Visit = (startMs: number, endMs: number, state: number) => void;

const FIRST_YEAR = dateOfDay(dayOf(FROM_MS)).year;
const YEARS = dateOfDay(dayOf(TO_MS)).year - FIRST_YEAR;
// Index of the year, by day; both count from the start of the calendar's span.
const yearOfDay = yearsOfDays();

// Goes year by year: splitting ten thousand days into dates would take a quarter of the load time.
function yearsOfDays(): Uint8Array {
  const years = new Uint8Array((TO_MS - FROM_MS) / DAY_MS);
  for (let year = 1; year < YEARS; year++)
    years.fill(year, dayNumber(FIRST_YEAR + year, 1, 1) - dayOf(FROM_MS));
  return years;
}

/** Returns the part of a year within the calendar's span; `index` counts from its start. */
export function spanOfYear(index: number): SpanMs & { readonly year: number } {
  const year = FIRST_YEAR + index;
  return {
    year,
    startMs: Math.max(dayStart(dayNumber(year, 1, 1)), FROM_MS),
    endMs: Math.min(dayStart(dayNumber(year + 1, 1, 1)), TO_MS),
  };
}

/**
 * The state of something over the calendar's whole span. Each year is computed on first use.
 *
 * Rules, servers and targets are all timelines: a target's is merged from its servers', and a
 * server's from its rules'.
 */
export class Timeline {
  readonly #build: (year: number) => YearTable;
  readonly #tables: (YearTable | undefined)[] = [];
  // Most timelines only serve to build others, and need no index.
  readonly #indexed: (IndexedYearTable | undefined)[] = [];
  #last: IndexedYearTable = NO_TABLE;

  /** @param build - builds the table of a year; years count from the start of the span. */
  constructor(build: (year: number) => YearTable) {
    this.#build = build;
  }

  /** Returns the table of a year; years count from the start of the span. */
  table(year: number): YearTable {
    let table = this.#tables[year];
    if (table === undefined) {
      table = this.#build(year);
      this.#tables[year] = table;
    }
    return table;
  }

  // Consecutive questions are mostly about the same year.
  #tableOfDay(day: number): IndexedYearTable {
    const last = this.#last;
    if (day >= last.firstDay && day < last.firstDay + last.segmentOfDay.length) return last;
    const year = yearOfDay[day] as number;
    let table = this.#indexed[year];
    if (table === undefined) {
      table = indexed(this.table(year));
      this.#indexed[year] = table;
    }
    this.#last = table;
    return table;
  }

  /**
   * Visits the states of a span in order, cut at its ends and at the turns of years, without the
   * tables of other years.
   */
  visit({ startMs, endMs }: SpanMs, visit: Visit): void {
    const first = yearOfDay[Math.floor((startMs - FROM_MS) / DAY_MS)] as number;
    for (let year = first; year < YEARS; year++) {
      const { edges, states } = this.table(year);
      if ((edges[0] as number) >= endMs) return;
      for (let index = 0; index < states.length; index++) {
        const [from, to] = [edges[index] as number, edges[index + 1] as number];
        if (from >= endMs) return;
        if (to > startMs)
          visit(Math.max(from, startMs), Math.min(to, endMs), states[index] as number);
      }
    }
  }

  /** Returns the state at an instant of the calendar's span. */
  stateAt(ms: number): number {
    const day = Math.floor((ms - FROM_MS) / DAY_MS);
    const table = this.#tableOfDay(day);
    return table.states[indexAt(table, day, ms)] as number;
  }

  /** Returns the segment that contains an instant of the calendar's span. */
  segmentAt(ms: number): SegmentMs {
    const day = Math.floor((ms - FROM_MS) / DAY_MS);
    const table = this.#tableOfDay(day);
    const index = indexAt(table, day, ms);
    const known = table.segments[index];
    if (known !== undefined) return known;
    const segment = this.#wholeSegment(yearOfDay[day] as number, index);
    table.segments[index] = segment;
    return segment;
  }

  /** Returns the next segment, or undefined at the end of the calendar's span. */
  after(segment: SegmentMs): SegmentMs | undefined {
    return segment.endMs < TO_MS ? this.segmentAt(segment.endMs) : undefined;
  }

  // A segment that touches the turn of the year continues in the next table while the state stays
  // the same.
  #wholeSegment(year: number, index: number): SegmentMs {
    const table = this.table(year);
    const state = table.states[index] as number;
    let startMs = table.edges[index] as number;
    let endMs = table.edges[index + 1] as number;
    for (let y = year - 1, goesOn = index === 0; goesOn && y >= 0; y--) {
      const { edges, states } = this.table(y);
      if (states.at(-1) !== state) break;
      startMs = edges.at(-2) as number;
      goesOn = states.length === 1;
    }
    for (let y = year + 1, goesOn = index === table.states.length - 1; goesOn && y < YEARS; y++) {
      const { edges, states } = this.table(y);
      if (states[0] !== state) break;
      endMs = edges[1] as number;
      goesOn = states.length === 1;
    }
    return { startMs, endMs, state };
  }
}

/** Returns the segments that are not open and touch a span. */
export function notOpenWithin(timeline: Timeline, within: SpanMs): SegmentMs[] {
  const found: SegmentMs[] = [];
  let segment: SegmentMs | undefined = timeline.segmentAt(within.startMs);
  for (; segment && segment.startMs < within.endMs; segment = timeline.after(segment)) {
    if (segment.state !== OPEN) found.push(segment);
  }
  return found;
}

function indexed(table: YearTable): IndexedYearTable {
  const { edges, states } = table;
  const start = edges[0] as number;
  const days = ((edges.at(-1) as number) - start) / DAY_MS;
  const segmentOfDay = new Uint16Array(days);
  for (let day = 0, index = 0; day < days; day++) {
    while ((edges[index + 1] as number) <= start + day * DAY_MS) index++;
    segmentOfDay[day] = index;
  }
  return { edges, states, firstDay: (start - FROM_MS) / DAY_MS, segmentOfDay, segments: [] };
}

function indexAt(table: IndexedYearTable, day: number, ms: number): number {
  let index = table.segmentOfDay[day - table.firstDay] as number;
  while ((table.edges[index + 1] as number) <= ms) index++;
  return index;
}

/** Combines timelines, two states at a time. */
export function combined(
  timelines: readonly Timeline[],
  combine: (a: number, b: number) => number,
): Timeline {
  return new Timeline((year) =>
    timelines
      .map((timeline): YearTable => timeline.table(year))
      .reduce((a, b) => merged(a, b, combine)),
  );
}

/** Returns a timeline with each state replaced. */
export function mapped(timeline: Timeline, to: (state: number) => number): Timeline {
  return new Timeline((year) => {
    const { edges, states } = timeline.table(year);
    const table = new TableBuilder();
    states.forEach((state, index) => {
      table.push(edges[index] as number, to(state));
    });
    return table.end(edges.at(-1) as number);
  });
}

/** Builds a timeline of `state` within ordered, disjoint spans and open elsewhere. */
export function timelineOf(spans: readonly SpanMs[], state: number): Timeline {
  return new Timeline((year) => tableOfSpans(spans, state, OPEN, spanOfYear(year)));
}

/** Returns the timeline with its states where the mask is open, and open elsewhere. */
export function whereOpen(timeline: Timeline, mask: Timeline): Timeline {
  return combined([timeline, mask], (state, masked) => (masked === OPEN ? state : OPEN));
}

/** A timeline that is open throughout. */
export const alwaysOpen = new Timeline((year) => {
  const { startMs, endMs } = spanOfYear(year);
  return { edges: [startMs, endMs], states: [OPEN] };
});

/** Returns the worst of several timelines: each can only lower the state. */
export function worstOf(timelines: readonly Timeline[]): Timeline {
  const lowering = timelines.filter((timeline) => timeline !== alwaysOpen);
  if (lowering.length < 2) return lowering[0] ?? alwaysOpen;
  return combined(lowering, (a, b) => (a > b ? a : b));
}

/** Packs the states of several timelines into one number per instant; see {@link unpackStates}. */
export function packStates(timelines: readonly Timeline[]): Timeline {
  return combined(timelines, (states, state) => states * STATES + state);
}

/** Returns the states of `count` timelines that {@link packStates} packed into a number. */
export function unpackStates(packed: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => Math.floor(packed / STATES ** (count - 1 - index)) % STATES,
  );
}
