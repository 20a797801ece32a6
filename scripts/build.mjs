// Builds dist: `node scripts/build.mjs`. With --no-dts it builds only ESM, without types, which is
// quick.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { showProgress } from './progress.mjs';

/**
 * @typedef {{ inputs: Record<string, { bytesInOutput: number }>, imports: { path: string,
 * external?: boolean }[] }} Output
 */

/** Declares global types for the types of all formats. */
const GLOBALS = 'globals.d.ts';

/** Sources that need no map: bundled packages, and the programs that only the binary runs. */
const WITHOUT_MAP = /node_modules\/|\/src\/cli[./]|\/examples\//;

const quick = process.argv.includes('--no-dts');
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
/** @type {{ dependencies: Record<string, string>, peerDependencies: Record<string, string> }} */
const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
showProgress(() => 'build');
await build(quick ? { dts: false } : {});
const outputs = takeMetafiles();
checkExternals(outputs);
slimMaps();
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(outputs));
if (!quick) {
  finishTypes();
  await checkTypes();
  copyTypesForCommonJs();
}

console.log(`build: done in ${Math.round(performance.now() / 1000)} s`);

/**
 * Returns the outputs that tsup reported. Deletes the reports, which are not part of the package.
 */
function takeMetafiles() {
  return readdirSync('dist')
    .filter((name) => /^metafile-\w+\.json$/.test(name))
    .flatMap((name) => {
      /** @type {{ outputs: Record<string, Output> }} */
      const { outputs } = JSON.parse(readFileSync(join('dist', name), 'utf8'));
      rmSync(join('dist', name));
      return Object.values(outputs);
    });
}

/**
 * Checks that every import left in dist is a dependency, or a peer that the user of its entry point
 * installs.
 * @param {Output[]} outputs
 */
function checkExternals(outputs) {
  const allowed = [
    ...Object.keys(dependencies),
    ...Object.keys(peerDependencies),
    // Past Bun's stub.
    'undici/index.js',
    // Its entry point for every runtime.
    'write-excel-file/universal',
    ...builtinModules,
    ...builtinModules.map((name) => `node:${name}`),
  ];
  const missing = outputs.flatMap((output) =>
    output.imports.filter(
      ({ path, external }) => external && !path.startsWith('.') && !allowed.includes(path),
    ),
  );
  if (missing.length > 0)
    throw new Error(
      `dist imports packages that are not runtime dependencies: ${[...new Set(missing.map(({ path }) => path))].join(', ')}`,
    );
}

/**
 * Drops the sources of bundled packages from our maps, and the maps of chunks that hold hardly
 * anything but sources that need none. They would be half of the package.
 */
function slimMaps() {
  for (const name of readdirSync('dist').filter((name) => name.endsWith('.map'))) {
    /** @type {{ sources: string[], sourcesContent?: (string | null)[] }} */
    const map = JSON.parse(readFileSync(join('dist', name), 'utf8'));
    const unneeded = map.sources.filter((source) => WITHOUT_MAP.test(source));
    if (unneeded.length > 0.9 * map.sources.length) {
      rmSync(join('dist', name));
      const chunk = join('dist', name.slice(0, -'.map'.length));
      const code = readFileSync(chunk, 'utf8');
      writeFileSync(chunk, code.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
      continue;
    }
    const sourcesContent = map.sourcesContent?.map((text, index) =>
      map.sources[index]?.includes('node_modules/') ? null : text,
    );
    writeFileSync(join('dist', name), JSON.stringify({ ...map, sourcesContent }));
  }
}

/**
 * Returns name, version and licence text of every bundled package.
 * @param {Output[]} outputs
 */
function notices(outputs) {
  const inputs = outputs.flatMap((output) =>
    Object.keys(output.inputs).filter((path) => output.inputs[path]?.bytesInOutput),
  );
  const folders = inputs.flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  );
  const sections = [...new Set(folders)].map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const files = readdirSync(folder).filter((file) =>
      /^(licen[cs]e|copying|notice|copyright)/i.test(file),
    );
    if (!files.some((file) => /^(licen[cs]e|copying)/i.test(file)))
      throw new Error(`${name} ${version} is bundled and has no licence text.`);
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
  });
  const line = `\n${'-'.repeat(80)}\n\n`;
  return [
    'The files beside this one contain code of the following packages, each under its own licence.\n',
    ...sections.sort(),
  ].join(line);
}

/**
 * Lets every file of types name the global types that a project may lack. Drops the imports of
 * Node's modules that the bundler leaves when it has removed what used them.
 */
function finishTypes() {
  for (const name of typeFiles()) {
    const text = readFileSync(join('dist', name), 'utf8');
    const code = text.replaceAll(/\/\*\*[\s\S]*?\*\/|"[^"\n]*"/g, '');
    const reference = /\b(?:AbortSignal|AsyncDisposable|Request|Response|URL)\b/.test(code)
      ? `/// <reference path="./${GLOBALS}" />\n`
      : '';
    writeFileSync(join('dist', name), reference + text.replaceAll(/^import 'node:\w+';\n/gm, ''));
  }
  copyFileSync(join('scripts', GLOBALS), join('dist', GLOBALS));
}

/**
 * Refuses types of jose and oauth4webapi (ESM only), which break users who compile in CommonJS, and
 * types of bundled packages and of Node, which users may not have.
 */
async function checkTypes() {
  const { default: ts } = await import('typescript');
  for (const name of typeFiles()) {
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(
      readFileSync(join('dist', name), 'utf8'),
      true,
      true,
    );
    for (const { fileName } of [...importedFiles, ...typeReferenceDirectives]) {
      const isPeer = Object.hasOwn(peerDependencies, fileName) && name === `${fileName}.d.ts`;
      if (!isPeer && !/^(\.|luxon$)/.test(fileName))
        throw new Error(`dist/${name} names types of ${fileName}, which must not be public.`);
    }
  }
}

function copyTypesForCommonJs() {
  for (const name of typeFiles()) {
    const text = readFileSync(join('dist', name), 'utf8');
    writeFileSync(
      join('dist', name.replace(/\.ts$/, '.cts')),
      text.replaceAll(/((?:from |import\()['"]\.\/[^'"]+)\.js(?=['"])/g, '$1.cjs'),
    );
  }
}

function typeFiles() {
  return readdirSync('dist').filter((name) => name.endsWith('.d.ts') && name !== GLOBALS);
}
