import { execFile, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
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
import { parseEnv, promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRuns, type Runs } from '../cli/binary.js';
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
  'npx myna-selfinfo demo': 'serves until it is stopped: test/cli/demo.test.ts',
  'npm run demo -- --serve': 'serves until it is stopped: test/examples/examples.test.ts',
  'npx tsx examples/web/start.ts': 'serves until it is stopped: test/examples/web.test.ts',
  'cp -r node_modules/myna-selfinfo/examples/next loan': 'test/matrix/nextjs/run.mjs does the same',
  'cd loan': 'test/matrix/nextjs/run.mjs does the same',
  'npm install myna-selfinfo': 'test/matrix/nextjs/run.mjs installs the packed package',
  'npm run sandbox': 'serves until it is stopped: test/matrix/nextjs/run.mjs',
  'npm run dev': 'serves until it is stopped',
  'npx myna-selfinfo sandbox':
    'serves until it is stopped: test/cli/sandbox.test.ts, with and without files',
  'npx myna-selfinfo evidence': 'needs a sandbox and an app: test/cli/evidence.test.ts',
  'npx tsx examples/consent-flow.ts': 'test/examples/examples.test.ts',
  ...Object.fromEntries(
    [
      'npm install --save-dev tsx',
      'npx tsx node_modules/myna-selfinfo/examples/consent-flow.ts',
      'cp -r node_modules/myna-selfinfo/examples',
      `echo '{ "type": "module" }'`,
    ].map((start) => [start, 'needs the package alone: scripts/smoke/examples.mjs']),
  ),
  'NODE_OPTIONS=--experimental-vm-modules npx jest': 'scripts/smoke/nodes.mjs runs the test',
  'npx esbuild app.ts': 'bundles the app of the reader: scripts/smoke/builds.mjs does the same',
  'npm run bench': 'measures for minutes, and no figure is right or wrong',
  'npm run test:fast': 'a part of npm test',
  'npm run test:full': 'the tests of npm test, which .ci/run runs at this size',
  'npm run test:soak': 'the tests of npm test, for hours',
  'npm run test:mutation': 'runs for hours, and no figure is right or wrong',
  'npm version': 'makes a release',
  'git push': 'makes a release',
};

const npxCommand = /^npx myna-selfinfo\b/;

/** The files of the reader that commands read. */
const filesOfTheReader: Readonly<Record<string, string>> = {
  'service.ts': `
    import { defineService, type ServiceSpec } from 'myna-selfinfo';
    const spec = {
      name: 'Clinic',
      purpose: { id: 'shots', text: 'to see what is due' },
      retention: { days: 1 },
      items: { shots: { detail: 'vaccination', inquiries: ['range'] } },
    } satisfies ServiceSpec;
    export const clinic = defineService(spec);
  `,
  'reads.jsonl': `{"service":"Clinic","items":{"shots":{"asked":{"range":1},"present":1,"revealed":1}}}\n`,
};

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

/** A program or a command, and where it is written. */
interface Program {
  readonly text: string;
  readonly place: string;
}

