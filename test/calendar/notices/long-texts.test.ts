import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseLongNotices, parseNotices } from '../../../src/calendar/notices/parse.js';

const published = { publishedAt: '2026-08-20' };
/** Passages, periods and outages that are read before other work gets its turn. */
const STEPS = 50;

const notice = (day: number) =>
  `【重要】メンテナンスのお知らせ\n停止日時：2026年9月${day}日 0:00 〜 6:00\n対象：マイナポータル\nご不便をおかけします。\n\n`;
const page = Array.from({ length: 20 }, (_, index) => notice(index + 1)).join('');

describe('parseLongNotices', () => {
  it('returns the same as parseNotices', async () => {
    const { announcements, notUnderstood } = await parseLongNotices(page, published);
    expect({ announcements, notUnderstood }).toEqual(parseNotices(page, published));
    expect(announcements).toHaveLength(20);
  });

  it.each([
    ['of notices', notice(5).repeat(3_000), 12_000],
    [
      'of one notice with very many periods',
      '9月5日 0:00〜6:00 システム停止\n'.repeat(15_000),
      15_000,
    ],
  ])('lets other work run while it reads a text %s', async (_, text, passages) => {
    let turns = 0;
    let under = true;
    const counting = (async () => {
      for (; under; turns++) await setImmediate();
    })();
    const { announcements } = await parseLongNotices(text, published);
    under = false;
    await counting;
    expect(announcements).toHaveLength(1);
    expect(turns).toBeGreaterThanOrEqual(passages / STEPS);
  });

  it('rejects with the errors of parseNotices', async () => {
    await expect(parseLongNotices('', {} as never)).rejects.toMatchObject({
      code: 'missing_option',
      path: 'options.publishedAt',
    });
    await expect(parseLongNotices(null as never, published)).rejects.toThrow(TypeError);
  });
});
