import { type Attempt, checking, type SandboxContext } from '../context.js';
import { languageOf } from '../pages/texts.js';
import type { Authorization } from '../state.js';
import { checkRequest, registeredUri, takePushed } from './authorization-request.js';
import { readParameters, required } from './bodies.js';
import { usualReading } from './hand-over.js';
import { errorCallbackTo, sendCallback } from './redirects.js';
import { Refusal } from './refusals.js';
import { showFirstPage } from './views.js';
import { consentByRule, ruleFor } from './without-page.js';

/**
 * Serves the authorization endpoint (`GET`): shows the first page of the consent. Redirects only
 * once client and redirect URI are known to be registered.
 */
export async function openConsent(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  checking(attempt, 'parameters');
  const parameters = readParameters(new URL(request.url).search.slice(1));
  checking(attempt, 'client');
  const client = context.clients.get(required(parameters, 'client_id'));
  if (client === undefined) throw new Refusal('unknown_client');
  attempt.clientId = client.clientId;
  const rule = ruleFor(context, request, parameters, attempt);
  const language = languageOf(request);
  const consent = (authorization: Authorization) => {
    authorization.reading = usualReading(request);
    return rule === undefined
      ? showFirstPage(context, authorization, language)
      : consentByRule(context, attempt, authorization, language, rule);
  };
  const requestUri = parameters.get('request_uri');
  if (requestUri !== undefined) return consent(takePushed(context, client, requestUri, attempt));
  const redirectUri = registeredUri(client, parameters, attempt);
  try {
    checking(attempt, 'push');
    if (client.mustPush) throw new Refusal('push_required');
    const authorization = checkRequest(client, redirectUri, parameters, context.profile, attempt);
    return consent(authorization);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    attempt.outcome = refusal.logged();
    const target = { redirectUri, state: parameters.get('state') };
    const callback = errorCallbackTo(target, context.origins.apiUrl, refusal);
    return sendCallback(context, language, callback);
  }
}