/** Removes duplicates and keeps the first place of each: one command may need those before it. */
function distinct(found: readonly (readonly [text: string, place: string])[]): Program[] {
  const places = new Map<string, string>();
  for (const [text, place] of found) if (!places.has(text)) places.set(text, place);
  return [...places].map(([text, place]) => ({ text, place }));
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

const shellBlocks = pages.flatMap((page) => blocksOf(page, 'sh', 'bash', 'shell', 'console'));
const callsSandbox = ({ code }: Block): boolean => code.includes('curl ');
const scripts = distinct(
  shellBlocks.filter(callsSandbox).map(({ code, path, line }) => [code, `${path}:${line}`]),
);
const shell = shellBlocks.filter((block) => !callsSandbox(block)).flatMap(commandsOf);
const runByCi = readFileSync(join(root, '.ci/run'), 'utf8').replaceAll(' --silent', '');
const begins = (command: string, start: string): boolean => `${command} `.startsWith(`${start} `);
const isElsewhere = (command: string): boolean =>
  Object.keys(commandsElsewhere).some((start) => begins(command, start)) ||
  runByCi.split('\n').some((line) => begins(line.replace('if ! ', ''), command));
const commands = distinct(shell.filter(([command]) => !isElsewhere(command)));

const hasTests = (program: string): boolean => program.includes("'node:test'");
const replacesNetwork = (program: string): boolean => /^server\.listen\(/m.test(program);

const redisServer = findPart('redis-server');
const postgresServer = findPart('postgres');
const curl = findPart('curl');

describe('the programs and commands of the pages', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let child: ReturnType<typeof startChild> | undefined;
  let binary: Runs | undefined;
  let typescript: Runs | undefined;
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
    for (const [file, text] of Object.entries(filesOfTheReader))
      writeFileSync(join(folder, file), text);
    environment = {
      ...process.env,
      PATH: `${join(folder, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    };
    if (!redisServer.missing) redis = await openRedis();
    if (!postgresServer.missing) postgres = await openPostgres();
  });

  afterAll(async () => {
    child?.process.kill();
    await child?.ended.catch(() => undefined);
    await Promise.all([binary?.end(), typescript?.end(), redis?.stop(), postgres?.stop()]);
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

  const keysOf = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/process\.env\.(\w*KEY\w*)/g)].map(([, key = '']) => [
        key,
        randomBytes(32).toString('base64url'),
      ]),
    );
  function write({ text, place }: Program): string {
    const file = join(folder, `${place.replaceAll(/[/:]/g, '-')}.mjs`);
    writeFileSync(file, text);
    return file;
  }
  function expectPromises(text: string, printed: string) {
    for (const prints of promisesOf(text)) expect(unsaid(printed, prints)).toEqual([]);
  }

  async function runProgram(program: Program, more: NodeJS.ProcessEnv = {}) {
    const env = { ...keysOf(program.text), ...more };
    expectPromises(program.text, await runInChild(write(program), env));
  }

  /** Runs programs in a process of their own, whose exit code says whether their tests pass. */
  async function runAlone(...list: readonly Program[]) {
    const all = list.map((program) => `import ${JSON.stringify(write(program))};`).join('\n');
    const file = write({ text: all, place: `alone: ${list[0]?.place}` });
    const { stdout } = await run(process.execPath, [file]);
    for (const { text } of list) expectPromises(text, stdout);
  }

  /** Runs a program in the process that runs one program after another. */
  async function runInChild(file: string, env: NodeJS.ProcessEnv): Promise<string> {
    child ??= startChild();
    child.process.send({ file, env });
    const [{ printed, errors }] = await Promise.race([once(child.process, 'message'), child.ended]);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    return printed;
  }

  function startChild() {
    const started = fork(new URL('programs-child.mjs', import.meta.url), {
      cwd: folder,
      env: environment,
      execArgv: [],
    });
    const ended = once(started, 'exit').then(([code]): never => {
      throw new Error(`the process of the programs ended with ${code}`);
    });
    ended.catch(() => undefined);
    return { process: started, ended };
  }

  const needs = (part: string) =>
    programs.filter(({ text }) => text.includes(`process.env.${part}`));
  const others = programs.filter(
    (program) =>
      !['REDIS_URL', 'DATABASE_URL', 'SELFINFO_API_URL'].some((part) =>
        needs(part).includes(program),
      ),
  );

  it.each(others.filter(({ text }) => !hasTests(text) && !replacesNetwork(text)))(
    'run: $place',
    (program) => runProgram(program),
  );

  it.concurrent.each(others.filter(({ text }) => replacesNetwork(text)))(
    'run in a process of their own: $place',
    (program) => runAlone(program),
  );

  const tests = others.filter(({ text }) => hasTests(text));
  it(`pass their tests: ${tests.map(({ place }) => place).join(', ')}`, () => runAlone(...tests));

  it.skipIf(redisServer.missing).each(needs('REDIS_URL'))('run with Redis: $place', (program) =>
    runProgram(program, { REDIS_URL: redis?.url }),
  );

  it.skipIf(postgresServer.missing).each(needs('DATABASE_URL'))(
    'run with PostgreSQL: $place',
    (program) => {
      const { host, user, database } = postgres?.connection ?? {};
      return runProgram(program, {
        DATABASE_URL: `postgresql://${user}@/${database}?host=${encodeURIComponent(host ?? '')}`,
      });
    },
  );

  it.each(needs('SELFINFO_API_URL'))(
    'run with a sandbox in another process: $place',
    async (program) => {
      binary ??= openRuns({ cwd: folder });
      const { stderr } = await binary.run(['sandbox', '--env', 'app.env']);
      expect(stderr).toBe('');
      await runProgram(program, parseEnv(readFileSync(join(folder, 'app.env'), 'utf8')));
    },
  );

  it.skipIf(curl.missing).each(scripts)(
    'run with curl and a sandbox in another process: $place',
    async ({ text }) => {
      binary ??= openRuns({ cwd: folder });
      const { stderr } = await binary.run(['sandbox', '--env', 'curl.env']);
      expect(stderr).toBe('');
      writeFileSync(join(folder, '.curlrc'), 'fail\nsilent\nshow-error\n');
      await run('sh', ['-ec', text], {
        ...parseEnv(readFileSync(join(folder, 'curl.env'), 'utf8')),
        CURL_HOME: folder,
      });
    },
  );

  it.each(commands)('run in a terminal: $text', async ({ text }) => {
    // Not every Node.js that runs these tests loads TypeScript.
    typescript ??= openRuns({ cwd: folder, env: { NODE_OPTIONS: '--import tsx' } });
    const { status, stderr } = await typescript.run(await argumentsIn(text));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  /**
   * Lets a shell read a command, and returns the arguments that the binary gets. The binary itself
   * then runs in one process for all commands.
   */
  async function argumentsIn(command: string): Promise<string[]> {
    const bin = join(folder, 'arguments');
    const program = join(bin, 'myna-selfinfo');
    mkdirSync(bin, { recursive: true });
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\0' "$@" >"$0.txt"\n`, { mode: 0o755 });
    await run('sh', ['-ec', command.replace(npxCommand, 'myna-selfinfo')], {
      PATH: `${bin}${delimiter}${process.env.PATH}`,
    });
    return readFileSync(`${program}.txt`, 'utf8').split('\0').slice(0, -1);
  }

  it('are found, and every exception listed here occurs on a page', () => {
    expect(programs.length).toBeGreaterThan(30);
    expect(found.flatMap(({ prints }) => prints).length).toBeGreaterThan(30);
    expect(commands.length).toBeGreaterThan(8);
    expect(scripts).toHaveLength(1);
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
    const failing = "import { latest } from 'myna-selfinfo';\nlatest.none();";
    await expect(runProgram({ text: failing, place: 'page.md:1' })).rejects.toThrow(
      'latest.none is not a function',
    );
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
    const rejecting = "import { test } from 'node:test';\ntest('a', () => Promise.reject(1));";
    await expect(runAlone({ text: rejecting, place: 'page.md:2' })).rejects.toThrow('page.md');
    const unawaited = "void Promise.reject(new Error('not awaited'));";
    await expect(runProgram({ text: unawaited, place: 'page.md:3' })).rejects.toThrow(
      'not awaited',
    );
    expect(await argumentsIn('npx myna-selfinfo \'a b\' "c" > d.txt')).toEqual(['a b', 'c']);
    await expect(argumentsIn('npx myna-selfinfo plan | false')).rejects.toThrow('false');
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
