import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NoticedOutage } from '../../../src/calendar/notices/announce.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const JST_MS = 540 * MINUTE_MS;
const PUBLISHED = '2026-08-20';
const publishedMs = Date.parse('2026-08-20T00:00:00+09:00');

const pad = (value: number): string => String(value).padStart(2, '0');
const iso = (ms: number): string => `${new Date(ms + JST_MS).toISOString().slice(0, 19)}+09:00`;

const systems = [
  ['自己情報取得API', 'all'],
  ['マイナポータル', 'mynaportal'],
  ['住民基本台帳ネットワークシステム', 'juki-net'],
  ['情報提供ネットワークシステム', 'information-provision-network'],
  ['自治体中間サーバー', 'municipal'],
  ['日本年金機構中間サーバ', 'pension-service'],
  ['医療保険者等向け中間サーバ', 'medical-insurers'],
  ['本システム', 'all'],
] as const;

/** What stands in brackets after the period, and what it makes of a stop of the whole service. */
const scopes = [
  ['', ['all closed']],
  ['（予定）', ['all closed']],
  ['（公金受取口座のみ）', ['public-funds-account closed']],
  ['（地方税、世帯の情報）', ['local-tax closed', 'household closed']],
  ['（特定個人情報番号31、87）', ['TM00000000000031 closed', 'TM00000000000087 closed']],
  ['（初回利用時のみ）', ['all uncertain first-use']],
  ['（一部の取得先）', ['all uncertain some-sources']],
  ['（日本年金機構のみ）', ['pension-service closed']],
] as const;

/** Writes a scope, with and without its brackets, beside a notice. */
const layouts: Readonly<Record<string, (notice: string, scope: string, bare: string) => string>> = {
  'in the same line': (notice, scope) => `${notice}${scope}`,
  'in the next line': (notice, scope) => `${notice}\n${scope}`,
  'before the period': (notice, scope) => notice.replace(/の停止：/, (colon) => scope + colon),
  'after a blank line': (notice, scope) => `${notice}\n\n${scope}`,
  'after a label': (notice, _, bare) => `${notice}\n対象情報：${bare}`,
  'after a label in a later block': (notice, _, bare) => `${notice}\n\n対象情報：${bare}`,
  'below a label': (notice, _, bare) => `${notice}\n■影響範囲\n${bare}`,
  'below a label in a later block': (notice, _, bare) => `${notice}\n\n■影響範囲\n\n${bare}`,
  'in a row of a table': (notice, _, bare) =>
    `| ${notice.replace('の停止：', ' | ')} | 停止 | ${bare} |`,
  'in one long line': (notice, scope) =>
    `【重要】日頃よりご利用いただきありがとうございます。${notice}${scope}。ご不便をおかけしますが、ご理解のほどお願いいたします。`,
  'after an hour with a blank before its colon': (notice, scope) =>
    `${notice.replace(/(\d)([:：])(?=[0-5０-５])/g, '$1 $2')}${scope}`,
  'in another bracket': (notice, _, bare) => `${notice}【${bare}】`,
  'in a bracket that nothing closes': (notice, _, bare) => `${notice}（${bare}`,
  'in a marked bracket in a later block': (notice, _, bare) => `${notice}\n\n【${bare}】`,
  'in brackets of two kinds': (notice, _, bare) => `${notice}（${bare}】`,
};

/** A holder so written is narrowed to as well, but also reported as a system. */
const withoutBrackets: readonly ((notice: string, scope: string, bare: string) => string)[] = [
  (notice, _, bare) => notice.replace(/の停止：/, (colon) => `「${bare}」${colon}`),
  (notice, _, bare) => `${notice}　停止　${bare}`,
];

/** How one notice is written. Each part is separate, so that a test can corrupt it. */
interface Style {
  readonly system: (typeof systems)[number];
  readonly startMs: number;
  readonly endMs: number;
  readonly year: 'western' | 'era' | 'short-era' | 'slashes' | 'none';
  readonly weekday: 'none' | 'brackets' | 'long';
  readonly clock: 'colon' | 'japanese' | 'halves';
  readonly endDay: 'full' | 'short' | 'left-out';
  readonly midnight: '0:00' | '24:00';
  readonly connector: string;
  readonly wide: boolean;
}

