// The types of every door: as TypeScript resolves them for Node in both formats and for bundlers,
// with skipLibCheck and without it, when it looks into our declarations and those they name.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { doors, manifest, peers, root } from './consumer.mjs';
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
  write('doors.mts', imports(doors));
  write('doors.cts', requires(doors));
  write('example.mts', firstExample('README.md'));
  write('journey.mts', firstExample('docs/msw.md'));
  const modules = ['doors.mts', 'example.mts', 'journey.mts'];
  await Promise.all(
    ['true', 'false'].flatMap((skipLibCheck) => [
      compile(consumer, ...NODENEXT, '--skipLibCheck', skipLibCheck, ...modules, 'doors.cts'),
      compile(consumer, ...BUNDLER, '--skipLibCheck', skipLibCheck, ...modules),
    ]),
  );
}

/**
 * @param {Consumer} consumer - with the types of Node, without any peer, and without the DOM's
 * types, which those of msw need.
 */
export async function tryTypesWithoutPeers(consumer) {
  const free = doors.filter((door) => !namesPeer(consumer, door));
  if (free.length < doors.length - peers.length)
    throw new Error(`only ${free.length} doors have types without peers`);
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
 * Whether the declarations of a door import those of a peer.
 * @param {Consumer} consumer
 * @param {string} door
 */
function namesPeer(consumer, door) {
  const file = join(
    consumer.folder,
    'node_modules',
    manifest.name,
    'dist',
    `${door.slice(manifest.name.length + 1) || 'index'}.d.ts`,
  );
  if (!existsSync(file)) throw new Error(`${door} has no declarations`);
  const imported = [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*from '([^']+)';$/gm),
  ].map(([, name]) => name);
  return peers.some((peer) => imported.includes(peer));
}

/** @param {readonly string[]} names */
function imports(names) {
  return names
    .map((name, index) => `import * as door${index} from '${name}';\nObject.keys(door${index});\n`)
    .join('');
}

/** @param {readonly string[]} names */
function requires(names) {
  return names
    .map((name, index) => `import door${index} = require('${name}');\nObject.keys(door${index});\n`)
    .join('');
}
