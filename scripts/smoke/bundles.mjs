// Tries the package with esbuild, Vite and Jest.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { chromium } from 'playwright-core';
import { attempt, entryPoints, manifest, peers } from './consumer.mjs';
import { asCommonJs, firstExample, withoutTopLevelAwait } from './pages.mjs';

/** @import { Consumer } from './consumer.mjs' */

export const JEST = 'jest@30.5.2';
/** All three also run on Node 20.18.1. */
export const tools = ['esbuild@0.27.7', 'vite@6.4.6', JEST];

export const esbuild = ['node_modules/esbuild/bin/esbuild', '--bundle', '--log-level=warning'];
const vite = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'];
export const jest = ['node_modules/jest/bin/jest.js', '--ci', '--silent'];

/** What follows the package's name in an entry point that imports a peer: `xlsx` has its own name. */
const needing = [...peers, 'xlsx'];
/** The entry points that can be bundled without a peer. */
const own = entryPoints.filter(
  (entryPoint) => !needing.some((name) => entryPoint === `${manifest.name}/${name}`),
);

/** @param {Consumer} consumer - with the tools and without peers. */
export async function tryBundles(consumer) {
  await Promise.all([
    tryEsbuild(consumer, 'ts'),
    tryEsbuild(consumer, 'cjs'),
    tryVite(consumer),
    tryJest(consumer),
  ]);
}

/**
 * Bundles README's example and every entry point into one file for Node, which runs without the
 * package.
 * @param {Consumer} consumer
 * @param {'ts' | 'cjs'} format - the format of the input: an ES module or CommonJS.
 */
async function tryEsbuild({ write, attempt, folder }, format) {
  const example = firstExample('README.md');
  const load = own.map((entryPoint, index) =>
    format === 'ts'
      ? `import * as entryPoint${index} from '${entryPoint}';\n`
      : `const entryPoint${index} = require('${entryPoint}');\n`,
  );
  const checks = own.map(
    (entryPoint, index) =>
      `if (Object.keys(entryPoint${index}).length === 0) throw new Error('${entryPoint} exports nothing');\n`,
  );
  write(
    `bundle.${format}`,
    [
      ...load,
      ...checks,
      format === 'ts' ? withoutTopLevelAwait(example) : asCommonJs(example),
    ].join(''),
  );
  const bundle = join(folder, `../of-${format}.cjs`);
  await attempt(
    `esbuild of ${format}`,
    process.execPath,
    ...esbuild,
    '--platform=node',
    `bundle.${format}`,
    `--outfile=${bundle}`,
  );
  await attempt(`the output of esbuild from ${format}`, process.execPath, bundle);
}

/**
 * A program, and its result computed by hand: closed on a Sunday until Monday at 8, one notice
 * read, begun 24 weeks and a day before April.
 */
const page = {
  program: `import { createCalendar } from '${manifest.name}/calendar';
import { parseNotices } from '${manifest.name}/notices';
import { planOnboarding } from '${manifest.name}/onboarding';
const { state, nextOpening } = createCalendar().status('pension@pension-service', '2026-12-06T10:00:00+09:00');
const { announcements } = parseNotices('自己情報取得APIの停止 9月5日(土) 0:00 〜 9月7日(月) 0:00', { publishedAt: '2026-08-20' });
const { start } = planOnboarding({ goLive: '2027-04-01', durations: { development: { weeks: 6 } }, today: '2026-10-01' });
document.title = [state, nextOpening.toISO(), announcements.length, start].join(' ');
`,
  title: 'closed 2026-12-07T08:00:00.000+09:00 1 2026-10-13',
};

/** Fails on modules of Node, which a browser does not have. */
const viteConfig = `import { isBuiltin } from 'node:module';
const browserOnly = { name: 'browser-only', enforce: 'pre', resolveId: (id) => { if (isBuiltin(id)) throw new Error('a module of Node: ' + id); } };
export default { base: './', plugins: [browserOnly], build: { modulePreload: false, rollupOptions: { output: { format: 'iife' } } } };
`;

/**
 * Bundles the three entry points that run in a browser. Runs the bundle in a context without
 * browser or Node, and in Chromium.
 * @param {Consumer} consumer
 */
