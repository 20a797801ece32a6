import { createHash, timingSafeEqual } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkText } from '../foundation/options.js';
import { dayOf, dayStart, formatInstant } from '../foundation/time.js';
import { knownCode } from '../net/http.js';
import type { Service } from '../service/service.js';
import { type Environment, isEnvironment } from '../wire/environment.js';

/**
 * What the service declared and the citizen was sent to agree to, as plain JSON; it stands on
 * grant, retrieval and answer.
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
  /**
   * ISO 8601 at +09:00: the JST midnight that ends the last day of the consented period (guideline
   * 4.2).
   */
  readonly keepUntil: string;
}

/** The terms of a consent given now. */
export function termsOf(
  service: Service,
  serviceId: string,
  transactionId: string,
  grantedAtMs: number,
): ConsentTerms {
  return Object.freeze({
    transactionId,
    serviceId,
    items: Object.freeze(Object.keys(service.items)),
    purpose: service.purpose,
    grantedAt: formatInstant(grantedAtMs),
    keepUntil: formatInstant(dayStart(dayOf(grantedAtMs) + service.retention.days + 1)),
  });
}

/**
 * A callback as a framework hands it over: a `Request`, a URL, or anything with method, url and
 * headers such as Node's `IncomingMessage`.
 */
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
 * Builds the URL that sends the citizen to the portal to consent (guideline 2.3, figure 2.3-3);
 * pure.
 *
 * For hosts that hold the steps themselves; `client.beginConsent` makes and keeps both values.
 *
 * @param environment - where and as whom.
 * @param options - `state`: the value that ties the callback to this browser; `codeChallenge`: the
 * PKCE S256 challenge, base64url.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`; the second also where
 * the profile wants the request pushed first: see {@link pushAuthorization}; TypeError for a wrong
 * type.
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
export function buildConsentUrl(
  environment: Environment,
  options: { readonly state: string; readonly codeChallenge: string },
): string {
  checkEnvironment(environment);
  checkKeys(options, 'options', { state: true, codeChallenge: true });
  const parameters = authorizationParameters(environment, options);
  if (environment.profile.oauth.pushedAuthorizationRequests.value) {
    throw new SelfInfoError('invalid_option', {
      path: 'environment.profile.oauth.pushedAuthorizationRequests',
      expected: {
        en: 'Under this profile use pushAuthorization.',
        ja: 'このプロファイルでは pushAuthorization を使ってください。',
      },
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
      expected: {
        en: 'A base64url SHA-256 digest.',
        ja: 'base64url 形式の SHA-256 ダイジェストです。',
      },
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
export function authorizationUrl(
  { endpoints, profile }: Environment,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(endpoints.browserUrl.replace(/\/$/, '') + profile.paths.authorization.value);
  url.search = new URLSearchParams(parameters).toString();
  return url.href;
}

/**
 * A callback whose state, issuer and shape were checked; it holds the code, is good for one
 * exchange, and shows nothing.
 */
export class ValidCallback {
  readonly #parameters: URLSearchParams;
  #spent = false;

  /** @internal */
  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  /** @internal */
  static parametersOf(callback: ValidCallback): URLSearchParams {
    return callback.#parameters;
  }

  /** @internal A client uses a code once (RFC 6749, 4.1.2). */
  static spend(callback: ValidCallback): void {
    if (callback.#spent) throw rejected('replayed');
    callback.#spent = true;
  }
}

/** A callback taken apart: its parameters, and whether it bears traces of another flow. */
export interface CallbackParameters {
  readonly parameters: URLSearchParams;
  readonly otherFlow: boolean;
}

/** A callback taken apart, or why it cannot be one. */
export type ReadCallback = CallbackParameters | { readonly refused: CallbackCode };

const LONGEST_QUERY = 8_192;
const LONGEST_CODE = 4_096;

// What implicit and hybrid flows and packed responses bring; `session_state` and its like may stand
// beside a code and mean nothing here.
const OTHER_FLOWS = [
  'access_token',
  'token_type',
  'id_token',
  'refresh_token',
  'token',
  'response',
];
// A fragment never reaches a server: an answer in one is of a response mode nobody asked for.
const OTHER_MODES = [...OTHER_FLOWS, 'code', 'state', 'error'];

/** Takes a callback apart without believing any of it. */
export function readCallback(request: CallbackRequest): ReadCallback {
  const { method, url, header } = partsOf(request);
  if (method.toUpperCase() !== 'GET' || isNoVisit(header)) return { refused: 'not_a_navigation' };
  const search = url.replace(/^[^?#]*\??|#.*/gs, '');
  const hash = url.replace(/[^#]*#?/, '');
  if (search.length + hash.length > LONGEST_QUERY) return { refused: 'callback_too_large' };
  const parameters = new URLSearchParams(search);
  const states = parameters.getAll('state');
  if (states.length > 1) return { refused: 'duplicate_parameter' };
  if (!states[0]) return { refused: 'state_missing' };
  const fragment = new URLSearchParams(hash);
  return {
    parameters,
    otherFlow:
      OTHER_FLOWS.some((name) => parameters.has(name)) ||
      OTHER_MODES.some((name) => fragment.has(name)),
  };
}

const PURPOSES = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];
// Where a call that is no navigation may come from: a script that hands its page's callback on. The
// others are pictures, styles and the like.
const SCRIPTED = ['', 'empty'];

/**
 * Whether a browser fetches ahead of its user, or as a part of some page; one that says nothing is
 * believed.
 */
function isNoVisit(header: CallbackParts['header']): boolean {
  if (PURPOSES.some((name) => /\b(prefetch|prerender|preview|instant)\b/i.test(header(name))))
    return true;
  const mode = header('sec-fetch-mode').trim().toLowerCase();
  const destination = header('sec-fetch-dest').trim().toLowerCase();
  if (mode === 'navigate' || (mode === '' && destination === 'document')) return false;
  return mode === 'no-cors' || mode === 'websocket' || !SCRIPTED.includes(destination);
}

let loaded: typeof import('oauth4webapi') | undefined;
/**
 * Loaded when first needed, and once: `import()` of what is there already still has to be resolved.
 */
export const oauth4webapi = async () => (loaded ??= await import('oauth4webapi'));

/** What the portal said at the callback. */
export type CallbackVerdict =
  | { readonly valid: ValidCallback }
  | { readonly declined: true }
  | { readonly refused: CallbackCode; readonly at: 'callback' | 'authorize' };

/** Judges a callback whose state was found: issuer, error, code. */
export async function judgeCallback(
  environment: Environment,
  { parameters, otherFlow }: CallbackParameters,
): Promise<CallbackVerdict> {
  const oauth = await oauth4webapi();
  if (new Set(parameters.keys()).size < parameters.size)
    return { refused: 'duplicate_parameter', at: 'callback' };
  const issuer = parameters.get('iss');
  if (
    issuer === null
      ? environment.profile.oauth.issuerInCallback.value
      : issuer !== environment.issuer
  )
    return { refused: 'issuer_mismatch', at: 'callback' };
  try {
    const server = {
      issuer: environment.issuer,
      authorization_response_iss_parameter_supported:
        environment.profile.oauth.issuerInCallback.value,
    };
    const judged = oauth.validateAuthResponse(
      server,
      { client_id: environment.clientId },
      parameters,
      parameters.get('state') ?? oauth.expectNoState,
    );
    if (otherFlow || judged.has('error') || !isCode(judged.get('code') ?? ''))
      return { refused: 'invalid_response', at: 'callback' };
    return { valid: new ValidCallback(judged) };
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError))
      return { refused: 'invalid_response', at: 'callback' };
    if (error.error === 'access_denied') return { declined: true };
    return {
      refused: knownCode(error.error, environment.profile.errorCodes.value),
      at: 'authorize',
    };
  }
}

/**
 * The code is required, and of visible characters and spaces (RFC 6749, 4.1.2 and A.11): an answer
 * with neither code nor error is none.
 */
function isCode(code: string): boolean {
  return code.length <= LONGEST_CODE && /^[\x20-\x7e]+$/.test(code);
}

/** Compares in a time that does not tell how much of the two agrees. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Checks a callback against the state that this browser was given, for hosts that hold the steps
 * themselves; what it returns can be exchanged once.
 *
 * @param environment - where the callback is to come from.
 * @param request - the callback.
 * @param options - `state`: what `buildConsentUrl` was given, kept with the browser's session; it
 * is good for one callback.
 * @throws SelfInfoError `consent_declined` when the citizen said no; `callback_rejected` with the
 * reason as `upstream.code`.
 * @example
 * ```ts
 * import { type Environment, validateCallback } from 'myna-selfinfo';
 * async function callback(environment: Environment, request: Request, state: string) {
 *   return validateCallback(environment, request, { state });
 * }
 * ```
 */
export async function validateCallback(
  environment: Environment,
  request: CallbackRequest,
  options: { readonly state: string },
): Promise<ValidCallback> {
  checkEnvironment(environment);
  checkKeys(options, 'options', { state: true });
  checkText(options.state, 'options.state');
  const read = readCallback(request);
  if ('refused' in read) throw rejected(read.refused);
  if (!sameSecret(read.parameters.get('state') ?? '', options.state))
    throw rejected('state_mismatch');
  const verdict = await judgeCallback(environment, read);
  if ('declined' in verdict) throw new SelfInfoError('consent_declined');
  if ('refused' in verdict) throw rejected(verdict.refused);
  return verdict.valid;
}

function checkEnvironment(environment: unknown): void {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'environment' });
}

function rejected(code: CallbackCode): SelfInfoError {
  return new SelfInfoError('callback_rejected', { upstream: { code } });
}

interface CallbackParts {
  readonly method: string;
  readonly url: string;
  /** Empty when there is no such header. */
  readonly header: (name: string) => string;
}

function partsOf(request: CallbackRequest): CallbackParts {
  if (typeof request !== 'string' && (typeof request !== 'object' || request === null))
    throw new TypeError(
      'request must be a Request, a URL, or an object with method, url and headers.',
    );
  if (typeof request === 'string' || isUrl(request))
    return { method: 'GET', url: taken('request', () => String(request)), header: () => '' };
  const method: unknown = taken('request.method', () => request.method);
  const url: unknown = taken('request.url', () => request.url);
  const headers: unknown = taken('request.headers', () => request.headers);
  if (
    (method !== undefined && typeof method !== 'string') ||
    (url !== undefined && typeof url !== 'string')
  )
    throw new TypeError('request.method and request.url must be strings.');
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new TypeError('request.headers must be an object.');
  return { method: method ?? 'GET', url: url ?? '', header: readerOf(headers) };
}

/** By its tag, since a test runner may bring a URL of its own. */
function isUrl(request: object): request is URL {
  return taken('request', () => Object.prototype.toString.call(request)) === '[object URL]';
}

function readerOf(headers: object): CallbackParts['header'] {
  // Nothing is empty, several values are a list.
  const text = (value: unknown) => [value].join();
  const get: unknown = taken('request.headers', () => Reflect.get(headers, 'get'));
  // By its method, since a framework may bring Headers of its own.
  if (typeof get === 'function')
    return (name) => taken('request.headers', () => text(get.call(headers, name)));
  const entries = taken('request.headers', () =>
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), text(value)] as const),
  );
  return (name) => text(entries.filter(([key]) => key === name).map(([, value]) => value));
}

/** What a getter of the host's gives; what it throws may quote anything. */
function taken<T>(path: string, take: () => T): T {
  try {
    return take();
  } catch {
    throw new TypeError(`${path} cannot be read.`);
  }
}
