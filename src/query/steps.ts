import { randomUUID } from 'node:crypto';
import { type Clock, invalidClock } from '../foundation/clock.js';
import { hostCall, invalidOption, isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkSignal, checkText, readKeys } from '../foundation/options.js';
import { member, ownBag } from '../foundation/own.js';
import { Sensitive } from '../foundation/sensitive.js';
import { type Instant, toEpochMs } from '../foundation/time.js';
import type { Egress } from '../net/egress.js';
import type { ApiConnection, FetchLike } from '../net/http.js';
import type { TlsCredential } from '../net/tls.js';
import { openTransport } from '../net/transport.js';
import { termsOf } from '../oauth/terms.js';
import { type AccessToken, isSendableToken } from '../oauth/token.js';
import { isService, type Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import { type Environment, isEnvironment } from '../wire/environment.js';
import { legacyPinOf } from '../wire/pin.js';
import { type Answer, buildAnswer } from './answer.js';
import { checkInquiries } from './inquiries.js';
import { awaitResult } from './polling.js';
import { checkRetrieval } from './retrieval.js';
import { isSecret, type ProcessSecret, parseEntry, writeSecret } from './secret.js';
import { type SecretKeeper, sendRequest } from './send-request.js';
import type { CommonInquiry, ItemInquiries } from './types.js';

/**
 * A handle of a request that was sent, with which `fetchAnswer` polls for the answer. It contains
 * the access token: store it encrypted.
 */
export type ProcessHandle = Sensitive<string>;

/** Options of both steps: how they reach the portal. */
export interface StepOptions<S extends ServiceSpec = Service> {
  /** The environment and its client. */
  readonly environment: Environment;
  /** The service that the citizen consented to. */
  readonly service: S;
  /** The client certificate and key; required unless `fetch` or a gateway is given. */
  readonly tls?: TlsCredential;
  /** How calls leave the caller's network. Default: directly to the API. */
  readonly egress?: Egress;
  /** Replaces the network, for tests in one process; refused in production. */
  readonly fetch?: FetchLike;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Aborts the call. What was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** Options of {@link requestAnswer}. */
export interface RequestAnswerOptions<S extends ServiceSpec = Service> extends StepOptions<S> {
  /** The token that `exchangeToken` returned. It can be used for one request. */
  readonly accessToken: AccessToken;
  /** One inquiry for all items, or one for each item. */
  readonly inquiries: CommonInquiry<S> | ItemInquiries<S>;
  /** When the citizen came back from the portal: the retention period begins on that day. */
  readonly grantedAt: Instant;
  /** The id of the consent in the terms. Default: a new UUID. */
  readonly transactionId?: string;
  /** The version of the text that the citizen has seen. */
  readonly textVersion?: string;
}

/** Options of {@link fetchAnswer}. */
export interface FetchAnswerOptions<S extends ServiceSpec = Service> extends StepOptions<S> {
  /** The handle that `requestAnswer` returned, or the text from its `reveal()`. */
  readonly handle: ProcessHandle | string;
}

/** The outcome of one poll. Instants are ISO 8601 with offset. */
export type FetchedAnswer<S extends ServiceSpec = Service> =
  | { readonly status: 'running'; readonly retryAt: string }
  | { readonly status: 'done'; readonly answer: Answer<S> }
  | { readonly status: 'unavailable'; readonly until: string | null }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

const STEP_KEYS = {
  environment: true,
  service: true,
  tls: true,
  egress: true,
  fetch: true,
  clock: true,
  signal: true,
} as const satisfies Record<keyof StepOptions, true>;
const { signal: NEVER } = new AbortController();

/**
 * Sends the one request that a token allows (IF001-04). Use it with {@link fetchAnswer} to run the
 * steps yourself. `client.query` does both, and stores what is needed in between.
 *
 * @param options - the environment, the service, the token, the inquiries and the credential.
 * @returns a secret handle: store `handle.reveal()` encrypted, and pass it to `fetchAnswer`.
 * @throws SelfInfoError `grant_used`, `grant_expired`, the errors of the inquiries, the transport
 * and the codec. Once the portal has responded, the error carries the `handle`.
 * @example
 * ```ts
 * import { latest, requestAnswer, type RequestAnswerOptions } from 'myna-selfinfo';
 * async function send(step: Omit<RequestAnswerOptions, 'inquiries' | 'grantedAt'>) {
 *   const handle = await requestAnswer({ ...step, inquiries: latest(), grantedAt: new Date() });
 *   return handle.reveal();
 * }
 * ```
 */
export async function requestAnswer<S extends Service>(
  options: RequestAnswerOptions<S>,
): Promise<ProcessHandle> {
  const given = readKeys(options as unknown as RequestAnswerOptions, 'options', {
    ...STEP_KEYS,
    accessToken: true,
    inquiries: true,
    grantedAt: true,
    transactionId: true,
    textVersion: true,
  } satisfies Record<keyof RequestAnswerOptions, true>);
  const { environment, service, transactionId = randomUUID(), textVersion } = given;
  const { clock, signal } = checkStep(given);
  const accessToken = readToken(given.accessToken);
  const inquiries = checkInquiries(service, given.inquiries, 'options.inquiries');
  checkText(transactionId, 'options.transactionId');
  if (textVersion !== undefined) checkText(textVersion, 'options.textVersion');
  // A date in the future would make the period longer.
  const grantedAt = Math.min(toEpochMs(given.grantedAt, 'options.grantedAt'), timeOf(clock));
  const terms = termsOf(service, environment.clientId, transactionId, grantedAt, textVersion);
  const connection = openTransport(environment, given, clock).connect();
  const { profile } = environment;
  let handle: ProcessHandle | undefined;
  const keeper: SecretKeeper = {
    async keep(secret) {
      handle = new Sensitive(writeSecret(secret));
    },
    async drop() {
      handle = undefined;
    },
  };
  try {
    const use = { environment, profile, connection, service, accessToken, terms, inquiries, clock };
    return new Sensitive(writeSecret(await sendRequest(use, { signal }, keeper)));
  } catch (error) {
    if (handle !== undefined && isSelfInfoError(error)) Object.assign(error, { handle });
    throw error;
  } finally {
    await connection.close();
  }
}

/**
 * Polls once for the answer to a request (IF001-06). Can be repeated until the answer is ready.
 *
 * @param options - the environment, the service, the handle and the credential: the certificate
 * must be the one that the request was sent with.
 * @throws SelfInfoError `invalid_retrieval` for an invalid handle, `profile_unknown`,
 * `process_mismatch`, `response_invalid`, `codec_failed`, the errors of the transport.
 * @example
 * ```ts
 * import { fetchAnswer, type FetchAnswerOptions } from 'myna-selfinfo';
 * async function poll(step: FetchAnswerOptions) {
 *   const fetched = await fetchAnswer(step);
 *   return fetched.status === 'running' ? fetched.retryAt : fetched.status;
 * }
 * ```
 */
export async function fetchAnswer<S extends Service>(
  options: FetchAnswerOptions<S>,
): Promise<FetchedAnswer<S>> {
  const given = readKeys(options as unknown as FetchAnswerOptions, 'options', {
    ...STEP_KEYS,
    handle: true,
  } satisfies Record<keyof FetchAnswerOptions, true>);
  const { environment, service } = given;
  const { clock, signal } = checkStep(given);
  const secret = readHandle(given);
  const { terms, inquiries, codes } = secret.retrieval;
  const connection = openTransport(environment, given, clock).connect();
  try {
    checkCertificate(connection, secret, clock);
    const now = timeOf(clock);
    const scope = { stage: 'result', signal, deadline: now + STEP_MS } as const;
    const outcome = await awaitResult(environment, connection, secret, {
      scope,
      deadlineMs: STEP_MS,
      clock,
      random: Math.random,
      onProgress: undefined,
      once: true,
    });
    if (outcome.status === 'pending') return { status: 'running', retryAt: outcome.retryAt };
    if (outcome.status !== 'done') return outcome;
    const asked = { inquiries, codes };
    const answer = await buildAnswer(service, terms, asked, outcome.result, clock, signal);
    return { status: 'done', answer: answer as Answer<S> };
  } finally {
    await connection.close();
  }
}

/** How long one poll may take, with all its pages. Each message has a shorter limit. */
const STEP_MS = 600_000;

function checkStep({ environment, service, clock, signal }: StepOptions) {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'options.environment' });
  if (!isService(service))
    throw new TypeError('options.service must be what defineService returned.');
  checkSignal(signal, 'options.signal');
  return { clock: checkClock(clock, 'options.clock'), signal: signal ?? NEVER };
}

