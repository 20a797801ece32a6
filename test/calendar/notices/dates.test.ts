import { describe, expect, it } from 'vitest';
import {
  only,
  outagesBelow as outages,
  problemsBelow as problems,
  readBelow as read,
} from './reading.js';

describe('parseNotices on dates and hours', () => {
  it.each([
    ['2026年12月5日(土)22:00〜12月6日(日)6:00'],
    ['２０２６年１２月５日（土）２２：００～１２月６日（日）６：００'],
    ['2026/12/05 22:00 - 2026/12/06 06:00'],
    ['2026-12-05 22:00 〜 2026-12-06 06:00'],
    ['2026.12.5(土) 22:00 — 2026.12.6(日) 6:00'],
    ['令和8年12月5日（土曜日）午後10時から翌日午前6時まで'],
    ['R8.12.5(土) 22時 ― 6時'],
    ['令和８年１２月５日土曜日 22時00分より翌6時00分まで'],
    ['12/5(土) 22:00 ～ 12/6(日) 6:00'],
    ['12月5日(土・祝) 22:00~翌朝6時'],
    ['12月5日22時から6日6時にかけて'],
    ['12月5日（土）　22：00　－　6日（日）　06：00（予定）'],
    ['12月5日(土) 10:00PM – 6:00AM'],
    ['12月5日(土)22:00:00−6日(日)06:00:00'],
    ['㋋5日(土) 22:00〜6:00'],
    ['停止日：12月5日(土)\n停止時間：22:00〜6:00'],
    ['開始　12月5日(土) 22:00 から\n\n終了　12月6日(日) 6:00 まで'],
    ['| 12月5日(土) | 22:00～6:00 |'],
  ])('reads the period of %s', (text) => {
    expect(read(text, '2026-11-20')).toEqual(only('all 2026-12-05T22:00/2026-12-06T06:00'));
  });

  it('reads half hours, noon, midnight and 24:00', () => {
    expect(outages('12月5日 9時半〜正午')).toEqual(['all 2026-12-05T09:30/2026-12-05T12:00']);
    expect(outages('12月5日 午後0時15分〜24:00')).toEqual([
      'all 2026-12-05T12:15/2026-12-06T00:00',
    ]);
    expect(outages('12月5日 24時〜12月6日 24時')).toEqual([
      'all 2026-12-06T00:00/2026-12-07T00:00',
    ]);
    expect(outages('12月5日 0:00〜24:00')).toEqual(outages('12月5日 終日'));
    expect(outages('12月5日〜12月6日 終日')).toEqual(['all 2026-12-05T00:00/2026-12-07T00:00']);
    expect(outages('12月5日 22:00〜12月6日 零時')).toEqual([
      'all 2026-12-05T22:00/2026-12-06T00:00',
    ]);
  });

  it('reads the first year of an era and 29 February', () => {
    expect(outages('令和元年5月1日(水) 0:00〜6:00', '2019-04-20')).toEqual([
      'all 2019-05-01T00:00/2019-05-01T06:00',
    ]);
    expect(outages('平成31年4月30日(火) 0:00〜6:00', '2019-04-20')).toEqual([
      'all 2019-04-30T00:00/2019-04-30T06:00',
    ]);
    expect(outages('2月29日(火) 0:00〜6:00', '2028-02-01')).toEqual([
      'all 2028-02-29T00:00/2028-02-29T06:00',
    ]);
    expect(problems('2月29日 0:00〜6:00', '2026-02-01')).toEqual(['1 year_unclear']);
  });

  it('takes an omitted year from the other end, or continues into the next year', () => {
    expect(outages('12月31日(木)22時～2027年1月2日(土)3時')).toEqual([
      'all 2026-12-31T22:00/2027-01-02T03:00',
    ]);
    expect(outages('12月31日(木)22時～1月2日(土)3時')).toEqual([
      'all 2026-12-31T22:00/2027-01-02T03:00',
    ]);
    expect(outages('1月30日 22時～1日 3時', '2027-01-20')).toEqual([
      'all 2027-01-30T22:00/2027-02-01T03:00',
    ]);
    // After a day with a year, a day without one is near that day, not near the publication.
    expect(outages('2025年12月6日(土) 0:00〜6:00\n12月13日(土) 0:00〜6:00', '2026-09-01')).toEqual([
      'all 2025-12-06T00:00/2025-12-06T06:00',
      'all 2025-12-13T00:00/2025-12-13T06:00',
    ]);
  });

  it('counts days without hours in full and marks them as approximate', () => {
    expect(outages('12月5日(土)〜7日(月)は停止します')).toEqual([
      'all 2026-12-05T00:00/2026-12-08T00:00 ?',
    ]);
    expect(outages('12月5日(土) 22:00〜12月7日(月)')).toEqual([
      'all 2026-12-05T22:00/2026-12-08T00:00 ?',
    ]);
  });

  it.each([
    ['a weekday that contradicts the start', '12月5日(日) 0:00〜6:00', 'weekday_mismatch'],
    [
      'a weekday that contradicts the start, with its year',
      '2026年12月5日(日) 0:00〜6:00',
      'weekday_mismatch',
    ],
    [
      'a weekday that contradicts the end',
      '12月5日(土) 0:00〜12月6日(月) 0:00',
      'weekday_mismatch',
    ],
    ['a day half a year off, without weekday', '6月5日 0:00〜6:00', 'year_unclear'],
    ['a day that does not exist', '11月31日 0:00〜6:00', 'unreadable_date'],
    ['a month that does not exist', '13月5日 0:00〜6:00', 'unreadable_date'],
    ['an hour that does not exist', '12月5日 25:00〜26:00', 'unreadable_date'],
    ['a minute that does not exist', '12月5日 0:60〜6:00', 'unreadable_date'],
    ['an ambiguous hour', '12月5日 午後12時〜12月6日 6時', 'unreadable_date'],
    ['a year of one digit without era', '8年12月5日 0:00〜6:00', 'unreadable_date'],
    ['an end before the start', '12月5日 6:00〜12月4日 6:00', 'end_before_start'],
    ['an end at the start', '12月5日 6:00〜6:00', 'end_before_start'],
    ['a period of months', '2026年12月5日 0:00〜2027年3月5日 0:00', 'implausible_period'],
    ['a year far away', '2062年12月5日 0:00〜6:00', 'implausible_period'],
    ['no end', '12月5日 0:00から当面の間、停止します', 'end_missing'],
    [
      'an end that is not known yet',
      '12月5日(土) 22:00頃より障害が発生しています。',
      'end_missing',
    ],
    ['no start', '12月5日(土) 3:00まで停止します', 'start_missing'],
    ['no day', '22:00〜6:00に停止します', 'date_missing'],
    ['no hours', '12月5日(土)は停止します', 'hours_missing'],
    ['hours for each of several days', '12月5日〜12月7日 0:00〜6:00', 'hours_unclear'],
    [
      'hours for each of several days, in words',
      '12月5日〜12月7日の各日 0:00〜6:00',
      'hours_unclear',
    ],
    ['recurring days', '毎月第3土曜日 22:00〜翌8:00', 'recurring'],
    ['two times without a tilde', '12月5日 0:00と12月6日 0:00', 'stray_date'],
    ['kanji numerals', '令和八年十二月五日に停止します', 'period_missing'],
  ])('reports and does not guess for %s', (_, text, code) => {
    expect(read(text, '2026-11-20')).toEqual({ outages: [], problems: [`1 ${code}`] });
  });

  it('keeps the understood period of a passage that also has one that is not understood', () => {
    expect(read('12月5日(土) 0:00〜6:00、8:00〜10:00', '2026-11-20')).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00'],
      problems: ['1 date_missing'],
    });
    expect(problems('12月5日(土)、12月12日(土) 0:00〜6:00 停止')).toEqual(['1 hours_missing']);
  });
});
