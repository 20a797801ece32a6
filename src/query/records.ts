import type { Yielder } from '../foundation/deadline.js';
import { member, own, ownBag, sheltered } from '../foundation/own.js';
import { frozenPlain, mutableJson } from '../foundation/plain.js';
import type { ItemSpec, OpenRecord, StandardSchema } from '../service/spec.js';
import type { WireItemStatus } from '../wire/data.js';
import type { MissingHolder, WireItem, WireRecord } from '../wire/messages.js';

type Extras = WireRecord['extras'];

/** The outcome of one item, as an answer keeps it. All of it is frozen. */
export interface ItemState {
  readonly status: WireItemStatus | 'not-asked';
  readonly records?: readonly unknown[];
  readonly missing?: readonly MissingHolder[];
  readonly server?: string;
  readonly until?: string | null;
  readonly code?: string;
  readonly path?: string;
  readonly extras?: Extras;
}

/** Counts records. Says when other work should run. */
export type Pause = Pick<Yielder, 'use'>;

/**
 * Validates an item that the portal answered, and its records. Yields where other work may run.
 *
 * @throws TypeError for an asynchronous schema.
 */
export function* parseItem(
  item: WireItem,
  spec: ItemSpec,
  pause: Pause,
): Generator<void, ItemState> {
  if (isContradictory(item)) {
    const { records, missing } = item;
    return failed('answer_contradictory', {
      ...itemExtras(item, []),
      ...(records.length > 0 && { records: recordsWithoutMarks(records) }),
      ...(missing.length > 0 && { missing }),
    });
  }
  return item.status === 'present'
    ? yield* parseRecords(item, spec, pause)
    : yield* parseWithoutRecords(item, pause);
}

/**
 * Returns whether status and content exclude each other. `present` with no record and 該当なし with one
 * would both be read as what they are not. 該当なし of some holders is not one of all.
 */
function isContradictory({ status, records, missing }: WireItem): boolean {
  if (status === 'present') return records.length === 0;
  if (status === 'not-covered') return records.length > 0;
  return status === 'nothing-on-record' && records.length + missing.length > 0;
}

function failed(code: string, extras: Extras, path?: string): ItemState {
  return { status: 'failed', code, ...(path && { path }), extras: Object.freeze(extras) };
}

/** Returns an item of the extras, without the marks that only this package reads. */
export function withoutMarks(item: WireItem): WireItem {
  return item.records.some((record) => marksOf(record).length > 0)
    ? Object.freeze({ ...item, records: recordsWithoutMarks(item.records) })
    : item;
}

/** Returns the names of the inexact fields, from the record's own properties only. */
function marksOf(record: WireRecord): readonly string[] {
  return own(record, 'inexact') ?? [];
}

function failureOf(item: WireItem): string | undefined {
  return own(item, 'failure');
}

function recordsWithoutMarks(records: readonly WireRecord[]): readonly WireRecord[] {
  return Object.freeze(records.map(({ inexact: _, ...record }) => Object.freeze(record)));
}

function* parseWithoutRecords(item: WireItem, pause: Pause): Generator<void, ItemState> {
  const leftOver: Extras[] = [];
  for (const { fields, extras } of item.records) {
    if (pause.use(1)) yield;
    leftOver.push(Object.freeze({ ...fields, ...extras }));
  }
  const { missing } = item;
  const failure = failureOf(item);
  const extras = Object.freeze({
    ...itemExtras(item, leftOver),
    ...(missing.length > 1 && { missing }),
  });
  switch (item.status) {
    case 'unavailable':
      return {
        status: 'unavailable',
        server: missing[0]?.server ?? 'unknown',
        until: missing[0]?.until ?? null,
        extras,
      };
    case 'failed':
      // Applications show the code on screens. A text that is not a machine code could be an echo
      // of anything.
      return failure === undefined || /^[\w.-]{1,64}$/.test(failure)
        ? failed(failure ?? 'unspecified', extras)
        : failed('unrecognised', { ...extras, failure });
    default:
      return { status: item.status, extras };
  }
}

