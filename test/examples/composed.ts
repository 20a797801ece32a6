import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { startFaultProxy } from '../kit/fault-proxy.js';
import { findPart } from '../kit/machine.js';
import { openPostgres } from '../kit/postgres.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/compose');
const read = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');
const shiftedClock = join(root, 'test/matrix/nextjs/shifted-clock.mjs');

/** A Tuesday on which every server of the service runs. */
const OPEN = '2026-12-01T10:00:00+09:00';

/** What this test reads of compose.yaml. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}
interface ComposeService {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly build?: { readonly target: string };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly secrets?: readonly string[];
  readonly stop_grace_period?: string;
}

export const composeFile: ComposeFile = parse(read('compose/compose.yaml'), { merge: true });

/** Returns what the Dockerfile declares for one of its stages. */
export function readStage(name: string) {
  const text = read('compose/Dockerfile').replaceAll('\\\n', ' ');
  const stage = text.split(/^FROM /m).find((part) => part.split('\n')[0]?.endsWith(` AS ${name}`));
  const of = (instruction: string) =>
    [...(stage ?? '').matchAll(new RegExp(`^${instruction} +(.*)$`, 'gm'))].map(
      ([, value = '']) => value,
    );
  const list = (text = '[]'): string[] => JSON.parse(text.slice(text.indexOf('[')));
  return {
    env: Object.fromEntries(
      of('ENV')
        .flatMap((pairs) => pairs.split(' '))
        .map(pairOf),
    ),
    runs: of('RUN'),
    command: list(of('CMD')[0]),
    healthcheck: list(of('HEALTHCHECK')[0]),
    user: of('USER')[0],
  };
}

/** Returns the manifests of Kubernetes. It reads YAML 1.1, where 0440 is octal. */
export const readManifests = () =>
  parseAllDocuments(read('kubernetes/loan.yaml'), { version: '1.1' }).map((one) => one.toJS());

/** Returns the values of a setting in a file of the systemd example. */
export const readUnit = (name: string, setting: string): string[] =>
  [...read(`systemd/${name}`).matchAll(new RegExp(`^${setting}=(.*)$`, 'gm'))].map(
    ([, value = '']) => value,
  );

/** Returns the variables that the app has in Kubernetes, and as the first instance of systemd. */
const deployed: Readonly<Record<'kubernetes' | 'systemd', () => Variables>> = {
  kubernetes: () => readManifests().find(({ kind }) => kind === 'ConfigMap').data,
  systemd: () =>
    Object.fromEntries([
      ...read('systemd/myna-loan.env')
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map(pairOf),
      ...readUnit('myna-loan@.service', 'Environment')
        .flatMap((line) => line.replaceAll('%i', '1').split(' '))
        .map(pairOf),
    ]),
};

function pairOf(text: string): [string, string] {
  const [name = ''] = text.split('=', 1);
  return [name, text.slice(name.length + 1)];
}

export type Compose = Awaited<ReturnType<typeof openCompose>>;
export type Running = ReturnType<typeof start>;
type Variables = Readonly<Record<string, string>>;

/**
 * Runs what compose.yaml and its Dockerfile say as processes of this machine. Only names, ports and
 * paths of containers are replaced. PostgreSQL is the one of the run.
 */
