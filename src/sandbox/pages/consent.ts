import type { Catalog } from '../../catalog/catalog.js';
import { categories } from '../../catalog/details.js';
import { serverRow } from '../../catalog/lookup.js';
import type { Language } from '../../foundation/language.js';
import {
  dayOf,
  dayStart,
  formatDay,
  formatInstant,
  parseDay,
  toDateTime,
} from '../../foundation/time.js';
import {
  type DetailAvailability,
  holdersByDetail,
  type RegisteredAvailability,
} from '../availability.js';
import type { Persona } from '../personas/persona.js';
import type { Refusal } from '../portal/refusals.js';
import type { Client, ClientItem } from '../registrations.js';
import type { View } from '../state.js';
import { editPage } from './edit.js';
import { editTexts } from './edit-texts.js';
import { pageNumberOf } from './error-numbers.js';
import { button, formStart, html, type Markup, nothing, type PageContent, page } from './frame.js';
import { texts } from './texts.js';

/** What a page shows beside its view. */
export interface PageFacts {
  readonly nowMs: number;
  readonly availability: RegisteredAvailability | undefined;
  readonly personas: ReadonlyMap<string, Persona>;
}

/**
 * Returns the page of a view; `form` is the key of its form. Guideline figures 2.3-3 to 2.3-5,
 * notes ※２ and ※３.
 */
export function pageOf(view: View, form: string, facts: PageFacts): Response {
  const { language, problem, authorization } = view;
  const { title, step, body } = {
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
    body: html`${step === undefined ? nothing : stepsOf(language, step)}
<h1>${title}</h1>
${body}`,
  });
}

/** Returns the page of a refusal that must not be sent to a redirect URI. */
export function errorPage(language: Language, problem: Refusal): Response {
  const { errorTitle: title, errorText, errorHint, trial } = texts[language];
  // A developer must read why. A citizen can do nothing about it, unless the page is too old.
  const isLate = problem.reason === 'form_expired';
  const why = language === 'ja' ? problem.descriptionJa : problem.description;
  return page(language, {
    title,
    status: problem.status,
    body: html`<h1>${title}</h1>
${alertOf(language, problem, isLate ? why : errorText)}
<p>${errorHint}</p>
${isLate ? nothing : html`<section class="trial" aria-labelledby="trial"><h2 id="trial">${trial}</h2>\n<p>${why}</p></section>`}`,
  });
}

/** Returns the page that says who asks, for what, for which purpose, and how long it is kept. */
function consentPage(
  { language, authorization, problem }: View,
  form: string,
  { nowMs, availability }: PageFacts,
): PageContent {
  const text = texts[language];
  const { client, redirectUri } = authorization;
  const lastDay = dayOf(nowMs) + client.retentionDays;
  const until = html`<time datetime="${formatDay(lastDay)}">${dayIn(language, lastDay)}</time>`;
  return {
    title: text.consentTitle,
    step: 0,
    body: html`<p class="lead">${text.asks(client.name)}</p>
<section aria-labelledby="asker"><h2 id="asker">${text.asker}</h2>
<dl><div><dt>${text.service}</dt><dd>${client.name}</dd></div>
<div><dt>${text.serviceId}</dt><dd>${client.clientId}</dd></div>
<div><dt>${text.returnsTo}</dt><dd>${new URL(redirectUri).host}</dd></div></dl></section>
<section aria-labelledby="items"><h2 id="items">${text.items}</h2>
${itemsOf(language, client, availability)}</section>
<section aria-labelledby="use"><h2 id="use">${text.use}</h2>
<dl><div><dt>${text.purpose}</dt><dd>${client.purpose}</dd></div>
<div><dt>${text.kept}</dt><dd class="names"><span>${text.keptUntil.before}${until}${text.keptUntil.after}</span> <span>${text.keptDays(client.retentionDays)}</span></dd></div></dl></section>
${formStart(form)}
${alertOf(language, problem)}
<label class="agree"><input type="checkbox" name="agree" value="yes" required${faultyIf(problem !== undefined)}><span>${text.agreeBox}</span></label>
<p class="hint">${text.agreeHint}</p>
<div class="buttons">${button('agree', text.agree)}${button('decline', text.decline)}</div>
</form>`,
  };
}

