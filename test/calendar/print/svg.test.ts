import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  createCalendar,
  type PictureOptions,
  type Target,
  toSvg,
  toText,
} from '../../../src/calendar/index.js';
import { refusal } from '../../kit/refusals.js';

const calendar = createCalendar();
const third: Announcement = {
  id: 'nov',
  target: 'all',
  state: 'open',
  start: '2026-11-21',
  end: '2026-11-22',
  announcedAt: '2026-11-02',
  source: '<b>"停止" & \'中止\'</b>\u001b[31m\u202e',
};

/** Returns the lines of the days. */
const days = (text: string) =>
  text.split('\n').filter((line) => /^ [ \d]\d .*[.?#]{48}$/.test(line));
const unescaped = (text: string) =>
  text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
/** Returns the titles of the segments, in order. */
const titles = (svg: string) =>
  [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, text]) => unescaped(text ?? ''));
/** Returns the visible text of the picture. */
const texts = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => unescaped(text ?? ''));

describe('toText', () => {
  it('shows the third weekend of November 2026 by half hours', () => {
    // Saturday the 21st: uncertain until 22:00, then closed; Sunday: closed until 8:00 (16 half
    // hours), then uncertain. The 23rd is a holiday.
    expect(days(toText(calendar, ['local-tax'], { month: '2026-11' })).slice(18, 24)).toEqual([
      ` 19 木      ${'.'.repeat(48)}`,
      ` 20 金      ${'.'.repeat(48)}`,
      ` 21 土      ${'?'.repeat(44)}####`,
      ` 22 日      ${'#'.repeat(16)}${'?'.repeat(32)}`,
      ` 23 月 祝   ${'.'.repeat(48)}`,
      ` 24 火      ${'.'.repeat(48)}`,
    ]);
  });

  it('marks the best hours of a month, and none where all hours are alike', () => {
    // December 2026: 20 business days up to the 28th, on which the registry closes at 21:00.
    const target = 'pension@pension-service';
    const text = toText(calendar, [target], { month: '2026-12' });
    expect(text).toContain(`\n${' '.repeat(12 + 16)}${'^'.repeat(26)}\n`);
    expect(text).toContain('\n^ 取得しやすい時間帯: 8時〜21時（31日のうち20日）\n');
    const svg = toSvg(calendar, [target], { month: '2026-12', lang: 'en' });
    expect(texts(svg)).toContain('best hours: 8:00–21:00 (20 of 31 days)');
    expect(svg.match(/<rect [^>]*width="25" height="5"/g)).toHaveLength(13);
    for (const [asked, options] of [
      ['local-tax', { month: '2026-11' }],
      [target, { week: '2026-12-07' }],
    ] as const)
      expect(toText(calendar, [asked], options)).not.toContain('^');
  });

  it('shows what an announcement says about one item, also where it is only slow', () => {
    const item = 'TM00000000000002';
    const said = { ...third, source: 'お知らせ', target: { item } } as const;
    const announced: Announcement[] = [
      { ...said, id: 'stop', state: 'closed', start: '2026-11-04', end: '2026-11-05' },
      { ...said, id: 'slow', state: 'slow', start: '2026-11-06', end: '2026-11-07' },
    ];
    const text = toText(createCalendar({ announced }), [{ detail: 'local-tax', item }], {
      week: '2026-11-02',
    });
    expect(text.split('\n')[0]).toContain('地方税（TM00000000000002）');
    expect(days(text)[2]).toBe(`  4 水      ${'#'.repeat(48)}`);
    expect(text).toContain(
      '# 11月4日(水) 終日　「地方税」の情報（TM00000000000002）は、お知らせにより停止します',
    );
    expect(text).toContain('. 11月6日(金) 終日　');
    expect(text).toContain('応答に時間がかかることがあります');
  });

  it('shows a week of business hours with the reasons below', () => {
    // Second Friday of December 2026: the 11th; that night is uncertain from 18:00, and the server
    // closes at 21:00.
    const business = `${'#'.repeat(16)}${'.'.repeat(26)}${'#'.repeat(6)}`;
    expect(
      toText(calendar, ['pension@national-officials-mutual-aid'], {
        week: '2026-12-10',
        lang: 'en',
      }).split('\n'),
    ).toEqual([
      'pension (mutual aid of national officials (long-term))  Thu 10 Dec – Wed 16 Dec 2026',
      '',
      '            0     3     6     9     12    15    18    21    24',
      ` 10 Thu     ${business}`,
      ` 11 Fri     ${'#'.repeat(16)}${'.'.repeat(20)}${'?'.repeat(6)}${'#'.repeat(6)}`,
      ` 12 Sat     ${'#'.repeat(48)}`,
      ` 13 Sun     ${'#'.repeat(48)}`,
      ` 14 Mon     ${business}`,
      ` 15 Tue     ${business}`,
      ` 16 Wed     ${business}`,
      '',
      '            . open   ? uncertain (perhaps closed)   # closed',
      '',
      '? Fri 11 Dec 18:00 – Sat 12 Dec 6:00: mutual aid of national officials (long-term): planned outage, in principle on the night of the second Friday, at hours that are not published (table 2.5-4, with a reading of ours)',
      '# mutual aid of national officials (long-term): outside its operating hours, 8:00 to 21:00 except weekends and holidays (table 2.5-4, with a reading of ours)',
      '',
      'By the published hours (guideline v2.2 of the self-information acquisition API, section 2.5) and announcements. No guarantee that a request is answered.',
      '',
    ]);
  });

  it('shows the worst state of a half hour', () => {
    const quarter: Announcement = {
      ...third,
      state: 'closed',
      start: '2026-11-10T09:15+09:00',
      end: '2026-11-10T09:20+09:00',
      source: 'x',
    };
    const [line] = days(
      toText(createCalendar({ announced: [quarter] }), ['local-tax'], { week: '2026-11-10' }),
    );
    expect(line).toBe(` 10 火      ${'.'.repeat(18)}#${'.'.repeat(29)}`);
  });

  it('aligns the days, with two columns for a Japanese character', () => {
    const width = (line: string) =>
      [...line].reduce((sum, character) => sum + (character > '\u2e7f' ? 2 : 1), 0);
    for (const lang of ['ja', 'en'] as const) {
      for (let month = 1; month <= 12; month++) {
        const lines = days(
          toText(calendar, ['pension'], { month: `2026-${String(month).padStart(2, '0')}`, lang }),
        );
        expect(lines.length).toBe(new Date(Date.UTC(2026, month, 0)).getUTCDate());
        expect([...new Set(lines.map(width))]).toEqual([60]);
      }
    }
  });

  it('removes terminal control characters of a notice', () => {
    const text = toText(createCalendar({ announced: [third] }), ['local-tax'], {
      month: '2026-11',
    });
    expect(text).toContain(
      '（実施なし: お知らせ: <b>"停止" & \'中止\'</b> [31m、表2.5-2、解釈を含む）',
    );
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
  });
});