const style: fc.Arbitrary<Style> = fc
  .record({
    system: fc.constantFrom(...systems),
    // Near the day of publication, so that no year is needed; whole, half and odd minutes, as in
    // real notices.
    startMs: fc
      .tuple(fc.integer({ min: -85, max: 175 }), fc.constantFrom(0, 180, 510, 1320, 1439))
      .map(([day, minute]) => publishedMs + day * DAY_MS + minute * MINUTE_MS),
    endMs: fc.oneof(
      fc.integer({ min: 1, max: 1439 }),
      fc.constantFrom(30, 60, 600, 1440, 2880, 3540),
      fc.integer({ min: 1, max: 20 * 1440 }),
    ),
    year: fc.constantFrom('western', 'era', 'short-era', 'slashes', 'none'),
    weekday: fc.constantFrom('none', 'brackets', 'long'),
    clock: fc.constantFrom('colon', 'japanese', 'halves'),
    endDay: fc.constantFrom('full', 'short', 'left-out'),
    midnight: fc.constantFrom('0:00', '24:00'),
    connector: fc.constantFrom(
      '〜',
      '～',
      '~',
      ' - ',
      '－',
      '–',
      '—',
      '−',
      'から',
      'より',
      ' から～ ',
      '　〜　',
    ),
    wide: fc.boolean(),
  })
  .map((drawn) => ({ ...drawn, endMs: drawn.startMs + drawn.endMs * MINUTE_MS }));

interface Parts {
  readonly system: string;
  readonly startDay: string;
  readonly startHour: string;
  readonly connector: string;
  readonly endDay: string;
  readonly endHour: string;
}

function partsOf(style: Style): Parts {
  const { startMs, endMs } = style;
  const toMidnight = style.midnight === '24:00' && (endMs + JST_MS) % DAY_MS === 0;
  // 24:00 belongs to the ending day.
  const endDayMs = toMidnight ? endMs - MINUTE_MS : endMs;
  const dayOf = (ms: number) => Math.floor((ms + JST_MS) / DAY_MS);
  const days = dayOf(endDayMs) - dayOf(startMs);
  // Omitted where the hour implies it: the same day, or the next when the hour is earlier.
  const tells = toMidnight ? days === 0 : days === 0 || endMs - startMs < DAY_MS;
  const leftOut = style.endDay === 'left-out' && tells;
  return {
    system: style.system[0],
    startDay: dayText(startMs, style, style.year),
    startHour: hourText(startMs, style.clock),
    connector: style.connector,
    endDay: leftOut ? '' : dayText(endDayMs, style, style.endDay === 'full' ? style.year : 'none'),
    endHour: toMidnight
      ? style.clock === 'colon'
        ? '24:00'
        : '24時'
      : hourText(endMs, style.clock),
  };
}

function dayText(ms: number, { weekday }: Style, year: Style['year']): string {
  const date = new Date(ms + JST_MS);
  const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const name = '日月火水木金土'[date.getUTCDay()];
  const suffix = { none: '', brackets: `(${name})`, long: `(${name}曜日)` }[weekday];
  if (year === 'short-era') return `R${y - 2018}.${m}.${d}${suffix}`;
  if (year === 'slashes') return `${y}/${pad(m)}/${pad(d)}${suffix}`;
  return `${{ western: `${y}年`, era: `令和${y - 2018}年`, none: '' }[year]}${m}月${d}日${suffix}`;
}

function hourText(ms: number, clock: Style['clock']): string {
  const date = new Date(ms + JST_MS);
  const [hour, minute] = [date.getUTCHours(), date.getUTCMinutes()];
  if (clock === 'colon') return `${hour}:${pad(minute)}`;
  const minutes = { 0: '', 30: '半' }[minute] ?? `${minute}分`;
  return clock === 'japanese'
    ? `${hour}時${minutes}`
    : `${hour < 12 ? '午前' : '午後'}${hour % 12}時${minutes}`;
}

function write(
  { system, startDay, startHour, connector, endDay, endHour }: Parts,
  { wide }: Style,
): string {
  const text = `${system && `${system}の停止：`}${startDay} ${startHour}${connector}${endDay} ${endHour}`;
  return wide
    ? text
        .replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
        .replaceAll(' ', '　')
    : text;
}

