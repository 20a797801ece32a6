import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { shared } from './shared-parts.js';
import { HANGS_MS } from './size.js';

/** Connects to the one Chromium of the run. Contexts of another test file are out of reach. */
export async function openChromium(): Promise<Browser> {
  const browser = await chromium.connect((await shared('chromium')).url);
  return browser.on('context', (context) => context.setDefaultTimeout(HANGS_MS));
}

/** WCAG 2.2 AA and the best practices of axe. */
const ALL_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/**
 * The rules of axe that depend on colours, or on the language and length of texts. For a page that
 * passes all rules, these suffice in another colour scheme and language.
 */
const LOOK_RULES = [
  ...['color-contrast', 'link-in-text-block', 'target-size'],
  ...['html-has-lang', 'html-lang-valid', 'valid-lang', 'document-title', 'region'],
  ...['label', 'label-title-only', 'button-name', 'link-name', 'input-button-name'],
  ...['aria-command-name', 'aria-input-field-name', 'empty-heading', 'summary-name'],
  ...['label-content-name-mismatch', 'landmark-unique'],
];
// A third of the size of `axe.source`.
const require = createRequire(import.meta.url);
const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Returns the findings of axe on a page, in its words. Empty is good.
 *
 * Loads axe through the debugger, because the policy of the pages rightly forbids foreign scripts.
 * `evaluate` would take several times as long for a text of this size.
 */
export async function askAxe(
  page: Page,
  rules: 'all' | 'look' = 'all',
): Promise<readonly AxeViolation[]> {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: source });
  await debug.detach();
  const runOnly = rules === 'all' ? ALL_RULES : LOOK_RULES;
  return page.evaluate(`axe.run({ runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`);
}

export interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
