import { describe, expect, it } from 'vitest';
import { calendar, causesAt, jst, segmentsOf, show } from './published.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.
// The reasoning is beside them.

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
