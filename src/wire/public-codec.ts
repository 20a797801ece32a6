import { createYielder, type Yielder } from '../foundation/deadline.js';
import { invalidResponse, type SelfInfoError } from '../foundation/errors.js';
import { inexactKeys } from '../foundation/json-numbers.js';
import { formatInstant, toEpochMs } from '../foundation/time.js';
import type { Day } from '../service/inquiry.js';
import type { WireCodec, WireMessage, WireReply } from './codec.js';
import type { Names, ProfileEntry, WireProfileData } from './data.js';
import { isJson } from './media-type.js';
import type {
  MissingHolder,
  WireItem,
  WireProcess,
  WireRecord,
  WireRequest,
  WireResult,
} from './messages.js';

// Every name of the wire comes from the profile of the context, never from the public one.

type Members = Readonly<Record<string, unknown>>;

/** The limit for the items of an answer, the records of an item, and its missing holders. */
const LONGEST_LIST = 100_000;
/** How many items and records are decoded before other work gets its turn. */
const RECORDS_AT_ONCE = 100;

/** Returns the message that posts a JSON body. */
function post(path: string, body: unknown): WireMessage {
  return {
    method: 'POST',
    path,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** Reads the JSON of a message that says it is JSON. */
function bodyOf(reply: Pick<WireReply, 'headers' | 'json'>): Promise<unknown> {
  if (!isJson(reply.headers.get('content-type')))
    throw invalidResponse({
      en: 'its content type is not application/json in UTF-8.',
      ja: 'Content-Type が UTF-8 の application/json ではありません。',
    });
  return reply.json();
}

/** Reads the process id of a body. */
function processIdOf(body: unknown, { fields }: WireProfileData): string {
  return textAt(objectAt(body, 'body'), fields.processId, 'body');
}

/**
 * The codec of `publicProfile`: JSON in UTF-8, with the paths, names and words of the profile that
 * it is used with. Your codec may call it and change one thing.
 *
 * @example
 * ```ts
 * import { publicCodec, type WireCodec } from 'myna-selfinfo';
 * const codec: WireCodec = {
 *   ...publicCodec,
 *   version: 'our-service-1',
 *   async encodeRequest(request, context) {
 *     const message = await publicCodec.encodeRequest(request, context);
 *     return { ...message, headers: { ...message.headers, 'x-service-version': '2' } };
 *   },
 * };
 * ```
 */
export const publicCodec: WireCodec = Object.freeze<WireCodec>({
  version: 'public-1',
  confidence: Object.freeze({
    encodeRequest: 'unknown',
    decodeProcess: 'unknown',
    encodePoll: 'unknown',
    decodeResult: 'unknown',
    decodeNotice: 'unknown',
    encodeAcknowledge: 'unknown',
  }),
  encodeRequest: (request, { profile }) =>
    post(profile.paths.request.value, requestBody(request, profile)),
  decodeProcess: async (reply, { profile }): Promise<WireProcess> => ({
    processIds: [processIdOf(await bodyOf(reply), profile)],
  }),
  encodePoll: (processId, { profile }) =>
    post(profile.paths.result.value, { [profile.fields.processId.value]: processId }),
  decodeResult: async (reply, { profile }) => readResult(await bodyOf(reply), profile),
  decodeNotice: async (notice, { profile }) => ({
    processId: processIdOf(await bodyOf(notice), profile),
  }),
  // The environment has checked the path. Where it is null, this is not called.
  encodeAcknowledge: (processId, { profile }) =>
    post(profile.acknowledgement.value ?? '', { [profile.fields.processId.value]: processId }),
});

/** Writes a date as YYYYMMDD and a fiscal year as YYYY. */
function encodeDay(day: Day): string {
  return typeof day === 'string' ? day.replaceAll('-', '') : String(day.fiscalYear);
}

/** Returns the body of a request. */
export function requestBody({ items }: WireRequest, { fields, methods }: WireProfileData): unknown {
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
}

/** Reads the answer from the body of a response. */
async function readResult(body: unknown, profile: WireProfileData): Promise<WireResult> {
  const { fields } = profile;
  const yielder = createYielder(RECORDS_AT_ONCE);
  const response = objectAt(body, 'body');
  return {
    processId: textAt(response, fields.processId, 'body'),
    status: wordAt(
      member(response, fields.processStatus),
      profile.processStatuses,
      `body.${fields.processStatus.value}`,
    ),
    items: await mapYielding(
      yielder,
      listAt(member(response, fields.selfPersonalData), `body.${fields.selfPersonalData.value}`),
      (item, index) =>
        decodeItem(item, profile, `body.${fields.selfPersonalData.value}[${index}]`, yielder),
    ),
    extras: unknownIn(response, [fields.processId, fields.processStatus, fields.selfPersonalData]),
  };
}

/** Maps a list that may be long and lets other work run in between. */
async function mapYielding<T>(
  yielder: Yielder,
  list: readonly unknown[],
  decode: (element: unknown, index: number) => T | Promise<T>,
): Promise<readonly T[]> {
  const decoded: T[] = [];
  for (const [index, element] of list.entries()) {
    if (yielder.use(1)) await yielder.yield();
    decoded.push(await decode(element, index));
  }
  return decoded;
}

async function decodeItem(
  body: unknown,
  profile: WireProfileData,
  path: string,
  yielder: Yielder,
): Promise<WireItem> {
  const { fields } = profile;
  const item = objectAt(body, path);
  return {
    code: textAt(item, fields.itemCode, path),
    status: wordAt(
      member(item, fields.itemStatus),
      profile.itemStatuses,
      `${path}.${fields.itemStatus.value}`,
    ),
    records: await mapYielding(
      yielder,
      listAt(member(item, fields.records), `${path}.${fields.records.value}`),
      (record, index) => decodeRecord(record, profile, `${path}.${fields.records.value}[${index}]`),
    ),
    missing: listAt(member(item, fields.missing), `${path}.${fields.missing.value}`).map(
      (missing, index) =>
        decodeMissing(missing, profile, `${path}.${fields.missing.value}[${index}]`),
    ),
    ...(has(item, fields.failure) && { failure: textAt(item, fields.failure, path) }),
    extras: unknownIn(item, [
      fields.itemCode,
      fields.itemStatus,
      fields.records,
      fields.missing,
      fields.failure,
    ]),
  };
}

function decodeRecord(body: unknown, { fields }: WireProfileData, path: string): WireRecord {
  const record = objectAt(body, path);
  return {
    holder: textAt(record, fields.holder, path),
    ...(has(record, fields.asOf) && { asOf: textAt(record, fields.asOf, path) }),
    fields: objectAt(member(record, fields.values), `${path}.${fields.values.value}`),
    extras: unknownIn(record, [fields.holder, fields.asOf, fields.values]),
  };
}

function decodeMissing(body: unknown, { fields }: WireProfileData, path: string): MissingHolder {
  const missing = objectAt(body, path);
  return {
    server: textAt(missing, fields.missingServer, path),
    until: has(missing, fields.missingUntil) ? instantAt(missing, fields.missingUntil, path) : null,
  };
}

function unknownIn(
  body: Members,
  known: readonly ProfileEntry<string>[],
): Readonly<Record<string, unknown>> {
  const names = known.map((name) => name.value);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !names.includes(key)));
}

