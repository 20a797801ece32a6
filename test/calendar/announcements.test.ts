import { describe, expect, it } from 'vitest';
import { type Announcement, type Calendar, createCalendar } from '../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf, show } from './announcing.js';

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

describe('overlapping announcements', () => {
  const day = '2026-12-09'; // a Wednesday without outages
  const closed = announce('municipal', 'closed', `${day}T10:00`, `${day}T14:00`, {
    announcedAt: jst('2026-12-01'),
  });
  const open = announce('municipal', 'open', `${day}T12:00`, `${day}T16:00`, {
    announcedAt: jst('2026-12-02'),
  });
  const segments = (...announced: Announcement[]) =>
    segmentsOf(createCalendar({ announced }), 'local-tax', day, '2026-12-10');

  it('let the later one win, in any order', () => {
    const expected = [
      `open ${day}T00:00 ${day}T10:00`,
      `closed ${day}T10:00 ${day}T12:00`,
      `open ${day}T12:00 2026-12-10T00:00`,
    ];
    expect(segments(closed, open)).toEqual(expected);
    expect(segments(open, closed)).toEqual(expected);
    const { undone } = createCalendar({ announced: [open, closed] }).status(
      'local-tax',
      jst(`${day}T13:00`),
    );
    expect(undone.map((cause) => [...listed([cause]), cause.undoneBy.id])).toEqual([
      [
        `municipal announcement closed ${day}T12:00 ${day}T14:00`,
        'municipal open 2026-12-09T12:00',
      ],
    ]);
  });

  it('let a later closed one win over an earlier open one', () => {
    expect(segments({ ...closed, announcedAt: jst('2026-12-03') }, open)).toEqual([
      `open ${day}T00:00 ${day}T10:00`,
      `closed ${day}T10:00 ${day}T14:00`,
      `open ${day}T14:00 2026-12-10T00:00`,
    ]);
  });

  it('let the closed one win when both have the same instant', () => {
    const third = announce('municipal', 'closed', `${day}T13:00`, `${day}T15:00`, {
      announcedAt: jst('2026-12-02'),
    });
    for (const order of [
      [closed, open, third],
      [third, open, closed],
    ]) {
      expect(segments(...order)).toEqual([
        `open ${day}T00:00 ${day}T10:00`,
        `closed ${day}T10:00 ${day}T12:00`,
        `open ${day}T12:00 ${day}T13:00`,
        `closed ${day}T13:00 ${day}T15:00`,
        `open ${day}T15:00 2026-12-10T00:00`,
      ]);
    }
    // While the third one wins, the first one holds again: no announcement says that it is over.
    const causes = createCalendar({ announced: [closed, open, third] }).status(
      'local-tax',
      jst(`${day}T13:30`),
    ).causes;
    expect(listed(causes)).toEqual([
      `municipal announcement closed ${day}T13:00 ${day}T14:00`,
      `municipal announcement closed ${day}T13:00 ${day}T15:00`,
    ]);
  });

  it('let one for all and one for a server meet only at that server', () => {
    const all = announce('all', 'closed', `${day}T10:00`, `${day}T14:00`, {
      announcedAt: jst('2026-12-01'),
    });
    const calendar = createCalendar({ announced: [all, open] });
    expect(segmentsOf(calendar, { server: 'municipal' }, day, '2026-12-10')).toEqual([
      `open ${day}T00:00 ${day}T10:00`,
      `closed ${day}T10:00 ${day}T12:00`,
      `open ${day}T12:00 2026-12-10T00:00`,
    ]);
    // The portal is still closed until 14:00.
    expect(segmentsOf(calendar, 'local-tax', day, '2026-12-10')[1]).toBe(
      `closed ${day}T10:00 ${day}T14:00`,
    );
  });

  it('keep two outages as two causes, each with its own span', () => {
    const other = announce('mynaportal', 'closed', `${day}T13:00`, `${day}T17:00`);
    const status = createCalendar({ announced: [closed, other] }).status(
      'local-tax',
      jst(`${day}T11:00`),
    );
    expect(listed(status.causes)).toEqual([
      `municipal announcement closed ${day}T10:00 ${day}T14:00`,
      `mynaportal announcement closed ${day}T13:00 ${day}T17:00`,
    ]);
    expect([show(status.since), show(status.until)]).toEqual([`${day}T10:00`, `${day}T17:00`]);
  });

  it('keep a planned outage visible under an announced one', () => {
    // The third weekend of November 2026, announced for Saturday 23:00 to Sunday 5:00 at the
    // municipal server.
    const calendar = createCalendar({
      announced: [announce('municipal', 'closed', '2026-11-21T23:00', '2026-11-22T05:00')],
    });
    expect(
      listed(calendar.status({ server: 'municipal' }, jst('2026-11-22T00:00')).causes),
    ).toEqual([
      'municipal third-weekend uncertain 2026-11-21T00:00 2026-11-23T00:00',
      'municipal announcement closed 2026-11-21T23:00 2026-11-22T05:00',
    ]);
    // Before 23:00 it stays uncertain: no announcement says that the rest of the weekend is
    // unaffected.
    expect(calendar.status({ server: 'municipal' }, jst('2026-11-21T12:00')).state).toBe(
      'uncertain',
    );
  });
});

