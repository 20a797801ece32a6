import type { DateTime } from 'luxon';
import type { ServerId } from '../catalog/servers.js';
import { invalidOption } from '../foundation/errors.js';
import { checkKeys } from '../foundation/options.js';
import { dayOf, type Instant, parseDay, toDateTime } from '../foundation/time.js';
import {
  type Announcement,
  type CheckedAnnouncement,
  checkAnnouncements,
  mergeAnnouncements,
} from './announcements.js';
import { ScheduleCache } from './engine/cache.js';
import {
  checkInstant,
  isOpenAt,
  nextOpeningFrom,
  segmentsBetween,
  statusAt,
} from './engine/questions.js';
import { Rulebook } from './engine/rulebook.js';
import { checkServerRows, type ServerRow } from './overrides.js';
import type { Segment, Status } from './results.js';
import { FROM_MS, holidaysWith, OFFICIAL_UNTIL_MS, TO_MS } from './rules.js';
import type { Target } from './targets.js';

/**
 * What is known beyond the guideline's tables. All of it may come from JSON as it is.
 *
 * @example
 * ```ts
 * import { type CalendarOptions, createCalendar } from 'myna-selfinfo/calendar';
 * const options: CalendarOptions = {
 *   servers: { 'employment-security': { from: '2027-04-01', hours: 'always' } },
 *   extraHolidays: ['2027-06-09'],
 * };
 * const calendar = createCalendar(options);
 * ```
 */
export interface CalendarOptions {
  /** News that overrides the tables; 10,000 at most. */
  readonly announced?: readonly Announcement[];
  /** Rows in place of the guideline's, from a date on: one, or several with dates of their own. */
  readonly servers?: { readonly [S in ServerId]?: ServerRow | readonly ServerRow[] };
  /** Holidays that are not in the table, as JST days `YYYY-MM-DD`. */
  readonly extraHolidays?: readonly string[];
  /** Days of the table that are no holidays after all. */
  readonly notHolidays?: readonly string[];
}

/**
 * When the servers run that an answer needs, by the tables of the guideline's section 2.5 and by
 * what is announced. Immutable; asks nobody, so "open" means "open by the published table", never
 * "will answer".
 *
 * Instants come in as a `Date`, a luxon `DateTime`, epoch milliseconds, an ISO string with offset,
 * or a JST day `YYYY-MM-DD` (its start). All days and hours are Japan Standard Time, whatever the
 * zone of the process.
 *
 * @example
 * ```ts
 * import type { Calendar } from 'myna-selfinfo/calendar';
 * const label = (calendar: Calendar) => (calendar.isOpen('local-tax') ? '照会できます' : '現在は照会できません');
 * ```
 */
export interface Calendar {
  /**
   * The state of a target at an instant, why, and what comes next.
   *
   * @param target - what is asked about.
   * @param at - the instant; default now.
   * @throws SelfInfoError `unknown_detail`, `unknown_server`, `not_a_holder`, `invalid_option`,
   * `unknown_option`, `invalid_instant`, `invalid_date`, `outside_calendar`; TypeError for a wrong
   * JavaScript type.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * const { state, causes, nextOpening } = createCalendar().status('local-tax', '2026-11-21T23:00:00+09:00');
   * console.log(state, causes.map((cause) => cause.text.ja), nextOpening?.toISO());
   * ```
   */
  status(target: Target, at?: Instant): Status;
  /**
   * Whether a target is open by the published table, and nothing of it uncertain.
   *
   * @param target - what is asked about.
   * @param at - the instant; default now.
   * @throws as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * createCalendar().isOpen('local-tax', '2026-11-20T12:00:00+09:00'); // true
   * ```
   */
  isOpen(target: Target, at?: Instant): boolean;
  /**
   * The first open instant at or after another, or null when the span holds none.
   *
   * @param target - what is asked about.
   * @param from - the earliest instant; default now.
   * @throws as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * createCalendar().nextOpening('pension@pension-service', '2026-12-06')?.toISO(); // 2026-12-07T08:00:00.000+09:00
   * ```
   */
  nextOpening(target: Target, from?: Instant): DateTime | null;
  /**
   * The states over an interval, without gaps; neighbours differ. The first and last segment are
   * cut at its ends.
   *
   * @param target - what is asked about.
   * @param start - start of the interval.
   * @param end - end of the interval, itself not included.
   * @throws SelfInfoError `range_reversed`, and as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * for (const { start, state } of createCalendar().segments('pension', '2026-12-01', '2026-12-08')) console.log(start.toISO(), state);
   * ```
   */
  segments(target: Target, start: Instant, end: Instant): Segment[];
  /**
   * The open segments of an interval.
   *
   * @param target - what is asked about.
   * @param start - start of the interval.
   * @param end - end of the interval, itself not included.
   * @throws SelfInfoError `range_reversed`, and as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * createCalendar().windows('employment', '2026-12-01', '2026-12-08').map((window) => window.toJSON());
   * ```
   */
  windows(target: Target, start: Instant, end: Instant): Segment[];
  /**
   * Another calendar that knows these announcements besides its own; this one stays as it is.
   * Announcements already known change nothing.
   *
   * @param announcements - what was announced since; with those known 10,000 at most.
   * @throws as {@link createCalendar}, for announcements; paths start at `announcements`.
   * @example
   * ```ts
   * import { type Announcement, createCalendar } from 'myna-selfinfo/calendar';
   * let current = createCalendar();
   * const onNews = (news: Announcement[]) => {
   *   current = current.with(news); // a client made with `calendar: () => current` sees it at once
   * };
   * ```
   */
  with(announcements: readonly Announcement[]): Calendar;
  /**
   * Whether the JST day of an instant is a holiday (祝日、振替休日、国民の休日) to this calendar, and so no
   * business day.
   *
   * @param at - the instant; default now.
   * @throws SelfInfoError `invalid_instant`, `invalid_date`, `outside_calendar`; TypeError for a
   * wrong JavaScript type.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * createCalendar().isHoliday('2026-09-22'); // true: between two holidays
   * ```
   */
  isHoliday(at?: Instant): boolean;
  /** The first instant the calendar vouches for: the day guideline v2.2 was issued. */
  readonly from: DateTime;
  /** The end of what it vouches for, itself not included: the end of its holiday table. */
  readonly to: DateTime;
  /**
   * Up to here, itself not included, holidays are the Cabinet Office's own; later ones are
   * predictions.
   */
  readonly officialUntil: DateTime;
  /** `from` in epoch milliseconds. */
  readonly fromMs: number;
  /** `to` in epoch milliseconds. */
  readonly toMs: number;
  /** `officialUntil` in epoch milliseconds. */
  readonly officialUntilMs: number;
}