async function tryVite({ write, attempt: attemptToRun, folder }) {
  write(
    'index.html',
    '<!doctype html><html lang="ja"><body><script type="module" src="/page.js"></script></body></html>',
  );
  write('page.js', page.program);
  write('vite.config.mjs', viteConfig);
  await attemptToRun('vite build', process.execPath, ...vite);
  await attempt('the output of Vite, without a browser', () => {
    const document = { title: '' };
    runInNewContext(scripts(folder).join('\n'), { document });
    expectTitle(document.title);
  });
  const executablePath = ['chromium-headless-shell', 'chromium']
    .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((part) => join(part, name)))
    .find(existsSync);
  if (executablePath === undefined)
    console.log('smoke: Chromium is missing, so the page of Vite was not opened');
  else
    await attempt('the output of Vite, in Chromium', () =>
      openPage(executablePath, join(folder, 'dist')),
    );
}

/**
 * @param {string} executablePath
 * @param {string} site
 */
async function openPage(executablePath, site) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
  });
  try {
    const opened = await browser.newPage();
    /** @type {string[]} */
    const messages = [];
    opened.on('console', (message) => messages.push(message.text()));
    opened.on('pageerror', (error) => messages.push(String(error)));
    const types = { html: 'text/html', js: 'text/javascript' };
    await opened.route('**/*', (route) => {
      const path = new URL(route.request().url()).pathname;
      const file = join(site, path === '/' ? 'index.html' : path);
      return existsSync(file)
        ? route.fulfill({
            body: readFileSync(file),
            contentType: file.endsWith('.js') ? types.js : types.html,
          })
        : route.fulfill({ status: 204 });
    });
    await opened.goto('http://calendar.example/');
    if (messages.length > 0) throw new Error(messages.join('\n'));
    expectTitle(await opened.title());
  } finally {
    await browser.close();
  }
}

/** @param {string} title */
function expectTitle(title) {
  if (title !== page.title) throw new Error(`the page's title is: ${title}`);
}

/**
 * Returns what Vite wrote.
 * @param {string} folder
 */
function scripts(folder) {
  const assets = join(folder, 'dist/assets');
  return readdirSync(assets).map((name) => readFileSync(join(assets, name), 'utf8'));
}

/**
 * Runs a test in CommonJS with Jest's default configuration.
 * @param {Consumer} consumer
 */
async function tryJest({ write, attempt }) {
  write('journey.test.js', journeyUnderJest);
  await attempt('Jest in CommonJS', process.execPath, ...jest);
}

const journeyUnderJest = `const { createSelfInfoClient, createVirtualClock, defineService, explain, isSelfInfoError, latest } = require('${manifest.name}');
const { createSandbox, startSandbox } = require('${manifest.name}/sandbox');
const { createAnswer, createCollected } = require('${manifest.name}/testing');

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
});
const registrations = [{ clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service }];
const sessionBinding = 'the session of this browser';

test.each(${JSON.stringify(own)})('%s loads', (entryPoint) => {
  expect(Object.keys(require(entryPoint)).length).toBeGreaterThan(0);
});

async function journey(client, sandbox, onProgress) {
  const { url } = await client.beginConsent({ sessionBinding });
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), { sessionBinding });
  const result = await client.query(outcome.grant, latest(), { onProgress });
  expect(result.status).toBe('ready');
  expect(result.answer.items.income.status).toBe('present');
  const again = await client.query(outcome.grant, latest()).catch((error) => error);
  expect(isSelfInfoError(again, 'grant_used')).toBe(true);
  await client.close();
}

test('a page takes a made result', () => {
  const answer = createAnswer(service, { income: [{ fields: { 合計所得金額: 3_720_000 } }] });
  const result = createCollected(service, 'ready', { answer });
  expect(result.answer.items.income.reveal()[0].fields).toEqual({ 合計所得金額: 3_720_000 });
  expect(explain(result, 'ja')).toMatch(/。$/);
});

test('a journey in process', async () => {
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  const sandbox = createSandbox({ registrations, clock });
  const client = createSelfInfoClient({ service, environment: sandbox.environment(), fetch: (request) => sandbox.fetch(request), clock });
  await journey(client, sandbox, ({ retryAt }) => clock.set(retryAt));
});

test('a journey over mutual TLS', async () => {
  const sandbox = await startSandbox({ registrations });
  await journey(createSelfInfoClient({ service, ...sandbox.connection }), sandbox);
  await sandbox.close();
}, 20_000);
`;