describe('toSvg', () => {
  const november = toSvg(calendar, ['local-tax'], { month: '2026-11' });

  it('has one segment for each state of each day, with the reasons as title', () => {
    const told = titles(november);
    // 30 days; on the 21st and the 22nd two segments each.
    expect(told.length).toBe(32);
    expect(told[0]).toBe('11月1日(日) 終日 運用中');
    expect(told[20]?.split('\n')).toEqual([
      '11月21日(土) 0:00〜22:00 不確定',
      '11月21日(土)〜11月22日(日)　情報提供ネットワークシステムは、原則として第3土日に計画停止しますが、停止する時間帯は公表されていません（表2.5-2、解釈を含む）',
      '11月21日(土)〜11月22日(日)　自治体中間サーバは、原則として第3土日に計画停止しますが、停止する時間帯は公表されていません（表2.5-4、解釈を含む）',
    ]);
    expect(told[21]).toMatch(/^11月21日\(土\) 22:00〜24:00 停止\n/);
    expect(told[22]).toMatch(/^11月22日\(日\) 0:00〜8:00 停止\n/);
  });

  it('draws a segment at its hours', () => {
    // Hours are 25 wide from 96 on, days 23 high from 100 on: Saturday the 21st, 22:00 to 24:00.
    expect(november).toMatch(
      /<rect x="646" y="560" width="50" height="23" fill="url\(#[\w-]+-closed\)"><title>11月21日/,
    );
  });

  it('writes mark and hours on outages, and weekdays and holidays beside the days', () => {
    const written = texts(november);
    expect(written).toEqual(
      expect.arrayContaining(['地方税', '2026年11月', '△ 0–22', '×22–24', '× 0–8', '△ 8–24']),
    );
    expect(written.filter((text) => text === '祝')).toHaveLength(2); // 文化の日 and 勤労感謝の日
    expect(written.filter((text) => text === '土')).toHaveLength(4);
  });

  it('distinguishes the states by texture and lightness', () => {
    const ground = (id: string) =>
      /<rect width="\d+" height="\d+" fill="#(\w{6})"\/>/.exec(
        november.slice(november.indexOf(`-${id}" width`)),
      )?.[1] ?? '';
    const lightness = (colour: string) =>
      [0, 2, 4].reduce((sum, at) => sum + Number.parseInt(colour.slice(at, at + 2), 16), 0) / 7.65;
    const [open, uncertain, closed] = ['f3faf6', ground('uncertain'), ground('closed')].map(
      lightness,
    );
    expect(open).toBeGreaterThan(95);
    expect(uncertain).toBeGreaterThan(90);
    expect(closed).toBeLessThan(86);
    expect(november).toContain('fill="#f3faf6"');
    expect(november.match(/<pattern id="[\w-]+-(uncertain|closed)"/g)).toHaveLength(2);
  });

  it('labels equal days once and operating hours never', () => {
    // Business days of week 7 to 13 December 2026, second Friday night uncertain; nights and the
    // weekend are closed by the hours.
    const svg = toSvg(calendar, ['pension@national-officials-mutual-aid'], { week: '2026-12-07' });
    expect(texts(svg).filter((text) => /^[○△×] \d/.test(text))).toEqual([
      '○ 8–21',
      '○ 8–18',
      '△ 18–21',
    ]);
  });

  it('labels the closure over the New Year, which is not routine', () => {
    const svg = toSvg(calendar, ['pension@pension-service'], { week: '2026-12-28' });
    // Business days until the 31st; from the 1st on closed by the holiday and the registry alike.
    expect(texts(svg).filter((text) => /^[○△×] \d/.test(text))).toEqual([
      '○ 8–21',
      '× 21–24',
      '× 0–24',
    ]);
  });

  it('is an image with a name and a description that holds every reason', () => {
    const [, titleId, descId] =
      /role="img" aria-labelledby="([\w-]+) ([\w-]+)"/.exec(november) ?? [];
    expect(november).toContain(`<title id="${titleId}">地方税 2026年11月</title>`);
    expect(november).toContain(
      `<desc id="${descId}">縦に日、横に0時から24時まで（日本時間）。\n地方税:\n不確定: 11月21日(土)〜11月22日(日)　情報提供`,
    );
  });

  it('has its own ids, so that one page can hold several pictures', () => {
    const ids = (svg: string) => [...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    const others = [
      toSvg(calendar, ['local-tax'], { month: '2026-12' }),
      toSvg(calendar, ['household'], { month: '2026-11' }),
    ];
    const all = [
      november,
      ...others,
      toSvg(calendar, ['local-tax'], { month: '2026-11', lang: 'en' }),
    ].flatMap(ids);
    expect(new Set(all).size).toBe(all.length);
    const used = [...november.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
    expect(used.length).toBeGreaterThan(0);
    expect(ids(november)).toEqual(expect.arrayContaining(used));
  });

  it('loads and runs nothing', () => {
    const { length } =
      november.match(/https?:|href|<style|<script|<image|<foreignObject|\son\w+=/g) ?? [];
    expect(length).toBe(1); // the name of the format
    expect(november).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });

  it('fits an A4 page, in portrait for one target and in landscape for two', () => {
    const size = (svg: string) =>
      /width="([\d.]+)mm" height="([\d.]+)mm"/.exec(svg)?.slice(1).map(Number) as [number, number];
    for (const targets of [
      ['local-tax'],
      ['pension'],
      [{ server: 'mynaportal' }],
    ] satisfies Target[][]) {
      const [width, height] = size(toSvg(calendar, targets, { month: '2026-12' }));
      expect(width).toBeLessThanOrEqual(190);
      expect(height).toBeLessThanOrEqual(277);
      expect(Math.max(width / 190, height / 277)).toBeCloseTo(1, 2);
    }
    const [width, height] = size(toSvg(calendar, ['local-tax', 'household'], { month: '2026-12' }));
    expect(width).toBeGreaterThan(height);
    expect(height).toBeLessThanOrEqual(190);
  });

  it('returns the same text for the same arguments', () => {
    expect(toSvg(createCalendar(), ['local-tax'], { month: '2026-11' })).toBe(november);
  });

  it('escapes the text of a notice and shows what the notice undoes', () => {
    const svg = toSvg(createCalendar({ announced: [third] }), ['local-tax'], { month: '2026-11' });
    expect(svg).not.toContain('<b>');
    expect(svg).not.toMatch(/&(?!#\d+;)/);
    expect(svg).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
    expect(titles(svg)[20]).toContain('11月21日(土) 終日 運用中\n');
    expect(titles(svg)[20]).toContain(
      '（実施なし: お知らせ: <b>"停止" & \'中止\'</b> [31m、表2.5-2、解釈を含む）',
    );
  });

  it('cuts a notice that is too long for a list of reasons', () => {
    const svg = toSvg(
      createCalendar({ announced: [{ ...third, source: '長'.repeat(10_000) }] }),
      ['local-tax'],
      { month: '2026-11' },
    );
    expect(titles(svg)[20]).toContain(`お知らせ: ${'長'.repeat(120)}…、`);
    expect(svg.length).toBeLessThan(60_000);
  });
});

describe('toSvg and toText', () => {
  it('match the pictures of the README', () => {
    for (const lang of ['en', 'ja'] as const) {
      const drawn = toSvg(calendar, ['local-tax', 'pension@pension-service'], {
        month: '2026-12',
        lang,
      });
      expect(
        readFileSync(new URL(`../../../docs/images/month-${lang}.svg`, import.meta.url), 'utf8'),
      ).toBe(drawn);
    }
  });

  it("draw the last month of the calendar's span", () => {
    expect(days(toText(calendar, ['local-tax'], { month: '2050-12' }))).toHaveLength(31);
    expect(titles(toSvg(calendar, ['local-tax'], { week: '2023-06-30' })).length).toBeGreaterThan(
      6,
    );
  });

  it.each([
    ['no period', {}, ['missing_option', 'options.month']],
    ['two periods', { month: '2026-12', week: '2026-12-07' }, ['invalid_option', 'options.week']],
    ['an invalid month', { month: '2026-13' }, ['invalid_option', 'options.month']],
    [
      'a week that starts on an invalid day',
      { week: '2026-02-30' },
      ['invalid_date', 'options.week'],
    ],
    [
      "a month before the calendar's span",
      { month: '2023-06' },
      ['outside_calendar', 'options.month'],
    ],
    [
      "a week that leaves the calendar's span",
      { week: '2050-12-26' },
      ['outside_calendar', 'options.week'],
    ],
    [
      'an unsupported language',
      { month: '2026-12', lang: 'fr' },
      ['invalid_option', 'options.lang'],
    ],
    [
      'an unknown option',
      { month: '2026-12', colour: 'red' },
      ['unknown_option', 'options.colour'],
    ],
  ])('reject %s', (_, options, expected) => {
    expect(refusal(() => toSvg(calendar, ['local-tax'], options as PictureOptions))).toEqual(
      expected,
    );
    expect(refusal(() => toText(calendar, ['local-tax'], options as PictureOptions))).toEqual(
      expected,
    );
  });

  it('reject invalid targets and name the first one', () => {
    expect(refusal(() => toSvg(calendar, [], { month: '2026-12' }))).toEqual([
      'invalid_option',
      'targets',
    ]);
    expect(
      refusal(() => toSvg(calendar, ['local-tax', 'income' as Target], { month: '2026-12' })),
    ).toEqual(['unknown_detail', 'targets[1]']);
    expect(() => toText(calendar, 'local-tax' as never, { month: '2026-12' })).toThrow(TypeError);
    expect(() => toText(calendar, ['local-tax'], undefined as never)).toThrow(TypeError);
    expect(() => toText(calendar, ['local-tax'], { month: 12 as never })).toThrow(TypeError);
  });
});

describe('a picture of a stop that is partial', () => {
  const said = {
    state: 'closed',
    start: '2026-10-13T23:50+09:00',
    end: '2026-10-14T08:00+09:00',
    announcedAt: '2026-10-01',
    source: 'お知らせ',
  } as const;
  const reasonOf = (
    target: Announcement['target'],
    asked: Target,
    limit?: Announcement['limit'],
    lang: 'ja' | 'en' = 'ja',
  ) => {
    const announced = [{ ...said, id: 'a', target, ...(limit && { limit }) }];
    const options = { week: '2026-10-12', lang };
    const text = toText(createCalendar({ announced }), [asked], options);
    return text.split('\n').find((line) => line.includes('23:50'));
  };
  const span = '10月13日(火) 23:50〜10月14日(水) 8:00';
  const spanEn = 'Tue 13 Oct 23:50 – Wed 14 Oct 8:00';

  it('names the detail, and nothing else, as closed', () => {
    const target = { detail: 'public-funds-account' } as const;
    expect(reasonOf(target, 'public-funds-account')).toBe(
      `# ${span}　「公金受取口座」の情報は、お知らせにより停止します（お知らせ: お知らせ）`,
    );
    expect(reasonOf(target, 'local-tax')).toBeUndefined();
  });

  it('names an item by its own name', () => {
    const item = 'TM00000000000016';
    const asked = { detail: 'single-parent', item } as const;
    expect(reasonOf({ item }, asked)).toBe(
      `# ${span}　「児童扶養手当」の情報（${item}）は、お知らせにより停止します（お知らせ: お知らせ）`,
    );
    expect(reasonOf({ item }, asked, undefined, 'en')).toBe(
      `# ${spanEn}: The data (child support allowance, ${item}): announced outage (announcement: お知らせ)`,
    );
    const text = toText(createCalendar(), [asked], { week: '2026-10-12' });
    expect(text.split('\n')[0]).toContain(`児童扶養手当（${item}）`);
  });

  it('says that it is uncertain, and for whom, where the stop is limited', () => {
    expect(reasonOf('all', 'local-tax', 'first-use')).toBe(
      `? ${span}　サービス全体は、お知らせにより停止します（初めて利用する方のみ）（お知らせ: お知らせ）`,
    );
    expect(reasonOf('all', 'local-tax', 'first-use', 'en')).toBe(
      `? ${spanEn}: The whole service: announced outage for people who use the service for the first time (announcement: お知らせ)`,
    );
    expect(reasonOf('municipal', 'local-tax', 'some-sources')).toBe(
      `? ${span}　自治体中間サーバは、お知らせにより停止します（一部の保有機関のみ）（お知らせ: お知らせ）`,
    );
  });
});
