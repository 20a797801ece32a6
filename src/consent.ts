import { type Environment, isEnvironment } from './environment.js';
import { SelfInfoError } from './errors.js';
import { knownCode } from './http.js';
import { checkKeys, checkText } from './options.js';
import type { Service } from './service.js';
import { dayOf, dayStart, formatInstant } from './time.js';

/**
 * What the service declared and the citizen was sent to agree to, as plain JSON; it stands on grant, retrieval and answer.
 *
 * It is no assertion by the portal, and it does not say whose data it is.
 */
export interface ConsentTerms {
  readonly transactionId: string;
  /** The service id that was sent as `client_id`. */
  readonly serviceId: string;
  /** The keys of the service's items. */
  readonly items: readonly string[];
  readonly purpose: { readonly id: string; readonly text: string };
  /** ISO 8601 at +09:00. */
  readonly grantedAt: string;
  /** ISO 8601 at +09:00: the JST midnight that ends the last day of the consented period (guideline 4.2). */
  readonly keepUntil: string;
}

/** The terms of a consent given now. */
export function termsOf(service: Service, serviceId: string, transactionId: string, grantedAtMs: number): ConsentTerms {
  return Object.freeze({
    transactionId,
    serviceId,
    items: Object.freeze(Object.keys(service.items)),
    purpose: service.purpose,
    grantedAt: formatInstant(grantedAtMs),
    keepUntil: formatInstant(dayStart(dayOf(grantedAtMs) + service.retention.days + 1)),
  });
}

/** A callback as a framework hands it over: a `Request`, a URL, or anything with method, url and headers such as Node's `IncomingMessage`. */
export type CallbackRequest =
  | Request
  | URL
  | string
  | {
      readonly method?: string | undefined;
      readonly url?: string | undefined;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    };

/** Why a callback was refused. */
export type CallbackCode =
  | 'not_a_navigation'
  | 'callback_too_large'
  | 'state_missing'
  | 'state_mismatch'
  | 'duplicate_parameter'
  | 'issuer_mismatch'
  | 'invalid_response'
  // What the portal reported instead of a code.
  | (string & {});

/**
 * Builds the URL that sends the citizen to the portal to consent (guideline 2.3, figure 2.3-3); pure.
 *
 * For hosts that hold the steps themselves; `client.beginConsent` makes and keeps both values.
 *
 * @param environment - where and as whom.
 * @param options - `state`: the value that ties the callback to this browser; `codeChallenge`: the PKCE S256 challenge, base64url.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`; the second also where the profile
 * wants the request pushed first: see {@link pushAuthorization}; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createHash, randomBytes } from 'node:crypto';
 * import { buildConsentUrl, type Environment } from 'myna-selfinfo';
 * function start(environment: Environment) {
 *   const state = randomBytes(32).toString('base64url');
 *   const codeVerifier = randomBytes(32).toString('base64url');
 *   const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
 *   return { state, codeVerifier, url: buildConsentUrl(environment, { state, codeChallenge }) };
 * }
 * ```
 */
export function buildConsentUrl(environment: Environment, options: { readonly state: string; readonly codeChallenge: string }): string {
  checkEnvironment(environment);
  checkKeys(options, 'options', ['state', 'codeChallenge']);
  const parameters = authorizationParameters(environment, options);
  if (environment.profile.oauth.pushedAuthorizationRequests.value) {
    throw new SelfInfoError('invalid_option', {
      path: 'environment.profile.oauth.pushedAuthorizationRequests',
      expected: { en: 'Under this profile use pushAuthorization.', ja: 'このプロファイルでは pushAuthorization を使ってください。' },
    });
  }
  return authorizationUrl(environment, parameters);
}

/** What an authorization request says: in the browser's URL, or pushed. */
export function authorizationParameters(
  environment: Environment,
  { state, codeChallenge }: { readonly state: string; readonly codeChallenge: string },
): Readonly<Record<string, string>> {
  checkText(state, 'options.state');
  checkText(codeChallenge, 'options.codeChallenge');
  if (!/^[A-Za-z0-9_-]{43}$/.test(codeChallenge)) {
    throw new SelfInfoError('invalid_option', {
      path: 'options.codeChallenge',
      expected: { en: 'A base64url SHA-256 digest.', ja: 'base64url 形式の SHA-256 ダイジェストです。' },
    });
  }
  return {
    response_type: 'code',
    client_id: environment.clientId,
    redirect_uri: environment.redirectUri,
    state,
    code_challenge: codeChallenge,
    code_challenge_method: environment.profile.oauth.pkce.value,
  };
}

/** The URL that opens the consent pages. */
export function authorizationUrl({ endpoints, profile }: Environment, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(endpoints.browserUrl.replace(/\/$/, '') + profile.paths.authorization.value);
  url.search = new URLSearchParams(parameters).toString();
  return url.href;
}

/** A callback whose state, issuer and shape were checked; it holds the code and shows nothing. */
export class ValidCallback {
  readonly #parameters: URLSearchParams;

  /** @internal */
  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  /** @internal */
  static parametersOf(callback: ValidCallback): URLSearchParams {
    return callback.#parameters;
  }
}

