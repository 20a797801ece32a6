import type { DateTime } from 'luxon';
import type { DetailId } from '../catalog/details.js';
import type { ServerId } from '../catalog/servers.js';
import type { Text } from './rules.js';

/**
 * What the published table says of an instant: `open` means open by the table, never "will answer";
 * `uncertain` means that the guideline leaves it open. Guideline section 2.5.
 *
 * @example
 * ```ts
 * import type { State } from 'myna-selfinfo/calendar';
 * const marks: Record<State, string> = { open: '○', uncertain: '△', closed: '×' };
 * ```
 */
export type State = 'open' | 'uncertain' | 'closed';

/**
 * A row of the guideline's tables, and whether something of what it gives rise to is our reading
 * and not the guideline's own word.
 */
export interface GuidelineSource {
  readonly kind: 'guideline';
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

/** A row that the host gave in the option `servers`, in place of the guideline's. */
export interface HostSource {
  readonly kind: 'host';
  /** The first JST day the row holds for. */
  readonly from: string;
  /** Where the host has it from, if it said so. */
  readonly source: string | null;
}

/** An announcement. */
export interface AnnouncementSource {
  readonly kind: 'announcement';
  /** The id of the announcement. */
  readonly id: string;
  /** When it was announced, as an ISO string at +09:00. */
  readonly announcedAt: string;
  /**
   * The words of the notice, or where they stand: text from outside, to be escaped before it is
   * shown.
   */
  readonly source: string;
}

/** Where a cause is written. */
export type CauseSource = GuidelineSource | HostSource | AnnouncementSource;

/** What is the same in every cause that one rule gives rise to. */
export interface CauseFacts {
  /**
   * The server that is affected; null for an announcement about the whole service, and for
   * `depends-on-holder`, where it is not known which one counts.
   */
  readonly server: ServerId | null;
  /** The detail whose holders differ, for `depends-on-holder`; else null. */
  readonly detail: DetailId | null;
  /** Outside the hours, inside a planned or an announced outage, or several holders that differ. */
  readonly kind: 'hours' | 'planned-outage' | 'announcement' | 'holder';
  /**
   * Stable id of the rule, e.g. `third-weekend`; `announcement` for every announcement, whose own
   * id stands in `source`.
   */
  readonly rule: string;
  /**
   * The state it imposes on its server, which may be hidden beneath a worse one or among other
   * holders.
   */
  readonly state: 'uncertain' | 'closed';
  /** What the guideline states, or what it leaves out; whether what was announced is exact. */
  readonly certainty:
    | 'stated'
    | 'hours-not-stated'
    | 'week-not-stated'
    | 'depends-on-holder'
    | 'announced'
    | 'approximate';
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
 * Why a server is not, or not certainly, running: with the whole interval of this one closure, cut
 * only at the ends of the calendar's span and where an announcement undoes it.
 *
 * @example
 * ```ts
 * import type { Cause } from 'myna-selfinfo/calendar';
 * const holdsAt = (cause: Cause, ms: number) => cause.startMs <= ms && ms < cause.endMs;
 * ```
 */
export interface Cause extends Span, CauseFacts {}

/**
 * What would be a cause here, had an announcement not undone it: a planned outage under one that
 * says `open` or that replaces it for the month, or an earlier announced outage. It has no part in
 * the state; its interval is the part that is undone.
 *
 * @example
 * ```ts
 * import type { Segment } from 'myna-selfinfo/calendar';
 * const notes = ({ undone }: Segment) => undone.map(({ text, undoneBy }) => `${text.ja} → ${undoneBy.source}`);
 * ```
 */
export interface UndoneCause extends Cause {
  /** The announcement that undoes it. */
  readonly undoneBy: AnnouncementSource;
}

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
  /**
   * What announcements undo anywhere inside, by start; where they settle a weekend as open, its
   * planned outage stays visible here.
   */
  readonly undone: readonly UndoneCause[];
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
  /**
   * All causes that hold anywhere between `since` and `until`, hidden ones too, by start; none when
   * open.
   */
  readonly causes: readonly Cause[];
  /** What announcements undo anywhere between `since` and `until`, by start. */
  readonly undone: readonly UndoneCause[];
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
