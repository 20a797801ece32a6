import type { Attempt, SandboxContext } from '../context.js';
import type { EndReason } from '../pages/texts.js';
import type { PendingForm, View } from '../state.js';
import type { Refusal } from './refusals.js';
import { showPage } from './views.js';

/** A decision on a form, with everything that its handlers need. */
export interface Decision {
  readonly context: SandboxContext;
  readonly attempt: Attempt;
  readonly form: PendingForm;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Shows why there is nothing left to decide. */
export function showEnd(
  { context, attempt, form }: Decision,
  ending: EndReason,
  refusal: Refusal,
): Response {
  const { authorization, language } = form.view;
  attempt.outcome = refusal.logged();
  const view: View = { page: 'ended', authorization, language, ending, problem: refusal };
  return showPage(context, view, form.expiresAt);
}
