// Compiles the types of every entry point: as TypeScript resolves them for Node in both formats and
// for bundlers, with skipLibCheck and without. Without it TypeScript checks our declarations and
// those that they import.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryPoints, manifest, peers, root } from './consumer.mjs';
import { firstExample } from './pages.mjs';

/** @import { Consumer } from './consumer.mjs' */

const STRICT = [
  '--strict',
  '--exactOptionalPropertyTypes',
  '--target',
  'es2022',
  '--types',
  'node',
  '--noEmit',
];
const NODENEXT = ['--module', 'nodenext'];
const BUNDLER = ['--module', 'esnext', '--moduleResolution', 'bundler'];

/** @param {Consumer} consumer - with the types of Node and all peers. */
export async function tryTypes(consumer) {
  const { write } = consumer;
  write('entry-points.mts', imports(entryPoints));
  write('entry-points.cts', requires(entryPoints));
  write('example.mts', firstExample('README.md'));
  write('journey.mts', firstExample('docs/msw.md'));
  const modules = ['entry-points.mts', 'example.mts', 'journey.mts'];
  await Promise.all(
    ['true', 'false'].flatMap((skipLibCheck) => [
      compile(
        consumer,
        ...NODENEXT,
        '--skipLibCheck',
        skipLibCheck,
        ...modules,
        'entry-points.cts',
      ),
      compile(consumer, ...BUNDLER, '--skipLibCheck', skipLibCheck, ...modules),
    ]),
  );
}

/**
 * @param {Consumer} consumer - with the types of Node, without any peer, and without the DOM's
 * types, which msw's types need.
 */
export async function tryTypesWithoutPeers(consumer) {
  const free = entryPoints.filter((entryPoint) => !namesPeer(consumer, entryPoint));
  if (free.length < entryPoints.length - peers.length)
    throw new Error(`only ${free.length} entry points have types without peers`);
  consumer.write('free.mts', imports(free));
  consumer.write('free.cts', requires(free));
  await compile(
    consumer,
    ...NODENEXT,
    '--skipLibCheck',
    'false',
    '--lib',
    'es2022',
    'free.mts',
    'free.cts',
  );
}

/**
 * @param {Consumer} consumer
 * @param {readonly string[]} args
 */
function compile(consumer, ...args) {
  return consumer.attempt(
    `TypeScript, ${args.join(' ')}`,
    process.execPath,
    join(root, 'node_modules/typescript/bin/tsc'),
    ...STRICT,
    ...args,
  );
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
