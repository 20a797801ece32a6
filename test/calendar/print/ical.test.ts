import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { describe, expect, it } from 'vitest';
import {
  createCalendar,
  type ICalendarOptions,
  type Target,
  toICalendar,
} from '../../../src/calendar/index.js';
import { refusal } from '../../kit/refusals.js';

const calendar = createCalendar();
const november = { start: '2026-11-01', end: '2026-12-01' } as const;
const octets = (line: string) => new TextEncoder().encode(line).length;

interface Event {
  readonly uid: string;
  readonly start: string;
  readonly end: string;
  readonly summary: string;
  readonly description: string;
}

const byStart = (a: Event, b: Event) => (a.start < b.start ? -1 : 1);

/** Returns the result of one parser. */
function readByIcalJs(text: string): Event[] {
  const events = new ICAL.Component(ICAL.parse(text))
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component));
  return events
    .map(({ uid, startDate, endDate, summary, description }) => ({
      uid,
      start: startDate.toJSDate().toISOString(),
      end: endDate.toJSDate().toISOString(),
      summary,
      description,
    }))
    .sort(byStart);
}

/** Returns the result of the other parser. */
function readByNodeIcal(text: string): Event[] {
  const components = Object.values(nodeIcal.sync.parseICS(text)).flatMap((component) =>
    component?.type === 'VEVENT' ? [component] : [],
  );
  return components
    .map(({ uid, start, end, summary, description }) => ({
      uid,
      start: new Date(start).toISOString(),
      end: new Date(end as Date).toISOString(),
      summary: String(summary),
      description: String(description),
    }))
    .sort(byStart);
}

function read(text: string): Event[] {
  const events = readByIcalJs(text);
  expect(readByNodeIcal(text)).toEqual(events);
  return events;
}

const eventsOf = (target: Target, options: ICalendarOptions) =>
  read(toICalendar(calendar, target, options));
const brief = (events: readonly Event[]) =>
  events.map(({ summary, start, end }) => `${summary} ${start.slice(0, 16)} ${end.slice(0, 16)}`);

describe('toICalendar', () => {
  // Third Saturday of November 2026: the 21st. In UTC nine hours less: Saturday 0:00 is Friday
  // 15:00.
  it('has an event for each outage, which two parsers read alike', () => {
    expect(brief(eventsOf('local-tax', november))).toEqual([
      '停止の可能性（不確定）: 地方税 2026-11-20T15:00 2026-11-21T13:00',
      '停止: 地方税 2026-11-21T13:00 2026-11-21T23:00',
      '停止の可能性（不確定）: 地方税 2026-11-21T23:00 2026-11-22T15:00',
    ]);
  });

  it('has an event for each open time when show is windows', () => {
    // Friday 4 to Tuesday 8 December 2026: business days are Friday, Monday and Tuesday, 8:00 to
    // 23:00.
    expect(
      brief(
        eventsOf('pension@pension-service', {
          start: '2026-12-04',
          end: '2026-12-09',
          show: 'windows',
          lang: 'en',
        }),
      ),
    ).toEqual([
      'Open: pension (Japan Pension Service) 2026-12-03T23:00 2026-12-04T14:00',
      'Open: pension (Japan Pension Service) 2026-12-06T23:00 2026-12-07T14:00',
      'Open: pension (Japan Pension Service) 2026-12-07T23:00 2026-12-08T14:00',
    ]);
  });

  it('describes the reasons, each with its span, and the disclaimer', () => {
    const [, closed] = eventsOf('local-tax', november);
    expect(closed?.description.split('\n')).toEqual([
      '- 11月21日(土)〜11月22日(日) 情報提供ネットワークシステムは、原則として第3土日に計画停止しますが、停止する時間帯は公表されていません（表2.5-2、解釈を含む）',
      '- 11月21日(土)〜11月22日(日) 自治体中間サーバは、原則として第3土日に計画停止しますが、停止する時間帯は公表されていません（表2.5-4、解釈を含む）',
      '- 11月21日(土) 22:00〜11月22日(日) 8:00 住民基本台帳ネットワークシステムは、原則として毎月第3土曜22時から翌日曜8時まで計画停止します（表2.5-3、解釈を含む）',
      '公表された運用日・時間（自己情報取得API ガイドライン 2.2版、2.5節）とお知らせに基づきます。実際の応答を保証するものではありません。',
    ]);
  });

  it('marks uncertain times as tentative and blocks no time', () => {
    const text = toICalendar(calendar, 'local-tax', november);
    expect(text.match(/^(STATUS|TRANSP|CATEGORIES):.*$/gm)).toEqual([
      ...['STATUS:TENTATIVE', 'TRANSP:TRANSPARENT', 'CATEGORIES:UNCERTAIN'],
      ...['STATUS:CONFIRMED', 'TRANSP:TRANSPARENT', 'CATEGORIES:CLOSED'],
      ...['STATUS:TENTATIVE', 'TRANSP:TRANSPARENT', 'CATEGORIES:UNCERTAIN'],
    ]);
  });

  it('is a complete calendar without events for the portal, which has no planned outage', () => {
    expect(eventsOf({ server: 'mynaportal' }, november)).toEqual([]);
    const root = new ICAL.Component(
      ICAL.parse(toICalendar(calendar, { server: 'mynaportal' }, november)),
    );
    // RFC 5545 requires at least one component.
    expect(root.getAllSubcomponents().map(({ name }) => name)).toEqual(['vtimezone']);
    expect(root.getFirstPropertyValue('x-wr-calname')).toBe('マイナポータル');
  });
});

