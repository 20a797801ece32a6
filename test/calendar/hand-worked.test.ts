import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { createCalendar, type Segment, type Target } from '../../src/calendar/index.js';

const calendar = createCalendar();
const jst = (text: string) => `${text}:00+09:00`;
const show = (dateTime: DateTime | null) => dateTime?.toFormat("yyyy-MM-dd'T'HH:mm") ?? null;
const lines = (segments: readonly Segment[]) =>
  segments.map((segment) => `${segment.state} ${show(segment.start)} ${show(segment.end)}`);
const segmentsOf = (target: Target, start: string, end: string) =>
  lines(calendar.segments(target, start, end));
const causesAt = (target: Target, at: string) =>
  calendar
    .status(target, jst(at))
    .causes.map(
      (cause) =>
        `${cause.server} ${cause.rule} ${cause.state} ${show(cause.start)} ${show(cause.end)}`,
    );

describe('the third weekend', () => {
  // 1 November 2026 is a Sunday. Saturdays: 7, 14, 21, 28. Third Saturday: the 21st; the Sunday
  // after it: the 22nd. Network and municipal server: uncertain all weekend. Resident registry:
  // closed from Saturday 22:00 to Sunday 8:00.
  it('is 21 and 22 November 2026, in a month that starts on a Sunday', () => {
    expect(segmentsOf('local-tax', '2026-11-20', '2026-11-24')).toEqual([
      'open 2026-11-20T00:00 2026-11-21T00:00',
      'uncertain 2026-11-21T00:00 2026-11-21T22:00',
      'closed 2026-11-21T22:00 2026-11-22T08:00',
      'uncertain 2026-11-22T08:00 2026-11-23T00:00',
      'open 2026-11-23T00:00 2026-11-24T00:00',
    ]);
  });

  it('leaves the third Sunday open when the third Saturday is after it', () => {
    // The 15th is the third Sunday of November 2026, but it follows the second Saturday.
    expect(segmentsOf('local-tax', '2026-11-14', '2026-11-17')).toEqual([
      'open 2026-11-14T00:00 2026-11-17T00:00',
    ]);
  });

  it('is 21 and 22 February 2026, in another month that starts on a Sunday', () => {
    // Saturdays of February 2026: 7, 14, 21, 28.
    expect(segmentsOf({ server: 'municipal' }, '2026-02-01', '2026-03-01')).toEqual([
      'open 2026-02-01T00:00 2026-02-21T00:00',
      'uncertain 2026-02-21T00:00 2026-02-23T00:00',
      'open 2026-02-23T00:00 2026-03-01T00:00',
    ]);
    expect(segmentsOf({ server: 'juki-net' }, '2026-02-01', '2026-03-01')[1]).toBe(
      'closed 2026-02-21T22:00 2026-02-22T08:00',
    );
  });

  it('is 15 and 16 August 2026 at the earliest, and 21 and 22 August 2027 at the latest', () => {
    // 1 August 2026 is a Saturday: 1, 8, 15. 1 August 2027 is a Sunday: 7, 14, 21.
    expect(segmentsOf({ server: 'municipal' }, '2026-08-01', '2026-09-01')[1]).toBe(
      'uncertain 2026-08-15T00:00 2026-08-17T00:00',
    );
    expect(segmentsOf({ server: 'municipal' }, '2027-08-01', '2027-09-01')[1]).toBe(
      'uncertain 2027-08-21T00:00 2027-08-23T00:00',
    );
  });

  it('affects every detail through the network, even if its own server never stops', () => {
    expect(segmentsOf('public-funds-account', '2026-11-21', '2026-11-23')).toEqual(
      segmentsOf('local-tax', '2026-11-21', '2026-11-23'),
    );
    expect(segmentsOf({ server: 'account-registry' }, '2026-11-21', '2026-11-23')).toEqual([
      'open 2026-11-21T00:00 2026-11-23T00:00',
    ]);
  });

  it('is listed as a cause under closed hours as well', () => {
    // Friday 20 November 23:00 to Tuesday 24 November 8:00: Monday the 23rd is Labour Thanksgiving
    // Day.
    expect(causesAt('pension@pension-service', '2026-11-21T12:00')).toEqual([
      'pension-service business-day-hours closed 2026-11-20T23:00 2026-11-24T08:00',
      'information-provision-network third-weekend uncertain 2026-11-21T00:00 2026-11-23T00:00',
      'juki-net third-weekend closed 2026-11-21T22:00 2026-11-22T08:00',
    ]);
  });
});

