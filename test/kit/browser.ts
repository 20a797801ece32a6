import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { shared } from './shared-parts.js';

/** Connects to the one Chromium of the run. Contexts of another test file are out of reach. */
export async function openChromium(): Promise<Browser> {
  return chromium.connectOverCDP((await shared('chromium')).url);
}

/**
 * Returns the findings of axe on a page, in its words: WCAG 2.2 AA and its best practices. Empty is
 * good.
 *
 * Loads axe through the debugger, because the policy of the pages rightly forbids foreign scripts.
 * `evaluate` would take several times as long for a text of this size.
 */
export async function askAxe(page: Page): Promise<readonly AxeViolation[]> {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: axe.source });
  await debug.detach();
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  return page.evaluate(`axe.run({ runOnly: ${JSON.stringify(tags)} }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`);
}

export interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
