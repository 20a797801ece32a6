import type { Language } from '../../foundation/language.js';
import { type Attempt, checking, type SandboxContext } from '../context.js';
import type { ConsentRule } from '../control/rule.js';
import { type Authorization, FORM_LIFE_MS } from '../state.js';
import { opensVisit } from '../visit.js';
import { checkCard } from './card-check.js';
import type { Decision } from './decision.js';
import { errorCallbackTo, sendCallback } from './redirects.js';
import { Refusal } from './refusals.js';

/**
 * The headers of an authorization request by which a program consents without a page: the id of the
 * persona, and if wanted the PIN that is entered and `agree` or `decline`. Only the sandbox knows
 * them.
 *
 * @example
 * ```ts
 * import { consentHeaders } from 'myna-selfinfo/sandbox';
 * // The callback that a browser would be sent to.
 * async function consent(url: string) {
 *   const headers = { [consentHeaders.persona]: 'hanako' };
 *   const response = await fetch(url, { headers, redirect: 'manual' });
 *   return response.headers.get('location');
 * }
 * ```
 */
export const consentHeaders = {
  persona: 'x-sandbox-persona',
  pin: 'x-sandbox-pin',
  decision: 'x-sandbox-decision',
} as const;

/**
 * Returns how a consent is to be given without a page: by headers, by a `login_hint` that names a
 * persona, or by the rule of the space. Undefined: a person or a visit consents on the pages.
 */
export function ruleFor(
  { personas, rule }: SandboxContext,
  request: Request,
  parameters: ReadonlyMap<string, string>,
  attempt: Attempt,
): ConsentRule | undefined {
  if (opensVisit(request)) return undefined;
  const header = (name: keyof typeof consentHeaders) =>
    request.headers.get(consentHeaders[name]) ?? undefined;
  if (Object.values(consentHeaders).some((name) => request.headers.has(name)))
    checking(attempt, 'consent_header');
  const [named, decision = 'agree'] = [header('persona'), header('decision')];
  if (decision !== 'agree' && decision !== 'decline')
    throw new Refusal('consent_header_unknown', consentHeaders.decision);
  if (named !== undefined && !personas.has(named))
    throw new Refusal('consent_header_unknown', consentHeaders.persona);
  const hint = parameters.get('login_hint') ?? '';
  const persona = named ?? (personas.has(hint) ? hint : undefined);
  return persona === undefined ? rule : { persona, pin: header('pin'), decision };
}

/** Gives or declines a consent, and sends the browser on. A wrong PIN leads to the page. */
export function consentByRule(
  context: SandboxContext,
  attempt: Attempt,
  authorization: Authorization,
  language: Language,
  { persona, pin = context.personas.get(persona)?.pin ?? '', decision }: ConsentRule,
): Response {
  const decided: Attempt = { ...attempt, checked: [] };
  const made: Decision = {
    context,
    attempt: decided,
    form: {
      view: { page: 'card', authorization, language },
      expiresAt: context.clock.now() + FORM_LIFE_MS,
      used: true,
    },
    parameters: new Map([
      ['persona', persona],
      ['pin', pin],
    ]),
  };
  const page = decision === 'decline' ? decline(made) : checkCard(made);
  attempt.decided = decided;
  return authorization.sentTo ? sendCallback(context, language, authorization.sentTo) : page;
}

/** Ends a transaction because the citizen declined. */
export function decline({ context, attempt, form }: Decision): Response {
  const { authorization, language } = form.view;
  const declined = new Refusal('declined');
  attempt.outcome = { ...declined.logged(), outcome: 'accepted' };
  authorization.sentTo = errorCallbackTo(authorization, context.origins.apiUrl, declined);
  return sendCallback(context, language, authorization.sentTo);
}
