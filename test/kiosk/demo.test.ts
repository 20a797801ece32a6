import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Runs the kiosk demo with the built package and types the given lines. */
async function play(
  ...lines: string[]
): Promise<{ readonly output: string; readonly code: number | null }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo.ts', '--kiosk'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { output, code };
}

const titles = (output: string) =>
  [...output.matchAll(/^■ (図3\.3-\d|[^\n ]+)/gm)]
    .map(([, title]) => title)
    .filter((title) => title !== 'しばらくお待ちください…');

describe('npm run demo -- --kiosk', () => {
  it('leads through all seven figures by keyboard and prints no PIN', {
    timeout: 60_000,
  }, async () => {
    const { output, code } = await play('1', '1', '1', '1', '9753', '1234', '1234', '1');
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

  it.each([
    ['the input ends at the PIN', ['1', '1', '1', '1'], '取り消しました。'],
    [
      'the citizen does not provide',
      ['1', '1', '1', '1', '1234', '1234', '2'],
      '同意されなかったため、情報は提供していません。',
    ],
    ['the card is pulled out', ['1', '1', '1', '1', 'p'], 'カードが抜き取られたため終了しました。'],
    ['the card is revoked', ['1', '1', '1', '4'], '利用者証明用電子証明書が失効しています。'],
    ['the citizen types nonsense and gives up', ['x', '1', '7', 'q'], '取り消しました。'],
  ])('returns the card when %s', { timeout: 60_000 }, async (_, lines, said) => {
    const { output, code } = await play(...lines);
    expect(output).toContain(said);
    expect(titles(output).at(-1)).toBe('カードをお受け取りください。');
    expect(output).not.toContain('提供した情報');
    expect(code).toBe(0);
  });

  it('returns the card on SIGINT', { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo.ts', '--kiosk'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    let interrupted = false;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (!interrupted && output.includes('残り3回')) interrupted = child.kill('SIGINT');
    });
    child.stdin.write('1\n1\n1\n1\n');
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect(titles(output).at(-1)).toBe('カードをお受け取りください。');
    expect(code).toBe(0);
  });
});
