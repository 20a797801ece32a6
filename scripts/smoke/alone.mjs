// Tries the package alone: two copies recognize each other's errors, and only the entry point of a
// missing peer names that peer.
import { entryPoints, manifest, peers } from './consumer.mjs';

/** @import { Consumer } from './consumer.mjs' */

/** Another name for the same tarball. */
export const COPY = `${manifest.name}-copy`;

/** @param {Consumer} consumer - with two copies of the package and no peer. */
export async function tryAlone({ write, attempt }) {
  write('copies.mjs', copies);
  const title = 'two copies, ESM and CommonJS, agree on isSelfInfoError';
  await Promise.all([
    attempt(title, process.execPath, 'copies.mjs'),
    ...entryPoints.flatMap((entryPoint, index) => {
      write(`entry-point-${index}.mjs`, withoutPeer(entryPoint, `import('${entryPoint}')`));
      write(
        `entry-point-${index}.cjs`,
        withoutPeer(entryPoint, `(async () => require('${entryPoint}'))()`),
      );
      return ['mjs', 'cjs'].map((format) =>
        attempt(
          `${entryPoint} without peers as ${format}`,
          process.execPath,
          `entry-point-${index}.${format}`,
        ),
      );
    }),
  ]);
}

const copies = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const copies = [];
for (const name of ['${manifest.name}', '${COPY}']) copies.push(await import(name), require(name));
if (new Set(copies.map(({ SelfInfoError }) => SelfInfoError)).size !== 4) throw new Error('there are not four copies');
for (const { fiscalYear } of copies) {
  try {
    fiscalYear(1);
  } catch (error) {
    if (copies.every(({ isSelfInfoError }) => isSelfInfoError(error, error.code) && !isSelfInfoError(error, 'grant_used'))) continue;
  }
  throw new Error('codes are not distinguished');
}
if (copies.some(({ isSelfInfoError }) => isSelfInfoError(new Error('invalid_option')))) throw new Error('isSelfInfoError accepts any error');
`;

/**
 * Returns a program that loads an entry point, or checks that Node names its missing peer.
 * @param {string} entryPoint
 * @param {string} load
 */
function withoutPeer(entryPoint, load) {
  const peer = peers.find((name) => entryPoint === `${manifest.name}/${name}`);
  return `${load}.then(
  (entryPoint) => Object.keys(entryPoint).length || process.exit(1),
  (error) => {
    const isNamed = ${JSON.stringify(peer ?? null)} !== null && /^Cannot find (?:package|module) '${peer}'/.test(error.message);
    if (!isNamed) throw error;
  },
);
`;
}
