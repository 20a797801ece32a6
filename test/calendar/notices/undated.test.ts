import { describe, expect, it } from 'vitest';
import { parseNotices } from '../../../src/calendar/notices/parse.js';
import { only, outages, problems, read } from './reading.js';

describe('parseNotices on passages without a date', () => {
  it.each([
    '現在、マイナポータルにつながらない状態です。',
    'アクセスしづらい状況です。',
    'システムエラーの状態です。',
    '応答が遅延しています。',
    'サービスの提供を見合わせています。',
    'サービスが止まっています。',
    'The API is currently unavailable.',
  ])('reports a passage that mentions an outage: %s', (text) => {
    expect(read(text, '2026-11-20')).toEqual({ outages: [], problems: ['1 period_missing'] });
  });

  it('reports a passage that denies an earlier outage, and keeps the outage', () => {
    expect(
      read('本システム 12月5日(土) 0:00〜6:00 停止\n上記の停止は実施しません。', '2026-11-20'),
    ).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00'],
      problems: ['2 not_an_outage'],
    });
  });

  it('treats a possibly late end as an extension', () => {
    expect(
      read('本システム 12月5日(土) 0:00〜6:00 停止\n終了が遅れることがあります。', '2026-11-20'),
    ).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00 ?'],
      problems: ['2 extension_unclear'],
    });
  });

  it('assigns a passage that introduces or refers back to a period of the same system', () => {
    const text =
      'システムメンテナンスのお知らせ\n\n下記のとおりメンテナンスを実施いたします。\n\n1. 停止期間\n12月5日(土) 0:00〜6:00\n\nこの間、ログインできません。\n以上';
    expect(read(text, '2026-11-20')).toEqual(only('all 2026-12-05T00:00/2026-12-05T06:00'));
    expect(
      problems(
        '自己情報取得APIは次のとおり停止します。\n日本年金機構中間サーバ 12月5日(土) 8:00〜12:00',
      ),
    ).toEqual(['1 period_missing']);
  });

  it('reports a passage about an outage that continues or is described elsewhere', () => {
    expect(
      problems('本システム 12月5日(土) 0:00〜6:00 停止\n現在、障害が発生しています。'),
    ).toEqual(['2 period_missing']);
    expect(
      problems('本システム 12月5日(土) 0:00〜6:00 停止\nほかの停止期間はこちらをご覧ください。'),
    ).toEqual(['2 period_missing']);
    expect(
      problems('本システム 12月5日(土) 0:00〜6:00 停止\n\n\nマイナポータルに不具合があります。'),
    ).toEqual(['4 period_missing']);
  });

  it('ignores passages that do not mention an outage', () => {
    expect(
      read(
        'お知らせ\nデジタル庁は、行政のデジタル化を進めています。\nCopyright 2026年 デジタル庁\nhttps://example.go.jp/2026/12/05/',
        '2026-11-20',
      ),
    ).toEqual({
      outages: [],
      problems: [],
    });
    expect(parseNotices('', { publishedAt: '2026-11-20' })).toEqual({
      announcements: [],
      notUnderstood: [],
    });
  });
});

describe('parseNotices on repeated periods', () => {
  it('returns one announcement for a repeated period, and the longer of two with the same start', () => {
    expect(
      outages(
        '■システム停止\n12月5日(土) 0:00〜6:00\n\n変更後：12月5日(土) 0:00〜8:00\n再掲：12月5日(土) 0:00〜6:00',
      ),
    ).toEqual(['all 2026-12-05T00:00/2026-12-05T08:00']);
  });

  it('sets announcedAt and an id with the prefix of the page', () => {
    const { announcements } = parseNotices('本システム 12月5日(土) 0:00〜6:00 停止', {
      publishedAt: new Date('2026-11-20T01:00:00Z'),
      idPrefix: 'page-2',
    });
    expect(announcements).toEqual([
      {
        id: 'page-2:all:2026-12-05T00:00:00+09:00',
        target: 'all',
        state: 'closed',
        start: '2026-12-05T00:00:00+09:00',
        end: '2026-12-05T06:00:00+09:00',
        announcedAt: '2026-11-20T10:00:00+09:00',
        source: '本システム 12月5日(土) 0:00〜6:00 停止',
      },
    ]);
  });
});
