import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  createVirtualClock,
  type Persona,
  type StartedSandbox,
  startSandbox,
} from '../../src/sandbox/index.js';
import type { WireProfile } from '../../src/wire/profile.js';
import { authorizationUrl, registration } from '../sandbox/steps.js';
import { openChromium } from './browser.js';
import { Screen } from './screen.js';

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
  /** A profile under which the callback is posted. */
  readonly posting?: WireProfile;
}

/**
 * A Chromium, a bank that the citizen returns to, and a sandbox per registration and personas.
 * Every complaint of the browser fails the test.
 */
export class ConsentStage {
  readonly clock = createVirtualClock(OPEN);
  page!: Page;
  screen!: Screen;
  sandbox!: StartedSandbox;
  bankUrl = '';
  /** The forms that were posted to the bank. */
  readonly posted: URLSearchParams[] = [];
  #browser: Browser | undefined;
  #bank: Server | undefined;
  #complaints: string[] = [];
  readonly #pages = new Map<string, Page>();
  readonly #sandboxes = new Map<string, Promise<StartedSandbox>>();

  constructor() {
    beforeAll(async () => {
      const bank = createServer(async (request, response) => {
        if (request.method === 'POST') this.posted.push(new URLSearchParams(await text(request)));
        response.setHeader('content-type', 'text/html').end('<!doctype html><title>bank</title>');
      });
      this.#bank = bank.listen(0, '127.0.0.1');
      await once(bank, 'listening');
      this.bankUrl = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
      this.#browser = await openChromium();
    });
    afterAll(async () => {
      for (const page of this.#pages.values()) await page.context().close();
      await this.#browser?.close();
      for (const sandbox of this.#sandboxes.values()) await (await sandbox).close();
      this.#bank?.closeAllConnections();
      await new Promise((resolve) => this.#bank?.close(resolve));
    });
    afterEach(() => {
      expect(this.#complaints.splice(0)).toEqual([]);
    });
  }

  /**
   * Shows the page of these options, in a browser of their own in New York, so that a time in the
   * browser's zone would show.
   */
  async openPage(options: BrowserContextOptions): Promise<void> {
    const key = JSON.stringify(options);
    const page = this.#pages.get(key) ?? (await this.#newPage(options));
    this.#pages.set(key, page);
    this.page = page;
    this.screen = new Screen(page);
  }

  async #newPage(options: BrowserContextOptions): Promise<Page> {
    const context = await this.#browser?.newContext({
      timezoneId: 'America/New_York',
      locale: 'ja-JP',
      ...options,
    });
    if (context === undefined) throw new Error('no browser');
    // The shared limit of the tests is the only one.
    context.setDefaultTimeout(0);
    const page = await context.newPage();
    page.on('console', (message) => {
      // A page that is shown again has the status 400, and Chromium reports it.
      if (!message.text().includes('the server responded with a status of 4'))
        this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
    page.on('dialog', (dialog) => this.#complaints.push(dialog.message()));
    page.on('request', (request) => {
      if (![this.sandbox.browserUrl, this.bankUrl].includes(new URL(request.url()).origin))
        this.#complaints.push(`asked for ${request.url()}`);
    });
    return page;
  }

  /** Takes the citizen to the first page of a sandbox. */
  async arrive({
    now = OPEN,
    language,
    service = {},
    personas,
    posting,
  }: Given = {}): Promise<void> {
    this.clock.set(now);
    const key = JSON.stringify([service, personas, posting?.id]);
    let sandbox = this.#sandboxes.get(key);
    if (sandbox === undefined) {
      sandbox = startSandbox({
        registrations: [
          {
            ...registration,
            redirectUris: [`${this.bankUrl}/callback`],
            service: { ...registration.service, ...service },
          },
        ],
        clock: this.clock,
        ...(personas && { personas }),
        ...(posting && { profile: posting }),
      });
      this.#sandboxes.set(key, sandbox);
    }
    this.sandbox = await sandbox;
    const mode = posting && { response_mode: 'form_post' };
    await this.page.goto(String(authorizationUrl(this.sandbox, mode)));
    if (language === 'en') await this.press('English');
  }

  /** Does what leads to another page, and waits for that page. */
  async turn(act: () => Promise<unknown>): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), act()]);
  }

  press(name: string): Promise<void> {
    return this.turn(() => this.screen.click('button', name));
  }

  async toCard(): Promise<void> {
    await this.screen.check('checkbox', '自己情報の提供に同意する');
    await this.press('本人確認へ進む');
  }

  async identify(card: string, pin: string): Promise<void> {
    if (!(await this.screen.shows('radio', card))) await this.screen.clickOn('summary');
    await this.screen.check('radio', card);
    await this.screen.fill('textbox', '利用者証明用電子証明書の暗証番号', pin);
    await this.press('確認して提供する');
  }
}
