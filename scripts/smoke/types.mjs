// Compiles the types of every entry point with every TypeScript of test/matrix/typescript: as it
// resolves them for Node in both formats and for bundlers, with the types of Node and the DOM and
// without. Unless skipLibCheck is set, TypeScript checks our declarations too.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConsumer, entryPoints, manifest, peers, results, root } from './consumer.mjs';
import { firstExample, firstTsconfig } from './pages.mjs';

/** @import { Consumer } from './consumer.mjs' */

/**
 * @typedef {{ name: string, path: string, major: number, version: string }} Compiler
 * @typedef {{ name: string, files: readonly string[], options: object }} Project
 */

const MATRIX = join(root, 'test/matrix/typescript');
const STRICT = { strict: true, exactOptionalPropertyTypes: true, target: 'es2022' };
const NODENEXT = { ...STRICT, module: 'nodenext' };
const BUNDLER = { ...STRICT, module: 'esnext', moduleResolution: 'bundler' };
const NODE10 = { ...STRICT, module: 'commonjs', moduleResolution: 'node10' };
/** Checks our declarations and those that they import. */
const FULL = { skipLibCheck: false };
/** Neither the DOM nor Node. */
const BARE = { lib: ['es2022'], types: [] };

/** The global types of ours as the types of Cloudflare's Workers declare them. */
const OTHER_GLOBALS = `
declare class AbortSignal { get aborted(): boolean; }
declare class Request { url: string; }
declare class Response { status: number; }
declare class URL { get href(): string; set href(value: string); }
`;

/** Installs every TypeScript, with the newest types of Node. */
export async function createCompilers() {
  const consumer = createConsumer('typescript');
  for (const file of ['package.json', 'package-lock.json'])
    consumer.write(file, readFileSync(join(MATRIX, file), 'utf8'));
  await consumer.install();
  const { dependencies } = JSON.parse(readFileSync(join(MATRIX, 'package.json'), 'utf8'));
  const compilers = Object.entries(dependencies).flatMap(([name, version]) => {
    const [, number = '', major] = /^npm:typescript@((\d+).*)/.exec(version) ?? [];
    const path = join(consumer.folder, 'node_modules', name, 'bin/tsc');
    return major === undefined ? [] : [{ name, path, major: Number(major), version: number }];
  });
  return { consumer, compilers };
}

/**
 * @param {Consumer} consumer - with the types of Node and all peers.
 * @param {readonly Compiler[]} compilers
 */
export async function tryTypes(consumer, compilers) {
  writeEntryPoints(consumer, entryPoints);
  consumer.write('example.mts', firstExample('README.md'));
  consumer.write('journey.mts', firstExample('docs/msw.md'));
  const modules = ['entry-points.mts', 'example.mts', 'journey.mts'];
  const types = { types: ['node'] };
  const current = withoutOldest(compilers);
  await Promise.all([
    ...each(consumer, current, {
      name: 'node',
      files: [...modules, 'entry-points.cts'],
      options: { ...NODENEXT, ...types, ...FULL },
    }),
    ...each(consumer, current, {
      name: 'bundler',
      files: modules,
      options: { ...BUNDLER, ...types, ...FULL },
    }),
  ]);
}

/**
 * @param {Consumer} consumer - without any peer and without the types of Node.
 * @param {readonly Compiler[]} compilers
 */
export async function tryTypesAlone(consumer, compilers) {
  if (existsSync(join(consumer.folder, 'node_modules/@types/node')))
    throw new Error('the types of Node are installed');
  const free = writeFreeEntryPoints(consumer);
  consumer.write('first.mts', firstExample('README.md'));
  consumer.write('other-globals.d.ts', OTHER_GLOBALS);
  const nodenext = ['free.mts', 'free.cts'];
  const older = compilers.filter(({ major }) => major < 7);
  await Promise.all([
    ...['README.md', 'docs/ja/README.md'].flatMap((page) =>
      each(consumer, compilers, {
        name: `the tsconfig of ${page}`,
        files: ['first.mts'],
        options: { ...firstTsconfig(page), noEmit: true },
      }),
    ),
    ...each(consumer, compilers, {
      name: 'bare',
      files: nodenext,
      options: { ...NODENEXT, ...BARE, ...FULL },
    }),
    ...each(consumer, compilers, {
      name: 'other globals',
      files: ['free.mts', 'other-globals.d.ts'],
      options: { ...NODENEXT, ...BARE, ...FULL },
    }),
    ...each(consumer, compilers, {
      name: 'for the DOM',
      files: ['free.mts'],
      options: { ...BUNDLER, types: [], ...FULL },
    }),
    // TypeScript 7 refuses this option.
    ...older.map((compiler) =>
      compile(consumer, compiler, {
        name: 'node10',
        files: ['free-script.ts'],
        options: {
          ...NODE10,
          ...BARE,
          ...FULL,
          ...(compiler.major === 6 ? { ignoreDeprecations: '6.0' } : {}),
        },
      }),
    ),
  ]);
  if (free.length < entryPoints.length - peers.length)
    throw new Error(`only ${free.length} entry points have types without peers`);
}

