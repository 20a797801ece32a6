import type { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import {
  type Calendar,
  createCalendar,
  type ServerRow,
  type Target,
  toText,
} from '../../src/calendar/index.js';

// The expected answers were worked out by hand; the reasoning is beside them.

const jst = (text: string) => `${text}:00+09:00`;
const show = (dateTime: DateTime) => dateTime.toFormat("yyyy-MM-dd'T'HH:mm");
const segmentsOf = (calendar: Calendar, target: Target, start: string, end: string) =>
  calendar
    .segments(target, start, end)
    .map((segment) => `${segment.state} ${show(segment.start)} ${show(segment.end)}`);

describe('a row of the option servers', () => {
  const row: ServerRow = {
    from: '2026-10-01',
    hours: { on: 'every-day', fromHour: 8, toHour: 21 },
    source: 'お知らせ 2026-09-10',
  };
  const pension = { server: 'pension-service' } as const;

  it("holds from its day on, and the guideline's row until then", () => {
    // 30 September 2026 is a Wednesday, 3 October a Saturday. Before: business days 8 to 23.
    const calendar = createCalendar({ servers: { 'pension-service': row } });
    expect(segmentsOf(calendar, pension, '2026-09-30', '2026-10-02')).toEqual([
      'closed 2026-09-30T00:00 2026-09-30T08:00',
      'open 2026-09-30T08:00 2026-09-30T23:00',
      'closed 2026-09-30T23:00 2026-10-01T08:00',
      'open 2026-10-01T08:00 2026-10-01T21:00',
      'closed 2026-10-01T21:00 2026-10-02T00:00',
    ]);
    expect(calendar.isOpen('pension@pension-service', jst('2026-10-03T12:00'))).toBe(true);
    expect(calendar.isOpen(pension, jst('2026-09-26T12:00'))).toBe(false); // the Saturday before
    expect(createCalendar().isOpen(pension, jst('2026-10-03T12:00'))).toBe(false);
  });

  it('is named as the source of its causes', () => {
    const calendar = createCalendar({ servers: { 'pension-service': row } });
    expect(calendar.status(pension, jst('2026-10-03T22:00')).causes[0]).toMatchObject({
      rule: 'daily-hours',
      source: { kind: 'host', from: '2026-10-01', source: 'お知らせ 2026-09-10' },
      text: { ja: '日本年金機構中間サーバは、運用時間外です（運用時間: 毎日8時〜21時）。' },
    });
    // In the night from September to October, the guideline holds until midnight and the caller's
    // row after it.
    const night = calendar
      .status(pension, jst('2026-10-01T07:00'))
      .causes.map((cause) => `${cause.source.kind} ${show(cause.start)} ${show(cause.end)}`);
    expect(night).toEqual([
      'guideline 2026-09-30T23:00 2026-10-01T00:00',
      'host 2026-10-01T00:00 2026-10-01T08:00',
    ]);
  });

  it("ends the guideline's outages, even one that has started", () => {
    // The third weekend of November 2026 is 21 and 22; the registry stops from Saturday 22:00 to
    // Sunday 8:00, and its row is replaced at Sunday 0:00.
    const calendar = createCalendar({
      servers: { 'juki-net': { from: '2026-11-22', hours: 'always' } },
    });
    expect(segmentsOf(calendar, { server: 'juki-net' }, '2026-11-01', '2028-01-01')).toEqual([
      'open 2026-11-01T00:00 2026-11-21T22:00',
      'closed 2026-11-21T22:00 2026-11-22T00:00',
      'open 2026-11-22T00:00 2028-01-01T00:00',
    ]);
    // The other servers' third weekends still apply.
    expect(calendar.status('local-tax', '2026-12-19').state).toBe('uncertain');
  });

  it('can have outages on any weekday of the month', () => {
    // Sundays of October 2026: 4, 11, 18, 25. Mondays: 5, 12, 19, 26.
    const calendar = createCalendar({
      servers: {
        'account-registry': {
          from: '2026-10-01',
          hours: 'always',
          outages: [
            {
              id: 'second-sunday',
              on: 'second-sundays',
              fromHour: 1,
              toHour: 5.5,
              state: 'closed',
            },
            {
              id: 'last-monday',
              on: 'last-mondays',
              fromHour: 23,
              toHour: 25,
              state: 'uncertain',
              text: { ja: '停止の可能性があります', en: 'may stop' },
            },
          ],
        },
      },
    });
    const target = { server: 'account-registry' } as const;
    expect(segmentsOf(calendar, target, '2026-10-01', '2026-11-01')).toEqual([
      'open 2026-10-01T00:00 2026-10-11T01:00',
      'closed 2026-10-11T01:00 2026-10-11T05:30',
      'open 2026-10-11T05:30 2026-10-26T23:00',
      'uncertain 2026-10-26T23:00 2026-10-27T01:00',
      'open 2026-10-27T01:00 2026-11-01T00:00',
    ]);
    expect(calendar.status(target, jst('2026-10-11T02:00')).causes[0]).toMatchObject({
      rule: 'second-sunday',
      kind: 'planned-outage',
      certainty: 'stated',
    });
    expect(calendar.status(target, jst('2026-10-27T00:00')).causes[0]).toMatchObject({
      certainty: 'hours-not-stated',
      text: { ja: '口座情報登録・連携システム中間サーバは、停止の可能性があります。' },
    });
    // Announcements open them or replace them for a month, like those of the guideline.
    const announced = {
      target: 'account-registry',
      state: 'open',
      announcedAt: '2026-10-01',
      source: 'x',
    } as const;
    const told = calendar.with([
      {
        ...announced,
        id: 'a',
        start: jst('2026-10-26T23:00'),
        end: '2026-10-27',
        replaces: { rule: 'second-sunday', month: '2026-10' },
      },
    ]);
    expect(segmentsOf(told, target, '2026-10-01', '2026-11-01')).toEqual([
      'open 2026-10-01T00:00 2026-10-27T00:00',
      'uncertain 2026-10-27T00:00 2026-10-27T01:00',
      'open 2026-10-27T01:00 2026-11-01T00:00',
    ]);
  });

  it('can express the other reading of row 4, open except from 3:00 to 6:00', () => {
    const calendar = createCalendar({
      servers: {
        'medical-insurers': {
          from: '2023-06-30',
          hours: 'always',
          outages: [{ id: 'daily-stop', on: 'every-day', fromHour: 3, toHour: 6, state: 'closed' }],
        },
      },
    });
    expect(
      segmentsOf(calendar, { server: 'medical-insurers' }, '2026-12-05', '2026-12-07'),
    ).toEqual([
      'open 2026-12-05T00:00 2026-12-05T03:00',
      'closed 2026-12-05T03:00 2026-12-05T06:00',
      'open 2026-12-05T06:00 2026-12-06T03:00',
      'closed 2026-12-06T03:00 2026-12-06T06:00',
      'open 2026-12-06T06:00 2026-12-07T00:00',
    ]);
  });

  it('joins overlapping occurrences, even over the turn of the year', () => {
    const calendar = createCalendar({
      servers: {
        mynaportal: {
          from: '2026-12-30',
          hours: 'always',
          outages: [{ id: 'long', on: 'every-day', fromHour: 22, toHour: 50, state: 'closed' }],
        },
      },
    });
    expect(segmentsOf(calendar, { server: 'mynaportal' }, '2026-12-29', '2027-01-05')).toEqual([
      'open 2026-12-29T00:00 2026-12-30T00:00',
      'closed 2026-12-30T00:00 2027-01-05T00:00',
    ]);
  });

  it('can be one of several, in any order', () => {
    const rows: ServerRow[] = JSON.parse(
      JSON.stringify([
        { from: '2027-01-01', hours: 'always' },
        { from: '2026-10-01', hours: { on: 'every-day', fromHour: 9, toHour: 17 } },
      ]),
    );
    const calendar = createCalendar({ servers: { 'employment-security': rows } });
    // Until 30 September: daily 7 to 22.
    const target = { server: 'employment-security' } as const;
    expect(
      ['2026-09-30T08:00', '2026-10-01T08:00', '2026-12-31T18:00', '2027-01-01T00:00'].map((at) =>
        calendar.isOpen(target, jst(at)),
      ),
    ).toEqual([true, false, false, true]);
  });

  it("changes nothing beyond the calendar's span, and holds throughout when it starts before", () => {
    const target = { server: 'pension-service' } as const;
    const late = createCalendar({
      servers: { 'pension-service': { from: '2060-01-01', hours: 'always' } },
    });
    expect(segmentsOf(late, target, '2050-12-01', '2051-01-01')).toEqual(
      segmentsOf(createCalendar(), target, '2050-12-01', '2051-01-01'),
    );
    const early = createCalendar({
      servers: { 'pension-service': { from: '2020-01-01', hours: 'always' } },
    });
    expect(segmentsOf(early, target, '2023-06-30', '2051-01-01')).toEqual([
      'open 2023-06-30T00:00 2051-01-01T00:00',
    ]);
  });
});

describe('the options extraHolidays and notHolidays', () => {
  const labour = { server: 'labour-standards' } as const;

  it('add days that are not business days', () => {
    // Wednesday 9 June 2027 would be a business day.
    const calendar = createCalendar({ extraHolidays: ['2027-06-09'] });
    const [from, to] = ['2027-06-08', '2027-06-11'] as const;
    expect(segmentsOf(calendar, labour, from, to)).toEqual([
      'closed 2027-06-08T00:00 2027-06-08T08:00',
      'open 2027-06-08T08:00 2027-06-08T21:00',
      'closed 2027-06-08T21:00 2027-06-10T08:00',
      'open 2027-06-10T08:00 2027-06-10T21:00',
      'closed 2027-06-10T21:00 2027-06-11T00:00',
    ]);
    expect(createCalendar().isOpen(labour, jst('2027-06-09T12:00'))).toBe(true);
    // Daily hours ignore holidays.
    expect(calendar.isOpen('employment', jst('2027-06-09T12:00'))).toBe(true);
  });

  it('remove days from the holidays', () => {
    // Tuesday 22 September 2026 is between two holidays and so is one.
    const calendar = createCalendar({ notHolidays: ['2026-09-22'] });
    expect(segmentsOf(calendar, labour, '2026-09-21', '2026-09-24')).toEqual([
      'closed 2026-09-21T00:00 2026-09-22T08:00',
      'open 2026-09-22T08:00 2026-09-22T21:00',
      'closed 2026-09-22T21:00 2026-09-24T00:00',
    ]);
  });

  it("have no effect on days of the table, on weekends or beyond the calendar's span", () => {
    const calendar = createCalendar({
      extraHolidays: ['2026-01-01', '2026-12-05', '2060-01-04'],
      notHolidays: ['2026-12-06', '2026-12-07', '1999-01-01'],
    });
    expect(segmentsOf(calendar, labour, '2025-12-01', '2027-02-01')).toEqual(
      segmentsOf(createCalendar(), labour, '2025-12-01', '2027-02-01'),
    );
  });

  it('apply to business days of a row of the option servers', () => {
    const calendar = createCalendar({
      servers: {
        'employment-security': {
          from: '2026-10-01',
          hours: { on: 'business-days', fromHour: 7, toHour: 22 },
        },
      },
      extraHolidays: ['2027-06-09'],
    });
    expect(calendar.isOpen('employment', jst('2027-06-09T12:00'))).toBe(false);
    expect(calendar.isOpen('employment', jst('2027-06-10T12:00'))).toBe(true);
  });
});

describe('calendar.isHoliday', () => {
  it.each([
    ['2026-09-22', true], // between 敬老の日 (third Monday, the 21st) and 秋分の日 (the 23rd): 国民の休日
    ['2026-09-24', false],
    ['2027-03-22', true], // 春分の日 falls on Sunday the 21st: 振替休日
    ['2026-12-31', false],
  ])('returns the right answer for %s: %s', (day, expected) => {
    expect(createCalendar().isHoliday(day)).toBe(expected);
    expect(createCalendar().isHoliday(`${day}T23:59:59+09:00`)).toBe(expected);
  });

  it('respects added and removed holidays, and pictures mark them', () => {
    const calendar = createCalendar({ extraHolidays: ['2026-12-01'], notHolidays: ['2026-11-23'] });
    expect([calendar.isHoliday('2026-12-01'), calendar.isHoliday('2026-11-23')]).toEqual([
      true,
      false,
    ]);
    expect(toText(calendar, ['pension@pension-service'], { month: '2026-12' })).toMatch(
      /^ {2}1 火 祝/m,
    );
    expect(
      toText(calendar, ['pension@pension-service'], { month: '2026-11' }).match(/^ *\d+ . 祝/gm),
    ).toEqual(['  3 火 祝']); // 文化の日 on the 3rd stays a holiday.
  });
});
