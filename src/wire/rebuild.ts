import { createYielder, type Yielder } from '../foundation/deadline.js';
import { formatInstant, toEpochMs } from '../foundation/time.js';
import {
  type Budget,
  copyJson,
  createBudget,
  dataAt,
  fault,
  keysOf,
  type Members,
  readList,
  readObject,
  readText,
} from './codec-value.js';
import type { WireItemStatus, WireProcessStatus, WireProfileData } from './data.js';
import type {
  MissingHolder,
  WireItem,
  WireProcess,
  WireRecord,
  WireResult,
  WireRunning,
} from './messages.js';

/** The limit for the items of an answer, the records of an item, and its missing holders. */
const LONGEST_LIST = 100_000;
const LONGEST_ID = 1_024;
const LONGEST_CURSOR = 4_096;
const LONGEST_INSTANT = 64;
/** How many processes one request may have. */
const MOST_PROCESSES = 1_000;
/** How many values are copied before other work gets its turn. */
const VALUES_AT_ONCE = 5_000;
/** Earlier than any answer. Epoch seconds would be before it. */
const FIRST_MS = Date.parse('2000-01-01T00:00:00+09:00');
/** The last instant that is written with a year of four digits. */
const LAST_MS = Date.parse('9999-12-31T23:59:59+09:00');

/**
 * Copies what `decodeProcess` returned. Each code of the request is in exactly one process.
 *
 * @throws CodecFault; the signal's reason once it has aborted.
 */
export async function rebuildProcess(
  value: unknown,
  codes: readonly string[],
  { completion }: WireProfileData,
  signal?: AbortSignal,
): Promise<WireProcess> {
  const budget = createBudget();
  const { processIds, result } = readObject(value, '', {
    processIds: true,
    result: true,
  } satisfies Record<'processIds' | 'result', true>);
  if ((processIds === undefined) === (result === undefined))
    throw fault(
      '',
      'must have processIds or result, and not both.',
      'に processIds と result のどちらか一方だけが必要です。',
    );
  if (result === undefined) return { processIds: readProcesses(processIds, codes, budget) };
  if (completion.value !== 'immediate')
    throw fault(
      'result',
      'is only allowed where the completion of the profile is immediate.',
      'はプロファイルの completion が immediate のときだけ使用できます。',
    );
  return { result: await readImmediate(result, budget, signal) };
}

function readProcesses(
  value: unknown,
  codes: readonly string[],
  budget: Budget,
): readonly [string] | Readonly<Record<string, readonly string[]>> {
  if (Array.isArray(value))
    return [
      readText(readList(value, 'processIds', budget, 1)[0], 'processIds[0]', budget, LONGEST_ID),
    ];
  const ids = keysOf(value, 'processIds');
  if (ids.length > MOST_PROCESSES)
    throw fault(
      'processIds',
      `must not hold more than ${MOST_PROCESSES} processes.`,
      `の処理数が ${MOST_PROCESSES} を超えています。`,
    );
  const left = new Set(codes);
  const processes: Record<string, readonly string[]> = Object.create(null);
  for (const [index, id] of ids.entries()) {
    const where = `processIds[${index}]`;
    readText(id, where, budget, LONGEST_ID);
    const part = readList(dataAt(value as object, id, where), where, budget, codes.length);
    if (part.length === 0) throw notPartitioned();
    processes[id] = part.map((given) => {
      const code = readText(given, where, budget, LONGEST_ID);
      if (!left.delete(code)) throw notPartitioned();
      return code;
    });
  }
  if (left.size > 0) throw notPartitioned();
  return processes;
}

function notPartitioned() {
  return fault(
    'processIds',
    'must hold each item code of the request in exactly one process, and no other code.',
    'では、リクエストの各項目コードをちょうど1つの処理に割り当ててください（ほかのコードは指定できません）。',
  );
}

