import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPart } from '../kit/machine.js';
import { openPostgres, type PostgresDatabase } from '../kit/postgres.js';
import { openRedis, type RedisDatabase } from '../kit/redis.js';
import { type Block, blocksOf } from './blocks.js';
import { pages, root } from './sources.js';

/**
 * Programs that only the reader can run, by what they need. Programs with a `declare` leave
 * something to the reader explicitly and are skipped anyway.
 */
const programsOfTheReader: Readonly<Record<string, string>> = {
  "readFileSync('/etc/loan/assertion.key', 'utf8'), alg": 'reads the key of a provider',
};

/**
 * Commands that run elsewhere or cannot run here, by their beginning. Those that `.ci/run` runs are
 * not listed.
 */
const commandsElsewhere: Readonly<Record<string, string>> = {
  'npm run demo -- --serve': 'serves until it is stopped: test/examples/examples.test.ts',
  'npx tsx examples/web/start.ts': 'serves until it is stopped: test/examples/web.test.ts',
  'npx myna-selfinfo sandbox':
    'serves until it is stopped: test/cli/sandbox.test.ts, with and without files',
  'npm run bench': 'measures for minutes, and no figure is right or wrong',
  'npm run test:soak': 'the tests of npm test, for hours',
  'npm run test:mutation': 'runs for hours, and no figure is right or wrong',
  'npm version': 'makes a release',
  'git push': 'makes a release',
};

const npxCommand = /^npx myna-selfinfo\b/;

/** Returns the code without types and comments. A program that both languages share runs once. */
function asJavaScript({ code }: Block): string {
  const options = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    removeComments: true,
    verbatimModuleSyntax: true,
  };
  return ts.transpileModule(code, { compilerOptions: options }).outputText;
}

/**
 * Returns what a program says that it prints, in order: the words after a line that prints, up to
 * the first character that is not part of a word.
 */
function printedBy({ code }: Block): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ ((?:[\w.+:-]*\w)(?: [\w.+:-]*\w)*)/g)].map(
    ([, said = '']) => said,
  );
}

const isLeftToReader = ({ code }: Block): boolean => /^(?:export )?declare /m.test(code);

/** Removes duplicates and keeps the first place of each. */
function distinct(
  found: readonly (readonly [text: string, place: string])[],
): { text: string; place: string }[] {
  const places = new Map([...found].reverse());
  return [...places].reverse().map(([text, place]) => ({ text, place }));
}

const found = pages
  .flatMap((page) => blocksOf(page, 'ts', 'typescript'))
  .filter(
    (block) =>
      !isLeftToReader(block) &&
      !Object.keys(programsOfTheReader).some((part) => block.code.includes(part)),
  )
  .map((block) => ({
    text: asJavaScript(block),
    place: `${block.path}:${block.line}`,
    prints: printedBy(block),
  }));
const programs = distinct(found.map(({ text, place }) => [text, place]));
/** Returns what the pages of both languages say that a program prints. */
const promisesOf = (program: string) =>
  found.flatMap(({ text, prints }) => (text === program ? [prints] : []));

/** Returns the promised texts that are missing. Each must begin a line below the previous one. */
function unsaid(stdout: string, promises: readonly string[]): readonly string[] {
  const lines = stdout.split('\n');
  let from = 0;
  const missing = promises.findIndex((promise) => {
    const found = lines.findIndex(
      (line, index) => index >= from && `${line} `.startsWith(`${promise} `),
    );
    from = found + 1;
    return found < 0;
  });
  return missing < 0 ? [] : promises.slice(missing);
}

