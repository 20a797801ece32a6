import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binary, runAlone } from './binary.js';

describe('myna-selfinfo demo', () => {
  let cwd: string;
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'demo-'));
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  /** Starts the demo from a folder without a clone. Returns its process and the URL it prints. */
  async function start(...args: string[]): Promise<{ demo: ChildProcess; said: string }> {
    const env = { PATH: process.env.PATH ?? '', LANG: 'ja_JP.UTF-8' };
    const demo = spawn(process.execPath, [binary, 'demo', '--port', '0', ...args], { cwd, env });
    const [text] = await once(demo.stdout, 'data');
    return { demo, said: String(text) };
  }

  it('serves the bank with its style sheets, prints the URL, and ends cleanly on Ctrl+C', async () => {
    const { demo, said } = await start();
    const [origin = ''] = /http:\/\/localhost:\d+/.exec(said) ?? [];
    expect(said).toBe(`みほん銀行のデモ: ${origin}（Ctrl+C で終了）\n`);
    const url = origin.replace('localhost', '127.0.0.1');
    expect(await (await fetch(url)).text()).toContain('住宅ローン 事前審査のお申込み');
    for (const path of ['style.css', 'parts.css', 'staff.css', 'page.js', 'icon.svg', 'demo.css'])
      expect((await fetch(`${url}/${path}`)).status, path).toBe(200);
    demo.kill('SIGINT');
    expect(await once(demo, 'exit')).toEqual([0, null]);
  });

  it('prints in English with --lang en', async () => {
    const { demo, said } = await start('--lang', 'en');
    expect(said).toMatch(/^Demo of Mihon Bank: http:\/\/localhost:\d+ \(Ctrl\+C ends it\)\n$/);
    demo.kill('SIGTERM');
    expect(await once(demo, 'exit')).toEqual([0, null]);
  });

  it('names a port in use and how to choose another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const run = await runAlone(['demo', '--port', String(port), '--lang', 'en'], { cwd });
    expect(run).toEqual({
      status: 1,
      stdout: '',
      stderr: `myna-selfinfo: cannot listen on port ${port}: in use, or not allowed. Choose another with --port.\n`,
    });
    await new Promise((resolve) => taken.close(resolve));
  });

  it.each([
    [['--port', 'x'], '--port must be a number from 0 to 65535: "x"'],
    [['more'], 'unexpected argument: "more"'],
    [['--fast'], 'unknown option: "--fast"'],
  ])('refuses %j', async (args, message) => {
    const run = await runAlone(['demo', ...args, '--lang', 'en'], { cwd });
    expect(run).toEqual({
      status: 2,
      stdout: '',
      stderr: `myna-selfinfo: ${message}\nSee myna-selfinfo demo --help.\n`,
    });
  });

  it.each([
    ['ja', '使い方: myna-selfinfo demo'],
    ['en', 'Usage: myna-selfinfo demo'],
  ])('explains itself in %s', async (lang, first) => {
    const run = await runAlone(['demo', '--help', '--lang', lang], { cwd });
    expect(run.stdout).toContain(first);
    expect(run.stdout).toContain('--form-post');
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  it('does not start in production', async () => {
    const env = { NODE_ENV: 'production' };
    const run = await runAlone(['demo', '--port', '0', '--lang', 'en'], { cwd, env });
    expect([run.status, run.stderr.split('\n')[0]]).toEqual([
      2,
      'myna-selfinfo: NODE_ENV is production, so the demo does not start.',
    ]);
  });
});
