import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../house/sources.js';
import { usualCredentials } from '../kit/usual-credentials.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'myna-packages-'));
const canary = 'canary-of-the-package';

/** The packages that are loaded on first use, and which step of the program needs them. */
const lazy = {
  undici: ['ready', 'begin', 'complete'],
  oauth4webapi: ['ready', 'begin', 'complete'],
  jose: ['seal'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  'write-excel-file': ['xlsx'],
} as const;
type Lazy = keyof typeof lazy;

/** The state of a package in `node_modules`. An esbuild ES module has no `require`. */
const states = {
  missing: undefined,
  broken: `throw new Error('${canary}');`,
  bundled: `throw new Error('Dynamic require of "node:assert" is not supported');`,
} as const;
type State = keyof typeof states;

const place = (name: Lazy, state: State) => join(folder, `${name}-${state}`);

beforeAll(() => {
  for (const name of Object.keys(lazy) as Lazy[])
    for (const state of Object.keys(states) as State[]) install(name, state);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a project with the built package and its dependencies, of which one is not as it should. */
function install(name: Lazy, state: State) {
  const modules = join(place(name, state), 'node_modules');
  mkdirSync(join(modules, 'myna-selfinfo'), { recursive: true });
  cpSync(join(root, 'package.json'), join(modules, 'myna-selfinfo/package.json'));
  cpSync(join(root, 'dist'), join(modules, 'myna-selfinfo/dist'), {
    recursive: true,
    filter: (path) => !/\.(map|cjs|cts|d\.ts)$/.test(path),
  });
  for (const dependency of [...Object.keys(lazy), 'luxon', 'zod'])
    if (dependency !== name)
      symlinkSync(join(root, 'node_modules', dependency), join(modules, dependency));
  const code = states[state];
  if (code !== undefined) {
    mkdirSync(join(modules, name));
    writeFileSync(
      join(modules, name, 'package.json'),
      '{ "type": "module", "exports": { "./*": "./index.js", ".": "./index.js" } }',
    );
    writeFileSync(join(modules, name, 'index.js'), code);
  }
  writeFileSync(join(place(name, state), 'program.mjs'), program);
}

/** Prints, for each step, the error and which functions of the client's store were called. */
const program = `
import { createSelfInfoClient, defineService, sandboxEnvironment } from 'myna-selfinfo';
import { createRetrievalQueue } from 'myna-selfinfo/bullmq';
import { planOnboarding } from 'myna-selfinfo/onboarding';
import { createRedisStore } from 'myna-selfinfo/redis';
import { toXlsx } from 'myna-selfinfo/xlsx';
const calls = [];
const store = Object.fromEntries(
  ['put', 'get', 'take', 'delete'].map((name) => [name, async () => void calls.push(name)]),
);
const clientId = 'SP12345678_AB1234';
const redirectUri = 'https://loan.example/callback';
const issuer = 'https://portal.example';
const client = createSelfInfoClient({
  service: defineService({
    name: '住宅ローン事前審査',
    purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
    retention: { days: 30 },
    items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
  }),
  environment: sandboxEnvironment({
    clientId,
    redirectUri,
    issuer,
    endpoints: { browserUrl: issuer, apiUrl: 'https://127.0.0.1:1' },
  }),
  tls: JSON.parse(process.env.TLS),
  store,
});
const keys = { current: '1', keys: { 1: Buffer.alloc(32, 7).toString('base64url') } };
const send = async () => void calls.push('redis');
const redis = createRedisStore({ client: { evalsha: send, eval: send, mget: send, del: send }, keys });
const vault = { put: async () => void calls.push('vault'), has: async () => false };
const rate = { max: 1, perMs: 1 };
const queue = createRetrievalQueue({ connection: { port: 1 }, client, vault, rate });
const sessionBinding = 'the session of this browser';
const callback = redirectUri + '?' + new URLSearchParams({ code: 'a', state: 'b', iss: issuer });
const steps = {
  ready: () => client.ready(),
  begin: () => client.beginConsent({ sessionBinding }),
  complete: () => client.completeConsent(callback, { sessionBinding }),
  seal: () => redis.put('key', 'value', Date.now() + 60_000),
  queue: () => queue.state('id'),
  xlsx: () => toXlsx(planOnboarding({ goLive: '2027-04-01' })),
};
for (const step of process.argv.slice(2)) {
  calls.length = 0;
  const error = await steps[step]().then(() => ({}), (error) => error);
  const { code, path, effect, message, messageJa, cause } = error;
  console.log(JSON.stringify({ step, code, path, effect, message, messageJa, cause, calls }));
}
process.exit();
`;

interface Printed {
  readonly step: string;
  readonly message: string;
  readonly messageJa: string;
}

/** Takes the steps that need a package. Returns what was printed, as text and parsed. */
async function stepsOf(name: Lazy, state: State): Promise<{ text: string; printed: Printed[] }> {
  const {
    client: { cert, key },
  } = await usualCredentials();
  const options = {
    cwd: place(name, state),
    env: { ...process.env, TLS: JSON.stringify({ cert, key }) },
  };
  const { stdout } = await run(process.execPath, ['program.mjs', ...lazy[name]], options);
  const printed = stdout.trim().split('\n');
  return { text: stdout, printed: printed.map((line): Printed => JSON.parse(line)) };
}

describe.each(Object.keys(lazy) as Lazy[])('the package %s', (name) => {
  it.each<[State, string, string, string]>([
    ['missing', 'package_missing', `npm install ${name}`, `npm install ${name}`],
    [
      'broken',
      'package_unusable',
      'the bundle leaves it unchanged',
      'バンドル時に変更されていないか',
    ],
    ['bundled', 'package_unusable', 'createRequire as requireFrom', 'createRequire as requireFrom'],
  ])(
    'that is %s is named before anything is stored, taken or sent',
    async (state, code, en, ja) => {
      const { text, printed } = await stepsOf(name, state);
      const facts = { code, path: name, effect: 'none', calls: [] };
      expect(printed).toMatchObject(lazy[name].map((step) => ({ step, ...facts })));
      for (const { message, messageJa } of printed) {
        expect(message).toContain(en);
        expect(messageJa).toContain(ja);
      }
      expect(text).not.toContain(canary);
      expect(text).not.toContain('"cause"');
    },
  );
});
