import { categories } from '../../catalog/details.js';
import type { Language } from '../../foundation/language.js';
import { dayOf, formatDay } from '../../foundation/time.js';
import { holdersByDetail } from '../availability.js';
import { sampleFields } from '../personas/sample-fields.js';
import type { Client, ClientItem } from '../registrations.js';
import type { Authorization, View } from '../state.js';
import { button, formStart, html, type Markup, nothing, type PageContent } from './frame.js';
import {
  dayIn,
  errorBelow,
  faultyIf,
  list,
  nameIn,
  opensAt,
  type PageFacts,
  summaryOf,
  unbroken,
} from './parts.js';
import { texts } from './texts.js';

/** Returns the page that says who asks, for what, for which purpose, and how long it is kept. */
export function consentPage(
  { language, authorization, problem }: View,
  form: string,
  facts: PageFacts,
): PageContent {
  const text = texts[language];
  const { client } = authorization;
  const lastDay = dayOf(facts.nowMs) + client.retentionDays;
  const until = html`<time datetime="${formatDay(lastDay)}">${dayIn(language, lastDay)}</time>`;
  return {
    title: text.consentTitle,
    step: 0,
    summary: summaryOf(language, problem, 'agree'),
    body: html`<p class="lead">${text.asks(client.name, client.provider?.name)}</p>
${askerOf(language, authorization)}
<section aria-labelledby="items"><h2 id="items">${text.items}</h2>
${noticesOf(language, client, facts)}
${itemsOf(language, client, facts)}</section>
<section aria-labelledby="use"><h2 id="use">${text.use}</h2>
<dl>${row(text.purpose, html`${client.purpose}`)}
${row(text.kept, html`<span>${text.keptUntil.before}${until}${text.keptUntil.after}</span> <span>${text.keptDays(client.retentionDays)}</span>`)}</dl></section>
${formStart(form)}
<label class="agree"><input id="agree" type="checkbox" name="agree" value="yes" required${faultyIf(problem !== undefined, 'agree')}><span>${text.agreeBox}</span></label>
${errorBelow(language, problem, 'agree')}
<p class="hint">${text.agreeHint}</p>
<div class="buttons">${button('agree', text.agree)}${button('decline', text.decline)}</div>
</form>`,
  };
}

function row(term: string, definition: Markup): Markup {
  return html`<div><dt>${term}</dt><dd class="names">${definition}</dd></div>`;
}

/** Returns the section on the provider. It names missing entries, so that teams notice them. */
function askerOf(language: Language, { client, redirectUri }: Authorization): Markup {
  const text = texts[language];
  const { name, contact, privacyPolicy } = client.provider ?? {};
  const missing = html`<span class="missing">${text.missing}</span>`;
  const policy =
    privacyPolicy === undefined
      ? missing
      : html`<a href="${privacyPolicy}" target="_blank" rel="noopener noreferrer">${text.policyOf(name ?? '')}</a>`;
  return html`<section aria-labelledby="asker"><h2 id="asker">${text.asker}</h2>
<dl>${row(text.provider, name === undefined ? missing : html`<strong>${name}</strong>`)}
${row(text.service, html`${client.name}`)}
${row(text.contact, contact === undefined ? missing : html`${contact}`)}
${row(text.policy, policy)}
${row(text.returnsTo, html`${new URL(redirectUri).host}`)}
${row(text.serviceId, html`${client.clientId}`)}</dl></section>`;
}

/** Returns the items by category, with holders, what is provided, and the fields of each. */
function itemsOf(language: Language, client: Client, { personas }: PageFacts): Markup {
  const text = texts[language];
  const asked = holdersByDetail(client);
  const groups = categories.flatMap((category) => {
    const rows = client.catalog.details.flatMap((detail) => {
      const holders = asked.get(detail.id);
      if (detail.category !== category.id || holders === undefined) return [];
      const items = [...client.items.values()].filter((item) => item.detail === detail.id);
      const inquiries = new Set(items.flatMap((item) => inquiriesOf(language, item)));
      const fields = new Set(
        items.flatMap((item) => item.fields ?? sampleFields(detail.id, personas.values())),
      );
      return [
        html`<li><h4>${detail[language]}</h4>
<dl>${row(text.holders, unbroken(language, holders.map(nameIn(language, client.catalog))))}
${row(text.inquiries, unbroken(language, [...inquiries], text.oneOf))}
${row(text.fields, fields.size === 0 ? html`<span class="missing">${text.missing}</span>` : html`<span lang="ja">${unbroken('ja', [...fields])}</span>`)}</dl></li>`,
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

/** Returns the unavailable items: each cause once, with the items it concerns. */
function noticesOf(language: Language, client: Client, { availability }: PageFacts): Markup {
  if (availability === undefined) return nothing;
  const text = texts[language];
  const { catalog } = client;
  // By cause: the sentence that names its items, and when they are available again.
  const causes = new Map<string, Cause>();
  const add = (key: string, cause: Omit<Cause, 'details'>, detail: string) => {
    const known = causes.get(key) ?? { ...cause, details: [] };
    known.details.push(detail);
    causes.set(key, known);
  };
  for (const { id, [language]: name } of catalog.details) {
    const detail = availability.details.get(id);
    if (detail === undefined) continue;
    const { state, opensMs, closedHolders } = detail;
    if (state === 'closed') add(`closed ${opensMs}`, { say: text.closedNow, opensMs }, name);
    for (const at of new Set(closedHolders.map((holder) => holder.opensMs))) {
      const holders = closedHolders
        .filter((holder) => holder.opensMs === at)
        .map(({ server }) => nameIn(language, catalog)(server));
      const say = (about: string) => text.holdersClosed(list(language, holders), about);
      add(`${holders} ${at}`, { say, opensMs: at }, name);
    }
    if (state !== 'uncertain') continue;
    const reasons = new Set(detail.causes.map(({ citizenText }) => citizenText[language]));
    for (const reason of reasons) add(reason, { say: () => reason, opensMs: null }, name);
    // The sentence on closed holders says the same.
    if (reasons.size === 0 && closedHolders.length === 0)
      add('', { say: text.uncertainNow, opensMs: null }, name);
  }
  if (causes.size === 0) return nothing;
  const lines = [...causes.values()].map(({ say, details, opensMs }) => {
    const opens = opensAt(language, opensMs);
    return html`<li>${say(list(language, details))}${opensMs === null ? nothing : html`<br>${opens}`}</li>`;
  });
  return html`<div class="notice"><ul>${lines}</ul><p>${text.canContinue}</p></div>`;
}

/** A cause for which items are not available, or may not be. */
interface Cause {
  readonly say: (details: string) => string;
  readonly opensMs: number | null;
  readonly details: string[];
}
