import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  type Calendar,
  createCalendar,
  type Target,
} from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import { announce, jst, listed, segmentsOf, show } from '../announcing.js';

// Notices that were really published. The expected answers were worked out by hand from section 2.5
// of guideline v2.2 and a paper calendar.

/** What follows the last hour of a line. */
const SCOPE = /(?<=:00)[\n 　]*[（【]?(?<words>[^（）【】～\d\s][^（）【】～\n]*)[）】]?$/gm;
const ROW =
  /^(?<period>\d+月.*:00)(?:[\n 　]*[（【]?(?<words>[^（）【】～\d\s][^（）【】～\n]*)[）】]?)?$/gm;
const bulleted = (text: string) => text.replace(/^(?=\d+月)/gm, '・');

describe('the outages that were really announced', () => {
  // What was announced for autumn 2026, in words of our own.
  const page = `メンテナンスのお知らせ
下記の期間は、ご利用いただけません。

自己情報取得API
8月24日(月) 22:00 ～ 8月25日(火) 8:00
8月29日(土) 17:00 ～ 8月30日(日) 7:00（一部の取得先のみ取得可能）
9月5日(土) 0:00 ～ 9月7日(月) 0:00（戸籍関係情報のみ）
9月5日(土) 21 :00 ～ 9月6日(日) 8 :00
（特定個人情報番号31、87）
9月19日(土) 9:00 ～ 9月21日(月) 0:00　戸籍関係情報のみ
9月20日(日) 0:00 ～ 8:00（初回利用時のみ）
10月13日(火) 23:50 ～ 10月14日(水) 8:00【公金受取口座のみ】

医療保険情報取得API
10月18日(日) 0:00 ～ 8:00（初回利用時のみ）
`;
  const notices = parseNotices(page, { publishedAt: '2026-08-20' });
  const autumn = createCalendar({ announced: notices.announcements });
  const closed = (target: Target, start: string, end: string) =>
    segmentsOf(autumn, target, start, end).filter((segment) => segment.startsWith('closed'));

  it.each([
    { layout: 'as the page has them', text: page },
    { layout: 'on the next line', text: page.replace(SCOPE, '\n$<words>') },
    { layout: 'in brackets on the next line', text: page.replace(SCOPE, '\n（$<words>）') },
    {
      layout: 'on the next line, below bullets',
      text: bulleted(page.replace(SCOPE, '\n　$<words>')),
    },
    { layout: 'in labels', text: page.replace(SCOPE, '\n対象：$<words>') },
    {
      layout: 'in blocks of labels',
      text: page
        .replace(SCOPE, '\n理由：システムメンテナンス\n対象：$<words>')
        .replace(/^(?=\d+月)/gm, '\n停止期間：'),
    },
    { layout: 'in a table', text: page.replace(ROW, '| $<period> | $<words> |') },
    { layout: 'in brackets, with bullets', text: bulleted(page.replace(SCOPE, '（$<words>）')) },
  ])('are read with the scopes that the page states, $layout', ({ text }) => {
    const { announcements, notUnderstood } = parseNotices(text, { publishedAt: '2026-08-20' });
    expect(
      announcements.map(({ target, state, limit, start }) => [
        start.slice(5, 10),
        target,
        state,
        limit ?? null,
      ]),
    ).toEqual([
      ['08-24', 'all', 'closed', null],
      ['08-29', 'all', 'uncertain', 'some-sources'],
      ['09-05', { item: 'TM00000000000031' }, 'closed', null],
      ['09-05', { item: 'TM00000000000087' }, 'closed', null],
      ['09-20', 'all', 'uncertain', 'first-use'],
      ['10-13', { detail: 'public-funds-account' }, 'closed', null],
    ]);
    expect(
      notUnderstood
        .filter(({ period }) => period)
        .map(({ reason, period }) => [period?.start.slice(5, 10), reason.code]),
    ).toEqual([
      ['09-05', 'outside_catalog'],
      ['09-19', 'outside_catalog'],
      ['10-18', 'unknown_system'],
    ]);
  });

  it('leave the first weekend of September 2026 open, because only the family register stops', () => {
    // 1 September 2026 is a Tuesday, so 5 and 6 are the first weekend and 19 and 20 the third. The
    // resident registry is closed on the third from Saturday 22:00 to Sunday 8:00, by the tables.
    expect(closed('local-tax', '2026-09-01', '2026-10-01')).toEqual([
      'closed 2026-09-19T22:00 2026-09-20T08:00',
    ]);
    expect(autumn.isOpen({ server: 'municipal' }, jst('2026-09-06T12:00'))).toBe(true);
  });

  it('close a detail that the page names, and no other', () => {
    const night = ['2026-10-13', '2026-10-15'] as const;
    expect(closed('public-funds-account', ...night)).toEqual([
      'closed 2026-10-13T23:50 2026-10-14T08:00',
    ]);
    expect(closed('local-tax', ...night)).toEqual([]);
  });

  it('are uncertain for those who have never fetched, and for some sources', () => {
    const at = (time: string) => autumn.status('local-tax', jst(time));
    expect(at('2026-08-29T18:00').state).toBe('uncertain');
    expect(at('2026-08-29T18:00').causes.map(({ limit }) => limit)).toEqual(['some-sources']);
    // Monday 24 August 22:00 stops everything.
    expect(closed('local-tax', '2026-08-24', '2026-08-26')).toEqual([
      'closed 2026-08-24T22:00 2026-08-25T08:00',
    ]);
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
