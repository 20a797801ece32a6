import { checking } from '../context.js';
import type { EndReason } from '../pages/texts.js';
import { withEdits } from '../personas/draft.js';
import type { Persona } from '../personas/persona.js';
import { type Decision, showEnd } from './decision.js';
import { callbackTo, endAt, errorCallbackTo } from './redirects.js';
import { Refusal } from './refusals.js';
import { showPage } from './views.js';

const WRONG_PINS_ALLOWED = 3;

/** Checks the chosen card and its PIN, and sends the citizen back with a code. */
export function checkCard(decision: Decision): Response {
  const { context, attempt, form, parameters } = decision;
  const { wrongPins } = context;
  checking(attempt, 'card');
  const persona = chosenCard(decision);
  if (persona === undefined) return askAgain(decision, new Refusal('card_not_chosen'), persona);
  if (persona.card === 'expired')
    return endBy(decision, 'certificate', new Refusal('certificate_expired'));
  const wrong = wrongPins.get(persona.id) ?? 0;
  if (persona.card === 'locked' || wrong === WRONG_PINS_ALLOWED)
    return endBy(decision, 'locked', new Refusal('card_locked'));
  checking(attempt, 'pin');
  const pin = parameters.get('pin') ?? '';
  // A text that cannot be a PIN costs no try.
  if (!/^\d{4}$/.test(pin)) return askAgain(decision, new Refusal('pin_not_four_digits'), persona);
  if (pin !== persona.pin) return countWrongPin(decision, persona, wrong + 1);
  wrongPins.delete(persona.id);
  const { authorization, language } = form.view;
  const issuedAt = context.clock.now();
  const edited = withEdits(persona, authorization.edits?.get(persona.id));
  const code = context.codes.put({ authorization, persona: edited, issuedAt, used: false });
  const { state } = authorization;
  const callback = callbackTo(authorization, context.origins.apiUrl, { code, state });
  return endAt(context, authorization, language, callback);
}

/** Returns the persona whose card was chosen. */
export function chosenCard({ context, parameters }: Decision): Persona | undefined {
  return context.personas.get(parameters.get('persona') ?? '');
}

function countWrongPin(decision: Decision, persona: Persona, wrong: number): Response {
  decision.context.wrongPins.set(persona.id, wrong);
  const left = WRONG_PINS_ALLOWED - wrong;
  return left > 0
    ? askAgain(decision, new Refusal('pin_wrong', String(left)), persona)
    : endBy(decision, 'locked', new Refusal('card_locked'));
}

/** Shows the card page with a problem. */
export function askAgain(
  { context, attempt, form }: Decision,
  problem: Refusal,
  chosen: Persona | undefined,
): Response {
  const { authorization, language } = form.view;
  attempt.outcome = problem.logged();
  return showPage(context, { page: 'card', authorization, language, problem, chosen });
}

/** Ends the transaction, and shows why before the citizen is sent back. */
function endBy(decision: Decision, ending: EndReason, refusal: Refusal): Response {
  const { authorization } = decision.form.view;
  const { apiUrl } = decision.context.origins;
  authorization.sentTo = errorCallbackTo(authorization, apiUrl, refusal);
  return showEnd(decision, ending, refusal);
}
