import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkWhole, readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';

/** A Japanese fiscal year (年度), 1 April to 31 March. */
export interface FiscalYear {
  readonly fiscalYear: number;
}

/** A date `YYYY-MM-DD`, independent of time zones, or a fiscal year. */
export type Day = string | FiscalYear;

/** An inquiry for the latest record (最新情報指定). */
export interface Latest {
  readonly method: 'latest';
}

/** An inquiry for the records valid on a date (時点指定). */
export interface PointInTime {
  readonly method: 'point-in-time';
  readonly at: Day;
}

/** An inquiry for the records of a range, both ends included (範囲指定). */
export interface Range {
  readonly method: 'range';
  readonly from: Day;
  readonly to: Day;
}

/** One of the three inquiry methods (照会方法) of table 2.6-1. */
export type Inquiry = Latest | PointInTime | Range;

/** The name of an inquiry method. */
export type Method = Inquiry['method'];

/** The three inquiry methods, in the order of table 2.6-1. */
export const methods: readonly Method[] = ['point-in-time', 'range', 'latest'];

/**
 * Returns a fiscal year for use in place of a date, because tax data is keyed by fiscal year.
 *
 * @param year - the calendar year of its April, four digits.
 * @throws SelfInfoError `invalid_option` for a year that is not between 1900 and 2999; TypeError
 * for another type.
 * @example
 * ```ts
 * import { fiscalYear, pointInTime } from 'myna-selfinfo';
 * const inquiry = pointInTime(fiscalYear(2026));
 * ```
 */
export function fiscalYear(year: number): FiscalYear {
  checkFiscalYear(year, 'fiscalYear');
  return Object.freeze({ fiscalYear: year });
}

/**
 * Returns an inquiry for the latest record (最新情報指定, table 2.6-1 row 3). Only items whose `latestBy`
 * is registered allow it.
 *
 * @example
 * ```ts
 * import { latest } from 'myna-selfinfo';
 * const inquiry = latest();
 * ```
 */
export function latest(): Latest {
  return Object.freeze({ method: 'latest' });
}

/**
 * Returns an inquiry for the records valid on a date (時点指定, table 2.6-1 row 1).
 *
 * @param at - `YYYY-MM-DD` or a fiscal year.
 * @throws SelfInfoError `invalid_date` for a wrong form or a day that does not exist; TypeError for
 * another type.
 * @example
 * ```ts
 * import { pointInTime } from 'myna-selfinfo';
 * const inquiry = pointInTime('2026-04-01');
 * ```
 */
export function pointInTime(at: Day): PointInTime {
  return Object.freeze({ method: 'point-in-time', at: checkDay(at, 'pointInTime.at') });
}

/**
 * Returns an inquiry for all records of a range (範囲指定, table 2.6-1 row 2).
 *
 * @param from - the first day, `YYYY-MM-DD`, or the first fiscal year.
 * @param to - the last day or fiscal year, included; of the same kind as `from`.
 * @throws SelfInfoError `invalid_date`; `range_reversed` when the range ends before it starts;
 * `invalid_option` when one end is a date and the other a fiscal year; TypeError for another type.
 * @example
 * ```ts
 * import { fiscalYear, range } from 'myna-selfinfo';
 * const months = range('2026-09-01', '2026-11-30');
 * const years = range(fiscalYear(2024), fiscalYear(2026));
 * ```
 */
export function range(from: Day, to: Day): Range {
  return checkRange(from, to, 'range');
}

const INQUIRY_KEYS = { method: true, at: true, from: true, to: true } satisfies Record<
  keyof Latest | keyof PointInTime | keyof Range,
  true
>;

/** Checks an inquiry that arrived as data, e.g. from JSON, and returns a frozen copy. */
export function checkInquiry(given: unknown, path: string): Inquiry {
  const value = readKeys(given, path, INQUIRY_KEYS);
  switch (value.method) {
    case 'latest':
      readKeys(value, path, { method: true } satisfies Record<keyof Latest, true>);
      return latest();
    case 'point-in-time':
      readKeys(value, path, { method: true, at: true } satisfies Record<keyof PointInTime, true>);
      return Object.freeze({ method: 'point-in-time', at: checkDay(value.at, `${path}.at`) });
    case 'range':
      readKeys(value, path, { method: true, from: true, to: true } satisfies Record<
        keyof Range,
        true
      >);
      return checkRange(value.from, value.to, path);
    default:
      throw unknownMethod(`${path}.method`);
  }
}

/** Returns the error for a value that is not an inquiry method. */
export function unknownMethod(path: string): SelfInfoError {
  return invalidOption(path, {
    en: `Use one of ${methods.join(', ')}.`,
    ja: `${methods.join('、')} のいずれかを指定してください。`,
  });
}

function checkRange(from: unknown, to: unknown, path: string): Range {
  const first = checkDay(from, `${path}.from`);
  const last = checkDay(to, `${path}.to`);
  if (typeof first !== typeof last) {
    throw invalidOption(`${path}.to`, {
      en: 'Both ends must be dates, or both fiscal years.',
      ja: '両端とも日付、または両端とも年度で指定してください。',
    });
  }
  if (order(last) < order(first)) throw new SelfInfoError('range_reversed', { path });
  return Object.freeze({ method: 'range', from: first, to: last });
}

function order(day: Day): number {
  return typeof day === 'string' ? parseDay(day, 'day') : day.fiscalYear;
}

function checkDay(value: unknown, path: string): Day {
  if (typeof value === 'string') {
    parseDay(value, path);
    return value;
  }
  // A Date is rejected too: its day would depend on the time zone of the process.
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'fiscalYear'))
    throw new TypeError(`${path} must be a date string or a fiscal year.`);
  const given = readKeys(value as unknown, path, { fiscalYear: true });
  checkFiscalYear(given.fiscalYear, path);
  return Object.freeze({ fiscalYear: given.fiscalYear });
}

function checkFiscalYear(value: unknown, path: string): asserts value is number {
  checkWhole(value, path, 0);
  // Also rejects a year of an era (令和8年度 is 2026) and a date written as digits.
  if (value < 1900 || value > 2999)
    throw invalidOption(path, {
      en: 'Use a calendar year from 1900 to 2999.',
      ja: '西暦（1900〜2999）で指定してください。',
    });
}
