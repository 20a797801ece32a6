import { describe, expect, it } from 'vitest';
import { calendar, jst, segmentsOf, show } from './published.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.
// The reasoning is beside them.

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
