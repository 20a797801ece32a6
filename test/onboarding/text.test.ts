import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  planOnboarding,
  planSuspension,
  planTermination,
  toText,
} from '../../src/onboarding/index.js';
import { all, langs, late, lines, plan, today } from './plans.js';

describe('the text of a plan', () => {
  const text = lines(toText(plan));
  const block = (head: string, from = text) => {
    const start = from.indexOf(head);
    return from.slice(start + 1, from.indexOf('', start) < 0 ? undefined : from.indexOf('', start));
  };

  it('starts with the title, the go-live and the latest start', () => {
    expect(text.slice(0, 4)).toEqual([
      '自己情報取得API 利用開始までの計画',
      '利用開始: 2027-04-01(木)',
      '着手期限: 2026-09-29(火)',
      '',
    ]);
    expect(lines(toText(plan, { lang: 'en', name: 'loan' })).slice(0, 4)).toEqual([
      'Self-information acquisition API: onboarding plan (loan)',
      'go-live: Thu 2027-04-01',
      'start by: Tue 2026-09-29',
      '',
    ]);
  });

  it('has a line for each step: critical or not, start, due date, days to spare, who and figure', () => {
    const cells = text
      .filter((line) => / (手順|A-(2|9|10|15)) .*(図|根拠)/.test(line) && !line.includes('['))
      .map((line) => line.split(/ {2,}/).slice(0, 7));
    expect(cells).toEqual([
      ['', '手順', '開始', '完了期限', '余裕日数', '担当', '根拠'],
      [
        ...['', 'A-2', '疑問点の問い合わせ（必要に応じ随時）', '2026-09-29(火)', '2026-10-13(火)'],
        ...['事業者', '図5.1-1 A-2'],
      ],
      [
        ...['*', 'A-9', '接続確認環境の利用申請', '2027-01-12(火)', '2027-01-12(火)', '0'],
        '事業者',
      ],
      [
        ...['', 'A-10 接続試験用資材等の提供等', '2027-01-13(水)', '2027-01-25(月)', '8'],
        ...['デジタル庁', '図5.1-3 A-10'],
      ],
      [
        ...['*', 'A-15 本番環境の利用申請', '2027-02-19(金)', '2027-02-19(金)', '0'],
        ...['事業者', '図5.1-4 A-15'],
      ],
    ]);
  });

  it('lists the documents to hand in, with date and receiver', () => {
    expect(block('提出書類（いつ、どこへ）').slice(11, 17)).toEqual([
      '  2027-01-12(火)  A-9 接続確認環境の利用申請 → デジタル庁（マイナポータル運営主体）  [図5.1-3 A-9]',
      '    - 接続確認環境利用申請書',
      '    - サービス情報設定シート',
      '    - 接続情報設定シート（接続確認環境）',
      '    - テストデータ設定シート',
      '    - 接続確認環境試験_事前確認手順一覧',
    ]);
    expect(block('提供されるもの（いつ、どこから）')).toContain(
      '  2027-01-13(水)〜2027-01-25(月)  A-10 接続試験用資材等の提供等 ← デジタル庁  [図5.1-3 A-10]',
    );
  });

  it('shows the basis of each lead time, so that an assumption is visible', () => {
    const rests = block('所要期間とその根拠').map((line) => line.trim().split(/ {2,}/));
    expect(rests.map(([amount, , source, basis]) => [amount, source, basis])).toEqual([
      ['2週間', '図5.1-1 A-1', '本ライブラリの仮定（記載なし）'],
      ['3週間', '図5.1-1 A-4', 'ガイドラインの目安（「程度」）'],
      ['1週間', '図5.1-2 A-6', 'ガイドラインの目安（「程度」）'],
      ['8週間', '図5.1-2 A-8', '本ライブラリの仮定（記載なし）'],
      ['2週間', '図5.1-3 A-9', 'ガイドラインの定め'],
      ['1週間', '図5.1-3 A-11', 'ガイドラインの定め'],
      ['2週間', '図5.1-3 A-12', '本ライブラリの仮定（記載なし）'],
      ['2週間', '図5.1-4 A-15', 'ガイドラインの定め'],
      ['1か月', '図5.1-4 A-16', 'ガイドラインの目安（「程度」）'],
      ['1週間', '図5.1-4 A-18', '本ライブラリの仮定（記載なし）'],
      ['1営業日', '各図の手順の順序', '本ライブラリの仮定（記載なし）'],
      ['1営業日', '図に利用開始の手順はない', 'ガイドラインの解釈'],
    ]);
    const given = toText(
      planOnboarding({
        goLive: '2027-04-01',
        durations: { development: { businessDays: 30 }, review: { months: 2 } },
        today,
      }),
    );
    expect(given).toMatch(/30営業日 +システム開発の期間 +図5\.1-2 A-8 +指定された値/);
    expect(given).toMatch(
      /2か月 +本番環境の利用申請から審査の完了まで +図5\.1-4 A-16 +指定された値/,
    );
  });

  it('shows the later three weeks as unconfirmed', () => {
    expect(toText(plan)).toContain(
      '2.2版より後の公開情報に「3週間前」とするものがある（未確認）。',
    );
    expect(toText(plan, { lang: 'en' })).toContain(
      'Public sources later than v2.2 say three weeks (unconfirmed).',
    );
  });

  it('starts with the plan that can be met, and says in one line by how much a go-live is missed', () => {
    const told = (lang: 'ja' | 'en') => lines(toText(late, { lang })).slice(1, 5);
    expect(told('ja')).toEqual([
      '利用開始: 2027-06-02(水)（最短）',
      '着手: 2026-11-24(火)',
      '希望の利用開始（2027-04-01(木)）には40営業日足りません。着手期限は 2026-09-29(火) でした。最も長い手順は A-8 システム開発の実施です。',
      '',
    ]);
    expect(told('en')).toEqual([
      'go-live: Wed 2027-06-02 (at the earliest)',
      'start: Tue 2026-11-24',
      'The requested go-live, Thu 2027-04-01, is missed by 40 business days. The start was due on Tue 2026-09-29. The longest step is A-8, Develop the system.',
      '',
    ]);
  });

  it('says what a late notice still allows', () => {
    const notice = planSuspension({ date: '2027-08-01', today: '2027-07-20' });
    expect(lines(toText(notice)).slice(1, 4)).toEqual([
      '利用停止予定日: 2027-08-03(火)（最短）',
      '届出: 2027-07-20(火)',
      '希望の利用停止予定日（2027-08-01(日)）には1営業日足りません。届出期限は 2027-07-16(金)（原則）でした。',
    ]);
    expect(lines(toText(notice, { lang: 'en' }))[3]).toBe(
      'The requested planned suspension, Sun 2027-08-01, is missed by 1 business day. The notice was due on Fri 2027-07-16, in principle.',
    );
  });

  it('says when a day was moved, and when holidays are predicted', () => {
    expect(lines(toText(planOnboarding({ goLive: '2027-05-03', today })))[1]).toBe(
      '利用開始: 2027-04-30(金)（指定された 2027-05-03(月) は営業日でないため）',
    );
    expect(lines(toText(planOnboarding({ start: '2026-12-30', today }), { lang: 'en' }))[1]).toBe(
      'start: Mon 2027-01-04 (the given day, Wed 2026-12-30, is not a business day)',
    );
    const predicted = '内閣府がまだ公表していない年の祝日（予測）を含む。';
    expect(toText(planTermination({ date: '2027-12-31', today }))).not.toContain(predicted);
    expect(toText(planTermination({ date: '2028-01-01', today }))).toContain(predicted);
  });

  it.each(all)('aligns its columns as wide as a terminal shows them: %s', (_, each) => {
    for (const lang of langs) {
      const table = lines(toText(each, { lang })).filter(
        (line) => /(図|figure )\d\.\d-\d,? [A-E]-\d+$/.test(line) && /\d{4}-\d\d-\d\d/.test(line),
      );
      expect(table).toHaveLength(each.steps.length);
      const columns = table.map((line) =>
        stringWidth(line.slice(0, line.search(/(図|figure )\d\.\d-\d,? [A-E]-\d+$/))),
      );
      expect(new Set(columns).size).toBe(1);
    }
  });
});
