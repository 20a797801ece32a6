import { DAY_MS, dateOfDay, dayNumber, dayOf, dayStart } from '../../foundation/time.js';
import type { State } from '../results.js';
import { FROM_MS, TO_MS } from '../rules.js';

/** States as integers, ordered so that the worst is the greatest. */
export const OPEN = 0;
export const UNCERTAIN = 1;
export const CLOSED = 2;

const NAMES: readonly State[] = ['open', 'uncertain', 'closed'];
const STATES = NAMES.length;

/** The name of a state. */
export function nameOf(state: number): State {
  return NAMES[state] as State;
}

/**
 * The state of something over one year: piece `i` is `[edges[i], edges[i + 1])`, and neighbours
 * differ.
 */
export interface Table {
  readonly edges: readonly number[];
  readonly states: readonly number[];
}

/** A table with what makes a look-up take the same time wherever the instant lies. */
interface IndexedTable extends Table {
  readonly firstDay: number;
  /** For each day of the year the piece in which the day starts. */
  readonly pieceOfDay: Uint16Array;
  /** Filled as they are asked for. */
  readonly stretches: (Stretch | undefined)[];
}

/** `[start, end)` in epoch milliseconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** A maximal interval without change of state; it may cross years. */
export interface Stretch extends Interval {
  readonly state: number;
}

const FIRST_YEAR = dateOfDay(dayOf(FROM_MS)).year;
const YEARS = dateOfDay(dayOf(TO_MS)).year - FIRST_YEAR;
// Days are counted from the start of the span here.
const yearOfDay = yearsOfDays();

/**
 * Year by year: to take ten thousand days apart one by one would be a quarter of what it takes to
 * load the calendar.
 */
function yearsOfDays(): Uint8Array {
  const years = new Uint8Array((TO_MS - FROM_MS) / DAY_MS);
  for (let year = 1; year < YEARS; year++)
    years.fill(year, dayNumber(FIRST_YEAR + year, 1, 1) - dayOf(FROM_MS));
  return years;
}

/** The part of a year, counted from the first of the span, that lies within the span. */
export function boundsOfYear(index: number): { year: number; start: number; end: number } {
  const year = FIRST_YEAR + index;
  return {
    year,
    start: Math.max(dayStart(dayNumber(year, 1, 1)), FROM_MS),
    end: Math.min(dayStart(dayNumber(year + 1, 1, 1)), TO_MS),
  };
}

/**
 * The state of something over the whole span, worked out year by year when first asked for.
 *
 * Rules, servers and whole targets are all timelines: a target's is merged from its servers', a
 * server's from its rules'.
 */
export class Timeline {
  readonly #build: (year: number) => Table;
  readonly #tables: (IndexedTable | undefined)[] = [];

  /** @param build - makes the table of a year, counted from the first of the span. */
  constructor(build: (year: number) => Table) {
    this.#build = build;
  }

  /** The table of a year, counted from the first of the span. */
  table(year: number): IndexedTable {
    let table = this.#tables[year];
    if (table === undefined) {
      table = indexed(this.#build(year));
      this.#tables[year] = table;
    }
    return table;
  }

  /** The state at an instant of the span. */
  stateAt(ms: number): number {
    const day = Math.floor((ms - FROM_MS) / DAY_MS);
    const table = this.table(yearOfDay[day] as number);
    return table.states[pieceAt(table, day, ms)] as number;
  }

  /** The stretch that contains an instant of the span. */
  stretchAt(ms: number): Stretch {
    const day = Math.floor((ms - FROM_MS) / DAY_MS);
    const year = yearOfDay[day] as number;
    const table = this.table(year);
    const piece = pieceAt(table, day, ms);
    const known = table.stretches[piece];
    if (known !== undefined) return known;
    const stretch = this.#stretchOf(year, piece);
    table.stretches[piece] = stretch;
    return stretch;
  }

  /** The stretch after another, or undefined at the end of the span. */
  after(stretch: Stretch): Stretch | undefined {
    return stretch.end < TO_MS ? this.stretchAt(stretch.end) : undefined;
  }

  // A piece that touches the turn of the year goes on in the neighbouring table as long as the
  // state stays the same.
  #stretchOf(year: number, piece: number): Stretch {
    const table = this.table(year);
    const state = table.states[piece] as number;
    let start = table.edges[piece] as number;
    let end = table.edges[piece + 1] as number;
    for (let y = year - 1, last = piece === 0; last && y >= 0; y--) {
      const { edges, states } = this.table(y);
      if (states.at(-1) !== state) break;
      start = edges.at(-2) as number;
      last = states.length === 1;
    }
    for (let y = year + 1, last = piece === table.states.length - 1; last && y < YEARS; y++) {
      const { edges, states } = this.table(y);
      if (states[0] !== state) break;
      end = edges[1] as number;
      last = states.length === 1;
    }
    return { start, end, state };
  }
}

