import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Announcement,
  createCalendar,
  type PaperOptions,
  type Target,
  toPaperSvg,
} from '../../../src/calendar/index.js';
import { openChromium } from '../../kit/browser.js';

const said = { announcedAt: '2026-11-01', source: '長いお知らせ'.repeat(30) } as const;
const stop = (id: string, day: string, from: string, to: string): Announcement => ({
  ...said,
  id,
  target: { detail: 'local-tax' },
  state: 'closed',
  start: `2026-11-${day}T${from}+09:00`,
  end: `2026-11-${day}T${to}+09:00`,
});
const calendar = createCalendar({
  announced: [
    stop('a', '10', '01:05', '01:15'),
    stop('b', '10', '03:05', '03:15'),
    stop('c', '10', '12:05', '12:15'),
    stop('d', '10', '20:05', '23:55'),
    stop('e', '17', '09:15', '12:45'),
    { ...stop('f', '17', '14:00', '18:00'), state: 'uncertain', limit: 'some-sources' },
  ],
});
const mutualAid = 'pension@national-officials-mutual-aid' as const;
const everything: Target = {
  allOf: ['local-tax', 'household', mutualAid, 'medical-insurance', 'public-funds-account'],
};
const note = '窓口'.repeat(200);

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await openChromium();
  page = await browser.newPage();
});
afterAll(() => browser.close());

const sheets = (['ja', 'en'] as const).flatMap((lang) =>
  (['staff', 'public'] as const).flatMap((audience) =>
    (['local-tax', mutualAid, everything] as const).flatMap((target) =>
      ([{ month: '2026-11' }, { month: '2026-12', note }, { year: '2026-04' }] as const).map(
        (period) => ({ target, options: { lang, audience, ...period } as PaperOptions }),
      ),
    ),
  ),
);

describe('the texts of a sheet', () => {
  it('keep within the margins, beside each other and off the bars, as Chromium measures them', async () => {
    for (const { target, options } of sheets) {
      await page.setContent(`<body>${toPaperSvg(calendar, target, options)}</body>`);
      expect({ options, faults: await page.evaluate(measure) }).toEqual({ options, faults: [] });
    }
  });
});

describe('a sheet', () => {
  it('is printed by a browser on one page of its paper', async () => {
    // In points: A4 is 842 × 595, A3 is 1191 × 842.
    for (const [paper, size] of [
      ['a4', '842 595'],
      ['a3', '1191 842'],
    ] as const) {
      const svg = toPaperSvg(calendar, 'local-tax', { month: '2026-12', paper });
      await page.goto(`data:image/svg+xml,${encodeURIComponent(svg)}`);
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
      const [, ...box] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
      expect(box.map((each) => Math.round(Number(each))).join(' ')).toBe(size);
    }
  });
});

/** Runs in the page. Returns the texts that leave the margins or touch each other or a bar. */
const measure = `(() => {
  const boxes = (name) => [...document.querySelectorAll('svg > ' + name)].map((element) => {
    const { x, y, width, height } = element.getBBox();
    return { text: element.textContent, x, y, right: x + width, bottom: y + height, height, fill: element.getAttribute('fill') };
  });
  const meet = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.x, b.x) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.y, b.y) > 0.5;
  // A line box is higher than its characters.
  const texts = boxes('text').map((box) => ({ ...box, y: box.y + box.height * 0.2, bottom: box.bottom - box.height * 0.2 }));
  const bars = boxes('rect').filter(({ fill }) => fill.startsWith('url') || fill === '#f3faf6');
  const faults = [];
  for (const [index, text] of texts.entries()) {
    if (text.x < 23 || text.right > 819 || text.y < 14 || text.bottom > 572) faults.push('margin: ' + text.text);
    for (const other of texts.slice(0, index)) if (meet(text, other)) faults.push(other.text + ' meets ' + text.text);
    if (!/^[○△×]$/.test(text.text)) for (const bar of bars) if (meet(text, bar)) faults.push('bar: ' + text.text);
  }
  return faults;
})()`;
