// Builds, then runs every check:* script of package.json, two at a time. Prints how long each takes,
// and the output of those that fail. Some of them read dist.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { showProgress } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** @type {{ scripts: Record<string, string> }} */
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const waiting = Object.keys(scripts).filter((name) => name.startsWith('check:'));

/** @type {Set<string>} */
const running = new Set();
showProgress(() => [...running].join(', '));

if (await passes('build')) await Promise.all([worker(), worker()]);

async function worker() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await passes(name);
}

/** @param {string} script */
async function passes(script) {
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(script);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const start = performance.now();
  const code = await new Promise((resolve) => child.on('close', resolve));
  running.delete(script);
  const seconds = Math.round((performance.now() - start) / 1000);
  if (code === 0) {
    console.log(`${script}: ${seconds} s`);
    return true;
  }
  process.exitCode = 1;
  console.error(`${script} failed:\n${output}`);
  return false;
}