/** Returns the items by category, with the inquiries of each and whether it is available now. */
function itemsOf(
  language: Language,
  client: Client,
  availability: RegisteredAvailability | undefined,
): Markup {
  const text = texts[language];
  const asked = holdersByDetail(client);
  const groups = categories.flatMap((category) => {
    const rows = client.catalog.details.flatMap((detail) => {
      const holders = asked.get(detail.id);
      if (detail.category !== category.id || holders === undefined) return [];
      const inquiries = [...client.items.values()]
        .filter((item) => item.detail === detail.id)
        .flatMap((item) => inquiriesOf(language, item));
      return [
        html`<li><h4>${detail[language]}</h4>
<dl><div><dt>${text.holders}</dt><dd class="names">${unbroken(language, holders.map(nameIn(language, client.catalog)), COMMA[language])}</dd></div>
<div><dt>${text.inquiries}</dt><dd class="names">${unbroken(language, [...new Set(inquiries)], text.oneOf)}</dd></div></dl>
${availabilityNote(language, client.catalog, availability?.details.get(detail.id))}</li>`,
      ];
    });
    return rows.length === 0
      ? []
      : [html`<div class="category"><h3>${category[language]}</h3>\n<ul>${rows}</ul></div>`];
  });
  return html`${groups}`;
}

function inquiriesOf(language: Language, { methods, latestBy }: ClientItem): string[] {
  const text = texts[language];
  return methods.map((method) =>
    method === 'latest' && latestBy !== undefined ? text.latestBy(latestBy) : text.methods[method],
  );
}

function availabilityNote(
  language: Language,
  catalog: Catalog,
  availability: DetailAvailability | undefined,
): Markup {
  if (availability === undefined) return nothing;
  const text = texts[language];
  const opensAll = [...new Set(availability.closedHolders.map(({ opensMs }) => opensMs))];
  const notes = opensAll.map((opensMs) => {
    const holders = availability.closedHolders
      .filter((holder) => holder.opensMs === opensMs)
      .map(({ server }) => nameIn(language, catalog)(server));
    return html`${text.holdersClosed(list(language, holders))}<br>${opensAt(language, opensMs)}`;
  });
  if (availability.state === 'closed')
    notes.push(html`${text.closedNow}<br>${opensAt(language, availability.opensMs)}`);
  if (availability.state === 'uncertain') {
    const reasons = new Set(availability.causes.map(({ citizenText }) => citizenText[language]));
    notes.push(html`${text.uncertainNow([...reasons])}`);
  }
  return html`${notes.map((note) => html`<p class="notice">${note}</p>`)}`;
}

/** Returns the page that asks for the card and its PIN, and repeats what they are for. */
function cardPage(
  { language, authorization, problem, chosen }: View,
  form: string,
  { personas }: PageFacts,
): PageContent {
  const text = texts[language];
  const { client, edits = new Map<string, unknown>() } = authorization;
  const about = client.catalog.details
    .filter(({ id }) => holdersByDetail(client).has(id))
    .map((detail) => detail[language]);
  const [cardProblem, pinProblem] =
    problem?.reason === 'card_not_chosen' ? [problem, undefined] : [undefined, problem];
  const cards = [...personas.values()].map((persona, index) =>
    card(
      language,
      persona,
      { checked: persona === chosen, edited: edits.has(persona.id) },
      cardProblem !== undefined && index === 0,
    ),
  );
  const [first, more] =
    cards.length > CARDS_AT_ONCE + 1
      ? [cards.slice(0, CARDS_AT_ONCE), cards.slice(CARDS_AT_ONCE)]
      : [cards, []];
  const edited = [...personas.values()].filter(({ id }) => edits.has(id));
  const moreChosen = chosen !== undefined && [...personas.values()].indexOf(chosen) >= first.length;
  return {
    title: text.cardTitle,
    step: 1,
    body: html`<p class="summary">${text.handedTo(client.name)}<br><strong>${list(language, about)}</strong></p>
${editedNote(language, edited)}
${formStart(form)}
<fieldset><legend>${text.card}</legend>
<p class="hint">${text.cardHint}</p>
${alertOf(language, cardProblem)}
<div class="cards">${first}</div>
${more.length === 0 ? nothing : html`<details${moreChosen ? html` open` : nothing}><summary>${text.moreCards(more.length)}</summary><div class="cards">${more}</div></details>`}
</fieldset>
<div class="pin"><label for="pin">${text.pin}</label>
<p class="hint" id="pin-hint">${text.pinHint}</p>
${alertOf(language, pinProblem)}
<input id="pin" name="pin" type="password" inputmode="numeric" pattern="[0-9]{4}" maxlength="4" autocomplete="off" required${
      pinProblem === undefined
        ? html` aria-describedby="pin-hint"`
        : html` aria-describedby="problem pin-hint" aria-invalid="true" autofocus`
    }></div>
<div class="buttons">${button('agree', text.confirm)}${button('back', text.back)}${button('decline', text.cancel)}</div>
<section class="trial" aria-labelledby="trial"><h2 id="trial">${text.trial}</h2>
<p>${editTexts[language].hint}</p>
<div class="buttons">${button('edit', editTexts[language].open)}</div></section>
</form>`,
  };
}