function* parseRecords(item: WireItem, spec: ItemSpec, pause: Pause): Generator<void, ItemState> {
  const records: unknown[] = [];
  const leftOver: Extras[] = [];
  // Keeps the original records: neither a number nor a wrong schema must lose a citizen's answer.
  const refused = (code: string, path: string) =>
    failed(code, { ...itemExtras(item, []), records: recordsWithoutMarks(item.records) }, path);
  for (const [index, record] of item.records.entries()) {
    if (pause.use(1)) yield;
    const { value, at, inexact } = ownBag(readRecord(record, spec.record));
    const path = `records[${index}]`;
    if (inexact !== undefined)
      return refused('number_inexact', `${path}.fields.${inexact.slice(0, LONGEST_KEY)}`);
    if (at !== undefined) return refused('record_invalid', path + at);
    records.push(value);
    leftOver.push(Object.freeze({ ...droppedFields(value, record.fields), ...record.extras }));
  }
  return {
    status: 'present',
    records: Object.freeze(records),
    missing: item.missing,
    extras: Object.freeze(itemExtras(item, leftOver)),
  };
}

/** A record as handed out, or why it is not. */
interface ReadRecord {
  readonly value?: unknown;
  /** Where the schema found a problem. */
  readonly at?: string;
  /** The inexact field that was asked for: any without a schema, else one that the schema read. */
  readonly inexact?: string;
}

function readRecord(record: WireRecord, schema: StandardSchema | undefined): ReadRecord {
  const { extras: _, inexact: __, ...open } = record;
  const marks = marksOf(record);
  if (!schema)
    return marks[0] === undefined ? { value: Object.freeze(open) } : { inexact: marks[0] };
  // A copy, because a schema may change it, or keep it.
  const draft = mutableJson(open);
  const getters = new Set<unknown>();
  let read: string | undefined;
  for (const name of marks) {
    const get = () => {
      read ??= name;
      return open.fields[name];
    };
    getters.add(get);
    Object.defineProperty(draft.fields, name, { get, enumerable: true, configurable: true });
  }
  const { value, at } = ownBag(validateRecord(schema, sheltered(draft)));
  if (at !== undefined) return read === undefined ? { at } : { inexact: read };
  // The output may hold the record itself, so that copying reads the field.
  const copy = frozenPlain(value, getters);
  return read === undefined ? { value: copy } : { inexact: read };
}

/** Returns the fields that the schema's output does not carry. */
function droppedFields(value: unknown, fields: WireRecord['fields']): WireRecord['fields'] {
  const kept =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'fields')
      ? own(value, 'fields')
      : value;
  if (typeof kept !== 'object' || kept === null) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(kept, name)));
}

/** Returns what is unknown about an item, and the rest of each record. */
function itemExtras(item: WireItem, leftOver: readonly Extras[]): Extras {
  const failure = failureOf(item);
  return {
    ...item.extras,
    ...(item.status !== 'failed' && failure !== undefined && { failure }),
    ...(leftOver.some((record) => Object.keys(record).length > 0) && {
      records: Object.freeze(leftOver),
    }),
  };
}

/**
 * Validates a record by a Standard Schema and returns its value, or where the first problem is. The
 * message is dropped, since it could quote the value.
 */
function validateRecord(schema: StandardSchema, record: OpenRecord): ReadRecord {
  let result: unknown;
  try {
    result = schema['~standard'].validate(record);
  } catch {
    return { at: '' };
  }
  const refused = () => new TypeError("An item's record must be a synchronous Standard Schema.");
  if (typeof result !== 'object' || result === null) throw refused();
  if (member(result, 'then')) {
    // A promise of another realm is no instance of Promise here.
    Promise.resolve(result).catch(() => undefined);
    throw refused();
  }
  const issues = member(result, 'issues');
  if (Array.isArray(issues)) return { at: pathOf(issues[0]) };
  return { value: member(result, 'value') };
}

/** How much of a key a path shows. */
const LONGEST_KEY = 60;

function pathOf(
  issue: { readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] } | undefined,
): string {
  return (issue?.path ?? [])
    .map((step) => (typeof step === 'object' ? step.key : step))
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, LONGEST_KEY)}`))
    .join('');
}
