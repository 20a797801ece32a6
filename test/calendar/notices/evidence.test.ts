import { describe, expect, it } from 'vitest';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import { failures } from './lines/failures.js';
import { notStops } from './lines/not-stops.js';
import { ordinaryPages } from './lines/ordinary-pages.js';
import { PUBLISHED, periods, written } from './lines/periods.js';
import { stops } from './lines/stops.js';
import { wholeStops } from './lines/whole-stops.js';

const parse = (text: string) => parseNotices(text, { publishedAt: PUBLISHED });
const closures = (text: string) =>
  parse(text)
    .announcements.filter(({ state }) => state === 'closed')
    .map(({ target, start, end }) => JSON.stringify([target, start, end]));

/** Returns what a text announces, in the notation of the lines. */
function effects(text: string): string {
  return parse(text)
    .announcements.map(({ target, state, limit, start, end }) => {
      const name = typeof target === 'string' ? target : Object.values(target)[0];
      const sign = Object.entries(periods).find(
        ([, [, from, to]]) => start.startsWith(from) && end.startsWith(to),
      )?.[0];
      const kind = limit ? `/${limit}` : { closed: '', uncertain: '?', slow: '~' }[state];
      return `${name}${kind}${sign === '①' ? '' : `@${sign}`}`;
    })
    .join(' ');
}

describe('parseNotices on lines that announce a stop', () => {
  it.each([
    ['正午〜3時', '2026-12-05T15:00'],
    ['正午〜翌3時', '2026-12-06T03:00'],
    ['9時〜正午', '2026-12-05T12:00'],
  ])('reads the end of %s', (hours, end) => {
    const [read] = parse(`自己情報取得API 12月5日 ${hours} 停止`).announcements;
    expect(read?.end).toBe(`${end}:00+09:00`);
  });

  it('has at least 150 lines of each kind', () => {
    expect(Math.min(stops.length, notStops.length, failures.length)).toBeGreaterThanOrEqual(150);
  });

  it.each(stops)('reads %s', (line, expected) => {
    expect(effects(written(line))).toBe(expected);
  });

  it.each(wholeStops)('closes the whole system, whatever else is said: %s', (line, expected) => {
    expect(effects(written(line))).toBe(expected);
  });

  it.each([
    'e-Tax公金受取口座の停止⏎①',
    'e-Taxの地方税の照会は①に停止します。',
    'ほげAPI公金受取口座の停止⏎①',
    'ほげAPI　①　すべて停止',
  ])('takes the data of another system for no data of ours: %s', (line) => {
    expect(effects(written(line))).toBe('');
    expect(parse(written(line)).notUnderstood.map(({ reason }) => reason.code)).toContain(
      'unknown_system',
    );
  });

  it.each(stops.filter(([, expected]) => expected.endsWith('/unknown-scope')))(
    'reports the words that nobody knows: %s',
    (line) => {
      expect(parse(written(line)).notUnderstood.map(({ reason }) => reason.code)).toContain(
        'scope_unknown',
      );
    },
  );

  it.each(stops)('leaves no closure without the words that say so: %s', (line) => {
    expect(closures(written(line.replace(/⟦[^⟧]*⟧/g, '')))).toEqual([]);
  });
});

const runs = [
  'システムは通常どおり稼働します。',
  '、マイナポータルは通常どおりご利用いただけます。',
  '（住基ネットは稼働）',
  '。なお、8:00から再開します。',
  '\n上記以外の機能は通常どおりご利用いただけます。',
];

const unknownBrackets = [
  '（ヰヱ鵺のみ）',
  '【ヰヱ鵺】',
  '《ヰヱ鵺》',
  '（ヰヱ鵺】',
  '〔ヰヱ鵺以外〕',
];

describe('parseNotices on lines about something that runs', () => {
  it.each(notStops)('closes nothing for %s', (line, code) => {
    const { announcements, notUnderstood } = parse(written(line));
    expect(announcements).toEqual([]);
    expect(notUnderstood.map(({ reason }) => reason.code)).toContain(code);
  });

  it.each([...stops, ...notStops].map(([line]) => line))(
    'adds no closed time when something is said to run as well: %s',
    (line) => {
      const before = closures(written(line));
      for (const clause of runs)
        expect(before, clause).toEqual(expect.arrayContaining(closures(written(line) + clause)));
    },
  );

  it.each([...stops, ...notStops].map(([line]) => line))(
    'adds no closed time and keeps a report when nobody knows the scope: %s',
    (line) => {
      const before = closures(written(line));
      for (const bracket of unknownBrackets) {
        const text = written(line.replace('①', `①${bracket}`));
        expect(before, bracket).toEqual(expect.arrayContaining(closures(text)));
        expect(parse(text).notUnderstood, bracket).not.toEqual([]);
      }
    },
  );

  it('states the period of what it reports', () => {
    expect(parse(written('サービス提供期間：①')).notUnderstood).toEqual([
      expect.objectContaining({
        period: { start: '2026-12-05T00:00:00+09:00', end: '2026-12-05T06:00:00+09:00' },
      }),
    ]);
  });
});

