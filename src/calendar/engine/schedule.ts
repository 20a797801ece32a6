import type { ServerId } from '../../catalog/servers.js';
import {
  buildCause,
  type Cause,
  type CauseFacts,
  type HolderState,
  type State,
  type UndoneCause,
} from '../results.js';
import { FROM_MS, TO_MS } from '../rules.js';
import {
  type Interval,
  nameOf,
  OPEN,
  partsOf,
  type Stretch,
  sideBySide,
  statesOf,
  type Timeline,
  UNCERTAIN,
} from './timeline.js';

/** What can lower the state of a target, or would if no announcement undid it. */
export interface Reason {
  /** The causes that hold anywhere within an interval. */
  causesWithin(within: Interval): Cause[];
  /** Those that are undone anywhere within it. */
  undoneWithin?(within: Interval): UndoneCause[];
}

/** A reason whose causes are the stretches of a timeline that are not open. */
export function reasonOf(facts: CauseFacts, timeline: Timeline): Reason {
  return {
    causesWithin: (within) =>
      partsOf(timeline, within).map(({ start, end }) => buildCause(facts, start, end)),
  };
}

/** What all questions about one stretch share. */
interface Answer {
  readonly state: State;
  /** All causes that hold anywhere inside, hidden ones too, by start. */
  readonly causes: readonly Cause[];
  /** All that are undone anywhere inside, by start. */
  readonly undone: readonly UndoneCause[];
  /** Since and until when the state is the same; null where that lies outside the span. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** Start of this stretch or the first after it that is open; null when there is none. */
  readonly opensMs: number | null;
  /** Likewise for not closed. */
  readonly possibleMs: number | null;
}

const NONE: readonly never[] = Object.freeze([]);

/**
 * A target ready to be asked: its state over time, what can lower it, and its holders where it
 * matters which one it is.
 */
export class Schedule {
  readonly timeline: Timeline;
  readonly reasons: readonly Reason[];
  readonly holders:
    | readonly { readonly server: ServerId; readonly schedule: Schedule }[]
    | undefined;
  readonly #undoing: readonly Reason[];
  readonly #answers = new WeakMap<Stretch, Answer>();
  readonly #holderStates: Timeline | undefined;
  readonly #holderLists = new Map<number, readonly HolderState[]>();

  constructor(timeline: Timeline, reasons: readonly Reason[], holders?: Schedule['holders']) {
    this.timeline = timeline;
    this.reasons = reasons;
    this.holders = holders;
    this.#holderStates = holders && sideBySide(holders.map(({ schedule }) => schedule.timeline));
    this.#undoing = reasons.filter((reason) => reason.undoneWithin);
  }

  /** The causes of a stretch of the timeline and what comes next; worked out once. */
  answer(stretch: Stretch): Answer {
    let answer = this.#answers.get(stretch);
    if (answer === undefined) {
      answer = {
        state: nameOf(stretch.state),
        // Every cause lowers the state, so an open stretch has none; asking would cost most where a
        // stretch is longest.
        causes:
          stretch.state === OPEN
            ? NONE
            : inOrder(this.reasons.flatMap((reason) => reason.causesWithin(stretch))),
        undone: inOrder(this.#undoing.flatMap((reason) => reason.undoneWithin?.(stretch) ?? [])),
        sinceMs: stretch.start === FROM_MS ? null : stretch.start,
        untilMs: stretch.end === TO_MS ? null : stretch.end,
        opensMs: this.firstStart(stretch, OPEN),
        possibleMs: this.firstStart(stretch, UNCERTAIN),
      };
      this.#answers.set(stretch, answer);
    }
    return answer;
  }

  /** The states of the holders at an instant; those that are alike share one list. */
  holdersAt(ms: number): readonly HolderState[] | undefined {
    if (this.#holderStates === undefined || this.holders === undefined) return undefined;
    const number = this.#holderStates.stateAt(ms);
    let list = this.#holderLists.get(number);
    if (list === undefined) {
      const states = statesOf(number, this.holders.length);
      list = Object.freeze(
        this.holders.map(({ server }, index) =>
          Object.freeze({ server, state: nameOf(states[index] as number) }),
        ),
      );
      this.#holderLists.set(number, list);
    }
    return list;
  }

  /**
   * Start of the first stretch, from a given one on, whose state is not worse than another; null
   * when there is none.
   */
  firstStart(from: Stretch, worst: number): number | null {
    let stretch: Stretch | undefined = from;
    while (stretch && stretch.state > worst) stretch = this.timeline.after(stretch);
    return stretch ? stretch.start : null;
  }
}

/**
 * Causes by start. An announcement about the whole service reaches a target through each of its
 * servers and is listed once.
 */
function inOrder<C extends Cause>(causes: readonly C[]): readonly C[] {
  if (causes.length === 0) return NONE;
  const seen = new Map(
    causes.map((cause, index) => [
      cause.source.kind === 'announcement'
        ? `${cause.source.id} ${cause.server} ${cause.startMs} ${cause.endMs}`
        : index,
      cause,
    ]),
  );
  return Object.freeze([...seen.values()].sort((a, b) => a.startMs - b.startMs));
}
