import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkKeys, checkSignal } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import type { Egress } from '../net/egress.js';
import { type CallBounds, type Connection, type FetchLike, refusal } from '../net/http.js';
import type { TlsCredential } from '../net/tls.js';
import type { Environment } from '../wire/environment.js';
import { type Authenticate, type ClientAuth, openAuthentication } from './client-auth.js';
import { authorizationParameters, authorizationUrl } from './consent.js';
import { openTransport } from './token.js';

/** An authorization request that the portal holds. */
export interface PushedRequest {
  /** What the browser carries instead of the parameters. */
  readonly reference: Readonly<Record<'client_id' | 'request_uri', string>>;
  /** Epoch milliseconds from which on it cannot be opened any more. */
  readonly expiresAt: number;
}

const LONGEST_S = 86_400;

/**
 * Pushes an authorization request (RFC 9126) over an open connection. The answer is judged here,
 * since oauth4webapi would take "60 seconds" for a number.
 *
 * @throws SelfInfoError of the stage `consent`, always without effect: a pushed request that nobody
 * opens expires.
 */
export async function pushRequest(
  environment: Environment,
  connection: Connection,
  parameters: Readonly<Record<string, string>>,
  authenticate: Authenticate,
  clock: Clock,
  bounds: CallBounds,
): Promise<PushedRequest> {
  const { clientId, profile } = environment;
  const form = new URLSearchParams(parameters);
  for (const [name, value] of await authenticate('consent', bounds)) form.set(name, value);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  const pushedAt = clock.now();
  const answer = await connection.send(
    {
      stage: 'consent',
      path: profile.paths.pushedAuthorization.value,
      headers,
      body: String(form),
    },
    bounds,
  );
  if (answer.status >= 400)
    throw Object.assign(refusal(answer, 'consent', profile.errorCodes.value), {
      effect: 'none' as const,
    });
  if (answer.status !== 201)
    throw invalid('its status is not 201.', 'ステータスが 201 ではありません。');
  const { request_uri: requestUri, expires_in: seconds }: Readonly<Record<string, unknown>> =
    Object(answer.json);
  if (typeof requestUri !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(requestUri))
    throw invalid('request_uri is no URI.', 'request_uri が URI ではありません。');
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds < 1)
    throw invalid(
      'expires_in is no positive whole number.',
      'expires_in が正の整数ではありません。',
    );
  return {
    reference: { client_id: clientId, request_uri: requestUri },
    expiresAt: pushedAt + Math.min(seconds, LONGEST_S) * 1_000,
  };
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', {
    stage: 'consent',
    effect: 'none',
    expected: { en, ja },
  });
}

/** How {@link pushAuthorization} reaches the portal, and what it pushes. */
export interface PushAuthorizationOptions {
  /** Where and as whom. */
  readonly environment: Environment;
  /** The value that ties the callback to this browser. */
  readonly state: string;
  /** The PKCE S256 challenge, base64url. */
  readonly codeChallenge: string;
  /** The client certificate and key; required unless `fetch` or a gateway is given. */
  readonly tls?: TlsCredential;
  /** How the client authenticates beside its certificate. Default: `tls`, not at all. */
  readonly clientAuth?: ClientAuth;
  /** The way out of the host's own network. Default: straight to the API. */
  readonly egress?: Egress;
  /** An injected transport for tests in one process; refused in production. */
  readonly fetch?: FetchLike;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
}

/**
 * Pushes the authorization request to the portal (PAR, RFC 9126) and returns the URL to send the
 * citizen to, for hosts that hold the steps themselves; `buildConsentUrl` is for profiles without.
 *
 * @param options - the environment, state and challenge, and the credential.
 * @returns `url`, and `expiresAt` (ISO 8601 at +09:00): until when it can be opened, once.
 * @throws SelfInfoError `upstream_refused`, `upstream_unavailable`, `response_invalid`,
 * `signing_failed`; the errors of the transport; `missing_option` and its like.
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
  checkKeys(options, 'options', {
    environment: true,
    state: true,
    codeChallenge: true,
    tls: true,
    clientAuth: true,
    egress: true,
    fetch: true,
    clock: true,
    signal: true,
  });
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