/** Returns the commands of a block: one per line, continued by a backslash, without comments. */
function commandsOf({ code, path, line }: Block): [string, string][] {
  return code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((text) => text.replace(/(^|\s+)#.*$/, '').split(' && '))
    .flatMap((command) => (command.trim() === '' ? [] : [[command.trim(), `${path}:${line}`]]));
}

const shell = pages.flatMap((page) =>
  blocksOf(page, 'sh', 'bash', 'shell', 'console').flatMap(commandsOf),
);
const runByCi = readFileSync(join(root, '.ci/run'), 'utf8').replaceAll(' --silent', '');
const begins = (command: string, start: string): boolean => `${command} `.startsWith(`${start} `);
const isElsewhere = (command: string): boolean =>
  Object.keys(commandsElsewhere).some((start) => begins(command, start)) ||
  runByCi.split('\n').some((line) => begins(line.replace('if ! ', ''), command));
const commands = distinct(shell.filter(([command]) => !isElsewhere(command)));

/**
 * Loads a program. A program that leaves a server or a timer running is a service and ends here.
 * Tests in a program are awaited.
 */
const runner = `const [file, waits] = process.argv.slice(2);
await import(file);
if (waits === undefined) setTimeout(() => process.exit(), 50).unref();
`;

const redisServer = findPart('redis-server');
const postgresServer = findPart('postgres');

describe('the programs and commands of the pages', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let redis: RedisDatabase | undefined;
  let postgres: PostgresDatabase | undefined;

  beforeAll(async () => {
    if (!existsSync(join(root, 'dist/index.cjs')))
      throw new Error('dist is missing: run `npm run build` first');
    folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-pages-'));
    const { name, bin, devDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    install(name, root);
    for (const dependency of Object.keys(devDependencies))
      install(dependency, join(root, 'node_modules', dependency));
    install('.bin/myna-selfinfo', join(root, bin['myna-selfinfo']));
    writeFileSync(join(folder, 'run.mjs'), runner);
    environment = {
      ...process.env,
      PATH: `${join(folder, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    };
    if (!redisServer.missing) redis = await openRedis();
    if (!postgresServer.missing) postgres = await openPostgres();
  }, 60_000);

  afterAll(async () => {
    await Promise.all([redis?.stop(), postgres?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Links a package where npm would install it. */
  function install(name: string, from: string) {
    const to = join(folder, 'node_modules', name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to);
  }

  async function run(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    return promisify(execFile)(command, args, {
      cwd: folder,
      env: { ...environment, ...more },
      maxBuffer: 1 << 24,
    });
  }

  async function runProgram(text: string, place: string, more: NodeJS.ProcessEnv = {}) {
    const file = join(folder, `${place.replaceAll(/[/:]/g, '-')}.mjs`);
    writeFileSync(file, text);
    const secrets = [...text.matchAll(/process\.env\.(\w*KEY\w*)/g)].map(([, key = '']) => [
      key,
      randomBytes(32).toString('base64url'),
    ]);
    const waits = text.includes("'node:test'") ? ['waits'] : [];
    const { stdout } = await run(process.execPath, ['run.mjs', file, ...waits], {
      ...Object.fromEntries(secrets),
      ...more,
    });
    for (const prints of promisesOf(text)) expect(unsaid(stdout, prints)).toEqual([]);
  }

  const needs = (part: string) =>
    programs.filter(({ text }) => text.includes(`process.env.${part}`));
  const alone = programs.filter(
    (program) => ![...needs('REDIS_URL'), ...needs('DATABASE_URL')].includes(program),
  );

  it.concurrent.each(alone)('run: $place', ({ text, place }) => runProgram(text, place), 60_000);

  it.skipIf(redisServer.missing).each(needs('REDIS_URL'))(
    'run with Redis: $place',
    ({ text, place }) => {
      return runProgram(text, place, { REDIS_URL: redis?.url });
    },
  );

  it.skipIf(postgresServer.missing).each(needs('DATABASE_URL'))(
    'run with PostgreSQL: $place',
    ({ text, place }) => {
      const { host, user, database } = postgres?.connection ?? {};
      return runProgram(text, place, {
        DATABASE_URL: `postgresql://${user}@/${database}?host=${encodeURIComponent(host ?? '')}`,
      });
    },
  );

  it.concurrent.each(commands)(
    'run in a terminal: $text',
    async ({ text }) => void (await run('sh', ['-ec', text.replace(npxCommand, 'myna-selfinfo')])),
    60_000,
  );

  it('are found, and every exception listed here occurs on a page', () => {
    expect(programs.length).toBeGreaterThan(30);
    expect(found.flatMap(({ prints }) => prints).length).toBeGreaterThan(30);
    expect(commands.length).toBeGreaterThan(8);
    const codes = pages
      .flatMap((page) => blocksOf(page, 'ts', 'typescript'))
      .map(({ code }) => code);
    expect(
      Object.keys(programsOfTheReader).filter((part) => !codes.some((code) => code.includes(part))),
    ).toEqual([]);
    expect(
      Object.keys(commandsElsewhere).filter(
        (start) => !shell.some(([command]) => begins(command, start)),
      ),
    ).toEqual([]);
    expect(commands.map(({ text }) => text).filter((command) => !npxCommand.test(command))).toEqual(
      [],
    );
  });

  it('are reported when they fail', async () => {
    await expect(
      runProgram("import { latest } from 'myna-selfinfo';\nlatest.none();", 'page.md:1'),
    ).rejects.toThrow('latest.none is not a function');
    expect(
      printedBy({
        path: 'a.md',
        line: 1,
        code: 'console.log(a(b)); // rejected invalid_client: why\n  console.log(1); // 値\n',
      }),
    ).toEqual(['rejected invalid_client']);
    expect(unsaid('granted\nreplayed 1\n', ['granted', 'replayed'])).toEqual([]);
    expect(unsaid('replayed\ngranted\n', ['granted', 'replayed'])).toEqual(['replayed']);
    expect(unsaid('closedown\n', ['closed'])).toEqual(['closed']);
    await expect(
      runProgram(
        "import { test } from 'node:test';\ntest('a', () => Promise.reject(new Error('b')));",
        'page.md:2',
      ),
    ).rejects.toThrow('run.mjs');
    await expect(run('sh', ['-ec', 'myna-selfinfo calendar nowhere'])).rejects.toThrow('nowhere');
    expect(
      commandsOf({
        path: 'a.md',
        line: 3,
        code: '# one\nnpm ci && npm test   # two\nnpx a \\\n  --b\n',
      }).map(([command]) => command),
    ).toEqual(['npm ci', 'npm test', 'npx a --b']);
  });
});
