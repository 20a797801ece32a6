import { describe, expect, it } from 'vitest';
import { type Announcement, type Calendar, createCalendar } from '../../../src/calendar/index.js';
import { announce, jst, listed, segmentsOf, show } from '../announcing.js';

// Notices that were really published. The expected answers were worked out by hand from section 2.5
// of guideline v2.2 and a paper calendar.

describe('the outages that were really announced', () => {
  const september = announce('all', 'closed', '2026-09-05', '2026-09-07', {
    id: '2026-09',
    replaces: { rule: 'third-weekend', month: '2026-09' },
    source: '自己情報取得API 9月5日(土) 0:00 〜 9月7日(月) 0:00',
  });

  it('close the first weekend of September 2026 in place of the third', () => {
    // 1 September 2026 is a Tuesday. Saturdays: 5, 12, 19; the third weekend would be 19 and 20.
    const calendar = createCalendar({ announced: [september] });
    expect(segmentsOf(calendar, 'local-tax', '2026-09-01', '2026-10-01')).toEqual([
      'open 2026-09-01T00:00 2026-09-05T00:00',
      'closed 2026-09-05T00:00 2026-09-07T00:00',
      'open 2026-09-07T00:00 2026-10-01T00:00',
    ]);
    const sunday = calendar.status('local-tax', jst('2026-09-06T12:00'));
    // One announcement is one cause, although it affects local tax through four servers.
    expect(listed(sunday.causes)).toEqual([
      'null announcement closed 2026-09-05T00:00 2026-09-07T00:00',
    ]);
    expect([show(sunday.since), show(sunday.until), show(sunday.nextOpening)]).toEqual([
      '2026-09-05T00:00',
      '2026-09-07T00:00',
      '2026-09-07T00:00',
    ]);
    expect(sunday.causes[0]).toMatchObject({
      kind: 'announcement',
      certainty: 'announced',
      source: {
        kind: 'announcement',
        id: '2026-09',
        announcedAt: '2023-07-01T00:00:00+09:00',
        source: september.source,
      },
      text: { ja: 'サービス全体は、お知らせにより停止します。' },
    });
  });

  it('keep the third weekend of September visible as undone', () => {
    const calendar = createCalendar({ announced: [september] });
    const status = calendar.status('local-tax', jst('2026-09-19T23:00'));
    expect([status.state, status.causes]).toEqual(['open', []]);
    expect(listed(status.undone)).toEqual([
      'information-provision-network third-weekend uncertain 2026-09-19T00:00 2026-09-21T00:00',
      'municipal third-weekend uncertain 2026-09-19T00:00 2026-09-21T00:00',
      'juki-net third-weekend closed 2026-09-19T22:00 2026-09-20T08:00',
    ]);
    expect(status.undone.map((cause) => cause.undoneBy.id)).toEqual([
      '2026-09',
      '2026-09',
      '2026-09',
    ]);
    // The next third weekend, 17 and 18 October, is unchanged.
    expect(show(status.until)).toBe('2026-10-17T00:00');
  });

  it('keep the third weekend in force when the notice does not replace it', () => {
    const { replaces, ...rest } = september;
    expect(
      segmentsOf(createCalendar({ announced: [rest] }), 'local-tax', '2026-09-01', '2026-10-01'),
    ).toEqual([
      'open 2026-09-01T00:00 2026-09-05T00:00',
      'closed 2026-09-05T00:00 2026-09-07T00:00',
      'open 2026-09-07T00:00 2026-09-19T00:00',
      'uncertain 2026-09-19T00:00 2026-09-19T22:00',
      'closed 2026-09-19T22:00 2026-09-20T08:00',
      'uncertain 2026-09-20T08:00 2026-09-21T00:00',
      'open 2026-09-21T00:00 2026-10-01T00:00',
    ]);
  });

  it('close every server asked alone as well', () => {
    const calendar = createCalendar({ announced: [september] });
    for (const server of ['mynaportal', 'juki-net', 'account-registry'] as const) {
      expect(segmentsOf(calendar, { server }, '2026-09-01', '2026-10-01')).toEqual([
        'open 2026-09-01T00:00 2026-09-05T00:00',
        'closed 2026-09-05T00:00 2026-09-07T00:00',
        'open 2026-09-07T00:00 2026-10-01T00:00',
      ]);
    }
  });

  it('close the portal from Saturday 6 December 2025 22:00 to Monday 6:00', () => {
    // 1 December 2025 is a Monday; the third weekend is 20 and 21.
    const calendar = createCalendar({
      announced: [announce('mynaportal', 'closed', '2025-12-06T22:00', '2025-12-08T06:00')],
    });
    expect(segmentsOf(calendar, 'local-tax', '2025-12-06', '2025-12-09')).toEqual([
      'open 2025-12-06T00:00 2025-12-06T22:00',
      'closed 2025-12-06T22:00 2025-12-08T06:00',
      'open 2025-12-08T06:00 2025-12-09T00:00',
    ]);
    // The pension service does not run on the weekend. From Friday 23:00 to Monday 8:00 both causes
    // hold, and the hours decide when it opens.
    const pension = calendar.status('pension@pension-service', jst('2025-12-07T12:00'));
    expect(listed(pension.causes)).toEqual([
      'pension-service business-day-hours closed 2025-12-05T23:00 2025-12-08T08:00',
      'mynaportal announcement closed 2025-12-06T22:00 2025-12-08T06:00',
    ]);
    expect(show(pension.nextOpening)).toBe('2025-12-08T08:00');
    expect(pension.causes[1]?.text.ja).toBe('マイナポータルは、お知らせにより停止します。');
    expect(calendar.isOpen({ server: 'municipal' }, jst('2025-12-07T12:00'))).toBe(true);
  });

  it('close the portal over the New Year 2025/26, first to 2 January 3:00, then perhaps to 4 January 22:00', () => {
    const first = announce('mynaportal', 'closed', '2025-12-31T22:00', '2026-01-02T03:00', {
      id: 'new-year',
      announcedAt: jst('2025-12-20'),
    });
    const extended: Announcement = {
      ...first,
      end: jst('2026-01-04T22:00'),
      approximate: true,
      announcedAt: jst('2026-01-02T02:00'),
    };
    // The resident registry is closed from 28 December 21:00 to 4 January 8:00 anyway.
    const before = createCalendar({ announced: [first] });
    const closedOver = (calendar: Calendar) => {
      const { state, since, until } = calendar.status('household', jst('2026-01-01'));
      return [state, show(since), show(until)];
    };
    expect(closedOver(before)).toEqual(['closed', '2025-12-28T21:00', '2026-01-04T08:00']);
    expect(listed(before.status('household', jst('2026-01-01')).causes)).toEqual([
      'juki-net year-end closed 2025-12-28T21:00 2026-01-04T08:00',
      'mynaportal announcement closed 2025-12-31T22:00 2026-01-02T03:00',
    ]);
    // An approximate end counts up to the latest instant.
    const after = before.with([extended]);
    expect(closedOver(after)).toEqual(['closed', '2025-12-28T21:00', '2026-01-04T22:00']);
    expect(
      after.status('household', jst('2026-01-04T12:00')).causes.map((cause) => cause.certainty),
    ).toEqual(['stated', 'approximate']);
    expect(show(after.nextOpening('household', jst('2026-01-01')))).toBe('2026-01-04T22:00');
    // The earlier calendar is unchanged.
    expect(closedOver(before)).toEqual(['closed', '2025-12-28T21:00', '2026-01-04T08:00']);
  });

  it('close everything on Monday 31 August 2026 from about 17:00 to about 18:40', () => {
    const calendar = createCalendar({
      announced: [
        announce('all', 'closed', '2026-08-31T17:00', '2026-08-31T18:40', { approximate: true }),
      ],
    });
    expect(segmentsOf(calendar, 'pension@pension-service', '2026-08-31', '2026-09-01')).toEqual([
      'closed 2026-08-31T00:00 2026-08-31T08:00',
      'open 2026-08-31T08:00 2026-08-31T17:00',
      'closed 2026-08-31T17:00 2026-08-31T18:40',
      'open 2026-08-31T18:40 2026-08-31T23:00',
      'closed 2026-08-31T23:00 2026-09-01T00:00',
    ]);
    const at = (time: string) =>
      calendar.isOpen('pension@pension-service', `2026-08-31T${time}+09:00`);
    expect([at('16:59:59.999'), at('17:00:00'), at('18:39:59.999'), at('18:40:00')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('close everything on Sunday 15 December 2024 from 3:00 to 4:00, a week before the third weekend', () => {
    const calendar = createCalendar({
      announced: [announce('all', 'closed', '2024-12-15T03:00', '2024-12-15T04:00')],
    });
    expect(segmentsOf(calendar, 'local-tax', jst('2024-12-14'), jst('2024-12-22T00:30'))).toEqual([
      'open 2024-12-14T00:00 2024-12-15T03:00',
      'closed 2024-12-15T03:00 2024-12-15T04:00',
      'open 2024-12-15T04:00 2024-12-21T00:00',
      'uncertain 2024-12-21T00:00 2024-12-21T22:00',
      'closed 2024-12-21T22:00 2024-12-22T00:30',
    ]);
  });
});
