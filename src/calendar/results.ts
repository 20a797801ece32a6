import type { DateTime } from 'luxon';
import type { Catalog, ServerIdOf } from '../catalog/catalog.js';
import type { ItemCode } from '../catalog/item-codes.js';
import type { Text } from './rules.js';
import type { AnnouncementLimit } from './scopes.js';

/**
 * The state by the published table. `open` means open by the table, never "will answer";
 * `uncertain` means that the guideline does not say. Guideline section 2.5.
 *
 * @example
 * ```ts
 * import type { State } from 'myna-selfinfo/calendar';
 * const marks: Record<State, string> = { open: '○', uncertain: '△', closed: '×' };
 * ```
 */
export type State = 'open' | 'uncertain' | 'closed';

/** A row of the guideline's tables, and whether the rule is partly our reading of it. */
export interface GuidelineSource {
  readonly kind: 'guideline';
  /** The version of the guideline. */
  readonly guideline: 'v2.2';
  /** The table of section 2.5. */
  readonly table: '2.5-1' | '2.5-2' | '2.5-3' | '2.5-4' | '2.5-5';
  /** The row of the table; for a detail with several holders, its first row. */
  readonly row: number;
  /** Whether the rule is partly our reading; `note` says what. */
  readonly reading: boolean;
  /** Our reading, or that the table says so. */
  readonly note: Text;
}

/** A row of the option `servers`, which replaces the guideline's, or of an extended catalogue. */
export interface HostSource {
  readonly kind: 'host';
  /** First JST day of the row. */
  readonly from: string;
  /** The source of the row as the caller named it, if given. */
  readonly source: string | null;
}

/** An announcement as the source of a cause. */
export interface AnnouncementSource {
  readonly kind: 'announcement';
  /** The id of the announcement. */
  readonly id: string;
  /** When it was announced, as an ISO string at +09:00. */
  readonly announcedAt: string;
  /**
   * The words of the notice, or where to find them. This text is untrusted: escape it before you
   * show it.
   */
  readonly source: string;
}

/** A plan of the option `plans`, which drops the planned outages inside its span. */
export interface PlanSource {
  readonly kind: 'plan';
  /** Source and start of the plan. */
  readonly id: string;
  /** The source whose list is complete, as the caller named it. */
  readonly source: string;
  /** Start of the span, as an ISO string at +09:00. */
  readonly from: string;
  /** End of the span, itself not included, as an ISO string at +09:00. */
  readonly to: string;
}

/** The source of a cause. */
export type CauseSource = GuidelineSource | HostSource | AnnouncementSource;

/** The part of a cause that is the same for every occurrence of a rule. */
export interface CauseFacts {
  /**
   * The affected server. Null for an announcement about the whole service, a detail or an item, and
   * for `depends-on-holder`, because the server that answers is unknown.
   */
  readonly server: string | null;
  /**
   * The detail whose holders differ, that an announcement stops, or to which the stopped item of
   * the target belongs; otherwise null.
   */
  readonly detail: string | null;
  /** The code of the item that an announcement stops; otherwise null. */
  readonly item: ItemCode | null;
  /**
   * Outside the hours, in a planned or an announced outage, with holders that differ, or during an
   * announced stop of an item that may be the target's.
   */
  readonly kind: 'hours' | 'planned-outage' | 'announcement' | 'holder' | 'item-not-identified';
  /**
   * Stable id of the rule, e.g. `third-weekend`. For every announcement it is `announcement`, or
   * `item-not-identified` where the target's item has no code; the announcement's id is in
   * `source`.
   */
  readonly rule: string;
  /**
   * The state by this cause alone. A worse cause or other holders may hide it. `slow` leaves the
   * state open.
   */
  readonly state: 'slow' | 'uncertain' | 'closed';
  /** Whom an announcement concerns; null if everybody, and for any other kind. */
  readonly limit: AnnouncementLimit | null;
  /**
   * The name of the detail or item that an announcement stops, in Japanese and English; otherwise
   * null.
   */
  readonly name: Text | null;
  /** How certain the cause is: what the guideline leaves out, or whether a notice is exact. */
  readonly certainty:
    | 'stated'
    | 'hours-not-stated'
    | 'week-not-stated'
    | 'hours-unknown'
    | 'depends-on-holder'
    | 'announced'
    | 'approximate';
  /** The source. */
  readonly source: CauseSource;
  /** A sentence for people who know the systems, in Japanese and English. */
  readonly text: Text;
  /**
   * A sentence for the citizen that stands alone, with the holder's name (お住まいの市区町村) instead
   * of the server's.
   */
  readonly citizenText: Text;
}