/** The stretches of a timeline that are not open and have a part in an interval. */
export function partsOf(timeline: Timeline, within: Interval): Stretch[] {
  const parts: Stretch[] = [];
  let part: Stretch | undefined = timeline.stretchAt(within.start);
  for (; part && part.start < within.end; part = timeline.after(part)) {
    if (part.state !== OPEN) parts.push(part);
  }
  return parts;
}

function indexed(table: Table): IndexedTable {
  const { edges, states } = table;
  const start = edges[0] as number;
  const days = ((edges.at(-1) as number) - start) / DAY_MS;
  const pieceOfDay = new Uint16Array(days);
  for (let day = 0, piece = 0; day < days; day++) {
    while ((edges[piece + 1] as number) <= start + day * DAY_MS) piece++;
    pieceOfDay[day] = piece;
  }
  return { edges, states, firstDay: (start - FROM_MS) / DAY_MS, pieceOfDay, stretches: [] };
}

function pieceAt(table: IndexedTable, day: number, ms: number): number {
  let piece = table.pieceOfDay[day - table.firstDay] as number;
  while ((table.edges[piece + 1] as number) <= ms) piece++;
  return piece;
}

/** Collects pieces in order and keeps neighbours different. */
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

  end(at: number): Table {
    this.edges.push(at);
    return this;
  }
}

/**
 * A table that is in `inside` within ordered, disjoint `[start, end]` pairs and in `outside`
 * elsewhere.
 */
export function tableOfPairs(
  pairs: readonly (readonly [number, number])[],
  inside: number,
  outside: number,
  bounds: { start: number; end: number },
): Table {
  const table = new TableBuilder();
  table.push(bounds.start, outside);
  for (const pair of pairs) {
    const start = Math.max(pair[0], bounds.start);
    const end = Math.min(pair[1], bounds.end);
    if (start >= end) continue;
    table.push(start, inside);
    if (end < bounds.end) table.push(end, outside);
  }
  return table.end(bounds.end);
}

function merged(a: Table, b: Table, combine: (a: number, b: number) => number): Table {
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
      .map((timeline): Table => timeline.table(year))
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

/**
 * Something over the whole span that is in `state` within ordered, disjoint intervals and open
 * elsewhere.
 */
export function timelineOf(intervals: readonly Interval[], state: number): Timeline {
  const pairs = intervals.map(({ start, end }) => [start, end] as const);
  return new Timeline((year) => tableOfPairs(pairs, state, OPEN, boundsOfYear(year)));
}

/** A timeline where another one is open, and open elsewhere. */
export function outside(timeline: Timeline, mask: Timeline): Timeline {
  return combined([timeline, mask], (state, masked) => (masked === OPEN ? state : OPEN));
}

/** Open throughout. */
const alwaysOpen = new Timeline((year) => {
  const { start, end } = boundsOfYear(year);
  return { edges: [start, end], states: [OPEN] };
});

/** The worst of several: each can only lower the state. */
export function worstOf(timelines: readonly Timeline[]): Timeline {
  if (timelines.length < 2) return timelines[0] ?? alwaysOpen;
  return combined(timelines, Math.max);
}

/**
 * The state when any one of several may be the one that counts, and where they differ
 * (`disagreement` is then UNCERTAIN, else OPEN).
 */
export function anyOf(timelines: readonly Timeline[]): {
  timeline: Timeline;
  disagreement: Timeline;
} {
  // One bit for each state that occurs.
  const seen = combined(
    timelines.map((timeline) => mapped(timeline, (state) => 1 << state)),
    (a, b) => a | b,
  );
  return {
    timeline: mapped(seen, (bits) =>
      bits === 1 << OPEN ? OPEN : bits === 1 << CLOSED ? CLOSED : UNCERTAIN,
    ),
    disagreement: mapped(seen, (bits) => ((bits & (bits - 1)) === 0 ? OPEN : UNCERTAIN)),
  };
}

/**
 * All states of several timelines at once: those of an instant are one number, which `statesOf`
 * takes apart.
 */
export function sideBySide(timelines: readonly Timeline[]): Timeline {
  return combined(timelines, (states, state) => states * STATES + state);
}

/** The states of `count` timelines, from a state of what stands side by side. */
export function statesOf(number: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => Math.floor(number / STATES ** (count - 1 - index)) % STATES,
  );
}
