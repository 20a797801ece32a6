import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../house/sources.js';
import { leaksIn } from '../kit/leaks.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the sandbox in a terminal prints where its keys are stored, and no key', async () => {
  const binary = join(root, 'dist/cli.js');
  if (!existsSync(binary)) throw new Error('dist is missing: run `npm run build` first');
  const child = spawn(process.execPath, [binary, 'sandbox'], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors = child.stderr.toArray();
  let text = '';
  const files: string[] = [];
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    if (!/"\$RESULT"\n$/.test(text)) continue;
    // The sandbox deletes its keys when it ends, so they are read while it runs.
    files.push(
      ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
        (name) => /key/i.test(name) && /\.\w+$/.test(name),
      ),
    );
    break;
  }
  const pems = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  const lines = pems.flatMap((pem) =>
    pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-')),
  );
  expect(lines.length).toBeGreaterThan(1);
  for (const name of files) expect(text).toContain(name);
  const secrets = Object.fromEntries(lines.map((line, at) => [`line ${at}`, line]));
  expect(leaksIn({ text, errors: Buffer.concat(await errors) }, secrets)).toEqual([]);
});
