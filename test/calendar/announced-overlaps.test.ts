import { describe, expect, it } from 'vitest';
import { type Announcement, createCalendar } from '../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf, show } from './announcing.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.

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

  it('interact only at one server when one is for all servers and the other for that server', () => {
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
