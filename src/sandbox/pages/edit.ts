import { detailRow, holderName, serverRow } from '../../catalog/lookup.js';
import type { Language } from '../../foundation/language.js';
import {
  type DraftDetail,
  type DraftField,
  type DraftProblem,
  type DraftRecord,
  kinds,
  LONGEST_TEXT,
  MOST_RECORDS,
  type Part,
  parts,
  placeOf,
} from '../personas/draft.js';
import type { Client } from '../registrations.js';
import type { Edit, View } from '../state.js';
import { editTexts } from './edit-texts.js';
import {
  button,
  EDITOR,
  formStart,
  html,
  type Markup,
  nothing,
  type PageContent,
} from './frame.js';

/** What the parts of the page are made from. */
interface Shown {
  readonly language: Language;
  readonly client: Client;
  readonly problems: Edit['problems'];
  /** The place that gets the focus. */
  readonly focus: string | undefined;
}

/** Returns the page on which a person edits what a citizen's answer to this consent will be. */
export function editPage({ language, authorization, edit }: View, form: string): PageContent {
  if (edit === undefined) throw new Error('There is nothing to edit.');
  const { persona, draft, problems } = edit;
  const text = editTexts[language];
  const { client } = authorization;
  const shown = { language, client, problems, focus: edit.focus };
  return {
    title: text.title(persona.name),
    summary: summaryOf(shown, edit),
    body: html`<p class="notice">${text.about}</p>
${formStart(form, EDITOR)}
${draft.map((detail, index) => detailOf(shown, detail, index))}
<div class="buttons">${button('save', text.save)}${button('undo', text.undo)}${button('cancel', text.cancel)}</div>
</form>`,
  };
}

/** Lists what is wrong, with links to the places. */
function summaryOf({ language, client, problems }: Shown, { draft }: Edit): Markup {
  if (problems.size === 0) return nothing;
  const text = editTexts[language];
  const lines = draft.flatMap(({ id, records = [] }, index) =>
    records.flatMap(({ fields }, at) =>
      [
        ...parts.map((part) => [part, text.parts[part]] as const),
        ...fields.map(({ name }, field) => [`f${field}`, name] as const),
        ['more', text.more] as const,
      ].flatMap(([part, label]) => {
        const place = placeOf(index, at, part);
        const name = [detailRow(id, client.catalog)[language], text.record(at + 1), label];
        return problems.has(place)
          ? [html`<li><a href="#${place}">${name.join(SLASH)}</a></li>`]
          : [];
      }),
    ),
  );
  return html`<div class="problem" role="alert" tabindex="-1" autofocus><p>${text.wrong(problems.size)} <code>answer_invalid</code></p><ul>${lines}</ul></div>`;
}

const SLASH = ' / ';

function detailOf(shown: Shown, detail: DraftDetail, index: number): Markup {
  const { language, client } = shown;
  const text = editTexts[language];
  const { [language]: name } = detailRow(detail.id, client.catalog);
  const { records } = detail;
  const answer = placeOf(index);
  const answers = detail.answers.map(
    (kind) =>
      html`<label><input type="radio" name="${answer}" value="${kind}"${kind === detail.answer ? html` checked` : nothing}> ${text.answers[kind]}</label>`,
  );
  return html`<section aria-labelledby="${answer}"><h2 id="${answer}">${name}</h2>
<fieldset class="choice"><legend>${text.answer}</legend>${answers}</fieldset>
${records === undefined ? html`<p>${text.tooMany}</p>` : records.map((record, at) => recordOf(shown, detail, record, [index, at]))}
${(records?.length ?? MOST_RECORDS) < MOST_RECORDS ? html`<div class="add">${button(`add-${index}`, text.add(name))}</div>` : nothing}
</section>`;
}

type Place = readonly [detail: number, record: number];

