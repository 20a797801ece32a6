// Runs the tests of the peers with the versions that are installed in a folder: `node
// test/matrix/run.mjs folder`, where the folder is a copy of one beside this file, after `npm ci`.
// While it runs, node_modules links to those versions, so run nothing else meanwhile.
import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The tests that need a peer, as Vitest filters them. */
const tests = {
  bullmq: ['test/bullmq/'],
  ioredis: ['test/bullmq/', 'test/stores/'],
  msw: ['test/msw.test.ts'],
  pg: ['test/vault/pg/'],
  redis: ['test/stores/'],
  sharp: ['test/calendar/print/png.test.ts'],
  'write-excel-file': ['test/onboarding/xlsx/'],
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(process.argv[2] ?? '');
const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** @param {string} peer */
function needsNewerNode(peer) {
  const { engines } = JSON.parse(
    readFileSync(join(folder, 'node_modules', peer, 'package.json'), 'utf8'),
  );
  const [, lowest = '0'] = /(\d+)/.exec(engines?.node ?? '') ?? [];
  return Number(lowest) > Number.parseInt(process.versions.node, 10);
}

if (lstatSync(join(root, 'node_modules')).isSymbolicLink())
  throw new Error('node_modules is shared with another folder. Run `npm ci` here first.');
const peers = /** @type {(keyof typeof tests)[]} */ (
  Object.keys(dependencies).filter((peer) => !needsNewerNode(peer))
);
console.log(peers.map((peer) => `${peer} ${dependencies[peer]}`).join(', '));
const undo = peers.map(link);
process.once('exit', () => {
  for (const one of undo) one();
});
// Vitest gets the signal too. Its end ends this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => undefined);
const { status } = spawnSync(
  process.execPath,
  [
    ...['node_modules/vitest/vitest.mjs', 'run', '--project', '!types'],
    ...new Set(peers.flatMap((peer) => tests[peer])),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;

/**
 * Puts a peer into node_modules. Returns the function that undoes it.
 * @param {string} peer
 */
function link(peer) {
  const used = join(root, 'node_modules', peer);
  const aside = join(root, 'node_modules', `.${peer}-aside`);
  renameSync(used, aside);
  symlinkSync(join(folder, 'node_modules', peer), used);
  return () => {
    unlinkSync(used);
    renameSync(aside, used);
  };
}
