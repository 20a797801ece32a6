import type { Calendar } from '../calendar/calendar.js';
import { SelfInfoError } from '../foundation/errors.js';
import { dateOfDay, dayNumber, dayOf, dayStart, formatDay } from '../foundation/time.js';
import type { PlanDuration } from './lead-times.js';

/** Reckoning with business days; days are numbers since 1970-01-01. */
export interface Days {
  /** The first business day from a day on. */
  onOrAfter(day: number): number;
  /** The last business day up to a day. */
  onOrBefore(day: number): number;
  /** The earliest business day that is so long after a business day. */
  after(day: number, amount: PlanDuration): number;
  /** The latest business day that so much time before a day remains. */
  before(day: number, amount: PlanDuration): number;
  /** The day so long after a day, business day or not. */
  later(day: number, amount: PlanDuration): number;
  /** How many business days one business day is after another; negative when it is before. */
  between(from: number, to: number): number;
}

/**
 * Business days: Monday to Friday without the holidays of the calendar and without 29 December to 3
 * January, which the Act on Holidays of Administrative Organs (行政機関の休日に関する法律) adds. The guideline
 * does not say what a business day is (reading).
 *
 * @param path - the option to blame when a plan leaves the span of the calendar:
 * `outside_calendar`.
 */
export function businessDaysOf(calendar: Calendar, path: string): Days {
  function isBusinessDay(day: number): boolean {
    const ms = dayStart(day);
    if (!(ms >= calendar.fromMs && ms < calendar.toMs)) {
      const [from, to] = [formatDay(dayOf(calendar.fromMs)), formatDay(dayOf(calendar.toMs) - 1)];
      const expected = {
        en: `The whole plan must lie from ${from} to ${to}.`,
        ja: `計画全体が ${from} から ${to} までに入る必要があります。`,
      };
      throw new SelfInfoError('outside_calendar', { path, expected });
    }
    const { month, day: date, weekday } = dateOfDay(day);
    if (weekday === 0 || weekday === 6) return false;
    if ((month === 12 && date >= 29) || (month === 1 && date <= 3)) return false;
    return !calendar.isHoliday(ms);
  }

  function step(day: number, by: 1 | -1): number {
    let next = day + by;
    while (!isBusinessDay(next)) next += by;
    return next;
  }

  const onOrAfter = (day: number): number => (isBusinessDay(day) ? day : step(day, 1));
  const onOrBefore = (day: number): number => (isBusinessDay(day) ? day : step(day, -1));

  function later(day: number, amount: PlanDuration): number {
    if ('weeks' in amount) return day + amount.weeks * 7;
    if ('months' in amount) return monthsAfter(day, amount.months);
    let to = day;
    for (let left = amount.businessDays; left > 0; left--) to = step(to, 1);
    return to;
  }

  function before(day: number, amount: PlanDuration): number {
    if ('businessDays' in amount) {
      let from = day;
      for (let left = amount.businessDays; left > 0; left--) from = step(from, -1);
      return onOrBefore(from);
    }
    if ('weeks' in amount) return onOrBefore(day - amount.weeks * 7);
    // 28, 29, 30 and 31 January all come to the end of February: the latest of them is wanted.
    let from = monthsAfter(day, -amount.months);
    while (monthsAfter(from + 1, amount.months) <= day) from++;
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

/**
 * The same day of another month, or its last day where it has no such day, as article 143 of the
 * Civil Code reckons.
 */
function monthsAfter(day: number, months: number): number {
  const { year, month, day: date } = dateOfDay(day);
  const first = dayNumber(year, month + months, 1);
  const { year: toYear, month: toMonth } = dateOfDay(first);
  return Math.min(first + date - 1, dayNumber(toYear, toMonth + 1, 1) - 1);
}
