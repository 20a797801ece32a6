import { type Attempt, checking, type SandboxContext } from '../context.js';
import type { Callback } from '../state.js';
import { MAX_EDITOR_BODY_BYTES, readForm, required } from './bodies.js';
import { askAgain, checkCard, chosenCard } from './card-check.js';
import { type Decision, showEnd } from './decision.js';
import { edit, isEditing, withTyped } from './edit.js';
import { failureOf, readingOf } from './hand-over.js';
import { sendCallback } from './redirects.js';
import { Refusal } from './refusals.js';
import { showPage } from './views.js';
import { decline } from './without-page.js';

/**
 * Serves the pages' forms (`POST`). Agreeing counts once. A citizen who comes late or twice gets a
 * page that says so, with the way back.
 */
export async function decide(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  checking(attempt, 'parameters');
  const parameters = await readForm(request, MAX_EDITOR_BODY_BYTES);
  checking(attempt, 'form');
  const form = context.forms.get(required(parameters, 'form'));
  if (form === undefined) throw new Refusal('form_expired');
  const { view, expiresAt } = form;
  const { authorization, language } = view;
  attempt.clientId = authorization.client.clientId;
  const made: Decision = { context, attempt, form, parameters };
  checking(attempt, 'decision');
  const decision = required(parameters, 'decision');
  if (decision === 'ja' || decision === 'en')
    return showPage(context, { ...withTyped(view, parameters), language: decision }, expiresAt);
  checking(attempt, 'transaction_open');
  if (authorization.sentTo !== undefined)
    return decideAfterEnd(made, decision, authorization.sentTo);
  authorization.reading = readingOf(parameters) ?? authorization.reading;
  const isEdit = isEditing(view, decision);
  const failure = failureOf(view, decision);
  if (!isEdit && failure === undefined && !['agree', 'back', 'restart'].includes(decision))
    return decline(made);
  checking(attempt, 'form_time');
  if (context.clock.now() >= expiresAt)
    return showEnd(made, 'expired', new Refusal('form_expired'));
  if (failure === 'time') return showEnd(made, 'expired', new Refusal('form_expired'));
  if (failure !== undefined) return askAgain(made, new Refusal(failure), chosenCard(made));
  if (isEdit) return edit(made, decision);
  if (decision !== 'agree') return showPage(context, { page: 'consent', authorization, language });
  checking(attempt, 'form_unused');
  if (form.used) return showEnd(made, 'used', new Refusal('form_expired'));
  form.used = true;
  return view.page === 'card' ? checkCard(made) : agree(made);
}

/** Handles a decision on a transaction that has ended. Only `leave` goes on, to the callback. */
function decideAfterEnd(made: Decision, decision: string, callback: Callback): Response {
  const { problem, ending, language } = made.form.view;
  if (decision !== 'leave') return showEnd(made, 'finished', new Refusal('form_expired'));
  if (problem !== undefined && ending !== 'finished') made.attempt.outcome = problem.logged();
  return sendCallback(made.context, language, callback);
}

function agree({ context, attempt, form, parameters }: Decision): Response {
  const { page, authorization, language } = form.view;
  if (page === 'consent' || parameters.has('agree')) checking(attempt, 'consent');
  if (parameters.get('agree') === 'yes')
    return showPage(context, { page: 'card', authorization, language });
  // A citizen who goes on although everything is closed has not seen the consent yet, so show it.
  if (page !== 'consent') return showPage(context, { page: 'consent', authorization, language });
  const problem = new Refusal('consent_not_ticked');
  attempt.outcome = problem.logged();
  return showPage(context, { page: 'consent', authorization, language, problem });
}
