import { createYielder, type Yielder } from '../foundation/deadline.js';
import { SelfInfoError } from '../foundation/errors.js';
import { formatInstant, toEpochMs } from '../foundation/time.js';
import type { Day, Inquiry, Method } from '../service/inquiry.js';

/**
 * How well an entry of a wire profile is known: from the interface specification itself, public and
 * official, public but second-hand, inferred from what is public, or unknown, so that the value is
 * a placeholder of ours.
 */
export type Confidence =
  | 'specification'
  | 'public-official'
  | 'public-second-hand'
  | 'inferred'
  | 'unknown';

/** One fact of a wire profile and how well it is known. */
export interface ProfileEntry<T> {
  readonly value: T;
  readonly confidence: Confidence;
}

type Names<K extends string> = { readonly [P in K]: ProfileEntry<string> };

/**
 * A departure from OAuth that a profile may name, so that the client allows it and nothing else:
 * `token-type-missing`, a token answer without `token_type`.
 */
export type OAuthDeviation = 'token-type-missing';

/** How an item fared, in the words of this package. */
export type WireItemStatus =
  | 'present'
  | 'nothing-on-record'
  | 'not-covered'
  | 'unavailable'
  | 'failed';

/** How a retrieval stands, in the words of this package. */
export type WireProcessStatus =
  | 'accepted'
  | 'running'
  | 'done'
  | 'busy'
  | 'session-lost'
  | 'failed'
  | 'blocked';

/** What a request asks: item codes and their inquiries. */
export interface WireRequest {
  readonly items: readonly { readonly code: string; readonly inquiry: Inquiry }[];
}

/**
 * A record as it came: who holds it, as of when, its fields, and what the profile does not know.
 */
export interface WireRecord {
  readonly holder: string;
  readonly asOf?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly extras: Readonly<Record<string, unknown>>;
}

/** A holder whose part is missing, and until when (ISO 8601 with offset) if it is known. */
export interface MissingHolder {
  readonly server: string;
  readonly until: string | null;
}

/** An item of an answer as it came. */
export interface WireItem {
  readonly code: string;
  readonly status: WireItemStatus;
  readonly records: readonly WireRecord[];
  readonly missing: readonly MissingHolder[];
  readonly failure?: string;
  readonly extras: Readonly<Record<string, unknown>>;
}

/** An answer as it came. */
export interface WireResult {
  readonly processId: string;
  readonly status: WireProcessStatus;
  readonly items: readonly WireItem[];
  readonly extras: Readonly<Record<string, unknown>>;
}

/**
 * Everything that is assumed about the wire, as data with a confidence per entry, so that the
 * interface specification (step A-7) can replace it entry by entry.
 *
 * The four functions are handed the profile they belong to: a copy with other names keeps them.
 */
export interface WireProfile {
  /** Names this profile in messages. */
  readonly id: string;
  /** Paths under the portal's origins. */
  readonly paths: Names<'authorization' | 'pushedAuthorization' | 'token' | 'request' | 'result'>;
  /** The OAuth side. */
  readonly oauth: {
    readonly pkce: ProfileEntry<'S256'>;
    /**
     * With `private_key_jwt` a client is not made without `clientAuth`; mutual TLS stays in any
     * case.
     */
    readonly clientAuthentication: ProfileEntry<
      'tls_client_auth' | 'self_signed_tls_client_auth' | 'private_key_jwt'
    >;
    /**
     * Whether authorization requests are pushed to the portal first (RFC 9126), so that the browser
     * carries a reference only.
     */
    readonly pushedAuthorizationRequests: ProfileEntry<boolean>;
    /** Whether every callback carries `iss` (RFC 9207). */
    readonly issuerInCallback: ProfileEntry<boolean>;
    readonly deviations: ProfileEntry<readonly OAuthDeviation[]>;
  };
  /** Field names of request and answer. */
  readonly fields: Names<
    | 'processId'
    | 'selfPersonalData'
    | 'items'
    | 'itemCode'
    | 'method'
    | 'at'
    | 'from'
    | 'to'
    | 'processStatus'
    | 'itemStatus'
    | 'records'
    | 'holder'
    | 'asOf'
    | 'values'
    | 'missing'
    | 'missingServer'
    | 'missingUntil'
    | 'failure'
  >;
  readonly methods: Names<Method>;
  readonly itemStatuses: Names<WireItemStatus>;
  readonly processStatuses: Names<WireProcessStatus>;
  /** Machine codes of refusals beside OAuth's own: only a listed code is repeated in an error. */
  readonly errorCodes: ProfileEntry<readonly string[]>;
  /**
   * The HTTP statuses among 429 and 500 to 599 by which the portal itself, and no gateway on the
   * way, says that it did not take a request: its consent is unspent then. Of the others nobody can
   * tell.
   */
  readonly notAcceptedStatuses: ProfileEntry<readonly number[]>;
  /** How the provider learns that an answer is ready. */
  readonly completion: ProfileEntry<'poll'>;
  /** Milliseconds: between two polls, for the citizen to consent, for an answer to be fetched. */
  readonly timing: {
    readonly pollMs: ProfileEntry<number>;
    readonly consentMs: ProfileEntry<number>;
    readonly resultMs: ProfileEntry<number>;
  };
  /** The body of a request. */
  encodeRequest(request: WireRequest, profile: WireProfile): unknown;
  /** The process id out of the answer to a request. @throws SelfInfoError `response_invalid` */
  decodeProcess(body: unknown, profile: WireProfile): string;
  /** The body that asks for the result of a process. */
  encodePoll(processId: string, profile: WireProfile): unknown;
  /**
   * The answer to a poll, or a promise of it where decoding lets others run in between. @throws
   * SelfInfoError `response_invalid`
   */
  decodeResult(body: unknown, profile: WireProfile): WireResult | Promise<WireResult>;
}

