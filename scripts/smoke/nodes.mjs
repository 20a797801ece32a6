// Tries every entry point, the binary and the examples of the pages on every Node.
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { JEST, jest } from './bundles.mjs';
import { createConsumer, entryPoints, manifest, results, root, run } from './consumer.mjs';
import { asCommonJs, asModule, firstBlock, firstExample } from './pages.mjs';

/** @import { Consumer } from './consumer.mjs' */

/** The path at which npm links the binary. */
const binary = join('node_modules/.bin', Object.keys(manifest.bin)[0] ?? '');

/** @typedef {{ path: string, version: string, major: number, canRequireModules: boolean }} Node */

/**
 * @param {string} path
 * @returns {Promise<Node>}
 */
export async function describeNode(path) {
  const [version, major, canRequireModules] = JSON.parse(
    await run(
      path,
      [
        '-p',
        'JSON.stringify([process.version, parseInt(process.versions.node), process.features.require_module === true])',
      ],
      '.',
    ),
  );
  return { path, version, major, canRequireModules };
}

/** The pages with a test for Jest, each with the name of the test. */
const jestPages = [
  ['docs/msw.md', 'loan.test.js'],
  ['docs/ja/msw.md', 'loan-ja.test.js'],
];

/**
 * @param {Consumer} consumer - with Jest and all peers.
 * @param {readonly Node[]} nodes
 */
export async function tryNodes(consumer, nodes) {
  const { write, attempt } = consumer;
  const example = firstExample('README.md');
  write('example.mjs', asModule(example));
  write('example.cjs', asCommonJs(example));
  write('journey.mjs', asModule(firstExample('docs/msw.md')));
  for (const [page = '', file = ''] of jestPages)
    write(file, firstBlock(page, 'js', `require('${manifest.name}')`));
  write('terminal.mjs', terminal);
  const check = `if (Object.keys(entryPoint).length === 0) throw new Error('exports nothing');\n`;
  for (const entryPoint of entryPoints) {
    write(`${fileOf(entryPoint)}.mjs`, `import * as entryPoint from '${entryPoint}';\n${check}`);
    write(`${fileOf(entryPoint)}.cjs`, `const entryPoint = require('${entryPoint}');\n${check}`);
  }
  await Promise.all(
    nodes.flatMap(({ path, version, canRequireModules }) => [
      ...entryPoints.map((entryPoint) =>
        attempt(`${entryPoint} by import on ${version}`, path, `${fileOf(entryPoint)}.mjs`),
      ),
      // msw itself needs require() of ES modules.
      ...entryPoints
        .filter((entryPoint) => canRequireModules || !entryPoint.endsWith('/msw'))
        .map((entryPoint) =>
          attempt(`${entryPoint} by require on ${version}`, path, `${fileOf(entryPoint)}.cjs`),
        ),
      attempt(`a journey under msw 2 on ${version}`, path, 'journey.mjs'),
      tryJestWithMsw(consumer, path, `Jest with msw 2 on ${version}`),
      attempt(
        `the binary on ${version}`,
        path,
        binary,
        'calendar',
        'local-tax',
        '--month',
        '2026-12',
        '--svg',
        'calendar.svg',
        '--ics',
        'calendar.ics',
      ),
      attempt(
        `a plan by the binary on ${version}`,
        path,
        binary,
        'plan',
        '--go-live',
        '2027-04-01',
        '--format',
        'mermaid',
      ),
      attempt(`the sandbox from the terminal on ${version}`, path, 'terminal.mjs'),
      attempt(`README's example as ESM on ${version}`, path, 'example.mjs'),
      attempt(`README's example as CommonJS on ${version}`, path, 'example.cjs'),
    ]),
  );
}

/**
 * Checks that `npm ci` of this repository prints no warning about the version of Node.
 * @param {readonly Node[]} nodes
 */
export async function tryEngines(nodes) {
  const consumer = createConsumer('clone');
  for (const file of ['package.json', 'package-lock.json'])
    consumer.write(file, readFileSync(join(root, file), 'utf8'));
  await Promise.all(
    nodes.map(({ path, version }) =>
      consumer.attempt(
        `npm ci without engine warnings on ${version}`,
        'env',
        `PATH=${dirname(path)}${delimiter}${process.env.PATH}`,
        'npm',
        'ci',
        '--dry-run',
        '--engine-strict',
        // Our tools need Node 20.19. The package does not.
        ...(version.startsWith('v20.18.') ? ['--omit=dev'] : []),
      ),
    ),
  );
}

/**
 * @param {Consumer} consumer - whose msw is replaced.
 * @param {readonly Node[]} nodes
 */
export async function tryNewestMsw(consumer, nodes) {
  // msw 3 does not run on Node 20.
  const modern = nodes.filter(({ major }) => major >= 22);
  if (modern.length === 0) return;
  await consumer.install('msw@3.0.5');
  await Promise.all(
    modern.flatMap(({ path, version }) => [
      consumer.attempt(`a journey under msw 3 on ${version}`, path, 'journey.mjs'),
      tryJestWithMsw(consumer, path, `Jest with msw 3 on ${version}`),
    ]),
  );
}

/**
 * @param {Consumer} consumer - with Jest and msw.
 * @param {string} node
 * @param {string} title
 */
async function tryJestWithMsw(consumer, node, title) {
  const files = jestPages.map(([, file = '']) => file);
  const args = ['--experimental-vm-modules', ...jest, '--runInBand', '--runTestsByPath', ...files];
  if (!(await consumer.attempt(title, node, ...args))) return;
  const format = title.replace(/^Jest with (msw \d+).*/, '$1');
  results.push({ tool: 'Jest', version: JEST.replace('jest@', ''), format, result: 'ok' });
}

/** @param {string} entryPoint */
function fileOf(entryPoint) {
  return entryPoint.replaceAll('/', '-');
}

/** Starts the sandbox by the binary, and ends it by a signal. */
const terminal = `import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['${binary}', 'sandbox'], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.on('data', (text) => String(text).includes('curl') && child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
`;
