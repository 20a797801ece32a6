import { describe, expect, it } from 'vitest';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import { failures } from './lines/failures.js';
import { notStops } from './lines/not-stops.js';
import { ordinaryPages } from './lines/ordinary-pages.js';
import { PUBLISHED, periods, written } from './lines/periods.js';
import { stops } from './lines/stops.js';

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
      const text = written(line.replace('①', '①（ヰヱ鵺のみ）'));
      const before = closures(written(line));
      expect(before).toEqual(expect.arrayContaining(closures(text)));
      expect(parse(text).notUnderstood).not.toEqual([]);
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

describe('parseNotices on failures without a period', () => {
  it.each(failures)('announces or reports: %s', (line) => {
    const { announcements, notUnderstood } = parse(line);
    expect(announcements).toEqual([]);
    expect(notUnderstood.map(({ text }) => text).join('')).toContain(line.slice(-6));
  });
});

describe('parseNotices on ordinary pages', () => {
  it.each(Object.entries(ordinaryPages))(
    'announces nothing and reports at most five passages of %s',
    (_, page) => {
      const { announcements, notUnderstood } = parse(page);
      expect(announcements).toEqual([]);
      expect(notUnderstood.length).toBeLessThanOrEqual(5);
    },
  );
});
