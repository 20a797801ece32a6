// Tries the examples with the package alone: by the commands of the README, in a CommonJS project
// and in an ES module project, and each example with only the packages that its first lines name.
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import ts from 'typescript';
import { attempt, createConsumer, manifest, root } from './consumer.mjs';
import { firstBlock } from './pages.mjs';

/** @import { Node } from './nodes.mjs' */

const TSX = `tsx@${manifest.devDependencies.tsx}`;
const folder = `node_modules/${manifest.name}/examples`;

/** @typedef {{ file: string, needs: readonly string[], needsRedis: boolean }} Example */

/**
 * @param {string} tarball
 * @param {readonly Node[]} nodes
 */
export async function tryExamples(tarball, nodes) {
  await attempt('the READMEs show the same commands for the examples', () => {
    if (commandsOf('README.md') !== commandsOf('docs/ja/README.md'))
      throw new Error(`${commandsOf('README.md')}\n\n${commandsOf('docs/ja/README.md')}`);
  });
  const [first] = nodes;
  await Promise.all([
    ...nodes.map((node) => tryCommands(tarball, node, 'commonjs')),
    ...(first ? [tryCommands(tarball, first, 'module'), tryEach(tarball, first)] : []),
  ]);
}

/**
 * Runs the commands of the README as a shell does.
 * @param {string} tarball
 * @param {Node} node
 * @param {'commonjs' | 'module'} type
 */
async function tryCommands(tarball, { path, version }, type) {
  const consumer = createConsumer(`examples-${type}-${version}`);
  consumer.write('package.json', JSON.stringify({ name: 'examples', private: true, type }));
  await consumer.attempt(
    `installation and the README's commands for the examples, in a ${type} project on ${version}`,
    'env',
    `PATH=${dirname(path)}${delimiter}${process.env.PATH}`,
    'npm_config_audit=false',
    'npm_config_fund=false',
    'bash',
    '-ec',
    // With --engine-strict, a warning about the version of Node is an error.
    `npm install --engine-strict ${tarball}\n${commandsOf('README.md').replace(/\btsx$/m, TSX)}`,
  );
}

/**
 * Runs every example that ends by itself and needs no server.
 * @param {string} tarball
 * @param {Node} node
 */
async function tryEach(tarball, { path, version }) {
  const examples = findExamples();
  const consumer = createConsumer('examples');
  const needed = [...new Set(examples.flatMap(({ needs }) => needs))];
  await consumer.install(
    tarball,
    TSX,
    ...needed.map((name) => `${name}@${manifest.devDependencies[name]}`),
  );
  await Promise.all([
    ...examples.map((example) =>
      attempt(`examples/${example.file} names the packages that it needs`, () => {
        const missing = packagesOf(example.file).filter((name) => !example.needs.includes(name));
        if (missing.length > 0) throw new Error(`it also needs ${missing.join(', ')}`);
      }),
    ),
    ...examples
      .filter(({ needsRedis }) => !needsRedis)
      .map(({ file }) =>
        consumer.attempt(
          `examples/${file} with the package alone on ${version}`,
          path,
          'node_modules/tsx/dist/cli.mjs',
          `${folder}/${file}`,
        ),
      ),
  ]);
}

/**
 * Returns the commands of the README for the examples, without comments.
 * @param {string} page
 */
function commandsOf(page) {
  return firstBlock(page, 'sh', folder).replaceAll(/\s+#.*$/gm, '');
}

/**
 * Returns the examples whose first lines show how to start them.
 * @returns {Example[]}
 */
function findExamples() {
  const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const [head = ''] = /^(?:\/\/.*\n)+/.exec(read(file)) ?? [];
      const start = /^\/\/ {3}(.*)npx tsx examples\/\S+\.ts/m.exec(head);
      if (start === null) return [];
      const needs = /^\/\/ {3}npm install (.+)$/m.exec(head)?.[1]?.trim().split(' ') ?? [];
      return [{ file, needs, needsRedis: start[1]?.includes('REDIS_URL') ?? false }];
    });
  if (examples.length < 10) throw new Error(`only ${examples.length} examples show how to start`);
  return examples;
}

/**
 * Returns the packages that an example imports, in its own files too, and that this package does
 * not bring.
 * @param {string} example
 */
function packagesOf(example) {
  const files = new Set([example]);
  /** @type {Set<string>} */
  const packages = new Set();
  for (const file of files) {
    for (const { fileName } of ts.preProcessFile(read(file), true, true).importedFiles) {
      if (fileName.startsWith('.'))
        files.add(join(dirname(file), fileName.replace(/\.js$/, '.ts')));
      else if (!/^node:/.test(fileName))
        packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(fileName)?.[0] ?? fileName);
    }
  }
  const brought = [manifest.name, ...Object.keys(manifest.dependencies)];
  return [...packages].filter((name) => !brought.includes(name));
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, 'examples', file), 'utf8');
}
