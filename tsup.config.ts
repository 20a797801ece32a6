import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import entryPoints from './scripts/entry-points.json' with { type: 'json' };

// The name in dist is the name of the entry point: `./redis` becomes `redis`.
const entries = Object.fromEntries(
  Object.entries(entryPoints).map(([name, path]) => [name === '.' ? 'index' : name.slice(2), path]),
);

// The binary contains a program of `examples`, which imports this package by its name. Its chunks
// are those of the entry points, so the library is not bundled a second time.
const ownPackage: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'own-package',
  setup(build) {
    build.onResolve({ filter: /^myna-selfinfo(\/|$)/ }, ({ path }) => ({
      path: resolve(new Map(Object.entries(entryPoints)).get(`.${path.slice(13)}`) ?? path),
    }));
  },
};

// commander is CommonJS and requires modules of Node.js, which an ES module cannot.
const builtInModules: typeof ownPackage = {
  name: 'built-in-modules',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/]commander[\\/]lib[\\/]/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        /\brequire\((?='node:)/g,
        'globalThis.process.getBuiltinModule(',
      ),
    }));
  },
};

const common: Options = {
  entry: entries,
  target: 'node20.18',
  platform: 'node',
  // Shared chunks, so that a class is the same one from every entry point.
  splitting: true,
  sourcemap: true,
  // scripts/build.mjs reads the bundled files from it.
  metafile: true,
  silent: true,
};

// Packages that package.json lists neither as a dependency nor as a peer are bundled, such as the
// certificate library of the sandbox. The binary is not an entry point: no types, one format.
const esm: Options = {
  ...common,
  entry: { ...entries, cli: 'src/cli.ts' },
  format: 'esm',
  esbuildPlugins: [ownPackage, builtInModules],
  dts: { entry: entries },
};

// The types of this format are copies of the other's. scripts/build.mjs writes them.
const cjs: Options = {
  ...common,
  format: 'cjs',
  // The code is not minified, and these maps would be a fifth of the package.
  sourcemap: false,
  treeshake: true,
  // These are ESM only, and the oldest supported Node cannot require() them.
  noExternal: ['oauth4webapi', 'jose'],
  // Lazy imports become require(), because Jest and older Nodes do not support import() in
  // CommonJS.
  esbuildOptions(options) {
    options.supported = { 'dynamic-import': false };
  },
  // esbuild calls that require() through a helper, which hides it from other bundlers.
  plugins: [
    {
      name: 'plain-require',
      renderChunk: (code) => ({ code: code.replaceAll(/\b__require\("/g, 'require("') }),
    },
  ],
};

// `tsup --no-dts` is the quick build: one format, no types.
export default defineConfig(({ dts }) => (dts === false ? [esm] : [esm, cjs]));