/** Reads an answer that came with the response to the request: nothing can be asked again. */
async function readImmediate(
  value: unknown,
  budget: Budget,
  signal: AbortSignal | undefined,
): Promise<WireResult> {
  const result = await readResult(value, 'result', budget, signal);
  if (Object.hasOwn(ENDED, (result as WireResult).status ?? '') && !Object.hasOwn(result, 'cursor'))
    return result as WireResult;
  throw fault(
    'result',
    'must be a complete and final result: there is no process to poll for the rest.',
    'が完了した結果の全体ではありません（残りを確認できる処理がありません）。',
  );
}

/** Copies what `decodeRefusal` returned. */
export function rebuildRefusal(value: unknown): { readonly code: string } | undefined {
  if (value === undefined) return undefined;
  const { code } = readObject(value, '', { code: true });
  return { code: readText(code, 'code', createBudget(), LONGEST_ID) };
}

/** Copies what `decodeNotice` returned. */
export function rebuildNotice(value: unknown): { readonly processId: string } {
  const { processId } = readObject(value, '', { processId: true });
  return { processId: readText(processId, 'processId', createBudget(), LONGEST_ID) };
}

/**
 * Copies what `decodeResult` returned, and lets other work run in between.
 *
 * @param budget - what is left for the result, with all its pages. What is copied is taken from it.
 * @throws CodecFault; the signal's reason once it has aborted.
 */
export function rebuildResult(
  value: unknown,
  budget: Budget,
  signal?: AbortSignal,
): Promise<WireResult | WireRunning> {
  return readResult(value, '', budget, signal);
}

const RESULT = {
  processId: true,
  status: true,
  items: true,
  extras: true,
  cursor: true,
  retryAt: true,
  running: true,
} as const satisfies Record<keyof WireResult | keyof WireRunning, true>;
const RUNNING = { running: true, retryAt: true } as const satisfies Record<keyof WireRunning, true>;
const ITEM = {
  code: true,
  status: true,
  records: true,
  missing: true,
  failure: true,
  extras: true,
} as const satisfies Record<keyof WireItem, true>;
const RECORD = {
  holder: true,
  asOf: true,
  fields: true,
  inexact: true,
  extras: true,
} as const satisfies Record<keyof WireRecord, true>;
const MISSING = { server: true, until: true } as const satisfies Record<keyof MissingHolder, true>;

const ITEM_STATUSES = {
  present: true,
  'nothing-on-record': true,
  'not-covered': true,
  unavailable: true,
  failed: true,
} as const satisfies Record<WireItemStatus, true>;
const ENDED = { done: true, 'session-lost': true, failed: true, blocked: true } as const;
const PROCESS_STATUSES = {
  accepted: true,
  running: true,
  busy: true,
  ...ENDED,
} as const satisfies Record<WireProcessStatus, true>;

/** Reads the parts of one result. */
interface Reading {
  readonly budget: Budget;
  readonly yielder: Yielder;
}

async function readResult(
  value: unknown,
  where: string,
  budget: Budget,
  signal: AbortSignal | undefined,
): Promise<WireResult | WireRunning> {
  const result = readObject(value, where, RESULT);
  const retryAt = result.retryAt !== undefined && { retryAt: instantAt(result.retryAt, where) };
  if (result.running !== undefined) {
    readObject(value, where, RUNNING);
    if (result.running !== true)
      throw fault(at(where, 'running'), 'must be true.', 'が true ではありません。');
    return { running: true, ...retryAt };
  }
  const reading = { budget, yielder: createYielder(VALUES_AT_ONCE, signal) };
  const { processId, cursor } = result;
  return {
    ...(processId !== undefined && {
      processId: readText(processId, at(where, 'processId'), budget, LONGEST_ID),
    }),
    status: wordAt(result.status, at(where, 'status'), PROCESS_STATUSES),
    items: await readEach(result.items, at(where, 'items'), LONGEST_LIST, reading, readItem),
    extras: await readExtras(result, where, 2, reading),
    ...(cursor !== undefined && {
      cursor: readText(cursor, at(where, 'cursor'), budget, LONGEST_CURSOR),
    }),
    ...retryAt,
  };
}

function at(where: string, name: string): string {
  return where === '' ? name : `${where}.${name}`;
}

