import { DAY_MS, dateOfDay, dayOf, dayStart } from '../../foundation/time.js';
import type { SpanMs } from '../engine/timeline.js';
import { dayFrom, type WrittenDay, type WrittenTime } from './dates.js';

/** Why written dates and hours do not form a period. */
export type DateProblem =
  | 'unreadable_date'
  | 'weekday_mismatch'
  | 'year_unclear'
  | 'date_missing'
  | 'hours_missing'
  | 'hours_unclear'
  | 'end_before_start'
  | 'implausible_period';

/** A period that a notice states (期間). */
export interface Period extends SpanMs {
  readonly approximate: boolean;
}

// The longest outage seen, over a New Year, took days. More than a month is probably misread, or
// the end of a service.
const LONGEST_DAYS = 31;
const FARTHEST_DAYS = 3 * 366;
// Notices come weeks or months ahead and stay up for weeks. A day without a year is the one within
// these limits; they are short enough to hold only one.
const DAYS_BEHIND = 90;
const DAYS_AHEAD = 180;

/**
 * Resolves two written times, or one 終日, to a period.
 *
 * @param anchorDay - a start without a year is near this day.
 */
export function resolvePeriod(
  start: WrittenTime,
  end: WrittenTime,
  anchorDay: number,
  publishedDay: number,
): Period | DateProblem {
  if (!start.day || start.day.after !== undefined) return 'date_missing';
  // If the day has no hours and the hour no day, the hour may belong to either end.
  if (start.hour === undefined && !end.day) return 'hours_missing';
  const hours = carryHalves(start, end);
  if (!hours) return 'hours_unclear';
  const [from, to] = hours;
  const startDay = startOf(start.day, end.day, anchorDay);
  if (typeof startDay === 'string') return startDay;
  const endDay = endOf(to, startDay, from.hour);
  if (typeof endDay === 'string') return endDay;
  const startMs = dayStart(startDay) + secondsFrom(from) * 1_000;
  const endMs = endInstant(to, endDay);
  if (endMs <= startMs) return 'end_before_start';
  if (isTooLong(startMs, endMs) || Math.abs(startDay - publishedDay) > FARTHEST_DAYS)
    return 'implausible_period';
  // A day without hours counts in full, because that is the widest reading.
  const wide = start.hour === undefined || end.hour === undefined;
  const allDay = start.hour === 'all-day' || end.hour === 'all-day';
  return { startMs, endMs, approximate: start.approximate || end.approximate || (wide && !allDay) };
}

const NOON = 43_200;

/**
 * Carries 午前, 午後, AM or PM from one end to the other: 午後1時～5時 ends at 17:00. Returns undefined if
 * the hours can be read in two ways.
 */
function carryHalves(start: WrittenTime, end: WrittenTime): [WrittenTime, WrittenTime] | undefined {
  const [from, to] = [start.hour, end.hour];
  const half = start.half ?? end.half;
  const both = start.half !== undefined && end.half !== undefined;
  if (typeof from !== 'number' || typeof to !== 'number' || half === undefined || both)
    return [start, end];
  // 正午～3時 ends at 15:00, and 正午～翌3時 at 3:00.
  if (half === 'noon')
    return start.half === undefined || end.day !== undefined || to >= NOON
      ? [start, end]
      : [start, { ...end, hour: to + NOON }];
  if (start.half !== undefined) {
    // 午前9時～17時, and 午後10時～24時: the other end is clear.
    if (to > NOON) return [start, end];
    // Another day's hour may be in either half.
    if (end.day !== undefined)
      return end.day.after === undefined && half === 'am' ? [start, end] : undefined;
    const carried = half === 'pm' && to < NOON ? to + NOON : to;
    return carried > from ? [start, { ...end, hour: carried }] : undefined;
  }
  if (half === 'am' || from >= NOON) return [start, end];
  if (end.day !== undefined) return undefined;
  const carried = from + NOON;
  // 9時～午後5時 starts at 9:00, because 21:00 is later than 17:00.
  return carried < to ? [{ ...start, hour: carried }, end] : [start, end];
}

