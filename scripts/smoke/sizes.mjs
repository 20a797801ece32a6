// How large the package is. The ceilings leave room for a year's growth; what passes one asks for a reason, or for a look at what was bundled by mistake.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { esbuild } from './bundles.mjs';
import { attempt, manifest, run } from './consumer.mjs';

/** @import { Consumer } from './consumer.mjs' */

/** In bytes. */
const CEILINGS = {
  'the tarball': 2_500_000,
  'the package, unpacked': 10_000_000,
  // For browsers: minified and gzipped, without luxon and the table of holidays.
  'the calendar': 15_000,
};

/**
 * @param {{ packedBytes: number, unpackedBytes: number }} tarball
 * @param {Consumer} consumer - with esbuild.
 */
export async function trySizes({ packedBytes, unpackedBytes }, consumer) {
  expectAtMost('the tarball', packedBytes);
  expectAtMost('the package, unpacked', unpackedBytes);
  await attempt('the calendar for a browser', async () => {
    consumer.write('calendar.js', `export * from '${manifest.name}/calendar';\n`);
    const options = ['--minify', '--format=esm', '--external:luxon', '--outfile=calendar-bundle.js'];
    await run(process.execPath, [...esbuild, 'calendar.js', ...options], consumer.folder);
    const text = readFileSync(join(consumer.folder, 'calendar-bundle.js'), 'utf8');
    const code = text.replaceAll(/(["'`])(?:\d{4} ){10,}\d{4}\1/g, '""');
    if (code === text) throw new Error('the table of holidays is not where it was');
    await expectAtMost('the calendar', gzipSync(code).length);
  });
}

/**
 * @param {keyof typeof CEILINGS} what
 * @param {number} bytes
 */
function expectAtMost(what, bytes) {
  return attempt(`the size of ${what}`, () => {
    console.log(`smoke: ${what} has ${bytes.toLocaleString('en')} bytes, at most ${CEILINGS[what].toLocaleString('en')}`);
    if (bytes > CEILINGS[what]) throw new Error('too large');
  });
}
