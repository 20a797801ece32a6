import { publicProfile } from '../../wire/profile.js';
import { openingsOf } from '../availability.js';
import {
  type Attempt,
  type Authorization,
  FORM_LIFE_MS,
  PUSHED_PREFIX,
  type View,
  type World,
} from '../context.js';
import { pageOf } from '../pages/consent.js';
import { type Ending, languageOf } from '../pages/texts.js';
import type { Client } from '../registrations.js';
import { readForm, readParameters, required } from './bodies.js';
import { Refusal } from './refusals.js';

const WRONG_PINS_ALLOWED = 3;

/** The citizen's side: opening the consent, and deciding on its pages. */
export function createAuthorization(world: World) {
  const { clients, personas, clock, calendar, forms, pushed, codes, wrongPins, origins } = world;

  function locationOf(
    { redirectUri }: Pick<Authorization, 'redirectUri'>,
    parameters: Record<string, string>,
  ): string {
    // Appended as text, so that the registered URI stays as it is.
    const query = new URLSearchParams({ ...parameters, iss: origins.apiUrl });
    return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
  }

  function refusedLocation(
    to: { redirectUri: string; state?: string | undefined },
    refusal: Refusal,
  ): string {
    const state = to.state === undefined || to.state === '' ? {} : { state: to.state };
    return locationOf(to, {
      error: refusal.error,
      error_description: refusal.description,
      ...state,
    });
  }

  /** Settles a transaction: it ends in this place, however often the citizen asks. */
  function settle(authorization: Authorization, location: string): Response {
    authorization.sentTo = location;
    return redirect(location);
  }

  /** Where everything that is needed is closed, the citizen learns that first. */
  function showFirst(authorization: Authorization, language: View['language']): Response {
    const { closed } = openingsOf(authorization.client, calendar, clock.now()) ?? {};
    return show({ page: closed === undefined ? 'consent' : 'closed', authorization, language });
  }

  function show(view: View, expiresAt = clock.now() + FORM_LIFE_MS): Response {
    const nowMs = clock.now();
    const form = forms.put({ view, expiresAt, used: false });
    return pageOf(view, form, {
      nowMs,
      openings: openingsOf(view.authorization.client, calendar, nowMs),
      personas,
    });
  }

  /** `GET`: nothing is sent to a redirect URI before client and URI are known to be registered. */
  async function open(request: Request, attempt: Attempt): Promise<Response> {
    const parameters = readParameters(new URL(request.url).search.slice(1));
    const client = clients.get(required(parameters, 'client_id'));
    if (client === undefined) throw new Refusal('unknown_client');
    attempt.clientId = client.clientId;
    const requestUri = parameters.get('request_uri');
    if (requestUri !== undefined)
      return showFirst(takePushed(client, requestUri), languageOf(request));
    const redirectUri = registeredUri(client, parameters);
    try {
      if (client.mustPush) throw new Refusal('push_required');
      return showFirst(checkRequest(client, redirectUri, parameters), languageOf(request));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      attempt.outcome = refusal.logged();
      return redirect(refusedLocation({ redirectUri, state: parameters.get('state') }, refusal));
    }
  }

  /** A pushed request, once; another client's attempt leaves it usable. */
  function takePushed(client: Client, requestUri: string): Authorization {
    const reference = requestUri.startsWith(PUSHED_PREFIX)
      ? requestUri.slice(PUSHED_PREFIX.length)
      : '';
    const authorization = pushed.get(reference);
    if (authorization === undefined || authorization.client !== client)
      throw new Refusal('request_uri_unknown');
    pushed.take(reference);
    return authorization;
  }

  /**
   * `POST`: a decision on a page. Its yes counts once; whoever comes late or twice is told, and led
   * on.
   */
  async function decide(request: Request, attempt: Attempt): Promise<Response> {
    const parameters = await readForm(request);
    const pending = forms.get(required(parameters, 'form'));
    if (pending === undefined) throw new Refusal('form_expired');
    const { view, expiresAt } = pending;
    const { authorization, language, problem } = view;
    attempt.clientId = authorization.client.clientId;
    const decision = required(parameters, 'decision');
    if (decision === 'ja' || decision === 'en')
      return show({ ...view, language: decision }, expiresAt);
    const end: End = (ending, refusal) => {
      attempt.outcome = refusal.logged();
      return show({ page: 'ended', authorization, language, ending, problem: refusal }, expiresAt);
    };
    if (authorization.sentTo !== undefined) {
      if (decision !== 'leave') return end('finished', new Refusal('form_expired'));
      if (problem !== undefined && view.ending !== 'finished') attempt.outcome = problem.logged();
      return redirect(authorization.sentTo);
    }
    if (!['agree', 'back', 'restart'].includes(decision)) {
      const declined = new Refusal('declined');
      attempt.outcome = { ...declined.logged(), outcome: 'accepted' };
      return settle(authorization, refusedLocation(authorization, declined));
    }
    if (clock.now() >= expiresAt) return end('expired', new Refusal('form_expired'));
    if (decision !== 'agree') return show({ page: 'consent', authorization, language });
    if (pending.used) return end('used', new Refusal('form_expired'));
    pending.used = true;
    return (view.page === 'card' ? identify : agree)(parameters, view, attempt, end);
  }

  function agree(
    parameters: ReadonlyMap<string, string>,
    { page, authorization, language }: View,
    attempt: Attempt,
  ): Response {
    if (parameters.get('agree') === 'yes') return show({ page: 'card', authorization, language });
    // Going on although all is closed is no answer to what was not shown yet.
    if (page !== 'consent') return show({ page: 'consent', authorization, language });
    const refusal = new Refusal('consent_not_ticked');
    attempt.outcome = refusal.logged();
    return show({ page: 'consent', authorization, language, problem: refusal });
  }

  function identify(
    parameters: ReadonlyMap<string, string>,
    { authorization, language }: View,
    attempt: Attempt,
    end: End,
  ): Response {
    const persona = personas.get(parameters.get('persona') ?? '');
    const again = (problem: Refusal) => {
      attempt.outcome = problem.logged();
      return show({ page: 'card', authorization, language, problem, chosen: persona });
    };
    const lost = (ending: Ending, refusal: Refusal) => {
      settle(authorization, refusedLocation(authorization, refusal));
      return end(ending, refusal);
    };
    if (persona === undefined) return again(new Refusal('card_not_chosen'));
    if (persona.card === 'expired') return lost('certificate', new Refusal('certificate_expired'));
    let wrong = wrongPins.get(persona.id) ?? 0;
    if (persona.card === 'locked' || wrong === WRONG_PINS_ALLOWED)
      return lost('locked', new Refusal('card_locked'));
    const pin = parameters.get('pin') ?? '';
    // No card is asked about what cannot be a PIN.
    if (!/^\d{4}$/.test(pin)) return again(new Refusal('pin_not_four_digits'));
    if (pin === persona.pin) {
      wrongPins.delete(persona.id);
      const code = codes.put({ authorization, persona, issuedAt: clock.now(), used: false });
      return settle(authorization, locationOf(authorization, { code, state: authorization.state }));
    }
    wrong++;
    wrongPins.set(persona.id, wrong);
    if (wrong < WRONG_PINS_ALLOWED)
      return again(new Refusal('pin_wrong', String(WRONG_PINS_ALLOWED - wrong)));
    return lost('locked', new Refusal('card_locked'));
  }

  return { open, decide };
}

/** Shows why there is nothing to decide any more. */
type End = (ending: Ending, refusal: Refusal) => Response;

function redirect(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

/** The redirect URI of a request, if it is one of the client's. */
export function registeredUri(client: Client, parameters: ReadonlyMap<string, string>): string {
  const redirectUri = required(parameters, 'redirect_uri');
  if (!client.redirectUris.includes(redirectUri)) throw new Refusal('redirect_uri_not_registered');
  return redirectUri;
}

/** Checks what else an authorization request says. */
export function checkRequest(
  client: Client,
  redirectUri: string,
  parameters: ReadonlyMap<string, string>,
): Authorization {
  const state = parameters.get('state');
  if (state === undefined || state === '') throw new Refusal('state_required');
  if (required(parameters, 'response_type') !== 'code') throw new Refusal('response_type_not_code');
  const method = publicProfile.oauth.pkce.value;
  const challenge = parameters.get('code_challenge') ?? '';
  if (parameters.get('code_challenge_method') !== method || !/^[A-Za-z0-9_-]{43}$/.test(challenge))
    throw new Refusal('pkce_required', method);
  return { client, redirectUri, state, challenge };
}
