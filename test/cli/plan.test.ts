import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters, styleText } from 'node:util';
import stringWidth from 'string-width';
import { afterAll, describe, expect, it } from 'vitest';
import {
  planChange,
  planOnboarding,
  planSuspension,
  toCsv,
  toICalendar,
  toMarkdown,
  toMermaid,
  toSvg,
  toText,
} from '../../src/onboarding/index.js';
import { openRuns } from './binary.js';

const { run, end } = openRuns({ cwd: tmpdir() });
afterAll(end);

const printed = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(['plan', ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const refused = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(['plan', ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr.split('\n')[0];
};

const today = '2026-09-29';
const plan = planOnboarding({ goLive: '2027-04-01', today });

describe('the command plan', () => {
  it.each([
    ['text', toText(plan)],
    ['md', toMarkdown(plan)],
    ['csv', toCsv(plan)],
    ['svg', toSvg(plan)],
    ['ics', toICalendar(plan)],
    ['mermaid', toMermaid(plan)],
  ])('prints a plan for a go-live as %s', async (format, text) => {
    expect(await printed('--go-live', '2027-04-01', '--today', today, '--format', format)).toBe(
      text,
    );
  });

  it('prints text by default, and the plan itself as JSON', async () => {
    expect(await printed('--go-live', '2027-04-01', '--today', today)).toBe(toText(plan));
    expect(
      JSON.parse(await printed('--go-live', '2027-04-01', '--today', today, '--format', 'json')),
    ).toEqual(JSON.parse(JSON.stringify(plan)));
  });

  it('counts from a first day, with durations, a name and another language', async () => {
    const durations = {
      development: { weeks: 10 },
      review: { months: 2 },
      handover: { businessDays: 2 },
    };
    const expected = toText(planOnboarding({ start: '2027-01-04', durations, today }), {
      lang: 'en',
      name: 'loan',
    });
    const args = [
      '--start',
      '2027-01-04',
      '--durations',
      'development=10w,review=2m,handover=2d',
      '--name',
      'loan',
      '--today',
      today,
    ];
    expect(await printed(...args, '--lang', 'en')).toBe(expected);
  });

  it('plans the other procedures and leaves out what a change does not need', async () => {
    const change = planChange({
      goLive: '2027-10-01',
      development: false,
      connectionTest: false,
      today,
    });
    expect(
      await printed(
        'change',
        '--go-live',
        '2027-10-01',
        '--without',
        'development,connection-test',
        '--today',
        today,
      ),
    ).toBe(toText(change));
    expect(await printed('suspension', '--date', '2027-08-01', '--today', today)).toBe(
      toText(planSuspension({ date: '2027-08-01', today })),
    );
  });

  it('plans what is left after the steps that are done, around freezes, with the Japanese era', async () => {
    const expected = planOnboarding({
      done: { 'A-2': true, 'A-7': '2026-11-20' },
      blackout: [
        { from: '2026-12-26', to: '2027-01-05' },
        { from: '2027-02-01', to: '2027-02-01' },
      ],
      today: '2026-12-01',
    });
    const args = ['--done', 'A-7=2026-11-20', '--done', 'A-2', '--today', '2026-12-01', '--era'];
    const freezes = ['--blackout', '2026-12-26..2027-01-05', '--blackout', '2027-02-01'];
    expect(await printed(...args, ...freezes)).toBe(toText(expected, { era: true }));
  });

  it.each([
    ['60', 'ja'],
    ['80', 'ja'],
    ['80', 'en'],
    ['120', 'ja'],
    ['120', 'en'],
  ])('keeps its text within a terminal of %s columns in %s', async (COLUMNS, lang) => {
    const args = ['--go-live', '2027-04-01', '--today', today, '--done', 'A-3', '--lang', lang];
    const { stdout } = await run(['plan', ...args], { COLUMNS });
    const lines = stdout.split('\n');
    expect(lines.filter((line) => stringWidth(line) > Number(COLUMNS))).toEqual([]);
    const { stdout: whole } = await run(['plan', ...args]);
    for (const [step] of whole.matchAll(/A-\d+/g)) expect(stdout).toContain(step);
  });

  it('puts what a step is behind its dates in a narrow terminal, and paints with colours', async () => {
    const env = { COLUMNS: '80', FORCE_COLOR: '1' };
    const args = ['--start', '2026-12-01', '--today', '2026-12-01', '--done', 'A-3'];
    const { stdout } = await run(['plan', ...args], env);
    const bold = (text: string) => styleText('bold', text, { validateStream: false });
    const plain = stripVTControlCharacters(stdout).split('\n');
    expect(stdout).toContain(`${bold('自己情報取得API 利用開始までの計画')}\n`);
    expect(stdout).toContain(styleText('cyan', '*', { validateStream: false }));
    expect(plain.slice(4, 9)).toEqual([
      '   手順  開始            完了期限        余裕日数  内容（担当）',
      '*  A-1   2026-12-01(火)  2026-12-16(水)  1         利用検討（事業者）',
      '   A-2   2026-12-01(火)  2026-12-16(水)            疑問点の問い合わせ（必要に応',
      '                                                   じ随時）（事業者）',
      '済 A-3                                             問合せに対する回答（必要に応',
    ]);
  });

  it('writes a workbook to a file, and says so', async () => {
    const path = join(tmpdir(), `plan-${process.pid}.xlsx`);
    const args = ['--go-live', '2027-04-01', '--format', 'xlsx', '--output', path];
    expect(await printed(...args)).toBe(`保存しました: ${path}\n`);
    expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');
  });

  it('reports a go-live in the past as missed, because --today defaults to now', async () => {
    expect(await printed('--go-live', '2024-10-01')).toContain(
      '希望の利用開始（2024-10-01(火)）には',
    );
  });

  it('prints its usage and the names of the durations', async () => {
    expect(await printed('--help')).toMatch(/^使い方: myna-selfinfo plan /);
    expect((await printed('--help', '--lang', 'en')).replaceAll(/\s+/g, ' ')).toContain(
      'Names of durations consideration, meeting, disclosure, development, connectionCheckApplication, preliminaryTest, connectionTest, productionApplication, review, productionCheck, handover ',
    );
  });
});

describe('the command plan refuses', () => {
  it.each([
    ['a plan without a day', [], '--go-live か --start のどちらか一方を指定してください。'],
    [
      'a plan with both days',
      ['--go-live', '2027-04-01', '--start', '2026-10-01'],
      '--go-live か --start のどちらか一方を指定してください。',
    ],
    ['a suspension without its day', ['suspension'], 'オプション --date は必須です。'],
    [
      'a day that does not exist',
      ['--go-live', '2027-02-30'],
      '--go-live は YYYY-MM-DD 形式の正しい日付ではありません。',
    ],
    [
      'a --today that does not exist',
      ['--start', '2027-02-03', '--today', 'x'],
      '--today は YYYY-MM-DD 形式の正しい日付ではありません。',
    ],
    [
      'a plan that leaves the calendar',
      ['--start', '2050-12-01'],
      '--start はこのカレンダーの対象期間に含まれません。計画全体が 2023-06-30 から 2050-12-31 までに収まるように指定してください。',
    ],
    [
      'a workbook without a file',
      ['--start', '2027-01-04', '--format', 'xlsx'],
      '--format xlsx には --output を指定してください（例: --output plan.xlsx）',
    ],
    [
      'a step that is done after a later one',
      ['--done', 'A-4=2026-11-20,A-5=2026-11-19', '--today', '2026-12-01'],
      'オプション --done A-4 の値が正しくありません。A-5 より後の日付は指定できません。',
    ],
    [
      'a step that is done after a later one, with steps without a day between them',
      ['--done', 'A-17=2026-11-02,A-4=2026-11-20', '--today', '2026-12-01'],
      'オプション --done A-4 の値が正しくありません。A-17 より後の日付は指定できません。',
    ],
    [
      'no day beside steps that imply no other',
      ['--done', 'A-2,A-3'],
      '--go-live か --start のどちらか一方を指定してください。',
    ],
    [
      'a freeze that ends before it starts',
      ['--start', '2027-01-04', '--blackout', '2027-01-05..2026-12-26'],
      '--blackout の終了が開始より前です。',
    ],
    [
      'a freeze from a day that does not exist',
      ['--start', '2027-01-04', '--blackout', '2027-02-30..2027-03-01'],
      '--blackout は YYYY-MM-DD 形式の正しい日付ではありません。',
    ],
    [
      'a freeze of three days at once',
      ['--start', '2027-01-04', '--blackout', '2026-12-26..2026-12-27..2026-12-28'],
      '--blackout を読み取れません: "2026-12-26..2026-12-27..2026-12-28"（例: 2026-12-26..2027-01-05）',
    ],
    ['an unknown procedure', ['onboard'], '不明な手続です: "onboard"'],
    ['two procedures', ['change', 'suspension'], '余分な引数です: "suspension"'],
    [
      'an unknown format',
      ['--start', '2027-01-04', '--format', 'pdf'],
      '--format には text、md、csv、xlsx、svg、ics、mermaid、json のいずれかを指定してください: "pdf"',
    ],
    [
      'an option of another procedure',
      ['suspension', '--go-live', '2027-01-04'],
      'suspension に --go-live は指定できません。',
    ],
    [
      'an unknown part',
      ['change', '--start', '2027-01-04', '--without', 'test'],
      '--without には development、connection-test、production のいずれかを指定してください: "test"',
    ],
    [
      'a duration without a unit',
      ['--start', '2027-01-04', '--durations', 'review=2'],
      '--durations を読み取れません: "review=2"（例: development=10w,review=2m,handover=2d）',
    ],
    [
      'a duration named like a property of the prototype',
      ['change', '--start', '2027-01-04', '--durations', '__proto__=2w'],
      /^不明なオプションです: --durations __proto__。指定できるのは meeting、/,
    ],
    [
      'a duration shorter than the guideline allows',
      ['--start', '2027-01-04', '--durations', 'preliminaryTest=0w'],
      'オプション --durations preliminaryTest の値が正しくありません。ガイドラインの定める 1 週間以上を指定してください。',
    ],
  ])('%s', async (_, args, message) => {
    if (typeof message === 'string')
      expect(await refused(...args)).toBe(`myna-selfinfo: ${message}`);
    else expect((await refused(...args))?.replace('myna-selfinfo: ', '')).toMatch(message);
  });
});
