import type { Clock } from '../foundation/clock.js';
import { invalidResponse, ofCall, SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkSignal, checkText, readKeys } from '../foundation/options.js';
import { has, ownBag } from '../foundation/own.js';
import { Sensitive } from '../foundation/sensitive.js';
import { formatInstant } from '../foundation/time.js';
import type { Egress } from '../net/egress.js';
import type { ApiConnection, CallBounds, FetchLike, HttpResponse } from '../net/http.js';
import { messageIds } from '../net/message-ids.js';
import { knownCode, refusal } from '../net/refusals.js';
import type { TlsCredential } from '../net/tls.js';
import { openTransport } from '../net/transport.js';
import type { Environment } from '../wire/environment.js';
import { ValidCallback } from './callback.js';
import { type ClientAuth, type Credentials, openAuthentication } from './client-auth.js';

/** An access token, hidden, and when it expires (ISO 8601 at +09:00), if the portal said so. */
export interface AccessToken {
  readonly token: Sensitive<string>;
  readonly expiresAt: string | null;
}

/** What the token endpoint said: a token, or the machine code of its refusal. */
export type TokenVerdict = { readonly accessToken: AccessToken } | { readonly refused: string };

/**
 * Exchanges the code of a valid callback for a token over an open connection. Sends the code once,
 * never again.
 *
 * Builds the form here (RFC 6749, 4.1.3; RFC 7636, 4.5) and not with oauth4webapi, which would read
 * the response itself: the connection reads it under limits and with a stricter parser.
 */
export async function requestToken(
  environment: Environment,
  connection: ApiConnection,
  callback: ValidCallback,
  codeVerifier: string,
  credentials: Credentials,
  clock: Clock,
  bounds: CallBounds,
): Promise<TokenVerdict> {
  const { clientId, redirectUri, profile } = environment;
  const form = new URLSearchParams({
    // First, so that none of them replaces one of the others.
    ...profile.oauth.tokenParameters.value,
    redirect_uri: redirectUri,
    code: ValidCallback.codeOf(callback),
    code_verifier: codeVerifier,
    grant_type: 'authorization_code',
    client_id: clientId,
  });
  for (const [name, value] of credentials.fields) form.set(name, value);
  const { headers: idHeaders, ...ids } = messageIds(profile);
  const headers = {
    ...idHeaders,
    ...credentials.headers,
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  // The portal creates the token later than this, so the lifetime counted from here is never too
  // long.
  const sentAt = clock.now();
  const response = await connection.send(
    {
      stage: 'token',
      method: 'POST',
      path: profile.paths.token.value,
      headers,
      body: String(form),
      ...ids,
    },
    bounds,
  );
  return ofCall(ids.requestId, () => parseTokenResponse(environment, response, sentAt));
}

const LONGEST_TOKEN = 8_192;
/** A hundred years: more is not a lifetime, and would end beyond what a Date can hold. */
const LONGEST_LIFE_S = 100 * 366 * 86_400;

/** Validates the token response. Rejects a token that cannot be sent in a Bearer header. */
function parseTokenResponse(
  { profile }: Environment,
  response: HttpResponse,
  sentAt: number,
): TokenVerdict {
  const { status, json } = response;
  const body: Readonly<Record<string, unknown>> =
    typeof json === 'object' && json !== null && !Array.isArray(json) ? ownBag(json) : ownBag({});
  // 429 says nothing about this code, even if its body names an error.
  if (status >= 400 && status < 500 && status !== 429 && isText(body.error))
    return { refused: knownCode(body.error, profile.errorCodes.value) };
  if (status >= 400) throw refusal(response, 'token', profile.errorCodes.value);
  const { access_token: token } = body;
  const deviations = profile.oauth.deviations.value;
  const life = lifetimeOf(body.expires_in, deviations.includes('expires-in-text'));
  const valid =
    // 201 is wrong, but means the same. 202 would say that there is no token yet.
    (status === 200 || status === 201) &&
    (body.error ?? undefined) === undefined &&
    isBearer(body, deviations.includes('token-type-missing')) &&
    isTextOrNothing(body.refresh_token) &&
    isTextOrNothing(body.scope);
  const isGood =
    valid &&
    isToken(token, deviations.includes('token-characters')) &&
    (life === undefined || isLifetime(life));
  const endsAt = isGood && life !== undefined ? sentAt + Math.floor(life * 1_000) : null;
  // A clock without a time gives no expiry. The error never quotes the response: it may hold a token.
  if (!isGood || (endsAt !== null && Number.isNaN(new Date(endsAt).getTime())))
    throw invalidResponse({
      en: 'it is not a valid token response.',
      ja: 'トークン応答として正しくありません。',
    });
  const expiresAt = endsAt === null ? null : formatInstant(endsAt);
  return { accessToken: { token: new Sensitive(token), expiresAt } };
}

/** Returns true for the type `Bearer`, in any case: another type is sent in another way. */
function isBearer(body: Readonly<Record<string, unknown>>, mayLackType: boolean): boolean {
  const { token_type: type } = body;
  if (type === undefined) return mayLackType;
  return typeof type === 'string' && type.toLowerCase() === 'bearer';
}

/** The characters that a Bearer header allows (RFC 6750, 2.1). */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/;
/** Visible ASCII without what could end the token, or start another one: comma, quote, backslash. */
const OPAQUE = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/;

function isToken(value: unknown, mayDeviate: boolean): value is string {
  return isSendableToken(value) && (mayDeviate || BEARER.test(value));
}

/** Returns whether a value is a token of any profile, which can be sent in a header. */
export function isSendableToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TOKEN && OPAQUE.test(value);
}

