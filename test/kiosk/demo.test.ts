import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from '../kit/stage.js';

/** What the citizen types, and the last sentence before the card comes out. */
const endings = [
  ['the input ends at the PIN', ['1', '1', '1', '1'], '取り消しました。'],
  [
    'the citizen does not provide',
    ['1', '1', '1', '1', '1234', '1234', '2'],
    '同意されなかったため、情報は提供していません。',
  ],
  ['the card is pulled out', ['1', '1', '1', '1', 'p'], 'カードが抜き取られたため終了しました。'],
  ['the card is revoked', ['1', '1', '1', '4'], '利用者証明用電子証明書が失効しています。'],
  ['the citizen types nonsense and gives up', ['x', '1', '7', 'q'], '取り消しました。'],
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
    ]);
    for (const text of [
      '暗証番号が違います。',
      '残り2回',
      '情報の提供が完了しました。',
      '提供した情報: 1件',
    ])
      expect(output).toContain(text);
    expect(output).not.toContain('9753');
    expect(code).toBe(0);
  });

  it.each(endings)('returns the card when %s', async (name, _, said) => {
    const { output, code } = await stage.played(name);
    expect(output).toContain(said);
    expect(titles(output).at(-1)).toBe('カードをお受け取りください。');
    expect(output).not.toContain('提供した情報');
    expect(code).toBe(0);
  });

  it('returns the card on SIGINT', async () => {
    stage.stdin.write('1\n1\n1\n1\n');
    await stage.said('interrupted', /残り3回/);
    stage.kill('SIGINT');
    const { output, code } = await stage.played('interrupted');
    expect(titles(output).at(-1)).toBe('カードをお受け取りください。');
    expect(code).toBe(0);
    stage.stdin.end();
    expect(await stage.ended).toEqual([0, null]);
  });
});
