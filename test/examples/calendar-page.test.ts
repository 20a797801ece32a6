import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import { sized } from '../kit/size.js';

/** Whether the sheet is printed with the textures of its states. */
const { printsTextures } = sized({
  usual: { printsTextures: false },
  full: { printsTextures: true },
  soak: { printsTextures: true },
});

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)('the calendar page in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-page-'));
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  let opened = 0;

  beforeAll(async () => {
    const building = promisify(execFile)(process.execPath, [
      'examples/calendar-page/build.mjs',
      folder,
    ]);
    browser = await openChromium();
    // The browser's zone is New York, so that a day in that zone would show.
    const context = await browser.newContext({
      timezoneId: 'America/New_York',
      locale: 'en-US',
      viewport: { width: 1000, height: 1400 },
      acceptDownloads: true,
    });
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    expect((await building).stderr).toBe('');
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });

  /** Loads the page anew, even if only the fragment of its URL differs. */
  const open = (state: string) =>
    page.goto(`file://${join(folder, 'index.html')}?${opened++}#${state}`);
  const image = (name: string) => page.getByRole('img', { name });
  const title = (text: string) => page.locator('figure svg title').filter({ hasText: text });

  it('shows a month in Japanese', async () => {
    await open('target=local-tax&month=2026-11');
    expect(await image('地方税 2026年11月').count()).toBe(1);
    // 30 days, two of them in two states, and the title of the picture.
    expect(await page.locator('figure svg title').count()).toBe(33);
    expect(await title('11月21日(土) 22:00〜24:00 停止').count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      '自己情報 運用カレンダー',
    );
    expect(await page.locator('#now').textContent()).toMatch(/いま(運用中|不確定|停止中)/);
  });

  it('draws the three states at their hours, each with its own texture', async () => {
    await open('target=local-tax&month=2026-11');
    const box = async (text: string) => {
      const found = await title(text).locator('..').boundingBox();
      if (!found) throw new Error(`nothing is drawn of ${text}`);
      return found;
    };
    const [whole, uncertain, closed] = [
      await box('11月20日(金)'),
      await box('11月21日(土) 0:00〜22:00'),
      await box('11月21日(土) 22:00〜24:00'),
    ];
    expect(uncertain.x).toBeCloseTo(whole.x, 0);
    expect(uncertain.width / whole.width).toBeCloseTo(22 / 24, 2);
    expect(closed.x).toBeCloseTo(uncertain.x + uncertain.width, 0);
    // Compares shades of grey: a strip of each state, above the hours that are written on it.
    const [light, striped, dense] = await greys(
      [whole, uncertain, closed].map(({ x, y }) => ({ x: x + 2, y: y + 1, width: 24, height: 3 })),
    );
    if (!light || !striped || !dense) throw new Error('a state has no shade');
    expect(light.spread).toBeLessThan(8);
    expect(striped.spread).toBeGreaterThan(light.spread * 2);
    expect(dense.mean).toBeLessThan(striped.mean - 15);
    expect(striped.mean).toBeLessThan(light.mean - 5);
  });

  it('changes language, month and target, and keeps them in the URL', async () => {
    await open('target=local-tax&month=2026-11');
    await page.getByRole('button', { name: 'English' }).click();
    expect(await image('local tax Nov 2026').count()).toBe(1);
    await page.getByRole('button', { name: 'Next month' }).click();
    expect(await image('local tax Dec 2026').count()).toBe(1);
    await page.getByLabel('Target').selectOption({ label: 'Japan Pension Service' });
    expect(await image('Japan Pension Service Dec 2026').count()).toBe(1);
    expect(await page.locator('figure svg').count()).toBe(1);
    await page.reload();
    expect(await image('Japan Pension Service Dec 2026').count()).toBe(1);
    expect(page.url()).toContain('#target=pension-service&month=2026-12&lang=en');
  });

  it('names what is wrong in the URL and stays usable', async () => {
    await open('target=income&month=2026-11');
    expect(await page.getByRole('alert').textContent()).toMatch(
      /^target は、カタログ（.*）にない分野詳細です。指定できるのは household、local-tax、/,
    );
    await page.getByLabel('対象').selectOption('household');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await image('世帯 2026年11月').count()).toBe(1);
  });

  it('saves the outages of three months as a feed', async () => {
    await open('target=local-tax&month=2026-11');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '停止予定を保存' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('local-tax-2026-11.ics');
    const feed = await text(await download.createReadStream());
    expect(feed).toMatch(/^BEGIN:VCALENDAR\r\n/);
    // The third weekends of November, December and January, in three parts each, and the New Year.
    expect(feed.match(/^BEGIN:VEVENT/gm)).toHaveLength(10);
  });

  it('prints on one A4 sheet', async () => {
    await open('target=pension&month=2026-12');
    // Textures do not change the layout, and printing them takes seconds.
    if (!printsTextures)
      await page.evaluate(`document.querySelectorAll('svg pattern').forEach((it) => it.remove())`);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
    expect(pdf).toMatch(/\/MediaBox\s*\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  });

  /** Returns mean and spread of the lightness of parts of the page. The browser decodes them. */
  async function greys(
    parts: readonly { x: number; y: number; width: number; height: number }[],
  ): Promise<readonly { mean: number; spread: number }[]> {
    const png = (await page.screenshot()).toString('base64');
    return page.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob('${png}'), (char) => char.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d', { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      return ${JSON.stringify(parts)}.map(({ x, y, width, height }) => {
        const { data } = context.getImageData(x, y, width, height);
        const shades = Array.from({ length: data.length / 4 }, (_, at) => 0.21 * data[at * 4] + 0.72 * data[at * 4 + 1] + 0.07 * data[at * 4 + 2]);
        const mean = shades.reduce((sum, shade) => sum + shade, 0) / shades.length;
        return { mean, spread: Math.sqrt(shades.reduce((sum, shade) => sum + (shade - mean) ** 2, 0) / shades.length) };
      });
    })()`);
  }
});
