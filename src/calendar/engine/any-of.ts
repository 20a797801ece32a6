import {
  alwaysOpen,
  CLOSED,
  combined,
  mapped,
  OPEN,
  type SpanMs,
  type Timeline,
  timelineOf,
  UNCERTAIN,
} from './timeline.js';

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
