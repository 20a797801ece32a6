import type { Clock } from '../foundation/clock.js';
import { type Expected, invalidResponse, ofCall } from '../foundation/errors.js';
import { checkClock, checkSignal, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { formatInstant } from '../foundation/time.js';
import type { Egress } from '../net/egress.js';
import type { ApiConnection, CallBounds, FetchLike, HttpResponse } from '../net/http.js';
import { messageIds } from '../net/message-ids.js';
import { refusal } from '../net/refusals.js';
import type { TlsCredential } from '../net/tls.js';
import { openTransport } from '../net/transport.js';
import type { Environment } from '../wire/environment.js';
import { authorizationParameters, authorizationUrl } from './authorization-url.js';
import { type Authenticate, type ClientAuth, openAuthentication } from './client-auth.js';

/** An authorization request that the portal holds. */
export interface PushedRequest {
  /** What the browser carries instead of the parameters. */
  readonly reference: Readonly<Record<'client_id' | 'request_uri', string>>;
  /** Epoch milliseconds from which the request can no longer be opened. */
  readonly expiresAt: number;
}

const LONGEST_S = 86_400;

/**
 * Pushes an authorization request (RFC 9126) over an open connection.
 *
 * @throws SelfInfoError of the stage `consent`, always without effect: a pushed request that is
 * never opened expires.
 */
export async function pushRequest(
  environment: Environment,
  connection: ApiConnection,
  parameters: Readonly<Record<string, string>>,
  authenticate: Authenticate,
  clock: Clock,
  bounds: CallBounds,
): Promise<PushedRequest> {
  const { profile } = environment;
  const form = new URLSearchParams(parameters);
  const credentials = await authenticate(profile, 'consent', bounds);
  for (const [name, value] of credentials.fields) form.set(name, value);
  const { headers: idHeaders, ...ids } = messageIds(profile);
  const headers = {
    ...idHeaders,
    ...credentials.headers,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  const pushedAt = clock.now();
  const response = await connection.send(
    {
      stage: 'consent',
      method: 'POST',
      path: profile.paths.pushedAuthorization.value,
      headers,
      body: String(form),
      ...ids,
    },
    bounds,
  );
  return ofCall(ids.requestId, () => parsePushResponse(environment, response, pushedAt));
}

/** Validates the response here: oauth4webapi would accept "60 seconds" as a number. */
function parsePushResponse(
  { clientId, profile }: Environment,
  response: HttpResponse,
  pushedAt: number,
): PushedRequest {
  if (response.status >= 400)
    throw Object.assign(refusal(response, 'consent', profile.errorCodes.value), {
      effect: 'none' as const,
    });
  if (response.status !== 201)
    throw invalidPush({
      en: 'its status is not 201.',
      ja: 'ステータスが 201 ではありません。',
    });
  const { request_uri: requestUri, expires_in: seconds }: Readonly<Record<string, unknown>> =
    ownBag(Object(response.json));
  if (typeof requestUri !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(requestUri))
    throw invalidPush({
      en: 'request_uri is not a URI.',
      ja: 'request_uri が URI ではありません。',
    });
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds < 1)
    throw invalidPush({
      en: 'expires_in is not a positive whole number.',
      ja: 'expires_in が正の整数ではありません。',
    });
  return {
    reference: { client_id: clientId, request_uri: requestUri },
    expiresAt: pushedAt + Math.min(seconds, LONGEST_S) * 1_000,
  };
}

function invalidPush(expected: Expected) {
  return invalidResponse(expected, { stage: 'consent', effect: 'none' });
}

/** How {@link pushAuthorization} reaches the portal, and what it pushes. */
export interface PushAuthorizationOptions {
  /** The environment and its client. */
  readonly environment: Environment;
  /** The value that ties the callback to this browser. */
  readonly state: string;
  /** The PKCE S256 challenge, base64url. */
  readonly codeChallenge: string;
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
  /** Aborts the call. */
  readonly signal?: AbortSignal;
}

/**
 * Pushes the authorization request to the portal (PAR, RFC 9126) and returns the URL for the
 * citizen. Use it to run the steps yourself; `buildConsentUrl` is for profiles without PAR.
 *
 * @param options - the environment, state and challenge, and the credential.
 * @returns `url`, and `expiresAt` (ISO 8601 at +09:00). Until then the URL can be opened, once.
 * @throws SelfInfoError `upstream_refused`, `upstream_unavailable`, `response_invalid`,
 * `signing_failed`; the errors of the transport; `missing_option` and the like.
 * @example
 * ```ts
 * import { createHash, randomBytes } from 'node:crypto';
 * import { type Environment, pushAuthorization, type TlsCredential } from 'myna-selfinfo';
 * async function start(environment: Environment, tls: TlsCredential) {
 *   const state = randomBytes(32).toString('base64url');
 *   const codeVerifier = randomBytes(32).toString('base64url');
 *   const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
 *   const { url } = await pushAuthorization({ environment, state, codeChallenge, tls });
 *   return { state, codeVerifier, url };
 * }
 * ```
 */
export async function pushAuthorization(
  options: PushAuthorizationOptions,
): Promise<{ readonly url: string; readonly expiresAt: string }> {
  options = readKeys(options, 'options', {
    environment: true,
    state: true,
    codeChallenge: true,
    tls: true,
    clientAuth: true,
    egress: true,
    fetch: true,
    clock: true,
    signal: true,
  } satisfies Record<keyof PushAuthorizationOptions, true>);
  const { environment, signal } = options;
  const clock = checkClock(options.clock, 'options.clock');
  checkSignal(signal, 'options.signal');
  const transport = openTransport(environment, options, clock);
  const authenticate = openAuthentication(environment, options.clientAuth, clock);
  const parameters = authorizationParameters(environment, options);
  const connection = transport.connect();
  try {
    const { reference, expiresAt } = await pushRequest(
      environment,
      connection,
      parameters,
      authenticate,
      clock,
      { signal },
    );
    return { url: authorizationUrl(environment, reference), expiresAt: formatInstant(expiresAt) };
  } finally {
    await connection.close();
  }
}
