import { describe, expect, it } from 'vitest';
import { only, outagesBelow, problemsBelow, read, readBelow } from './reading.js';

describe('parseNotices on periods that are not outages', () => {
  it.each([
    [
      'an outage called off',
      '12月5日(土) 0:00〜6:00のメンテナンスは中止します。',
      ['1 called_off'],
    ],
    [
      'an outage whose heading calls it off',
      '【中止】システムメンテナンスのお知らせ\n12月5日(土) 0:00〜6:00',
      ['1 called_off', '2 not_an_outage'],
    ],
    [
      'an outage called off below',
      'システム停止 12月5日(土) 0:00〜6:00\n本メンテナンスは取りやめとなりました。',
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
    ['an outage that is denied', '12月5日(土) 0:00〜6:00は停止しない', ['1 not_an_outage']],
    [
      'an outage that is not planned',
      '12月5日(土) 0:00〜6:00の停止の予定はございません。',
      ['1 not_an_outage'],
    ],
    [
      'an outage that does not take place',
      '12月5日(土) 0:00〜6:00の計画停止は実施されません。',
      ['1 not_an_outage'],
    ],
    [
      'an outage that was dropped',
      '12月5日(土) 0:00〜6:00の停止はなくなりました。',
      ['1 called_off'],
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
    const text =
      'システム停止のお知らせ\n・12月5日(土) 0:00〜6:00【中止】\n・12月12日(土) 0:00〜6:00';
    expect(read(text, '2026-11-20')).toEqual({
      outages: ['all 2026-12-12T00:00/2026-12-12T06:00'],
      problems: ['2 called_off'],
    });
  });

  it('closes a service that is no longer available (なくなります)', () => {
    expect(
      readBelow('12月5日(土) 0:00〜6:00は、停止のためご利用いただけなくなります。', '2026-11-20'),
    ).toEqual(only('all 2026-12-05T00:00/2026-12-05T06:00'));
  });

  it('closes a service that is suspended, and an outage that may be called off', () => {
    expect(outagesBelow('12月5日(土) 0:00〜6:00の間、サービスの提供を中止します。')).toHaveLength(
      1,
    );
    expect(outagesBelow('12月5日(土) 0:00〜6:00（中止する場合があります）')).toHaveLength(1);
    expect(
      outagesBelow('12月5日(土) 0:00〜6:00に停止します（終了後は通常どおりご利用いただけます）'),
    ).toHaveLength(1);
  });
});

describe('parseNotices on doubtful periods', () => {
  it.each([
    [
      'when the notice changes it without saying which one holds',
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
      'when its end is unknown',
      '12月5日(土) 22:00〜12月6日(日)（終了時刻未定）に停止します。',
      1,
      'end_missing',
    ],
  ])('reads and also reports a period %s', (_, text, count, code) => {
    expect(outagesBelow(text)).toHaveLength(count);
    expect(problemsBelow(text)).toEqual([`1 ${code}`]);
  });
});