describe('the UID of an event', () => {
  const uids = (target: Target, options: ICalendarOptions) =>
    eventsOf(target, options).map(({ uid }) => uid);

  it('is the same for every requested span, even one that cuts the outage', () => {
    const all = uids('local-tax', november);
    expect(uids('local-tax', { start: '2026-01-01', end: '2027-01-01' })).toEqual(
      expect.arrayContaining(all),
    );
    // From Saturday 23:00 to Sunday 1:00: inside the closed part only, which is included whole.
    const cut = eventsOf('local-tax', {
      start: '2026-11-21T23:00+09:00',
      end: '2026-11-22T01:00+09:00',
    });
    expect(brief(cut)).toEqual(['停止: 地方税 2026-11-21T13:00 2026-11-21T23:00']);
    expect(cut.map(({ uid }) => uid)).toEqual([all[1]]);
  });

  it('does not depend on language, name or stamp', () => {
    expect(uids('local-tax', { ...november, lang: 'en', name: 'x', stamp: '2026-10-01' })).toEqual(
      uids('local-tax', november),
    );
  });

  it('differs by target, state and start', () => {
    const year = { start: '2026-01-01', end: '2027-01-01' };
    const targets: Target[] = [
      'local-tax',
      'household',
      'local-tax@municipal',
      { server: 'municipal' },
      { allOf: ['local-tax', 'household'] },
    ];
    const all = targets.flatMap((target) => [
      ...uids(target, year),
      ...uids(target, { ...year, show: 'windows' }),
    ]);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(200);
  });

  it('differs when an announcement closes an uncertain weekend that starts at the same instant', () => {
    const weekend = {
      id: 'a',
      target: 'all',
      state: 'closed',
      start: '2026-11-21',
      end: '2026-11-23',
      announcedAt: '2026-11-02',
      source: 'a',
    } as const;
    const [before] = eventsOf('local-tax', november);
    const [after] = read(
      toICalendar(createCalendar({ announced: [weekend] }), 'local-tax', november),
    );
    expect(after?.start).toBe(before?.start);
    expect(after?.uid).not.toBe(before?.uid);
  });

  it('is the same for any order of the members of a combination', () => {
    expect(uids({ allOf: ['local-tax', 'household'] }, november)).toEqual(
      uids({ allOf: ['household', { allOf: ['local-tax'] }] }, november),
    );
  });

  it('stays short for any number of members', () => {
    const all = { allOf: calendarDetails() };
    for (const uid of uids(all, november)) expect(octets(uid)).toBeLessThan(80);
  });

  const calendarDetails = (): Target[] => [
    'local-tax',
    'household',
    'pension',
    'employment',
    'vaccination',
    'long-term-care',
    'single-parent',
  ];
});

describe('the stamp of an event', () => {
  const stamps = (text: string) => [...new Set(text.match(/^DTSTAMP:.*$/gm))];

  it('is the day of the guideline while nothing is announced', () => {
    expect(stamps(toICalendar(calendar, 'local-tax', november))).toEqual([
      'DTSTAMP:20230629T150000Z',
    ]);
    expect(toICalendar(calendar, 'local-tax', november)).toBe(
      toICalendar(createCalendar(), 'local-tax', november),
    );
  });

  it('is the time of the latest announcement behind the event', () => {
    const announced = [
      {
        id: 'a',
        target: 'all',
        state: 'closed',
        start: '2026-11-10',
        end: '2026-11-11',
        announcedAt: '2026-11-02T09:00+09:00',
        source: 'a',
      } as const,
    ];
    const text = toICalendar(createCalendar({ announced }), 'local-tax', {
      start: '2026-11-01',
      end: '2026-11-15',
    });
    expect(stamps(text)).toEqual(['DTSTAMP:20261102T000000Z']);
  });

  it('is options.stamp when given', () => {
    expect(
      stamps(
        toICalendar(calendar, 'local-tax', { ...november, stamp: '2026-10-01T12:34:56+09:00' }),
      ),
    ).toEqual(['DTSTAMP:20261001T033456Z']);
  });
});

