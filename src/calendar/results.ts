import type { DateTime } from 'luxon';
import type { DetailId, ServerId } from '../catalog/index.js';
import { formatInstant, toDateTime } from '../time.js';
import type { Text } from './rules.js';

/**
 * What the published table says of an instant: `open` means open by the table, never "will answer"; `uncertain` means that the guideline leaves it open.
 * Guideline section 2.5.
 *
 * @example
 * ```ts
 * import type { State } from 'myna-selfinfo/calendar';
 * const marks: Record<State, string> = { open: '○', uncertain: '△', closed: '×' };
 * ```
 */
export type State = 'open' | 'uncertain' | 'closed';

/** Where a cause is written, and whether something of it is our reading and not the guideline's own word. */
export interface CauseSource {
  /** The version of the guideline. */
  readonly guideline: 'v2.2';
  /** The table of section 2.5. */
  readonly table: '2.5-1' | '2.5-2' | '2.5-3' | '2.5-4' | '2.5-5';
  /** The row of the table; for a detail with several holders its first row. */
  readonly row: number;
  /** Whether something of it is our reading; `note` says what. */
  readonly reading: boolean;
  /** What we read into it, or that the table says so. */
  readonly note: Text;
}

/** What is the same in every cause that one rule gives rise to. */
export interface CauseFacts {
  /** The server that is affected; null for `depends-on-holder`, where it is not known which one counts. */
  readonly server: ServerId | null;
  /** The detail whose holders differ, for `depends-on-holder`; else null. */
  readonly detail: DetailId | null;
  /** Outside the hours, inside a planned outage, or several holders that differ. */
  readonly kind: 'hours' | 'planned-outage' | 'holder';
  /** Stable id of the rule, e.g. `third-weekend`. */
  readonly rule: string;
  /** The state it imposes on its server, which may be hidden beneath a worse one or among other holders. */
  readonly state: 'uncertain' | 'closed';
  /** What the guideline states, or what it leaves out. */
  readonly certainty: 'stated' | 'hours-not-stated' | 'week-not-stated' | 'depends-on-holder';
  /** Where it is written. */
  readonly source: CauseSource;
  /** A sentence for people, in Japanese and English. */
  readonly text: Text;
}

/** An interval `[start, end)`. */
export interface Span {
  /** Start, as a luxon DateTime in Asia/Tokyo. */
  readonly start: DateTime;
  /** End, itself not included, as a luxon DateTime in Asia/Tokyo. */
  readonly end: DateTime;
  /** Start in epoch milliseconds. */
  readonly startMs: number;
  /** End in epoch milliseconds. */
  readonly endMs: number;
  /** Plain data with ISO strings at +09:00. */
  toJSON(): Record<string, unknown>;
}

/**
 * Why a server is not, or not certainly, running: with the whole interval of this one closure, cut only at the ends of the calendar's span.
 *
 * @example
 * ```ts
 * import type { Cause } from 'myna-selfinfo/calendar';
 * const holdsAt = (cause: Cause, ms: number) => cause.startMs <= ms && ms < cause.endMs;
 * ```
 */
export interface Cause extends Span, CauseFacts {}

/**
 * An interval in which the state stays the same.
 *
 * @example
 * ```ts
 * import type { Segment } from 'myna-selfinfo/calendar';
 * const line = ({ start, end, state }: Segment) => `${start.toFormat('MM-dd HH:mm')} ${end.toFormat('MM-dd HH:mm')} ${state}`;
 * ```
 */
export interface Segment extends Span {
  /** The state throughout. */
  readonly state: State;
  /** All causes that hold anywhere inside, hidden ones too, by start; none when open. */
  readonly causes: readonly Cause[];
}

/** The state of one of several holders: the worst of the three common systems and that server. */
export interface HolderState {
  /** The holder. */
  readonly server: ServerId;
  /** Its state. */
  readonly state: State;
}

/**
 * The state at an instant, why, and what comes next.
 *
 * @example
 * ```ts
 * import { createCalendar, type Status } from 'myna-selfinfo/calendar';
 * const status: Status = createCalendar().status('pension', '2026-12-06T12:00:00+09:00');
 * for (const { server, state } of status.holders ?? []) console.log(server, state);
 * ```
 */