describe('parseNotices on zones', () => {
  const heading = '自己情報取得APIの停止\n';
  // 0:00 UTC is 9:00 in Japan.
  it.each([
    ['after the period', `${heading}12月5日(土) 0:00〜6:00 UTC`],
    ['in words after the period', `${heading}12月5日(土) 0:00〜6:00 協定世界時`],
    ['after both hours', `${heading}12月5日(土) 0:00 UTC〜6:00 UTC`],
    ['as an offset', `${heading}12月5日(土) 0:00〜6:00 +00:00`],
    ['below', `${heading}12月5日(土) 0:00〜6:00\n時刻はUTCです。`],
    ['in a later block', `${heading}12月5日(土) 0:00〜6:00\n\n※時刻は協定世界時で表記しています。`],
    ['above', `${heading}（時刻はUTCです）\n12月5日(土) 0:00〜6:00`],
    ['in the heading', `自己情報取得APIの停止（UTC）\n12月5日(土) 0:00〜6:00`],
    ['in the label', `${heading}日時（UTC）：12月5日(土) 0:00〜6:00`],
    ['in front of the page', `時刻はUTCです。\n\n■${heading}12月5日(土) 0:00〜6:00`],
    [
      'for the page below another notice',
      `${heading}12月5日(土) 0:00〜6:00\n■住基ネット\n本ページの時刻はすべてUTCです。`,
    ],
  ])('converts a period whose zone is named %s', (_, text) => {
    expect(parse(text).announcements).toEqual([
      expect.objectContaining({
        target: 'all',
        state: 'closed',
        start: '2026-12-05T09:00:00+09:00',
        end: '2026-12-05T15:00:00+09:00',
      }),
    ]);
  });

  it.each([
    ['the zone is Japanese', '時刻は日本時間です。'],
    ['a word only looks like a zone', 'CT検査の予約について'],
  ])('moves nothing when %s', (_, line) => {
    expect(effects(written(`${heading}①\n${line}`))).toBe('all');
    expect(effects(written(`${heading}① JST\n時刻はUTCです。`))).toBe('all');
  });

  it.each([
    ['a zone that is not exact', '※時刻は米国時間です。'],
    ['an English one', 'Times are shown in PST.'],
    ['two zones', '時刻はUTCです。\n時刻は日本時間です。'],
  ])('closes nothing when another line names %s', (_, line) => {
    const { announcements, notUnderstood } = parse(written(`${heading}①\n${line}`));
    expect(announcements).toEqual([]);
    expect(notUnderstood.map(({ reason }) => reason.code)).toContain('hours_unclear');
  });
});

describe('parseNotices on failures that recur', () => {
  it.each([
    '毎月第3土曜に停止',
    '自己情報取得APIは毎週日曜に停止します。',
    '自己情報取得API 第1・第3日曜日は停止',
  ])('reports them as recurring: %s', (line) => {
    expect(parse(line).notUnderstood.map(({ reason }) => reason.code)).toEqual(['recurring']);
  });
});

describe('parseNotices on a stop from which something is excepted', () => {
  // Worked out from table 2.5-5: 18 details.
  it.each([
    ['in a clause', '停止、ただし地方税は取得できます'],
    ['in a clause without a comma', '停止ただし地方税は取得できます'],
    ['in a sentence', '停止。ただし地方税は取得できます。'],
    ['in brackets', '停止（地方税は取得可能）'],
    ['in a later block', '停止\n\n地方税は通常どおりご利用いただけます。'],
    ['as not affected', '停止します。地方税は影響を受けません。'],
    ['as out of scope', '停止します。地方税は停止の対象外です。'],
    ['by 以外', '停止（地方税以外）'],
  ])('closes all other details when it is said %s', (_, words) => {
    const targets = parse(written(`自己情報取得API　①　${words}`)).announcements.map(
      ({ target, state }) =>
        `${typeof target === 'object' && 'detail' in target ? target.detail : 'no detail'} ${state}`,
    );
    expect(targets).toHaveLength(17);
    expect(targets).toContain('pension closed');
    expect(targets.filter((target) => /local-tax|no detail|uncertain/.test(target))).toEqual([]);
  });
});

describe('parseNotices on failures without a period', () => {
  it.each(failures)('announces or reports: %s', (line) => {
    const { announcements, notUnderstood } = parse(line);
    expect(announcements).toEqual([]);
    expect(notUnderstood.map(({ text }) => text).join('')).toContain(line.slice(-6));
  });
});

describe('parseNotices on ordinary pages', () => {
  it('has twenty pages', () => {
    expect(Object.keys(ordinaryPages)).toHaveLength(20);
  });

  it.each(Object.entries(ordinaryPages))(
    'announces nothing and reports at most five passages of %s',
    (_, page) => {
      const { announcements, notUnderstood } = parse(page);
      expect(announcements).toEqual([]);
      expect(notUnderstood.length).toBeLessThanOrEqual(5);
    },
  );
});
