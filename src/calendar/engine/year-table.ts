import { dayStart, HOUR_MS } from '../../foundation/time.js';
import type { Span } from '../results.js';

type Bounds = Pick<Span, 'startMs' | 'endMs'>;

/**
 * The states of one year: segment `i` is `[edges[i], edges[i + 1])`, and neighbours differ. The
 * first and the last segment are cut at the ends of the year.
 */
export interface YearTable {
  readonly edges: readonly number[];
  readonly states: readonly number[];
}

/** Collects segments in order and merges neighbours of the same state. */
export class TableBuilder {
  readonly edges: number[] = [];
  readonly states: number[] = [];

  push(at: number, state: number): void {
    const { edges, states } = this;
    let last = states.length - 1;
    if (last >= 0 && edges[last] === at) {
      edges.pop();
      states.pop();
      last--;
    }
    if (last >= 0 && states[last] === state) return;
    edges.push(at);
    states.push(state);
  }

  /** Takes the last segment back. */
  pop(): void {
    this.edges.pop();
    this.states.pop();
  }

  end(at: number): YearTable {
    this.edges.push(at);
    return { edges: this.edges, states: this.states };
  }
}

/** Builds a table of `inside` within ordered, disjoint spans and of `outside` elsewhere. */
export function tableOfSpans(
  spans: readonly Bounds[],
  inside: number,
  outside: number,
  bounds: Bounds,
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

/**
 * Builds a table that is `inside` between two hours of each of the given days, `outside` elsewhere
 * within a span, and `inside` outside the span.
 */
export function tableOfDays(
  days: readonly number[],
  { fromHour, toHour }: { readonly fromHour: number; readonly toHour: number },
  inside: number,
  outside: number,
  within: Bounds,
  bounds: Bounds,
): YearTable {
  const table = new TableBuilder();
  table.push(bounds.startMs, inside);
  if (within.startMs >= within.endMs) return table.end(bounds.endMs);
  table.push(within.startMs, outside);
  for (const day of days) {
    const start = dayStart(day);
    const from = Math.max(start + fromHour * HOUR_MS, within.startMs);
    const to = Math.min(start + toHour * HOUR_MS, within.endMs);
    if (from >= to) continue;
    table.push(from, inside);
    table.push(to, outside);
  }
  if (table.edges[table.edges.length - 1] === bounds.endMs) table.pop();
  else if (within.endMs < bounds.endMs) table.push(within.endMs, inside);
  return table.end(bounds.endMs);
}

/** Merges two tables of the same year. */
export function merged(
  a: YearTable,
  b: YearTable,
  combine: (a: number, b: number) => number,
): YearTable {
  const edges: number[] = [];
  const states: number[] = [];
  const end = a.edges[a.states.length] as number;
  let last = -1;
  for (let at = a.edges[0] as number, i = 0, j = 0; at < end; ) {
    const state = combine(a.states[i] as number, b.states[j] as number);
    if (state !== last) {
      edges.push(at);
      states.push(state);
      last = state;
    }
    const nextA = a.edges[i + 1] as number;
    const nextB = b.edges[j + 1] as number;
    at = nextA < nextB ? nextA : nextB;
    if (nextA === at) i++;
    if (nextB === at) j++;
  }
  edges.push(end);
  return { edges, states };
}