export async function openCompose() {
  const folder = mkdtempSync(join(tmpdir(), 'myna-compose-'));
  const [app, health, pages, api, redisPort] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const places: readonly (readonly [RegExp, string])[] = [
    [/(?<=^|=)\/sandbox(?=\/|$)/g, join(folder, 'sandbox')],
    [/^\/run\/secrets(?=\/)/g, join(folder, 'secrets')],
    [/\b3000\b/g, String(app)],
    [/\b9090\b/g, String(health)],
    [/\b8080\b/g, String(pages)],
    [/\b8443\b/g, String(api)],
    [/\bredis:6379\b/g, `127.0.0.1:${redisPort}`],
  ];
  const here = (text: string) =>
    places.reduce((replaced, [place, local]) => replaced.replaceAll(place, local), text);
  const running: Running[] = [];
  const clock = {
    NODE_OPTIONS: `--import=${shiftedClock}`,
    SHIFT_MS: String(Date.parse(OPEN) - Date.now()),
  };
  const launch = (command: readonly string[], env: Variables = {}, cwd = join(folder, 'app')) => {
    const started = start(command, { ...clock, ...env }, cwd);
    running.push(started);
    return started;
  };

  async function stop() {
    for (const one of running.reverse()) await one.end('SIGKILL');
    await tunnel.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  const tunnel = await startFaultProxy(() => api);
  const postgres = await openPostgres();
  const { host: PGHOST, user: PGUSER, database: PGDATABASE } = postgres.connection;
  const local: Variables = {
    PGHOST,
    PGUSER,
    PGDATABASE,
    SELFINFO_API_URL: `https://127.0.0.1:${tunnel.port}`,
  };

  /** Starts a service with the command and the variables of the files. */
  function run(name: string, env: Variables = {}): Running {
    const { command, environment = {}, build } = composeFile.services[name] ?? {};
    const stage = readStage(build?.target ?? '');
    const variables = Object.entries({ ...stage.env, ...environment }).map(
      ([variable, value]): [string, string] => [variable, here(value)],
    );
    return launch((command ?? stage.command).map(here), {
      ...Object.fromEntries(variables),
      ...(name === 'sandbox' ? {} : local),
      ...env,
    });
  }

  async function open() {
    await build(folder, here);
    mkdirSync(join(folder, 'redis'));
    const [, ...redisArgs] = composeFile.services.redis?.command ?? [];
    const redis = launch([
      findPart('redis-server').path(),
      ...redisArgs.map(here),
      ...['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', join(folder, 'redis')],
    ]);
    const [, redisCli = '', ...ping] = composeFile.services.redis?.healthcheck?.test ?? [];
    await untilHealthy(redis, () => launch([redisCli, '-p', String(redisPort), ...ping]));
    const sandbox = run('sandbox');
    await untilHealthy(sandbox, () => launch(readStage('sandbox').healthcheck.map(here)));
    expectZero(await run('migrate').ended);
  }

  await open().catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    folder,
    launch,
    run,
    /** Runs the HEALTHCHECK of the app's image. Returns its exit code. */
    checkHealth: async () => (await launch(readStage('app').healthcheck.map(here)).ended).code,
    /** Starts the app with the variables of another deployment, whose servers and files are here. */
    deploy(platform: keyof typeof deployed, more: Variables = {}): Running {
      const variables = Object.entries(deployed[platform]()).map(([name, value]) => {
        if (!name.endsWith('_FILE')) return [name, value];
        const file = basename(value);
        return [name, join(folder, file.endsWith('.pem') ? 'sandbox' : 'secrets', file)];
      });
      const { env, command } = readStage('app');
      return launch(command, {
        ...Object.fromEntries(variables),
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)])),
        ...local,
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
        PGSSLMODE: 'disable',
        ...more,
      });
    },
    tunnel,
    postgres,
    origin: `http://localhost:${app}`,
    probes: `http://127.0.0.1:${health}`,
    /** Starts the app and waits until it is ready. */
    async runApp(env: Variables = {}) {
      const started = run('app', env);
      await started.says(/"outcome":"started"/);
      return started;
    },
    stop,
  };
}

/** Does what the Dockerfile does, with the packages of this repository in place of `npm ci`. */
async function build(folder: string, here: (text: string) => string): Promise<void> {
  const app = join(folder, 'app');
  cpSync(example, app, { recursive: true });
  // The head of compose.yaml says what a reader installs.
  const head = read('compose/compose.yaml');
  const installed = [...head.matchAll(/^# {3}npm install (?:--save-dev )?(.+)$/gm)].flatMap(
    ([, names = '']) => names.split(' '),
  );
  for (const name of installed) {
    const link = join(app, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === 'myna-selfinfo' ? root : join(root, 'node_modules', name), link);
  }
  mkdirSync(join(app, 'node_modules/.bin'));
  symlinkSync('../typescript/bin/tsc', join(app, 'node_modules/.bin/tsc'));
  writeFileSync(join(app, 'package.json'), '{"type":"module"}');
  const registration = join(app, 'registration.json');
  writeFileSync(registration, here(readFileSync(registration, 'utf8')));
  const runs = readStage('build').runs.filter((command) => !command.startsWith('npm '));
  for (const command of runs) expectZero(await start(['sh', '-ec', command], {}, app).ended);
  expectZero(await start(['node', 'secrets.mjs', join(folder, 'secrets')], {}, app).ended);
}

function expectZero({ code, output }: Ended): void {
  if (code !== 0) throw new Error(`exit code ${code}\n${output}`);
}

/** Runs the health check of a server until it succeeds. Throws when the server has ended. */
async function untilHealthy(server: Running, check: () => Running): Promise<void> {
  while ((await check().ended).code !== 0)
    if (server.isOver()) throw new Error(`ended early\n${server.output()}`);
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Starts a process with these variables only, and collects what it prints. */
function start([program = '', ...args]: readonly string[], env: Variables, cwd: string) {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn(program === 'node' ? process.execPath : program, args, {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${PATH}`, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
      child.emit('printed');
    });
  let isOver = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      isOver = true;
      child.emit('printed');
      resolve({ code, output });
    });
  });
  return {
    ended,
    isOver: () => isOver,
    output: () => output,
    /** Resolves when the output matches. Rejects when the process ends before. */
    async says(pattern: RegExp): Promise<void> {
      while (!pattern.test(output)) {
        if (isOver) throw new Error(`ended early\n${output}`);
        await once(child, 'printed');
      }
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    end(signal: NodeJS.Signals) {
      child.kill(signal);
      return ended;
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