function timeOf(clock: Clock): number {
  const now = clock.now();
  if (!Number.isFinite(now)) throw invalidClock();
  return now;
}

/** Reads what `exchangeToken` returned, or the same made of a text that the caller has kept. */
function readToken(given: unknown): AccessToken {
  const { token, expiresAt } = ownBag(Object(given) as Partial<AccessToken>);
  const isTime =
    expiresAt === null || (typeof expiresAt === 'string' && !Number.isNaN(Date.parse(expiresAt)));
  const text = revealed(token, 'options.accessToken.token');
  if (token === undefined || !isTime || typeof text !== 'string')
    throw new TypeError('options.accessToken must be what exchangeToken returned.');
  if (!isSendableToken(text))
    throw invalidOption('options.accessToken.token', {
      en: 'Expected an access token.',
      ja: 'アクセストークンを指定してください。',
    });
  return { token, expiresAt };
}

/** Returns what a `Sensitive` of any copy of this package hides; undefined for anything else. */
function revealed(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return hostCall(path, () => {
    const reveal = member(value, 'reveal');
    return typeof reveal === 'function' ? reveal.call(value) : undefined;
  });
}

/** Reads a handle. Never quotes it: any text may be given by mistake. */
function readHandle({ environment, service, handle }: FetchAnswerOptions): ProcessSecret {
  const path = 'options.handle';
  const text = typeof handle === 'string' ? handle : revealed(handle, path);
  if (typeof text !== 'string')
    throw new TypeError('options.handle must be what requestAnswer returned, or its text.');
  const entry = parseEntry(text, path, 'result');
  if (entry === undefined || !isSecret(entry))
    throw new SelfInfoError('invalid_retrieval', { path });
  try {
    checkRetrieval(service, environment.clientId, entry.retrieval, legacyPinOf(environment));
  } catch (error) {
    // The path of an error about inquiries names a key of the text.
    throw isSelfInfoError(error, 'invalid_retrieval')
      ? error
      : new SelfInfoError('invalid_retrieval', { path });
  }
  return entry;
}

/** Checks the certificate. A token is bound to that of its request: the portal refuses another. */
function checkCertificate(
  connection: ApiConnection,
  { certificate }: ProcessSecret,
  clock: Clock,
): void {
  if (certificate === undefined || connection.bind(clock.now()) === certificate) return;
  throw invalidOption('options.tls', {
    en: 'Use the certificate that the request was sent with.',
    ja: 'リクエストの送信に使用した証明書を指定してください。',
  });
}
