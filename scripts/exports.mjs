// Writes the maps of package.json from entry-points.json: `node scripts/exports.mjs`. With --check
// it fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs';

const manifestUrl = new URL('../package.json', import.meta.url);
/** @type {Record<string, string>} */
const entryPoints = JSON.parse(readFileSync(new URL('entry-points.json', import.meta.url), 'utf8'));
const text = readFileSync(manifestUrl, 'utf8');
const manifest = JSON.parse(text);

manifest.exports = Object.fromEntries([
  ...Object.keys(entryPoints).map((name) => [name, conditions(name)]),
  ['./package.json', './package.json'],
]);
// TypeScript's `moduleResolution: node10` does not read exports.
manifest.typesVersions = {
  '*': Object.fromEntries(
    Object.keys(entryPoints)
      .filter((name) => name !== '.')
      .map((name) => [name.slice(2), [`${fileOf(name)}.d.ts`]]),
  ),
};
const written = `${JSON.stringify(manifest, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(manifestUrl, written);
else if (written !== text) {
  console.error('The maps of package.json differ: run `node scripts/exports.mjs`.');
  process.exitCode = 1;
}

/** @param {string} name */
function fileOf(name) {
  return `./dist/${name === '.' ? 'index' : name.slice(2)}`;
}

/** @param {string} name */
function conditions(name) {
  const file = fileOf(name);
  return {
    import: { types: `${file}.d.ts`, default: `${file}.js` },
    require: { types: `${file}.d.cts`, default: `${file}.cjs` },
  };
}
