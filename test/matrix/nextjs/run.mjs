// Builds `examples/next` from the packed package and drives it with Chromium against the sandbox,
// over mutual TLS: with Turbopack and webpack, by `next start` and as standalone output. No
// certificate exists while it builds. `node test/matrix/nextjs/run.mjs [--results file]`, after
// `npm run build`. The file receives what `scripts/matrix.mjs` writes into docs/runtimes.md.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import {
  attempt,
  counts,
  createConsumer,
  pack,
  removeConsumers,
  results,
  root,
  run,
  writeResults,
} from '../../../scripts/smoke/consumer.mjs';
import { playCareless, playJourneys, playShutdown } from './plays.mjs';
import { openPortal, startApp } from './processes.mjs';

/** @import { App, Portal } from './processes.mjs' */
/** @typedef {Awaited<ReturnType<typeof build>>} Server */

const HANGS_MS = 600_000;

const { values } = parseArgs({ options: { results: { type: 'string' } } });
const executablePath = ['chromium-headless-shell', 'chromium']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((part) => join(part, name)))
  .find(existsSync);
if (executablePath !== undefined) await tryNext(executablePath);
else if (process.env.CI === 'true') throw new Error('CI needs chromium.');
else
  console.log(
    'next: skipped, because there is no chromium on this machine (Debian: apt-get install chromium-headless-shell).',
  );

/** @param {string} executablePath */
async function tryNext(executablePath) {
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  try {
    const app = await install();
    for (const bundler of ['turbopack', 'webpack'])
      for (const output of ['start', 'standalone'])
        await attempt(`next build with ${bundler} for ${output}`, async () => {
          const server = await build(app, bundler, output);
          await inBrowser(executablePath, (browser) =>
            tryServer(browser, `${bundler}, ${output}`, app, server),
          );
        });
    await attempt('an app with a client per module', async () => {
      makeCareless(app);
      const server = await build(app, 'turbopack', 'start');
      await inBrowser(executablePath, (browser) =>
        play(app, server, (portal, started) => playCareless(browser, portal, started)),
      );
    });
  } finally {
    removeConsumers();
  }
  writeResults(values.results);
  console.log(`next: ${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

/**
 * Each server gets a browser of its own: one that hangs spoils no other play.
 * @param {string} executablePath
 * @param {(browser: import('playwright-core').Browser) => Promise<void>} body
 */
async function inBrowser(executablePath, body) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

/** Installs the example by its lock file, and the package as packed. Returns the folder. */
async function install() {
  const { path } = await pack();
  const { folder } = createConsumer('next');
  // Without what trying the example has left.
  const left = /[/\\](node_modules|\.next|\.sandbox|next-env\.d\.ts)$/;
  cpSync(join(root, 'examples/next'), folder, {
    recursive: true,
    filter: (source) => !left.test(source),
  });
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['ci', ...quiet], folder);
  await run('npm', ['install', '--no-save', '--prefer-offline', ...quiet, path], folder);
  return folder;
}

/**
 * Builds the app where no certificate is. Returns how its server is started.
 * @param {string} folder
 * @param {string} bundler
 * @param {string} output
 */
async function build(folder, bundler, output) {
  const env = [
    'SELFINFO_DIR=/nowhere',
    ...(output === 'standalone' ? ['NEXT_OUTPUT=standalone'] : []),
  ];
  await run('env', [...env, 'node_modules/.bin/next', 'build', `--${bundler}`], folder);
  if (output === 'start')
    return { folder, args: [join(folder, 'node_modules/next/dist/bin/next'), 'start'] };
  const standalone = join(folder, '.next/standalone');
  cpSync(join(folder, '.next/static'), join(standalone, '.next/static'), { recursive: true });
  return { folder: standalone, args: ['server.js'] };
}

/** Rejects after minutes: some waits of Chromium have no end. */
async function hangs() {
  await setTimeout(HANGS_MS, undefined, { ref: false });
  throw new Error('The play hangs.');
}

/**
 * Plays against a sandbox and the started app. Ends both.
 * @param {string} app
 * @param {Server} server
 * @param {(portal: Portal, started: App) => Promise<void>} body
 */
async function play(app, server, body) {
  const portal = await openPortal(app);
  try {
    const started = await startApp(server, portal);
    try {
      await Promise.race([body(portal, started), hangs()]);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.stack : error}\n${started.output()}`);
    } finally {
      await started.end('SIGKILL');
    }
  } finally {
    await portal.close();
  }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} name
 * @param {string} app
 * @param {Server} server
 */
async function tryServer(browser, name, app, server) {
  await attempt(`${name}: ends at once without certificates`, async () => {
    const started = await startApp(server, undefined);
    const [code] = await started.ended;
    if (code !== 1 || !started.output().includes('ENOENT'))
      throw new Error(`exit code ${code}\n${started.output()}`);
  });
  const plays = await attempt(`${name}: journeys`, () =>
    play(app, server, (portal, started) => playJourneys(browser, portal, started)),
  );
  if (plays) {
    const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
    results.push({ tool: 'Next.js', version: dependencies.next, format: name, result: 'ok' });
  }
  await attempt(`${name}: shutdown`, () =>
    play(app, server, (portal, started) => playShutdown(browser, portal, started)),
  );
}

/**
 * Keeps the client of the app in a variable of its module and lets Next.js bundle the package. Then
 * there are several copies of both.
 * @param {string} app
 */
function makeCareless(app) {
  const change = (
    /** @type {string} */ file,
    /** @type {string} */ from,
    /** @type {string} */ to,
  ) => {
    const text = readFileSync(join(app, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has changed`);
    writeFileSync(join(app, file), text.replace(from, to));
  };
  change('lib/selfinfo.ts', '= globalThis as {', '= {} as {');
  change('next.config.ts', "serverExternalPackages: ['myna-selfinfo'],", '');
}
