import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkKeys,
  checkSignal,
  checkText,
} from '../foundation/options.js';
import { Sensitive } from '../foundation/sensitive.js';
import { formatInstant } from '../foundation/time.js';
import { checkEgress, type Egress, routeOf } from '../net/egress.js';
import {
  type CallBounds,
  type Connection,
  createFetchTransport,
  type FetchLike,
  type HttpAnswer,
  knownCode,
  refusal,
  type Transport,
} from '../net/http.js';
import { checkCredential, type TlsCredential } from '../net/tls.js';
import { createTransport } from '../net/transport.js';
import { type Environment, isEnvironment } from '../wire/environment.js';
import { type ClientAuth, type Credentials, openAuthentication } from './client-auth.js';
import { oauth4webapi, ValidCallback } from './consent.js';

/**
 * An access token: hidden, and until when it is good (ISO 8601 at +09:00), if the portal said so.
 */
export interface AccessToken {
  readonly token: Sensitive<string>;
  readonly expiresAt: string | null;
}

/** The answer of the token endpoint, judged: a token, or the machine code of the refusal. */
export type TokenVerdict = { readonly accessToken: AccessToken } | { readonly refused: string };

/**
 * Exchanges the code of a checked callback for a token over an open connection; sent once, never
 * again.
 */
export async function requestToken(
  environment: Environment,
  connection: Connection,
  callback: ValidCallback,
  codeVerifier: string,
  credentials: Credentials,
  clock: Clock,
  bounds: CallBounds,
): Promise<TokenVerdict> {
  const oauth = await oauth4webapi();
  const { profile } = environment;
  // oauth4webapi asks for an endpoint; where the request goes is the connection's affair.
  const server = { issuer: environment.issuer, token_endpoint: environment.endpoints.apiUrl };
  const client = { client_id: environment.clientId };
  let answer: HttpAnswer | undefined;
  // What the connection throws is ours; what oauth4webapi throws may quote the code, and goes no
  // further than this function.
  let failed: unknown;
  // A token's life is counted from before it was made: it is never thought to live longer than it
  // does.
  const sentAt = clock.now();
  try {
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.TlsClientAuth(),
      ValidCallback.parametersOf(callback),
      environment.redirectUri,
      codeVerifier,
      {
        [oauth.customFetch]: async (_url, init) => {
          try {
            for (const [name, value] of credentials) init.body.set(name, value);
            answer = await connection.send(
              {
                stage: 'token',
                path: profile.paths.token.value,
                headers: {
                  ...init.headers,
                  accept: 'application/json',
                  'accept-encoding': 'identity',
                },
                body: String(init.body),
              },
              bounds,
            );
            return new Response();
          } catch (error) {
            failed = error;
            throw error;
          }
        },
      },
    );
  } catch {}
  if (failed !== undefined) throw failed;
  if (answer === undefined)
    throw invalid('no token request could be made.', 'トークン要求を作成できませんでした。');
  return judgeToken(environment, answer, sentAt);
}

const LONGEST_TOKEN = 8_192;
/** A hundred years: more is no lifetime, and would end beyond what a Date can hold. */
const LONGEST_LIFE_S = 100 * 366 * 86_400;

/**
 * Judges the answer of the token endpoint: what is no token for a `Bearer` header is none, whatever
 * else it may be.
 */
async function judgeToken(
  { clientId, issuer, profile }: Environment,
  { status, json, retryAt }: HttpAnswer,
  sentAt: number,
): Promise<TokenVerdict> {
  const body = typeof json === 'object' && json !== null ? json : {};
  // Too many calls is no word on this code, whatever the body says.
  if (
    status >= 400 &&
    status < 500 &&
    status !== 429 &&
    'error' in body &&
    typeof body.error === 'string' &&
    body.error !== ''
  )
    return { refused: knownCode(body.error, profile.errorCodes.value) };
  if (status >= 400) throw refusal({ status, json, retryAt }, 'token', profile.errorCodes.value);
  const oauth = await oauth4webapi();
  try {
    // A plain response that gives what was checked, never the wire's own. An ID token was not asked
    // for: it is not looked at, and says nothing.
    const lacksType =
      'access_token' in body &&
      !('token_type' in body) &&
      profile.oauth.deviations.value.includes('token-type-missing');
    const checked = { ...body, ...(lacksType && { token_type: 'bearer' }), id_token: undefined };
    // Defined, not assigned: a host's server may have put a class of its own in the place of
    // `Response`, whose `json` is read-only.
    const plain = Object.defineProperty(new Response(null, { status }), 'json', {
      value: async () => checked,
    });
    const { access_token: token, token_type: type } = await oauth.processAuthorizationCodeResponse(
      { issuer },
      { client_id: clientId },
      plain,
    );
    const life = 'expires_in' in body ? body.expires_in : undefined;
    // RFC 6750, 2.1: what else a token may hold cannot stand in a header. A token of another type
    // would have to be sent in another way.
    const isBearer =
      type === 'bearer' && token.length <= LONGEST_TOKEN && /^[A-Za-z0-9._~+/-]+=*$/.test(token);
    if (
      isBearer &&
      !('error' in body) &&
      !Array.isArray(json) &&
      (life === undefined || isLife(life))
    ) {
      const expiresAt =
        life === undefined ? null : formatInstant(sentAt + Math.floor(life * 1_000));
      return { accessToken: { token: new Sensitive(token), expiresAt } };
    }
  } catch {}
  // What oauth4webapi throws may quote the token.
  throw invalid('it is no valid token answer.', 'トークン応答として正しくありません。');
}

