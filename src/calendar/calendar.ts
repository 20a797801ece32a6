import type { DateTime } from 'luxon';
import {
  type Catalog,
  checkCatalog,
  type PublishedCatalog,
  publishedCatalog,
  type ServerIdOf,
} from '../catalog/catalog.js';
import { invalidOption } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { dayOf, type Instant, parseDay, toDateTime, toEpochMs } from '../foundation/time.js';
import {
  type AnnouncementList,
  EMPTY_LIST,
  leaveOutFirstUse,
  mergeAnnouncements,
  replaceFeed,
} from './announcement-list.js';
import { type Announcement, checkAnnouncements } from './announcements.js';
import { ScheduleCache } from './engine/cache.js';
import { type Outlook, type OutlookOptions, outlookOf } from './engine/outlook.js';
import {
  checkInstant,
  isOpenAt,
  nextOpeningFrom,
  segmentsBetween,
  statusAt,
} from './engine/questions.js';
import { Rulebook } from './engine/rulebook.js';
import { checkServerRows, type ServerRow } from './overrides.js';
import { checkPlans, checkSourceName, type Plan } from './plans.js';
import type { Segment, Status } from './results.js';
import { FROM_MS, holidaysWith, OFFICIAL_UNTIL_MS, TO_MS } from './rules.js';
import type { Target } from './targets.js';

/**
 * Options of {@link createCalendar}: what is known beyond the guideline's tables. Plain JSON is
 * accepted.
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
export interface CalendarOptions<C extends Catalog = PublishedCatalog> {
  /** Announcements that override the tables, at most 10,000. */
  readonly announced?: readonly Announcement<C>[];
  /** Spans for which the list of a source is complete, at most 1,000. */
  readonly plans?: readonly Plan[];
  /** Rows that replace the guideline's from a date on: one a server, or several. */
  readonly servers?: { readonly [S in ServerIdOf<C>]?: ServerRow | readonly ServerRow[] };
  /** Holidays missing from the table, as JST days `YYYY-MM-DD`. */
  readonly extraHolidays?: readonly string[];
  /** Days of the table that are not holidays after all. */
  readonly notHolidays?: readonly string[];
}

/**
 * The operating hours of the servers that a query needs, by section 2.5 of the guideline and by
 * announcements. Immutable. It makes no requests, so "open" means "open by the published table",
 * never "will answer".
 *
 * An instant is a `Date`, a luxon `DateTime`, epoch milliseconds, an ISO string with offset, or a
 * JST day `YYYY-MM-DD` (its start). All days and hours are Japan Standard Time in every time zone
 * of the process.
 *
 * @example
 * ```ts
 * import type { Calendar } from 'myna-selfinfo/calendar';
 * const label = (calendar: Calendar) =>
 *   calendar.isOpen('local-tax') ? '照会できます' : '現在は照会できません';
 * ```
 */
