import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import {
  outagesBelow as outages,
  problemsBelow as problems,
  readBelow as read,
} from './reading.js';

describe('parseNotices on extensions', () => {
  it('uses the latest end, also within the same sentence, and also as an hour alone', () => {
    expect(
      outages(
        'マイナポータルは12月31日22時～1月2日3時（最大1月4日22時まで延長する場合があります）停止します。',
      ),
    ).toEqual(['mynaportal 2026-12-31T22:00/2027-01-04T22:00 ?']);
    expect(outages('12月5日(土) 22:00〜24:00 停止。最長3:00まで延長することがあります。')).toEqual([
      'all 2026-12-05T22:00/2026-12-06T03:00 ?',
    ]);
  });

  it('never shortens an outage', () => {
    expect(
      outages(
        '12月5日(土) 0:00〜12月7日(月) 0:00 停止。12月6日 0:00以降も延長の可能性があります。',
      ),
    ).toEqual(['all 2026-12-05T00:00/2026-12-07T00:00 ?']);
  });

  it('reports an extension without an end, or of a period stated elsewhere', () => {
    expect(read('12月5日(土) 0:00〜6:00 停止。\n延長する場合があります。', '2026-11-20')).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00 ?'],
      problems: ['2 extension_unclear'],
    });
    expect(problems('自己情報取得APIの停止時間を12月7日 12:00まで延長します。')).toEqual([
      '1 extension_unclear',
    ]);
  });

  it('extends the last of several periods before it, and reports that', () => {
    const text =
      '停止期間\n12月5日(土) 0:00〜6:00\n12月12日(土) 0:00〜6:00\n最大12:00まで延長する場合があります。';
    expect(read(text, '2026-11-20')).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00', 'all 2026-12-12T00:00/2026-12-12T12:00 ?'],
      problems: ['4 extension_unclear'],
    });
  });

  it('keeps the id when the extension is announced later', () => {
    const [before] = parseNotices('マイナポータル停止 12月5日(土) 0:00〜6:00', {
      publishedAt: '2026-11-20',
    }).announcements;
    const [after] = parseNotices('マイナポータル停止 12月5日(土) 0:00〜12:00に延長', {
      publishedAt: '2026-11-27',
    }).announcements;
    expect(after?.id).toBe(before?.id);
    expect(before?.id).toBe('notice:mynaportal:2026-12-05T00:00:00+09:00');
    if (!before || !after) throw new Error('not read');
    const calendar = createCalendar({ announced: [before] }).with([after]);
    expect(calendar.isOpen({ server: 'mynaportal' }, '2026-12-05T11:00:00+09:00')).toBe(false);
    expect(calendar.isOpen({ server: 'mynaportal' }, '2026-12-05T12:00:00+09:00')).toBe(true);
  });
});
