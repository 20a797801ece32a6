import { describe, expect, it } from 'vitest';
import { createCalendar, isSelfInfoError, servers } from '../../../src/calendar/index.js';
import { parseNotices } from '../../../src/calendar/notices/parse.js';

/**
 * `target start/end`, with `?` when approximate; and the codes of what was not understood, by line.
 */
function read(text: string, publishedAt: string) {
  const { announcements, notUnderstood } = parseNotices(text, { publishedAt });
  return {
    outages: announcements.map(
      ({ target, start, end, approximate }) =>
        `${target} ${start.replace(':00+09:00', '')}/${end.replace(':00+09:00', '')}${approximate ? ' ?' : ''}`,
    ),
    problems: notUnderstood.map(({ line, reason }) => `${line} ${reason.code}`),
  };
}
const outages = (text: string, publishedAt = '2026-11-20') => read(text, publishedAt).outages;
const problems = (text: string, publishedAt = '2026-11-20') => read(text, publishedAt).problems;
const only = (outage: string) => ({ outages: [outage], problems: [] });

describe('parseNotices on notices as really published', () => {
  it('derives an omitted year from the day of publication and the weekday', () => {
    const text = '自己情報取得API 9月5日(土) 0:00 〜 9月7日(月) 0:00';
    expect(read(text, '2026-08-20')).toEqual(only('all 2026-09-05T00:00/2026-09-07T00:00'));
    // Half a year ahead, only the weekday distinguishes 2026 from 2025.
    expect(outages(text, '2026-03-01')).toEqual(['all 2026-09-05T00:00/2026-09-07T00:00']);
  });

  it('accepts a status marker, 頃, and an end that is only an hour', () => {
    const text =
      '【解消済】自己情報取得APIの障害について　詳細：2026/8/31(月)17:00頃〜18:40頃にご利用いただけない事象が発生しました';
    expect(read(text, '2026-09-01')).toEqual(only('all 2026-08-31T17:00/2026-08-31T18:40 ?'));
    expect(read('【解消済】… 詳細：2026/8/31(月)17:00頃〜18:40頃に…', '2026-09-01')).toEqual(
      only('all 2026-08-31T17:00/2026-08-31T18:40 ?'),
    );
  });

  it('accepts full-width brackets, hours without minutes, and an end without year', () => {
    expect(read('2025年12月6日（土）22時～12月8日（月）6時', '2025-11-20')).toEqual(
      only('all 2025-12-06T22:00/2025-12-08T06:00'),
    );
  });

  it('extends an outage over the New Year by a separate sentence', () => {
    const text =
      '2025年12月31日（水）22時～2026年1月2日（金）3時\n作業の状況により、延長する場合があります（最大1/4 22時まで）。';
    expect(read(text, '2025-12-10')).toEqual(only('all 2025-12-31T22:00/2026-01-04T22:00 ?'));
    expect(parseNotices(text, { publishedAt: '2025-12-10' }).announcements[0]?.source).toBe(text);
  });

  it('accepts an era year and an ASCII tilde', () => {
    expect(read('停止期間：令和6年12月15日(日) 3:00 ~ 4:00', '2024-12-01')).toEqual(
      only('all 2024-12-15T03:00/2024-12-15T04:00'),
    );
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
          en: expect.stringContaining('when is not said'),
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
      '2 period_missing',
      '3 stray_date',
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

describe('parseNotices on dates and hours', () => {
  it.each([
    ['2026年12月5日(土)22:00〜12月6日(日)6:00'],
    ['２０２６年１２月５日（土）２２：００～１２月６日（日）６：００'],
    ['2026/12/05 22:00 - 2026/12/06 06:00'],
    ['2026-12-05 22:00 〜 2026-12-06 06:00'],
    ['2026.12.5(土) 22:00 — 2026.12.6(日) 6:00'],
    ['令和8年12月5日（土曜日）午後10時から翌日午前6時まで'],
    ['R8.12.5(土) 22時 ― 6時'],
    ['令和８年１２月５日土曜日 22時00分より翌6時00分まで'],
    ['12/5(土) 22:00 ～ 12/6(日) 6:00'],
    ['12月5日(土・祝) 22:00~翌朝6時'],
    ['12月5日22時から6日6時にかけて'],
    ['12月5日（土）　22：00　－　6日（日）　06：00（予定）'],
    ['12月5日(土) 10:00PM – 6:00AM'],
    ['12月5日(土)22:00:00−6日(日)06:00:00'],
    ['㋋5日(土) 22:00〜6:00'],
    ['停止日：12月5日(土)\n停止時間：22:00〜6:00'],
    ['開始　12月5日(土) 22:00 から\n\n終了　12月6日(日) 6:00 まで'],
    ['| 12月5日(土) | 22:00～6:00 |'],
  ])('reads the period of %s', (text) => {
    expect(read(text, '2026-11-20')).toEqual(only('all 2026-12-05T22:00/2026-12-06T06:00'));
  });

  it('reads half hours, noon, midnight and 24:00', () => {
    expect(outages('12月5日 9時半〜正午')).toEqual(['all 2026-12-05T09:30/2026-12-05T12:00']);
    expect(outages('12月5日 午後0時15分〜24:00')).toEqual([
      'all 2026-12-05T12:15/2026-12-06T00:00',
    ]);
    expect(outages('12月5日 24時〜12月6日 24時')).toEqual([
      'all 2026-12-06T00:00/2026-12-07T00:00',
    ]);
    expect(outages('12月5日 0:00〜24:00')).toEqual(outages('12月5日 終日'));
    expect(outages('12月5日〜12月6日 終日')).toEqual(['all 2026-12-05T00:00/2026-12-07T00:00']);
    expect(outages('12月5日 22:00〜12月6日 零時')).toEqual([
      'all 2026-12-05T22:00/2026-12-06T00:00',
    ]);
  });

  it('reads the first year of an era and 29 February', () => {
    expect(outages('令和元年5月1日(水) 0:00〜6:00', '2019-04-20')).toEqual([
      'all 2019-05-01T00:00/2019-05-01T06:00',
    ]);
    expect(outages('平成31年4月30日(火) 0:00〜6:00', '2019-04-20')).toEqual([
      'all 2019-04-30T00:00/2019-04-30T06:00',
    ]);
    expect(outages('2月29日(火) 0:00〜6:00', '2028-02-01')).toEqual([
      'all 2028-02-29T00:00/2028-02-29T06:00',
    ]);
    expect(problems('2月29日 0:00〜6:00', '2026-02-01')).toEqual(['1 year_unclear']);
  });

  it('takes an omitted year from the other end, or continues into the next year', () => {
    expect(outages('12月31日(木)22時～2027年1月2日(土)3時')).toEqual([
      'all 2026-12-31T22:00/2027-01-02T03:00',
    ]);
    expect(outages('12月31日(木)22時～1月2日(土)3時')).toEqual([
      'all 2026-12-31T22:00/2027-01-02T03:00',
    ]);
    expect(outages('1月30日 22時～1日 3時', '2027-01-20')).toEqual([
      'all 2027-01-30T22:00/2027-02-01T03:00',
    ]);
    // After a day with a year, a day without one is near that day, not near the publication.
    expect(outages('2025年12月6日(土) 0:00〜6:00\n12月13日(土) 0:00〜6:00', '2026-09-01')).toEqual([
      'all 2025-12-06T00:00/2025-12-06T06:00',
      'all 2025-12-13T00:00/2025-12-13T06:00',
    ]);
  });

  it('counts days without hours in full and marks them as approximate', () => {
    expect(outages('12月5日(土)〜7日(月)は停止します')).toEqual([
      'all 2026-12-05T00:00/2026-12-08T00:00 ?',
    ]);
    expect(outages('12月5日(土) 22:00〜12月7日(月)')).toEqual([
      'all 2026-12-05T22:00/2026-12-08T00:00 ?',
    ]);
  });

  it.each([
    ['a weekday that contradicts the start', '12月5日(日) 0:00〜6:00', 'weekday_mismatch'],
    [
      'a weekday that contradicts the start, with its year',
      '2026年12月5日(日) 0:00〜6:00',
      'weekday_mismatch',
    ],
    [
      'a weekday that contradicts the end',
      '12月5日(土) 0:00〜12月6日(月) 0:00',
      'weekday_mismatch',
    ],
    ['a day half a year off, without weekday', '6月5日 0:00〜6:00', 'year_unclear'],
    ['a day that does not exist', '11月31日 0:00〜6:00', 'unreadable_date'],
    ['a month that does not exist', '13月5日 0:00〜6:00', 'unreadable_date'],
    ['an hour that does not exist', '12月5日 25:00〜26:00', 'unreadable_date'],
    ['a minute that does not exist', '12月5日 0:60〜6:00', 'unreadable_date'],
    [
      'an hour of which it is not agreed what it is',
      '12月5日 午後12時〜12月6日 6時',
      'unreadable_date',
    ],
    ['a year of one digit without era', '8年12月5日 0:00〜6:00', 'unreadable_date'],
    ['an end before the start', '12月5日 6:00〜12月4日 6:00', 'end_before_start'],
    ['an end at the start', '12月5日 6:00〜6:00', 'end_before_start'],
    ['a period of months', '2026年12月5日 0:00〜2027年3月5日 0:00', 'implausible_period'],
    ['a year far away', '2062年12月5日 0:00〜6:00', 'implausible_period'],
    ['no end', '12月5日 0:00から当面の間、停止します', 'end_missing'],
    ['no end as yet', '12月5日(土) 22:00頃より障害が発生しています。', 'end_missing'],
    ['no start', '12月5日(土) 3:00まで停止します', 'start_missing'],
    ['no day', '22:00〜6:00に停止します', 'date_missing'],
    ['no hours', '12月5日(土)は停止します', 'hours_missing'],
    ['hours for each of several days', '12月5日〜12月7日 0:00〜6:00', 'hours_unclear'],
    [
      'hours for each of several days, in words',
      '12月5日〜12月7日の各日 0:00〜6:00',
      'hours_unclear',
    ],
    ['days that come again', '毎月第3土曜日 22:00〜翌8:00', 'recurring'],
    ['two moments without a tilde', '12月5日 0:00と12月6日 0:00', 'stray_date'],
    ['numerals of kanji', '令和八年十二月五日に停止します', 'period_missing'],
  ])('reports and does not guess for %s', (_, text, code) => {
    expect(read(text, '2026-11-20')).toEqual({ outages: [], problems: [`1 ${code}`] });
  });

  it('keeps the understood period of a passage that also has one that is not understood', () => {
    expect(read('12月5日(土) 0:00〜6:00、8:00〜10:00', '2026-11-20')).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00'],
      problems: ['1 date_missing'],
    });
    expect(problems('12月5日(土)、12月12日(土) 0:00〜6:00 停止')).toEqual(['1 hours_missing']);
  });
});

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
    expect(outages(`${name}　12月5日(土) 0:00〜6:00`)).toEqual([
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
    expect(read(`${name}　12月5日(土) 0:00〜6:00`, '2026-11-20')).toEqual({
      outages: [],
      problems: ['1 unknown_system'],
    });
  });

  it('accepts several systems and reports unknown ones beside them', () => {
    const text = 'マイナポータル、住基ネット及び公的個人認証サービス：12月5日(土) 0:00〜6:00';
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
    const [first, second] = ['期間：12月5日(土) 0:00〜6:00', '期間：12月6日(日) 0:00〜6:00'];
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
        '12月5日(土) 0:00〜6:00に停止します。\nなお、住基ネットは通常どおりご利用いただけます。',
      ),
    ).toEqual(['all 2026-12-05T00:00/2026-12-05T06:00']);
    expect(
      outages('マイナポータルをご利用いただきありがとうございます。\n12月5日(土) 0:00〜6:00 停止'),
    ).toEqual(['all 2026-12-05T00:00/2026-12-05T06:00']);
    expect(problems('マイナポータル以外は12月5日(土) 0:00〜6:00に停止します。')).toEqual([
      '1 target_unclear',
    ]);
  });

  it('closes the whole service where all systems stop, whatever was named above', () => {
    const text =
      '自治体中間サーバの停止\n12月5日(土) 0:00〜6:00\n\nすべてのサービスの停止\n12月6日(日) 0:00〜6:00';
    expect(outages(text)).toEqual([
      'municipal 2026-12-05T00:00/2026-12-05T06:00',
      'all 2026-12-06T00:00/2026-12-06T06:00',
    ]);
    expect(outages('マイナポータルのすべての機能　12月5日(土) 0:00〜6:00')).toEqual([
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
    expect(outages('自己情報取得API（接続確認環境を含む）　12月5日(土) 0:00〜6:00')).toEqual([
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
      problems('日本年金機構中間サーバ 12月5日(土) 8:00〜12:00\n\n12月6日(日) 0:00〜6:00'),
    ).toEqual(['3 target_unclear']);
  });
});

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
    const [before] = parseNotices('マイナポータル 12月5日(土) 0:00〜6:00', {
      publishedAt: '2026-11-20',
    }).announcements;
    const [after] = parseNotices('マイナポータル 12月5日(土) 0:00〜12:00に延長', {
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

describe('parseNotices on periods that are not outages', () => {
  it.each([
    [
      'an outage called off',
      '12月5日(土) 0:00〜6:00のメンテナンスは中止します。',
      ['1 called_off'],
    ],
    [
      'an outage called off in the heading',
      '【中止】メンテナンスのお知らせ\n12月5日(土) 0:00〜6:00',
      ['1 called_off', '2 called_off'],
    ],
    [
      'an outage called off below',
      '12月5日(土) 0:00〜6:00 停止\n本メンテナンスは取りやめとなりました。',
      ['1 called_off', '2 called_off'],
    ],
    ['an outage postponed', '12月5日(土) 0:00〜6:00の停止は延期します。', ['1 called_off']],
    ['opening hours', '受付時間：12月5日(土) 9:00〜17:00', ['1 not_an_outage']],
    ['opening hours below their label', '受付期間\n12月5日(土) 9:00〜17:00', ['2 not_an_outage']],
    [
      'work without effect',
      '12月5日(土) 0:00〜6:00のメンテナンスによる影響はありません。',
      ['1 not_an_outage'],
    ],
    ['a stop that is denied', '12月5日(土) 0:00〜6:00は停止しない', ['1 not_an_outage']],
    [
      'a stop of which there is none',
      '12月5日(土) 0:00〜6:00の停止の予定はございません。',
      ['1 not_an_outage'],
    ],
    [
      'a stop that is not carried out',
      '12月5日(土) 0:00〜6:00の計画停止は実施されません。',
      ['1 not_an_outage'],
    ],
    [
      'a stop that is no more',
      '12月5日(土) 0:00〜6:00の停止はなくなりました。',
      ['1 not_an_outage'],
    ],
    [
      'work during which nothing stops',
      '12月5日(土) 0:00〜6:00に無停止でメンテナンスを行います。',
      ['1 not_an_outage'],
    ],
    ['a meeting', '説明会の日程\n12月5日(土) 9:00〜17:00', ['2 not_an_outage']],
  ])('closes nothing for %s', (_, text, expected) => {
    expect(read(text, '2026-11-20')).toEqual({ outages: [], problems: expected });
  });

  it('drops one of several periods that is called off and keeps the others', () => {
    const text = '停止のお知らせ\n・12月5日(土) 0:00〜6:00【中止】\n・12月12日(土) 0:00〜6:00';
    expect(read(text, '2026-11-20')).toEqual({
      outages: ['all 2026-12-12T00:00/2026-12-12T06:00'],
      problems: ['2 called_off'],
    });
  });

  it('closes a service that is no longer available (なくなります)', () => {
    expect(
      read('12月5日(土) 0:00〜6:00は、停止のためご利用いただけなくなります。', '2026-11-20'),
    ).toEqual(only('all 2026-12-05T00:00/2026-12-05T06:00'));
  });

  it('closes a service that is suspended, and an outage that may be called off', () => {
    expect(outages('12月5日(土) 0:00〜6:00の間、サービスの提供を中止します。')).toHaveLength(1);
    expect(outages('12月5日(土) 0:00〜6:00（中止する場合があります）')).toHaveLength(1);
    expect(
      outages('12月5日(土) 0:00〜6:00に停止します（終了後は通常どおりご利用いただけます）'),
    ).toHaveLength(1);
  });
});

describe('parseNotices on doubtful periods', () => {
  it.each([
    [
      'when the notice changes it, since which of the two holds is not said',
      '12月5日(土) 0:00〜6:00の停止は12月12日(土) 0:00〜6:00に変更します。',
      2,
      'called_off',
    ],
    [
      'when it corrects an earlier one',
      '【訂正】12月5日(土) 0:00〜6:00に停止します。',
      1,
      'called_off',
    ],
    [
      'when its end is not known',
      '12月5日(土) 22:00〜12月6日(日)（終了時刻未定）に停止します。',
      1,
      'end_missing',
    ],
    [
      'when systems of one line have periods of their own',
      '住基ネット：12月5日(土) 0:00〜6:00、マイナポータル：12月6日(日) 0:00〜6:00',
      4,
      'target_unclear',
    ],
  ])('reads and also reports a period %s', (_, text, count, code) => {
    expect(outages(text)).toHaveLength(count);
    expect(problems(text)).toEqual([`1 ${code}`]);
  });
});

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
    expect(read('12月5日(土) 0:00〜6:00 停止\n上記の停止は実施しません。', '2026-11-20')).toEqual({
      outages: ['all 2026-12-05T00:00/2026-12-05T06:00'],
      problems: ['2 not_an_outage'],
    });
  });

  it('treats a possibly late end as an extension', () => {
    expect(read('12月5日(土) 0:00〜6:00 停止\n終了が遅れることがあります。', '2026-11-20')).toEqual(
      {
        outages: ['all 2026-12-05T00:00/2026-12-05T06:00 ?'],
        problems: ['2 extension_unclear'],
      },
    );
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
    expect(problems('12月5日(土) 0:00〜6:00 停止\n現在、障害が発生しています。')).toEqual([
      '2 period_missing',
    ]);
    expect(problems('12月5日(土) 0:00〜6:00 停止\nほかの停止期間はこちらをご覧ください。')).toEqual(
      ['2 period_missing'],
    );
    expect(problems('12月5日(土) 0:00〜6:00 停止\n\n\nマイナポータルに不具合があります。')).toEqual(
      ['4 period_missing'],
    );
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
        '■停止\n12月5日(土) 0:00〜6:00\n\n変更後：12月5日(土) 0:00〜8:00\n再掲：12月5日(土) 0:00〜6:00',
      ),
    ).toEqual(['all 2026-12-05T00:00/2026-12-05T08:00']);
  });

  it('sets announcedAt and an id with the prefix of the page', () => {
    const { announcements } = parseNotices('12月5日(土) 0:00〜6:00 停止', {
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
        source: '12月5日(土) 0:00〜6:00 停止',
      },
    ]);
  });
});

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