describe('an announcement with a known id', () => {
  const outage = announce('mynaportal', 'closed', '2026-12-09T10:00', '2026-12-09T12:00', {
    id: 'a',
    announcedAt: jst('2026-12-01'),
  });
  const longer: Announcement = {
    ...outage,
    end: jst('2026-12-09T15:00'),
    announcedAt: jst('2026-12-09T11:00'),
  };
  const until = (calendar: Calendar) =>
    show(calendar.status('local-tax', jst('2026-12-09T11:30')).until);

  it('replaces the earlier one, in any order', () => {
    expect(until(createCalendar({ announced: [outage] }).with([longer]))).toBe('2026-12-09T15:00');
    expect(until(createCalendar({ announced: [longer] }).with([outage]))).toBe('2026-12-09T15:00');
    expect(until(createCalendar({ announced: [longer, outage] }))).toBe('2026-12-09T15:00');
    const shorter: Announcement = {
      ...longer,
      end: jst('2026-12-09T11:40'),
      announcedAt: jst('2026-12-09T11:35'),
    };
    expect(until(createCalendar({ announced: [outage, longer, shorter] }))).toBe(
      '2026-12-09T11:40',
    );
  });

  it('can withdraw the earlier one without a trace', () => {
    const withdrawn: Announcement = { ...outage, state: 'open', announcedAt: jst('2026-12-02') };
    const status = createCalendar({ announced: [outage, withdrawn] }).status(
      'local-tax',
      jst('2026-12-09T11:00'),
    );
    expect([status.state, status.undone]).toEqual(['open', []]);
  });

  it('can be repeated, also with the same instants in another form', () => {
    const calendar = createCalendar({ announced: [outage, { ...outage }] });
    const ms = Date.parse(outage.start as string);
    const again = calendar.with([{ ...outage, start: new Date(ms), end: ms + 7_200_000 }]);
    expect(again.status('local-tax', ms).toJSON()).toEqual(
      calendar.status('local-tax', ms).toJSON(),
    );
  });

  it('restores the replaced rule when it no longer replaces it', () => {
    const moved = announce('municipal', 'closed', '2026-11-14', '2026-11-16', {
      id: 'm',
      replaces: { rule: 'third-weekend', month: '2026-11' },
    });
    const { replaces, ...kept } = moved;
    const calendar = createCalendar({ announced: [moved] });
    expect(calendar.isOpen({ server: 'municipal' }, '2026-11-21')).toBe(true);
    expect(
      calendar
        .with([{ ...kept, announcedAt: jst('2023-07-02') }])
        .isOpen({ server: 'municipal' }, '2026-11-21'),
    ).toBe(false);
  });
});

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
