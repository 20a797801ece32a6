import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { calendar, causesAt, jst, segmentsOf, show } from './published.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.
// The reasoning is beside them.

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
