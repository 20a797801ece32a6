import { createHash } from 'node:crypto';
import type { Language } from '../../foundation/language.js';
import { style } from './style.js';
import { texts } from './texts.js';

/** Text that is HTML already. Everything else is escaped on its way into a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type TemplateValue = string | number | Markup | readonly Markup[];

/** Fills an HTML template. Escapes every value that is not markup, so that none is forgotten. */
export function html(strings: TemplateStringsArray, ...values: readonly TemplateValue[]): Markup {
  return new Markup(
    strings.reduce((text, string, index) => text + escapeHtml(values[index - 1] ?? '') + string),
  );
}

/** Empty markup, for parts that a page does not show. */
export const nothing = new Markup('');

function escapeHtml(value: TemplateValue): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map((markup) => markup.text).join('');
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const STYLE_HASH = hashOf(style);
// The URL of the page itself without its query: the path comes from the wire profile.
const ACTION = '?';

/**
 * Returns the start of the form that takes a page's decision. The browser does not validate it: the
 * server says what is missing, in the language of the page.
 */
export function formStart(form: string, id?: string): Markup {
  const named = id === undefined ? nothing : html` id="${id}"`;
  return html`<form method="post" action="${ACTION}" accept-charset="utf-8" novalidate${named}><input type="hidden" name="form" value="${form}">`;
}

export function button(decision: string, text: string): Markup {
  return html`<button name="decision" value="${decision}">${text}</button>`;
}

/** What a page of the consent says. */
export interface PageContent {
  readonly title: string;
  /** The number of the step, starting at 0. */
  readonly step?: number;
  /** The errors to correct. */
  readonly summary?: Markup;
  readonly body: Markup;
}

/** The id of the form of the editor. */
export const EDITOR = 'editor';

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  readonly status?: number;
  /** Whether the citizen has to correct something. The window title starts with it as well. */
  readonly mistaken?: boolean;
  /** The form that a change of the language is sent with. */
  readonly form?: string;
  /** Whether a change of the language sends everything that was typed in the form of the editor. */
  readonly editor?: boolean;
  /** Where the form may lead: browsers apply form-action to the redirect after it as well. */
  readonly redirectUri?: string;
  /** A script that runs at the end. Default: none. */
  readonly script?: string;
  /** Gives a table more width. */
  readonly wide?: boolean;
}

/** Returns a page of the sandbox, without anything from another origin. */
export function page(
  language: Language,
  {
    title,
    body,
    status = 200,
    mistaken = false,
    form,
    editor = false,
    redirectUri,
    script,
    wide = false,
  }: PageParts,
): Response {
  const text = texts[language];
  const formAction = redirectUri === undefined ? "'none'" : `'self' ${new URL(redirectUri).origin}`;
  const scriptSource = script === undefined ? '' : ` script-src '${hashOf(script)}';`;
  const { text: document } = html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${
    mistaken ? text.mistaken : ''
  }${title} | ${text.portal}</title><style>${new Markup(style)}</style></head>
<body${wide ? html` class="wide"` : nothing}>
<header>
<p class="sandbox"><strong>${text.sandbox}</strong> ${text.invented}</p>
<div><p class="portal">${text.portal}</p>${form === undefined ? nothing : languageSwitch(language, form, editor)}</div>
</header>
<main>
${body}
</main>
<footer><p>${text.unofficial}</p></footer>${
    script === undefined ? nothing : html`<script>${new Markup(script)}</script>`
  }
</body>
</html>
`;
  return new Response(document, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src '${STYLE_HASH}';${scriptSource} form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  });
}

/**
 * Returns the form that shows the page in the other language. `value` comes before `name`, so that
 * a search for `name="form" value=` finds only the form with the decision.
 */
function languageSwitch(language: Language, form: string, editor: boolean): Markup {
  const other = language === 'ja' ? 'en' : 'ja';
  const { languageName } = texts[other];
  // Enter in a field presses the first button of its form, which is to save.
  if (editor)
    return html`<div class="language"><button class="first" form="${EDITOR}" name="decision" value="save" tabindex="-1" aria-hidden="true"></button><button form="${EDITOR}" name="decision" value="${other}" lang="${other}">${languageName}</button></div>`;
  return html`<form class="language" method="post" action="${ACTION}"><input type="hidden" value="${form}" name="form"><button name="decision" value="${other}" lang="${other}">${languageName}</button></form>`;
}
