import { describe, expect, it } from 'vitest';
import { fiscalYear, pointInTime, range } from '../../src/index.js';
import { expectRefusal, type Refused } from './expect-refusal.js';

describe('pointInTime, range and fiscalYear', () => {
  it.each<[string, () => unknown, Refused]>([
    ['February 30', () => pointInTime('2026-02-30'), ['invalid_date', 'pointInTime.at']],
    [
      'February 29 of a year that is not a leap year',
      () => pointInTime('2026-02-29'),
      ['invalid_date', 'pointInTime.at'],
    ],
    ['month 13', () => pointInTime('2026-13-01'), ['invalid_date', 'pointInTime.at']],
    ['a date with slashes', () => pointInTime('2026/04/01'), ['invalid_date', 'pointInTime.at']],
    ['a date without hyphens', () => pointInTime('20260401'), ['invalid_date', 'pointInTime.at']],
    [
      'a date with time',
      () => pointInTime('2026-04-01T00:00:00Z'),
      ['invalid_date', 'pointInTime.at'],
    ],
    [
      'a date with a leading space',
      () => pointInTime(' 2026-04-01'),
      ['invalid_date', 'pointInTime.at'],
    ],
    [
      'a date of a Japanese era',
      () => pointInTime('令和8年4月1日'),
      ['invalid_date', 'pointInTime.at'],
    ],
    [
      'undefined',
      () => pointInTime(undefined as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'null',
      () => pointInTime(null as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'a Date, because its day depends on the time zone',
      () => pointInTime(new Date() as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'a year as a number',
      () => pointInTime(2026 as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'a fiscal year with an unknown option',
      () => pointInTime({ fiscalYear: 2026, month: 4 } as never),
      ['unknown_option', 'pointInTime.at.month'],
    ],
    ['the year of an era as a fiscal year', () => fiscalYear(8), ['invalid_option', 'fiscalYear']],
    ['a date as a fiscal year', () => fiscalYear(20260401), ['invalid_option', 'fiscalYear']],
    ['a fractional fiscal year', () => fiscalYear(2026.5), ['invalid_option', 'fiscalYear']],
    [
      'a fiscal year as a string',
      () => fiscalYear('2026' as never),
      'fiscalYear must be a number.',
    ],
    [
      'a range that ends a day before it starts',
      () => range('2026-04-02', '2026-04-01'),
      ['range_reversed', 'range'],
    ],
    [
      'a range of fiscal years that ends before it starts',
      () => range(fiscalYear(2026), fiscalYear(2025)),
      ['range_reversed', 'range'],
    ],
    [
      'a range from a day to a fiscal year',
      () => range('2026-04-01', fiscalYear(2026)),
      ['invalid_option', 'range.to'],
    ],
    [
      'a range from a fiscal year to a day',
      () => range(fiscalYear(2026), '2026-04-01'),
      ['invalid_option', 'range.to'],
    ],
    [
      'a range that starts on a day that does not exist',
      () => range('2026-04-31', '2026-05-01'),
      ['invalid_date', 'range.from'],
    ],
    [
      'a range without an end',
      () => range('2026-04-01', undefined as never),
      'range.to must be a date string or a fiscal year.',
    ],
  ])('refuse %s', async (_, run, expected) => {
    await expectRefusal(run, expected);
  });

  it('accept valid days and fiscal years', () => {
    expect(pointInTime('2024-02-29')).toEqual({ method: 'point-in-time', at: '2024-02-29' });
    expect(range('2026-04-01', '2026-04-01')).toEqual({
      method: 'range',
      from: '2026-04-01',
      to: '2026-04-01',
    });
    expect(range(fiscalYear(1900), fiscalYear(2999)).to).toEqual({ fiscalYear: 2999 });
  });
});
