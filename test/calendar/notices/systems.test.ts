import { describe, expect, it } from 'vitest';
import { servers } from '../../../src/calendar/index.js';
import { outages, problems, read } from './reading.js';

describe('parseNotices on the names of systems', () => {
  it.each(servers.map(({ ja, id }) => [ja, id]))(
    'recognises %s by its name in the catalog',
    (ja, id) => {
      expect(outages(`${ja}は、12月5日(土) 0:00〜6:00 の間停止します。`)).toEqual([
        `${id} 2026-12-05T00:00/2026-12-05T06:00`,
      ]);
      expect(
        outages(`■${ja.replace(/サーバ$/, 'サーバー')}の停止\n\n12月5日(土) 0:00〜6:00`),
      ).toEqual([`${id} 2026-12-05T00:00/2026-12-05T06:00`]);
    },
  );

  it.each([
    ['自己情報取得API', 'all'],
    ['マイナポータルの自己情報取得ＡＰＩ', 'all'],
    ['ﾏｲﾅﾎﾟｰﾀﾙ', 'mynaportal'],
    ['情報提供等記録開示システム', 'mynaportal'],
    ['住基ネット', 'juki-net'],
    ['情報提供ネットワーク', 'information-provision-network'],
    ['中間サーバー・プラットフォーム（地方公共団体中間サーバー）', 'municipal'],
    ['ハローワーク中間サーバー', 'employment-security'],
    ['地共済中間サーバ', 'local-officials-mutual-aid'],
    ['口座情報登録・連携システム', 'account-registry'],
    ['本システム', 'all'],
    ['システムメンテナンス', 'all'],
  ])('reads %s as %s', (name, id) => {
    expect(outages(`${name}　12月5日(土) 0:00〜6:00 停止`)).toEqual([
      `${id} 2026-12-05T00:00/2026-12-05T06:00`,
    ]);
  });

  it.each([
    'e-Tax',
    '中間サーバ',
    '日本年金機構',
    '公共サービスメッシュ',
    'ぴったりサービス',
    'コンビニ交付',
    'GビズID',
    'マイナポータル 医療保険情報取得API',
    '証明書交換システム',
  ])('reports %s as unknown_system', (name) => {
    expect(read(`${name}　12月5日(土) 0:00〜6:00 停止`, '2026-11-20')).toEqual({
      outages: [],
      problems: ['1 unknown_system'],
    });
  });

  it('accepts several systems and reports unknown ones beside them', () => {
    const text = 'マイナポータル、住基ネット及び公的個人認証サービスの停止：12月5日(土) 0:00〜6:00';
    expect(read(text, '2026-11-20')).toEqual({
      outages: [
        'mynaportal 2026-12-05T00:00/2026-12-05T06:00',
        'juki-net 2026-12-05T00:00/2026-12-05T06:00',
      ],
      problems: ['1 unknown_system'],
    });
  });

  it('finds the system in a label before, after or below the period', () => {
    const both = [
      'all 2026-12-05T00:00/2026-12-05T06:00',
      'pension-service 2026-12-06T00:00/2026-12-06T06:00',
    ];
    const [first, second] = [
      '停止期間：12月5日(土) 0:00〜6:00',
      '停止期間：12月6日(日) 0:00〜6:00',
    ];
    expect(
      outages(`対象：自己情報取得API\n${first}\n\n対象：日本年金機構中間サーバー\n${second}`),
    ).toEqual(both);
    expect(
      outages(`${first}\n対象：自己情報取得API\n\n${second}\n対象：日本年金機構中間サーバー`),
    ).toEqual(both);
    expect(
      outages(
        `マイナポータルに関するお知らせ\n\n■停止期間\n12月5日(土) 0:00〜6:00\n■対象\n住基ネット`,
      ),
    ).toEqual(['juki-net 2026-12-05T00:00/2026-12-05T06:00']);
    expect(outages('12月5日(土) 0:00〜6:00\nこの間、住基ネットは停止します。')).toEqual([
      'juki-net 2026-12-05T00:00/2026-12-05T06:00',
    ]);
  });

  it('ignores systems that keep running, are thanked for, or are excluded', () => {
    expect(
      outages(
        'システムは12月5日(土) 0:00〜6:00に停止します。\nなお、住基ネットは通常どおりご利用いただけます。',
      ),
    ).toEqual(['all 2026-12-05T00:00/2026-12-05T06:00']);
    expect(
      outages(
        'マイナポータルをご利用いただきありがとうございます。\n12月5日(土) 0:00〜6:00 システム停止',
      ),
    ).toEqual(['all 2026-12-05T00:00/2026-12-05T06:00']);
    expect(read('マイナポータル以外は12月5日(土) 0:00〜6:00に停止します。', '2026-11-20')).toEqual({
      outages: ['all unknown-scope 2026-12-05T00:00/2026-12-05T06:00'],
      problems: ['1 scope_unknown'],
    });
  });

  it('reports a stop that names no system', () => {
    expect(read('12月5日(土) 0:00〜6:00 停止', '2026-11-20')).toEqual({
      outages: [],
      problems: ['1 target_unclear'],
    });
  });

  it('closes the whole service where all systems stop, whatever was named above', () => {
    const text =
      '自治体中間サーバの停止\n12月5日(土) 0:00〜6:00\n\nすべてのサービスの停止\n12月6日(日) 0:00〜6:00';
    expect(outages(text)).toEqual([
      'municipal 2026-12-05T00:00/2026-12-05T06:00',
      'all 2026-12-06T00:00/2026-12-06T06:00',
    ]);
    expect(outages('マイナポータルのすべての機能の停止　12月5日(土) 0:00〜6:00')).toEqual([
      'mynaportal 2026-12-05T00:00/2026-12-05T06:00',
    ]);
  });

  it('does not close the service when only a test environment stops', () => {
    expect(
      read('■接続確認環境のメンテナンスについて\n12月5日(土) 0:00〜6:00', '2026-11-20').outages,
    ).toEqual([]);
    expect(read('【検証環境】自己情報取得API　12月5日(土) 0:00〜6:00', '2026-11-20')).toEqual({
      outages: [],
      problems: ['1 unknown_system'],
    });
    expect(outages('自己情報取得API（接続確認環境を含む）の停止　12月5日(土) 0:00〜6:00')).toEqual([
      'all 2026-12-05T00:00/2026-12-05T06:00',
    ]);
  });

  it('does not apply the system of one notice to the next', () => {
    const text =
      '■日本年金機構中間サーバの停止\n12月5日(土) 8:00〜12:00\n\n■システムメンテナンスのお知らせ\n12月6日(日) 0:00〜6:00';
    expect(outages(text)).toEqual([
      'pension-service 2026-12-05T08:00/2026-12-05T12:00',
      'all 2026-12-06T00:00/2026-12-06T06:00',
    ]);
    expect(
      problems(
        '日本年金機構中間サーバ 12月5日(土) 8:00〜12:00 停止\n\n12月6日(日) 0:00〜6:00 停止',
      ),
    ).toEqual(['3 target_unclear']);
  });
});