const entry =
  (confidence: Confidence) =>
  <const T>(value: T): ProfileEntry<T> =>
    Object.freeze({ value, confidence });
const secondHand = entry('public-second-hand');
const inferred = entry('inferred');
const unknown = entry('unknown');

/**
 * The wire as far as public facts go; the interface specification is handed out only after a pledge
 * (step A-7), so most names here are placeholders, each marked by its confidence.
 *
 * @example
 * ```ts
 * import { publicProfile, type WireProfile } from 'myna-selfinfo';
 * const fromTheSpecification: WireProfile = {
 *   ...publicProfile,
 *   paths: { ...publicProfile.paths, request: { value: '/request', confidence: 'specification' } },
 * };
 * ```
 */
export const publicProfile: WireProfile = deepFreeze({
  id: 'public-2026-11',
  paths: {
    authorization: unknown('/oauth/authorize'),
    pushedAuthorization: unknown('/oauth/par'),
    token: secondHand('/oauth/token'),
    request: secondHand('/request'),
    result: secondHand('/result'),
  },
  oauth: {
    pkce: inferred('S256'),
    clientAuthentication: inferred('tls_client_auth'),
    pushedAuthorizationRequests: unknown(false),
    issuerInCallback: unknown(true),
    deviations: unknown([]),
  },
  fields: {
    processId: secondHand('process_id'),
    selfPersonalData: secondHand('selfPersonalData'),
    items: unknown('inquiry_items'),
    itemCode: unknown('item_code'),
    method: unknown('inquiry_method'),
    at: unknown('point_date'),
    from: unknown('range_start'),
    to: unknown('range_end'),
    processStatus: unknown('process_status'),
    itemStatus: unknown('item_status'),
    records: unknown('record_list'),
    holder: unknown('holder_name'),
    asOf: unknown('record_date'),
    values: unknown('field_values'),
    missing: unknown('missing_holders'),
    missingServer: unknown('server_name'),
    missingUntil: unknown('closed_until'),
    failure: unknown('failure_code'),
  },
  methods: {
    'point-in-time': unknown('POINT'),
    range: unknown('RANGE'),
    latest: unknown('LATEST'),
  },
  itemStatuses: {
    present: unknown('PRESENT'),
    'nothing-on-record': unknown('NOTHING_ON_RECORD'),
    'not-covered': unknown('NOT_COVERED'),
    unavailable: unknown('UNAVAILABLE'),
    failed: unknown('FAILED'),
  },
  processStatuses: {
    accepted: inferred('ACCEPTED'),
    running: inferred('RUNNING'),
    done: inferred('DONE'),
    busy: inferred('CAPACITY_OVER'),
    'session-lost': inferred('SESSION_LOST'),
    failed: inferred('FUNCTION_ERROR'),
    blocked: inferred('BLOCKED'),
  },
  errorCodes: unknown([
    'consent_used',
    'item_not_registered',
    'inquiry_not_registered',
    'invalid_date',
    'range_reversed',
    'range_too_long',
    'unknown_process',
    'result_expired',
    'unsupported_media_type',
    'request_too_large',
    'not_found',
    'method_not_allowed',
  ]),
  notAcceptedStatuses: unknown([]),
  completion: inferred('poll'),
  timing: { pollMs: unknown(3_000), consentMs: unknown(600_000), resultMs: unknown(3_600_000) },
  encodeRequest({ items }, { fields, methods }) {
    return {
      [fields.items.value]: items.map(({ code, inquiry }) => ({
        [fields.itemCode.value]: code,
        [fields.method.value]: methods[inquiry.method].value,
        ...(inquiry.method === 'point-in-time' && { [fields.at.value]: encodeDay(inquiry.at) }),
        ...(inquiry.method === 'range' && {
          [fields.from.value]: encodeDay(inquiry.from),
          [fields.to.value]: encodeDay(inquiry.to),
        }),
      })),
    };
  },
  decodeProcess(body, { fields }) {
    const answer = objectAt(body, 'body');
    return textAt(answer[fields.processId.value], `body.${fields.processId.value}`);
  },
  encodePoll(processId, { fields }) {
    return { [fields.processId.value]: processId };
  },
  async decodeResult(body, profile) {
    const { fields } = profile;
    const yielder = createYielder(RECORDS_AT_ONCE);
    const answer = objectAt(body, 'body');
    const data = answer[fields.selfPersonalData.value];
    return {
      processId: textAt(answer[fields.processId.value], `body.${fields.processId.value}`),
      status: wordAt(
        answer[fields.processStatus.value],
        profile.processStatuses,
        `body.${fields.processStatus.value}`,
      ),
      items: await paced(
        yielder,
        listAt(data, `body.${fields.selfPersonalData.value}`),
        (item, index) =>
          decodeItem(item, profile, `body.${fields.selfPersonalData.value}[${index}]`, yielder),
      ),
      extras: unknownIn(answer, [fields.processId, fields.processStatus, fields.selfPersonalData]),
    };
  },
});