export interface Calendar<C extends Catalog = PublishedCatalog> {
  /**
   * Returns the state of a target at an instant, its causes, and what comes next.
   *
   * @param target - a detail, an item, a server, or a combination.
   * @param at - the instant; default now.
   * @throws SelfInfoError `unknown_detail`, `unknown_server`, `not_a_holder`, `invalid_option`,
   * `unknown_option`, `invalid_instant`, `invalid_date`, `outside_calendar`; TypeError for a wrong
   * JavaScript type.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * const status = createCalendar().status('local-tax', '2026-11-21T23:00:00+09:00');
   * console.log(status.state, status.causes.map((cause) => cause.text.ja));
   * console.log(status.nextOpening?.toISO());
   * ```
   */
  status(target: Target<C>, at?: Instant): Status<C>;
  /**
   * Returns whether a target is open by the published table, and not uncertain.
   *
   * @param target - a detail, an item, a server, or a combination.
   * @param at - the instant; default now.
   * @throws as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * createCalendar().isOpen('local-tax', '2026-11-20T12:00:00+09:00'); // true
   * ```
   */
  isOpen(target: Target<C>, at?: Instant): boolean;
  /**
   * Returns the first open instant from `from` on, or null when the calendar's span has none.
   *
   * @param target - a detail, an item, a server, or a combination.
   * @param from - the earliest instant; default now.
   * @throws as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * const opening = createCalendar().nextOpening('pension@pension-service', '2026-12-06');
   * console.log(opening?.toISO()); // 2026-12-07T08:00:00.000+09:00
   * ```
   */
  nextOpening(target: Target<C>, from?: Instant): DateTime | null;
  /**
   * Returns the states over a span, without gaps; neighbours differ. The first and the last segment
   * are cut at its ends.
   *
   * @param target - a detail, an item, a server, or a combination.
   * @param start - start of the span.
   * @param end - end of the span, itself not included.
   * @throws SelfInfoError `range_reversed`, and as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * const segments = createCalendar().segments('pension', '2026-12-01', '2026-12-08');
   * for (const { start, state } of segments) console.log(start.toISO(), state);
   * ```
   */
  segments(target: Target<C>, start: Instant, end: Instant): Segment[];
  /**
   * Returns the open segments of a span.
   *
   * @param target - a detail, an item, a server, or a combination.
   * @param start - start of the span.
   * @param end - end of the span, itself not included.
   * @throws SelfInfoError `range_reversed`, and as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * const windows = createCalendar().windows('employment', '2026-12-01', '2026-12-08');
   * console.log(windows.map((window) => window.toJSON()));
   * ```
   */
  windows(target: Target<C>, start: Instant, end: Instant): Segment[];
  /**
   * Returns a new calendar with these announcements added. This calendar stays unchanged, and known
   * announcements change nothing.
   *
   * @param announcements - the new announcements; at most 10,000 together with the known ones.
   * @throws as {@link createCalendar}, for announcements; paths start at `announcements`.
   * @example
   * ```ts
   * import { type Announcement, createCalendar } from 'myna-selfinfo/calendar';
   * let current = createCalendar();
   * const onNews = (news: Announcement[]) => {
   *   // A client created with `calendar: () => current` uses the new calendar at once.
   *   current = current.with(news);
   * };
   * ```
   */
  with(announcements: readonly Announcement<C>[]): Calendar<C>;
  /**
   * Returns a new calendar in which a source has been read again: all that it said before about
   * times not yet over is replaced by this list. What is over at `readAt` stays. So a scope that is
   * corrected leaves no old closure behind. What the source repeats unchanged keeps its earlier
   * `announcedAt`. A reading older than the last one of this source changes nothing. Ids belong to
   * their source: what two sources say under the same id stands side by side.
   *
   * @param source - name of the source, at most 200 characters, e.g. the address of a page.
   * @param announcements - everything that it says now.
   * @param readAt - when it was read.
   * @throws as {@link Calendar.with}; paths start at `source`, `announcements` or `readAt`.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * import { parseNotices } from 'myna-selfinfo/notices';
   * let current = createCalendar();
   * const onPage = (text: string, publishedAt: string) => {
   *   const { announcements } = parseNotices(text, { publishedAt });
   *   current = current.withFeed('official page', announcements, publishedAt);
   * };
   * ```
   */
  withFeed(source: string, announcements: readonly Announcement<C>[], readAt: Instant): Calendar<C>;
  /**
   * Returns this calendar for a citizen who has fetched before: without the announcements that are
   * limited to a first use (初回利用時), now and later.
   *
   * @example
   * ```ts
   * import type { Calendar } from 'myna-selfinfo/calendar';
   * const mayTry = (calendar: Calendar, hasFetched: boolean) =>
   *   (hasFetched ? calendar.withoutFirstUse() : calendar).status('local-tax').mayTry;
   * ```
   */
  withoutFirstUse(): Calendar<C>;
  /**
   * Returns how the coming days look: the share of each state, the windows that are at risk with
   * their causes, and the longest open window.
   *
   * @param target - a detail, an item, a server, or a combination.
   * @param options - start and length of the span.
   * @throws SelfInfoError `missing_option`, and as {@link Calendar.status}.
   * @example
   * ```ts
   * import { createCalendar } from 'myna-selfinfo/calendar';
   * const { share, risks, safest } = createCalendar().outlook('local-tax', {
   *   from: '2026-12-01',
   *   days: 31,
   * });
   * console.log(Math.round(share.open * 100), risks.length, safest?.start.toISO());
   * ```
   */
  outlook(target: Target<C>, options: OutlookOptions): Outlook;
  /**
   * Returns whether the JST day of an instant is a holiday (祝日、振替休日、国民の休日) in this calendar. A
   * holiday is not a business day.
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
  /** The catalogue whose details and servers it knows. */
  readonly catalog: C;
  /** Start of the calendar's span: the day on which guideline v2.2 was issued. */
  readonly from: DateTime;
  /** End of the calendar's span, itself not included: the end of the holiday table. */
  readonly to: DateTime;
  /**
   * Up to here, itself not included, the holidays are those of the Cabinet Office. Later ones are
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

const MAX_DAYS = 10_000;

/**
 * Creates a calendar of the published operating hours, with what the options add.
 *
 * @param options - announcements, rows and holidays to add.
 * @param catalog - what `extendCatalog` returned. Default: the guideline's tables.
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
export function createCalendar<C extends Catalog = PublishedCatalog>(
  options?: CalendarOptions<C>,
  catalog?: C,
): Calendar<C>;
export function createCalendar(
  options: CalendarOptions<Catalog> = {},
  given?: Catalog,
): Calendar<Catalog> {
  const catalog = checkCatalog(given, 'catalog');
  options = readKeys(options, 'options', {
    announced: true,
    plans: true,
    servers: true,
    extraHolidays: true,
    notHolidays: true,
  } satisfies Record<keyof CalendarOptions, true>);
  const {
    announced = [],
    plans = [],
    servers = {},
    extraHolidays = [],
    notHolidays = [],
  } = options;
  const rows = checkServerRows(servers, 'options.servers', catalog);
  const extra = checkDays(extraHolidays, 'options.extraHolidays');
  const not = checkDays(notHolidays, 'options.notHolidays');
  const both = not.findIndex((day) => extra.includes(day));
  if (both >= 0)
    throw invalidOption(`options.notHolidays[${both}]`, {
      en: 'extraHolidays has the same day. Keep it in one of the two.',
      ja: 'extraHolidays にも含まれています。どちらか一方だけに指定してください。',
    });
  const planned = checkPlans(plans, 'options.plans');
  publishedRules ??= new Rulebook(holidaysWith([], []), new Map(), [], publishedCatalog);
  const rulebook =
    catalog === publishedCatalog && rows.size + extra.length + not.length + planned.length === 0
      ? publishedRules
      : new Rulebook(holidaysWith(extra, not), rows, planned, catalog);
  const path = 'options.announced';
  const list = mergeAnnouncements(EMPTY_LIST, checkAnnouncements(announced, path, rulebook), path);
  if (rulebook !== publishedRules || list.all.length > 0)
    return calendarOf(rulebook, list, new ScheduleCache(rulebook, list.all));
  publishedSchedules ??= new ScheduleCache(rulebook, list.all);
  return calendarOf(rulebook, list, publishedSchedules);
}

function calendarOf(
  rulebook: Rulebook,
  list: AnnouncementList,
  schedules: ScheduleCache,
): Calendar<Catalog> {
  const check = (added: unknown, path: string) => checkAnnouncements(added, path, rulebook);
  const changed = (next: AnnouncementList) =>
    calendarOf(
      rulebook,
      next,
      next.all === list.all ? schedules : new ScheduleCache(rulebook, next.all),
    );
  let known: Calendar<Catalog> | undefined;
  const calendar: Calendar<Catalog> = Object.freeze({
    catalog: rulebook.catalog,
    status: (target: Target<Catalog>, at: Instant = Date.now()) => statusAt(schedules, target, at),
    isOpen: (target: Target<Catalog>, at: Instant = Date.now()) => isOpenAt(schedules, target, at),
    nextOpening: (target: Target<Catalog>, from: Instant = Date.now()) =>
      nextOpeningFrom(schedules, target, from),
    segments: (target: Target<Catalog>, start: Instant, end: Instant) =>
      segmentsBetween(schedules, target, start, end, false),
    windows: (target: Target<Catalog>, start: Instant, end: Instant) =>
      segmentsBetween(schedules, target, start, end, true),
    with(added: readonly Announcement<Catalog>[]): Calendar<Catalog> {
      const path = 'announcements';
      return changed(mergeAnnouncements(list, check(added, path), path));
    },
    withFeed(
      source: string,
      announcements: readonly Announcement<Catalog>[],
      readAt: Instant,
    ): Calendar<Catalog> {
      const path = 'announcements';
      checkSourceName(source, 'source');
      const read = check(announcements, path);
      return changed(replaceFeed(list, source, read, toEpochMs(readAt, 'readAt'), path));
    },
    withoutFirstUse(): Calendar<Catalog> {
      if (!list.firstUse) return calendar;
      known ??= changed(leaveOutFirstUse(list));
      return known;
    },
    outlook: (target: Target<Catalog>, options: OutlookOptions) =>
      outlookOf(schedules, target, options),
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
  return calendar;
}

function checkDays(list: unknown, path: string): number[] {
  if (!Array.isArray(list)) throw new TypeError(`${path} must be an array.`);
  if (list.length > MAX_DAYS)
    throw invalidOption(path, {
      en: `At most ${MAX_DAYS} days.`,
      ja: `日付は ${MAX_DAYS} 件以内で指定してください。`,
    });
  return Array.from(list, (day: string, index) => parseDay(day, `${path}[${index}]`));
}