const expected = ({ system, startMs, endMs }: Style) => ({
  target: system[1],
  start: iso(startMs),
  end: iso(endMs),
});

/** Corrupts one part, so that the notice no longer states what stops when. */
const corruptions: Readonly<Record<string, (parts: Parts) => Parts>> = {
  'an unknown system': (parts) => ({ ...parts, system: '証明書交換システム' }),
  'a loose name': (parts) => ({ ...parts, system: '中間サーバー' }),
  'no start day': (parts) => ({ ...parts, startDay: '' }),
  'a month 13': (parts) => ({ ...parts, startDay: '13月5日' }),
  'a day 32': (parts) => ({ ...parts, startDay: '2026年10月32日' }),
  'the 31st of a short month': (parts) => ({ ...parts, startDay: '令和8年9月31日' }),
  'a start day without its month': (parts) => ({ ...parts, startDay: '5日' }),
  'a month without its day': (parts) => ({ ...parts, startDay: '9月' }),
  'the wrong weekday': (parts) => ({ ...parts, startDay: '2026年9月5日(日)' }),
  'the wrong weekday at the end': (parts) => ({
    ...parts,
    startDay: '2026年9月5日',
    endDay: '2026年9月7日(火)',
  }),
  'an hour 25': (parts) => ({ ...parts, startHour: '25:00' }),
  'a minute 60': (parts) => ({ ...parts, endDay: '', endHour: '3:60' }),
  'no end': (parts) => ({ ...parts, endDay: '', endHour: '' }),
  'an open end': (parts) => ({ ...parts, connector: 'から', endDay: '当面の間', endHour: '' }),
  'no connector': (parts) => ({ ...parts, connector: 'と' }),
  'a connector in words': (parts) => ({
    ...parts,
    connector: 'に始まり、',
    endHour: `${parts.endHour}に終わる`,
  }),
  'no start': (parts) => ({ ...parts, startDay: '', startHour: '' }),
  'an end before the start': (parts) => ({
    ...parts,
    startDay: '2026年9月5日',
    endDay: '2026年9月3日',
  }),
  'recurring days': (parts) => ({ ...parts, startDay: `毎月第3土曜日 ${parts.startDay}` }),
  'a link instead of the period': (parts) => ({
    ...parts,
    startDay: '期間はこちら',
    startHour: '',
    connector: '',
    endDay: '',
    endHour: '停止します',
  }),
  'a third time': (parts) => ({ ...parts, endHour: `${parts.endHour}〜${parts.startDay} 6:00` }),
  'a cancellation': (parts) => ({ ...parts, endHour: `${parts.endHour}（中止）` }),
};

const title = fc.constantFrom(
  '■システム停止のお知らせ',
  '【重要】メンテナンスについて',
  '# 停止情報',
);
const prose = fc.constantFrom(
  '',
  '日頃よりご利用いただきありがとうございます。',
  'ご迷惑をおかけしますが、ご理解のほどお願いいたします。',
  'デジタル庁',
);

const effectOf = ({ target, state, limit }: NoticedOutage): string =>
  [typeof target === 'string' ? target : Object.values(target)[0], state, limit]
    .filter(Boolean)
    .join(' ');

