import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actors,
  documents,
  handover,
  leadTimes,
  requirements,
  type Step,
  steps,
} from '../../src/onboarding/index.js';
import { root } from '../house/sources.js';

const rows = steps;
const ja = (id: string) => documents.find((row) => row.id === id)?.ja;
const step = (id: string) => rows.find((row) => row.id === id) as Step;

describe('the steps', () => {
  it('are those of the figures, numbered without a gap', () => {
    const numbered = (letter: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${letter}-${index + 1}`);
    expect(rows.map(({ id }) => id)).toEqual([
      ...numbered('A', 18),
      ...numbered('B', 13),
      ...['C', 'D', 'E'].flatMap((letter) => numbered(letter, 2)),
    ]);
  });

  it('belong to the figures that show them', () => {
    const figures = Object.fromEntries(rows.map(({ id, figure }) => [id, figure]));
    for (const [figure, ids] of [
      ['5.1-1', ['A-1', 'A-2', 'A-3', 'A-4', 'A-5']],
      ['5.1-2', ['A-6', 'A-7', 'A-8']],
      ['5.1-3', ['A-9', 'A-10', 'A-11', 'A-12', 'A-13', 'A-14']],
      ['5.1-4', ['A-15', 'A-16', 'A-17', 'A-18']],
      ['6.1-1', rows.filter(({ id }) => id.startsWith('B')).map(({ id }) => id)],
      ['6.2-1', ['C-1', 'C-2']],
      ['6.3-1', ['D-1', 'D-2']],
      ['6.4-1', ['E-1', 'E-2']],
    ] as const) {
      for (const id of ids) expect([id, figures[id]]).toEqual([id, figure]);
    }
    expect(new Set(rows.map(({ guideline }) => guideline))).toEqual(new Set(['v2.2']));
  });

  it('have the names that the figures give them', () => {
    expect(rows.map(({ id, ja: name }) => `${id} ${name}`)).toEqual([
      ...[
        'A-1 利用検討',
        'A-2 疑問点の問い合わせ',
        'A-3 問合せに対する回答',
        'A-4 事前打合せの申込み',
        'A-5 事前打合せの実施',
      ],
      ...['A-6 申請書の受領と確認', 'A-7 API仕様等の提供', 'A-8 システム開発の実施'],
      ...[
        'A-9 接続確認環境の利用申請',
        'A-10 接続試験用資材等の提供等',
        'A-11 事前疎通試験の実施',
        'A-12 試験の実施',
        'A-13 試験完了の報告',
      ],
      ...[
        'A-14 接続試験完了報告の受領',
        'A-15 本番環境の利用申請',
        'A-16 本番環境の利用申請受付・審査',
        'A-17 本番環境の接続先情報の提供',
      ],
      'A-18 本番環境における事前動作確認の実施',
      ...[
        'B-1 打合せの申込み',
        'B-2 打合せの実施',
        'B-3 システム開発の実施',
        'B-4 接続確認環境の利用申請',
        'B-5 接続試験用資材等の提供等',
      ],
      ...[
        'B-6 接続試験の実施',
        'B-7 接続試験完了の報告',
        'B-8 接続試験完了報告の受領',
        'B-9 APIの利用変更申請',
        'B-10 API利用変更申請の受付等',
      ],
      ...[
        'B-11 本番環境の利用申請',
        'B-12 本番環境資材等の提供',
        'B-13 本番環境における動作確認の実施',
      ],
      ...[
        'C-1 API利用停止の届出',
        'C-2 API利用停止届の受領',
        'D-1 API利用再開の届出',
        'D-2 API利用再開の受領',
      ],
      ...['E-1 API利用終了の届出', 'E-2 API利用終了届の受領'],
    ]);
  });

  it('come after the step before them, except questions and answers', () => {
    const before = Object.fromEntries(rows.map(({ id, after }) => [id, after.join()]));
    const chain = [
      'A-1',
      'A-4',
      'A-5',
      'A-6',
      'A-7',
      'A-8',
      'A-9',
      'A-10',
      'A-11',
      'A-12',
      'A-13',
      'A-14',
      'A-15',
      'A-16',
      'A-17',
      'A-18',
    ];
    for (const [index, id] of chain.entries())
      expect([id, before[id]]).toEqual([id, chain[index - 1] ?? '']);
    expect(
      rows.filter(({ beside }) => beside !== undefined).map(({ id, beside }) => [id, beside]),
    ).toEqual([
      ['A-2', 'A-1'],
      ['A-3', 'A-1'],
    ]);
    for (let number = 2; number <= 13; number++)
      expect(before[`B-${number}`]).toBe(`B-${number - 1}`);
    for (const letter of ['C', 'D', 'E'])
      expect([before[`${letter}-1`], before[`${letter}-2`]]).toEqual(['', `${letter}-1`]);
  });

  it('of a change are conditional, and like steps of the onboarding, where figure 6.1-1 says so', () => {
    const told = rows
      .filter(({ id }) => id.startsWith('B'))
      .map(({ id, when, like }) => `${id} ${when ?? '-'} ${like?.join('+') ?? '-'}`);
    expect(told).toEqual([
      ...[
        'B-1 - A-4',
        'B-2 - A-5',
        'B-3 development A-8',
        'B-4 connectionTest A-9',
        'B-5 connectionTest A-10',
        'B-6 connectionTest A-11+A-12',
      ],
      ...[
        'B-7 connectionTest A-13',
        'B-8 connectionTest A-14',
        'B-9 - -',
        'B-10 - -',
        'B-11 production A-15',
        'B-12 production A-17',
        'B-13 production A-18',
      ],
    ]);
  });

  it('have the documents that the figures name', () => {
    const named = (id: string) => [
      ...(step(id).documents ?? []).map(ja),
      ...(step(id).asNeeded ?? []).map((each) => `(${ja(each)})`),
    ];
    expect(named('A-1')).toEqual(['利用ガイドライン', '利用規約']);
    expect(named('A-4')).toEqual([
      '利用企画書',
      '利用条件確認書',
      'マイナポータルAPI一覧',
      '技術仕様書開示申請書',
      '機密保持誓約書',
      '(第三者開示承諾願)',
    ]);
    expect(named('A-5')).toEqual(['利用企画書', '利用条件確認書']);
    expect(named('A-6')).toEqual(['技術仕様書開示申請書', '機密保持誓約書', '(第三者開示承諾願)']);
    expect(named('A-7')).toEqual([
      'インターフェイス仕様書',
      '接続試験実施要領',
      '開発用資材',
      '各種申請等様式集',
      '各種設定シート様式集',
      'お問合せ表',
    ]);
    expect(named('A-8')).toEqual(['(お問合せ表)']);
    const check = [
      ...[
        '接続確認環境利用申請書',
        'サービス情報設定シート',
        '接続情報設定シート（接続確認環境）',
        'テストデータ設定シート',
      ],
      '接続確認環境試験_事前確認手順一覧',
    ];
    expect(named('A-9')).toEqual(check);
    expect(named('A-10')).toEqual(['試験環境URL（通知）']);
    expect([named('A-13'), named('A-14')]).toEqual([
      ['接続試験完了報告書'],
      ['接続試験完了報告書'],
    ]);
    const production = [
      ...[
        '利用企画書（更新版）',
        '利用条件確認書（更新版）',
        'サービス情報設定シート（本番環境用）',
        '接続情報設定シート（本番環境）',
      ],
      '利用申請書',
    ];
    expect(named('A-15')).toEqual(production);
    expect(named('A-17')).toEqual(['本番環境URL（通知）']);
    for (const id of ['A-2', 'A-3', 'A-11', 'A-12', 'A-16', 'A-18', 'B-6', 'B-13'])
      expect(named(id)).toEqual([]);
    // The text of 6.1 names both documents, the figure only one.
    expect(named('B-1')).toEqual([
      '利用企画書（変更箇所を明示）',
      '利用条件確認書（変更箇所を明示）',
    ]);
    expect([named('B-4'), named('B-11')]).toEqual([check, production]);
    expect([named('B-9'), named('B-10')]).toEqual([['利用変更申請書'], ['利用変更申請受付書']]);
    for (const id of ['C-1', 'C-2', 'D-1', 'D-2'])
      expect(named(id)).toEqual(['利用停止・利用再開届出書']);
    for (const id of ['E-1', 'E-2']) expect(named(id)).toEqual(['利用終了届']);
  });

  it('use every document, and no name twice', () => {
    const used = new Set(
      rows.flatMap(({ documents: always = [], asNeeded = [] }) => [...always, ...asNeeded]),
    );
    expect(documents.filter(({ id }) => !used.has(id))).toEqual([]);
    for (const key of ['id', 'ja', 'en'] as const)
      expect(new Set(documents.map((row) => row[key])).size).toBe(documents.length);
  });

  it('name who acts, and who receives what the provider hands in', () => {
    const known = new Set(actors.map(({ id }) => id));
    for (const { actors: acting, to = [], handling, id } of rows) {
      expect([
        id,
        acting.length > 0,
        [...acting, ...to].every((actor) => known.has(actor)),
      ]).toEqual([id, true, true]);
      expect([id, to.length > 0]).toEqual([id, handling === 'hand-in']);
      if (handling === 'hand-in') expect([id, acting]).toEqual([id, ['provider']]);
    }
    const acting = (id: string) => step(id).actors.join();
    expect(acting('A-5')).toBe('provider,digital-agency,portal-operator');
    expect([acting('A-3'), acting('A-7'), acting('A-17')]).toEqual([
      'portal-operator',
      'portal-operator',
      'portal-operator',
    ]);
    expect([acting('A-10'), acting('A-16'), acting('A-6')]).toEqual([
      'digital-agency',
      'portal-operator,digital-agency',
      'agency-side',
    ]);
  });
});

describe('the lead times', () => {
  const told = (basis: string) =>
    leadTimes
      .filter((row) => row.basis === basis)
      .map(
        ({ from, to, until, amount, source }) =>
          `${from} to ${until} of ${to}: ${JSON.stringify(amount)} (${source.ja})`,
      );

  it('of the guideline have its values, each with the figure that states it', () => {
    expect(told('stated')).toEqual([
      'A-9 to start of A-11: {"weeks":2} (図5.1-3 A-9)',
      'A-11 to start of A-12: {"weeks":1} (図5.1-3 A-11)',
      'A-15 to start of A-18: {"weeks":2} (図5.1-4 A-15)',
      'B-4 to start of B-6: {"weeks":2} (6.1節、図6.1-1 B-4（A-9と同様）)',
      'B-6 to end of B-6: {"weeks":1} (6.1節、図6.1-1 B-6（A-11と同様）)',
      'B-11 to start of B-13: {"weeks":2} (6.1節、図6.1-1 B-11（A-15と同様）)',
    ]);
    expect(told('about')).toEqual([
      'A-4 to start of A-5: {"weeks":3} (図5.1-1 A-4)',
      'A-5 to end of A-6: {"weeks":1} (図5.1-2 A-6)',
      'A-15 to end of A-16: {"months":1} (図5.1-4 A-16)',
    ]);
    expect(told('in-principle')).toEqual([
      'C-1 to start of goal: {"weeks":2} (6.2節)',
      'D-1 to start of goal: {"weeks":2} (6.3節)',
      'E-1 to start of goal: {"weeks":2} (6.4節)',
    ]);
    expect(told('reading')).toEqual([
      'B-11 to end of B-12: {"months":1} (6.1節、図6.1-1 B-12（A-16と同様）)',
    ]);
  });

  it('that are our assumption say so', () => {
    expect(
      leadTimes.filter(({ basis }) => basis === 'ours').map(({ id, from }) => `${id} ${from}`),
    ).toEqual([
      ...['consideration A-1', 'development A-8', 'connectionTest A-12', 'productionCheck A-18'],
      ...['meeting B-1', 'development B-3', 'connectionTest B-6', 'productionCheck B-13'],
    ]);
    expect(handover.basis).toBe('ours');
  });

  it('show the later three weeks as unconfirmed and do not use them', () => {
    const later = leadTimes
      .filter((row) => 'later' in row)
      .map((row) => [row.id, row.amount, row.later.amount, row.later.confidence]);
    expect(later).toEqual(
      ['A', 'B'].map(() => ['productionApplication', { weeks: 2 }, { weeks: 3 }, 'unconfirmed']),
    );
  });
});

describe('the requirements of chapter 4', () => {
  it('are those of 4.1 and 4.2, with the article of the terms that notes 6 to 8 name', () => {
    expect(requirements.map(({ id, section, terms }) => [id, section, terms.ja])).toEqual([
      ['no-disqualified-officer', '4.1', '利用規約3条2項1号'],
      ['consented-period', '4.2', '利用規約3条2項2号'],
      ['consented-purpose', '4.2', '利用規約3条2項2号'],
      ['confidentiality', '4.2', '利用規約3条2項2号'],
      ['transport-security', '4.2', '利用規約3条2項3号'],
      ['organisational-security', '4.2', '利用規約3条2項3号'],
    ]);
  });

  it('name an existing entry point and page for what this package does, and always what the provider does', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const { coveredBy, sdk, provider } of requirements) {
      expect(sdk.length > 0).toBe(coveredBy !== 'provider');
      expect(provider.ja && provider.en).toBeTruthy();
      for (const { door, page } of sdk) {
        expect(exports).toHaveProperty([door]);
        expect([
          page,
          existsSync(join(root, page)),
          existsSync(join(root, page.replace('docs/', 'docs/ja/'))),
        ]).toEqual([page, true, true]);
      }
    }
  });

  it('use only names that their pages mention', () => {
    for (const { sdk } of requirements) {
      for (const { page, en } of sdk) {
        const names = /\(([\w, ]+)\)\.$/.exec(en)?.[1]?.split(', ') ?? [];
        const text = readFileSync(join(root, page), 'utf8');
        expect(
          names.filter(
            (name) => /^[a-z]+[A-Z_]|^[A-Z]/.test(name) && name !== 'A-7' && !text.includes(name),
          ),
        ).toEqual([]);
      }
    }
  });
});
