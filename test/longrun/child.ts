import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of this folder in another process. Its orders are JSON on stdin, its findings JSON
 * on stdout.
 */
export async function runChild<Findings>(
  script: string,
  orders: unknown,
  { flags = [], env = {} }: ChildOptions = {},
): Promise<Findings> {
  // The children load the built package, because compiling the sources takes several times as long.
  if (!existsSync(new URL('../../dist/index.js', import.meta.url)))
    throw new Error('dist is missing: run `npm run build` first');
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [...flags, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  child.stdin.end(JSON.stringify(orders));
  const findings = await text(child.stdout);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(findings);
}

export interface ChildOptions {
  /** Flags of Node. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
