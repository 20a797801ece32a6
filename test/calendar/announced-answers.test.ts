import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf } from './announcing.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.

describe('an announced outage of one holder', () => {
  it('makes a detail with several holders uncertain, and the status names the holder', () => {
    // Wednesday 9 December 2026, noon: all holders of pension run.
    const calendar = createCalendar({
      announced: [announce('municipal', 'closed', '2026-12-09T11:00', '2026-12-09T13:00')],
    });
    const status = calendar.status('pension', jst('2026-12-09T12:00'));
    expect(status.state).toBe('uncertain');
    expect(status.holders?.filter((holder) => holder.state !== 'open')).toEqual([
      { server: 'municipal', state: 'closed' },
    ]);
    expect(listed(status.causes)).toEqual([
      'municipal announcement closed 2026-12-09T11:00 2026-12-09T13:00',
      'null depends-on-holder uncertain 2026-12-09T11:00 2026-12-09T13:00',
    ]);
    expect(calendar.isOpen('pension@pension-service', jst('2026-12-09T12:00'))).toBe(true);
  });
});

describe("an announcement across the ends of the calendar's span", () => {
  it('is cut there and has no effect beyond', () => {
    const calendar = createCalendar({
      announced: [
        announce('mynaportal', 'closed', '2020-01-01', '2020-01-02'),
        announce('mynaportal', 'closed', '2023-06-01', '2023-07-02'),
        announce('mynaportal', 'closed', '2050-12-31', '2060-01-01'),
        announce('mynaportal', 'closed', '2061-01-01', '2061-01-02'),
      ],
    });
    expect(segmentsOf(calendar, { server: 'mynaportal' }, '2023-06-30', '2051-01-01')).toEqual([
      'closed 2023-06-30T00:00 2023-07-02T00:00',
      'open 2023-07-02T00:00 2050-12-31T00:00',
      'closed 2050-12-31T00:00 2051-01-01T00:00',
    ]);
    const { since, causes } = calendar.status({ server: 'mynaportal' }, '2023-06-30');
    expect([since, listed(causes)]).toEqual([
      null,
      ['mynaportal announcement closed 2023-06-30T00:00 2023-07-02T00:00'],
    ]);
  });
});

describe('the plain data of an answer', () => {
  it('contains the announcement and what it undoes, at +09:00', () => {
    const announced = JSON.parse(
      JSON.stringify([announce('all', 'open', '2026-11-21', '2026-11-22', { id: 'x' })]),
    );
    const [segment] = createCalendar({ announced }).segments(
      { server: 'municipal' },
      '2026-11-21',
      '2026-11-22',
    );
    expect(JSON.parse(JSON.stringify(segment))).toMatchObject({
      state: 'open',
      causes: [],
      undone: [
        {
          start: '2026-11-21T00:00:00+09:00',
          end: '2026-11-22T00:00:00+09:00',
          rule: 'third-weekend',
          undoneBy: { kind: 'announcement', id: 'x' },
        },
      ],
    });
    expect(Object.isFrozen(segment?.undone) && Object.isFrozen(segment?.undone[0])).toBe(true);
  });

  it('contains only what is undone within the requested part of a segment', () => {
    const calendar = createCalendar({
      announced: [announce('municipal', 'open', '2026-11-21', '2026-11-22')],
    });
    expect(
      calendar.segments({ server: 'municipal' }, '2026-11-10', '2026-11-11')[0]?.undone,
    ).toEqual([]);
    expect(
      calendar.windows({ server: 'municipal' }, '2026-11-21', '2026-11-22')[0]?.undone,
    ).toHaveLength(1);
  });
});
