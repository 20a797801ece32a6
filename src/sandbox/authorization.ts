import { publicProfile } from '../profile.js';
import { readForm, readParameters, required } from './bodies.js';
import { cardPage, consentPage, type Language, languageOf } from './pages.js';
import { Refusal } from './refusals.js';
import type { Client } from './registrations.js';
import { type Attempt, type Authorization, type PendingForm, PUSHED_PREFIX, type World } from './state.js';

const WRONG_PINS_ALLOWED = 3;

/** The citizen's side: opening the consent, and deciding on its two pages. */
export function createAuthorization(world: World) {
  const { clients, personas, clock, forms, pushed, codes, wrongPins, origins } = world;

  function redirect({ redirectUri }: Pick<Authorization, 'redirectUri'>, parameters: Record<string, string>): Response {
    // Appended as text, so that the registered URI stays as it is.
    const query = new URLSearchParams({ ...parameters, iss: origins.apiUrl });
    return new Response(null, {
      status: 303,
      headers: { location: `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    });
  }

  function redirectRefusal(to: { redirectUri: string; state?: string | undefined }, refusal: Refusal): Response {
    const state = to.state === undefined || to.state === '' ? {} : { state: to.state };
    return redirect(to, { error: refusal.error, error_description: refusal.description, ...state });
  }

  function showConsent(language: Language, authorization: Authorization, problem?: Refusal): Response {
    return consentPage(language, authorization, forms.put({ page: 'consent', authorization }), clock.now(), problem);
  }

  function showCard(language: Language, authorization: Authorization, problem?: Refusal): Response {
    return cardPage(language, authorization, forms.put({ page: 'card', authorization }), personas.values(), problem);
  }

  /** `GET`: nothing is sent to a redirect URI before client and URI are known to be registered. */
  async function open(request: Request, attempt: Attempt): Promise<Response> {
    const parameters = readParameters(new URL(request.url).search.slice(1));
    const client = clients.get(required(parameters, 'client_id'));
    if (client === undefined) throw new Refusal('unknown_client');
    attempt.clientId = client.clientId;
    const requestUri = parameters.get('request_uri');
    if (requestUri !== undefined) return showConsent(languageOf(request), takePushed(client, requestUri));
    const redirectUri = registeredUri(client, parameters);
    try {
      if (client.mustPush) throw new Refusal('push_required');
      return showConsent(languageOf(request), checkRequest(client, redirectUri, parameters));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      attempt.outcome = refusal.logged();
      return redirectRefusal({ redirectUri, state: parameters.get('state') }, refusal);
    }
  }

  /** A pushed request, once; another client's attempt leaves it usable. */
  function takePushed(client: Client, requestUri: string): Authorization {
    const reference = requestUri.startsWith(PUSHED_PREFIX) ? requestUri.slice(PUSHED_PREFIX.length) : '';
    const authorization = pushed.get(reference);
    if (authorization === undefined || authorization.client !== client) throw new Refusal('request_uri_unknown');
    pushed.take(reference);
    return authorization;
  }

  /** `POST`: the form of either page, once. */
  async function decide(request: Request, attempt: Attempt): Promise<Response> {
    const parameters = await readForm(request);
    const pending = forms.take(required(parameters, 'form'));
    if (pending === undefined) throw new Refusal('form_expired');
    const { authorization } = pending;
    attempt.clientId = authorization.client.clientId;
    if (required(parameters, 'decision') !== 'agree') {
      const declined = new Refusal('declined');
      attempt.outcome = { ...declined.logged(), outcome: 'accepted' };
      return redirectRefusal(authorization, declined);
    }
    return (pending.page === 'consent' ? agree : identify)(parameters, pending, languageOf(request), attempt);
  }

  function agree(parameters: ReadonlyMap<string, string>, { authorization }: PendingForm, language: Language, attempt: Attempt): Response {
    if (parameters.get('agree') === 'yes') return showCard(language, authorization);
    const refusal = new Refusal('consent_not_ticked');
    attempt.outcome = refusal.logged();
    return showConsent(language, authorization, refusal);
  }

  function identify(parameters: ReadonlyMap<string, string>, { authorization }: PendingForm, language: Language, attempt: Attempt): Response {
    const again = (refusal: Refusal) => {
      attempt.outcome = refusal.logged();
      return showCard(language, authorization, refusal);
    };
    const persona = personas.get(parameters.get('persona') ?? '');
    if (persona === undefined) return again(new Refusal('card_not_chosen'));
    const lost = (refusal: Refusal) => {
      attempt.outcome = refusal.logged();
      return redirectRefusal(authorization, refusal);
    };
    if (persona.card === 'expired') return lost(new Refusal('certificate_expired'));
    if (persona.card === 'locked') return lost(new Refusal('card_locked'));
    let wrong = wrongPins.get(persona.id) ?? 0;
    if (wrong < WRONG_PINS_ALLOWED && parameters.get('pin') === persona.pin) {
      wrongPins.delete(persona.id);
      const code = codes.put({ authorization, persona, issuedAt: clock.now(), used: false });
      return redirect(authorization, { code, state: authorization.state });
    }
    wrong = Math.min(wrong + 1, WRONG_PINS_ALLOWED);
    wrongPins.set(persona.id, wrong);
    if (wrong < WRONG_PINS_ALLOWED) return again(new Refusal('pin_wrong', String(WRONG_PINS_ALLOWED - wrong)));
    return lost(new Refusal('card_locked'));
  }

  return { open, decide };
}

/** The redirect URI of a request, if it is one of the client's. */
export function registeredUri(client: Client, parameters: ReadonlyMap<string, string>): string {
  const redirectUri = required(parameters, 'redirect_uri');
  if (!client.redirectUris.includes(redirectUri)) throw new Refusal('redirect_uri_not_registered');
  return redirectUri;
}

/** Checks what else an authorization request says. */
export function checkRequest(client: Client, redirectUri: string, parameters: ReadonlyMap<string, string>): Authorization {
  const state = parameters.get('state');
  if (state === undefined || state === '') throw new Refusal('state_required');
  if (required(parameters, 'response_type') !== 'code') throw new Refusal('response_type_not_code');
  const method = publicProfile.oauth.pkce.value;
  const challenge = parameters.get('code_challenge') ?? '';
  if (parameters.get('code_challenge_method') !== method || !/^[A-Za-z0-9_-]{43}$/.test(challenge)) throw new Refusal('pkce_required', method);
  return { client, redirectUri, state, challenge };
}
