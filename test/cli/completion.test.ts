import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { findPart } from '../kit/machine.js';
import { binary, openRuns } from './binary.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-completion-'));
const runs = openRuns({ cwd: folder });
afterAll(async () => {
  await runs.end();
  rmSync(folder, { recursive: true });
});

// The scripts call the program by its name.
const bin = join(folder, 'bin');
mkdirSync(bin);
chmodSync(binary, 0o755);
symlinkSync(binary, join(bin, 'myna-selfinfo'));
const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
const env = { PATH, HOME: folder, LANG: 'C.UTF-8' };

const scriptOf = async (shell: string) => {
  const { status, stdout, stderr } = await runs.run(['completion', shell]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const path = join(folder, `completion.${shell}`);
  writeFileSync(path, stdout);
  return path;
};

/** Returns what the program proposes, without the texts. */
const proposed = async (...words: string[]) => {
  const { status, stdout } = await runs.run(['__complete', ...words], { LANG: 'C' });
  expect(status).toBe(0);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0]);
};

describe('the completion', () => {
  it('proposes commands, those of shapes, and topics of help', async () => {
    expect(await proposed('c')).toEqual(['calendar', 'completion']);
    expect(await proposed('help', 'sha')).toEqual(['shapes']);
    expect(await proposed('shapes', '')).toEqual(['record', 'compare', 'sandbox']);
  });

  it('proposes options with their texts in the language of the environment', async () => {
    expect(await proposed('calendar', '--a')).toEqual(['--at', '--announced']);
    const { stdout } = await runs.run(['__complete', 'sandbox', '--po'], { LANG: 'ja_JP.UTF-8' });
    expect(stdout).toBe('--port\t画面のポート（省略時は空いている番号）\n');
  });

  it('proposes the values of an option, also after an equals sign', async () => {
    expect(await proposed('plan', '--format', 'm')).toEqual(
      expect.arrayContaining(['md', 'mermaid']),
    );
    expect(await proposed('--lang=')).toEqual(['--lang=ja', '--lang=en']);
    // Bash makes three words of it.
    expect(await proposed('--lang', '=', 'j')).toEqual(['ja']);
    expect(await proposed('--lang', '=')).toEqual(['ja', 'en']);
  });

  it('proposes targets, also joined ones and holders, and asks for files', async () => {
    expect(await proposed('calendar', 'local')).toEqual([
      'local-tax',
      'local-employee-accident-fund',
      'local-officials-mutual-aid',
    ]);
    expect(await proposed('calendar', 'pension', 'local-tax+house')).toEqual([
      'local-tax+household',
    ]);
    expect(await proposed('calendar', 'pension@muni')).toEqual(['pension@municipal']);
    expect(await proposed('calendar', '--svg', '')).toEqual([':files']);
    expect(await proposed('shapes', 'record', 'result', 're')).toEqual([':files']);
    expect(await proposed('sandbox', '--out', '')).toEqual([':folders']);
  });

  it('refuses another shell', async () => {
    const { status, stderr } = await runs.run(['completion', 'bsh', '--lang', 'en']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^myna-selfinfo: unknown shell: "bsh"\nDid you mean bash\?\n/);
  });
});

describe('the completion script', () => {
  it('completes in bash', async () => {
    const script = await scriptOf('bash');
    const complete = async (...words: string[]) => {
      const line = words.map((word) => JSON.stringify(word)).join(' ');
      const code = `. ${script}; COMP_WORDS=(myna-selfinfo ${line}); COMP_CWORD=${words.length}; _myna_selfinfo; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p myna-selfinfo`;
      const { stdout } = await run('bash', ['--norc', '-c', code], { env });
      return stdout.trimEnd().split('\n');
    };
    const registered = 'complete -F _myna_selfinfo myna-selfinfo';
    expect(await complete('cal')).toEqual(['calendar', registered]);
    expect(await complete('calendar', '--mon')).toEqual(['--month', registered]);
    expect(await complete('calendar', 'single')).toEqual(['single-parent', registered]);
  });

  const zsh = findPart('zsh');
  it.skipIf(zsh.missing)('completes in zsh', async () => {
    const script = await scriptOf('zsh');
    // A completion system that prints what it is given.
    const stubs = `compdef() { print "compdef $*" }; _files() { print "files $*" }; _describe() { print -l "\${(@P)3}" }`;
    const complete = async (...words: string[]) => {
      const line = words.map((word) => JSON.stringify(word)).join(' ');
      const code = `${stubs}; . ${script}; words=(myna-selfinfo ${line}); CURRENT=${words.length + 1}; _myna_selfinfo`;
      const { stdout } = await run(zsh.path(), ['-f', '-c', code], { env });
      return stdout.trimEnd().split('\n');
    };
    const registered = 'compdef _myna_selfinfo myna-selfinfo';
    expect(await complete('cal')).toEqual([
      registered,
      expect.stringMatching(/^calendar:show when/),
    ]);
    expect(await complete('calendar', '--svg', '')).toEqual([registered, 'files']);
    expect(await complete('sandbox', '--out', '')).toEqual([registered, 'files -/']);
  });

  const fish = findPart('fish');
  it.skipIf(fish.missing)('completes in fish', async () => {
    const script = await scriptOf('fish');
    const complete = async (line: string) => {
      const code = `source ${script}; complete -C ${JSON.stringify(line)}`;
      const { stdout } = await run(fish.path(), ['--no-config', '-c', code], { env });
      return stdout.trimEnd().split('\n');
    };
    expect(await complete('myna-selfinfo cal')).toEqual([
      expect.stringMatching(/^calendar\tshow when/),
    ]);
    expect(await complete('myna-selfinfo calendar single')).toEqual(['single-parent']);
    writeFileSync(join(folder, 'december.svg'), '');
    expect(await complete(`myna-selfinfo calendar --svg ${folder}/dec`)).toEqual([
      `${folder}/december.svg`,
    ]);
  });
});
