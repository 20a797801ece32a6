// How every bundler bundles a program for Node.js into one file, or one folder.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from './consumer.mjs';

/** The line that the error quotes to the owner of a bundle of esbuild. */
const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/**
 * @typedef {object} Build
 * @property {string} tool - the name of its package.
 * @property {string} format
 * @property {string} file - the bundle.
 * @property {() => Promise<unknown>} build
 * @property {string} [banner] - the line without which the bundle must refuse to start.
 */

/** @typedef {'esm' | 'cjs'} Format */
/** @type {Format[]} */
const formats = ['esm', 'cjs'];

/**
 * @param {string} tools - the folder with the bundlers.
 * @param {string} source - the program, an ES module.
 * @param {string} out - the folder of the bundles.
 * @returns {Build[]}
 */
export function builds(tools, source, out) {
  const esbuild = withEsbuild(tools, source, out);
  const banner = `--banner:js=${BANNER}`;
  return [
    { ...esbuild('esm', 'esbuild.mjs'), banner: BANNER },
    esbuild('esm, banner', 'esbuild-banner.mjs', banner),
    esbuild('esm, banner, minify', 'esbuild-min.mjs', banner, '--minify'),
    esbuild('cjs', 'esbuild.cjs'),
    esbuild('cjs, minify', 'esbuild-min.cjs', '--minify'),
    ...formats.map((format) => withRollup(tools, source, out, format)),
    ...formats.map((format) => withWebpack(tools, source, out, format)),
    withVite(tools, source, join(out, 'vite')),
    withNcc(tools, source, join(out, 'ncc')),
  ];
}

/**
 * @param {string} tools
 * @param {string} source
 * @param {string} out
 */
function withEsbuild(tools, source, out) {
  /** @type {(format: string, name: string, ...options: string[]) => Build} */
  return (format, name, ...options) => {
    const file = join(out, name);
    const program = join(tools, 'node_modules/esbuild/bin/esbuild');
    const fixed = ['--bundle', '--platform=node', '--log-level=warning', `--outfile=${file}`];
    const args = [source, ...fixed, `--format=${format.slice(0, 3)}`, ...options];
    return { tool: 'esbuild', format, file, build: () => run(program, args, out) };
  };
}

/** @type {(tools: string, source: string, out: string, format: Format) => Build} */
function withRollup(tools, source, out, format) {
  const file = join(out, `rollup.${extension(format)}`);
  const build = async () => {
    const { rollup } = await load(tools, 'rollup');
    const { default: resolve } = await load(tools, '@rollup/plugin-node-resolve');
    const { default: commonjs } = await load(tools, '@rollup/plugin-commonjs');
    const { default: json } = await load(tools, '@rollup/plugin-json');
    const plugins = [
      resolve({ preferBuiltins: true, exportConditions: ['node'] }),
      // undici loads it only for a cache, which a client does not use. Older Nodes lack it.
      commonjs({ ignore: ['node:sqlite'] }),
      json(),
    ];
    const bundle = await rollup({ input: source, plugins, onwarn: () => undefined });
    await bundle.write({ file, format, inlineDynamicImports: true });
    await bundle.close();
  };
  return { tool: 'rollup', format, file, build };
}

/** @type {(tools: string, source: string, out: string, format: Format) => Build} */
function withWebpack(tools, source, out, format) {
  const filename = `webpack.${extension(format)}`;
  const build = async () => {
    const { default: webpack } = await load(tools, 'webpack');
    const isModule = format === 'esm';
    const options = {
      mode: 'production',
      target: 'node',
      context: out,
      entry: source,
      experiments: { outputModule: isModule },
      output: {
        path: out,
        filename,
        ...(isModule && { module: true, library: { type: 'module' } }),
      },
    };
    await new Promise((resolve, reject) =>
      webpack(options, (/** @type {Error | null} */ error, /** @type {any} */ stats) =>
        error || stats.hasErrors() ? reject(error ?? new Error(String(stats))) : resolve(undefined),
      ),
    );
  };
  return { tool: 'webpack', format, file: join(out, filename), build };
}

/** @type {(tools: string, source: string, out: string) => Build} */
function withVite(tools, source, out) {
  const build = async () => {
    const vite = await load(tools, 'vite');
    const options = { ssr: source, outDir: out, emptyOutDir: true };
    await vite.build({
      root: join(source, '..'),
      configFile: false,
      logLevel: 'error',
      ssr: { noExternal: true },
      build: options,
    });
  };
  return { tool: 'vite', format: 'ssr', file: join(out, 'bank-child.mjs'), build };
}

/** @type {(tools: string, source: string, out: string) => Build} */
function withNcc(tools, source, out) {
  const program = join(tools, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
  const args = [program, 'build', source, '--quiet', '--out', out];
  const build = () => run(process.execPath, args, join(source, '..'));
  return { tool: '@vercel/ncc', format: 'esm', file: join(out, 'index.mjs'), build };
}

/** @param {Format} format */
function extension(format) {
  return format === 'esm' ? 'mjs' : 'cjs';
}

/**
 * Loads a package of the tools.
 * @param {string} tools
 * @param {string} name
 * @returns {Promise<any>}
 */
async function load(tools, name) {
  const path = createRequire(join(tools, 'package.json')).resolve(name);
  return import(pathToFileURL(path).href);
}