function recordOf(shown: Shown, detail: DraftDetail, record: DraftRecord, at: Place): Markup {
  const { language, problems } = shown;
  const text = editTexts[language];
  const out = placeOf(...at, 'out');
  const time = parts.slice(2);
  const isOpen = (some: readonly string[]) =>
    some.some((part) => problems.has(placeOf(...at, part))) ? html` open` : nothing;
  return html`<fieldset class="record"><legend>${text.record(at[1] + 1)}</legend>
<label><input type="checkbox" name="${out}" value="yes"${record.leftOut ? html` checked` : nothing}> ${text.leaveOut}</label>
${serverOf(shown, detail, record, at)}
${partOf(shown, record, at, 'holder')}
<details${isOpen(time)}><summary>${text.time}</summary><p class="hint">${text.dayHint}</p>
${time.map((part) => partOf(shown, record, at, part))}</details>
${record.fields.map((field, number) => fieldOf(shown, field, at, number))}
<details${record.more === '' ? nothing : html` open`}><summary>${text.more}</summary>
${moreOf(shown, record, at)}</details></fieldset>`;
}

function serverOf(
  shown: Shown,
  { id }: DraftDetail,
  { parts: { server } }: DraftRecord,
  at: Place,
): Markup {
  const { language, client } = shown;
  const asked = [...client.items.values()]
    .filter((item) => item.detail === id)
    .flatMap((item) => item.holders);
  const options = [...new Set([...asked, server])].map(
    (known) =>
      html`<option value="${known}"${known === server ? html` selected` : nothing}>${nameOf(shown, known)}</option>`,
  );
  const place = placeOf(...at, 'server');
  return html`<div class="field"><label for="${place}">${editTexts[language].parts.server}</label>
<select class="whole" id="${place}" name="${place}"${marks(shown, place)}>${options}</select>${problemAt(shown, place)}</div>`;
}

function nameOf({ language, client }: Shown, server: string): string {
  const isKnown = client.catalog.servers.some(({ id }) => id === server);
  return isKnown
    ? `${holderName(serverRow(server, client.catalog))[language]} (${server})`
    : server;
}

function partOf(shown: Shown, record: DraftRecord, at: Place, part: Part): Markup {
  const place = placeOf(...at, part);
  return html`<div class="field"><label for="${place}">${editTexts[shown.language].parts[part]}</label>
<input class="whole" id="${place}" name="${place}" value="${record.parts[part]}" maxlength="${LONGEST_TEXT}" autocomplete="off"${marks(shown, place)}>${problemAt(shown, place)}</div>`;
}

function fieldOf(
  shown: Shown,
  { name, kind, text }: DraftField,
  at: Place,
  number: number,
): Markup {
  const { kinds: names, kindOf } = editTexts[shown.language];
  const [place, choice] = [placeOf(...at, `f${number}`), placeOf(...at, `k${number}`)];
  const options = kinds.map(
    (known) =>
      html`<option value="${known}"${known === kind ? html` selected` : nothing}>${names[known]}</option>`,
  );
  return html`<div class="field"><label for="${place}">${name}</label>
<input id="${place}" name="${place}" value="${text}" maxlength="${LONGEST_TEXT}" autocomplete="off"${kind === 'number' ? html` inputmode="decimal"` : nothing}${marks(shown, place)}><select name="${choice}" aria-label="${kindOf(name)}">${options}</select>${problemAt(shown, place)}</div>`;
}

function moreOf(shown: Shown, { more }: DraftRecord, at: Place): Markup {
  const { more: label, moreHint } = editTexts[shown.language];
  const place = placeOf(...at, 'more');
  // A browser drops the first line break of a text area.
  return html`<p class="hint">${moreHint}</p>
<textarea id="${place}" name="${place}" rows="3" maxlength="${LONGEST_TEXT}" aria-label="${label}"${marks(shown, place)}>
${more}</textarea>${problemAt(shown, place)}`;
}

/** Returns attributes that mark a place to correct, and move the focus to the first one. */
function marks({ problems, focus }: Shown, place: string): Markup {
  const faulty = problems.has(place)
    ? html` aria-invalid="true" aria-describedby="${place}-problem"`
    : nothing;
  return html`${faulty}${place === focus ? html` autofocus` : nothing}`;
}

function problemAt({ language, problems }: Shown, place: string): Markup {
  const problem: DraftProblem | undefined = problems.get(place);
  return problem === undefined
    ? nothing
    : html`<p class="problem" id="${place}-problem">${editTexts[language].problems[problem]}</p>`;
}
