import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf, show } from './announcing.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.

describe('an announcement that replaces a rule', () => {
  it('drops the occurrences that start in the month, even where they reach into the next', () => {
    const calendar = createCalendar({
      announced: [
        announce('juki-net', 'closed', '2026-12-30T21:00', '2027-01-03T08:00', {
          replaces: { rule: 'year-end', month: '2026-12' },
        }),
      ],
    });
    expect(segmentsOf(calendar, 'household', '2026-12-25', '2027-01-05')).toEqual([
      'open 2026-12-25T00:00 2026-12-30T21:00',
      'closed 2026-12-30T21:00 2027-01-03T08:00',
      'open 2027-01-03T08:00 2027-01-05T00:00',
    ]);
    const { causes, undone } = calendar.status('household', jst('2027-01-01'));
    expect([listed(causes), listed(undone)]).toEqual([
      ['juki-net announcement closed 2026-12-30T21:00 2027-01-03T08:00'],
      ['juki-net year-end closed 2026-12-28T21:00 2027-01-04T08:00'],
    ]);
    // The years before and after stay unchanged.
    expect(calendar.status('household', '2026-01-01').state).toBe('closed');
    expect(calendar.status('household', '2028-01-01').state).toBe('closed');
  });

  it('replaces only the named rule, and only at its own server', () => {
    // The third weekend of the network moves from 21 November 2026 to the 14th. Municipal and
    // registry keep theirs.
    const calendar = createCalendar({
      announced: [
        announce('information-provision-network', 'closed', '2026-11-14', '2026-11-16', {
          replaces: { rule: 'third-weekend', month: '2026-11' },
        }),
      ],
    });
    expect(segmentsOf(calendar, 'public-funds-account', '2026-11-01', '2026-12-01')).toEqual([
      'open 2026-11-01T00:00 2026-11-14T00:00',
      'closed 2026-11-14T00:00 2026-11-16T00:00',
      'open 2026-11-16T00:00 2026-11-21T22:00',
      'closed 2026-11-21T22:00 2026-11-22T08:00',
      'open 2026-11-22T08:00 2026-12-01T00:00',
    ]);
  });

  it('decides which weekend of December the accident fund closes', () => {
    // Saturdays of December 2033: 3, 10, 17, 24, 31. The last one reaches into 2034 and is dropped
    // with the month. Daily hours: 8 to 21.
    const calendar = createCalendar({
      announced: [
        announce('local-employee-accident-fund', 'closed', '2033-12-10', '2033-12-12', {
          replaces: { rule: 'june-december-weekend', month: '2033-12' },
        }),
      ],
    });
    const stateAt = (day: string) =>
      calendar.status({ server: 'local-employee-accident-fund' }, jst(`${day}T12:00`)).state;
    expect(
      ['2033-12-03', '2033-12-10', '2033-12-11', '2033-12-17', '2033-12-31', '2034-01-01'].map(
        stateAt,
      ),
    ).toEqual(['open', 'closed', 'closed', 'open', 'open', 'open']);
    expect(stateAt('2033-06-04')).toBe('uncertain'); // a Saturday of June
  });

  it('replaces the rule outside its own span when it says open', () => {
    const calendar = createCalendar({
      announced: [
        announce('municipal', 'open', '2026-11-01', '2026-11-02', {
          replaces: { rule: 'third-weekend', month: '2026-11' },
        }),
      ],
    });
    expect(segmentsOf(calendar, { server: 'municipal' }, '2026-11-01', '2026-12-01')).toEqual([
      'open 2026-11-01T00:00 2026-12-01T00:00',
    ]);
  });
});

describe('an undone cause', () => {
  it('names the announcement that wins when several say the same or follow each other', () => {
    const replaces = { rule: 'third-weekend', month: '2026-11' };
    const early = announce('municipal', 'closed', '2026-11-14', '2026-11-16', {
      id: 'early',
      replaces,
    });
    const late = announce('municipal', 'closed', '2026-11-07', '2026-11-09', {
      id: 'late',
      replaces,
      announcedAt: jst('2026-11-01'),
    });
    for (const announced of [
      [early, late],
      [late, early],
    ]) {
      const { undone } = createCalendar({ announced }).status(
        { server: 'municipal' },
        '2026-11-21',
      );
      expect(undone.map((cause) => cause.undoneBy.id)).toEqual(['late']);
    }
    const saturday = announce('municipal', 'open', '2026-11-21', '2026-11-22', { id: 'saturday' });
    const sunday = announce('municipal', 'open', '2026-11-22', '2026-11-23', { id: 'sunday' });
    const { undone } = createCalendar({ announced: [saturday, sunday] }).status(
      { server: 'municipal' },
      '2026-11-21',
    );
    expect(undone.map((cause) => [cause.undoneBy.id, show(cause.start), show(cause.end)])).toEqual([
      ['saturday', '2026-11-21T00:00', '2026-11-22T00:00'],
      ['sunday', '2026-11-22T00:00', '2026-11-23T00:00'],
    ]);
  });
});
