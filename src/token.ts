import { ValidCallback } from './consent.js';
import { checkEgress, type Egress, routeOf } from './egress.js';
import { type Environment, isEnvironment } from './environment.js';
import { SelfInfoError } from './errors.js';
import { type CallBounds, type Connection, createFetchTransport, type FetchLike, type HttpAnswer, knownCode, refusal, type Transport } from './http.js';
import { checkFunction, checkKeys, checkMethods, checkSignal, checkText } from './options.js';
import { Sensitive } from './redaction.js';
import { type Clock, formatInstant, systemClock } from './time.js';
import { checkCredential, type TlsCredential } from './tls.js';
import { createTransport } from './transport.js';

/** An access token: hidden, and until when it is good (ISO 8601 at +09:00), if the portal said so. */
export interface AccessToken {
  readonly token: Sensitive<string>;
  readonly expiresAt: string | null;
}

/** The answer of the token endpoint, judged: a token, or the machine code of the refusal. */
export type TokenVerdict = { readonly accessToken: AccessToken } | { readonly refused: string };

/** Exchanges the code of a checked callback for a token over an open connection; sent once, never again. */
export async function requestToken(
  environment: Environment,
  connection: Connection,
  callback: ValidCallback,
  codeVerifier: string,
  clock: Clock,
  bounds: CallBounds,
): Promise<TokenVerdict> {
  const oauth = await import('oauth4webapi');
  const { profile } = environment;
  const server = { issuer: environment.issuer, token_endpoint: environment.endpoints.apiUrl.replace(/\/$/, '') + profile.paths.token.value };
  const client = { client_id: environment.clientId };
  let answer: HttpAnswer | undefined;
  // What the connection throws is ours; what oauth4webapi throws may quote the token, and goes no further than this function.
  let failed: unknown;
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.TlsClientAuth(),
      ValidCallback.parametersOf(callback),
      environment.redirectUri,
      codeVerifier,
      {
        [oauth.customFetch]: async (_url, init) => {
          try {
            answer = await connection.send(
              { stage: 'token', path: profile.paths.token.value, headers: headersOf(init.headers), body: String(init.body) },
              bounds,
            );
            return rebuild(answer, profile.oauth.deviations.value);
          } catch (error) {
            failed = error;
            throw error;
          }
        },
      },
    );
    const token = await oauth.processAuthorizationCodeResponse(server, client, response);
    return {
      accessToken: {
        token: new Sensitive(token.access_token),
        expiresAt: token.expires_in === undefined ? null : formatInstant(clock.now() + token.expires_in * 1_000),
      },
    };
  } catch (error) {
    if (failed !== undefined) throw failed;
    if (answer === undefined) throw invalid('no token request could be made.', 'トークン要求を作成できませんでした。');
    // Too many calls is no word on this code, whatever the body says.
    if (answer.status === 429) throw refusal(answer, 'token', profile.errorCodes.value);
    if (error instanceof oauth.ResponseBodyError) return { refused: knownCode(error.error, profile.errorCodes.value) };
    if (answer.status >= 400) throw refusal(answer, 'token', profile.errorCodes.value);
    throw invalid('it is no valid token answer.', 'トークン応答として正しくありません。');
  }
}

/** The judge gets a plain response made of what was checked, never the wire's own. */
function rebuild(answer: HttpAnswer, deviations: readonly string[]): Response {
  const { status, json } = answer;
  const lacksType = typeof json === 'object' && json !== null && 'access_token' in json && !('token_type' in json);
  const body = lacksType && deviations.includes('token-type-missing') ? { ...json, token_type: 'bearer' } : json;
  return new Response(JSON.stringify(body ?? null), { status, headers: { 'content-type': 'application/json' } });
}

function headersOf(headers: ConstructorParameters<typeof Headers>[0]): Record<string, string> {
  return { ...Object.fromEntries(new Headers(headers).entries()), accept: 'application/json', 'accept-encoding': 'identity' };
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', { stage: 'token', expected: { en, ja } });
}

/**
 * Chooses the transport that the options ask for.
 *
 * @throws SelfInfoError `invalid_environment`, `injected_transport_refused`, `insecure_tls`, `missing_option`, `invalid_option`, `invalid_credential`, `key_certificate_mismatch`.
 */
export function openTransport(
  environment: Environment,
  options: { readonly tls?: TlsCredential; readonly egress?: Egress; readonly fetch?: FetchLike },
  clock: Clock,
): Transport {
  if (!isEnvironment(environment)) throw new SelfInfoError('invalid_environment', { path: 'options.environment' });
  const { apiUrl } = environment.endpoints;
  const { tls, fetch } = options;
  checkFunction(fetch, 'options.fetch');
  if (fetch && environment.kind === 'production') throw new SelfInfoError('injected_transport_refused', { path: 'options.fetch' });
  const credential = tls && checkCredential(tls, 'options.tls');
  const egress = options.egress === undefined ? undefined : checkEgress(options.egress, 'options.egress');
  if (fetch) return createFetchTransport(apiUrl, fetch, clock);
  // A gateway has the credential towards the portal; whether it wants one of us is its own affair.
  if (!credential && !egress?.gateway) throw new SelfInfoError('missing_option', { path: 'options.tls' });
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
 * Exchanges the code of a checked callback for an access token over mutual TLS (IF001-03), for hosts that hold the steps themselves; never retried.
 *
 * @param options - the environment, the checked callback, the verifier and the credential.
 * @throws SelfInfoError `token_refused` with the portal's machine code; `response_invalid`; the errors of the transport; `missing_option` and its like.
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
  checkKeys(options, 'options', ['environment', 'callback', 'codeVerifier', 'tls', 'egress', 'fetch', 'clock', 'signal']);
  const { environment, callback, codeVerifier, clock = systemClock, signal } = options;
  if (!(callback instanceof ValidCallback)) throw new TypeError('options.callback must be what validateCallback returned.');
  checkText(codeVerifier, 'options.codeVerifier');
  checkMethods(clock, 'options.clock', ['now', 'wait']);
  checkSignal(signal, 'options.signal');
  const connection = openTransport(environment, options, clock).connect();
  try {
    const verdict = await requestToken(environment, connection, callback, codeVerifier, clock, { signal });
    if ('refused' in verdict) throw new SelfInfoError('token_refused', { upstream: { code: verdict.refused } });
    return verdict.accessToken;
  } finally {
    await connection.close();
  }
}
