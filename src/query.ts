import type { ConsentTerms } from './consent.js';
import type { Environment } from './environment.js';
import { isSelfInfoError, SelfInfoError } from './errors.js';
import { type CallBounds, type CallStage, type Connection, type HttpAnswer, refusal } from './http.js';
import { checkInquiry, type Inquiry, type Method } from './inquiry.js';
import { checkKeys } from './options.js';
import type { WireResult } from './profile.js';
import { type ItemSpec, type Service, type ServiceSpec, wireCode } from './service.js';
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
export interface Retrieval<S extends ServiceSpec = ServiceSpec> {
  readonly v: 1;
  readonly id: string;
  readonly terms: ConsentTerms<S>;
  /** What was asked, per item. */
  readonly inquiries: { readonly [K in keyof S['items']]?: Inquiry };
  /** ISO 8601 at +09:00. */
  readonly submittedAt: string;
  /** ISO 8601 at +09:00: afterwards the answer can no longer be had. */
  readonly expiresAt: string;
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

/** Asks once whether the result is there. */
export async function sendPoll(
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
    throw new SelfInfoError(error.code, { stage, effect: stage === 'result' ? 'none' : 'unknown', ...(error.path !== undefined && { path: error.path }) });
  }
}
