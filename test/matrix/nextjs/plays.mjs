// What a citizen does in the browser, and what the page and the server say.
import assert from 'node:assert/strict';
import { accepts } from './processes.mjs';

/** @import { Browser, Page } from 'playwright-core' */
/** @import { App, Portal } from './processes.mjs' */

const READY = '情報を取得しました。内容をご確認ください。（1 件）';
const UNKNOWN = 'お手続きの状況を確認できませんでした。お手数ですが、最初からお手続きください。';

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
  await (await confirm(page)).click();
}

/**
 * Does everything at the portal but the last click. Returns its button.
 * @param {Page} page
 */
async function confirm(page) {
  await page.getByRole('checkbox', { name: /提供に同意|agree/ }).check();
  await page.getByRole('button', { name: /^(本人確認へ進む|同意して次へ|Continue|Agree)/ }).click();
  await page.getByRole('radio', { name: '番号 花子' }).check();
  await page.getByLabel(/電子証明書の暗証番号|PIN of the user certificate/).fill('1234');
  return page.getByRole('button', { name: /^(確認|Confirm)/ });
}

/**
 * Consents. Returns the callback, which the browser does not open.
 * @param {Page} page
 * @returns {Promise<string>}
 */
async function callbackOf(page) {
  const button = await confirm(page);
  // Routes of Playwright do not see redirects.
  const debug = await page.context().newCDPSession(page);
  await debug.send('Fetch.enable', { patterns: [{ urlPattern: '*/callback*' }] });
  const [{ request, requestId }] = await Promise.all([
    new Promise((resolve) => debug.once('Fetch.requestPaused', resolve)),
    button.click({ noWaitAfter: true }),
  ]);
  await debug.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
  await debug.detach();
  return request.url;
}

/**
 * Returns what the result page says once the answer is there.
 * @param {Page} page
 * @param {RegExp} waiting
 */
async function result(page, waiting = /しばらくお待ちください/) {
  await page.waitForURL(/\/result/);
  const status = page.getByRole('status');
  while (waiting.test(await status.innerText())) await page.goto(page.url());
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

  await playDeclined(browser, portal);
  await playStrangers(browser, portal);
  assert.doesNotMatch(app.output(), /warning|error|code=/i);
}

/**
 * Plays a citizen who reads English and declines.
 * @param {Browser} browser
 * @param {Portal} portal
 */
async function playDeclined(browser, portal) {
  const { page } = await openPage(browser, 'en-US');
  await start(page, portal);
  await page
    .getByRole('button', { name: /Do not|Decline|同意しない|やめる/ })
    .first()
    .click();
  assert.match(await result(page, /wait a moment/), /^We have stopped obtaining/);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
}

/**
 * Opens a callback as nobody should, and at last as the citizen does. Starts from another site.
 * @param {Browser} browser
 * @param {Portal} portal
 */
async function playStrangers(browser, portal) {
  const { page } = await openPage(browser);
  await start(page, portal);
  const callback = await callbackOf(page);
  const { request } = page;
  const once = { maxRedirects: 0 };
  const ahead = { ...once, headers: { 'sec-purpose': 'prefetch' } };
  assert.equal((await request.get(callback, ahead)).status(), 503);
  assert.equal((await request.head(callback, once)).status(), 503);
  const stranger = await openPage(browser);
  const foreign = await stranger.page.request.get(callback, once);
  assert.equal(foreign.headers().location, '/result?outcome=foreign-browser');
  const away = { ...once, headers: { 'sec-fetch-site': 'cross-site' } };
  assert.equal((await request.post(`${portal.origin}/start`, away)).status(), 403);

  await page.goto(callback);
  assert.equal(await result(page), READY);
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
  assert.match(await result(opened.page), /（エラー番号: E-311）$/);
  assert.equal(app.output().split('[MYNA_SELFINFO_SEVERAL_CLIENTS]').length, 2);
  assert.match(app.output(), /not in this store\. This process has several clients/);
}
