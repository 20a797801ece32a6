import { dayNumber, dayStart } from '../foundation/time.js';
import { FIRST_HOLIDAY_YEAR, holidayRows, LAST_OFFICIAL_YEAR } from './holidays.js';

/** The day on which guideline v2.2 was issued. The calendar covers no earlier time. */
const FIRST_DAY = dayNumber(2023, 6, 30);

/** Start of the calendar's span. */
export const FROM_MS = dayStart(FIRST_DAY);
/** End of the calendar's span, itself not included: the end of the holiday table. */
export const TO_MS = dayStart(dayNumber(FIRST_HOLIDAY_YEAR + holidayRows.length, 1, 1));
/** Up to here the holidays are those of the Cabinet Office. */
export const OFFICIAL_UNTIL_MS = dayStart(dayNumber(LAST_OFFICIAL_YEAR + 1, 1, 1));

/** A text in both languages. */
export interface Text {
  readonly ja: string;
  readonly en: string;
}

/**
 * The days of a rule, whose hours count from the start of such a day. `business-days` are Monday to
 * Friday without holidays. Weekdays are counted within their month.
 *
 * @example
 * ```ts
 * import type { DayPattern } from 'myna-selfinfo/calendar';
 * const hours: DayPattern[] = ['every-day', 'business-days'];
 * const outages: DayPattern[] = ['third-saturdays', 'last-sundays', 'december-28ths'];
 * ```
 */
export type DayPattern =
  | 'every-day'
  | 'business-days'
  | `${'first' | 'second' | 'third' | 'fourth' | 'last'}-${'sun' | 'mon' | 'tues' | 'wednes' | 'thurs' | 'fri' | 'satur'}days`
  | 'june-and-december-saturdays'
  | 'december-28ths';

/** A rule of a server's row: its operating hours, or a planned outage. */
export interface Rule {
  /** Stable id, unique within a server. */
  readonly id: string;
  /**
   * `hours`: the server is closed outside the stated hours. `planned-outage`: it has `state` within
   * them.
   */
  readonly kind: 'hours' | 'planned-outage';
  readonly on: DayPattern;
  /** Hours from the start of a day of `on`; above 24 for the following days. */
  readonly fromHour: number;
  readonly toHour: number;
  readonly state: 'uncertain' | 'closed';
  readonly certainty: 'stated' | 'hours-not-stated' | 'week-not-stated' | 'hours-unknown';
  /**
   * Whether the rule is partly our reading and not stated in the guideline; `note` says what.
   * Unused in a caller's row.
   */
  readonly reading: boolean;
  readonly note: Text;
  /** Text for people, which follows the server's name. */
  readonly text: Text;
}

const weekdayOf = (day: number): number => (day + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday

const SATURDAY = 6;

function nthWeekday(year: number, month: number, weekday: number, n: number): number {
  const first = dayNumber(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (n - 1) * 7;
}

function lastWeekday(year: number, month: number, weekday: number): number {
  const last = dayNumber(year, month + 1, 1) - 1;
  return last - ((weekdayOf(last) - weekday + 7) % 7);
}

const months = Array.from({ length: 12 }, (_, index) => index + 1);

function daysBetween(
  from: number,
  to: number,
  wanted: (day: number) => boolean = () => true,
): number[] {
  const days: number[] = [];
  for (let day = from; day < to; day++) if (wanted(day)) days.push(day);
  return days;
}

/** Returns the holidays of a year, as day numbers. */
export type Holidays = (year: number) => ReadonlySet<number>;

/** Returns the holidays of the table, with days added and removed. */
export function holidaysWith(extra: readonly number[], not: readonly number[]): Holidays {
  const known = new Map<number, ReadonlySet<number>>();
  return (year) => {
    const before = known.get(year);
    if (before) return before;
    const row = holidayRows[year - FIRST_HOLIDAY_YEAR]?.split(' ') ?? [];
    const days = new Set(
      row.map((text) => dayNumber(year, Number(text.slice(0, 2)), Number(text.slice(2)))),
    );
    for (const day of extra) days.add(day);
    for (const day of not) days.delete(day);
    known.set(year, days);
    return days;
  };
}

const patterns = new Map<string, (year: number, holidays: Holidays) => number[]>([
  ['every-day', (year) => daysBetween(dayNumber(year, 1, 1), dayNumber(year + 1, 1, 1))],
  [
    'business-days',
    (year, holidaysOf) => {
      const holidays = holidaysOf(year);
      return daysBetween(
        dayNumber(year, 1, 1),
        dayNumber(year + 1, 1, 1),
        (day) => weekdayOf(day) % SATURDAY !== 0 && !holidays.has(day),
      );
    },
  ],
  [
    'june-and-december-saturdays',
    (year) =>
      [6, 12].flatMap((month) =>
        daysBetween(
          dayNumber(year, month, 1),
          dayNumber(year, month + 1, 1),
          (day) => weekdayOf(day) === SATURDAY,
        ),
      ),
  ],
  ['december-28ths', (year) => [dayNumber(year, 12, 28)]],
]);
for (const [weekday, name] of ['sun', 'mon', 'tues', 'wednes', 'thurs', 'fri', 'satur'].entries()) {
  for (const [index, ordinal] of ['first', 'second', 'third', 'fourth', 'last'].entries()) {
    const inMonth =
      ordinal === 'last'
        ? lastWeekday
        : (year: number, month: number, of: number) => nthWeekday(year, month, of, index + 1);
    patterns.set(`${ordinal}-${name}days`, (year) =>
      months.map((month) => inMonth(year, month, weekday)),
    );
  }
}

/** Returns whether a string is a pattern of days. */
export function isDayPattern(value: string): value is DayPattern {
  return patterns.has(value);
}

/** Returns the days of a year that match a pattern, in order, as day numbers. */
export function daysOn(pattern: DayPattern, year: number, holidays: Holidays): number[] {
  return (patterns.get(pattern) as (year: number, holidays: Holidays) => number[])(year, holidays);
}
