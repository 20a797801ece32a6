import type { Language } from '../../foundation/language.js';
import { parseDay } from '../../foundation/time.js';
import { holdersByDetail } from '../availability.js';
import type { Persona } from '../personas/persona.js';
import type { RefusalCode } from '../portal/refusal-table.js';
import type { View } from '../state.js';
import { editTexts } from './edit-texts.js';
import { button, formStart, html, type Markup, nothing, type PageContent } from './frame.js';
import { handOverTexts, READINGS } from './hand-over-texts.js';
import { dayIn, errorBelow, faultyIf, list, type PageFacts, summaryOf } from './parts.js';
import { qrCode } from './qr.js';
import { texts } from './texts.js';

// A list of all cards would push the PIN off a phone's screen.
const CARDS_AT_ONCE = 6;

type Field = 'reading' | 'card' | 'pin';

const fieldOf: Partial<Record<RefusalCode, Field>> = {
  app_not_installed: 'reading',
  reader_not_found: 'reading',
  card_not_read: 'reading',
  card_not_chosen: 'card',
};

/**
 * Returns the page that hands over to a phone or a card reader, asks for the card and its PIN, and
 * repeats what they are for.
 */
export function cardPage(view: View, form: string, { personas }: PageFacts): PageContent {
  const { language, authorization, problem } = view;
  const text = texts[language];
  const { client, edits = new Map<string, unknown>() } = authorization;
  const about = client.catalog.details
    .filter(({ id }) => holdersByDetail(client).has(id))
    .map((detail) => detail[language]);
  const faulty = problem && (fieldOf[problem.reason] ?? 'pin');
  const problemOf = (field: Field) => (field === faulty ? problem : undefined);
  const edited = [...personas.values()].filter(({ id }) => edits.has(id));
  const pinProblem = problemOf('pin');
  return {
    title: text.cardTitle,
    step: 1,
    summary: summaryOf(language, problem, faulty),
    body: html`<p class="summary">${text.handedTo(client.provider?.name ?? client.name)}<br><strong>${list(language, about)}</strong></p>
${editedNote(language, edited)}
${formStart(form)}
${readingOf(view, problemOf('reading') !== undefined)}
${cardsOf(view, [...personas.values()], problemOf('card') !== undefined)}
<div class="pin"><label for="pin">${text.pin}</label>
<p class="hint" id="pin-hint">${text.pinHint}</p>
<input id="pin" name="pin" type="password" inputmode="numeric" pattern="[0-9]{4}" maxlength="4" autocomplete="off" required${faultyIf(pinProblem !== undefined, 'pin', 'pin-hint')}>
${errorBelow(language, pinProblem, 'pin')}</div>
<div class="buttons">${button('agree', text.confirm)}${button('back', text.back)}${button('decline', text.cancel)}</div>
${trialOf(language)}
</form>`,
  };
}

/** Returns the choice of how to read the card. Only the chosen way shows its steps. */
function readingOf({ language, authorization, problem }: View, faulty: boolean): Markup {
  const text = handOverTexts[language];
  const ways = READINGS.map((reading, index) => {
    const { name, about, steps } = text.ways[reading];
    const id = index === 0 ? 'reading' : `reading-${reading}`;
    const chosen = reading === (authorization.reading ?? 'phone');
    return html`<div class="way"><input type="radio" id="${id}" name="reading" value="${reading}"${chosen ? html` checked` : nothing}${faultyIf(faulty, 'reading')}><label for="${id}"><strong>${name}</strong><span>${about}</span></label>
<div class="steps-of">${reading === 'phone' ? qrCode(text.qr) : nothing}<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol></div></div>`;
  });
  return html`<fieldset><legend>${text.title}</legend>
<div class="ways">${ways}</div>
${errorBelow(language, faulty ? problem : undefined, 'reading')}
</fieldset>`;
}

function cardsOf(
  { language, authorization, problem, chosen }: View,
  personas: readonly Persona[],
  faulty: boolean,
): Markup {
  const text = texts[language];
  const cards = personas.map((persona, index) =>
    card(language, persona, {
      checked: persona === chosen,
      edited: authorization.edits?.has(persona.id) ?? false,
      first: index === 0,
      faulty,
    }),
  );
  const [first, more] =
    cards.length > CARDS_AT_ONCE + 1
      ? [cards.slice(0, CARDS_AT_ONCE), cards.slice(CARDS_AT_ONCE)]
      : [cards, []];
  const moreChosen = chosen !== undefined && personas.indexOf(chosen) >= first.length;
  return html`<fieldset><legend>${text.card}</legend>
<p class="hint">${text.cardHint}</p>
<div class="cards">${first}</div>
${more.length === 0 ? nothing : html`<details${moreChosen ? html` open` : nothing}><summary>${text.moreCards(more.length)}</summary><div class="cards">${more}</div></details>`}
${errorBelow(language, faulty ? problem : undefined, 'card')}
</fieldset>`;
}

interface CardState {
  readonly checked: boolean;
  readonly edited: boolean;
  readonly first: boolean;
  readonly faulty: boolean;
}

function card(
  language: Language,
  { id, name, birthDate, pin }: Persona,
  { checked, edited, first, faulty }: CardState,
): Markup {
  const text = texts[language];
  const born =
    birthDate === undefined
      ? nothing
      : html`<span>${text.born(dayIn(language, parseDay(birthDate, 'birthDate'), false))}</span>`;
  return html`<label class="card"><input type="radio"${first ? html` id="card"` : nothing} name="persona" value="${id}" required${checked ? html` checked` : nothing}${faultyIf(faulty, 'card')}><span><strong>${name}</strong>${born}<span>${text.samplePin(pin)}</span>${edited ? html`<span>${editTexts[language].edited}</span>` : nothing}</span></label>`;
}

function editedNote(language: Language, edited: readonly Persona[]): Markup {
  const names = edited.map(({ name }) => name);
  return names.length === 0
    ? nothing
    : html`<p class="notice" role="status">${editTexts[language].saved(list(language, names))}</p>`;
}

/** Returns the parts that only the sandbox has: failures of the card, and the editor. */
function trialOf(language: Language): Markup {
  const { trial, failures } = handOverTexts[language];
  const { hint, open } = editTexts[language];
  const fails = (['app', 'reader', 'card', 'time'] as const).map((failure) =>
    button(`fail-${failure}`, failures[failure]),
  );
  return html`<section class="trial" aria-labelledby="trial"><h2 id="trial">${texts[language].trial}</h2>
<p>${trial}</p>
<div class="buttons">${fails}</div>
<p>${hint}</p>
<div class="buttons">${button('edit', open)}</div></section>`;
}
