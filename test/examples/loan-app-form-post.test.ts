import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import {
  apply,
  cards,
  consent,
  type LoanDemo,
  openLoanDemo,
  openPage,
  post,
} from '../kit/loan-demo.js';
import { findPart } from '../kit/machine.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)('the web demo with posted callbacks in Chromium', () => {
  let browser: Browser;
  let demo: LoanDemo;
  let page: Page;

  beforeAll(async () => {
    browser = await openChromium();
    demo = await openLoanDemo(true);
    page = await openPage(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  it('fetches with consent: the cookie comes with the POST from the other site', async () => {
    const methods: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/callback') methods.push(request.method());
    });
    await apply(page, demo, '番号 花子');
    const [cookie] = (await page.context().cookies(demo.origin)).filter(
      ({ name }) => name === 'session',
    );
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'None', path: '/' });
    await Promise.all([page.waitForURL(`${demo.origin}/income`), consent(page, cards.hanako)]);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      '情報を取得しています',
    );
    expect(methods).toEqual(['POST']);
    expect([demo.accepted('token'), demo.accepted('request')]).toEqual([1, 1]);
  });

  it('refuses the same form from another browser, and a callback with a query', async () => {
    const before = demo.calls('token');
    await apply(page, demo, '番号 花子');
    const callback = await demo.sandbox().visitRequest(page.url(), { persona: 'hanako' });
    const form = Object.fromEntries(new URLSearchParams(await callback.text()));
    const stranger = await (await browser.newContext()).newPage();
    const send = (request: Page['request']) =>
      request.post(`${demo.origin}/callback`, { form, maxRedirects: 0 });
    expect((await send(stranger.request)).headers().location).toBe('/stopped/foreign-browser');
    const query = `${demo.origin}/callback?${new URLSearchParams(form)}`;
    expect((await page.request.get(query, { maxRedirects: 0 })).status()).toBe(503);
    expect(demo.calls('token')).toBe(before);
    expect((await send(page.request)).headers().location).toBe('/income');
    await stranger.context().close();
  });

  it('still refuses every other form of another site', async () => {
    await page.goto(demo.origin);
    const form = { action: 'fetch' };
    expect((await post(page.request, demo, '/consent', form)).status()).not.toBe(403);
    const foreign = await page.request.post(`${demo.origin}/consent`, {
      headers: { origin: demo.sandbox().browserUrl },
      form,
      maxRedirects: 0,
    });
    expect(foreign.status()).toBe(403);
  });
});
