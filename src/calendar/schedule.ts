import type { ServerId } from '../catalog/index.js';
import { buildCause, type Cause, type CauseFacts } from './results.js';
import { OPEN, type Stretch, type Timeline, UNCERTAIN } from './timeline.js';

/** A timeline whose stretches, where not open, are causes. */
export interface Reason {
  readonly facts: CauseFacts;
  readonly timeline: Timeline;
}

/** What all questions about one stretch share. */
interface Answer {
  /** All causes that hold anywhere inside, hidden ones too, by start. */
  readonly causes: readonly Cause[];
  /** Start of this stretch or the first after it that is open; null when there is none. */
  readonly opensMs: number | null;
  /** Likewise for not closed. */
  readonly possibleMs: number | null;
}

const NO_CAUSES: readonly Cause[] = Object.freeze([]);

/** A target ready to be asked: its state over time, what can lower it, and its holders where it matters which one it is. */
export class Schedule {
  readonly timeline: Timeline;
  readonly reasons: readonly Reason[];
  readonly holders: readonly { readonly server: ServerId; readonly schedule: Schedule }[] | undefined;
  readonly #answers = new WeakMap<Stretch, Answer>();

  constructor(timeline: Timeline, reasons: readonly Reason[], holders?: Schedule['holders']) {
    this.timeline = timeline;
    this.reasons = reasons;
    this.holders = holders;
  }

  /** The causes of a stretch of the timeline and what comes next; worked out once. */
  answer(stretch: Stretch): Answer {
    // Every reason lowers the state, so an open stretch has none; asking would cost most where a stretch is longest.
    if (stretch.state === OPEN) return { causes: NO_CAUSES, opensMs: stretch.start, possibleMs: stretch.start };
    let answer = this.#answers.get(stretch);
    if (!answer) {
      answer = { causes: this.#causesWithin(stretch), opensMs: this.firstStart(stretch, OPEN), possibleMs: this.firstStart(stretch, UNCERTAIN) };
      this.#answers.set(stretch, answer);
    }
    return answer;
  }

  /** Start of the first stretch, from a given one on, whose state is not worse than another; null when there is none. */
  firstStart(from: Stretch, worst: number): number | null {
    let stretch: Stretch | undefined = from;
    while (stretch && stretch.state > worst) stretch = this.timeline.after(stretch);
    return stretch ? stretch.start : null;
  }

  #causesWithin(stretch: Stretch): readonly Cause[] {
    const causes: Cause[] = [];
    for (const { facts, timeline } of this.reasons) {
      let part: Stretch | undefined = timeline.stretchAt(stretch.start);
      for (; part && part.start < stretch.end; part = timeline.after(part)) {
        if (part.state !== OPEN) causes.push(buildCause(facts, part.start, part.end));
      }
    }
    return Object.freeze(causes.sort((a, b) => a.startMs - b.startMs));
  }
}