/** Returns a lifetime as it came, or as a number where a text of digits may stand for one. */
function lifetimeOf(life: unknown, mayBeText: boolean): unknown {
  return mayBeText && typeof life === 'string' && /^\d{1,10}$/.test(life) ? Number(life) : life;
}

/** Returns true for seconds as a number (RFC 6749, 5.1). */
function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LONGEST_LIFE_S;
}

/** Returns true for a member that is not used, if it is a text or says nothing. */
function isTextOrNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** How {@link exchangeToken} reaches the portal. */
export interface ExchangeTokenOptions {
  /** The environment and its client. */
  readonly environment: Environment;
  /** What `validateCallback` returned. */
  readonly callback: ValidCallback;
  /** The PKCE verifier that belongs to the challenge of the consent URL. */
  readonly codeVerifier: string;
  /** The client certificate and key; required unless `fetch` or a gateway is given. */
  readonly tls?: TlsCredential;
  /** How the client authenticates beside its certificate. Default: `tls`, by nothing else. */
  readonly clientAuth?: ClientAuth;
  /** How calls leave the caller's network. Default: directly to the API. */
  readonly egress?: Egress;
  /** Replaces the network, for tests in one process; refused in production. */
  readonly fetch?: FetchLike;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Aborts the exchange. The code may have been used anyway. */
  readonly signal?: AbortSignal;
}

/**
 * Exchanges the code of a valid callback for an access token over mutual TLS (IF001-03). Use it to
 * run the steps yourself. It is never retried.
 *
 * @param options - the environment, the valid callback, the verifier and the credential.
 * @throws SelfInfoError `token_refused` with the portal's machine code; `callback_rejected` with
 * `upstream.code` `replayed` for a callback that was exchanged before; `response_invalid`;
 * `signing_failed`; the errors of the transport; `missing_option` and the like.
 * @example
 * ```ts
 * import { exchangeToken } from 'myna-selfinfo';
 * import type { Environment, TlsCredential, ValidCallback } from 'myna-selfinfo';
 * async function exchange(
 *   environment: Environment,
 *   callback: ValidCallback,
 *   codeVerifier: string,
 *   tls: TlsCredential,
 * ) {
 *   const { expiresAt } = await exchangeToken({ environment, callback, codeVerifier, tls });
 *   return expiresAt;
 * }
 * ```
 */
export async function exchangeToken(options: ExchangeTokenOptions): Promise<AccessToken> {
  options = readKeys(options, 'options', {
    environment: true,
    callback: true,
    codeVerifier: true,
    tls: true,
    clientAuth: true,
    egress: true,
    fetch: true,
    clock: true,
    signal: true,
  } satisfies Record<keyof ExchangeTokenOptions, true>);
  const { environment, callback, codeVerifier, signal } = options;
  if (!ValidCallback.isOne(callback))
    throw new TypeError('options.callback must be what validateCallback returned.');
  checkText(codeVerifier, 'options.codeVerifier');
  const clock = checkClock(options.clock, 'options.clock');
  checkSignal(signal, 'options.signal');
  const connection = openTransport(environment, options, clock).connect();
  const authenticate = openAuthentication(environment, options.clientAuth, clock);
  try {
    // Claims the callback first, so that parallel calls ask the key service once. A failing key
    // service leaves the callback usable.
    const giveBack = ValidCallback.claim(callback);
    const credentials = await authenticate(environment.profile, 'token', { signal }).catch(
      (error: unknown) => {
        giveBack();
        throw error;
      },
    );
    const verdict = await requestToken(
      environment,
      connection,
      callback,
      codeVerifier,
      credentials,
      clock,
      { signal },
    );
    if (has(verdict, 'refused'))
      throw new SelfInfoError('token_refused', { upstream: { code: verdict.refused } });
    return verdict.accessToken;
  } finally {
    await connection.close();
  }
}
