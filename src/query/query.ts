import { CANCELLED, type Clock, waitBy } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError, restated, SelfInfoError } from '../foundation/errors.js';
import { formatInstant } from '../foundation/time.js';
import {
  type CallBounds,
  type CallStage,
  type Connection,
  type HttpAnswer,
  knownCode,
  refusal,
} from '../net/http.js';
import type { ConsentTerms } from '../oauth/consent.js';
import type { AccessToken } from '../oauth/token.js';
import { checkInquiry, type Inquiry, type Method } from '../service/inquiry.js';
import {
  type ItemSpec,
  type ofService,
  type Service,
  type ServiceSpec,
  wireCode,
} from '../service/service.js';
import type { Environment } from '../wire/environment.js';
import type { WireProfile, WireResult } from '../wire/profile.js';

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
export type ItemInquiries<S extends ServiceSpec> = {
  readonly [K in keyof S['items']]?: InquiryFor<S['items'][K]>;
} & { readonly method?: never };

/** Refuses, at compile time, keys that are no items. */
export type NoOtherItems<Q, S extends ServiceSpec> = Q & {
  readonly [K in Exclude<keyof Q, keyof S['items'] | 'method'>]: never;
};

/**
 * A request that was sent, as plain JSON without secrets: store it, and collect the answer later,
 * from another process too.
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
 * @throws SelfInfoError `unknown_item`, `inquiry_not_registered`, `latest_not_declared`,
 * `invalid_option`; TypeError for a wrong type.
 */
