import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock } from '../../src/index.js';
import { createPrefill, type JudgedField } from '../../src/prefill/index.js';
import { openChromium } from '../kit/browser.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { loan, NOW } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { HOUR_MS, newKey, TERMS } from './form.js';

const chromium = findPart('chromium');
const opened = closeAfterEach();

const origin = { item: 'income', field: '合計所得金額', holder: '見本市', asOf: '2026' } as const;
const FILLED = { income: '4,200,000', holder: '見本市 "税<務>&課"', address: '見本町1\n見本荘\n' };
const NAMES = Object.keys(FILLED) as (keyof typeof FILLED)[];

const escaped = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/**
 * Serves two forms, `/application` and `/change`. The first button of a form only judges, the second
 * one accepts. The server keeps nothing of a form.
 */
async function openBank() {
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore({ clock });
  const keys = { current: 'key-1', keys: { 'key-1': newKey() } };
  const prefills = new Map(
    ['application', 'change'].map((form) => [
      `/${form}`,
      createPrefill({ service: loan, form, keys, store, clock }),
    ]),
  );

  async function answer(request: IncomingMessage, sessionBinding: string): Promise<string> {
    const prefill = prefills.get(request.url ?? '');
    if (prefill === undefined) return '';
    if (request.method === 'GET') {
      const fields = Object.fromEntries(
        NAMES.map((name) => [name, { value: FILLED[name], origin }]),
      );
      return page(FILLED, await prefill.seal({ sessionBinding, terms: TERMS, fields }));
    }
    const { seal, action, ...fields } = Object.fromEntries(
      new URLSearchParams(await text(request)),
    );
    const form = { sessionBinding, seal, fields };
    const judged = await (action === 'apply' ? prefill.accept(form) : prefill.judge(form));
    const values = Object.fromEntries(
      Object.entries(judged).map(([name, { value }]) => [name, value]),
    );
    return page(values, seal ?? '', judged);
  }

  const server = createServer(async (request, response) => {
    const cookie = /session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
    const session = cookie ?? randomUUID();
    const body = await answer(request, session);
    response.setHeader('set-cookie', `session=${session}; HttpOnly; SameSite=Lax; Path=/`);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return opened({
    clock,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

function page(
  values: Readonly<Record<string, string>>,
  seal: string,
  judged: Readonly<Record<string, JudgedField>> = {},
): string {
  const states = Object.entries(judged).map(
    ([name, { state }]) => `<dt>${escaped(name)}</dt><dd>${state}</dd>`,
  );
  const of = (name: string) => escaped(values[name] ?? '');
  return `<!doctype html><html lang="ja"><title>申込み</title><dl>${states.join('')}</dl>
<form method="post"><input name="income" value="${of('income')}">
<input name="holder" value="${of('holder')}"><textarea name="address">
${of('address')}</textarea><input type="hidden" name="seal" value="${escaped(seal)}">
<button name="action" value="confirm">確認</button><button name="action" value="apply">申込み</button>
</form></html>`;
}

/** Presses a button, and returns the states that the next page shows. */
async function press(page: Page, name: '確認' | '申込み'): Promise<Record<string, string>> {
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()]);
  const [names, states] = await Promise.all([
    page.locator('dt').allTextContents(),
    page.locator('dd').allTextContents(),
  ]);
  return Object.fromEntries(names.map((field, index) => [field, states[index] ?? '']));
}

const every = (state: string) => Object.fromEntries(NAMES.map((name) => [name, state]));
const seal = (page: Page) => page.locator('input[name=seal]');
/** Sets the hidden input, as with the developer tools of a browser. */
const setSeal = (page: Page, value: string) =>
  seal(page).evaluate((input, set) => input.setAttribute('value', set), value);

describe.skipIf(chromium.missing)('a form that was filled in, in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** Opens a page of a browser with a session of its own. */
  const visit = async (url: string) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };

  it('comes back unchanged, with the text of every input, and is judged again behind a confirmation', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/application`);
    expect(await press(page, '確認')).toEqual(every('unchanged'));
    expect(await press(page, '確認')).toEqual(every('unchanged'));
    expect(await press(page, '申込み')).toEqual(every('unchanged'));
  });

  it('is edited where the person typed, and again on the next page', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/application`);
    await page.locator('input[name=income]').fill('9,900,000');
    const edited = { ...every('unchanged'), income: 'edited' };
    expect(await press(page, '確認')).toEqual(edited);
    expect(await page.locator('input[name=income]').inputValue()).toBe('9,900,000');
    expect(await press(page, '申込み')).toEqual(edited);
  });

  it('is edited where an input was taken away, or the text typed back differs by a line break', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/application`);
    await page.locator('input[name=income]').evaluate((input) => input.remove());
    await page.locator('textarea').fill('見本町1\n見本荘');
    expect(await press(page, '確認')).toEqual({
      income: 'edited',
      holder: 'unchanged',
      address: 'edited',
    });
    await page.locator('input[name=income]').fill('4,200,000');
    await page.locator('textarea').fill('見本町1\n見本荘\n');
    expect(await press(page, '確認')).toEqual(every('unchanged'));
  });

  it('is replayed with the seal of another browser', async () => {
    const { url } = await openBank();
    const [hanako, taro] = await Promise.all([
      visit(`${url}/application`),
      visit(`${url}/application`),
    ]);
    await setSeal(taro, await seal(hanako).inputValue());
    expect(await press(taro, '確認')).toEqual(every('replayed'));
    expect(await press(taro, '申込み')).toEqual(every('replayed'));
    // The other person has lost nothing.
    expect(await press(hanako, '申込み')).toEqual(every('unchanged'));
  });

  it('is replayed with the seal of another form in the same browser', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/change`);
    const other = await seal(page).inputValue();
    await page.goto(`${url}/application`);
    await setSeal(page, other);
    expect(await press(page, '確認')).toEqual(every('replayed'));
  });

  it('is replayed when it is submitted again, here or in another tab', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/application`);
    expect(await press(page, '申込み')).toEqual(every('unchanged'));
    expect(await press(page, '申込み')).toEqual(every('replayed'));
    const tab = await page.context().newPage();
    await tab.goto(`${url}/application`);
    const fresh = await seal(tab).inputValue();
    await setSeal(tab, await seal(page).inputValue());
    expect(await press(tab, '確認')).toEqual(every('replayed'));
    await setSeal(tab, fresh);
    expect(await press(tab, '申込み')).toEqual(every('unchanged'));
  });

  it('is expired when it was open for an hour', async () => {
    const { url, clock } = await openBank();
    const page = await visit(`${url}/application`);
    clock.advance(HOUR_MS);
    expect(await press(page, '確認')).toEqual(every('expired'));
    expect(await press(page, '申込み')).toEqual(every('expired'));
    await page.goto(`${url}/application`);
    expect(await press(page, '申込み')).toEqual(every('unchanged'));
  });

  it('is forged when its seal was altered, emptied or taken away', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/application`);
    const whole = await seal(page).inputValue();
    for (const altered of [`${whole.slice(0, -1)}!`, whole.slice(1), `${whole}A`, '']) {
      await setSeal(page, altered);
      expect(await press(page, '申込み')).toEqual(every('forged'));
    }
    await seal(page).evaluate((input) => input.remove());
    expect(await press(page, '申込み')).toEqual(every('forged'));
    await setSeal(page, whole);
    expect(await press(page, '申込み')).toEqual(every('unchanged'));
  });

  it('is forged in an input that the bank did not fill in, beside inputs that it did', async () => {
    const { url } = await openBank();
    const page = await visit(`${url}/application`);
    await page
      .locator('form')
      .evaluate((form) => form.insertAdjacentHTML('beforeend', '<input name="bonus" value="1">'));
    expect(await press(page, '確認')).toEqual({ ...every('unchanged'), bonus: 'forged' });
  });
});