export interface Status {
  /** The state. */
  readonly state: State;
  /** All causes that hold anywhere between `since` and `until`, hidden ones too, by start; none when open. */
  readonly causes: readonly Cause[];
  /** The holders' states, for a detail that several servers hold, asked without naming one. */
  readonly holders?: readonly HolderState[];
  /** Since when the state is the same; null when that lies before the calendar's span. */
  readonly since: DateTime | null;
  /** Until when the state stays the same; null when that lies after the calendar's span. */
  readonly until: DateTime | null;
  /** The first open instant from here on; null when the span holds none. */
  readonly nextOpening: DateTime | null;
  /** The first instant from here on that is not closed; null when the span holds none. */
  readonly nextPossibleOpening: DateTime | null;
  /** `since` in epoch milliseconds. */
  readonly sinceMs: number | null;
  /** `until` in epoch milliseconds. */
  readonly untilMs: number | null;
  /** `nextOpening` in epoch milliseconds. */
  readonly nextOpeningMs: number | null;
  /** `nextPossibleOpening` in epoch milliseconds. */
  readonly nextPossibleOpeningMs: number | null;
  /** Plain data with ISO strings at +09:00. */
  toJSON(): Record<string, unknown>;
}

const dateTimeOrNull = (ms: number | null): DateTime | null => (ms === null ? null : toDateTime(ms));
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

class SpanBase implements Span {
  readonly startMs: number;
  readonly endMs: number;

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
  readonly server: CauseFacts['server'];
  readonly detail: CauseFacts['detail'];
  readonly kind: CauseFacts['kind'];
  readonly rule: string;
  readonly state: CauseFacts['state'];
  readonly certainty: CauseFacts['certainty'];
  readonly source: CauseSource;
  readonly text: Text;

  constructor(facts: CauseFacts, startMs: number, endMs: number) {
    super(startMs, endMs);
    this.server = facts.server;
    this.detail = facts.detail;
    this.kind = facts.kind;
    this.rule = facts.rule;
    this.state = facts.state;
    this.certainty = facts.certainty;
    this.source = facts.source;
    this.text = facts.text;
  }
}

class SegmentOfState extends SpanBase implements Segment {
  readonly state: State;
  readonly causes: readonly Cause[];

  constructor(startMs: number, endMs: number, state: State, causes: readonly Cause[]) {
    super(startMs, endMs);
    this.state = state;
    this.causes = causes;
  }
}

interface StatusFields {
  readonly state: State;
  readonly causes: readonly Cause[];
  readonly holders: readonly HolderState[] | undefined;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly nextOpeningMs: number | null;
  readonly nextPossibleOpeningMs: number | null;
}

class StatusAt implements Status {
  readonly state: State;
  readonly causes: readonly Cause[];
  declare readonly holders?: readonly HolderState[];
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly nextOpeningMs: number | null;
  readonly nextPossibleOpeningMs: number | null;

  constructor(fields: StatusFields) {
    this.state = fields.state;
    this.causes = fields.causes;
    if (fields.holders !== undefined) this.holders = fields.holders;
    this.sinceMs = fields.sinceMs;
    this.untilMs = fields.untilMs;
    this.nextOpeningMs = fields.nextOpeningMs;
    this.nextPossibleOpeningMs = fields.nextPossibleOpeningMs;
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
    const { state, causes, holders, sinceMs, untilMs, nextOpeningMs, nextPossibleOpeningMs } = this;
    return {
      state,
      causes,
      ...(holders && { holders }),
      since: isoOrNull(sinceMs),
      until: isoOrNull(untilMs),
      nextOpening: isoOrNull(nextOpeningMs),
      nextPossibleOpening: isoOrNull(nextPossibleOpeningMs),
    };
  }
}

/** A cause over an interval; frozen, because the answers share it. */
export function buildCause(facts: CauseFacts, startMs: number, endMs: number): Cause {
  return Object.freeze(new CauseOfFacts(facts, startMs, endMs));
}

/** A segment over an interval. */
export function buildSegment(startMs: number, endMs: number, state: State, causes: readonly Cause[]): Segment {
  return new SegmentOfState(startMs, endMs, state, causes);
}

/** A status from its parts. */
export function buildStatus(fields: StatusFields): Status {
  return new StatusAt(fields);
}
