import type { Language } from '../../foundation/language.js';
import type { Refusal } from '../portal/refusals.js';
import type { View } from '../state.js';
import { consentPage } from './asked.js';
import { cardPage } from './card.js';
import { editPage } from './edit.js';
import { button, formStart, html, type Markup, nothing, type PageContent, page } from './frame.js';
import { alertOf, limitOf, moment, type PageFacts, said } from './parts.js';
import { texts } from './texts.js';

/**
 * Returns the page of a view; `form` is the key of its form. Guideline figures 2.3-3 to 2.3-5,
 * notes ※２ and ※３.
 */
export function pageOf(view: View, form: string, facts: PageFacts): Response {
  const { language, problem, authorization } = view;
  const {
    title,
    step,
    summary = nothing,
    body,
  } = {
    closed: closedPage,
    consent: consentPage,
    card: cardPage,
    edit: editPage,
    ended: endedPage,
  }[view.page](view, form, facts);
  return page(language, {
    title,
    status: problem?.status ?? 200,
    mistaken: problem !== undefined && view.page !== 'ended',
    form,
    editor: view.page === 'edit',
    redirectUri: authorization.redirectUri,
    // A screen reader reads the summary first, since it has the focus.
    body: html`${summary}
${step === undefined ? nothing : stepsOf(language, step)}
<h1>${title}</h1>
${LIMITED.has(view.page) ? limitOf(language, facts) : nothing}
${body}`,
  });
}

/** The pages on which the citizen has something to do before their time limit. */
const LIMITED: ReadonlySet<View['page']> = new Set(['consent', 'card', 'edit']);

/** Returns the page of a refusal that must not be sent to a redirect URI. */
export function errorPage(language: Language, problem: Refusal): Response {
  const { errorTitle: title, errorText, errorHint, trial } = texts[language];
  // A developer must read why. A citizen can do nothing about it, unless the page is too old.
  const isLate = problem.reason === 'form_expired';
  const why = said(language, problem);
  return page(language, {
    title,
    status: problem.status,
    body: html`<h1>${title}</h1>
${alertOf(language, problem, isLate ? why : errorText)}
<p>${errorHint}</p>
${isLate ? nothing : html`<section class="trial" aria-labelledby="trial"><h2 id="trial">${trial}</h2>\n<p>${why}</p></section>`}`,
  });
}

/** Returns the page that says that nothing is available now: why, until when, and the way back. */
function closedPage(
  { language, authorization }: View,
  form: string,
  { availability }: PageFacts,
): PageContent {
  const text = texts[language];
  const { causes = [], opensMs = null } = availability?.closed ?? {};
  const reasons = [...new Set(causes.map((cause) => cause.citizenText[language]))].map(
    (reason) => html`<li>${reason}</li>`,
  );
  return {
    title: text.closedTitle,
    body: html`<p class="lead">${text.closed(authorization.client.name)}</p>
<dl class="facts"><div><dt>${text.opens}</dt><dd>${opensMs === null ? text.opensUnknown : html`<strong>${moment(language, opensMs)}</strong>`}</dd></div>
<div><dt>${text.reason}</dt><dd><ul>${reasons}</ul></dd></div></dl>
<p>${text.closedHint}</p>
${formStart(form)}
<div class="buttons">${button('decline', text.leave)}</div>
<section class="trial" aria-labelledby="trial"><h2 id="trial">${text.trial}</h2>
<p>${text.trialHint}</p>
<div class="buttons">${button('agree', text.goOn)}</div></section>
</form>`,
  };
}

/**
 * Returns the page that says that there is nothing left to decide: what happened, and the way back.
 */
function endedPage({ language, ending = 'finished', problem }: View, form: string): PageContent {
  const text = texts[language];
  const { title, text: happened, next } = text.endings[ending];
  const onwards =
    ending === 'used'
      ? [button('restart', text.startOver), button('decline', text.leave)]
      : [button('leave', text.leave)];
  return {
    title,
    body: html`${alertOf(language, problem, happened)}
<p>${next}</p>
${formStart(form)}
<div class="buttons">${onwards}</div>
</form>`,
  };
}

function stepsOf(language: Language, current: number): Markup {
  const { steps, stepsLabel } = texts[language];
  const items = steps.map((step, index) => {
    const state =
      index === current
        ? html` aria-current="step"`
        : index < current
          ? html` class="done"`
          : nothing;
    return html`<li${state}><span>${step}</span></li>`;
  });
  return html`<ol class="steps" aria-label="${stepsLabel}">${items}</ol>`;
}
