import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  createVirtualClock,
  type Persona,
  type StartedSandbox,
  startSandbox,
  type VirtualClock,
} from '../../src/sandbox/index.js';
import { authorizationUrl, registration } from '../sandbox/steps.js';
import { openChromium } from './browser.js';

/** A Tuesday on which every server of the service runs. */
const OPEN = '2026-12-01T10:00:00+09:00';
export const NEW_YEAR = '2026-12-30T10:00:00+09:00';
export const SATURDAY = '2026-12-05T10:00:00+09:00';
export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };

export interface Given {
  readonly now?: string;
  readonly language?: 'ja' | 'en';
  readonly service?: Partial<typeof registration.service>;
  readonly personas?: readonly Persona[];
}

/**
 * A Chromium, a bank that the citizen returns to, and a sandbox per test. Every complaint of the
 * browser fails the test.
 */
export class ConsentStage {
  page!: Page;
  sandbox!: StartedSandbox;
  clock!: VirtualClock;
  bankUrl = '';
  #browser: Browser | undefined;
  #bank: Server | undefined;
  #complaints: string[] = [];

  constructor() {
    beforeAll(async () => {
      const bank = createServer((_, response) =>
        response.setHeader('content-type', 'text/html').end('<!doctype html><title>bank</title>'),
      );
      this.#bank = bank.listen(0, '127.0.0.1');
      await new Promise((resolve) => bank.once('listening', resolve));
      this.bankUrl = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
      this.#browser = await openChromium();
    }, 60_000);
    afterAll(async () => {
      await this.#browser?.close();
      this.#bank?.closeAllConnections();
      await new Promise((resolve) => this.#bank?.close(resolve));
    });
    afterEach(async () => {
      await this.sandbox.close();
      expect(this.#complaints).toEqual([]);
    });
  }

  /**
   * Opens a page in a separate browser, in New York, so that a time in the browser's zone would
   * show.
   */
  async openPage(options: BrowserContextOptions): Promise<void> {
    const context = await this.#browser?.newContext({
      timezoneId: 'America/New_York',
      locale: 'ja-JP',
      ...options,
    });
    if (context === undefined) throw new Error('no browser');
    this.page = await context.newPage();
    this.page.on('console', (message) => {
      // A page that is shown again has the status 400, and Chromium reports it.
      if (!message.text().includes('the server responded with a status of 4'))
        this.#complaints.push(message.text());
    });
    this.page.on('pageerror', (error) => this.#complaints.push(String(error)));
    this.page.on('dialog', (dialog) => this.#complaints.push(dialog.message()));
    this.page.on('request', (request) => {
      if (![this.sandbox.browserUrl, this.bankUrl].includes(new URL(request.url()).origin))
        this.#complaints.push(`asked for ${request.url()}`);
    });
  }

  /** Takes the citizen to the first page of a new sandbox. */
  async arrive({ now = OPEN, language, service = {}, personas }: Given = {}): Promise<void> {
    this.clock = createVirtualClock(now);
    this.sandbox = await startSandbox({
      registrations: [
        {
          ...registration,
          redirectUris: [`${this.bankUrl}/callback`],
          service: { ...registration.service, ...service },
        },
      ],
      clock: this.clock,
      ...(personas && { personas }),
    });
    this.#complaints = [];
    await this.page.goto(String(authorizationUrl(this.sandbox)));
    if (language === 'en') await this.press('English');
  }

  /** Does what leads to another page, and waits for that page. */
  async turn(act: () => Promise<unknown>): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), act()]);
  }

  press(name: string): Promise<void> {
    return this.turn(() => this.page.getByRole('button', { name, exact: true }).click());
  }

  async toCard(): Promise<void> {
    await this.page.getByLabel('自己情報の提供に同意する').check();
    await this.press('本人確認へ進む');
  }

  async identify(card: string, pin: string): Promise<void> {
    if (!(await this.page.getByLabel(card).isVisible())) await this.page.locator('summary').click();
    await this.page.getByLabel(card).check();
    await this.page.getByLabel('利用者証明用電子証明書の暗証番号').fill(pin);
    await this.press('確認して提供する');
  }
}
