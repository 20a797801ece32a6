import { DAY_MS, dateOfDay, dayNumber, dayOf, dayStart } from '../../foundation/time.js';
import type { Span, State } from '../results.js';
import { FROM_MS, TO_MS } from '../rules.js';

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

/**
 * The states of one year: segment `i` is `[edges[i], edges[i + 1])`, and neighbours differ. The
 * first and the last segment are cut at the ends of the year.
 */
export interface YearTable {
  readonly edges: readonly number[];
  readonly states: readonly number[];
}

/** A table with an index, so that every look-up takes the same time. */
interface IndexedYearTable extends YearTable {
  readonly firstDay: number;
  /** For each day of the year, the segment in which the day starts. */
  readonly segmentOfDay: Uint16Array;
  /** The whole segments, across the turn of the year. Built on first use. */
  readonly segments: (SegmentMs | undefined)[];
}

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
  readonly #tables: (IndexedYearTable | undefined)[] = [];

  /** @param build - builds the table of a year; years count from the start of the span. */
  constructor(build: (year: number) => YearTable) {
    this.#build = build;
  }

  /** Returns the table of a year; years count from the start of the span. */
  table(year: number): IndexedYearTable {
    let table = this.#tables[year];
    if (table === undefined) {
      table = indexed(this.#build(year));
      this.#tables[year] = table;
    }
    return table;
  }

  /** Returns the state at an instant of the calendar's span. */
  stateAt(ms: number): number {
    const day = Math.floor((ms - FROM_MS) / DAY_MS);
    const table = this.table(yearOfDay[day] as number);
    return table.states[indexAt(table, day, ms)] as number;
  }

  /** Returns the segment that contains an instant of the calendar's span. */
  segmentAt(ms: number): SegmentMs {
    const day = Math.floor((ms - FROM_MS) / DAY_MS);
    const year = yearOfDay[day] as number;
    const table = this.table(year);
    const index = indexAt(table, day, ms);
    const known = table.segments[index];
    if (known !== undefined) return known;
    const segment = this.#wholeSegment(year, index);
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

/** Collects segments in order and merges neighbours of the same state. */
class TableBuilder {
  readonly edges: number[] = [];
  readonly states: number[] = [];

  push(at: number, state: number): void {
    if (this.edges.at(-1) === at) {
      this.edges.pop();
      this.states.pop();
    }
    if (this.states.at(-1) === state) return;
    this.edges.push(at);
    this.states.push(state);
  }

  end(at: number): YearTable {
    this.edges.push(at);
    return this;
  }
}

/** Builds a table of `inside` within ordered, disjoint spans and of `outside` elsewhere. */
export function tableOfSpans(
  spans: readonly SpanMs[],
  inside: number,
  outside: number,
  bounds: SpanMs,
): YearTable {
  const table = new TableBuilder();
  table.push(bounds.startMs, outside);
  for (const span of spans) {
    const start = Math.max(span.startMs, bounds.startMs);
    const end = Math.min(span.endMs, bounds.endMs);
    if (start >= end) continue;
    table.push(start, inside);
    if (end < bounds.endMs) table.push(end, outside);
  }
  return table.end(bounds.endMs);
}

function merged(a: YearTable, b: YearTable, combine: (a: number, b: number) => number): YearTable {
  const table = new TableBuilder();
  const end = a.edges.at(-1) as number;
  for (let at = a.edges[0] as number, i = 0, j = 0; at < end; ) {
    table.push(at, combine(a.states[i] as number, b.states[j] as number));
    const nextA = a.edges[i + 1] as number;
    const nextB = b.edges[j + 1] as number;
    at = Math.min(nextA, nextB);
    if (nextA === at) i++;
    if (nextB === at) j++;
  }
  return table.end(end);
}

function combined(
  timelines: readonly Timeline[],
  combine: (a: number, b: number) => number,
): Timeline {
  return new Timeline((year) =>
    timelines
      .map((timeline): YearTable => timeline.table(year))
      .reduce((a, b) => merged(a, b, combine)),
  );
}

function mapped(timeline: Timeline, to: (state: number) => number): Timeline {
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

const alwaysOpen = new Timeline((year) => {
  const { startMs, endMs } = spanOfYear(year);
  return { edges: [startMs, endMs], states: [OPEN] };
});

/** Returns the worst of several timelines: each can only lower the state. */
export function worstOf(timelines: readonly Timeline[]): Timeline {
  if (timelines.length < 2) return timelines[0] ?? alwaysOpen;
  return combined(timelines, Math.max);
}

/** Returns a timeline within a span, and a given state outside. */
export function withinSpan(timeline: Timeline, span: SpanMs, outside: number): Timeline {
  return combined([timeline, timelineOf([span], 1)], (state, inside) =>
    inside === 1 ? state : outside,
  );
}

/** Builds a timeline that is open within a span, and closed elsewhere. */
export function notWithin(span: SpanMs): Timeline {
  return withinSpan(alwaysOpen, span, CLOSED);
}

/**
 * Returns the state when any one of several timelines may be the one that counts, some of them only
 * within a span. Where those that may count differ, `disagreement` is UNCERTAIN, and OPEN
 * elsewhere. Where none may count, the state and `nobody` are CLOSED.
 */
export function anyOf(
  parts: readonly { readonly timeline: Timeline; readonly span: SpanMs | undefined }[],
): {
  timeline: Timeline;
  disagreement: Timeline;
  nobody: Timeline | undefined;
} {
  const always = parts.flatMap(({ timeline, span }) => (span ? [] : [timeline]));
  // One bit for each state that occurs.
  const bitOf = (timeline: Timeline) => mapped(timeline, (state) => 1 << state);
  const seen = combined(
    [
      ...[...new Set(always)].map(bitOf),
      ...parts.flatMap(({ timeline, span }) =>
        span ? [withinSpan(bitOf(timeline), span, 0)] : [],
      ),
    ],
    (a, b) => a | b,
  );
  return {
    timeline: mapped(seen, (bits) =>
      bits === 1 << OPEN ? OPEN : bits === 0 || bits === 1 << CLOSED ? CLOSED : UNCERTAIN,
    ),
    disagreement: mapped(seen, (bits) => ((bits & (bits - 1)) === 0 ? OPEN : UNCERTAIN)),
    nobody: always.length > 0 ? undefined : mapped(seen, (bits) => (bits === 0 ? CLOSED : OPEN)),
  };
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