describe('the planned outage over the New Year', () => {
  it('is one closure from 28 December 21:00 to 4 January 8:00', () => {
    expect(segmentsOf('household', '2026-12-22', '2027-01-05')).toEqual([
      'open 2026-12-22T00:00 2026-12-28T21:00',
      'closed 2026-12-28T21:00 2027-01-04T08:00',
      'open 2027-01-04T08:00 2027-01-05T00:00',
    ]);
    const status = calendar.status('household', jst('2027-01-01T00:00'));
    expect([status.state, show(status.since), show(status.until)]).toEqual([
      'closed',
      '2026-12-28T21:00',
      '2027-01-04T08:00',
    ]);
    expect(causesAt('household', '2026-12-31T23:59')).toEqual([
      'juki-net year-end closed 2026-12-28T21:00 2027-01-04T08:00',
    ]);
  });

  it('leaves a server asked alone open on 29 to 31 December, which are business days', () => {
    // 28 December 2026 is a Monday; 1 January 2027, a Friday, is a holiday; 4 January is a Monday.
    expect(segmentsOf({ server: 'pension-service' }, '2026-12-30', '2027-01-05')).toEqual([
      'closed 2026-12-30T00:00 2026-12-30T08:00',
      'open 2026-12-30T08:00 2026-12-30T23:00',
      'closed 2026-12-30T23:00 2026-12-31T08:00',
      'open 2026-12-31T08:00 2026-12-31T23:00',
      'closed 2026-12-31T23:00 2027-01-04T08:00',
      'open 2027-01-04T08:00 2027-01-04T23:00',
      'closed 2027-01-04T23:00 2027-01-05T00:00',
    ]);
  });

  it('leaves a server asked alone open on Tuesday 2 January 2029', () => {
    // 1 January 2029 is a Monday, so no substitute holiday follows.
    expect(calendar.isOpen({ server: 'labour-standards' }, jst('2029-01-02T08:00'))).toBe(true);
    expect(
      calendar.isOpen('workers-accident-compensation@labour-standards', jst('2029-01-02T08:00')),
    ).toBe(false);
  });
});

describe('business days', () => {
  it("exclude the citizens' holiday of 22 September 2026", () => {
    // Monday the 21st is the third Monday (敬老の日), Wednesday the 23rd the equinox (秋分の日): the
    // Tuesday between them is a holiday.
    expect(segmentsOf({ server: 'labour-standards' }, '2026-09-18', '2026-09-25')).toEqual([
      'closed 2026-09-18T00:00 2026-09-18T08:00',
      'open 2026-09-18T08:00 2026-09-18T21:00',
      'closed 2026-09-18T21:00 2026-09-24T08:00',
      'open 2026-09-24T08:00 2026-09-24T21:00',
      'closed 2026-09-24T21:00 2026-09-25T00:00',
    ]);
  });

  it('exclude substitute holidays', () => {
    // 3 May 2026 is a Sunday, 4 and 5 May are holidays: the substitute is Wednesday the 6th. Friday
    // 1 May is a business day.
    expect(
      show(calendar.nextOpening({ server: 'labour-standards' }, jst('2026-05-01T21:00'))),
    ).toBe('2026-05-07T08:00');
    // 21 March 2027, the equinox, is a Sunday: Monday the 22nd is the substitute.
    expect(
      show(calendar.nextOpening({ server: 'labour-standards' }, jst('2027-03-19T21:00'))),
    ).toBe('2027-03-23T08:00');
  });
});

