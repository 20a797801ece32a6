import { describe, expect, it } from 'vitest';
import { type Plan, planOnboarding, toCsv } from '../../src/onboarding/index.js';
import { refusal } from '../kit/refusals.js';
import { all, plan, today } from './plans.js';

/** Reads a CSV text by RFC 4180. */
function read(text: string): string[][] {
  expect(text.startsWith('\ufeff')).toBe(true);
  expect(text.endsWith('\r\n')).toBe(true);
  return text
    .slice(1, -2)
    .split('\r\n')
    .map((line) =>
      [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, bare]) =>
        quoted === undefined ? (bare as string) : quoted.replaceAll('""', '"'),
      ),
    );
}

describe('the CSV of a plan', () => {
  it('has a byte order mark, a head, a line for each step and one for the go-live', () => {
    const [head, ...rows] = read(toCsv(plan));
    expect(head).toEqual([
      ...['手順', '内容', '担当', '開始', '開始の曜日', '完了期限', '期限の曜日', '余裕日数'],
      ...['状態', '提出書類', '提出先', '根拠', '備考'],
    ]);
    expect(rows).toHaveLength(19);
    expect(rows[12]).toEqual([
      ...['A-13', '試験完了の報告', '事業者', '2027-02-17', '水', '2027-02-17', '水', '0'],
      ...['未', '接続試験完了報告書', 'デジタル庁（運営主体）', '図5.1-3 A-13', ''],
    ]);
    expect(rows[18]?.slice(0, 8)).toEqual([
      ...['', '利用開始', '事業者', '2027-04-01', '木', '2027-04-01', '木', ''],
    ]);
  });

  it.each(all)('has as many cells in every line in both languages: %s', (_, each) => {
    for (const lang of ['ja', 'en'] as const) {
      const rows = read(toCsv(each, { lang }));
      expect(rows).toHaveLength(each.steps.length + 2);
      expect(new Set(rows.map((row) => row.length))).toEqual(new Set([13]));
    }
  });

  it('writes the year of the Japanese era on request, in Japanese only', () => {
    expect(read(toCsv(plan, { era: true }))[13]?.slice(3, 7)).toEqual([
      ...['令和9年2月17日', '水', '令和9年2月17日', '水'],
    ]);
    expect(refusal(() => toCsv(plan, { lang: 'en', era: true }))).toEqual([
      'invalid_option',
      'options.era',
    ]);
  });

  it('leaves start and slack of a step that is done empty, and says that it is done', () => {
    const late = planOnboarding({ done: { 'A-1': '2026-09-25' }, today });
    expect(read(toCsv(late))[1]?.slice(0, 9)).toEqual([
      ...['A-1', '利用検討', '事業者', '', '', '2026-09-25', '金', '', '済'],
    ]);
  });

  it('never lets a stored plan put a formula, a line or a cell into a spreadsheet', () => {
    const stored: Plan = JSON.parse(JSON.stringify(plan));
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r\n=1', '＝1', 'a","b', 'a\r\nb'];
    const forged = {
      ...stored,
      steps: stored.steps.map((step, index) => ({ ...step, ja: texts[index] ?? step.ja })),
    };
    const rows = read(toCsv(forged));
    expect(rows.slice(1, 10).map((row) => row[1]?.replace('（必要に応じ随時）', ''))).toEqual([
      ...["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'=1", "'=1", "'＝1", 'a","b', 'a b'],
    ]);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([13]));
  });
});