/** Moves a period from another zone. */
export function shiftPeriod(period: Period, hours: number): Period {
  const ms = hours * 3_600_000;
  return { ...period, startMs: period.startMs + ms, endMs: period.endMs + ms };
}

/** Extends a period to the latest time it may last. */
export function extendPeriod(period: Period, until: WrittenTime): Period | DateProblem {
  const endDay = until.day ? endOf(until, dayOf(period.startMs), undefined) : dayOf(period.endMs);
  if (typeof endDay === 'string') return endDay;
  const written = endInstant(until, endDay);
  const endMs = !until.day && written < period.endMs ? written + DAY_MS : written;
  if (isTooLong(period.startMs, endMs)) return 'implausible_period';
  return { ...period, endMs: Math.max(endMs, period.endMs), approximate: true };
}

const isTooLong = (startMs: number, endMs: number): boolean =>
  endMs - startMs > LONGEST_DAYS * DAY_MS;

const secondsFrom = ({ hour }: WrittenTime): number => (typeof hour === 'number' ? hour : 0);

const endInstant = ({ hour }: WrittenTime, day: number): number =>
  dayStart(day) + (typeof hour === 'number' ? hour * 1_000 : DAY_MS);

/** Returns the day number of the start. */
function startOf(
  start: WrittenDay,
  end: WrittenDay | undefined,
  anchorDay: number,
): number | DateProblem {
  const { year, month, day } = start;
  if (month === undefined || day === undefined) return 'date_missing';
  if (year !== undefined) return checkWeekday(dayFrom(year, month, day), start.weekday);
  if (end?.year !== undefined && end.month !== undefined && end.day !== undefined) {
    const endDay = dayFrom(end.year, end.month, end.day);
    const same = dayFrom(end.year, month, day);
    if (endDay === undefined) return 'unreadable_date';
    return checkWeekday(
      same !== undefined && same <= endDay ? same : dayFrom(end.year - 1, month, day),
      start.weekday,
    );
  }
  const around = dateOfDay(anchorDay).year;
  const candidates = [around - 1, around, around + 1]
    .map((candidate) => dayFrom(candidate, month, day))
    .filter((candidate) => candidate !== undefined);
  const near = candidates.find(
    (candidate) => candidate >= anchorDay - DAYS_BEHIND && candidate <= anchorDay + DAYS_AHEAD,
  );
  if (near !== undefined) return checkWeekday(near, start.weekday);
  if (start.weekday === undefined) return 'year_unclear';
  const far = candidates.filter(
    (candidate) =>
      Math.abs(candidate - anchorDay) <= 366 && dateOfDay(candidate).weekday === start.weekday,
  );
  return far.length === 1 ? (far[0] as number) : 'weekday_mismatch';
}

/** Returns the day number of the end. Omitted parts are taken from the start. */
function endOf(
  end: WrittenTime,
  startDay: number,
  startHour: WrittenTime['hour'],
): number | DateProblem {
  const start = dateOfDay(startDay);
  if (!end.day) {
    const next =
      typeof end.hour === 'number' && typeof startHour === 'number' && end.hour < startHour;
    return startDay + (next ? 1 : 0);
  }
  const { year, month, day, after, weekday } = end.day;
  if (after !== undefined) return checkWeekday(startDay + after, weekday);
  if (day === undefined) return 'unreadable_date';
  if (month === undefined)
    return checkWeekday(dayFrom(start.year, start.month + (day < start.day ? 1 : 0), day), weekday);
  if (year !== undefined) return checkWeekday(dayFrom(year, month, day), weekday);
  const same = dayFrom(start.year, month, day);
  const next = same !== undefined && same >= startDay ? same : dayFrom(start.year + 1, month, day);
  // Nearly a year later: the end was written before the start.
  return same !== next && next !== undefined && next - startDay > LONGEST_DAYS
    ? 'end_before_start'
    : checkWeekday(next, weekday);
}

function checkWeekday(day: number | undefined, weekday: number | undefined): number | DateProblem {
  if (day === undefined) return 'unreadable_date';
  return weekday === undefined || dateOfDay(day).weekday === weekday ? day : 'weekday_mismatch';
}
