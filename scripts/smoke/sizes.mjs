// Measures the size of the package. The ceilings leave room for a year's growth. Above one, find
// the reason, or look for code that was bundled by mistake.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { esbuild } from './bundles.mjs';
import { attempt, manifest, run } from './consumer.mjs';

/** @import { Consumer } from './consumer.mjs' */

/**
 * In bytes. Browser bundles are minified and gzipped, without luxon and the table of holidays. Each
 * includes the texts of all errors, 5 kB.
 */
const CEILINGS = {
  'the tarball': 3_200_000,
  'the package, unpacked': 12_000_000,
  'the calendar alone': 30_000,
  'the calendar with pictures and feeds': 45_000,
};

/**
 * @param {{ packedBytes: number, unpackedBytes: number }} tarball
 * @param {Consumer} consumer - with esbuild.
 */
export async function trySizes({ packedBytes, unpackedBytes }, consumer) {
  await expectAtMost('the tarball', packedBytes);
  await expectAtMost('the package, unpacked', unpackedBytes);
  await expectBundled(consumer, 'the calendar alone', '{ createCalendar }');
  await expectBundled(consumer, 'the calendar with pictures and feeds', '*');
}

/**
 * @param {Consumer} consumer
 * @param {keyof typeof CEILINGS} what
 * @param {string} names - of the entry point.
 */
function expectBundled({ folder, write }, what, names) {
  return attempt(`bundling ${what}`, async () => {
    write('calendar.js', `export ${names} from '${manifest.name}/calendar';\n`);
    const options = [
      '--minify',
      '--format=esm',
      '--external:luxon',
      '--outfile=calendar-bundle.js',
    ];
    await run(process.execPath, [...esbuild, 'calendar.js', ...options], folder);
    const text = readFileSync(join(folder, 'calendar-bundle.js'), 'utf8');
    const code = text.replaceAll(/(["'`])(?:\d{4} ){10,}\d{4}\1/g, '""');
    if (code === text) throw new Error('the table of holidays was not found');
    await expectAtMost(what, gzipSync(code).length);
  });
}

/**
 * @param {keyof typeof CEILINGS} what
 * @param {number} bytes
 */
function expectAtMost(what, bytes) {
  return attempt(`the size of ${what}`, () => {
    // Printed on success too, so that slow growth is noticed.
    console.log(
      `smoke: ${what} has ${bytes.toLocaleString('en')} bytes of at most ${CEILINGS[what].toLocaleString('en')}`,
    );
    if (bytes > CEILINGS[what]) throw new Error('too large');
  });
}
