import { describe, expect, it } from 'vitest';
import { type Announcement, type Calendar, createCalendar } from '../../src/calendar/index.js';
import { announce, jst, show } from './announcing.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.

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
