import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf } from './announcing.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper
// calendar.

describe('an open announcement', () => {
  // November 2026 starts on a Sunday; its third weekend is 21 and 22. February 2026 likewise.
  it('opens the third weekend of a month that starts on a Sunday for the whole service', () => {
    for (const month of ['2026-11', '2026-02']) {
      const calendar = createCalendar({
        announced: [announce('all', 'open', `${month}-21`, `${month}-23`)],
      });
      const [segment, ...others] = calendar.segments('local-tax', `${month}-01`, `${month}-28`);
      expect([segment?.state, segment?.causes, others]).toEqual(['open', [], []]);
      expect(listed(segment?.undone ?? [])).toEqual([
        `information-provision-network third-weekend uncertain ${month}-21T00:00 ${month}-23T00:00`,
        `municipal third-weekend uncertain ${month}-21T00:00 ${month}-23T00:00`,
        `juki-net third-weekend closed ${month}-21T22:00 ${month}-22T08:00`,
      ]);
    }
  });

  it('leaves other servers unchanged when it names one server', () => {
    const calendar = createCalendar({
      announced: [announce('municipal', 'open', '2026-11-21', '2026-11-23')],
    });
    expect(calendar.status({ server: 'municipal' }, jst('2026-11-21T12:00')).state).toBe('open');
    // The network may still be closed.
    const status = calendar.status('local-tax', jst('2026-11-21T12:00'));
    expect(status.state).toBe('uncertain');
    expect(listed(status.causes)).toEqual([
      'information-provision-network third-weekend uncertain 2026-11-21T00:00 2026-11-23T00:00',
    ]);
    expect(listed(status.undone)).toEqual([
      'municipal third-weekend uncertain 2026-11-21T00:00 2026-11-23T00:00',
    ]);
  });

  it('undoes only what is within its span', () => {
    const calendar = createCalendar({
      announced: [announce('municipal', 'open', '2026-11-20', '2026-11-22')],
    });
    expect(segmentsOf(calendar, { server: 'municipal' }, '2026-11-20', '2026-11-24')).toEqual([
      'open 2026-11-20T00:00 2026-11-22T00:00',
      'uncertain 2026-11-22T00:00 2026-11-23T00:00',
      'open 2026-11-23T00:00 2026-11-24T00:00',
    ]);
    const sunday = calendar.status({ server: 'municipal' }, jst('2026-11-22T12:00'));
    expect(listed(sunday.causes)).toEqual([
      'municipal third-weekend uncertain 2026-11-22T00:00 2026-11-23T00:00',
    ]);
    expect(sunday.undone).toEqual([]);
    const saturday = calendar.status({ server: 'municipal' }, jst('2026-11-21T12:00'));
    expect(listed(saturday.undone)).toEqual([
      'municipal third-weekend uncertain 2026-11-21T00:00 2026-11-22T00:00',
    ]);
  });

  it('never undoes operating hours', () => {
    // Sunday 6 December 2026.
    for (const target of ['pension-service', 'all'] as const) {
      const calendar = createCalendar({
        announced: [announce(target, 'open', '2026-12-06', '2026-12-07')],
      });
      expect(calendar.status({ server: 'pension-service' }, jst('2026-12-06T12:00')).state).toBe(
        'closed',
      );
      expect(calendar.status('pension@pension-service', jst('2026-12-06T12:00')).state).toBe(
        'closed',
      );
    }
  });

  it('opens the second Friday night within the operating hours', () => {
    // Friday 11 December 2026: 18:00 to 21:00 would be uncertain; at 21:00 the hours end.
    const calendar = createCalendar({
      announced: [
        announce('national-officials-mutual-aid', 'open', '2026-12-11T18:00', '2026-12-12T06:00'),
      ],
    });
    expect(
      segmentsOf(calendar, 'pension@national-officials-mutual-aid', '2026-12-11', '2026-12-12'),
    ).toEqual([
      'closed 2026-12-11T00:00 2026-12-11T08:00',
      'open 2026-12-11T08:00 2026-12-11T21:00',
      'closed 2026-12-11T21:00 2026-12-12T00:00',
    ]);
  });

  it('opens the resident registry over the New Year', () => {
    // It runs from 30 December 2026 21:00 to 2 January 2027 8:00. Before and after, it is closed as
    // planned.
    const calendar = createCalendar({
      announced: [announce('juki-net', 'open', '2026-12-30T21:00', '2027-01-02T08:00')],
    });
    expect(segmentsOf(calendar, 'household', '2026-12-28', '2027-01-05')).toEqual([
      'open 2026-12-28T00:00 2026-12-28T21:00',
      'closed 2026-12-28T21:00 2026-12-30T21:00',
      'open 2026-12-30T21:00 2027-01-02T08:00',
      'closed 2027-01-02T08:00 2027-01-04T08:00',
      'open 2027-01-04T08:00 2027-01-05T00:00',
    ]);
    expect(listed(calendar.status('household', jst('2027-01-03')).causes)).toEqual([
      'juki-net year-end closed 2027-01-02T08:00 2027-01-04T08:00',
    ]);
  });
});
