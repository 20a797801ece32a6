// トップページと、会社概要などの画面。
import { html } from 'hono/html';
import type { Availability, Language } from 'myna-selfinfo';
import type { AboutPage } from '../texts/about.js';
import { about } from '../texts/about.js';
import { say } from '../texts/say.js';
import { texts } from '../texts/texts.js';
import { type Html, layout, list, notice, paperFolded } from './layout.js';

/** いまマイナポータルから取得できるか。取得できないときの理由は、どの画面でも同じ。 */
export const availabilityNotice = (availability: Availability, language: Language, now: number) =>
  availability.state === 'open'
    ? html`<p class="open">${texts[language].consent.openNow}</p>`
    : notice(say(availability, language, now));

export function topPage(language: Language, availability: Availability, now: number): Html {
  const t = texts[language];
  const { top, consent } = t;
  const begin = html`<p class="actions"><a class="primary" href="/apply">${top.begin}</a></p>`;
  const body = html`<div class="hero"><p class="lead">${top.lead}</p>
${begin}
<p class="hint">${top.time}</p></div>
<section><h2>${top.flow}</h2><ol class="flow">${top.flowSteps.map(([name, text]) => html`<li><h3>${name}</h3><p>${text}</p></li>`)}</ol></section>
<section class="card"><h2>${top.now}</h2>
${availabilityNotice(availability, language, now)}
<h3>${top.needs}</h3><ul>${consent.needed.map((need) => html`<li>${need}</li>`)}</ul></section>
<section><h2>${top.loan}</h2>${list(top.terms)}</section>
${begin}
${paperFolded(t)}`;
  return layout(language, { title: top.title, body });
}

export function aboutPage(language: Language, page: AboutPage): Html {
  const { title, lead, parts } = about[language][page];
  const body = html`<p class="lead">${lead}</p>
${parts.map(([heading, text]) => html`<section class="tight"><h2>${heading}</h2><p>${text}</p></section>`)}
<p class="actions"><a class="secondary" href="/">${texts[language].site.home}</a></p>`;
  return layout(language, { title, body });
}

export function plainPage(language: Language, kind: 'missingPage' | 'broken'): Html {
  const { plain, site } = texts[language];
  return layout(language, {
    title: plain[kind].title,
    body: html`<p class="lead">${plain[kind].text}</p><p class="actions"><a class="primary" href="/">${site.home}</a></p>`,
  });
}
