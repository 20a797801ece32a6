import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import stringWidth from 'string-width';
import { afterAll, describe, expect, it } from 'vitest';
import { languageOf } from '../../src/cli/arguments.js';
import { terminalOf } from '../../src/cli/frame/terminal.js';
import { table, wrap } from '../../src/cli/frame/wrap.js';
import { root } from '../house/sources.js';
import { binary, openRuns, runAlone } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-program-'));
const { run, end } = openRuns({ cwd: folder });
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const commands = [
  'calendar',
  'plan',
  'sandbox',
  'demo',
  'evidence',
  'sheet',
  'shapes',
  'schema',
  'completion',
];

const printed = async (args: readonly string[], env?: Readonly<Record<string, string>>) => {
  const { status, stdout, stderr } = await run(args, env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const refused = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr.trimEnd().split('\n');
};

describe('the binary myna-selfinfo', () => {
  it('is named by package.json and starts as an executable', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(bin).toEqual({ 'myna-selfinfo': 'dist/cli.js' });
    expect(readFileSync(binary, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('ends its process with 0, with 2 when an argument is wrong and with 1 when the system refuses', async () => {
    const month = ['calendar', 'pension', '--month', '2026-12'];
    const args = [month, [...month, '--mont'], [...month, '--svg', 'nowhere/a.svg']];
    const alone = await Promise.all(args.map((one) => runAlone(one, { cwd: folder })));
    expect(alone.map(({ status }) => status)).toEqual([0, 2, 1]);
    // It prints the same as in the process of the other runs.
    for (const [index, one] of args.entries()) expect(await run(one)).toEqual(alone[index]);
  });

  it('prints its version for -v and --version, before and after a command', async () => {
    for (const args of [['-v'], ['--version'], ['calendar', '-v']])
      expect(await printed(args)).toBe(`${version}\n`);
  });

  it('lists its commands without arguments, for -h, --help and help', async () => {
    const text = await printed([]);
    expect(text).toMatch(/^使い方: myna-selfinfo <コマンド>/);
    for (const command of commands) expect(text).toContain(`  ${command} `);
    for (const args of [['-h'], ['--help'], ['help']]) expect(await printed(args)).toBe(text);
    expect(await printed(['--help', '--lang', 'en'])).toMatch(/^Usage: myna-selfinfo <command>/);
  });

  it('prints the help of a command for -h, --help and help, also of a command of shapes', async () => {
    for (const path of [...commands.map((command) => [command]), ['shapes', 'record']]) {
      const text = await printed([...path, '--help', '--lang', 'en']);
      expect(text).toMatch(new RegExp(`^Usage: myna-selfinfo ${path.join(' ')}`));
      expect(await printed([...path, '-h', '--lang', 'en'])).toBe(text);
      expect(await printed(['help', ...path, '--lang', 'en'])).toBe(text);
    }
  });

  it('names the exit codes and the page of the guide in the help of a command', async () => {
    const text = await printed(['evidence', '-h', '--lang', 'en']);
    expect(text).toMatch(/^ {2}1 +a case failed/m);
    expect(text).toMatch(/^ {2}130 +stopped by Ctrl\+C$/m);
    expect(text).toMatch(/^ {2}node_modules\/myna-selfinfo\/docs\/testing\.md$/m);
  });
});

describe('the end of a run', () => {
  it('is quiet when the reader of the output stops early', async () => {
    const child = spawn(process.execPath, [binary, 'calendar', '--json'], { cwd: folder });
    child.stdout.destroy();
    const said = text(child.stderr);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await said).toBe('');
  });
});

describe('a misspelt name', () => {
  it.each([
    [['calender'], '不明なコマンドです: "calender"', 'calendar', 'myna-selfinfo'],
    [['help', 'calender'], '不明なコマンドです: "calender"', 'calendar', 'myna-selfinfo'],
    [
      ['calendar', '--moth', '2026-12'],
      '不明なオプションです: "--moth"',
      '--month',
      'myna-selfinfo calendar',
    ],
    [
      ['calendar', 'local-taxx'],
      '不明な対象です: "local-taxx"',
      'local-tax',
      'myna-selfinfo calendar',
    ],
    [
      ['shapes', 'comapre', 'x'],
      '不明なコマンドです: "comapre"',
      'compare',
      'myna-selfinfo shapes',
    ],
    [['plan', 'onbording'], '不明な手続です: "onbording"', 'onboarding', 'myna-selfinfo plan'],
  ])('gets the nearest one proposed: %j', async (args, message, near, path) => {
    expect(await refused(...args)).toEqual([
      `myna-selfinfo: ${message}`,
      `もしかして: ${near}`,
      `使い方は ${path} --help で表示します。`,
    ]);
  });

  it('gets no suggestion when no name is near', async () => {
    expect(await refused('--lang', 'en', 'weather')).toEqual([
      'myna-selfinfo: unknown command: "weather"',
      'See myna-selfinfo --help.',
    ]);
  });
});

describe('the language of the command line', () => {
  it('is that of the first of LC_ALL, LC_MESSAGES and LANG that is set', () => {
    const of = (environment: Record<string, string>) => languageOf([], environment, 'ja-JP');
    expect(['ja_JP.UTF-8', 'ja', 'ja-JP'].map((LANG) => of({ LANG }))).toEqual(['ja', 'ja', 'ja']);
    expect(
      ['C', 'C.UTF-8', 'POSIX', 'en_US.UTF-8', 'de_DE', 'jam'].map((LANG) => of({ LANG })),
    ).toEqual(Array.from({ length: 6 }, () => 'en'));
    expect(of({ LC_ALL: 'ja_JP.UTF-8', LANG: 'en_US.UTF-8' })).toBe('ja');
    expect(of({ LC_MESSAGES: 'C', LANG: 'ja_JP.UTF-8' })).toBe('en');
    expect(of({ LC_ALL: '', LANG: 'ja_JP.UTF-8' })).toBe('ja');
  });

  it('is that of the system when none of them is set', () => {
    expect(languageOf([], {}, 'ja-JP')).toBe('ja');
    expect(languageOf([], { LANG: '' }, 'en-US')).toBe('en');
  });

  it('prefers --lang to the environment', async () => {
    expect(languageOf(['calendar', '--lang', 'ja'], { LANG: 'en_US' })).toBe('ja');
    expect(languageOf(['calendar', '--lang=en'], {})).toBe('en');
    expect((await run(['calendar', '--foo'], { LANG: 'en_US.UTF-8' })).stderr).toBe(
      'myna-selfinfo: unknown option: "--foo"\nSee myna-selfinfo calendar --help.\n',
    );
    expect((await refused('calendar', '--lang', 'fr'))[0]).toBe(
      'myna-selfinfo: --lang には ja、en のいずれかを指定してください: "fr"',
    );
  });
});

describe('colours', () => {
  const paint = (isTTY: boolean, environment: Record<string, string>) => {
    const output = { isTTY, hasColors: () => environment.TERM !== 'dumb' };
    return terminalOf(output, environment).paint('red', 'x') !== 'x';
  };

  it('are on in a terminal, and off elsewhere', () => {
    expect([paint(true, {}), paint(false, {}), paint(true, { TERM: 'dumb' })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('are turned off by NO_COLOR, and on by FORCE_COLOR, which wins', () => {
    expect(paint(true, { NO_COLOR: '1' })).toBe(false);
    expect(paint(true, { NO_COLOR: '' })).toBe(true);
    expect(paint(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(paint(true, { FORCE_COLOR: '0' })).toBe(false);
    expect(paint(false, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
  });

  it('appear in the help of the binary only when they are on', async () => {
    const plain = await printed(['calendar', '--help']);
    expect(plain).not.toContain('\u001b');
    const coloured = await printed(['calendar', '--help'], { FORCE_COLOR: '1' });
    expect(coloured).toContain('\u001b[1m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removes the colours.
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  });
});

describe('the width of a text', () => {
  const widths = (text: string) => text.split('\n').map((line) => stringWidth(line));

  it('is kept by the help of every command in 60, 80 and 120 columns, in both languages', async () => {
    for (const columns of [60, 80, 120])
      for (const lang of ['ja', 'en'])
        for (const command of commands) {
          const text = await printed([command, '--help', '--lang', lang], {
            COLUMNS: String(columns),
          });
          // Commands to copy stay whole.
          const lines = text.split('\n').filter((line) => !line.startsWith('  $ '));
          expect(Math.max(...widths(lines.join('\n'))), `${command} ${lang}`).toBeLessThanOrEqual(
            columns,
          );
        }
  });

  it('counts full-width characters twice, and breaks Japanese between words', () => {
    const text = '自己情報を照会できる時間帯を調べる。';
    const lines = wrap(text, 16);
    expect(lines.replaceAll('\n', '')).toBe(text);
    expect(widths(lines)).toHaveLength(3);
    expect(Math.max(...widths(lines))).toBeLessThanOrEqual(16);
    // No line begins with a closing mark or ends with an opening one.
    expect(wrap('ああああ（いい）、うう', 10)).toBe('ああああ\n（いい）、\nうう');
  });

  it('keeps names and URLs whole, also where they are too long', () => {
    expect(wrap('see https://www.example.com/a/b now', 10)).toBe(
      'see\nhttps://www.example.com/a/b\nnow',
    );
  });

  it('aligns columns, wraps the last one, and puts it below where it is too narrow', () => {
    const rows = [
      ['pension', '年金', 'one two three four five six seven'],
      ['tax', '地方税', 'short'],
    ];
    expect(table(rows, { columns: undefined })).toBe(
      '  pension  年金    one two three four five six seven\n  tax      地方税  short\n',
    );
    expect(table(rows, { columns: 46 })).toBe(
      '  pension  年金    one two three four five six\n                   seven\n  tax      地方税  short\n',
    );
    expect(table(rows, { columns: 40 })).toBe(
      '  pension  年金\n      one two three four five six seven\n  tax      地方税\n      short\n',
    );
  });
});