/**
 * @param {Consumer} consumer - with the newest types of Node and without any peer.
 * @param {readonly Compiler[]} compilers
 */
export async function tryNewestNodeTypes(consumer, compilers) {
  writeFreeEntryPoints(consumer);
  await Promise.all(
    each(consumer, withoutOldest(compilers), {
      name: 'the newest types of Node',
      files: ['free.mts', 'free.cts'],
      options: { ...NODENEXT, lib: ['esnext'], types: ['node'], ...FULL },
    }),
  );
}

/**
 * Returns those that can check the types of the peers and the newest ones of Node.
 * @param {readonly Compiler[]} compilers
 */
function withoutOldest(compilers) {
  return compilers.filter(({ name }) => name !== 'typescript-5.0');
}

/**
 * @param {Consumer} consumer
 * @param {readonly Compiler[]} compilers
 * @param {Project} project
 */
function each(consumer, compilers, project) {
  return compilers.map((compiler) => compile(consumer, compiler, project));
}

/**
 * @param {Consumer} consumer
 * @param {Compiler} compiler
 * @param {Project} project
 */
async function compile(consumer, compiler, { name, files, options }) {
  const title = `${compiler.name}, ${name}`;
  const config = `tsconfig.${title.replaceAll(/\W+/g, '-')}.json`;
  consumer.write(config, JSON.stringify({ compilerOptions: { ...options, noEmit: true }, files }));
  if (await consumer.attempt(title, process.execPath, compiler.path, '--project', config))
    results.push({ tool: 'TypeScript', version: compiler.version, format: 'types', result: 'ok' });
}

/**
 * Writes programs that import the entry points whose declarations import no peer. Returns them.
 * @param {Consumer} consumer
 */
function writeFreeEntryPoints(consumer) {
  const free = entryPoints.filter((entryPoint) => !namesPeer(consumer, entryPoint));
  consumer.write('free.mts', imports(free));
  consumer.write('free-script.ts', imports(free));
  consumer.write('free.cts', requires(free));
  return free;
}

/**
 * @param {Consumer} consumer
 * @param {readonly string[]} names
 */
function writeEntryPoints(consumer, names) {
  consumer.write('entry-points.mts', imports(names));
  consumer.write('entry-points.cts', requires(names));
}

/**
 * Returns whether the declarations of an entry point import those of a peer.
 * @param {Consumer} consumer
 * @param {string} entryPoint
 */
function namesPeer(consumer, entryPoint) {
  const file = join(
    consumer.folder,
    'node_modules',
    manifest.name,
    'dist',
    `${entryPoint.slice(manifest.name.length + 1) || 'index'}.d.ts`,
  );
  if (!existsSync(file)) throw new Error(`${entryPoint} has no declarations`);
  const imported = [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*from '([^']+)';$/gm),
  ].map(([, name]) => name);
  return peers.some((peer) => imported.includes(peer));
}

/** @param {readonly string[]} names */
function imports(names) {
  return names
    .map(
      (name, index) =>
        `import * as entryPoint${index} from '${name}';\nObject.keys(entryPoint${index});\n`,
    )
    .join('');
}

/** @param {readonly string[]} names */
function requires(names) {
  return names
    .map(
      (name, index) =>
        `import entryPoint${index} = require('${name}');\nObject.keys(entryPoint${index});\n`,
    )
    .join('');
}
