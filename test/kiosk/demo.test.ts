import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from '../kit/stage.js';

/** What the citizen types, and the last sentence before the card comes out. */
const endings = [
  ['the input ends at the PIN', ['1', '1', '1', '1'], 'お手続きを中止しました。'],
  [
    'the citizen does not provide',
    ['1', '1', '1', '1', '1234', '1234', '2'],
    '取得した情報は破棄し、提供していません。',
  ],
  [
    'the card is pulled out',
    ['1', '1', '1', '1', 'p'],
    '途中でカードが取り出されたため、お手続きを終了しました。情報は提供していません。お手数ですが、最初からお手続きください。（エラー番号: K-205）',
  ],
  [
    'the card is revoked',
    ['1', '1', '1', '4'],
    '電子証明書が失効しているため、このカードはご利用いただけません。',
  ],
  [
    'the citizen types a PIN of two digits and gives up',
    ['1', '1', '1', '1', '12', 'q'],
    '暗証番号は、数字4桁で入力してください。',
  ],
  ['the citizen types nonsense and gives up', ['x', '1', '7', 'q'], 'お手続きを中止しました。'],
] as const;

const kiosk = { program: 'demo', args: ['--kiosk'] };
let stage: Stage;

beforeAll(() => {
  stage = startStage({
    'all figures': { ...kiosk, lines: ['1', '1', '1', '1', '9753', '1234', '1234', '1'] },
    ...Object.fromEntries(endings.map(([name, lines]) => [name, { ...kiosk, lines }])),
    interrupted: kiosk,
  });
});
afterAll(() => void stage.kill('SIGKILL'));

const titles = (output: string) =>
  [...output.matchAll(/^■ (図3\.3-\d|[^\n ]+)/gm)]
    .map(([, title]) => title)
    .filter((title) => title !== 'しばらくお待ちください…');

describe('npm run demo -- --kiosk', () => {
  it('leads through all seven figures by keyboard and prints no PIN', async () => {
    const { output, code } = await stage.played('all figures');
    expect(titles(output)).toEqual([
      '図3.3-1',
      '図3.3-2',
      '図3.3-3',
      '図3.3-4',
      '図3.3-4',
      '図3.3-4',
      '図3.3-5',
      '図3.3-6',
      '図3.3-7',
      'カードをお受け取りください。',
      'ご利用ありがとうございました。',
    ]);
    for (const text of [
      'マイナポータルからあなたの情報（地方税）を取得し、みほん銀行株式会社に提供します。よろしいですか。',
      '暗証番号は2回入力していただきます。',
      '暗証番号が違います。',
      'あと2回間違えると',
      '情報の提供が完了しました。',
      '提供した情報: 地方税（提供しました）',
    ])
      expect(output).toContain(text);
    expect(output).not.toContain('9753');
    expect(code).toBe(0);
  });

  it.each(endings)(
    'ends and returns the card, if one is inside, when %s',
    async (name, lines, said) => {
      const { output, code } = await stage.played(name);
      expect(output).toContain(said);
      const isInside =
        lines.length > 3 && !['p', 'x'].includes(lines.at(-1) ?? '') && lines[0] === '1';
      expect(output.includes('カードをお受け取りください。')).toBe(isInside);
      expect(titles(output).at(-1)).toBe('ご利用ありがとうございました。');
      expect(output).not.toMatch(/提供した情報|pin:|options\./);
      expect(code).toBe(0);
    },
  );

  it('returns the card on SIGINT', async () => {
    stage.stdin.write('1\n1\n1\n1\n');
    await stage.said('interrupted', /あと3回間違えると/);
    stage.kill('SIGINT');
    const { output, code } = await stage.played('interrupted');
    expect(titles(output).slice(-2)).toEqual([
      'カードをお受け取りください。',
      'ご利用ありがとうございました。',
    ]);
    expect(code).toBe(0);
    stage.stdin.end();
    expect(await stage.ended).toEqual([0, null]);
  });
});
