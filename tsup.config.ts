import { defineConfig, type Options } from 'tsup';
import entryPoints from './scripts/entry-points.json' with { type: 'json' };

// The name in dist is the name of the entry point: `./redis` becomes `redis`.
const entries = Object.fromEntries(
  Object.entries(entryPoints).map(([name, path]) => [name === '.' ? 'index' : name.slice(2), path]),
);

const common: Options = {
  entry: entries,
  target: 'node20.18',
  platform: 'node',
  // Shared chunks: a class is the same one whichever door it came through.
  splitting: true,
  sourcemap: true,
  // scripts/build.mjs reads from it what was bundled.
  metafile: true,
  silent: true,
};

// What package.json lists neither as a runtime dependency nor as a peer is bundled: the sandbox
// brings its certificate library along. The binary is no door: no types, one format.
const esm: Options = {
  ...common,
  entry: { ...entries, cli: 'src/cli.ts' },
  format: 'esm',
  dts: { entry: entries },
};

// The types of this format are those of the other one under another name: scripts/build.mjs writes
// them.
const cjs: Options = {
  ...common,
  format: 'cjs',
  treeshake: true,
  // ESM only, and the oldest supported Node cannot require() them.
  noExternal: ['oauth4webapi', 'jose'],
  // Lazy imports become require(): neither Jest nor older Nodes take import() in CommonJS.
  esbuildOptions(options) {
    options.supported = { 'dynamic-import': false };
  },
  // esbuild calls that require() through a helper, which hides it from whoever bundles this output.
  plugins: [
    {
      name: 'plain-require',
      renderChunk: (code) => ({ code: code.replaceAll(/\b__require\("/g, 'require("') }),
    },
  ],
};

// `tsup --no-dts` is the quick build: one format, no types.
export default defineConfig(({ dts }) => (dts === false ? [esm] : [esm, cjs]));
