// Takes a picture of every screen of the demos in every look and language, and writes a page that
// shows them all. Fails when a screen cannot be reached.
//   npm run screens              everything
//   npm run screens -- kiosk     one of them: bank, consent, kiosk
//   npm run screens -- bank income   the screens whose name begins with a word
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { findPart } from '../kit/machine.js';
import { CHROMIUM_ARGS } from '../kit/parts.js';
import { consentTour } from './consent.js';
import { kioskTour } from './kiosk.js';
import { loanTour } from './loan.js';
import { dress, type ScreenFacts, type Tour } from './tour.js';

const folder = fileURLToPath(new URL('../../screens/', import.meta.url));
const [only, beginning = ''] = process.argv.slice(2);
const tours = [consentTour, loanTour, kioskTour].filter(({ name }) =>
  [undefined, name].includes(only),
);
if (tours.length === 0) throw new Error(`There is no group ${only}: bank, consent or kiosk.`);

const screensOf = (tour: Tour) =>
  tour.screens.filter((screen) => screen.name.startsWith(beginning));

/** On a picture of the whole page, the handle of the bank's drawer would lie on the text. */
const style = '.demo details:not([open]) { display: none }';

const browser = await chromium.launch({
  executablePath: findPart('chromium').path(),
  args: CHROMIUM_ARGS,
});
try {
  for (const tour of tours) await shoot(tour);
} finally {
  await browser.close();
}
await writeFile(`${folder}index.html`, contactSheet());
console.log(`Open ${folder}index.html`);

/** Takes the pictures of one demo. */
async function shoot(tour: Tour): Promise<void> {
  const { name, languages, looks } = tour;
  const screens = screensOf(tour);
  await rm(folder + name, { recursive: true, force: true });
  await mkdir(folder + name, { recursive: true });
  for (const language of languages) {
    const picture = async (screen: ScreenFacts, page: Page) => {
      for (const look of looks) {
        await dress(page, look);
        const path = folder + fileOf(tour, screen, language, look.name);
        await page.screenshot({ path, style, fullPage: true });
      }
    };
    await tour.visit(browser, language, picture, beginning);
    console.log(`${name} ${language}: ${screens.length} screens, ${looks.length} pictures each`);
  }
}

function fileOf(tour: Tour, screen: ScreenFacts, language: string, look: string): string {
  return `${tour.name}/${screen.name}.${language}.${look}.png`;
}

/** Returns the contact sheet: a row per screen, a column per language and look. */
function contactSheet(): string {
  const rows = tours.flatMap((tour) => [
    `<h1>${tour.name}</h1>`,
    ...screensOf(tour).map((screen) => {
      const pictures = tour.languages.flatMap((language) =>
        tour.looks.map((look) => {
          const file = fileOf(tour, screen, language, look.name);
          return `<a href="${file}"><img src="${file}" alt="" loading="lazy"><br>${language}, ${look.name}</a>`;
        }),
      );
      return `<h2>${screen.name}: ${screen.heading}</h2><div>${pictures.join('')}</div>`;
    }),
  ]);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens</title><style>
body{font:14px sans-serif;background:#ccc}div{display:flex;gap:12px;overflow-x:auto;align-items:start}
img{height:480px;border:1px solid #888}a{flex:none}</style>${rows.join('\n')}</html>`;
}