/** Reads the elements of a list. */
async function readEach<T>(
  value: unknown,
  where: string,
  longest: number,
  reading: Reading,
  read: (element: unknown, where: string, reading: Reading) => T | Promise<T>,
): Promise<readonly T[]> {
  const elements: T[] = [];
  for (const [index, element] of readList(value, where, reading.budget, longest).entries()) {
    if (reading.yielder.use(1)) await reading.yielder.yield();
    elements.push(await read(element, `${where}[${index}]`, reading));
  }
  return elements;
}

async function readItem(value: unknown, where: string, reading: Reading): Promise<WireItem> {
  const item = readObject(value, where, ITEM);
  const { budget } = reading;
  return {
    code: readText(item.code, at(where, 'code'), budget, LONGEST_ID),
    status: wordAt(item.status, at(where, 'status'), ITEM_STATUSES),
    records: await readEach(item.records, at(where, 'records'), LONGEST_LIST, reading, readRecord),
    missing: await readEach(item.missing, at(where, 'missing'), LONGEST_LIST, reading, readMissing),
    ...(item.failure !== undefined && {
      failure: readText(item.failure, at(where, 'failure'), budget),
    }),
    extras: await readExtras(item, where, 4, reading),
  };
}

async function readRecord(value: unknown, where: string, reading: Reading): Promise<WireRecord> {
  const record = readObject(value, where, RECORD);
  const { budget, yielder } = reading;
  const { asOf } = record;
  const fields = await copyJson(record.fields, at(where, 'fields'), 6, budget, yielder);
  const inexact =
    record.inexact === undefined
      ? [...fields.inexact]
      : await readMarks(record.inexact, at(where, 'inexact'), fields.copy, reading);
  return {
    holder: readText(record.holder, at(where, 'holder'), budget),
    ...(asOf !== undefined && { asOf: readText(asOf, at(where, 'asOf'), budget) }),
    fields: fields.copy,
    ...(inexact.length > 0 && { inexact }),
    extras: await readExtras(record, where, 6, reading),
  };
}

/** Reads the names of the inexact fields. A name of nothing would mark nothing. */
function readMarks(
  value: unknown,
  where: string,
  fields: WireRecord['fields'],
  reading: Reading,
): Promise<readonly string[]> {
  return readEach(value, where, LONGEST_LIST, reading, (element, place) => {
    const name = readText(element, place, reading.budget);
    if (Object.hasOwn(fields, name)) return name;
    throw fault(place, 'must be the name of a field.', 'がフィールドの名前ではありません。');
  });
}

async function readExtras(
  { extras }: Members,
  where: string,
  depth: number,
  { budget, yielder }: Reading,
): Promise<Readonly<Record<string, unknown>>> {
  return (await copyJson(extras, at(where, 'extras'), depth, budget, yielder)).copy;
}

function readMissing(value: unknown, where: string, { budget }: Reading): MissingHolder {
  const { server, until } = readObject(value, where, MISSING);
  return {
    server: readText(server, at(where, 'server'), budget),
    until: until === null ? null : isoAt(until, at(where, 'until'), budget),
  };
}

function isoAt(value: unknown, where: string, budget: Budget): string {
  try {
    return formatInstant(toEpochMs(readText(value, where, budget, LONGEST_INSTANT), where));
  } catch {
    throw fault(
      where,
      'must be null or an ISO 8601 instant with offset.',
      'が null でも、オフセット付き ISO 8601 の時刻でもありません。',
    );
  }
}

function instantAt(value: unknown, where: string): number {
  if (typeof value === 'number' && value >= FIRST_MS && value <= LAST_MS) return Math.ceil(value);
  throw fault(
    at(where, 'retryAt'),
    'must be epoch milliseconds, from the year 2000 to 9999.',
    'が 2000年から9999年までのエポックミリ秒ではありません。',
  );
}

function wordAt<K extends string>(
  value: unknown,
  where: string,
  words: Readonly<Record<K, true>>,
): K {
  if (typeof value === 'string' && Object.hasOwn(words, value)) return value as K;
  const names = Object.keys(words);
  throw fault(
    where,
    `must be one of ${names.join(', ')}.`,
    `が ${names.join('、')} のいずれでもありません。`,
  );
}
