import { describe, expect, it } from 'vitest';
import { isSelfInfoError } from '../../../src/calendar/index.js';
import { parseLongNotices, parseNotices } from '../../../src/calendar/notices/parse.js';
import { LONG, parseSteps } from '../../../src/calendar/notices/steps.js';
import { growsTooFast } from '../../kit/growth.js';
import { sized } from '../../kit/size.js';

const PUBLISHED = '2026-08-20';
const MAX = 1_048_576;
const MAX_LINE = 2_000;

// Quadratic work shows at any size, so a usual run reads only one text of the largest size.
const largest = { lines: Math.floor(MAX / MAX_LINE), passages: 19_000 };
const { lines, passages } = sized({
  usual: { lines: 64, passages: 2_400 },
  full: largest,
  soak: largest,
});

describe('parseNotices on untrusted text', () => {
  const line = (unit: string, lineLength: number) =>
    `${unit.repeat(Math.ceil(lineLength / unit.length)).slice(0, lineLength - 1)}\n`;
  const units = [
    '9月5日 0:00〜6:00、',
    '1日1時~2時',
    '9',
    '1/',
    'ア',
    'アシステム',
    '利用停止',
    '\u0301\u0316',
    '\ufdfa',
    '土',
    '約午前',
    '5日終日 ',
    '対象：',
    '延長 1/4 22時まで ',
  ];

  it.each(units)(
    'takes no quadratic time for long lines, longer lines and one line: %j',
    (unit) => {
      const longLine = line(unit, MAX_LINE);
      const longLines = (count: number) => outcome(longLine.repeat(count));
      const longerLines = (size: number) => outcome(line(unit, size).repeat(16));
      const oneLine = (size: number) => outcome(unit.repeat(Math.floor(size / unit.length)));
      expect({
        longLines: growsTooFast(longLines, lines),
        longerLines: growsTooFast(longerLines, MAX_LINE),
        oneLine: growsTooFast(oneLine, MAX),
      }).toEqual({ longLines: false, longerLines: false, oneLine: false });
    },
  );

  it('reads a text of the largest size to its end, with long lines of every kind', () => {
    const page = (lineLength: number) => units.map((unit) => line(unit, lineLength)).join('');
    // Otherwise the largest text might never end.
    expect(growsTooFast((count) => outcome(page(MAX_LINE / 8).repeat(count)), lines)).toBe(false);
    const longPage = page(MAX_LINE);
    expect(outcome(longPage.repeat(Math.floor(MAX / longPage.length)))).toBeGreaterThan(0);
  });

  it.each([
    '停止\n',
    '9月5日 0:00〜6:00\n',
    '9月5日\n',
    '延長。',
    '中止。',
    'マイナポータル\n',
    '\n',
  ])('rejects very many passages but accepts very many empty lines: %j', (unit) => {
    expect(outcome(unit.repeat(Math.floor(MAX / unit.length)))).toBe(
      unit === '\n' ? 0 : 'invalid_option',
    );
  });

  const sentences = [
    '9月5日 0:00〜6:00 システム停止\n',
    '延長する場合があります。\n',
    'この停止は中止します。\n',
    '対象：マイナポータル\n',
    '■停止\n',
  ];
  const outcomeOf = (passage: string, times: number) =>
    outcome(`システム停止 12月5日 0:00〜6:00\n${passage.repeat(times)}`);

  it.each(sentences)('takes no quadratic time for many passages: %j', (passage) => {
    expect(growsTooFast((times) => outcomeOf(passage, times), passages)).toBe(false);
  });

  it('reads the largest allowed number of passages to the end', () => {
    const every = sentences.join('');
    const many = (count: number) => outcomeOf(every, Math.ceil(count / sentences.length));
    expect(growsTooFast(many, passages)).toBe(false);
    expect(many(19_000)).toBeGreaterThan(0);
  });

  it('accepts a text of 65,536 units and 1,000 passages in one piece, and longer ones only with turns for others', async () => {
    const published = { publishedAt: PUBLISHED };
    for (const [page, longer] of [
      ['あ'.repeat(65_536), 'あ'.repeat(65_537)],
      ['停止。'.repeat(1_000), '停止。'.repeat(1_001)],
    ] as const) {
      expect(parseNotices(page, published).notUnderstood).not.toEqual([]);
      expect(() => parseNotices(longer, published)).toThrow(
        expect.objectContaining({ code: 'invalid_option', path: 'text' }),
      );
      expect((await parseLongNotices(longer, published)).notUnderstood).not.toEqual([]);
    }
  });

  it('rejects a text above its size or its number of outages', async () => {
    expect(outcome('あ'.repeat(MAX))).toBe(1);
    expect(outcome('あ'.repeat(MAX + 1))).toBe('invalid_option');
    await expect(
      parseLongNotices('あ'.repeat(MAX + 1), { publishedAt: PUBLISHED }),
    ).rejects.toMatchObject({ code: 'invalid_option', path: 'text' });
    const many = (count: number) =>
      Array.from(
        { length: count },
        (_, index) =>
          `2026年${1 + (index % 12)}月${1 + (Math.floor(index / 12) % 28)}日 ${Math.floor(index / 336)}:00〜23:00 システム停止`,
      ).join('\n');
    expect(parseNotices(many(1_000), { publishedAt: PUBLISHED }).announcements).toHaveLength(1_000);
    expect(outcome(many(1_001))).toBe('invalid_option');
  });

  it('reports a very long line without parsing it', () => {
    const { announcements, notUnderstood } = parseNotices(
      `${'あ'.repeat(2_000)}9月5日 0:00〜6:00 停止`,
      { publishedAt: PUBLISHED },
    );
    expect(announcements).toEqual([]);
    expect(notUnderstood.map(({ reason }) => reason.code)).toEqual(['too_long']);
  });

  /** Parses a long text in one piece, so that its processor time can be measured. */
  function outcome(text: string): number | string {
    try {
      const steps = parseSteps(text, { publishedAt: PUBLISHED }, LONG);
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value.notUnderstood.length;
      }
    } catch (error) {
      if (isSelfInfoError(error)) return error.code;
      throw error;
    }
  }
});
