// Makes consumer projects in a temporary folder, and runs programs in them.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
/**
 * @type {{ name: string, exports: Record<string, unknown>, bin: Record<string, string>,
 * dependencies: Record<string, string>, devDependencies: Record<string, string>, peerDependencies: Record<string, string> }}
 */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const peers = Object.keys(manifest.peerDependencies);

/** The names by which users import the entry points. */
export const entryPoints = Object.keys(manifest.exports)
  .filter((entryPoint) => entryPoint !== './package.json')
  .map((entryPoint) => manifest.name + entryPoint.slice(1));

const work = mkdtempSync(join(tmpdir(), 'myna-selfinfo-smoke-'));
const MAX_RUNNING = Math.min(4, Math.max(2, availableParallelism()));
/** @type {(() => void)[]} */
const waiting = [];
let running = 0;
export const counts = { passed: 0, failed: 0 };

/**
 * What a tool of the table of docs/runtimes.md could do.
 * @typedef {{ tool: string, version: string, format: string, result: string }} Result
 */

/** @type {Result[]} */
export const results = [];

/** @typedef {ReturnType<typeof createConsumer>} Consumer */

/**
 * Makes an empty project. `install` puts packages into it.
 * @param {string} name
 */
export function createConsumer(name) {
  const folder = join(work, name);
  mkdirSync(folder);
  /** @type {(file: string, text: string) => void} */
  const write = (file, text) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write('package.json', JSON.stringify({ name: `smoke-${name}`, version: '1.0.0', private: true }));
  return {
    folder,
    write,
    /** @type {(...packages: string[]) => Promise<string>} */
    install: (...packages) =>
      run(
        'npm',
        [
          'install',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          '--prefer-offline',
          '--loglevel=error',
          ...packages,
        ],
        folder,
      ),
    /** @type {(title: string, command: string, ...args: string[]) => Promise<boolean>} */
    attempt: (title, command, ...args) => attempt(title, () => run(command, args, folder)),
  };
}

/** Packs the tarball as `npm publish` does. */
export async function pack() {
  const [packed] = JSON.parse(
    await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], root),
  );
  return {
    path: join(work, packed.filename),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
  };
}

export function removeConsumers() {
  rmSync(work, { recursive: true, force: true });
}

/**
 * Counts whether a step passes, and returns it. Prints the error when it fails.
 * @param {string} title
 * @param {() => unknown} body
 */
export async function attempt(title, body) {
  try {
    await body();
    counts.passed++;
    return true;
  } catch (error) {
    counts.failed++;
    console.error(`smoke: ${title}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/**
 * Writes the results, one per line.
 * @param {string | undefined} file
 */
export function writeResults(file) {
  if (file !== undefined)
    writeFileSync(file, results.map((result) => `${JSON.stringify(result)}\n`).join(''));
}

/**
 * Runs a program to its end, a few at a time. Resolves to its stdout. Rejects with all of its
 * output when the program fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<string>}
 */
export async function run(command, args, cwd) {
  if (running >= MAX_RUNNING)
    await new Promise((resolve) => waiting.push(() => resolve(undefined)));
  running++;
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd,
        timeout: 240_000,
        killSignal: 'SIGKILL',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (code === 0) resolve(stdout);
        else
          reject(
            new Error(
              `${basename(command)} ${args[0]} ended with ${signal ?? `exit code ${code}`}\n${stdout}${stderr}`,
            ),
          );
      });
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}
