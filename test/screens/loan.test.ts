import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import { desktopFindings, findingsOf, phoneFindings } from './checks.js';
import { loanTour } from './loan.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)("every screen of the bank's demo", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  it('can be read, seen and used by keyboard on a phone, in light and dark', async () => {
    expect(await findingsOf(browser, loanTour, 'ja', phoneFindings)).toEqual([]);
  });

  it('can be read and seen on a desktop in English, and has no Japanese there', async () => {
    const found = await findingsOf(browser, loanTour, 'en', async (screen, page) => {
      const text = await page.evaluate<string>(`(() => {
        const copy = document.body.cloneNode(true);
        for (const element of copy.querySelectorAll('[lang=ja], .demo')) element.remove();
        return copy.textContent;
      })()`);
      return [...japaneseIn(text), ...(await desktopFindings(screen, page))];
    });
    expect(found).toEqual([]);
  });
});

/** Returns Japanese in an English text, except for terms in brackets and for field names. */
function japaneseIn(text: string): string[] {
  const bare = text.replaceAll(/\(未申告\)|\(課税証明書\)|“[^”]*”/g, '');
  return bare.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]+/gu) ?? [];
}