describe('the iCalendar text', () => {
  it('has lines of at most 75 octets that end with CRLF, and splits no character', () => {
    // A letter of four octets, so that each fold falls between one and three octets before the end.
    for (const name of [
      '𠮷'.repeat(200),
      `a${'𠮷'.repeat(200)}`,
      `ab${'年'.repeat(200)}`,
      'é'.repeat(200),
      'x'.repeat(500),
    ]) {
      const text = toICalendar(calendar, 'pension', { ...november, name });
      const lines = text.split('\r\n');
      expect(lines.at(-1)).toBe('');
      expect(lines.filter((line) => octets(line) > 75)).toEqual([]);
      expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
      // Each line alone is UTF-8 without replacement characters, and unfolded it is the name again.
      expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text);
      expect(text.replaceAll('\r\n ', '')).toContain(`NAME:${name}\r\n`);
    }
  });

  it('fills a line up to its 75th octet', () => {
    const lines = toICalendar(calendar, 'local-tax', { ...november, name: 'x'.repeat(100) }).split(
      '\r\n',
    );
    const at = lines.indexOf(`NAME:${'x'.repeat(70)}`);
    expect(lines[at + 1]).toBe(` ${'x'.repeat(30)}`);
  });

  it('escapes special characters, so that a name or a notice cannot add a line', () => {
    const name = 'a;b,c\\d\r\nBEGIN:VEVENT\u0007\u202e"e"';
    const announced = [
      {
        id: 'a',
        target: 'all',
        state: 'closed',
        start: '2026-11-10',
        end: '2026-11-11',
        announcedAt: '2026-11-02',
        source: `${name}\nEND:VCALENDAR`,
      } as const,
    ];
    const text = toICalendar(createCalendar({ announced }), 'local-tax', {
      start: '2026-11-01',
      end: '2026-11-15',
      name,
    });
    expect(text.replaceAll('\r\n ', '')).toContain('NAME:a\\;b\\,c\\\\d BEGIN:VEVENT "e"\r\n');
    const [event, ...others] = read(text);
    expect(others).toEqual([]);
    expect(event?.description).toContain('（お知らせ: a;b,c\\d BEGIN:VEVENT "e" END:VCALENDAR）');
  });
});

describe('the options of toICalendar', () => {
  const asked = (options: object, target: unknown = 'local-tax') =>
    refusal(() =>
      toICalendar(calendar, target as Target, { ...november, ...options } as ICalendarOptions),
    );

  it('are rejected when they are invalid', () => {
    expect(asked({ show: 'all' })).toEqual(['invalid_option', 'options.show']);
    expect(asked({ lang: 'fr' })).toEqual(['invalid_option', 'options.lang']);
    expect(asked({ name: ' ' })).toEqual(['invalid_option', 'options.name']);
    expect(asked({ stamp: 'now' })).toEqual(['invalid_instant', 'options.stamp']);
    expect(asked({ zone: 'UTC' })).toEqual(['unknown_option', 'options.zone']);
    expect(asked({}, 'income')).toEqual(['unknown_detail', 'target']);
    expect(asked({ end: '2026-10-01' })).toEqual(['range_reversed', 'end']);
    expect(asked({ start: '2020-01-01' })).toEqual(['outside_calendar', 'start']);
    expect(() => toICalendar(calendar, 'local-tax', undefined as never)).toThrow(TypeError);
  });
});

describe('an event of a stop that is partial', () => {
  const said = {
    state: 'closed',
    start: '2026-10-13T23:50+09:00',
    end: '2026-10-14T08:00+09:00',
    announcedAt: '2026-10-01',
    source: 'お知らせ',
  } as const;
  const span = { start: '2026-10-13', end: '2026-10-15' } as const;
  const item = 'TM00000000000016';

  it.each([
    [
      'one detail',
      { target: { detail: 'public-funds-account' } },
      'public-funds-account',
      '停止: 公金受取口座',
      '「公金受取口座」の情報は、お知らせにより停止します',
    ],
    [
      'one item',
      { target: { item } },
      { detail: 'single-parent', item },
      `停止: 児童扶養手当（${item}）`,
      `「児童扶養手当」の情報（${item}）は、お知らせにより停止します`,
    ],
    [
      'a first use',
      { target: 'all', limit: 'first-use' },
      'local-tax',
      '停止の可能性（不確定）: 地方税',
      'サービス全体は、お知らせにより停止します（初めて利用する方のみ）',
    ],
    [
      'some sources',
      { target: 'all', limit: 'some-sources' },
      'local-tax',
      '停止の可能性（不確定）: 地方税',
      'サービス全体は、お知らせにより停止します（一部の保有機関のみ）',
    ],
  ] as const)('says what stops and for whom: %s', (_, stop, target, summary, reason) => {
    const announced = [{ ...said, ...stop, id: 'a' }];
    const events = read(toICalendar(createCalendar({ announced }), target, span));
    expect(events.map((event) => [event.start, event.end, event.summary])).toEqual([
      ['2026-10-13T14:50:00.000Z', '2026-10-13T23:00:00.000Z', summary],
    ]);
    expect(events[0]?.description).toContain(reason);
  });

  it('leaves other details out', () => {
    const announced = [{ ...said, id: 'a', target: { detail: 'public-funds-account' } }] as const;
    expect(read(toICalendar(createCalendar({ announced }), 'local-tax', span))).toEqual([]);
  });
});
