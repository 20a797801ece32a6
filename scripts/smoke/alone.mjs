// What holds when nothing else is installed: two copies of the package know each other's errors,
// and a missing peer is named at its own door only.
import { doors, manifest, peers } from './consumer.mjs';

/** @import { Consumer } from './consumer.mjs' */

/** Another name under which the same tarball is installed. */
export const COPY = `${manifest.name}-copy`;

/** @param {Consumer} consumer - with two copies of the package and no peer. */
export async function tryAlone({ write, attempt }) {
  write('copies.mjs', copies);
  const title = 'two copies, ESM and CommonJS, agree on isSelfInfoError';
  await Promise.all([
    attempt(title, process.execPath, 'copies.mjs'),
    ...doors.flatMap((door, index) => {
      write(`door-${index}.mjs`, withoutPeer(door, `import('${door}')`));
      write(`door-${index}.cjs`, withoutPeer(door, `(async () => require('${door}'))()`));
      return ['mjs', 'cjs'].map((format) =>
        attempt(`${door} without peers as ${format}`, process.execPath, `door-${index}.${format}`),
      );
    }),
  ]);
}

const copies = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const copies = [];
for (const name of ['${manifest.name}', '${COPY}']) copies.push(await import(name), require(name));
if (new Set(copies.map(({ SelfInfoError }) => SelfInfoError)).size !== 4) throw new Error('these are not four copies');
for (const { fiscalYear } of copies) {
  try {
    fiscalYear(1);
  } catch (error) {
    if (copies.every(({ isSelfInfoError }) => isSelfInfoError(error, error.code) && !isSelfInfoError(error, 'grant_used'))) continue;
  }
  throw new Error('not told apart');
}
if (copies.some(({ isSelfInfoError }) => isSelfInfoError(new Error('invalid_option')))) throw new Error('every error counts');
`;

/**
 * The door loads, or it is a peer's own and Node names that peer.
 * @param {string} door
 * @param {string} load
 */
function withoutPeer(door, load) {
  const peer = peers.find((name) => door === `${manifest.name}/${name}`);
  return `${load}.then(
  (door) => Object.keys(door).length || process.exit(1),
  (error) => {
    const isNamed = ${JSON.stringify(peer ?? null)} !== null && /^Cannot find (?:package|module) '${peer}'/.test(error.message);
    if (!isNamed) throw error;
  },
);
`;
}
