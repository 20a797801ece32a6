import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import type { NoticesOptions } from '../../../src/calendar/notices/steps.js';
import { anyText } from '../../kit/any-text.js';

const PUBLISHED = '2026-08-20';
const DAY_MS = 86_400_000;

const scraps = fc.constantFrom(
  ...[
    '停止',
    'ご利用いただけません',
    'メンテナンス',
    '障害',
    '9月5日',
    '(土)',
    '（日）',
    '0:00',
    '24:00',
    '25:00',
    '22時',
    '半',
    '〜',
    '-',
    'から',
    'まで',
    '、',
    '。',
    '\n',
  ],
  ...[
    '\n\n',
    ' ',
    '　',
    '令和',
    '元年',
    '6年',
    '2026年',
    '2026/9/5',
    '13/45',
    '頃',
    '翌日',
    '終日',
    '最大',
    '延長',
    '中止',
    '場合',
    '毎月',
    '第3土曜',
    'マイナポータル',
    '中間サーバ',
  ],
  ...[
    'e-Tax',
    '自己情報取得API',
    '対象：',
    '■',
    '【',
    '】',
    '以外',
    'こちら',
    '5日',
    '9月',
    '99999',
    '\u0301',
    '\ufdfa',
    '\ud800',
    '\u0000',
    'https://example.jp/9/5',
  ],
);
const garbage = fc.oneof(
  fc.array(scraps, { maxLength: 60 }).map((list) => list.join('')),
  anyText(200),
  fc
    .array(fc.oneof(scraps, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 40 })
    .map((list) => list.join('')),
);

describe('parseNotices on any text', () => {
  it('returns plausible announcements that a calendar accepts', () => {
    fc.assert(
      fc.property(
        garbage,
        fc.constantFrom<NoticesOptions['publishedAt']>(PUBLISHED, '2024-02-29', '2050-12-31'),
        (text, publishedAt) => {
          const { announcements, notUnderstood } = parseNotices(text, { publishedAt });
          const at = Date.parse(`${publishedAt}T00:00:00+09:00`);
          for (const { state, start, end } of announcements) {
            expect(state).toBe('closed');
            const [from, to] = [Date.parse(start), Date.parse(end)];
            expect(to).toBeGreaterThan(from);
            expect(to - from).toBeLessThanOrEqual(31 * DAY_MS);
            expect(Math.abs(from - at)).toBeLessThanOrEqual(3 * 367 * DAY_MS);
          }
          expect(new Set(announcements.map(({ id }) => id)).size).toBe(announcements.length);
          createCalendar({ announced: announcements });
          for (const { text: passage, start, end, line } of notUnderstood) {
            expect(text.slice(start, end)).toBe(passage);
            expect(line).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('never loses a passage that mentions an outage or holds a date', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        const { announcements, notUnderstood } = parseNotices(text, { publishedAt: PUBLISHED });
        const told = [
          ...announcements.map(({ source }) => source),
          ...notUnderstood.map((passage) => passage.text),
        ];
        for (const passage of text
          .split(/[\n\r\v\f\u0085\u2028\u2029]|(?<=[。｡])/)
          .map((part) => part.trim())) {
          // Without an announcement the passage can belong to none. With a date it must always be
          // reported.
          if (/停止|いただけません|メンテナンス|障害/.test(passage) && announcements.length === 0)
            expect(
              told.some((source) => source.includes(passage)),
              text,
            ).toBe(true);
          if (/9月5日|(?<!\d)25:00/.test(passage) && !passage.includes('https:'))
            expect(
              told.some((source) => source.includes(passage)),
              text,
            ).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('returns the same result for the same text', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        expect(parseNotices(text, { publishedAt: PUBLISHED })).toEqual(
          parseNotices(text, { publishedAt: PUBLISHED }),
        );
      }),
    );
  });
});