/**
 * The entries of a profile that the interface specification has not confirmed, as paths such as
 * `paths.request`.
 */
export function unverifiedEntries(profile: WireProfile): readonly string[] {
  const confirmed: readonly unknown[] = ['specification', 'public-official'] satisfies Confidence[];
  return entriesOf(profile).flatMap(({ path, entry }) =>
    confirmed.includes(entry.confidence) ? [] : [path],
  );
}

/**
 * The entries of a profile that are missing, or whose value is of another type than in the public
 * one.
 */
export function malformedEntries(profile: WireProfile): readonly string[] {
  return entriesOf(profile).flatMap(({ path, entry, model }) =>
    kindOf(entry.value) === kindOf(model.value) ? [] : [path],
  );
}

/**
 * Names that stand in one object of an answer or of a request: if two were the same, one would be
 * read as the other.
 */
const NEIGHBOURS = [
  ['processId', 'processStatus', 'selfPersonalData'],
  ['itemCode', 'itemStatus', 'records', 'missing', 'failure'],
  ['holder', 'asOf', 'values'],
  ['missingServer', 'missingUntil'],
  ['itemCode', 'method', 'at'],
  ['itemCode', 'method', 'from', 'to'],
] as const satisfies readonly (readonly (keyof WireProfile['fields'])[])[];

/**
 * The entries of a well-formed profile that say the same as another one where the two must be told
 * apart, with that other one.
 */
