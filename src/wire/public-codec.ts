import { createYielder, type Yielder } from '../foundation/deadline.js';
import { invalidResponse, type SelfInfoError } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import { formatInstant, toEpochMs } from '../foundation/time.js';
import type { Day } from '../service/inquiry.js';
import type {
  MissingHolder,
  Names,
  ProfileEntry,
  WireItem,
  WireProfile,
  WireRecord,
  WireRequest,
  WireResult,
} from './profile.js';

// The four functions of the public profile. They take every name of the wire from the profile that
// they receive, never from the public one.

/** The limit for the items of an answer, the records of an item, and its missing holders. */
const LONGEST_LIST = 100_000;
/** How many items and records are decoded before other work gets its turn. */
const RECORDS_AT_ONCE = 100;

/** Returns the body of a request. */
export function encodeRequest({ items }: WireRequest, { fields, methods }: WireProfile): unknown {
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

/** Writes a date as YYYYMMDD and a fiscal year as YYYY. */
function encodeDay(day: Day): string {
  return typeof day === 'string' ? day.replaceAll('-', '') : String(day.fiscalYear);
}

/** Reads the process id from the response to a request. */
export function decodeProcess(body: unknown, { fields }: WireProfile): string {
  const response = objectAt(body, 'body');
  return textAt(own(response, fields.processId.value), `body.${fields.processId.value}`);
}

/** Returns the body that asks for the result of a process. */
export function encodePoll(processId: string, { fields }: WireProfile): unknown {
  return { [fields.processId.value]: processId };
}

/** Reads the answer from the response to a poll. */
export async function decodeResult(body: unknown, profile: WireProfile): Promise<WireResult> {
  const { fields } = profile;
  const yielder = createYielder(RECORDS_AT_ONCE);
  const response = objectAt(body, 'body');
  const data = own(response, fields.selfPersonalData.value);
  return {
    processId: textAt(own(response, fields.processId.value), `body.${fields.processId.value}`),
    status: wordAt(
      own(response, fields.processStatus.value),
      profile.processStatuses,
      `body.${fields.processStatus.value}`,
    ),
    items: await mapYielding(
      yielder,
      listAt(data, `body.${fields.selfPersonalData.value}`),
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
  profile: WireProfile,
  path: string,
  yielder: Yielder,
): Promise<WireItem> {
  const { fields } = profile;
  const item = objectAt(body, path);
  const failure = own(item, fields.failure.value);
  return {
    code: textAt(own(item, fields.itemCode.value), `${path}.${fields.itemCode.value}`),
    status: wordAt(
      own(item, fields.itemStatus.value),
      profile.itemStatuses,
      `${path}.${fields.itemStatus.value}`,
    ),
    records: await mapYielding(
      yielder,
      listAt(own(item, fields.records.value), `${path}.${fields.records.value}`),
      (record, index) => decodeRecord(record, profile, `${path}.${fields.records.value}[${index}]`),
    ),
    missing: listAt(own(item, fields.missing.value), `${path}.${fields.missing.value}`).map(
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
  const asOf = own(record, fields.asOf.value);
  return {
    holder: textAt(own(record, fields.holder.value), `${path}.${fields.holder.value}`),
    ...(asOf !== undefined && { asOf: textAt(asOf, `${path}.${fields.asOf.value}`) }),
    fields: objectAt(own(record, fields.values.value), `${path}.${fields.values.value}`),
    extras: unknownIn(record, [fields.holder, fields.asOf, fields.values]),
  };
}

function decodeMissing(body: unknown, { fields }: WireProfile, path: string): MissingHolder {
  const missing = objectAt(body, path);
  const until = own(missing, fields.missingUntil.value);
  return {
    server: textAt(
      own(missing, fields.missingServer.value),
      `${path}.${fields.missingServer.value}`,
    ),
    until:
      until === undefined || until === null
        ? null
        : instantAt(until, `${path}.${fields.missingUntil.value}`),
  };
}

function unknownIn(
  body: Readonly<Record<string, unknown>>,
  known: readonly ProfileEntry<string>[],
): Readonly<Record<string, unknown>> {
  const names = known.map((name) => name.value);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !names.includes(key)));
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(path, 'must be an object.', 'がオブジェクトではありません。');
  return value as Readonly<Record<string, unknown>>;
}

/** Reads a list. An absent list counts as empty. */
function listAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined) return [];
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

function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '')
    throw malformed(path, 'must be a non-empty string.', 'が文字列ではないか、空です。');
  return value;
}

function instantAt(value: unknown, path: string): string {
  try {
    return formatInstant(toEpochMs(textAt(value, path), path));
  } catch {
    throw malformed(
      path,
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