describe('operating hours', () => {
  it('include Sundays when the table states hours only', () => {
    // Sunday 6 December 2026 is not a third weekend (that is the 19th).
    expect(segmentsOf('employment', '2026-12-06', '2026-12-07')).toEqual([
      'closed 2026-12-06T00:00 2026-12-06T07:00',
      'open 2026-12-06T07:00 2026-12-06T22:00',
      'closed 2026-12-06T22:00 2026-12-07T00:00',
    ]);
  });

  it('are half-open: open at 8:00, closed at 23:00', () => {
    const at = (time: string) =>
      calendar.isOpen('pension@pension-service', `2026-12-07T${time}+09:00`);
    expect([at('07:59:59.999'), at('08:00:00'), at('22:59:59.999'), at('23:00:00')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('end early when the resident registry closes for the New Year', () => {
    expect(segmentsOf('pension@pension-service', '2026-12-28', '2026-12-29')).toEqual([
      'closed 2026-12-28T00:00 2026-12-28T08:00',
      'open 2026-12-28T08:00 2026-12-28T21:00',
      'closed 2026-12-28T21:00 2026-12-29T00:00',
    ]);
  });
});

describe('the second Friday night', () => {
  it('makes 18:00 to 21:00 uncertain on a business day', () => {
    // 1 December 2026 is a Tuesday; Fridays: 4, 11. At 21:00 the server closes until Monday the
    // 14th.
    expect(segmentsOf('pension@national-officials-mutual-aid', '2026-12-11', '2026-12-15')).toEqual(
      [
        'closed 2026-12-11T00:00 2026-12-11T08:00',
        'open 2026-12-11T08:00 2026-12-11T18:00',
        'uncertain 2026-12-11T18:00 2026-12-11T21:00',
        'closed 2026-12-11T21:00 2026-12-14T08:00',
        'open 2026-12-14T08:00 2026-12-14T21:00',
        'closed 2026-12-14T21:00 2026-12-15T00:00',
      ],
    );
  });

  it('is hidden by a holiday on 11 February 2028', () => {
    // 1 February 2028 is a Tuesday; Fridays: 4, 11. The 11th is National Foundation Day.
    expect(
      segmentsOf({ server: 'national-officials-mutual-aid' }, '2028-02-11', '2028-02-12'),
    ).toEqual(['closed 2028-02-11T00:00 2028-02-12T00:00']);
    expect(causesAt({ server: 'national-officials-mutual-aid' }, '2028-02-11T10:00')).toEqual([
      'national-officials-mutual-aid business-day-hours closed 2028-02-10T21:00 2028-02-14T08:00',
      'national-officials-mutual-aid second-friday-night uncertain 2028-02-11T18:00 2028-02-12T06:00',
    ]);
  });
});

describe('the last Saturday', () => {
  it('is hidden by the weekend and still listed as a cause', () => {
    // 31 October 2026 is a Saturday, the fifth. Monday 2 November is a business day.
    expect(causesAt({ server: 'private-school-mutual-aid' }, '2026-10-31T12:00')).toEqual([
      'private-school-mutual-aid business-day-hours closed 2026-10-30T21:00 2026-11-02T08:00',
      'private-school-mutual-aid last-saturday uncertain 2026-10-31T00:00 2026-11-01T00:00',
    ]);
    // 30 January 2027 is the fifth Saturday; the one before it, the 23rd, is not the last.
    const rules = (at: string) =>
      calendar
        .status({ server: 'private-school-mutual-aid' }, jst(at))
        .causes.map((cause) => cause.rule);
    expect([rules('2027-01-30T12:00'), rules('2027-01-23T12:00')]).toEqual([
      ['business-day-hours', 'last-saturday'],
      ['business-day-hours'],
    ]);
  });
});

describe('weekends of June and December', () => {
  const fund = { server: 'local-employee-accident-fund' } as const;

  it('are uncertain within the operating hours, because the week is not stated', () => {
    // Saturdays of December 2026: 5, 12, 19, 26.
    expect(segmentsOf(fund, '2026-12-04', '2026-12-07')).toEqual([
      'closed 2026-12-04T00:00 2026-12-04T08:00',
      'open 2026-12-04T08:00 2026-12-04T21:00',
      'closed 2026-12-04T21:00 2026-12-05T08:00',
      'uncertain 2026-12-05T08:00 2026-12-05T21:00',
      'closed 2026-12-05T21:00 2026-12-06T08:00',
      'uncertain 2026-12-06T08:00 2026-12-06T21:00',
      'closed 2026-12-06T21:00 2026-12-07T00:00',
    ]);
    expect(
      calendar.status(fund, jst('2026-12-05T12:00')).causes.map((cause) => cause.certainty),
    ).toEqual(['week-not-stated']);
  });

  it('are those whose Saturday is in the month', () => {
    // 31 May 2025 is a Saturday, so Sunday 1 June belongs to a weekend of May. 28 June 2025 is the
    // last Saturday of June.
    expect(calendar.isOpen(fund, jst('2025-06-01T12:00'))).toBe(true);
    expect(calendar.status(fund, jst('2025-06-29T12:00')).state).toBe('uncertain');
    // 31 December 2033 is a Saturday: Sunday 1 January 2034 still belongs to it.
    expect(causesAt(fund, '2034-01-01T12:00')).toEqual([
      'local-employee-accident-fund june-december-weekend uncertain 2033-12-31T00:00 2034-01-02T00:00',
    ]);
  });
});

describe('a detail with several holders', () => {
  // Sunday 6 December 2026. Pension service and the three mutual aid servers: closed on Sundays.
  // Municipal: round the clock. Accident fund: within its hours, but on a weekend of December.
  const sunday = jst('2026-12-06T12:00');

  it('is closed at a named holder until that holder opens', () => {
    const status = calendar.status('pension@pension-service', sunday);
    expect([status.state, show(status.nextOpening), show(status.nextPossibleOpening)]).toEqual([
      'closed',
      '2026-12-07T08:00',
      '2026-12-07T08:00',
    ]);
    expect(status.holders).toBeUndefined();
  });

  it('is uncertain while its holders differ, and lists the state of each', () => {
    const status = calendar.status('pension', sunday);
    expect(status.state).toBe('uncertain');
    expect(status.holders).toEqual([
      { server: 'pension-service', state: 'closed' },
      { server: 'municipal', state: 'open' },
      { server: 'local-employee-accident-fund', state: 'uncertain' },
      { server: 'local-officials-mutual-aid', state: 'closed' },
      { server: 'national-officials-mutual-aid', state: 'closed' },
      { server: 'private-school-mutual-aid', state: 'closed' },
    ]);
    // From Friday 21:00, when all but municipal and pension service close, to Monday 8:00, when all
    // are open.
    const depends = status.causes.find((cause) => cause.certainty === 'depends-on-holder');
    expect(depends).toMatchObject({
      kind: 'holder',
      rule: 'depends-on-holder',
      server: null,
      detail: 'pension',
      state: 'uncertain',
    });
    expect([show(depends?.start ?? null), show(depends?.end ?? null)]).toEqual([
      '2026-12-04T21:00',
      '2026-12-07T08:00',
    ]);
    expect([show(status.since), show(status.until), show(status.nextOpening)]).toEqual([
      '2026-12-04T21:00',
      '2026-12-07T08:00',
      '2026-12-07T08:00',
    ]);
    expect(show(status.nextPossibleOpening)).toBe('2026-12-06T12:00');
  });

  it('is closed at every holder when a common system is closed', () => {
    // The resident registry is down from Saturday 21 November 22:00.
    const status = calendar.status('pension', jst('2026-11-21T23:00'));
    expect([status.state, show(status.since), show(status.until)]).toEqual([
      'closed',
      '2026-11-21T22:00',
      '2026-11-22T08:00',
    ]);
    expect(status.causes.map((cause) => cause.rule)).not.toContain('depends-on-holder');
  });

  it('is closed when all holders are closed, and open when all are open', () => {
    // Wednesday 9 December 2026: both holders run from 8 to 21.
    expect(segmentsOf('workers-accident-compensation', '2026-12-09', '2026-12-10')).toEqual([
      'closed 2026-12-09T00:00 2026-12-09T08:00',
      'open 2026-12-09T08:00 2026-12-09T21:00',
      'closed 2026-12-09T21:00 2026-12-10T00:00',
    ]);
  });

  it('is uncertain on a Saturday on which only some holders run', () => {
    // Saturday 10 October 2026: municipal runs, the insurers do not; the fund runs from 8 to 21.
    expect(calendar.status('medical-insurance', jst('2026-10-10T12:00')).state).toBe('uncertain');
    expect(
      calendar.status('medical-insurance@medical-insurers', jst('2026-10-10T12:00')).state,
    ).toBe('closed');
    expect(segmentsOf('workers-accident-compensation', '2026-10-10', '2026-10-11')).toEqual([
      'closed 2026-10-10T00:00 2026-10-10T08:00',
      'uncertain 2026-10-10T08:00 2026-10-10T21:00',
      'closed 2026-10-10T21:00 2026-10-11T00:00',
    ]);
  });

  it('lists holders only for a detail with several holders, asked alone', () => {
    expect(calendar.status('local-tax', sunday)).not.toHaveProperty('holders');
    expect(calendar.status({ allOf: ['pension', 'local-tax'] }, sunday)).not.toHaveProperty(
      'holders',
    );
  });
});

describe('a combination', () => {
  it('has the state of its worst member', () => {
    // Sunday 6 December 2026: local tax open, pension uncertain, pension service closed.
    const stateOf = (...allOf: Target[]) =>
      calendar.status({ allOf }, jst('2026-12-06T12:00')).state;
    expect(stateOf('local-tax')).toBe('open');
    expect(stateOf('local-tax', 'pension')).toBe('uncertain');
    expect(
      stateOf('local-tax', { allOf: ['pension', { allOf: ['pension@pension-service'] }] }),
    ).toBe('closed');
    expect(stateOf({ server: 'mynaportal' }, { server: 'pension-service' })).toBe('closed');
  });
});

describe("the calendar's span", () => {
  it('starts on 30 June 2023 and ends with the holiday table', () => {
    expect([show(calendar.from), show(calendar.to), show(calendar.officialUntil)]).toEqual([
      '2023-06-30T00:00',
      '2051-01-01T00:00',
      '2028-01-01T00:00',
    ]);
    expect(calendar.fromMs).toBe(Date.parse('2023-06-30T00:00:00+09:00'));
    expect(calendar.toMs).toBe(Date.parse('2051-01-01T00:00:00+09:00'));
    expect(calendar.officialUntilMs).toBe(Date.parse('2028-01-01T00:00:00+09:00'));
    expect(calendar.from.zoneName).toBe('Asia/Tokyo');
  });

  it('leaves since and until open and cuts the causes', () => {
    // 30 June 2023 is a Friday, 1 July a Saturday: third Saturday the 15th.
    const first = calendar.status('local-tax', '2023-06-30');
    expect([first.state, first.since, show(first.until)]).toEqual([
      'open',
      null,
      '2023-07-15T00:00',
    ]);
    expect(causesAt({ server: 'pension-service' }, '2023-06-30T07:00')).toEqual([
      'pension-service business-day-hours closed 2023-06-30T00:00 2023-06-30T08:00',
    ]);
    const last = calendar.status('local-tax', jst('2050-12-31T23:59'));
    expect([last.state, show(last.since), last.until]).toEqual([
      'closed',
      '2050-12-28T21:00',
      null,
    ]);
    expect([
      last.nextOpening,
      last.nextPossibleOpening,
      last.nextOpeningMs,
      last.nextPossibleOpeningMs,
    ]).toEqual([null, null, null, null]);
    expect(calendar.nextOpening('local-tax', jst('2050-12-30T00:00'))).toBeNull();
    expect(segmentsOf('local-tax', '2050-12-28', '2051-01-01')).toEqual([
      'open 2050-12-28T00:00 2050-12-28T21:00',
      'closed 2050-12-28T21:00 2051-01-01T00:00',
    ]);
  });

  it('is one segment for a server that never stops', () => {
    expect(calendar.status({ server: 'mynaportal' }, '2036-01-01')).toMatchObject({
      state: 'open',
      causes: [],
      since: null,
      until: null,
    });
    expect(segmentsOf({ server: 'mynaportal' }, '2023-06-30', '2051-01-01')).toEqual([
      'open 2023-06-30T00:00 2051-01-01T00:00',
    ]);
  });
});

describe('an answer', () => {
  it('names the source of each cause and marks our readings', () => {
    const [network, municipal, juki] = calendar.status('local-tax', jst('2026-11-21T23:00')).causes;
    expect(network?.source).toMatchObject({
      guideline: 'v2.2',
      table: '2.5-2',
      row: 1,
      reading: true,
    });
    expect(municipal?.source).toMatchObject({ table: '2.5-4', row: 1, reading: true });
    expect(juki?.source).toMatchObject({ table: '2.5-3', row: 1 });
    expect([network?.certainty, juki?.certainty]).toEqual(['hours-not-stated', 'stated']);
    const yearEnd = calendar.status('local-tax', '2027-01-01').causes[0];
    expect(yearEnd?.source).toMatchObject({ table: '2.5-3', row: 1, reading: false });
    expect(yearEnd?.text.ja).toContain('住民基本台帳ネットワークシステム');
  });

  it('prints as JSON with offsets of +09:00', () => {
    const [segment] = calendar.segments('household', '2026-12-29', '2026-12-30');
    expect(JSON.parse(JSON.stringify(segment))).toMatchObject({
      start: '2026-12-29T00:00:00+09:00',
      end: '2026-12-30T00:00:00+09:00',
      state: 'closed',
      causes: [
        {
          start: '2026-12-28T21:00:00+09:00',
          end: '2027-01-04T08:00:00+09:00',
          server: 'juki-net',
          rule: 'year-end',
        },
      ],
    });
    expect(JSON.parse(JSON.stringify(calendar.status('household', '2026-12-29')))).toMatchObject({
      state: 'closed',
      since: '2026-12-28T21:00:00+09:00',
      until: '2027-01-04T08:00:00+09:00',
      nextOpening: '2027-01-04T08:00:00+09:00',
      nextPossibleOpening: '2027-01-04T08:00:00+09:00',
    });
  });

  it('cuts segments at the ends of the requested span and lists only causes inside', () => {
    // The closure from Friday 20 November 23:00 overlaps the registry's outage only from Saturday
    // 22:00 on.
    const [segment] = calendar.segments(
      'pension@pension-service',
      jst('2026-11-20T23:30'),
      jst('2026-11-21T10:00'),
    );
    expect(segment?.causes.map((cause) => `${cause.server} ${cause.rule}`)).toEqual([
      'pension-service business-day-hours',
      'information-provision-network third-weekend',
    ]);
    expect(calendar.segments('household', '2026-12-29', '2026-12-29')).toEqual([]);
    expect(calendar.windows('household', '2051-01-01', '2051-01-01')).toEqual([]);
  });

  it('cannot be changed by a caller', () => {
    const { causes } = calendar.status('household', '2026-12-29');
    expect(
      Object.isFrozen(causes) &&
        causes.every(
          (cause) =>
            Object.isFrozen(cause) && Object.isFrozen(cause.source) && Object.isFrozen(cause.text),
        ),
    ).toBe(true);
    expect(Object.isFrozen(calendar)).toBe(true);
  });

  it('is the same for every form of an instant', () => {
    const ms = Date.parse('2026-12-06T15:00:00Z');
    for (const at of [
      ms,
      new Date(ms),
      DateTime.fromMillis(ms, { zone: 'America/New_York' }),
      '2026-12-07',
      '2026-12-06T15:00Z',
      '2026-12-07T00:00:00.000+09:00',
    ]) {
      expect(calendar.status('employment', at).toJSON()).toEqual(
        calendar.status('employment', ms).toJSON(),
      );
    }
  });

  it('is for the current time when no instant is given', () => {
    const before = Date.now();
    const opening = calendar.nextOpening({ server: 'mynaportal' })?.toMillis() ?? 0;
    expect(opening).toBeGreaterThanOrEqual(before);
    expect(calendar.isOpen({ server: 'mynaportal' })).toBe(true);
    expect(calendar.status({ server: 'mynaportal' }).state).toBe('open');
  });
});
