import type { Browser, Page } from 'playwright-core';
import { askAxe } from '../kit/browser.js';
import { desktopDark, dress, phone, phoneDark, type ScreenFacts, type Tour } from './tour.js';

/** Visits all screens in one language. Returns what a check finds, with the name of the screen. */
export async function findingsOf(
  browser: Browser,
  tour: Tour,
  language: string,
  check: (screen: ScreenFacts, page: Page) => Promise<readonly string[]>,
): Promise<string[]> {
  const found: string[] = [];
  await tour.visit(browser, language, async (screen, page) => {
    for (const finding of await check(screen, page)) found.push(`${screen.name}: ${finding}`);
  });
  return found;
}

/** Returns what axe finds, one per line. Empty is good. */
export async function axeFindings(page: Page, rules?: 'all' | 'look'): Promise<string[]> {
  return (await askAxe(page, rules)).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/**
 * Returns what is wrong with the outline, the texts and the faults of a page: texts below 14 px,
 * targets below 44 px, not one main heading, a title that hides the faults, faults that cannot be followed.
 */
export function readingFindings(page: Page, { faulty }: ScreenFacts): Promise<string[]> {
  const isFaulty = faulty === true;
  return page.evaluate(`(() => {
    const found = [];
    const visible = (element) =>
      element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
      element.getBoundingClientRect().width > 1;
    for (const element of document.querySelectorAll('body *')) {
      const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (says && visible(element) && parseFloat(getComputedStyle(element).fontSize) < 14)
        found.push('below 14 px: ' + element.outerHTML);
    }
    const count = (selector) => [...document.querySelectorAll(selector)].filter(visible).length;
    const targets = 'button, select, summary, a.primary, a.secondary, input:not([type=hidden], [type=radio], [type=checkbox])';
    for (const element of document.querySelectorAll(targets))
      if (visible(element) && element.getBoundingClientRect().height < 44)
        found.push('below 44 px: ' + element.outerHTML);
    if (count('h1') !== 1) found.push(count('h1') + ' main headings');
    if (count('main') !== 1) found.push(count('main') + ' main landmarks');
    const title = /^(エラー|Error)/.test(document.title);
    if (title !== ${isFaulty}) found.push('title: ' + document.title);
    if (!${isFaulty}) return found;
    const { activeElement } = document;
    const summary = document.querySelector('.faults, .problem');
    const atFault = activeElement.closest('.faults, .problem, [role=alert], [aria-invalid=true]');
    if (atFault === null) found.push('the focus is on ' + activeElement.outerHTML.slice(0, 200));
    for (const link of summary?.querySelectorAll('a') ?? []) {
      const field = document.querySelector(link.getAttribute('href'));
      if (!field?.matches('input, select, textarea')) found.push('leads to no field: ' + link.outerHTML);
    }
    for (const field of document.querySelectorAll('[aria-invalid=true]')) {
      const texts = (field.getAttribute('aria-describedby') ?? '').split(' ')
        .map((id) => document.getElementById(id)?.textContent);
      if (!texts.some((text) => text?.trim())) found.push('says not what is wrong: ' + field.outerHTML);
    }
    return found;
  })()`);
}

/** Returns by how many pixels a page is wider than a small window and a window zoomed to 400 %. */
async function overhangs(page: Page): Promise<string[]> {
  const found: string[] = [];
  const sizes = [
    { label: '320 px', width: 320, height: 640, letters: '' },
    // 1280x1024 at 400 %.
    { label: '400 %', width: 320, height: 256, letters: '' },
    { label: 'letters at 200 %', width: 375, height: 812, letters: '200%' },
  ];
  for (const { label, letters, ...size } of sizes) {
    await page.setViewportSize(size);
    const overhang = await page.evaluate(`(() => {
      const { style } = document.documentElement;
      style.fontSize = '${letters}';
      const overhang = document.documentElement.scrollWidth - innerWidth;
      style.fontSize = '';
      return overhang;
    })()`);
    if (Number(overhang) > 0) found.push(`${label}: ${overhang} px too wide`);
  }
  return found;
}

/**
 * Presses Tab once around the page. Returns the controls that were not reached, those reached out of
 * order, and those that do not show the focus.
 */
export async function keyboardFindings(page: Page): Promise<string[]> {
  const controls = Number(
    await page.evaluate(`(() => {
      const modal = document.querySelector('dialog[open]') ?? document;
      globalThis.controls = [...modal.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
        // A group of radio buttons is one stop: the chosen one, or wherever the browser begins.
        .filter((one) => one.type !== 'hidden' && one.type !== 'radio');
      globalThis.groups = new Set([...modal.querySelectorAll('[type=radio]')]
        .filter((one) => one.checkVisibility()).map(({ name }) => name));
      return globalThis.controls.length;
    })()`),
  );
  const stops: number[] = [];
  const hidden: string[] = [];
  let groups = 1;
  for (let press = 0; press < controls + 20; press++) {
    if (stops.length === controls && groups === 0) break;
    await page.keyboard.press('Tab');
    const [stop, problem, left] = (await page.evaluate(`(() => {
      const at = document.activeElement;
      const { size } = globalThis.groups;
      if (at === null || at === document.body) return [-1, '', size];
      const stop = globalThis.controls.indexOf(at);
      const isRadio = globalThis.groups.delete(at.name) || at.type === 'radio';
      if (stop < 0 && !isRadio) return [-1, 'not expected: ' + at.outerHTML.slice(0, 200), size];
      const left = globalThis.groups.size;
      const marked = [at, at.closest('label')].some((one) => {
        const { outlineStyle, outlineWidth } = one ? getComputedStyle(one) : {};
        return outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2;
      });
      if (!marked) return [stop, 'no visible focus: ' + at.outerHTML.slice(0, 200), left];
      const { x, y, width, height } = at.getBoundingClientRect();
      const free = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].some(([right, down]) => {
        const hit = document.elementFromPoint(x + right * width, y + down * height);
        return at.contains(hit) || at.closest('label')?.contains(hit) || hit?.contains(at);
      });
      return [stop, free ? '' : 'covered: ' + at.outerHTML.slice(0, 200), left];
    })()`)) as [number, string, number];
    groups = left;
    if (problem !== '') hidden.push(problem);
    if (stop >= 0 && stops.length < controls) stops.push(stop);
  }
  for (const group of await page.evaluate<string[]>('[...globalThis.groups]'))
    hidden.push(`no focus in the group ${group}`);
  // Wherever the focus began, it goes once around.
  const [first = 0] = stops;
  const expected = Array.from({ length: controls }, (_, index) => (first + index) % controls);
  return stops.join() === expected.join() ? hidden : [`order: ${stops} of ${controls}`, ...hidden];
}

const SPOKEN =
  /^ *- (region|group|heading|textbox|combobox|checkbox|radio|button|link|alertdialog|timer|alert|status)\b/;

/** Returns the landmarks, headings and controls of a part of a page, as a screen reader names them. */
export async function outlineOf(page: Page, part = 'main'): Promise<string> {
  const tree = await page.locator(part).ariaSnapshot();
  return tree
    .split('\n')
    .filter((line) => SPOKEN.test(line))
    .map((line) => line.trim().replace(/^- |:$/g, ''))
    .join('\n');
}

/** Returns what is wrong with a page on a phone, in light and in dark. */
export async function phoneFindings(screen: ScreenFacts, page: Page): Promise<string[]> {
  const found = await readingFindings(page, screen);
  await dress(page, phoneDark);
  found.push(...(await axeFindings(page, 'look')));
  await dress(page, phone);
  found.push(...(await axeFindings(page)), ...(await keyboardFindings(page)));
  return [...found, ...(await overhangs(page))];
}

/** Returns what is wrong with the texts of another language on a desktop in the dark. */
export async function desktopFindings(screen: ScreenFacts, page: Page): Promise<string[]> {
  await dress(page, desktopDark);
  const found = await readingFindings(page, screen);
  found.push(...(await axeFindings(page, 'look')));
  return [...found, ...(await overhangs(page))];
}

/** Returns by how much a full-screen page does not fit, and its targets below 60 px. */
export function fitFindings(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const main = document.querySelector('main');
    const over = [main.scrollWidth - main.clientWidth, main.scrollHeight - main.clientHeight];
    const small = [...document.querySelectorAll('#screen button')].filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return one.checkVisibility() && (width < 60 || height < 60);
    });
    return [
      ...(over.some((pixels) => pixels > 0) ? [innerWidth + ' px: does not fit: ' + over] : []),
      ...small.map((one) => 'below 60 px: ' + one.textContent),
    ];
  })()`);
}
