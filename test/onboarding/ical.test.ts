import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { describe, expect, it } from 'vitest';
import {
  type Plan,
  type PlanICalendarOptions,
  planOnboarding,
  toICalendar,
} from '../../src/onboarding/index.js';
import { all, langs, plan, today } from './plans.js';

interface Event {
  readonly uid: string;
  readonly start: string;
  readonly end: string;
  readonly summary: string;
  readonly description: string;
}

describe('the feed of a plan', () => {
  const isoDay = (date: Date) =>
    new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

  function readByIcalJs(text: string): Event[] {
    const events = new ICAL.Component(ICAL.parse(text))
      .getAllSubcomponents('vevent')
      .map((component) => new ICAL.Event(component));
    return events.map(({ uid, startDate, endDate, summary, description }) => {
      expect([startDate.isDate, endDate.isDate]).toEqual([true, true]);
      return { uid, start: startDate.toString(), end: endDate.toString(), summary, description };
    });
  }

  function readByNodeIcal(text: string): Event[] {
    const components = Object.values(nodeIcal.sync.parseICS(text)).flatMap((component) =>
      component?.type === 'VEVENT' ? [component] : [],
    );
    return components.map(({ uid, start, end, summary, description, datetype }) => {
      expect(datetype).toBe('date');
      return {
        uid,
        start: isoDay(start),
        end: isoDay(end as Date),
        summary: String(summary),
        description: String(description),
      };
    });
  }

  const read = (each: Plan, options: PlanICalendarOptions = {}) => {
    const text = toICalendar(each, options);
    const events = readByIcalJs(text);
    expect(readByNodeIcal(text)).toEqual(events);
    return events;
  };
  const uids = (each: Plan, options: PlanICalendarOptions = {}) =>
    read(each, options).map(({ uid }) => uid);

  it('has an all-day event for each step and for the go-live, which two parsers read the same way', () => {
    const events = read(plan);
    expect(
      events
        .map(({ summary, start, end }) => `${summary} ${start} ${end}`)
        .filter((_, index) => [0, 1, 8, 9, 17, 18].includes(index)),
    ).toEqual([
      // The end is the day after the last day.
      'A-1 利用検討 2026-09-29 2026-10-14',
      'A-2 疑問点の問い合わせ（必要に応じ随時） 2026-09-29 2026-10-14',
      '【提出】A-9 接続確認環境の利用申請 2027-01-12 2027-01-13',
      'A-10 接続試験用資材等の提供等 2027-01-25 2027-01-26',
      'A-18 本番環境における事前動作確認の実施 2027-03-24 2027-04-01',
      '利用開始 2027-04-01 2027-04-02',
    ]);
    expect(events).toHaveLength(19);
    expect(events[8]?.description.split('\n')).toEqual([
      '図5.1-3 A-9: Webサービス提供者（事業者）',
      '開始〜完了期限: 2027-01-12(火)',
      '余裕日数: 0営業日',
      '提出先: デジタル庁（マイナポータル運営主体）',
      ...[
        '- 接続確認環境利用申請書',
        '- サービス情報設定シート',
        '- 接続情報設定シート（接続確認環境）',
        '- テストデータ設定シート',
      ],
      '- 接続確認環境試験_事前確認手順一覧',
    ]);
  });

  it.each(all)(
    'is read the same way by two parsers in both languages, and names the figure of each step: %s',
    (_, each) => {
      for (const lang of langs) {
        const events = read(each, { lang });
        expect(events).toHaveLength(each.steps.length + 1);
        for (const [index, { figure, id }] of each.steps.entries())
          expect(events[index]?.description).toContain(
            lang === 'ja' ? `図${figure} ${id}` : `figure ${figure}, ${id}`,
          );
      }
    },
  );

  it('has the earliest dates of a plan from a day', () => {
    const events = read(planOnboarding({ start: '2027-04-16', today }));
    expect(events.map(({ start }) => start).slice(9, 11)).toEqual(['2027-08-04', '2027-08-17']);
  });

  it('keeps its UIDs when dates, durations and language change, so that events move and are not doubled', () => {
    const name = '住宅ローン事前審査';
    const moved = planOnboarding({
      start: '2027-05-06',
      durations: { development: { weeks: 3 } },
      today: '2027-01-05',
    });
    expect(uids(moved, { lang: 'en', name })).toEqual(uids(plan, { name }));
    expect(new Set(uids(plan)).size).toBe(19);
  });

  it('has other UIDs for another service and for another procedure', () => {
    const every = [
      ...all.slice(4).flatMap(([, each]) => uids(each)),
      ...uids(plan),
      ...uids(plan, { name: 'a' }),
      ...uids(plan, { name: 'b' }),
    ];
    expect(new Set(every).size).toBe(every.length);
  });

  it("is stamped with the plan's today or as asked, and the same to the byte for the same plan", () => {
    const stamps = (text: string) => [...new Set(text.match(/^DTSTAMP:.*$/gm))];
    expect(stamps(toICalendar(plan))).toEqual(['DTSTAMP:20260928T150000Z']);
    expect(stamps(toICalendar(plan, { stamp: '2026-10-01T12:34:56+09:00' }))).toEqual([
      'DTSTAMP:20261001T033456Z',
    ]);
    expect(toICalendar(JSON.parse(JSON.stringify(plan)))).toBe(
      toICalendar(planOnboarding({ goLive: '2027-04-01', today })),
    );
  });

  it('has lines of at most 75 octets, to which a name adds none', () => {
    const name = `a;b,c\\d\r\nBEGIN:VEVENT\u0007${'年'.repeat(60)}`;
    const text = toICalendar(plan, { name });
    for (const line of text.split('\r\n'))
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain(
      `（a\\;b\\,c\\\\d BEGIN:VEVENT ${'年'.repeat(60)}）\r\n`,
    );
    expect(read(plan, { name })).toHaveLength(19);
    expect(text.match(/^TRANSP:TRANSPARENT\r$/gm)).toHaveLength(19);
  });
});
