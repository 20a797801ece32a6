import { holdersByDetail } from '../availability.js';
import { checking } from '../context.js';
import {
  addRecord,
  type Draft,
  draftOf,
  MOST_RECORDS,
  placeOf,
  readDraft,
  settleDraft,
  withEdits,
} from '../personas/draft.js';
import type { PersonaRecord } from '../personas/persona.js';
import type { Edit, View } from '../state.js';
import type { Decision } from './decision.js';
import { Refusal } from './refusals.js';
import { showPage } from './views.js';

const ON_EDITOR = /^(?:save|undo|cancel|add-\d{1,3})$/;

/** Returns whether a decision belongs to the editor of an answer: to open it, or one on its page. */
export function isEditing({ page }: View, decision: string): boolean {
  return page === 'edit' ? ON_EDITOR.test(decision) : page === 'card' && decision === 'edit';
}

/** Opens the editor for the chosen card, or does what its page decided. */
export function edit(made: Decision, decision: string): Response {
  const { context, attempt, form, parameters } = made;
  const { authorization, edit: shown } = form.view;
  if (shown === undefined) {
    checking(attempt, 'card');
    const chosen = context.personas.get(parameters.get('persona') ?? '');
    if (chosen === undefined) return showCard(made, { problem: new Refusal('card_not_chosen') });
    const persona = withEdits(chosen, authorization.edits?.get(chosen.id));
    const draft = draftOf(persona, [...holdersByDetail(authorization.client).keys()]);
    return showEditor(made, { persona, draft, problems: new Map() });
  }
  const { persona } = shown;
  const chosen = context.personas.get(persona.id);
  if (decision === 'cancel') return showCard(made, { chosen });
  if (decision === 'undo') {
    authorization.edits?.delete(persona.id);
    return showCard(made, { chosen });
  }
  const draft = readDraft(shown.draft, parameters);
  if (decision !== 'save') return add(made, { ...shown, draft }, Number(decision.slice(4)));
  checking(attempt, 'answer');
  const { edits, problems } = settleDraft(draft, persona, authorization.client.catalog);
  if (problems.size > 0) return showEditor(made, { persona, draft, problems });
  authorization.edits ??= new Map();
  authorization.edits.set(persona.id, edits);
  return showCard(made, { chosen });
}

/** Returns a view with what was typed on its page, so that a change of the language loses nothing. */
export function withTyped(view: View, parameters: Decision['parameters']): View {
  const { edit: shown } = view;
  // The switch of a page without the editor sends no other parameter.
  return shown === undefined
    ? view
    : { ...view, edit: { ...shown, draft: readDraft(shown.draft, parameters) } };
}

function add(made: Decision, shown: Edit, at: number): Response {
  const { [at]: detail } = shown.draft;
  if (detail === undefined) return showEditor(made, shown);
  const sample = sampleOf(made, detail.id);
  const draft: Draft = addRecord(shown.draft, at, sample);
  const focus = placeOf(at, Math.min(detail.records?.length ?? 0, MOST_RECORDS - 1), 'server');
  return showEditor(made, { persona: shown.persona, draft, problems: new Map(), focus });
}

/** Returns a record that another persona has of a detail, or an empty one. */
function sampleOf({ context, form }: Decision, detail: string): PersonaRecord {
  const { client } = form.view.authorization;
  const [server = ''] = holdersByDetail(client).get(detail) ?? [];
  const known = [...context.personas.values()].flatMap(({ records }) => records[detail] ?? []);
  return known[0] ?? { server, holder: '', fields: {} };
}

function showEditor({ context, attempt, form }: Decision, shown: Edit): Response {
  const { authorization, language } = form.view;
  const problem = shown.problems.size === 0 ? undefined : new Refusal('answer_invalid');
  if (problem !== undefined) attempt.outcome = problem.logged();
  return showPage(context, { page: 'edit', authorization, language, problem, edit: shown });
}

function showCard(
  { context, attempt, form }: Decision,
  { problem, chosen }: Pick<View, 'problem' | 'chosen'>,
): Response {
  const { authorization, language } = form.view;
  if (problem !== undefined) attempt.outcome = problem.logged();
  return showPage(context, { page: 'card', authorization, language, problem, chosen });
}