/** RFC 6749, 5.1: seconds, as a number. */
function isLife(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LONGEST_LIFE_S;
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', { expected: { en, ja } });
}

/**
 * Chooses the transport that the options ask for.
 *
 * @throws SelfInfoError `invalid_environment`, `injected_transport_refused`, `insecure_tls`,
 * `missing_option`, `invalid_option`, `invalid_credential`, `key_certificate_mismatch`.
 */
export function openTransport(
  environment: Environment,
  options: { readonly tls?: TlsCredential; readonly egress?: Egress; readonly fetch?: FetchLike },
  clock: Clock,
): Transport {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'options.environment' });
  const { apiUrl } = environment.endpoints;
  const { tls, fetch } = options;
  checkFunction(fetch, 'options.fetch');
  if (fetch && environment.kind === 'production')
    throw new SelfInfoError('injected_transport_refused', { path: 'options.fetch' });
  const credential = tls && checkCredential(tls, 'options.tls');
  const egress =
    options.egress === undefined ? undefined : checkEgress(options.egress, 'options.egress');
  if (fetch) return createFetchTransport(apiUrl, fetch, clock);
  // A gateway has the credential towards the portal; whether it wants one of us is its own affair.
  if (!credential && !egress?.gateway)
    throw new SelfInfoError('missing_option', { path: 'options.tls' });
  if (environment.kind !== 'sandbox' && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new SelfInfoError('insecure_tls', { path: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED' });
  }
  return createTransport(routeOf(apiUrl, environment.ca, egress), credential, clock);
}

/** How {@link exchangeToken} reaches the portal. */
export interface ExchangeTokenOptions {
  /** Where and as whom. */
  readonly environment: Environment;
  /** What `validateCallback` returned. */
  readonly callback: ValidCallback;
  /** The PKCE verifier whose challenge the consent URL carried. */
  readonly codeVerifier: string;
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
  /** Aborts the exchange; the code may be spent all the same. */
  readonly signal?: AbortSignal;
}

/**
 * Exchanges the code of a checked callback for an access token over mutual TLS (IF001-03), for
 * hosts that hold the steps themselves; never retried.
 *
 * @param options - the environment, the checked callback, the verifier and the credential.
 * @throws SelfInfoError `token_refused` with the portal's machine code; `callback_rejected` with
 * `upstream.code` `replayed` for a callback that was exchanged before; `response_invalid`;
 * `signing_failed`; the errors of the transport; `missing_option` and its like.
 * @example
 * ```ts
 * import { type Environment, exchangeToken, type TlsCredential, type ValidCallback } from 'myna-selfinfo';
 * async function exchange(environment: Environment, callback: ValidCallback, codeVerifier: string, tls: TlsCredential) {
 *   const { expiresAt } = await exchangeToken({ environment, callback, codeVerifier, tls });
 *   return expiresAt;
 * }
 * ```
 */
export async function exchangeToken(options: ExchangeTokenOptions): Promise<AccessToken> {
  checkKeys(options, 'options', {
    environment: true,
    callback: true,
    codeVerifier: true,
    tls: true,
    clientAuth: true,
    egress: true,
    fetch: true,
    clock: true,
    signal: true,
  });
  const { environment, callback, codeVerifier, signal } = options;
  if (!(callback instanceof ValidCallback))
    throw new TypeError('options.callback must be what validateCallback returned.');
  checkText(codeVerifier, 'options.codeVerifier');
  const clock = checkClock(options.clock, 'options.clock');
  checkSignal(signal, 'options.signal');
  const connection = openTransport(environment, options, clock).connect();
  const authenticate = openAuthentication(environment, options.clientAuth, clock);
  try {
    // Before the callback is spent: after a key service that failed it can be exchanged yet.
    const credentials = await authenticate('token', { signal });
    ValidCallback.spend(callback);
    const verdict = await requestToken(
      environment,
      connection,
      callback,
      codeVerifier,
      credentials,
      clock,
      { signal },
    );
    if ('refused' in verdict)
      throw new SelfInfoError('token_refused', { upstream: { code: verdict.refused } });
    return verdict.accessToken;
  } finally {
    await connection.close();
  }
}
