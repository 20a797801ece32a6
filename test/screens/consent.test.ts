import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import { desktopFindings, findingsOf, phoneFindings } from './checks.js';
import { consentTour } from './consent.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)('every screen of the consent', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  it('can be read, seen and used by keyboard on a phone, in light and dark', async () => {
    expect(await findingsOf(browser, consentTour, 'ja', phoneFindings)).toEqual([]);
  });

  it('can be read and seen on a desktop in English', async () => {
    expect(await findingsOf(browser, consentTour, 'en', desktopFindings)).toEqual([]);
  });
});
