// The processes of a play: the sandbox of the example, and the app.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @import { AddressInfo, Socket } from 'node:net' */
/** @typedef {Awaited<ReturnType<typeof openPortal>>} Portal */
/** @typedef {Awaited<ReturnType<typeof startApp>>} App */

const shiftedClock = fileURLToPath(new URL('shifted-clock.mjs', import.meta.url));

/**
 * Starts the sandbox of the example in a process of its own, and a tunnel from the app to its API.
 * @param {string} app the folder of the app
 */
export async function openPortal(app) {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'myna-selfinfo-next-'));
  const shiftMs = await findOpenHour(app);
  const env = { SELFINFO_DIR: dir, PORT: String(port), ...shifted(shiftMs) };
  const sandbox = spawnNode(['sandbox.mjs'], app, env);
  await sandbox.says(/サンドボックス: /);
  const file = join(dir, 'environment.json');
  const site = JSON.parse(readFileSync(file, 'utf8'));
  const api = new URL(site.endpoints.apiUrl);
  const tunnel = await openTunnel(Number(api.port));
  api.port = String(tunnel.port);
  site.endpoints.apiUrl = api.origin;
  writeFileSync(file, JSON.stringify(site));
  return {
    port,
    dir,
    shiftMs,
    tunnel,
    origin: `http://localhost:${port}`,
    async close() {
      tunnel.close();
      await sandbox.end('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the built app. Without a portal there are no certificates either.
 * @param {{ folder: string, args: string[] }} server
 * @param {Portal | undefined} portal
 */
export async function startApp({ folder, args }, portal) {
  const started = spawnNode(args, folder, {
    SELFINFO_DIR: portal?.dir ?? '/nowhere',
    PORT: String(portal?.port ?? (await freePort())),
    HOSTNAME: '127.0.0.1',
    ...shifted(portal?.shiftMs ?? 0),
  });
  if (portal !== undefined)
    // `Ready` is printed before it is.
    while (!(await accepts(portal.port))) await setTimeout(50);
  return started;
}

/**
 * The sandbox closes like the real portal. Goes back to the last hours in which it is open, because
 * certificates are not valid before they are made.
 * @param {string} app
 */
async function findOpenHour(app) {
  const path = join(app, 'node_modules/myna-selfinfo/dist/calendar.js');
  const { createCalendar } = await import(pathToFileURL(path).href);
  const calendar = createCalendar();
  const isOpen = (/** @type {number} */ at) => calendar.status('local-tax', at).state === 'open';
  const HOUR_MS = 3_600_000;
  const now = Date.now();
  let at = now;
  while (!isOpen(at) || !isOpen(at + HOUR_MS)) at -= HOUR_MS;
  return at - now;
}

/** @param {number} shiftMs */
const shifted = (shiftMs) => ({
  SHIFT_MS: String(shiftMs),
  NODE_OPTIONS: `--import=${shiftedClock}`,
});

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
function spawnNode(args, cwd, env) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  /** @type {Promise<[code: number | null, signal: NodeJS.Signals | null]>} */
  const ended = new Promise((resolve) => child.once('close', (...end) => resolve(end)));
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    child.kill(signal);
    return ended;
  };
  return {
    output: () => output,
    ended,
    end,
    /** @param {RegExp} pattern */
    async says(pattern) {
      while (!pattern.test(output))
        if ((await Promise.race([ended, once(child.stdout, 'data')])).length === 2)
          throw new Error(`ended early\n${output}`);
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Returns whether a server listens.
 * @param {number} port
 */
export async function accepts(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Passes connections on to a port, and can hold new ones.
 * @param {number} to
 */
async function openTunnel(to) {
  /** @type {Set<Socket>} */
  const sockets = new Set();
  /** @type {(() => void)[] | undefined} */
  let held;
  const server = createServer((socket) => {
    const pass = () => {
      const other = connect(to, '127.0.0.1');
      for (const one of [socket, other]) {
        sockets.add(one);
        one.on('error', () => one.destroy()).on('close', () => sockets.delete(one));
      }
      socket.pipe(other).pipe(socket);
    };
    if (held === undefined) pass();
    else held.push(pass);
    server.emit('passed');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: /** @type {AddressInfo} */ (server.address()).port,
    /** Holds connections from now on. Resolves when one is held. */
    hold() {
      held = [];
      return once(server, 'passed');
    },
    release() {
      for (const pass of held ?? []) pass();
      held = undefined;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