function objectAt(value: unknown, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(path, 'must be an object.', 'がオブジェクトではありません。');
  return value as Members;
}

function member(object: Members, { value: name }: ProfileEntry<string>): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Returns whether a member is there. Many servers write an absent member as null. */
function has(object: Members, entry: ProfileEntry<string>): boolean {
  return (member(object, entry) ?? null) !== null;
}

/** Reads a list. An absent list counts as empty. */
function listAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed(path, 'must be a list.', 'が配列ではありません。');
  if (value.length > LONGEST_LIST) {
    throw malformed(
      path,
      `must not hold more than ${LONGEST_LIST} entries.`,
      `の要素数が ${LONGEST_LIST} を超えています。`,
    );
  }
  return value;
}

/** Reads a text. The literal of an inexact number is none. */
function textAt(object: Members, entry: ProfileEntry<string>, path: string): string {
  const value = member(object, entry);
  if (typeof value !== 'string' || value === '' || inexactKeys(object).has(entry.value))
    throw malformed(
      `${path}.${entry.value}`,
      'must be a non-empty string.',
      'が文字列ではないか、空です。',
    );
  return value;
}

function instantAt(object: Members, entry: ProfileEntry<string>, path: string): string {
  const text = textAt(object, entry, path);
  try {
    return formatInstant(toEpochMs(text, path));
  } catch {
    throw malformed(
      `${path}.${entry.value}`,
      'must be an ISO 8601 instant with offset.',
      'がオフセット付き ISO 8601 の時刻ではありません。',
    );
  }
}

function wordAt<K extends string>(value: unknown, words: Names<K>, path: string): K {
  for (const word of Object.keys(words) as K[]) if (words[word].value === value) return word;
  throw malformed(
    path,
    'holds a status that the wire profile does not list.',
    'が通信プロファイルにない状態です。',
  );
}

function malformed(path: string, en: string, ja: string): SelfInfoError {
  return invalidResponse({ en: `${path} ${en}`, ja: `${path} ${ja}` }, { path, stage: 'result' });
}
