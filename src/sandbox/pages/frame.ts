import { createHash } from 'node:crypto';
import type { Language } from '../../foundation/language.js';
import { style } from './style.js';
import { texts } from './texts.js';

/** Text that is HTML already; everything else is escaped on its way into a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | Markup | readonly Markup[];

/**
 * A template whose values are escaped unless they are markup themselves, so that nothing gets into
 * a page by being forgotten.
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(
    strings.reduce((text, string, index) => text + written(pieces[index - 1] ?? '') + string),
  );
}

/** What stands there only if something holds. */
export const nothing = new Markup('');

function written(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map((markup) => markup.text).join('');
  return String(piece)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const STYLE_HASH = createHash('sha256').update(style).digest('base64');
// Where the page itself stands, without its query: the path is the wire profile's.
const ACTION = '?';

/**
 * The start of the form that takes a page's decision; the server says what is missing, in the
 * language of the page.
 */
export function formStart(form: string): Markup {
  return html`<form method="post" action="${ACTION}" accept-charset="utf-8" novalidate><input type="hidden" name="form" value="${form}">`;
}

/** What a page is made of. */
export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  readonly status?: number;
  /** Whether the citizen has to mend something: said first in the title of the window, too. */
  readonly mistaken?: boolean;
  /** The form that a change of language goes by. */
  readonly form?: string;
  /** Where the page's form may end: browsers apply form-action to the redirect after it, too. */
  readonly redirectUri?: string;
  /** For tables. */
  readonly wide?: boolean;
}

/** A page of the sandbox, without script and without anything from elsewhere. */
export function page(
  language: Language,
  { title, body, status = 200, mistaken = false, form, redirectUri, wide = false }: PageParts,
): Response {
  const text = texts[language];
  const formAction = redirectUri === undefined ? "'none'" : `'self' ${new URL(redirectUri).origin}`;
  const { text: document } = html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${
    mistaken ? text.mistaken : ''
  }${title} | ${text.portal}</title><style>${new Markup(style)}</style></head>
<body${wide ? html` class="wide"` : nothing}>
<header>
<p class="sandbox"><strong>${text.sandbox}</strong> ${text.invented}</p>
<div><p class="portal">${text.portal}</p>${form === undefined ? nothing : languageSwitch(language, form)}</div>
</header>
<main>
${body}
</main>
<footer><p>${text.unofficial}</p></footer>
</body>
</html>
`;
  return new Response(document, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  });
}

/**
 * The same page in the other language. The id comes before its name: who looks for `name="form"
 * value=` finds the page's own form only.
 */
function languageSwitch(language: Language, form: string): Markup {
  const other = language === 'ja' ? 'en' : 'ja';
  const { languageName } = texts[other];
  return html`<form class="language" method="post" action="${ACTION}"><input type="hidden" value="${form}" name="form"><button name="decision" value="${other}" lang="${other}">${languageName}</button></form>`;
}
