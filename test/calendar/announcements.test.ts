import { describe, expect, it } from 'vitest';
import { type Announcement, type Calendar, createCalendar } from '../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf, show } from './announcing.js';

// Every expected answer here was worked out by hand from chapter 2.5 of guideline v2.2 and a paper
// calendar.

describe('an announcement that says open', () => {
  // November 2026 starts on a Sunday; its third weekend is 21 and 22. February 2026 likewise.
  it('settles the third weekend of a month that starts on a Sunday for the whole service', () => {
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

  it('about one server leaves the others as they are', () => {
    const calendar = createCalendar({
      announced: [announce('municipal', 'open', '2026-11-21', '2026-11-23')],
    });
    expect(calendar.status({ server: 'municipal' }, jst('2026-11-21T12:00')).state).toBe('open');
    // The network may still be down.
    const status = calendar.status('local-tax', jst('2026-11-21T12:00'));
    expect(status.state).toBe('uncertain');
    expect(listed(status.causes)).toEqual([
      'information-provision-network third-weekend uncertain 2026-11-21T00:00 2026-11-23T00:00',
    ]);
    expect(listed(status.undone)).toEqual([
      'municipal third-weekend uncertain 2026-11-21T00:00 2026-11-23T00:00',
    ]);
  });

  it('undoes no more than its interval', () => {
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

  it('never undoes hours', () => {
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

  it('settles the second Friday night within the hours', () => {
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

  it('lets the resident registry run over the New Year', () => {
    // From 30 December 2026 21:00 to 2 January 2027 8:00 it runs; before and after it is down as
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
  it('drops what starts in the month, also where it reaches into the next', () => {
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
    // The year before and after stay.
    expect(calendar.status('household', '2026-01-01').state).toBe('closed');
    expect(calendar.status('household', '2028-01-01').state).toBe('closed');
  });

  it('concerns its own server only, and that rule only', () => {
    // The network's third weekend moves from 21 November 2026 to the 14th; municipal and registry
    // keep theirs.
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

  it('settles which weekend of December the accident fund means', () => {
    // Saturdays of December 2033: 3, 10, 17, 24, 31. The last reaches into 2034 and is dropped with
    // the month. Daily hours: 8 to 21.
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

  it('may say open, and replaces as well outside of its interval', () => {
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

describe('what is undone', () => {
  it('names the announcement that counts, where several say the same or follow one another', () => {
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

describe('announcements that overlap', () => {
  const day = '2026-12-09'; // a Wednesday without outages
  const closed = announce('municipal', 'closed', `${day}T10:00`, `${day}T14:00`, {
    announcedAt: jst('2026-12-01'),
  });
  const open = announce('municipal', 'open', `${day}T12:00`, `${day}T16:00`, {
    announcedAt: jst('2026-12-02'),
  });
  const segments = (...announced: Announcement[]) =>
    segmentsOf(createCalendar({ announced }), 'local-tax', day, '2026-12-10');

  it('the later one counts, whichever is listed first', () => {
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

  it('the earlier open one does not count against a later closed one', () => {
    expect(segments({ ...closed, announcedAt: jst('2026-12-03') }, open)).toEqual([
      `open ${day}T00:00 ${day}T10:00`,
      `closed ${day}T10:00 ${day}T14:00`,
      `open ${day}T14:00 2026-12-10T00:00`,
    ]);
  });

  it('of the same instant the closed one counts', () => {
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
    // While the third counts, the first holds again: nothing says that it is over.
    const causes = createCalendar({ announced: [closed, open, third] }).status(
      'local-tax',
      jst(`${day}T13:30`),
    ).causes;
    expect(listed(causes)).toEqual([
      `municipal announcement closed ${day}T13:00 ${day}T14:00`,
      `municipal announcement closed ${day}T13:00 ${day}T15:00`,
    ]);
  });

  it('one about all and one about a server meet on that server only', () => {
    const all = announce('all', 'closed', `${day}T10:00`, `${day}T14:00`, {
      announcedAt: jst('2026-12-01'),
    });
    const calendar = createCalendar({ announced: [all, open] });
    expect(segmentsOf(calendar, { server: 'municipal' }, day, '2026-12-10')).toEqual([
      `open ${day}T00:00 ${day}T10:00`,
      `closed ${day}T10:00 ${day}T12:00`,
      `open ${day}T12:00 2026-12-10T00:00`,
    ]);
    // The portal is still down until 14:00.
    expect(segmentsOf(calendar, 'local-tax', day, '2026-12-10')[1]).toBe(
      `closed ${day}T10:00 ${day}T14:00`,
    );
  });

  it('two outages that overlap are both causes, each with its own interval', () => {
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

  it('over a planned outage both stay visible', () => {
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
    // Before 23:00 it stays uncertain: that the rest of the weekend is unaffected was not
    // announced.
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

  it('takes the place of the earlier one, in whatever order they come', () => {
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

  it('can be withdrawn, and then leaves no trace', () => {
    const withdrawn: Announcement = { ...outage, state: 'open', announcedAt: jst('2026-12-02') };
    const status = createCalendar({ announced: [outage, withdrawn] }).status(
      'local-tax',
      jst('2026-12-09T11:00'),
    );
    expect([status.state, status.undone]).toEqual(['open', []]);
  });

  it('may be repeated, in another form of the same instants too', () => {
    const calendar = createCalendar({ announced: [outage, { ...outage }] });
    const ms = Date.parse(outage.start as string);
    const again = calendar.with([{ ...outage, start: new Date(ms), end: ms + 7_200_000 }]);
    expect(again.status('local-tax', ms).toJSON()).toEqual(
      calendar.status('local-tax', ms).toJSON(),
    );
  });

  it('brings the replaced rule back when its successor no longer replaces it', () => {
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

describe('announcements and holders', () => {
  it('an outage of one holder makes a detail of several uncertain, and the status tells which', () => {
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

describe('announcements at the ends of the span', () => {
  it('are cut there, and count for nothing beyond', () => {
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
  it('carries the announcement and what it undoes, at +09:00', () => {
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

  it('is asked for a part of a segment with the part that is undone there', () => {
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