/** A span `[start, end)`. */
export interface Span {
  /** Start, as a luxon DateTime in Asia/Tokyo. */
  readonly start: DateTime;
  /** End, itself not included, as a luxon DateTime in Asia/Tokyo. */
  readonly end: DateTime;
  /** Start in epoch milliseconds. */
  readonly startMs: number;
  /** End in epoch milliseconds. */
  readonly endMs: number;
  /** Returns plain data with ISO strings at +09:00. */
  toJSON(): Record<string, unknown>;
}

/**
 * The reason why a server does not run, or perhaps not. Its span is that of the whole closure, cut
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
 * A cause that an announcement or a plan undoes: a planned outage that it opens, replaces for the
 * month or drops, or an earlier announced outage. It does not affect the state. Its span is the
 * undone part.
 *
 * @example
 * ```ts
 * import type { Segment } from 'myna-selfinfo/calendar';
 * const notes = ({ undone }: Segment) =>
 *   undone.map(({ text, undoneBy }) => `${text.ja} → ${undoneBy.source}`);
 * ```
 */
export interface UndoneCause extends Cause {
  /** The announcement or the plan that undoes it. */
  readonly undoneBy: AnnouncementSource | PlanSource;
}

/**
 * A span in which the state stays the same.
 *
 * @example
 * ```ts
 * import type { Segment } from 'myna-selfinfo/calendar';
 * const line = ({ start, end, state }: Segment) =>
 *   `${start.toFormat('MM-dd HH:mm')} ${end.toFormat('MM-dd HH:mm')} ${state}`;
 * ```
 */
export interface Segment extends Span {
  /** The state throughout. */
  readonly state: State;
  /**
   * All causes anywhere inside, hidden ones too, sorted by start. When open, only those that slow
   * down.
   */
  readonly causes: readonly Cause[];
  /**
   * The undone causes anywhere inside, sorted by start. A planned outage of a weekend that is open
   * after all stays visible here.
   */
  readonly undone: readonly UndoneCause[];
}

/** The state of one of several holders: the worst of the three common systems and that server. */
export interface HolderState<C extends Catalog = Catalog> {
  /** The holder. */
  readonly server: ServerIdOf<C>;
  /** Its state. */
  readonly state: State;
}

/**
 * The state at an instant, its causes, and what comes next.
 *
 * @example
 * ```ts
 * import { createCalendar, type Status } from 'myna-selfinfo/calendar';
 * const status: Status = createCalendar().status('pension', '2026-12-06T12:00:00+09:00');
 * for (const { server, state } of status.holders ?? []) console.log(server, state);
 * ```
 */
export interface Status<C extends Catalog = Catalog> {
  /** The state. */
  readonly state: State;
  /** Whether a citizen may go on: the target is not closed. If it is uncertain, it may fail. */
  readonly mayTry: boolean;
  /**
   * All causes anywhere between `since` and `until`, hidden ones too, sorted by start. When open,
   * only those that slow down.
   */
  readonly causes: readonly Cause[];
  /** The undone causes anywhere between `since` and `until`, sorted by start. */
  readonly undone: readonly UndoneCause[];
  /** The states of the holders, for a detail with several holders and none named. */
  readonly holders?: readonly HolderState<C>[];
  /** Start of the state; null when it is before the calendar's span. */
  readonly since: DateTime | null;
  /** End of the state; null when it is after the calendar's span. */
  readonly until: DateTime | null;
  /** The first open instant from here on; null when the calendar's span has none. */
  readonly nextOpening: DateTime | null;
  /** The first instant from here on that is not closed; null when the span has none. */
  readonly nextPossibleOpening: DateTime | null;
  /** `since` in epoch milliseconds. */
  readonly sinceMs: number | null;
  /** `until` in epoch milliseconds. */
  readonly untilMs: number | null;
  /** `nextOpening` in epoch milliseconds. */
  readonly nextOpeningMs: number | null;
  /** `nextPossibleOpening` in epoch milliseconds. */
  readonly nextPossibleOpeningMs: number | null;
  /** Returns plain data with ISO strings at +09:00. */
  toJSON(): Record<string, unknown>;
}