export function checkInquiries(
  service: Service,
  value: unknown,
  path: string,
): Readonly<Record<string, Inquiry>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an inquiry, or an object with one per item.`);
  const single =
    'method' in value && value.method !== undefined ? checkInquiry(value, path) : undefined;
  const asked = single
    ? Object.keys(service.items).map((key) => [key, single] as const)
    : Object.entries(value).filter(([, inquiry]) => inquiry !== undefined);
  if (asked.length === 0)
    throw new SelfInfoError('invalid_option', {
      path,
      expected: { en: 'At least one item.', ja: '1つ以上の項目を指定してください。' },
    });
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
  throw new SelfInfoError(
    method === 'latest' && item.latestBy === undefined
      ? 'latest_not_declared'
      : 'inquiry_not_registered',
    { path },
  );
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
  const items = Object.entries(inquiries).map(([key, inquiry]) => ({
    code: wireCode(service.items[key] as ItemSpec),
    inquiry,
  }));
  const body = encoded('encodeRequest', () => profile.encodeRequest({ items }, profile));
  const answer = await post(
    environment,
    connection,
    'request',
    body,
    accessToken.token.reveal(),
    bounds,
  );
  return judged(
    answer,
    'request',
    () => checkProcessId(profile.decodeProcess(answer.json, profile)),
    profile,
  );
}

/** It is stored and sent back with every poll, and must come back the same. */
function checkProcessId(id: unknown): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= LONGEST_PROCESS_ID) return id;
  throw new SelfInfoError('response_invalid', {
    expected: {
      en: `its process id is no text of at most ${LONGEST_PROCESS_ID} characters.`,
      ja: `処理IDが ${LONGEST_PROCESS_ID} 文字以下の文字列ではありません。`,
    },
  });
}

/**
 * What `onProgress` is told before each wait: how often was asked so far, and when (ISO 8601 at
 * +09:00) it is asked again.
 */
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

const LONGEST_PROCESS_ID = 1_024;
const SHORTEST_POLL_MS = 500;
/**
 * Asking changes nothing at the portal: after these, which pass by themselves, it is asked again.
 *
 * A certificate that an alert refuses is not among them. TLS 1.3 may close without a word for the
 * same reason; that looks like any break, and costs three more connections at most.
 */
const TRANSIENT: readonly SelfInfoErrorCode[] = [
  'connection_failed',
  'connection_closed',
  'timed_out',
  'upstream_unavailable',
  'upstream_failed',
];
/**
 * How often in a row, and how long at most before the first time; the limit doubles each time, the
 * wait is anything below it.
 */
const RETRIES = 3;
const RETRY_MS = 500;

/** How polling goes on: within what, by which clock and chance, and who is told. */
export interface Waiting {
  readonly scope: Scope & { readonly deadline: number };
  /** The whole time that the caller gave. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onProgress: ((progress: Progress) => unknown) | undefined;
  /** Whether the first answer is the last word, whatever it says. */
  readonly once: boolean;
}

/** Polls until the result is there, the portal gives up, or the deadline comes first. */
export async function awaitResult(
  environment: Environment,
  connection: Connection,
  secret: ProcessSecret,
  waiting: Waiting,
): Promise<Waited> {
  const { scope, clock, deadlineMs } = waiting;
  const ending = new AbortController();
  let late = false;
  // Waited for, too, and not only read off the clock: one that is set back would put the deadline
  // off.
  const over = waitBy(
    clock,
    Math.min(deadlineMs, scope.deadline - clock.now()),
    ending.signal,
  ).then(
    () => {
      late = true;
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await pollUntil(environment, connection, secret, waiting, {
      over,
      isOver: (at) => late || at >= scope.deadline,
    });
  } finally {
    ending.abort(CANCELLED);
  }
}

/** The caller's deadline: a promise of it, and whether an instant is behind it. */
interface Deadline {
  readonly over: Promise<void>;
  isOver(at: number): boolean;
}

async function pollUntil(
  environment: Environment,
  connection: Connection,
  secret: ProcessSecret,
  waiting: Waiting,
  { over, isOver }: Deadline,
): Promise<Waited> {
  const { scope, clock, random, once } = waiting;
  for (let attempt = 1, failures = 0; ; attempt++) {
    const polled = await sendPoll(environment, connection, secret, scope).catch(failureOf);
    const now = clock.now();
    let next: number;
    if ('failed' in polled) {
      const { failed } = polled;
      if (failed.code === 'upstream_refused') return { status: 'failed', error: failed };
      // The caller's deadline passed during a poll: nothing is lost, the answer can be collected
      // later.
      if (failed.code === 'timed_out' && isOver(now))
        return { status: 'pending', retryAt: formatInstant(now) };
      next = Math.max(
        now + Math.ceil(chance(random) * RETRY_MS * 2 ** failures),
        Date.parse(failed.retry.notBefore ?? '') || 0,
      );
      if (once || ++failures > RETRIES || isOver(next)) return givenUp(failed);
    } else {
      failures = 0;
      const { result, retryAt } = polled;
      if (result.status === 'done') return { status: 'done', result };
      if (result.status === 'busy')
        return {
          status: 'unavailable',
          until: retryAt === undefined ? null : formatInstant(retryAt),
        };
      if (result.status !== 'accepted' && result.status !== 'running') {
        // A profile of the host's may hand on whatever the wire said.
        const code = knownCode(result.status, Object.keys(environment.profile.processStatuses));
        return {
          status: 'failed',
          error: new SelfInfoError('upstream_failed', {
            stage: 'result',
            effect: 'applied',
            upstream: { code },
          }),
        };
      }
      next = Math.max(
        retryAt ?? now + environment.profile.timing.pollMs.value,
        now + SHORTEST_POLL_MS,
      );
      if (once || isOver(next)) return { status: 'pending', retryAt: formatInstant(next) };
    }
    await pause({ attempt, retryAt: formatInstant(next) }, next - now, over, waiting);
    // Cut short: nothing more is sent.
    if (isOver(clock.now())) return { status: 'pending', retryAt: formatInstant(next) };
  }
}

/** What the portal refused, or a failure that passes; all others surface at once. */
function failureOf(error: unknown): { readonly failed: SelfInfoError } {
  if (
    isSelfInfoError(error) &&
    (error.code === 'upstream_refused' || TRANSIENT.includes(error.code))
  )
    return { failed: error };
  throw error;
}

/** How waiting ends when the last attempt failed, too. */
function givenUp(error: SelfInfoError): Waited {
  if (error.code === 'upstream_unavailable')
    return { status: 'unavailable', until: error.retry.notBefore ?? null };
  // A gateway's failure while asking: the answer may come yet.
  if (error.code === 'upstream_failed') return { status: 'unavailable', until: null };
  throw error;
}

/** A share from 0 to 1, whatever the caller's randomness gives. */
function chance(random: () => number): number {
  try {
    const share = random();
    if (share >= 0 && share <= 1) return share;
  } catch {}
  return 1;
}

async function pause(
  progress: Progress,
  ms: number,
  over: Promise<void>,
  { scope, clock, onProgress }: Waiting,
): Promise<void> {
  // The wait starts before the caller is told, so that a virtual clock can be moved from there.
  const ended = new AbortController();
  const waited = withinScope(scope, clock, Number.POSITIVE_INFINITY, () =>
    Promise.race([waitBy(clock, ms, ended.signal), over]),
  );
  // If the caller's function throws, nobody hears how the wait ends.
  waited.catch(() => undefined);
  try {
    // What it throws or rejects with is the caller's own, and ends the waiting.
    await Promise.race([waited, Promise.resolve(onProgress?.(progress)).then(() => waited)]);
  } finally {
    ended.abort(CANCELLED);
  }
}

/** Asks once whether the result is there. */
async function sendPoll(
  environment: Environment,
  connection: Connection,
  { processId, token }: ProcessSecret,
  bounds: CallBounds,
): Promise<{ readonly result: WireResult; readonly retryAt: number | undefined }> {
  const { profile } = environment;
  const answer = await post(
    environment,
    connection,
    'result',
    encoded('encodePoll', () => profile.encodePoll(processId, profile)),
    token,
    bounds,
  );
  const result = await judged(answer, 'result', () => decodeResult(profile, answer.json), profile);
  if (result.processId !== processId) throw new SelfInfoError('process_mismatch');
  return { result, retryAt: answer.retryAt };
}

/**
 * A profile of the host's own may decode to anything: of what is no result not even the process id
 * is read.
 */
async function decodeResult(profile: WireProfile, json: unknown): Promise<WireResult> {
  const result: Partial<WireResult> | null | undefined = await profile.decodeResult(json, profile);
  if (typeof result?.processId === 'string' && Array.isArray(result.items))
    return result as WireResult;
  throw new TypeError('no result');
}

/** The text of a body; what a profile of the host's own throws may quote what it was given. */
function encoded(name: 'encodeRequest' | 'encodePoll', encode: () => unknown): string {
  try {
    const text: unknown = JSON.stringify(encode());
    if (typeof text === 'string') return text;
  } catch {}
  throw new SelfInfoError('invalid_option', {
    path: `environment.profile.${name}`,
    expected: {
      en: 'It must return what JSON can hold.',
      ja: 'JSON で表せる値を返す必要があります。',
    },
  });
}

function post(
  environment: Environment,
  connection: Connection,
  stage: CallStage & keyof Environment['profile']['paths'],
  body: string,
  token: string,
  bounds: CallBounds,
) {
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  };
  return connection.send(
    { stage, path: environment.profile.paths[stage].value, headers, body },
    bounds,
  );
}

async function judged<T>(
  answer: HttpAnswer,
  stage: CallStage,
  decode: () => T | Promise<T>,
  { errorCodes, notAcceptedStatuses }: WireProfile,
): Promise<T> {
  if (answer.status < 200 || answer.status > 299)
    throw refusal(
      answer,
      stage,
      errorCodes.value,
      stage === 'request' ? notAcceptedStatuses.value : [],
    );
  try {
    return await decode();
  } catch (error) {
    const facts = { stage, effect: stage === 'result' ? 'none' : 'unknown' } as const;
    const known = isSelfInfoError(error) ? restated(error, facts) : undefined;
    throw (
      known ??
      new SelfInfoError('response_invalid', {
        ...facts,
        expected: { en: 'the profile cannot decode it.', ja: 'プロファイルで解読できません。' },
      })
    );
  }
}

/**
 * Checks a retrieval that came as JSON text or parsed.
 *
 * @throws SelfInfoError `invalid_retrieval`, or the error of the inquiry that is wrong.
 */
export function checkRetrieval(service: Service, serviceId: string, json: unknown): Retrieval {
  const value: unknown = typeof json === 'string' ? parseHandle(json) : json;
  try {
    checkParsed(service, serviceId, value);
  } catch (error) {
    // What a getter throws is nobody's business.
    throw isSelfInfoError(error)
      ? error
      : new SelfInfoError('invalid_retrieval', { path: 'retrieval' });
  }
  return value as Retrieval;
}

function checkParsed(service: Service, serviceId: string, value: unknown): void {
  checkHandle(value, 'retrieval', ['v', 'id', 'terms', 'inquiries', 'submittedAt', 'expiresAt']);
  const { v, id, terms, inquiries, submittedAt, expiresAt } = value;
  if (v !== 1) throw new SelfInfoError('invalid_retrieval', { path: 'retrieval.v' });
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id))
    throw new SelfInfoError('invalid_retrieval', { path: 'retrieval.id' });
  checkHandle(terms, 'retrieval.terms', [
    'transactionId',
    'serviceId',
    'items',
    'purpose',
    'grantedAt',
    'keepUntil',
  ]);
  if (terms.serviceId !== serviceId)
    throw new SelfInfoError('invalid_retrieval', { path: 'retrieval.terms.serviceId' });
  checkHandle(terms.purpose, 'retrieval.terms.purpose', ['id', 'text']);
  checkTexts([terms.transactionId], 'retrieval.terms.transactionId');
  checkTexts(terms.items, 'retrieval.terms.items');
  checkTexts([terms.purpose.id, terms.purpose.text], 'retrieval.terms.purpose');
  checkInstant(submittedAt, 'retrieval.submittedAt');
  checkInstant(expiresAt, 'retrieval.expiresAt');
  checkInstant(terms.grantedAt, 'retrieval.terms.grantedAt');
  checkInstant(terms.keepUntil, 'retrieval.terms.keepUntil');
  checkAsked(service, inquiries);
}

/**
 * It came as JSON: another type is a retrieval that is not valid, and no mistake of the program.
 */
function checkAsked(service: Service, inquiries: unknown): void {
  try {
    checkInquiries(service, inquiries, 'retrieval.inquiries');
  } catch (error) {
    throw isSelfInfoError(error)
      ? error
      : new SelfInfoError('invalid_retrieval', { path: 'retrieval.inquiries' });
  }
}

function parseHandle(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new SelfInfoError('invalid_retrieval', { path: 'retrieval' });
  }
}

function checkHandle(
  value: unknown,
  path: string,
  keys: readonly string[],
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null)
    throw new SelfInfoError('invalid_retrieval', { path });
  for (const key of keys)
    if (!Object.hasOwn(value, key))
      throw new SelfInfoError('invalid_retrieval', { path: `${path}.${key}` });
}

function checkTexts(value: unknown, path: string): void {
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string'))
    throw new SelfInfoError('invalid_retrieval', { path });
}

function checkInstant(value: unknown, path: string): void {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value)))
    throw new SelfInfoError('invalid_retrieval', { path });
}
