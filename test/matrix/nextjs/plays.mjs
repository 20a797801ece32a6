// What a citizen does in the browser, and what the page and the server say.
import assert from 'node:assert/strict';
import { accepts } from './processes.mjs';

/** @import { Browser, Page } from 'playwright-core' */
/** @import { App, Portal } from './processes.mjs' */

const READY = '情報を取得しました。内容をご確認ください。（1 件）';
const UNKNOWN = '手続きを確認できませんでした。最初からやり直してください。';

/**
 * Opens a browser of its own, with a record of the redirects. It closes with the browser.
 * @param {Browser} browser
 * @param {string} locale
 */
async function openPage(browser, locale = 'ja-JP') {
  const context = await browser.newContext({ locale });
  const page = await context.newPage();
  /** @type {string[]} */
  const redirects = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() >= 300 && response.status() < 400)
      redirects.push(`${response.request().method()} ${pathname} ${response.status()}`);
  });
  return { page, redirects };
}

/**
 * Goes from the form to the consent at the portal. Stops before the card or, to decline, there.
 * @param {Page} page
 * @param {Portal} portal
 */
async function start(page, { origin }) {
  await page.goto(origin);
  await page.getByRole('button').click();
  await page.waitForURL((url) => url.origin !== origin);
}

/** @param {Page} page */
async function consent(page) {
  await page.getByRole('checkbox', { name: /提供に同意|agree/ }).check();
  await page.getByRole('button', { name: /^(本人確認へ進む|同意して次へ|Go on|Agree)/ }).click();
  await page.getByRole('radio', { name: '番号 花子' }).check();
  await page.getByLabel(/電子証明書の暗証番号|PIN of the user certificate/).fill('1234');
  await page.getByRole('button', { name: /^(確認|Confirm)/ }).click();
}

/**
 * Returns what the result page says once the answer is there.
 * @param {Page} page
 * @param {RegExp} waiting
 */
async function result(page, waiting = /しばらくお待ちください/) {
  await page.waitForURL(/\/result/);
  const status = page.getByRole('status');
  while (waiting.test(await status.innerText())) await page.getByRole('link').first().click();
  return status.innerText();
}

/**
 * Plays journeys through the whole app.
 * @param {Browser} browser
 * @param {Portal} portal
 * @param {App} app
 */
export async function playJourneys(browser, portal, app) {
  const japanese = await openPage(browser);
  const { page, redirects } = japanese;
  await start(page, portal);
  assert.deepEqual(redirects, ['POST /start 303']);
  /** @type {string[]} */
  const callbacks = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/callback') callbacks.push(request.url());
  });
  await consent(page);
  assert.equal(await result(page), READY);
  assert.equal(page.url(), `${portal.origin}/result`);
  assert.equal(redirects.at(-1), 'GET /callback 303');
  // The same callback again: the first result, and nothing is exchanged.
  await page.goto(callbacks[0] ?? '');
  assert.equal(await result(page), READY);
  // The server action forgets the session and leads home.
  await page.getByRole('button').click();
  await page.waitForURL(`${portal.origin}/`);
  await page.goto(`${portal.origin}/result`);
  assert.equal(await page.getByRole('status').innerText(), UNKNOWN);

  const english = await openPage(browser, 'en-US');
  await start(english.page, portal);
  await english.page
    .getByRole('button', { name: /Do not|Decline|同意しない|やめる/ })
    .first()
    .click();
  assert.match(await result(english.page, /wait a moment/), /^You did not agree/);
  assert.equal(await english.page.locator('html').getAttribute('lang'), 'en');

  assert.doesNotMatch(app.output(), /warning|error|code=/i);
}

/**
 * Ends the app while a callback is under way: it is answered before the app ends.
 * @param {Browser} browser
 * @param {Portal} portal
 * @param {App} app
 */
export async function playShutdown(browser, portal, app) {
  const opened = await openPage(browser);
  const { page } = opened;
  await start(page, portal);
  const held = portal.tunnel.hold();
  const callback = page.waitForResponse((response) => response.url().includes('/callback'));
  const consented = consent(page);
  await held;
  const ended = app.end('SIGTERM');
  while (await accepts(portal.port));
  portal.tunnel.release();
  const response = await callback;
  assert.deepEqual([response.status(), response.headers().location], [303, '/result']);
  await consented.catch(() => undefined);
  assert.deepEqual(await ended, [143, null]);
}

/**
 * Plays a journey through an app in which pages and routes have clients of their own.
 * @param {Browser} browser
 * @param {Portal} portal
 * @param {App} app
 */
export async function playCareless(browser, portal, app) {
  const opened = await openPage(browser);
  await start(opened.page, portal);
  await consent(opened.page);
  assert.match(await result(opened.page), /（コード: retrieval_gone）$/);
  assert.equal(app.output().split('[MYNA_SELFINFO_SEVERAL_CLIENTS]').length, 2);
}