describe('parseNotices on a generated notice', () => {
  it('reads its system and period', () => {
    fc.assert(
      fc.property(style, (drawn) => {
        const text = write(partsOf(drawn), drawn);
        const { announcements, notUnderstood } = parseNotices(text, { publishedAt: PUBLISHED });
        expect(notUnderstood, text).toEqual([]);
        expect(announcements, text).toEqual([
          expect.objectContaining({ ...expected(drawn), state: 'closed', source: text }),
        ]);
        expect(announcements[0], text).not.toHaveProperty('approximate');
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads its system and period among any number of headings and other sentences', () => {
    const notices = fc.uniqueArray(fc.tuple(title, prose, style, prose), {
      minLength: 1,
      maxLength: 8,
      selector: ([, , drawn]) => `${drawn.system[1]} ${drawn.startMs}`,
    });
    fc.assert(
      fc.property(notices, fc.constantFrom('\n', '\r\n', '\n\n', '\u2028'), (list, lineEnd) => {
        const page = list
          .flatMap(([heading, before, drawn, after]) => [
            heading,
            before,
            write(partsOf(drawn), drawn),
            after,
            '',
          ])
          .join(lineEnd);
        const { announcements, notUnderstood } = parseNotices(page, { publishedAt: PUBLISHED });
        expect(notUnderstood, page).toEqual([]);
        expect(
          announcements.map(({ target, start, end }) => ({ target, start, end })),
          page,
        ).toEqual(list.map(([, , drawn]) => expected(drawn)));
      }),
    );
  });

  it('reads its scope in every layout', () => {
    const ours = style.map((drawn) => ({ ...drawn, system: systems[0] }));
    fc.assert(
      fc.property(
        ours,
        fc.constantFrom(...scopes),
        fc.constantFrom(...Object.values(layouts)),
        (drawn, [scope, meaning], layout) => {
          const notice = write(partsOf(drawn), drawn);
          const bare = scope.replace(/[（）]/g, '');
          const text = scope === '' ? notice : layout(notice, scope, bare);
          const { announcements, notUnderstood } = parseNotices(text, { publishedAt: PUBLISHED });
          expect(notUnderstood, text).toEqual([]);
          expect(announcements.map(effectOf).sort(), text).toEqual([...meaning].sort());
          for (const { start, end } of announcements)
            expect({ start, end }, text).toEqual({
              start: iso(drawn.startMs),
              end: iso(drawn.endMs),
            });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('closes nothing, and reports the scope, when nobody knows the words in brackets', () => {
    // No name of the catalogue and no word of the parser has these signs.
    const nobody = fc.string({
      unit: fc.constantFrom(...'ヌヰヱヲぬゑ鵺鯱鱧'),
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        style,
        nobody,
        fc.constantFrom('', 'のみ', '以外', 'の一部'),
        (drawn, words, end) => {
          const notice = write(partsOf(drawn), drawn);
          const scope = `${words}${end}`;
          for (const layout of [...Object.values(layouts), ...withoutBrackets]) {
            const text = layout(notice, `（${scope}）`, scope);
            const { announcements, notUnderstood } = parseNotices(text, { publishedAt: PUBLISHED });
            expect(
              announcements.map(({ state, limit }) => [state, limit]),
              text,
            ).toEqual([['uncertain', 'unknown-scope']]);
            expect(notUnderstood, text).toEqual([
              expect.objectContaining({
                reason: expect.objectContaining({ code: 'scope_unknown' }),
                scope: expect.stringContaining(words),
                period: { start: iso(drawn.startMs), end: iso(drawn.endMs) },
              }),
            ]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('marks 頃 as approximate and changes nothing else', () => {
    fc.assert(
      fc.property(style, fc.constantFrom('頃', 'ごろ'), (drawn, about) => {
        const parts = partsOf(drawn);
        const { announcements } = parseNotices(
          write({ ...parts, endHour: parts.endHour + about }, drawn),
          { publishedAt: PUBLISHED },
        );
        expect(announcements).toEqual([
          expect.objectContaining({ ...expected(drawn), approximate: true }),
        ]);
      }),
    );
  });

  it.each(Object.entries(corruptions))(
    'closes nothing and reports the notice with %s',
    (_, corrupt) => {
      fc.assert(
        fc.property(style, fc.boolean(), (drawn, headed) => {
          const notice = write(corrupt(partsOf(drawn)), drawn);
          const text = headed ? `■停止のお知らせ\n${notice}` : notice;
          const { announcements, notUnderstood } = parseNotices(text, { publishedAt: PUBLISHED });
          expect(announcements, text).toEqual([]);
          expect(notUnderstood.at(-1)?.text, text).toBe(notice.trim());
        }),
        { numRuns: 200 },
      );
    },
  );

  it('reads or reports a notice with one character missing', () => {
    fc.assert(
      fc.property(style, fc.nat(), (drawn, at) => {
        const notice = write(partsOf(drawn), drawn);
        const text = notice.slice(0, at % notice.length) + notice.slice((at % notice.length) + 1);
        const { announcements, notUnderstood } = parseNotices(text, { publishedAt: PUBLISHED });
        expect(announcements.length + notUnderstood.length, text).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