function editedNote(language: Language, edited: readonly Persona[]): Markup {
  const names = edited.map(({ name }) => name);
  return names.length === 0
    ? nothing
    : html`<p class="notice" role="status">${editTexts[language].saved(list(language, names))}</p>`;
}

// A list of all cards would push the PIN off a phone's screen.
const CARDS_AT_ONCE = 6;

function card(
  language: Language,
  { id, name, birthDate, pin }: Persona,
  { checked, edited }: { readonly checked: boolean; readonly edited: boolean },
  faulty: boolean,
): Markup {
  const text = texts[language];
  const born =
    birthDate === undefined
      ? nothing
      : html`<span>${text.born(dayIn(language, parseDay(birthDate, 'birthDate'), false))}</span>`;
  return html`<label class="card"><input type="radio" name="persona" value="${id}" required${checked ? html` checked` : nothing}${faultyIf(
    faulty,
  )}><span><strong>${name}</strong>${born}<span>${text.samplePin(pin)}</span>${edited ? html`<span>${editTexts[language].edited}</span>` : nothing}</span></label>`;
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
  const { title, text: said, next } = text.endings[ending];
  const onwards =
    ending === 'used'
      ? [button('restart', text.startOver), button('decline', text.leave)]
      : [button('leave', text.leave)];
  return {
    title,
    body: html`${alertOf(language, problem, said)}
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

/** Returns what went wrong, with its error number. Programs read the code from an attribute. */
function alertOf(language: Language, problem: Refusal | undefined, said = ''): Markup {
  if (problem === undefined) return nothing;
  const { reason, description, descriptionJa } = problem;
  const text = said === '' ? (language === 'ja' ? descriptionJa : description) : said;
  return html`<p class="problem" id="problem" role="alert" data-refusal="${description} (${reason})">${text} <small>${texts[language].number}${pageNumberOf(reason)}</small></p>`;
}

/** Returns attributes that mark a field to correct, and move the focus to it. */
function faultyIf(faulty: boolean): Markup {
  return faulty ? html` aria-invalid="true" aria-describedby="problem" autofocus` : nothing;
}

/** Returns a function that names the holder behind a server as citizens know it. */
function nameIn(language: Language, catalog: Catalog): (server: string) => string {
  return (id) => serverRow(id, catalog).holder[language];
}

function list(language: Language, names: readonly string[]): string {
  return names.join(COMMA[language] + SPACE[language]);
}

/** Returns a list whose members are not broken over lines where there is room. */
function unbroken(language: Language, names: readonly string[], separator: string): Markup {
  return html`${names.map((name, index) => html`<span>${name}${index < names.length - 1 ? separator : ''}</span>${SPACE[language]}`)}`;
}

const COMMA = { ja: '、', en: ',' } as const;
const SPACE = { ja: '', en: ' ' } as const;

function opensAt(language: Language, ms: number | null): Markup {
  return ms === null
    ? nothing
    : html`${texts[language].opens}${texts[language].colon}${moment(language, ms)}`;
}

function dayIn(language: Language, day: number, weekday = true): string {
  const format = {
    ja: weekday ? 'yyyy年M月d日（ccc）' : 'yyyy年M月d日',
    en: weekday ? 'ccc d LLL yyyy' : 'd LLL yyyy',
  };
  return toDateTime(dayStart(day)).setLocale(language).toFormat(format[language]);
}

function moment(language: Language, ms: number): Markup {
  const time = toDateTime(ms).toFormat('H:mm');
  const said =
    language === 'ja'
      ? `${dayIn(language, dayOf(ms))}${time}（日本時間）`
      : `${dayIn(language, dayOf(ms))}, ${time} (Japan time)`;
  return html`<time datetime="${formatInstant(ms)}">${said}</time>`;
}