/** A callback taken apart: its parameters, or why it cannot be one. */
export type ReadCallback = { readonly parameters: URLSearchParams } | { readonly refused: CallbackCode };

const LONGEST_QUERY = 8_192;

/** Takes a callback apart without believing any of it. */
export function readCallback(request: CallbackRequest): ReadCallback {
  const { method, url, header } = partsOf(request);
  const purpose = header('sec-purpose') ?? header('purpose') ?? header('x-moz');
  if (method !== 'GET' || (purpose !== null && /\b(prefetch|prerender|preview)\b/i.test(purpose))) return { refused: 'not_a_navigation' };
  const query = url.indexOf('?');
  const search = query < 0 ? '' : url.slice(query + 1).replace(/#.*$/s, '');
  if (search.length > LONGEST_QUERY) return { refused: 'callback_too_large' };
  const parameters = new URLSearchParams(search);
  const states = parameters.getAll('state');
  if (states.length > 1) return { refused: 'duplicate_parameter' };
  if (!states[0]) return { refused: 'state_missing' };
  return { parameters };
}

/** What the portal said at the callback. */
export type CallbackVerdict =
  | { readonly valid: ValidCallback }
  | { readonly declined: true }
  | { readonly refused: CallbackCode; readonly at: 'callback' | 'authorize' };

/** Judges the parameters of a callback whose state was found: issuer, error, code. */
export async function judgeCallback(environment: Environment, parameters: URLSearchParams, state: string): Promise<CallbackVerdict> {
  const oauth = await import('oauth4webapi');
  for (const name of new Set(parameters.keys())) if (parameters.getAll(name).length > 1) return { refused: 'duplicate_parameter', at: 'callback' };
  const issuer = parameters.get('iss');
  if (issuer === null ? environment.profile.oauth.issuerInCallback.value : issuer !== environment.issuer) return { refused: 'issuer_mismatch', at: 'callback' };
  try {
    const server = { issuer: environment.issuer, authorization_response_iss_parameter_supported: environment.profile.oauth.issuerInCallback.value };
    const judged = oauth.validateAuthResponse(server, { client_id: environment.clientId }, parameters, state);
    // RFC 6749 makes the code required: an answer with neither code nor error is none. One with a token belongs to another flow.
    if (!judged.get('code') || judged.has('access_token')) return { refused: 'invalid_response', at: 'callback' };
    return { valid: new ValidCallback(judged) };
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) return { refused: 'invalid_response', at: 'callback' };
    if (error.error === 'access_denied') return { declined: true };
    return { refused: knownCode(error.error, environment.profile.errorCodes.value), at: 'authorize' };
  }
}

/**
 * Checks a callback against the state that this browser was given, for hosts that hold the steps themselves.
 *
 * @param environment - where the callback is to come from.
 * @param request - the callback.
 * @param options - `state`: what `buildConsentUrl` was given, kept with the browser's session; it is good for one callback.
 * @throws SelfInfoError `consent_declined` when the citizen said no; `callback_rejected` with the reason as `upstream.code`.
 * @example
 * ```ts
 * import { type Environment, validateCallback } from 'myna-selfinfo';
 * async function callback(environment: Environment, request: Request, state: string) {
 *   return validateCallback(environment, request, { state });
 * }
 * ```
 */
export async function validateCallback(environment: Environment, request: CallbackRequest, options: { readonly state: string }): Promise<ValidCallback> {
  checkEnvironment(environment);
  checkKeys(options, 'options', ['state']);
  checkText(options.state, 'options.state');
  const read = readCallback(request);
  if ('refused' in read) throw rejected(read.refused);
  if (read.parameters.get('state') !== options.state) throw rejected('state_mismatch');
  const verdict = await judgeCallback(environment, read.parameters, options.state);
  if ('declined' in verdict) throw new SelfInfoError('consent_declined');
  if ('refused' in verdict) throw rejected(verdict.refused);
  return verdict.valid;
}

function checkEnvironment(environment: unknown): void {
  if (!isEnvironment(environment)) throw new SelfInfoError('invalid_environment', { path: 'environment' });
}

function rejected(code: CallbackCode): SelfInfoError {
  return new SelfInfoError('callback_rejected', { upstream: { code } });
}

function partsOf(request: CallbackRequest): { method: string; url: string; header: (name: string) => string | null } {
  if (typeof request === 'string' || request instanceof URL) return { method: 'GET', url: String(request), header: () => null };
  if (typeof request !== 'object' || request === null) throw new TypeError('request must be a Request, a URL, or an object with method, url and headers.');
  const { method = 'GET', url = '', headers } = request;
  if (typeof method !== 'string' || typeof url !== 'string') throw new TypeError('request.method and request.url must be strings.');
  if (typeof headers !== 'object' || headers === null) throw new TypeError('request.headers must be an object.');
  // By its method, since a framework may bring Headers of its own.
  if (typeof headers.get === 'function') return { method, url, header: (name) => (headers as Headers).get(name) };
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, url, header: (name) => byName.get(name)?.toString() ?? null };
}
