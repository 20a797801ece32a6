import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import { only, outages, problems, read } from './reading.js';

describe('parseNotices on notices as really published', () => {
  it('derives an omitted year from the day of publication and the weekday', () => {
    const text = '自己情報取得APIの停止 8月24日(月) 22:00 〜 8月25日(火) 8:00';
    expect(read(text, '2026-08-20')).toEqual(only('all 2026-08-24T22:00/2026-08-25T08:00'));
    // Half a year ahead, only the weekday distinguishes 2026 from 2025.
    expect(outages(text, '2026-02-01')).toEqual(['all 2026-08-24T22:00/2026-08-25T08:00']);
  });

  it('accepts a status marker, 頃, and an end that is only an hour', () => {
    const text =
      '【解消済】自己情報取得APIの障害について　詳細：2026/8/31(月)17:00頃〜18:40頃にご利用いただけない事象が発生しました';
    expect(read(text, '2026-09-01')).toEqual(only('all 2026-08-31T17:00/2026-08-31T18:40 ?'));
    const cut = '自己情報取得APIの障害\n【解消済】詳細：2026/8/31(月)17:00頃〜18:40頃';
    expect(read(cut, '2026-09-01')).toEqual(only('all 2026-08-31T17:00/2026-08-31T18:40 ?'));
  });

  it('accepts full-width brackets, hours without minutes, and an end without year', () => {
    expect(
      read('マイナポータル停止　2025年12月6日（土）22時～12月8日（月）6時', '2025-11-20'),
    ).toEqual(only('mynaportal 2025-12-06T22:00/2025-12-08T06:00'));
  });

  it('extends an outage over the New Year by a separate sentence', () => {
    const text =
      'マイナポータル停止：2025年12月31日（水）22時～2026年1月2日（金）3時\n作業の状況により、延長する場合があります（最大1/4 22時まで）。';
    expect(read(text, '2025-12-10')).toEqual(
      only('mynaportal 2025-12-31T22:00/2026-01-04T22:00 ?'),
    );
    expect(parseNotices(text, { publishedAt: '2025-12-10' }).announcements[0]?.source).toBe(text);
  });

  it('accepts an era year and an ASCII tilde', () => {
    expect(
      read('自己情報取得API　停止期間：令和6年12月15日(日) 3:00 ~ 4:00', '2024-12-01'),
    ).toEqual(only('all 2024-12-15T03:00/2024-12-15T04:00'));
  });

  it('reports a period that is only behind a link', () => {
    const { announcements, notUnderstood } = parseNotices(
      '以下の期間において自己情報取得APIはご利用いただけません',
      { publishedAt: '2026-08-20' },
    );
    expect(announcements).toEqual([]);
    expect(notUnderstood).toEqual([
      {
        text: '以下の期間において自己情報取得APIはご利用いただけません',
        reason: {
          code: 'period_missing',
          ja: expect.stringContaining('期間が見当たりません'),
          en: expect.stringContaining('without a period'),
        },
        line: 1,
        start: 0,
        end: 29,
      },
    ]);
    expect(problems('以下の期間において…ご利用いただけません')).toEqual(['1 period_missing']);
  });
});

describe('parseNotices on a page of several notices', () => {
  const page = `マイナポータル 開発者サイト
メンテナンス・障害情報
最終更新日：2026年11月20日

■ 年末年始のシステム停止について
マイナポータルは、次の期間、システムメンテナンスのためご利用いただけません。
停止期間：2026年12月31日（木）22時～2027年1月2日（土）3時
作業の状況により、停止時間を延長する場合があります（最大1/4 22時まで）。

■ 自己情報取得APIの定期メンテナンスについて
12月5日(土) 0:00 〜 12月7日(月) 0:00
12月19日(土) 22:00 〜 20日(日) 8:00

■【解消済】自己情報取得APIがご利用いただけない事象について
詳細：2026/11/18(水)17:00頃〜18:40頃に、公共サービスメッシュの障害により自己情報取得APIがご利用いただけない事象が発生しました。
現在は復旧しております。ご迷惑をおかけしましたことをお詫び申し上げます。

■ 住民基本台帳ネットワークシステムの停止について
以下の期間において、住民基本台帳ネットワークシステムがご利用いただけません。
詳しくはこちら

■ e-Tax（国税電子申告・納税システム）のメンテナンスについて
12月12日(土) 0:00〜6:00

■ 日本年金機構中間サーバの臨時メンテナンス中止のお知らせ
11月28日(土) 8:00〜12:00 に予定していたメンテナンスは中止となりました。

お問い合わせ：開発者サポート 平日 9:30〜17:00
Copyright 2026 デジタル庁
`;
  const { announcements, notUnderstood } = parseNotices(page, { publishedAt: '2026-11-20' });

  it('finds system, latest end and words of each outage', () => {
    expect(outages(page)).toEqual([
      'mynaportal 2026-12-31T22:00/2027-01-04T22:00 ?',
      'all 2026-12-05T00:00/2026-12-07T00:00',
      'all 2026-12-19T22:00/2026-12-20T08:00',
      'all 2026-11-18T17:00/2026-11-18T18:40 ?',
    ]);
    expect(announcements.map(({ source }) => source.split('\n')[0])).toEqual([
      '停止期間：2026年12月31日（木）22時～2027年1月2日（土）3時',
      '12月5日(土) 0:00 〜 12月7日(月) 0:00',
      '12月19日(土) 22:00 〜 20日(日) 8:00',
      '詳細：2026/11/18(水)17:00頃〜18:40頃に、公共サービスメッシュの障害により自己情報取得APIがご利用いただけない事象が発生しました。',
    ]);
  });

  it('reports every other passage that mentions an outage or holds a date', () => {
    expect(problems(page)).toEqual([
      '18 period_missing',
      '19 period_missing',
      '22 period_missing',
      '23 unknown_system',
      '25 called_off',
      '26 called_off',
      '28 recurring',
    ]);
    for (const { text, start, end, line } of notUnderstood) {
      expect(page.slice(start, end)).toBe(text);
      expect(page.slice(0, start).split('\n')).toHaveLength(line);
    }
  });

  it('returns announcements that a calendar accepts unchanged', () => {
    const calendar = createCalendar({ announced: announcements });
    expect(calendar.isOpen('local-tax', '2026-12-05T12:00:00+09:00')).toBe(false);
    expect(calendar.isOpen('local-tax', '2026-12-07T00:00:00+09:00')).toBe(true);
    expect(calendar.isOpen({ server: 'mynaportal' }, '2027-01-04T21:59:00+09:00')).toBe(false);
    expect(createCalendar().isOpen('local-tax', '2026-12-05T12:00:00+09:00')).toBe(true);
  });
});
