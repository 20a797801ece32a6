import type { ConsentTerms } from './consent.js';
import type { Environment } from './environment.js';
import { isSelfInfoError, SelfInfoError } from './errors.js';
import { type CallBounds, type CallStage, type Connection, type HttpAnswer, refusal } from './http.js';
import { checkInquiry, type Inquiry, type Method } from './inquiry.js';
import type { WireResult } from './profile.js';
import { type ItemSpec, type ofService, type Service, type ServiceSpec, wireCode } from './service.js';
import { type Clock, formatInstant } from './time.js';
import type { AccessToken } from './token.js';

/** The methods that every item allows: an intersection over the items. */
type CommonMethod<S extends ServiceSpec> = {
  [K in keyof S['items']]: (method: S['items'][K]['inquiries'][number]) => void;
}[keyof S['items']] extends (method: infer M) => void
  ? M
  : never;

type InquiryFor<I extends ItemSpec> = Extract<Inquiry, { method: I['inquiries'][number] }>;

/** An inquiry that every item of the service allows. */
export type CommonInquiry<S extends ServiceSpec> = Extract<Inquiry, { method: CommonMethod<S> }>;

/** One inquiry per item, of a method that the item allows; items left out are not asked. */
export type ItemInquiries<S extends ServiceSpec> = { readonly [K in keyof S['items']]?: InquiryFor<S['items'][K]> } & { readonly method?: never };

/** Refuses, at compile time, keys that are no items. */
export type NoOtherItems<Q, S extends ServiceSpec> = Q & { readonly [K in Exclude<keyof Q, keyof S['items'] | 'method'>]: never };

/**
 * A request that was sent, as plain JSON without secrets: store it, and collect the answer later, from another process too.
 *
 * The token and the process id lie in the client's store under `id`.
 */
export interface Retrieval<S extends ServiceSpec = Service> {
  readonly v: 1;
  readonly id: string;
  readonly terms: ConsentTerms;
  /** What was asked, by item key. */
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  /** ISO 8601 at +09:00. */
  readonly submittedAt: string;
  /** ISO 8601 at +09:00: afterwards the answer can no longer be had. */
  readonly expiresAt: string;
  readonly [ofService]?: S;
}

/**
 * Checks what is asked against what the service registered, and spreads one inquiry over all items.
 *
 * @throws SelfInfoError `unknown_item`, `inquiry_not_registered`, `latest_not_declared`, `invalid_option`; TypeError for a wrong type.
 */