// Calendars without options are alike, so they share their tables.
let publishedRules: Rulebook | undefined;
let publishedSchedules: ScheduleCache | undefined;

const NO_ANNOUNCEMENTS: readonly CheckedAnnouncement[] = [];
const MAX_DAYS = 10_000;

/**
 * Creates a calendar of the published operating hours, with what the options add. Calendars without
 * options share what they compute.
 *
 * @param options - announcements, rows and holidays to add.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `unknown_server`,
 * `invalid_instant`, `invalid_date`, `range_reversed`, naming the place, e.g.
 * `options.announced[2].end`; TypeError for a wrong JavaScript type.
 * @example
 * ```ts
 * import { createCalendar } from 'myna-selfinfo/calendar';
 * const calendar = createCalendar();
 * if (!calendar.isOpen('local-tax')) console.log(calendar.nextOpening('local-tax')?.toISO());
 * ```
 */
export function createCalendar(options: CalendarOptions = {}): Calendar {
  checkKeys(options, 'options', {
    announced: true,
    servers: true,
    extraHolidays: true,
    notHolidays: true,
  } satisfies Record<keyof CalendarOptions, true>);
  const { announced = [], servers = {}, extraHolidays = [], notHolidays = [] } = options;
  const rows = checkServerRows(servers, 'options.servers');
  const extra = checkDays(extraHolidays, 'options.extraHolidays');
  const not = checkDays(notHolidays, 'options.notHolidays');
  const both = not.findIndex((day) => extra.includes(day));
  if (both >= 0)
    throw invalidOption(`options.notHolidays[${both}]`, {
      en: 'extraHolidays has the same day. Keep it in one of the two.',
      ja: 'extraHolidays にも含まれています。どちらか一方だけに指定してください。',
    });
  publishedRules ??= new Rulebook(holidaysWith([], []), new Map());
  const rulebook =
    rows.size + extra.length + not.length === 0
      ? publishedRules
      : new Rulebook(holidaysWith(extra, not), rows);
  const path = 'options.announced';
  const announcements = mergeAnnouncements(
    NO_ANNOUNCEMENTS,
    checkAnnouncements(announced, path, (server) => rulebook.outagesOf(server)),
    path,
  );
  if (rulebook !== publishedRules || announcements.length > 0)
    return calendarOf(rulebook, announcements, new ScheduleCache(rulebook, announcements));
  publishedSchedules ??= new ScheduleCache(rulebook, announcements);
  return calendarOf(rulebook, announcements, publishedSchedules);
}

function calendarOf(
  rulebook: Rulebook,
  announcements: readonly CheckedAnnouncement[],
  schedules: ScheduleCache,
): Calendar {
  return Object.freeze({
    status: (target: Target, at: Instant = Date.now()) => statusAt(schedules, target, at),
    isOpen: (target: Target, at: Instant = Date.now()) => isOpenAt(schedules, target, at),
    nextOpening: (target: Target, from: Instant = Date.now()) =>
      nextOpeningFrom(schedules, target, from),
    segments: (target: Target, start: Instant, end: Instant) =>
      segmentsBetween(schedules, target, start, end, false),
    windows: (target: Target, start: Instant, end: Instant) =>
      segmentsBetween(schedules, target, start, end, true),
    with(added: readonly Announcement[]): Calendar {
      const path = 'announcements';
      const checked = checkAnnouncements(added, path, (server) => rulebook.outagesOf(server));
      const all = mergeAnnouncements(announcements, checked, path);
      const isSame = all === announcements;
      return calendarOf(rulebook, all, isSame ? schedules : new ScheduleCache(rulebook, all));
    },
    isHoliday: (at: Instant = Date.now()) => rulebook.isHoliday(dayOf(checkInstant(at, 'at'))),
    fromMs: FROM_MS,
    toMs: TO_MS,
    officialUntilMs: OFFICIAL_UNTIL_MS,
    get from(): DateTime {
      return toDateTime(FROM_MS);
    },
    get to(): DateTime {
      return toDateTime(TO_MS);
    },
    get officialUntil(): DateTime {
      return toDateTime(OFFICIAL_UNTIL_MS);
    },
  });
}

function checkDays(list: unknown, path: string): number[] {
  if (!Array.isArray(list)) throw new TypeError(`${path} must be an array.`);
  if (list.length > MAX_DAYS)
    throw invalidOption(path, { en: `At most ${MAX_DAYS} days.`, ja: `${MAX_DAYS} 日までです。` });
  return Array.from(list, (day: string, index) => parseDay(day, `${path}[${index}]`));
}
