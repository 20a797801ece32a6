import { DateTime } from 'luxon';
import { SelfInfoError } from './errors.js';

/**
 * An instant: a `Date`, a luxon `DateTime`, epoch milliseconds, an ISO string with offset, or a JST
 * day `YYYY-MM-DD` (its start).
 */
export type Instant = Date | DateTime | number | string;

/** Milliseconds of an hour. */
export const HOUR_MS = 3_600_000;
/** Milliseconds of a day. */
export const DAY_MS = 24 * HOUR_MS;
const JST_OFFSET_MS = 9 * HOUR_MS;
const ZONE = 'Asia/Tokyo';

/**
 * Reads an instant as epoch milliseconds. The time zone of the process is never used.
 *
 * @param value - the instant.
 * @param path - the option to name in errors.
 * @throws SelfInfoError `invalid_instant`; `invalid_date` for a day that does not exist; TypeError
 * for another type.
 */
export function toEpochMs(value: Instant, path: string): number {
  if (typeof value === 'number') return finite(value, path);
  if (value instanceof Date) return finite(value.getTime(), path);
  if (DateTime.isDateTime(value)) return finite(value.toMillis(), path);
  if (typeof value !== 'string')
    throw new TypeError(`${path} must be a Date, a luxon DateTime, a number or a string.`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dayStart(parseDay(value, path));
  if (
    !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.test(
      value,
    )
  )
    throw new SelfInfoError('invalid_instant', { path });
  return finite(DateTime.fromISO(value, { setZone: true }).toMillis(), path);
}

function finite(ms: number, path: string): number {
  // 8.64e15 is the last millisecond a Date can hold.
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw new SelfInfoError('invalid_instant', { path });
  return Math.floor(ms);
}

/** Returns the JST day of an instant, as days since 1970-01-01. */
export function dayOf(ms: number): number {
  return Math.floor((ms + JST_OFFSET_MS) / DAY_MS);
}

/** Returns the instant at which a JST day starts. */
export function dayStart(day: number): number {
  return day * DAY_MS - JST_OFFSET_MS;
}

/** Returns the day number of a calendar date; `month` from 1. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** Returns the calendar date of a day number; `month` from 1, `weekday` from 0 for Sunday. */
export function dateOfDay(day: number): {
  year: number;
  month: number;
  day: number;
  weekday: number;
} {
  const date = new Date(day * DAY_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/**
 * Reads a date `YYYY-MM-DD` as a day number.
 *
 * @throws SelfInfoError `invalid_date` when the form is wrong or the day does not exist; TypeError
 * for another type.
 */
export function parseDay(text: string, path: string): number {
  if (typeof text !== 'string') throw new TypeError(`${path} must be a string.`);
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match) {
    const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
    // Date.UTC turns 30 February into a day of March. Only a day that formats back to the same text
    // exists.
    if (Number.isFinite(day) && formatDay(day) === text) return day;
  }
  throw new SelfInfoError('invalid_date', { path });
}

/** Formats a day number as `YYYY-MM-DD`. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Formats an instant as an ISO string at +09:00. Milliseconds appear only when they are not zero.
 */
export function formatInstant(ms: number): string {
  return `${new Date(ms + JST_OFFSET_MS).toISOString().replace('.000Z', 'Z').slice(0, -1)}+09:00`;
}

/** Returns an instant as a luxon DateTime in Asia/Tokyo. */
export function toDateTime(ms: number): DateTime {
  return DateTime.fromMillis(ms, { zone: ZONE });
}
