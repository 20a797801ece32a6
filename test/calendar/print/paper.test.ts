import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  createCalendar,
  type PaperOptions,
  type Target,
  toPaperSvg,
} from '../../../src/calendar/index.js';
import { refusal } from '../../kit/refusals.js';

const calendar = createCalendar();
const madeAt = '2026-11-20';
const mutualAid = 'pension@national-officials-mutual-aid' as const;

const unescaped = (text: string) =>
  text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
/** Returns the texts of a sheet with their sizes, as one reads them. */
const written = (svg: string) =>
  [...svg.matchAll(/<text [^>]*font-size="([\d.]+)"[^>]*>([^<]*)<\/text>/g)].map(
    ([, size, text]) => ({ size: Number(size), text: unescaped(text ?? '') }),
  );
const texts = (svg: string) => written(svg).map(({ text }) => text);
const sheet = (options: Partial<PaperOptions> = {}, target: Target = 'local-tax') =>
  toPaperSvg(calendar, target, {
    madeAt,
    ...options,
    ...(options.year ? {} : { month: options.month ?? '2026-12' }),
  });

describe('a month on paper', () => {
  it('has the size of A4 or A3 in landscape, and asks the printer for it without margins', () => {
    // A point is 1/72 inch: 842 × 595 points are 297 × 210 mm.
    const a4 = sheet();
    expect(a4).toContain('viewBox="0 0 842 595" width="297mm" height="210mm"');
    expect(a4).toContain('<style>@page{size:297mm 210mm;margin:0}</style>');
    const a3 = sheet({ paper: 'a3' });
    expect(a3).toContain('viewBox="0 0 842 595" width="420mm" height="297mm"');
    expect(a3).toContain('<style>@page{size:420mm 297mm;margin:0}</style>');
  });

  it('sets days in 16 points and nothing in less than 12', () => {
    for (const lang of ['ja', 'en'] as const) {
      const all = written(sheet({ lang }));
      const days = all.filter(({ text, size }) => /^\d{1,2}$/.test(text) && size !== 12);
      // The hours 0, 6, 12, 18 and 24 above the two columns are in 12 points.
      expect(days.map(({ text }) => Number(text))).toEqual(
        Array.from({ length: 31 }, (_, index) => index + 1),
      );
      expect([...new Set(days.map(({ size }) => size))]).toEqual([16]);
      expect(Math.min(...all.map(({ size }) => size))).toBe(12);
      const meaning = lang === 'ja' ? '△ 取得できないことがあります' : '△ may not be available';
      expect(all.find(({ text }) => text === meaning)?.size).toBe(12);
    }
  });

  it('names the hours of every closure and every uncertain time', () => {
    const svg = sheet();
    // Third weekend: the registry closes from Saturday 22:00 to Sunday 8:00. From the 28th at
    // 21:00 on it is closed for the New Year.
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['△ 0–22 × 22–24', '× 0–8 △ 8–24', '× 21–24']),
    );
    expect(texts(svg).filter((text) => text === '× 終日')).toHaveLength(3);
    expect(texts(svg).filter((text) => text === '○ 終日')).toHaveLength(31 - 6);
  });

  it('names the open hours of a day with operating hours', () => {
    // December 2026: the second Friday is the 11th; four business days of the 23 have other hours
    // or none: the 11th, the 28th, and the 29th to 31st.
    const all = texts(sheet({ lang: 'en' }, mutualAid));
    expect(all.filter((text) => text === '○ 8–21')).toHaveLength(18);
    expect(all).toContain('○ 8–18 △ 18–21');
    expect(all).toContain('○ 8–21 × 21–24');
    expect(all.filter((text) => text === '× all day')).toHaveLength(8 + 3);
  });

  it('names minutes in both times of a span', () => {
    const announced: Announcement[] = [
      {
        id: 'stop',
        target: 'all',
        state: 'closed',
        start: '2026-11-10T23:50+09:00',
        end: '2026-11-11T08:00+09:00',
        announcedAt: '2026-11-01',
        source: 'お知らせ',
      },
    ];
    const svg = toPaperSvg(createCalendar({ announced }), 'local-tax', { month: '2026-11' });
    expect(texts(svg)).toEqual(expect.arrayContaining(['× 23:50–24:00', '× 0–8']));
  });

  it('says when it was made, by which guideline, and the year in the Japanese era', () => {
    expect(texts(sheet())).toEqual(
      expect.arrayContaining([
        '2026年（令和8年）12月',
        '作成日 2026年（令和8年）11月20日　自己情報取得API ガイドライン 2.2版',
      ]),
    );
    expect(texts(sheet({ lang: 'en', month: '2027-01' }))).toEqual(
      expect.arrayContaining([
        'Jan 2027 (Reiwa 9)',
        'Made on 2026-11-20 (Reiwa 8), guideline v2.2',
      ]),
    );
  });

  it('tells tellers what an uncertain time means, and what to do', () => {
    expect(texts(sheet())).toContain(
      '△は、停止するかどうか事前に分からない時間帯です。取得できないときは、時間をおくか、書類でのお手続きをご案内ください。',
    );
    expect(texts(sheet({ lang: 'en' }))).toContain(
      '△: it is not known beforehand whether it works. If it fails, suggest a later time or paper documents.',
    );
  });

  it('has a line of the branch at its foot', () => {
    expect(texts(sheet({ note: 'みほん銀行 <本店>' })).at(-1)).toBe('みほん銀行 <本店>');
  });

  it('counts the reasons that do not fit, and keeps them all in the description', () => {
    const announced = Array.from(
      { length: 12 },
      (_, index): Announcement => ({
        id: `stop-${index}`,
        target: { detail: 'local-tax' },
        state: 'closed',
        start: `2026-11-${index + 10}T01:00+09:00`,
        end: `2026-11-${index + 10}T02:00+09:00`,
        announcedAt: '2026-11-01',
        source: `${index} ${'長'.repeat(100)}`,
      }),
    );
    const svg = toPaperSvg(createCalendar({ announced }), 'local-tax', { month: '2026-11' });
    const more = texts(svg).find((text) => /^ほか\d+件の理由があります。$/.test(text));
    expect(more).toBeDefined();
    // Three planned outages on the third weekend and the twelve notices.
    const shown = texts(svg).filter((text) => /^11月\d+日\(.\).*　/.test(text));
    expect(shown.length + Number(more?.match(/\d+/))).toBe(15);
    const description = /<desc [^>]*>([^<]*)<\/desc>/.exec(svg)?.[1] ?? '';
    for (let index = 0; index < 12; index++) expect(description).toContain(`お知らせ: ${index} 長`);
  });

  it('returns the same text for the same arguments, and today as the date made', () => {
    expect(sheet()).toBe(sheet());
    const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    const svg = toPaperSvg(calendar, 'local-tax', { month: '2026-12', lang: 'en' });
    expect(texts(svg).some((text) => text.startsWith(`Made on ${today} `))).toBe(true);
  });
});

