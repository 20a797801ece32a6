import type { CheckedAnnouncement } from '../announcements.js';
import type { CauseFacts } from '../results.js';
import { buildCause } from './result-objects.js';
import type { CauseFinder } from './schedule.js';
import { type SpanMs, type Timeline, timelineOf, UNCERTAIN } from './timeline.js';

interface Lowering extends SpanMs {
  readonly facts: CauseFacts;
}

/**
 * The announcements of one scope that only lower a state: perhaps closed, slow, or with a limit.
 * They contradict nothing, so each holds over its whole span.
 */
export class LoweringLayer {
  /** Uncertain where one of them says so. Undefined if all are only slow. */
  readonly uncertain: Timeline | undefined;
  readonly finders: readonly CauseFinder[];

  constructor(announcements: readonly CheckedAnnouncement[]) {
    const all = announcements.flatMap(({ facts, startMs, endMs }): Lowering[] =>
      facts && startMs < endMs ? [{ facts, startMs, endMs }] : [],
    );
    const uncertain = all.filter(({ facts }) => facts.state !== 'slow');
    const slow = all.filter(({ facts }) => facts.state === 'slow');
    this.uncertain = uncertain.length === 0 ? undefined : timelineOf(joined(uncertain), UNCERTAIN);
    this.finders = [
      ...(uncertain.length === 0 ? [] : [finderOf(uncertain)]),
      ...(slow.length === 0 ? [] : [{ ...finderOf(slow), slows: true as const }]),
    ];
  }
}

function finderOf(lowering: readonly Lowering[]): CauseFinder {
  return {
    causesWithin: (within) =>
      lowering.flatMap(({ facts, startMs, endMs }) =>
        startMs < within.endMs && endMs > within.startMs ? [buildCause(facts, startMs, endMs)] : [],
      ),
  };
}

/** Returns what the spans cover, as ordered, disjoint spans. */
function joined(spans: readonly SpanMs[]): SpanMs[] {
  const found: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const last = found.at(-1);
    if (last && last.endMs >= startMs) last.endMs = Math.max(last.endMs, endMs);
    else found.push({ startMs, endMs });
  }
  return found;
}
