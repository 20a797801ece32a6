import type { Catalog } from '../../catalog/catalog.js';
import { serverRow } from '../../catalog/lookup.js';
import type { Language } from '../../foundation/language.js';
import { dayOf, dayStart, formatInstant, toDateTime } from '../../foundation/time.js';
import type { RegisteredAvailability } from '../availability.js';
import type { Persona } from '../personas/persona.js';
import type { Refusal } from '../portal/refusals.js';
import { pageNumberOf } from './error-numbers.js';
import { html, type Markup, nothing } from './frame.js';
import { texts } from './texts.js';

/** Data of a page besides its view. */
export interface PageFacts {
  readonly nowMs: number;
  /** When the page stops accepting a decision. */
  readonly expiresAt: number;
  readonly availability: RegisteredAvailability | undefined;
  readonly personas: ReadonlyMap<string, Persona>;
}

/** Returns the text of a refusal in a language. */
export function said(language: Language, { description, descriptionJa }: Refusal): string {
  return language === 'ja' ? descriptionJa : description;
}

/** Returns the problem, with its error number. Programs read the code from an attribute. */
export function alertOf(
  language: Language,
  problem: Refusal | undefined,
  text: string | Markup,
): Markup {
  if (problem === undefined) return nothing;
  const { reason, description } = problem;
  return html`<div class="problem" id="problem" role="alert" tabindex="-1" data-refusal="${description} (${reason})">${text} <small>${texts[language].number}${pageNumberOf(reason)}</small></div>`;
}

/** Returns the error summary. It has the focus, and links to the field. */
export function summaryOf(
  language: Language,
  problem: Refusal | undefined,
  field: string | undefined,
): Markup {
  if (problem === undefined || field === undefined) return nothing;
  const { reason, description } = problem;
  const { correct, number } = texts[language];
  return html`<div class="problem" role="alert" tabindex="-1" autofocus data-refusal="${description} (${reason})"><h2>${correct}</h2>
<p><a href="#${field}">${said(language, problem)}</a> <small>${number}${pageNumberOf(reason)}</small></p></div>`;
}

/** Returns the error below a field. `describedBy` of the same field points to it. */
export function errorBelow(
  language: Language,
  problem: Refusal | undefined,
  field: string,
): Markup {
  return problem === undefined
    ? nothing
    : html`<p class="error" id="${field}-error">${texts[language].mistaken}${said(language, problem)}</p>`;
}

/** Returns attributes of a field: its descriptions, and whether it has an error. */
export function faultyIf(faulty: boolean, field: string, hint = ''): Markup {
  if (faulty)
    return html` aria-invalid="true" aria-describedby="${`${field}-error ${hint}`.trim()}"`;
  return hint === '' ? nothing : html` aria-describedby="${hint}"`;
}

/**
 * Returns the time limit of the page. The second sentence appears one minute before, without a
 * script, and screen readers read it then.
 */
export function limitOf(language: Language, { nowMs, expiresAt }: PageFacts): Markup {
  const { limit, limitSoon } = texts[language];
  const minutes = Math.floor((expiresAt - nowMs) / 60_000);
  const time = html`<time datetime="${formatInstant(expiresAt)}">${toDateTime(expiresAt).toFormat('H:mm')}</time>`;
  return html`<p class="limit" id="limit">${limit.before}${time}${limit.after}</p>
<p class="soon" role="status" data-minutes="${minutes}"><span>${limitSoon}</span></p>`;
}

/** Returns a function that names the holder behind a server as citizens know it. */
export function nameIn(language: Language, catalog: Catalog): (server: string) => string {
  return (id) => serverRow(id, catalog).holder[language];
}

export function list(language: Language, names: readonly string[]): string {
  return names.join(COMMA[language] + SPACE[language]);
}

/** Returns a list that breaks between its members where possible. */
export function unbroken(
  language: Language,
  names: readonly string[],
  separator: string = COMMA[language],
): Markup {
  return html`${names.map((name, index) => html`<span>${name}${index < names.length - 1 ? separator : ''}</span>${SPACE[language]}`)}`;
}

const COMMA = { ja: '、', en: ',' } as const;
const SPACE = { ja: '', en: ' ' } as const;

export function opensAt(language: Language, ms: number | null): Markup {
  return ms === null ? nothing : html`${texts[language].opens}: ${moment(language, ms)}`;
}

export function dayIn(language: Language, day: number, weekday = true): string {
  const format = {
    ja: weekday ? 'yyyy年M月d日（ccc）' : 'yyyy年M月d日',
    en: weekday ? 'ccc d LLL yyyy' : 'd LLL yyyy',
  };
  return toDateTime(dayStart(day)).setLocale(language).toFormat(format[language]);
}

export function moment(language: Language, ms: number): Markup {
  const time = toDateTime(ms).toFormat('H:mm');
  const text =
    language === 'ja'
      ? `${dayIn(language, dayOf(ms))}${time}（日本時間）`
      : `${dayIn(language, dayOf(ms))}, ${time} (Japan time)`;
  return html`<time datetime="${formatInstant(ms)}">${text}</time>`;
}