describe('a poster for the public', () => {
  it('names no tables, systems or guideline', () => {
    for (const options of [{ month: '2026-12' }, { year: '2026' }] as const) {
      const ja = sheet({ ...options, audience: 'public' }, { allOf: ['local-tax', mutualAid] });
      expect(ja).not.toMatch(
        /表2|解釈|中間サーバ|情報提供ネットワークシステム|API|ガイドライン|自己情報/,
      );
      expect(texts(ja)).toEqual(
        expect.arrayContaining([
          '△ ご利用いただけないことがあります',
          '作成日 2026年（令和8年）11月20日',
        ]),
      );
      const en = sheet({ ...options, audience: 'public', lang: 'en' }, mutualAid);
      expect(en).not.toMatch(/[Tt]able 2|reading of ours|guideline|API|self-information/);
    }
  });
});

describe('a year on paper', () => {
  it('has twelve months of days, with the worst outage of each day', () => {
    const svg = sheet({ year: '2026' });
    const all = texts(svg);
    expect(all).toContain('2026年（令和8年）');
    expect(all.filter((text) => /^(2026年)?\d+月$/.test(text))).toEqual([
      '2026年1月',
      ...['2月', '3月', '4月', '5月', '6月', '7月', '8月', '9月', '10月', '11月', '12月'],
    ]);
    // 365 days, each with its weekday or 祝. 2026 has 18 holidays.
    expect(all.filter((text) => /^[日月火水木金土祝]$/.test(text))).toHaveLength(365);
    expect(all.filter((text) => text === '祝')).toHaveLength(18);
    // Closed: 1 to 4 January, 28 to 31 December, and Saturday and Sunday of 12 third weekends.
    expect(all.filter((text) => text === '×')).toHaveLength(4 + 4 + 24);
    expect(Math.min(...written(svg).map(({ size }) => size))).toBe(12);
  });

  it('begins in any month, and is a fiscal year from April', () => {
    expect(texts(sheet({ year: '2026-04' }))).toEqual(
      expect.arrayContaining(['2026年度（令和8年度）', '2026年4月', '2027年1月']),
    );
    expect(texts(sheet({ year: '2026-10', lang: 'en' }))).toContain(
      'Oct 2026 (Reiwa 8) – Sep 2027 (Reiwa 9)',
    );
  });
});

describe('toPaperSvg', () => {
  it.each([
    ['no period', {}, ['missing_option', 'options.month']],
    ['two periods', { month: '2026-12', year: '2026' }, ['invalid_option', 'options.year']],
    ['an invalid year', { year: '26' }, ['invalid_option', 'options.year']],
    ['a year that leaves the calendar', { year: '2050-02' }, ['outside_calendar', 'options.year']],
    ['another paper', { month: '2026-12', paper: 'a5' }, ['invalid_option', 'options.paper']],
    [
      'other readers',
      { month: '2026-12', audience: 'all' },
      ['invalid_option', 'options.audience'],
    ],
    ['an empty note', { month: '2026-12', note: ' ' }, ['invalid_option', 'options.note']],
    ['an invalid day', { month: '2026-12', madeAt: 'x' }, ['invalid_instant', 'options.madeAt']],
    ['another language', { month: '2026-12', lang: 'fr' }, ['invalid_option', 'options.lang']],
    ['an unknown option', { month: '2026-12', week: 'x' }, ['unknown_option', 'options.week']],
  ])('refuses %s', (_, options, expected) => {
    expect(refusal(() => toPaperSvg(calendar, 'local-tax', options as PaperOptions))).toEqual(
      expected,
    );
  });
});
