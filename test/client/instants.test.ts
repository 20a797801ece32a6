import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { createVirtualClock, type Instant } from '../../src/index.js';
import { refusalOf } from '../kit/refusals.js';

const TEN = Date.UTC(2026, 11, 1, 1);

describe.each(['Asia/Tokyo', 'America/New_York', 'UTC'])('an instant, with TZ=%s,', (tz) => {
  it.each<[string, Instant, number]>([
    ['an ISO string at +09:00', '2026-12-01T10:00:00+09:00', TEN],
    ['an ISO string in UTC', '2026-12-01T01:00:00Z', TEN],
    ['an ISO string with another offset', '2026-11-30T20:00:00-05:00', TEN],
    ['an ISO string without seconds', '2026-12-01T10:00+09:00', TEN],
    ['an ISO string with milliseconds', '2026-12-01T10:00:00.007+09:00', TEN + 7],
    [
      'an ISO string with more digits than a Date holds',
      '2026-12-01T10:00:00.0079999+09:00',
      TEN + 7,
    ],
    ['24:00 at the end of a day', '2026-11-30T24:00:00+09:00', TEN - 10 * 3_600_000],
    ['a day, meaning its start in Japan', '2026-12-01', TEN - 10 * 3_600_000],
    ['epoch milliseconds', TEN, TEN],
    ['fractional milliseconds', TEN + 0.5, TEN],
    ['a Date', new Date(TEN), TEN],
    ['a luxon DateTime in any zone', DateTime.fromMillis(TEN, { zone: 'Europe/Berlin' }), TEN],
  ])('may be %s', (_, instant, ms) => {
    process.env.TZ = tz;
    expect(createVirtualClock(instant).now()).toBe(ms);
  });

  it.each([
    ['2026-12-01T10:00:00', 'invalid_instant'],
    ['2026-12-01 10:00:00+09:00', 'invalid_instant'],
    ['2026-12-01T10+09:00', 'invalid_instant'],
    ['2026-12-01T10:00:00+0900', 'invalid_instant'],
    ['2026-12-01T10:00:00+99:99', 'invalid_instant'],
    ['2026-12-01T10:00:00+09:60', 'invalid_instant'],
    ['2026-12-01T25:00:00+09:00', 'invalid_instant'],
    ['2026-12-01T10:60:00+09:00', 'invalid_instant'],
    ['2026-02-30T10:00:00+09:00', 'invalid_instant'],
    ['12/1/2026', 'invalid_instant'],
    ['1 December 2026', 'invalid_instant'],
    ['2026-12', 'invalid_instant'],
    ['1796086800000', 'invalid_instant'],
    ['now', 'invalid_instant'],
    ['', 'invalid_instant'],
    ['2026-02-30', 'invalid_date'],
    ['2026-00-01', 'invalid_date'],
    ['2027-02-29', 'invalid_date'],
  ])('cannot be %j', async (text, code) => {
    process.env.TZ = tz;
    expect(await refusalOf(() => createVirtualClock(text))).toEqual([code, 'start']);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    8.64e15 + 1,
    new Date(Number.NaN),
    DateTime.invalid('no'),
  ])('cannot be %s', async (value) => {
    process.env.TZ = tz;
    expect(await refusalOf(() => createVirtualClock(value))).toEqual(['invalid_instant', 'start']);
  });
});
