import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import {
  axeFindings,
  findingsOf,
  fitFindings,
  keyboardFindings,
  readingFindings,
} from './checks.js';
import { kioskTour } from './kiosk.js';
import { dress } from './tour.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)('every screen of the kiosk', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  it('fits both sizes and can be read, seen and used by keys, with high contrast too', async () => {
    const found = await findingsOf(browser, kioskTour, 'ja', async (screen, page) => {
      const found = await readingFindings(page, screen);
      for (const look of kioskTour.looks) {
        await dress(page, look);
        found.push(...(await fitFindings(page)));
        if (look.width === 1024)
          found.push(...(await axeFindings(page, look.contrast ? 'look' : 'all')));
      }
      return [...found, ...(await keyboardFindings(page))];
    });
    expect(found).toEqual([]);
  });

  it.each(['en', 'zh', 'ko'])(
    'fits both sizes and can be read in the language %s',
    async (language) => {
      const found = await findingsOf(browser, kioskTour, language, async (_screen, page) => {
        const found = await axeFindings(page, 'look');
        for (const look of kioskTour.looks.filter(({ contrast }) => !contrast)) {
          await dress(page, look);
          found.push(...(await fitFindings(page)));
        }
        return found;
      });
      expect(found).toEqual([]);
    },
  );
});
