import type { DateTime } from 'luxon';
import { formatInstant, toDateTime } from '../../foundation/time.js';
import type {
  Cause,
  CauseFacts,
  CauseSource,
  HolderState,
  Segment,
  Span,
  State,
  Status,
  UndoneCause,
} from '../results.js';
import type { Text } from '../rules.js';

const dateTimeOrNull = (ms: number | null): DateTime | null =>
  ms === null ? null : toDateTime(ms);
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

// Fields are declared only: the constructors assign them, and defining each of them twice would take
// half the time of a first question.
class SpanBase implements Span {
  declare readonly startMs: number;
  declare readonly endMs: number;

  constructor(startMs: number, endMs: number) {
    this.startMs = startMs;
    this.endMs = endMs;
  }

  get start(): DateTime {
    return toDateTime(this.startMs);
  }

  get end(): DateTime {
    return toDateTime(this.endMs);
  }

  toJSON(): Record<string, unknown> {
    const { startMs, endMs, ...rest } = this;
    return { start: formatInstant(startMs), end: formatInstant(endMs), ...rest };
  }
}

class CauseOfFacts extends SpanBase implements Cause {
  declare readonly server: CauseFacts['server'];
  declare readonly detail: CauseFacts['detail'];
  declare readonly item: CauseFacts['item'];
  declare readonly kind: CauseFacts['kind'];
  declare readonly rule: string;
  declare readonly state: CauseFacts['state'];
  declare readonly limit: CauseFacts['limit'];
  declare readonly name: CauseFacts['name'];
  declare readonly certainty: CauseFacts['certainty'];
  declare readonly source: CauseSource;
  declare readonly text: Text;
  declare readonly citizenText: Text;

  constructor(facts: CauseFacts, startMs: number, endMs: number) {
    super(startMs, endMs);
    this.server = facts.server;
    this.detail = facts.detail;
    this.item = facts.item;
    this.kind = facts.kind;
    this.rule = facts.rule;
    this.state = facts.state;
    this.limit = facts.limit;
    this.name = facts.name;
    this.certainty = facts.certainty;
    this.source = facts.source;
    this.text = facts.text;
    this.citizenText = facts.citizenText;
  }
}

class UndoneCauseOfFacts extends CauseOfFacts implements UndoneCause {
  declare readonly undoneBy: UndoneCause['undoneBy'];

  constructor(
    facts: CauseFacts,
    startMs: number,
    endMs: number,
    undoneBy: UndoneCause['undoneBy'],
  ) {
    super(facts, startMs, endMs);
    this.undoneBy = undoneBy;
  }
}

class SegmentOfState extends SpanBase implements Segment {
  declare readonly state: State;
  declare readonly causes: readonly Cause[];
  declare readonly undone: readonly UndoneCause[];

  constructor(
    startMs: number,
    endMs: number,
    state: State,
    causes: readonly Cause[],
    undone: readonly UndoneCause[],
  ) {
    super(startMs, endMs);
    this.state = state;
    this.causes = causes;
    this.undone = undone;
  }
}

/** The part of a status that is the same at all instants of a segment. */
export interface StatusFacts {
  readonly state: State;
  readonly causes: readonly Cause[];
  readonly undone: readonly UndoneCause[];
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

class StatusAt implements Status {
  declare readonly state: State;
  declare readonly causes: readonly Cause[];
  declare readonly undone: readonly UndoneCause[];
  declare readonly holders?: readonly HolderState[];
  declare readonly sinceMs: number | null;
  declare readonly untilMs: number | null;
  declare readonly nextOpeningMs: number | null;
  declare readonly nextPossibleOpeningMs: number | null;

  constructor(
    facts: StatusFacts,
    holders: readonly HolderState[] | undefined,
    nextOpeningMs: number | null,
    nextPossibleOpeningMs: number | null,
  ) {
    this.state = facts.state;
    this.causes = facts.causes;
    this.undone = facts.undone;
    if (holders !== undefined) this.holders = holders;
    this.sinceMs = facts.sinceMs;
    this.untilMs = facts.untilMs;
    this.nextOpeningMs = nextOpeningMs;
    this.nextPossibleOpeningMs = nextPossibleOpeningMs;
  }

  get mayTry(): boolean {
    return this.state !== 'closed';
  }

  get since(): DateTime | null {
    return dateTimeOrNull(this.sinceMs);
  }

  get until(): DateTime | null {
    return dateTimeOrNull(this.untilMs);
  }

  get nextOpening(): DateTime | null {
    return dateTimeOrNull(this.nextOpeningMs);
  }

  get nextPossibleOpening(): DateTime | null {
    return dateTimeOrNull(this.nextPossibleOpeningMs);
  }

  toJSON(): Record<string, unknown> {
    const {
      state,
      mayTry,
      causes,
      undone,
      holders,
      sinceMs,
      untilMs,
      nextOpeningMs,
      nextPossibleOpeningMs,
    } = this;
    return {
      state,
      mayTry,
      causes,
      undone,
      ...(holders && { holders }),
      since: isoOrNull(sinceMs),
      until: isoOrNull(untilMs),
      nextOpening: isoOrNull(nextOpeningMs),
      nextPossibleOpening: isoOrNull(nextPossibleOpeningMs),
    };
  }
}

/** Builds a cause over a span. Frozen, because several answers share it. */
export function buildCause(facts: CauseFacts, startMs: number, endMs: number): Cause {
  return Object.freeze(new CauseOfFacts(facts, startMs, endMs));
}

/** Builds an undone cause over the undone part of its span. Frozen as well. */
export function buildUndoneCause(
  facts: CauseFacts,
  startMs: number,
  endMs: number,
  undoneBy: UndoneCause['undoneBy'],
): UndoneCause {
  return Object.freeze(new UndoneCauseOfFacts(facts, startMs, endMs, undoneBy));
}

/** Builds a segment. */
export function buildSegment(
  startMs: number,
  endMs: number,
  state: State,
  causes: readonly Cause[],
  undone: readonly UndoneCause[],
): Segment {
  return new SegmentOfState(startMs, endMs, state, causes, undone);
}

/** Builds a status. */
export function buildStatus(
  facts: StatusFacts,
  holders: readonly HolderState[] | undefined,
  nextOpeningMs: number | null,
  nextPossibleOpeningMs: number | null,
): Status {
  return new StatusAt(facts, holders, nextOpeningMs, nextPossibleOpeningMs);
}
