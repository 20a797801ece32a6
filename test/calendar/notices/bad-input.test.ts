import { describe, expect, it } from 'vitest';
import { isSelfInfoError } from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';

describe('parseNotices with invalid arguments', () => {
  const refusal = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      if (isSelfInfoError(error)) return [error.code, error.path];
      throw error;
    }
    return undefined;
  };

  it('throws a SelfInfoError that names the option', () => {
    expect(refusal(() => parseNotices('', {} as never))).toEqual([
      'missing_option',
      'options.publishedAt',
    ]);
    expect(refusal(() => parseNotices('', { publishedAt: 'today' }))).toEqual([
      'invalid_instant',
      'options.publishedAt',
    ]);
    expect(refusal(() => parseNotices('', { publishedAt: '2026-02-30' }))).toEqual([
      'invalid_date',
      'options.publishedAt',
    ]);
    expect(
      refusal(() => parseNotices('', { publishedAt: '2026-11-20', source: 'x' } as never)),
    ).toEqual(['unknown_option', 'options.source']);
    for (const idPrefix of ['', ' ', 'x'.repeat(101)]) {
      expect(refusal(() => parseNotices('', { publishedAt: '2026-11-20', idPrefix }))).toEqual([
        'invalid_option',
        'options.idPrefix',
      ]);
    }
  });

  it('throws a TypeError for a wrong type', () => {
    expect(() => parseNotices(null as never, { publishedAt: '2026-11-20' })).toThrow(TypeError);
    expect(() => parseNotices('', null as never)).toThrow(TypeError);
    expect(() => parseNotices('', { publishedAt: true as never })).toThrow(/publishedAt must be/);
    expect(() => parseNotices('', { publishedAt: '2026-11-20', idPrefix: 1 as never })).toThrow(
      /idPrefix must be/,
    );
  });
});
