import { describe, expect, it } from 'vitest';
import { isSelfInfoError } from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';

const PUBLISHED = '2026-08-20';

describe('parseNotices on untrusted text', () => {
  const MAX = 1_048_576;
  const full = (unit: string, lineLength: number) => {
    const line = unit.repeat(Math.ceil(lineLength / unit.length)).slice(0, lineLength - 1);
    return `${line}\n`.repeat(Math.floor(MAX / lineLength));
  };
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

  // The test checks that the work ends, not how long it takes: quadratic work does not end within
  // the limit.
  it.each(units)(
    'reads a text of the largest size to its end, in long lines and in one: %j',
    (unit) => {
      expect(outcome(full(unit, 2_000))).toBeDefined();
      expect(outcome(unit.repeat(Math.floor(MAX / unit.length)))).toBeDefined();
    },
    60_000,
  );

  it.each([
    '停止\n',
    '9月5日 0:00〜6:00\n',
    '9月5日\n',
    '延長。',
    '中止。',
    'マイナポータル\n',
    '\n',
  ])(
    'rejects very many passages but accepts very many empty lines: %j',
    (unit) => {
      expect(outcome(unit.repeat(Math.floor(MAX / unit.length)))).toBe(
        unit === '\n' ? 0 : 'invalid_option',
      );
    },
    60_000,
  );

  it.each([
    '9月5日 0:00〜6:00 停止\n',
    '延長する場合があります。\n',
    'この停止は中止します。\n',
    '対象：マイナポータル\n',
    '■停止\n',
  ])(
    'reads the largest allowed number of passages to the end: %j',
    (unit) => {
      expect(outcome(`12月5日 0:00〜6:00\n${unit.repeat(19_000)}`)).toBeDefined();
    },
    60_000,
  );

  it('rejects a text above its size or its number of outages', () => {
    expect(outcome('あ'.repeat(MAX))).toBe(1);
    expect(outcome('あ'.repeat(MAX + 1))).toBe('invalid_option');
    const many = (count: number) =>
      Array.from(
        { length: count },
        (_, index) =>
          `2026年${1 + (index % 12)}月${1 + (Math.floor(index / 12) % 28)}日 ${Math.floor(index / 336)}:00〜23:00 停止`,
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

  function outcome(text: string): number | string {
    try {
      return parseNotices(text, { publishedAt: PUBLISHED }).notUnderstood.length;
    } catch (error) {
      if (isSelfInfoError(error)) return error.code;
      throw error;
    }
  }
});