export function checkInquiries(service: Service, value: unknown, path: string): Readonly<Record<string, Inquiry>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${path} must be an inquiry, or an object with one per item.`);
  const single = 'method' in value && value.method !== undefined ? checkInquiry(value, path) : undefined;
  const asked = single ? Object.keys(service.items).map((key) => [key, single] as const) : Object.entries(value).filter(([, inquiry]) => inquiry !== undefined);
  if (asked.length === 0) throw new SelfInfoError('invalid_option', { path, expected: { en: 'At least one item.', ja: '1つ以上の項目を指定してください。' } });
  return Object.freeze(
    Object.fromEntries(
      asked.map(([key, given]) => {
        const at = single ? path : `${path}.${key.slice(0, 60)}`;
        const item = Object.hasOwn(service.items, key) ? service.items[key] : undefined;
        if (!item) throw new SelfInfoError('unknown_item', { path: at });
        const inquiry = checkInquiry(given, at);
        checkRegistered(item, inquiry.method, single ? `${path} (${key})` : at);
        return [key, inquiry];
      }),
    ),
  );
}

function checkRegistered(item: ItemSpec, method: Method, path: string): void {
  if ((item.inquiries as readonly Method[]).includes(method)) return;
  throw new SelfInfoError(method === 'latest' && item.latestBy === undefined ? 'latest_not_declared' : 'inquiry_not_registered', { path });
}

/** Sends the one request that a grant pays for and returns its process id; never sent twice. */
export async function sendRequest(
  environment: Environment,
  connection: Connection,
  service: Service,
  inquiries: Readonly<Record<string, Inquiry>>,
  accessToken: AccessToken,
  bounds: CallBounds,
): Promise<string> {
  const { profile } = environment;
  const items = Object.entries(inquiries).map(([key, inquiry]) => ({ code: wireCode(service.items[key] as ItemSpec), inquiry }));
  const body = profile.encodeRequest({ items }, profile);
  const answer = await post(environment, connection, 'request', body, accessToken.token.reveal(), bounds);
  return judged(answer, 'request', () => profile.decodeProcess(answer.json, profile), profile.errorCodes.value);
}

/** What `onProgress` is told before each wait: which poll it was, and when (ISO 8601 at +09:00) the next one is due. */
export interface Progress {
  readonly attempt: number;
  readonly retryAt: string;
}

/** What polling needs to know of a request that was sent. */
export interface ProcessSecret {
  readonly token: string;
  readonly processId: string;
}

/** How waiting for a result ended. */
export type Waited =
  | { readonly status: 'done'; readonly result: WireResult }
  | { readonly status: 'pending'; readonly retryAt: string }
  | { readonly status: 'unavailable'; readonly until: string | null }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

const SHORTEST_POLL_MS = 500;

/** Polls until the result is there, the portal gives up, or the deadline comes first. */
export async function awaitResult(
  environment: Environment,
  connection: Connection,
  { token, processId }: ProcessSecret,
  bounds: CallBounds & { readonly deadline: number },
  clock: Clock,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Waited> {
  for (let attempt = 1; ; attempt++) {
    const polled = await sendPoll(environment, connection, processId, token, bounds).catch((error: unknown) => judgePoll(error, bounds.deadline, clock));
    if ('status' in polled) return polled;
    const { result, retryAt } = polled;
    switch (result.status) {
      case 'done':
        return { status: 'done', result };
      case 'busy':
        return { status: 'unavailable', until: retryAt === undefined ? null : formatInstant(retryAt) };
      case 'accepted':
      case 'running':
        break;
      default:
        return { status: 'failed', error: new SelfInfoError('upstream_failed', { stage: 'result', effect: 'applied', upstream: { code: result.status } }) };
    }
    const now = clock.now();
    const next = Math.max(retryAt ?? now + environment.profile.timing.pollMs.value, now + SHORTEST_POLL_MS);
    const progress = { attempt, retryAt: formatInstant(next) };
    if (next >= bounds.deadline) return { status: 'pending', retryAt: progress.retryAt };
    // The wait starts before the caller is told, so that a virtual clock can be moved from there.
    const waiting = pause(clock, next - now, bounds.signal);
    // If the caller's function throws, nobody hears how the wait ends.
    waiting.catch(() => undefined);
    onProgress?.(progress);
    await waiting;
  }
}

function judgePoll(error: unknown, deadline: number, clock: Clock): Waited {
  if (!isSelfInfoError(error)) throw error;
  const now = clock.now();
  // The caller's deadline passed during a poll: nothing is lost, the answer can be collected later.
  if (error.code === 'timed_out' && now >= deadline) return { status: 'pending', retryAt: formatInstant(now) };
  if (error.code === 'upstream_unavailable') return { status: 'unavailable', until: error.retry.notBefore ?? null };
  // A gateway's failure while asking changes nothing: the answer may come yet.
  if (error.code === 'upstream_failed') return { status: 'unavailable', until: null };
  if (error.code === 'upstream_refused') return { status: 'failed', error };
  throw error;
}

async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.wait(ms, signal);
  } catch {
    throw new SelfInfoError('aborted', { stage: 'result', effect: 'none', retry: { safe: true } });
  }
}

/** Asks once whether the result is there. */
async function sendPoll(
  environment: Environment,
  connection: Connection,
  processId: string,
  token: string,
  bounds: CallBounds,
): Promise<{ readonly result: WireResult; readonly retryAt: number | undefined }> {
  const { profile } = environment;
  const answer = await post(environment, connection, 'result', profile.encodePoll(processId, profile), token, bounds);
  const result = judged(answer, 'result', () => profile.decodeResult(answer.json, profile), profile.errorCodes.value);
  if (result.processId !== processId) throw new SelfInfoError('process_mismatch');
  return { result, retryAt: answer.retryAt };
}

function post(
  environment: Environment,
  connection: Connection,
  stage: CallStage & keyof Environment['profile']['paths'],
  body: unknown,
  token: string,
  bounds: CallBounds,
) {
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  };
  return connection.send({ stage, path: environment.profile.paths[stage].value, headers, body: JSON.stringify(body) }, bounds);
}

function judged<T>(answer: HttpAnswer, stage: CallStage, decode: () => T, errorCodes: readonly string[]): T {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, stage, errorCodes);
  try {
    return decode();
  } catch (error) {
    if (!isSelfInfoError(error))
      throw new SelfInfoError('response_invalid', { stage, expected: { en: 'the profile cannot decode it.', ja: 'プロファイルで解読できません。' } });
    throw Object.assign(error, { stage, effect: stage === 'result' ? 'none' : 'unknown' });
  }
}

/**
 * Checks a retrieval that came as JSON text or parsed.
 *
 * @throws SelfInfoError `invalid_retrieval`, or the error of the inquiry that is wrong.
 */
export function checkRetrieval(service: Service, serviceId: string, json: unknown): Retrieval {
  const value: unknown = typeof json === 'string' ? parseHandle(json) : json;
  checkHandle(value, 'retrieval', ['v', 'id', 'terms', 'inquiries', 'submittedAt', 'expiresAt']);
  const { v, id, terms, inquiries, submittedAt, expiresAt } = value;
  if (v !== 1) throw new SelfInfoError('invalid_retrieval', { path: 'retrieval.v' });
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) throw new SelfInfoError('invalid_retrieval', { path: 'retrieval.id' });
  checkHandle(terms, 'retrieval.terms', ['transactionId', 'serviceId', 'items', 'purpose', 'grantedAt', 'keepUntil']);
  if (terms.serviceId !== serviceId) throw new SelfInfoError('invalid_retrieval', { path: 'retrieval.terms.serviceId' });
  checkInstant(submittedAt, 'retrieval.submittedAt');
  checkInstant(expiresAt, 'retrieval.expiresAt');
  checkInstant(terms.grantedAt, 'retrieval.terms.grantedAt');
  checkInstant(terms.keepUntil, 'retrieval.terms.keepUntil');
  checkInquiries(service, inquiries, 'retrieval.inquiries');
  return value as unknown as Retrieval;
}

function parseHandle(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new SelfInfoError('invalid_retrieval', { path: 'retrieval' });
  }
}

function checkHandle(value: unknown, path: string, keys: readonly string[]): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new SelfInfoError('invalid_retrieval', { path });
  for (const key of keys) if (!Object.hasOwn(value, key)) throw new SelfInfoError('invalid_retrieval', { path: `${path}.${key}` });
}

function checkInstant(value: unknown, path: string): void {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw new SelfInfoError('invalid_retrieval', { path });
}
