// Packs the package, installs the tarball into empty projects and uses it there as users do: every
// entry point, the binary, the examples and those of the pages under ESM and CommonJS on every given
// Node; TypeScript from 5.0 to 7; esbuild, Vite and Jest; two copies of it; without its peers; a
// journey as a bundle of every bundler, and on Bun and Deno. Needs a build.
// `node scripts/smoke.mjs [--results file] [node binaries]`. The file receives what
// `scripts/matrix.mjs` writes into docs/runtimes.md.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { showProgress } from './progress.mjs';
import { COPY, tryAlone } from './smoke/alone.mjs';
import { JEST, tools, tryBundles } from './smoke/bundles.mjs';
import {
  attempt,
  counts,
  createConsumer,
  manifest,
  pack,
  peers,
  removeConsumers,
  root,
  writeResults,
} from './smoke/consumer.mjs';
import { tryExamples } from './smoke/examples.mjs';
import { tryJourneys } from './smoke/journeys.mjs';
import { describeNode, tryEngines, tryNewestMsw, tryNodes } from './smoke/nodes.mjs';
import { trySizes } from './smoke/sizes.mjs';
import { createCompilers, tryNewestNodeTypes, tryTypes, tryTypesAlone } from './smoke/types.mjs';

/** @typedef {Awaited<ReturnType<typeof createCompilers>>['compilers']} Compilers */

const { values, positionals } = parseArgs({
  options: { results: { type: 'string' } },
  allowPositionals: true,
});
const nodes = positionals.length > 0 ? positionals : [process.execPath];

showProgress(() => `smoke: ${counts.passed} passed`);
await attempt('the preparations', async () => {
  if (!existsSync(join(root, 'dist/index.cjs')))
    throw new Error('dist is missing. Run `npm run build` first.');
  const tarball = await pack();
  const described = await Promise.all(nodes.map(describeNode));
  const { consumer: typescript, compilers } = await createCompilers();
  await Promise.all([
    withPeers(tarball.path, described, compilers),
    withTools(tarball),
    alone(tarball.path, compilers),
    tryExamples(tarball.path, described),
    tryEngines(described),
    typescript.install(tarball.path).then(() => tryNewestNodeTypes(typescript, compilers)),
    // The first Node is that of the machine: the table has the others, which are pinned.
    tryJourneys(tarball.path, described.length > 1 ? described.slice(1) : described),
  ]);
});
removeConsumers();
writeResults(values.results);
console.log(`smoke: ${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/**
 * @param {string} tarball
 * @param {Awaited<ReturnType<typeof describeNode>>[]} described
 * @param {Compilers} compilers
 */
async function withPeers(tarball, described, compilers) {
  const consumer = createConsumer('with-peers');
  await consumer.install(tarball, JEST, ...['@types/node', ...peers].map(pinned));
  await Promise.all([tryNodes(consumer, described), tryTypes(consumer, compilers)]);
  await tryNewestMsw(consumer, described);
}

/** @param {Awaited<ReturnType<typeof pack>>} tarball */
async function withTools(tarball) {
  const consumer = createConsumer('with-tools');
  await consumer.install(tarball.path, ...tools);
  await Promise.all([tryBundles(consumer), trySizes(tarball, consumer)]);
}

/**
 * @param {string} tarball
 * @param {Compilers} compilers
 */
async function alone(tarball, compilers) {
  const consumer = createConsumer('alone');
  consumer.write(
    'package.json',
    JSON.stringify({
      private: true,
      dependencies: { [manifest.name]: `file:${tarball}`, [COPY]: `file:${tarball}` },
    }),
  );
  await consumer.install();
  await Promise.all([tryAlone(consumer), tryTypesAlone(consumer, compilers)]);
}

/**
 * Returns the package in the version that the tests use.
 * @param {string} name
 */
function pinned(name) {
  return `${name}@${manifest.devDependencies[name]}`;
}