export function ambiguousEntries(
  profile: WireProfile,
): readonly (readonly [path: string, other: string])[] {
  const words = (['methods', 'itemStatuses', 'processStatuses'] as const).map((place) =>
    Object.keys(publicProfile[place]).map((name) => `${place}.${name}`),
  );
  const values = new Map(entriesOf(profile).map(({ path, entry }) => [path, entry.value]));
  return [...NEIGHBOURS.map((names) => names.map((name) => `fields.${name}`)), ...words].flatMap(
    (group) =>
      group.flatMap((path, index) =>
        group
          .slice(0, index)
          .flatMap((other) =>
            values.get(other) === values.get(path) ? [[path, other] as const] : [],
          ),
      ),
  );
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

interface FoundEntry {
  readonly path: string;
  readonly entry: Partial<ProfileEntry<unknown>>;
  readonly model: ProfileEntry<unknown>;
}

/**
 * The entries that the public profile has, as they stand in another one: what is left out there is
 * found, too.
 */
function entriesOf(profile: WireProfile): readonly FoundEntry[] {
  const found: FoundEntry[] = [];
  visit(publicProfile, profile, '');
  return found;
  function visit(model: unknown, value: unknown, path: string) {
    if (typeof model !== 'object' || model === null) return;
    const entry = Object(value);
    if ('confidence' in model) found.push({ path, entry, model: model as ProfileEntry<unknown> });
    else
      for (const [key, inner] of Object.entries(model))
        visit(inner, entry[key], path === '' ? key : `${path}.${key}`);
  }
}

/** The most items of an answer, records of an item, and holders missing. */
const LONGEST_LIST = 100_000;
/** How many items and records are decoded before others get their turn. */
const RECORDS_AT_ONCE = 100;

/** Maps a list that may be long. */
async function paced<T>(
  yielder: Yielder,
  list: readonly unknown[],
  decode: (entry: unknown, index: number) => T | Promise<T>,
): Promise<readonly T[]> {
  const decoded: T[] = [];
  for (const [index, entry] of list.entries()) {
    if (yielder.use(1)) await yielder.yield();
    decoded.push(await decode(entry, index));
  }
  return decoded;
}

async function decodeItem(
  body: unknown,
  profile: WireProfile,
  path: string,
  yielder: Yielder,
): Promise<WireItem> {
  const { fields } = profile;
  const item = objectAt(body, path);
  const failure = item[fields.failure.value];
  return {
    code: textAt(item[fields.itemCode.value], `${path}.${fields.itemCode.value}`),
    status: wordAt(
      item[fields.itemStatus.value],
      profile.itemStatuses,
      `${path}.${fields.itemStatus.value}`,
    ),
    records: await paced(
      yielder,
      listAt(item[fields.records.value], `${path}.${fields.records.value}`),
      (record, index) => decodeRecord(record, profile, `${path}.${fields.records.value}[${index}]`),
    ),
    missing: listAt(item[fields.missing.value], `${path}.${fields.missing.value}`).map(
      (missing, index) =>
        decodeMissing(missing, profile, `${path}.${fields.missing.value}[${index}]`),
    ),
    ...(failure !== undefined && { failure: textAt(failure, `${path}.${fields.failure.value}`) }),
    extras: unknownIn(item, [
      fields.itemCode,
      fields.itemStatus,
      fields.records,
      fields.missing,
      fields.failure,
    ]),
  };
}

function decodeRecord(body: unknown, { fields }: WireProfile, path: string): WireRecord {
  const record = objectAt(body, path);
  const asOf = record[fields.asOf.value];
  return {
    holder: textAt(record[fields.holder.value], `${path}.${fields.holder.value}`),
    ...(asOf !== undefined && { asOf: textAt(asOf, `${path}.${fields.asOf.value}`) }),
    fields: objectAt(record[fields.values.value], `${path}.${fields.values.value}`),
    extras: unknownIn(record, [fields.holder, fields.asOf, fields.values]),
  };
}

function decodeMissing(body: unknown, { fields }: WireProfile, path: string): MissingHolder {
  const missing = objectAt(body, path);
  const until = missing[fields.missingUntil.value];
  return {
    server: textAt(missing[fields.missingServer.value], `${path}.${fields.missingServer.value}`),
    until:
      until === undefined || until === null
        ? null
        : instantAt(until, `${path}.${fields.missingUntil.value}`),
  };
}

/** Dates go as YYYYMMDD, fiscal years as YYYY. */
function encodeDay(day: Day): string {
  return typeof day === 'string' ? day.replaceAll('-', '') : String(day.fiscalYear);
}

function unknownIn(
  body: Readonly<Record<string, unknown>>,
  known: readonly ProfileEntry<string>[],
): Readonly<Record<string, unknown>> {
  const names = known.map((name) => name.value);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !names.includes(key)));
}

function invalid(path: string, en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', {
    path,
    stage: 'result',
    expected: { en: `${path} ${en}`, ja: `${path} ${ja}` },
  });
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path, 'must be an object.', 'はオブジェクトでなければなりません。');
  return value as Readonly<Record<string, unknown>>;
}

/** An absent list is an empty one. */
function listAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(path, 'must be a list.', 'は配列でなければなりません。');
  if (value.length > LONGEST_LIST) {
    throw invalid(
      path,
      `must not hold more than ${LONGEST_LIST} entries.`,
      `の要素数は ${LONGEST_LIST} 以下でなければなりません。`,
    );
  }
  return value;
}

function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '')
    throw invalid(path, 'must be a non-empty string.', 'は空でない文字列でなければなりません。');
  return value;
}

function instantAt(value: unknown, path: string): string {
  try {
    return formatInstant(toEpochMs(textAt(value, path), path));
  } catch {
    throw invalid(
      path,
      'must be an ISO 8601 instant with offset.',
      'はオフセット付き ISO 8601 の時刻でなければなりません。',
    );
  }
}

function wordAt<K extends string>(value: unknown, words: Names<K>, path: string): K {
  for (const word in words) if (words[word].value === value) return word;
  throw invalid(
    path,
    'holds a status this profile does not know.',
    'はこのプロファイルにない状態です。',
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(Object.freeze(value))) deepFreeze(inner);
  return value;
}
