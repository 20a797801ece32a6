import type { Calendar } from '../calendar/calendar.js';
import { SelfInfoError } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import { dateOfDay, dayNumber, dayOf, dayStart, formatDay } from '../foundation/time.js';
import type { PlanDuration } from './durations.js';

/** The first and the last of some days without business, as day numbers. */
export interface FrozenDays {
  readonly from: number;
  readonly to: number;
}

/** Calculates with business days. Days are numbers since 1970-01-01. */
export interface BusinessDays {
  /** Returns the first business day on or after a day. */
  onOrAfter(day: number): number;
  /** Returns the last business day on or before a day. */
  onOrBefore(day: number): number;
  /** Returns the earliest business day that is at least a duration after a business day. */
  after(day: number, amount: PlanDuration): number;
  /** Returns the latest business day that is at least a duration before a day. */
  before(day: number, amount: PlanDuration): number;
  /** Returns the day that is a duration after a day, business day or not. */
  later(day: number, amount: PlanDuration): number;
  /** Counts the business days from one business day to another; negative when `to` is earlier. */
  between(from: number, to: number): number;
}

/**
 * Returns calculations with business days: Monday to Friday, except the holidays of the calendar
 * and except 29 December to 3 January, which the Act on Holidays of Administrative Organs
 * (行政機関の休日に関する法律) adds. The guideline does not define a business day (reading).
 *
 * The calculations throw SelfInfoError `outside_calendar` for days outside the calendar.
 *
 * @param path - the option that the error names.
 * @param frozen - more days that are not business days.
 */
export function businessDaysOf(
  calendar: Calendar,
  path: string,
  frozen: readonly FrozenDays[] = [],
): BusinessDays {
  const isOne = (day: number): boolean =>
    isBusinessDay(calendar, path, day) && !frozen.some(({ from, to }) => day >= from && day <= to);

  function step(day: number, by: 1 | -1): number {
    let next = day + by;
    while (!isOne(next)) next += by;
    return next;
  }

  const onOrAfter = (day: number): number => (isOne(day) ? day : step(day, 1));
  const onOrBefore = (day: number): number => (isOne(day) ? day : step(day, -1));

  function later(day: number, amount: PlanDuration): number {
    if (has(amount, 'weeks')) return day + amount.weeks * 7;
    if (has(amount, 'months')) return monthsAfter(day, amount.months);
    let to = day;
    for (let left = amount.businessDays; left > 0; left--) to = step(to, 1);
    return to;
  }

  function before(day: number, amount: PlanDuration): number {
    if (!has(amount, 'businessDays')) return onOrBefore(calendarDayBefore(day, amount));
    let from = day;
    for (let left = amount.businessDays; left > 0; left--) from = step(from, -1);
    return onOrBefore(from);
  }

  function between(from: number, to: number): number {
    if (to < from) return -between(to, from);
    let count = 0;
    for (let day = from; day < to; day = step(day, 1)) count++;
    return count;
  }

  return {
    onOrAfter,
    onOrBefore,
    later,
    before,
    between,
    after: (day, amount) => onOrAfter(later(day, amount)),
  };
}

function isBusinessDay(calendar: Calendar, path: string, day: number): boolean {
  const ms = dayStart(day);
  if (!(ms >= calendar.fromMs && ms < calendar.toMs)) {
    const [from, to] = [formatDay(dayOf(calendar.fromMs)), formatDay(dayOf(calendar.toMs) - 1)];
    const expected = {
      en: `The whole plan must be within ${from} to ${to}.`,
      ja: `計画全体が ${from} から ${to} までに収まるように指定してください。`,
    };
    throw new SelfInfoError('outside_calendar', { path, expected });
  }
  const { month, day: date, weekday } = dateOfDay(day);
  if (weekday === 0 || weekday === 6) return false;
  if ((month === 12 && date >= 29) || (month === 1 && date <= 3)) return false;
  return !calendar.isHoliday(ms);
}

/** Returns the latest day that is some weeks or months before a day, business day or not. */
function calendarDayBefore(
  day: number,
  amount: Exclude<PlanDuration, { readonly businessDays: number }>,
): number {
  if (has(amount, 'weeks')) return day - amount.weeks * 7;
  // A month after 28, 29, 30 and 31 January is the end of February. Take the latest of these days.
  let from = monthsAfter(day, -amount.months);
  while (monthsAfter(from + 1, amount.months) <= day) from++;
  return from;
}

/**
 * Returns the same day of another month, or the last day of a shorter month, as in article 143 of
 * the Civil Code.
 */
function monthsAfter(day: number, months: number): number {
  const { year, month, day: date } = dateOfDay(day);
  const first = dayNumber(year, month + months, 1);
  const { year: toYear, month: toMonth } = dateOfDay(first);
  return Math.min(first + date - 1, dayNumber(toYear, toMonth + 1, 1) - 1);
}
