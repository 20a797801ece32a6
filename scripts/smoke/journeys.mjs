// Bundles a bank with every bundler and format, and runs it, and programs of other parts, on every
// runtime. Each journey goes over mutual TLS to a sandbox in another process. What was run goes into
// the table of docs/runtimes.md.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { service } from '../../test/matrix/programs/service.mjs';
import { builds } from './builds.mjs';
import { attempt, createConsumer, manifest, results, root, run } from './consumer.mjs';

/** @import { Consumer } from './consumer.mjs' */
/** @import { Node } from './nodes.mjs' */

/** @typedef {{ name: string, version: string, command: string, args: string[], trust?: string[] }} Runtime */

const programs = join(root, 'test/matrix/programs');

/** What each program prints, worked out by hand. The second callback of a browser is a repetition. */
const cells = {
  calendar: 'ok',
  'in-process': 'present data_erased',
  bank: 'present',
  express: 'present replayed',
};

/**
 * @param {string} tarball
 * @param {readonly Node[]} nodes
 */
export async function tryJourneys(tarball, nodes) {
  const consumer = createConsumer('journeys');
  const peers = ['express', 'ioredis'].map((name) => `${name}@${manifest.devDependencies[name]}`);
  await consumer.install(tarball, ...peers);
  cpSync(programs, consumer.folder, { recursive: true });
  const stage = await openStage();
  try {
    await Promise.all([tryBundlers(consumer, stage), tryRuntimes(consumer, stage, nodes)]);
  } finally {
    await stage.close();
  }
}

/** @typedef {Awaited<ReturnType<typeof openStage>>} Stage */

/** Starts the sandbox, and Redis where it is installed. */
async function openStage() {
  /** @type {typeof import('../../src/sandbox/index.js')} */
  const { startSandbox } = await import(pathToFileURL(join(root, 'dist/sandbox.js')).href);
  const clientId = 'SP12345678_AB1234';
  const redirectUris = ['http://localhost:3000/callback'];
  const sandbox = await startSandbox({ registrations: [{ clientId, redirectUris, service }] });
  const redis = await openRedis();
  const {
    environment,
    // Not shown by JSON.
    tls: { cert, key },
  } = sandbox.connection;
  const { redirectUri, endpoints, issuer, ca } = environment;
  const site = { clientId, redirectUri, endpoints, issuer, ca };
  return {
    redis,
    /**
     * Runs a program, and visits the portal for it. Resolves to its last line.
     * @param {string} folder
     * @param {string} command
     * @param {readonly string[]} args
     * @returns {Promise<string>}
     */
    async play(folder, command, args) {
      const child = spawn(command, args, {
        cwd: folder,
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: 240_000,
        killSignal: 'SIGKILL',
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
      child.on('error', (error) => (stderr += error.message));
      // A program that needs no input ends without reading it.
      child.stdin.on('error', () => undefined);
      child.stdin.write(`${JSON.stringify({ site, tls: { cert, key }, redis: redis?.port })}\n`);
      let last = '';
      for await (const line of createInterface({ input: child.stdout })) {
        last = line;
        if (line.startsWith('visit '))
          child.stdin.write(`${await sandbox.visit(line.slice(6), { persona: 'hanako' })}\n`);
      }
      return last === '' || last.startsWith('visit ') ? `${last}\n${stderr}` : last;
    },
    async close() {
      redis?.close();
      await sandbox.close();
    },
  };
}

async function openRedis() {
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .map((part) => join(part, 'redis-server'))
    .find(existsSync);
  if (program === undefined) {
    if (process.env.CI) throw new Error('CI needs redis-server.');
    console.log('smoke: redis-server is missing, so Express was not tried');
    return undefined;
  }
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (free.address());
  await new Promise((resolve) => free.close(resolve));
  const server = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', join(root, 'dist')],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  for await (const line of createInterface({ input: server.stdout }))
    if (line.includes('Ready to accept connections')) break;
  server.stdout.resume();
  return { port, close: () => void server.kill('SIGKILL') };
}

/**
 * @param {Consumer} consumer
 * @param {Stage} stage
 */
async function tryBundlers({ folder }, stage) {
  const tools = await installTools('bundlers');
  // Away from node_modules, so that a bundle stands alone.
  const { folder: out } = createConsumer('bundles');
  for (const { tool, format, build, file, banner } of builds(
    tools,
    join(folder, 'bank-child.mjs'),
    out,
  ))
    await attempt(`${tool} (${format})`, async () => {
      await build();
      const last = await stage.play(out, process.execPath, [file]);
      if (banner) {
        // Before anybody is at the portal, with the line that mends it.
        const expected = 'error package_unusable none The package undici cannot be used.';
        if (!last.startsWith(expected) || !last.includes(banner)) throw new Error(last);
      } else if (last !== `result ${cells.bank}`) throw new Error(last);
      results.push({
        tool,
        version: versionOf(tools, tool),
        format,
        result: banner ? 'refused: package_unusable' : 'journey',
      });
    });
}

/**
 * @param {Consumer} consumer
 * @param {Stage} stage
 * @param {readonly Node[]} nodes
 */
async function tryRuntimes({ folder }, stage, nodes) {
  const tools = await installTools('runtimes');
  const [os, cpu] = [process.platform, process.arch];
  const libc = os === 'linux' ? '-glibc' : '';
  const bun = join(tools, `node_modules/@oven/bun-${os}-${cpu}/bin/bun`);
  const deno = join(tools, `node_modules/@deno/${os}-${cpu}${libc}/deno`);
  /** @type {Runtime[]} */
  const others = [
    {
      name: 'Bun',
      version: versionOf(tools, 'bun'),
      command: bun,
      args: ['--bun'],
      trust: ['server-names', 'tls'],
    },
    {
      name: 'Deno',
      version: versionOf(tools, 'deno'),
      command: deno,
      args: ['run', '-A'],
      // Servers on Deno choose their ciphers themselves, so that they cannot offer weak ones.
      trust: ['server-names', 'transport-trust'],
    },
  ];
  /** @type {Runtime[]} */
  const all = [
    ...nodes.map(({ path, version }) => ({
      name: 'Node.js',
      version: version.slice(1),
      command: path,
      args: [],
    })),
    ...others,
  ];
  for (const { name, version, command, args } of all)
    for (const [cell, expected] of Object.entries(cells)) {
      if (cell === 'express' && stage.redis === undefined) continue;
      await attempt(`${cell} on ${name} ${version}`, async () => {
        const last = await stage.play(folder, command, [...args, `${cell}-child.mjs`]);
        if (last !== `result ${expected}`) throw new Error(last);
        results.push({ tool: name, version, format: cell, result: 'ok' });
      });
    }
  // Which servers a client trusts, and with which TLS.
  for (const { name, version, command, args, trust = [] } of others)
    await attempt(`the tests of trust on ${name} ${version}`, async () => {
      const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', '!types'];
      const files = trust.map((file) => `test/net/${file}.test.ts`);
      await run(command, [...args, ...vitest, ...files], root);
      results.push({ tool: name, version, format: 'trust', result: 'ok' });
    });
}

/**
 * Installs the tools of a folder of test/matrix, as its lock file says.
 * @param {string} name
 */
async function installTools(name) {
  const { folder } = createConsumer(name);
  cpSync(join(root, 'test/matrix', name), folder, { recursive: true });
  await run(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    folder,
  );
  return folder;
}

/**
 * @param {string} folder
 * @param {string} tool
 * @returns {string}
 */
function versionOf(folder, tool) {
  const file = join(folder, 'node_modules', tool, 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
