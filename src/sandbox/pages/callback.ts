import type { Language } from '../../foundation/language.js';
import type { Callback } from '../state.js';
import { html, page } from './frame.js';
import { texts } from './texts.js';

/** Marks the form of a callback, for programs that walk through the pages. */
export const CALLBACK_FORM = '<form id="callback" method="post" action=';

/**
 * Returns the page that posts a callback to the client (OAuth 2.0 Form Post Response Mode). A
 * browser without scripts shows its button.
 */
export function callbackPage(language: Language, { redirectUri, parameters }: Callback): Response {
  const { callbackTitle: title, callbackHint, leave } = texts[language];
  const fields = Object.entries(parameters).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return page(language, {
    title,
    redirectUri,
    script: "document.getElementById('callback').submit()",
    body: html`<h1>${title}</h1>
<p>${callbackHint}</p>
<form id="callback" method="post" action="${redirectUri}" accept-charset="utf-8">${fields}
<div class="buttons"><button>${leave}</button></div>
</form>`,
  });
}
