import { holdersOf } from '../catalog/lookup.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkObject, checkText, readKeys } from '../foundation/options.js';
import { own } from '../foundation/own.js';
import { isPlain } from '../foundation/plain.js';
import type { Instant } from '../foundation/time.js';
import { catalogOf, type Service, wireCode } from '../service/service.js';
import type { ItemSpec, OpenRecord, ServiceSpec } from '../service/spec.js';
import type { WireItemStatus } from '../wire/data.js';
import type { MissingHolder, WireItem, WireRecord } from '../wire/messages.js';
import { checkWord, isoOf } from './checks.js';

/**
 * A record of an item as the portal sends it: what its schema takes, or an open record. Default of
 * `holder`: サンプル市.
 */
export type RecordInput<I = ItemSpec> = (
  I extends {
    readonly record: {
      readonly '~standard': { readonly types?: { readonly input: infer R } | undefined };
    };
  }
    ? unknown extends R
      ? OpenRecord
      : R
    : OpenRecord
) extends infer R
  ? R extends unknown
    ? { [K in keyof R as K extends 'holder' ? never : K]: R[K] } & { readonly holder?: string }
    : never
  : never;

/**
 * The outcome of one item: its records, a status, or a status with its details.
 *
 * Default of `missing`: none; of `server`: the first holder of the item; of `until`: null, unknown;
 * of `code`: `unspecified`.
 */
export type ItemInput<I = ItemSpec> =
  | readonly RecordInput<I>[]
  | Exclude<WireItemStatus, 'present'>
  | 'not-asked'
  | {
      readonly status: 'present';
      readonly records: readonly RecordInput<I>[];
      readonly missing?: readonly {
        readonly server: string;
        readonly until?: Instant | null;
      }[];
    }
  | {
      readonly status: 'unavailable';
      readonly server?: string;
      readonly until?: Instant | null;
    }
  | { readonly status: 'failed'; readonly code?: string };

/** The outcomes of an answer by item. An item that is left out was not asked. */
export type AnswerItems<S extends ServiceSpec = Service> = {
  readonly [K in keyof S['items']]?: ItemInput<S['items'][K]> | undefined;
};

const HOLDER = 'サンプル市';
/** The most levels that a field may have. Circular data has more. */
const DEPTH = 50;

const KEYS = {
  present: { status: true, records: true, missing: true },
  'nothing-on-record': { status: true },
  'not-covered': { status: true },
  unavailable: { status: true, server: true, until: true },
  failed: { status: true, code: true },
  'not-asked': { status: true },
} as const satisfies Record<WireItemStatus | 'not-asked', Readonly<Record<string, true>>>;

/** Returns the item as the portal would have sent it; undefined for one that was not asked. */
export function readItem(
  service: Service,
  spec: ItemSpec,
  given: unknown,
  path: string,
): WireItem | undefined {
  const { status, ...details } = readStatus(given, path);
  if (status === 'not-asked') return undefined;
  const { records, missing, server, until = null, code } = details;
  const item: WireItem = {
    code: wireCode(spec),
    status,
    records: [],
    missing: [],
    extras: {},
  };
  switch (status) {
    case 'present':
      return {
        ...item,
        records: readRecords(records, recordsPath(given, path)),
        missing: readList(missing ?? [], `${path}.missing`).map(readMissing),
      };
    case 'unavailable': {
      const [holder] = spec.holders ?? holdersOf(spec.detail, catalogOf(service));
      return { ...item, missing: [readMissing([{ server: server ?? holder, until }, path])] };
    }
    case 'failed':
      if (code === undefined) return item;
      checkText(code, `${path}.code`);
      return { ...item, failure: code };
    default:
      return item;
  }
}

/** Returns where the records of an item are: in a list, or in an object. */
export function recordsPath(given: unknown, path: string): string {
  return Array.isArray(given) ? path : `${path}.records`;
}

interface ItemDetails {
  readonly status: WireItemStatus | 'not-asked';
  readonly [detail: string]: unknown;
}

/** Reads the outcome of an item as a status with its details. */
function readStatus(given: unknown, path: string): ItemDetails {
  const value: unknown = Array.isArray(given)
    ? { status: 'present', records: given }
    : typeof given === 'string'
      ? { status: given }
      : given;
  checkObject(value, path);
  const status = own(value, 'status');
  checkWord(status, KEYS, typeof given === 'string' ? path : `${path}.status`);
  return readKeys<ItemDetails>(value as ItemDetails, path, KEYS[status as keyof typeof KEYS]);
}

function readRecords(given: unknown, path: string): readonly WireRecord[] {
  const records = readList(given, path);
  if (records.length > 0) return records.map(readRecord);
  throw invalidOption(path, {
    en: "Give at least one record, or 'nothing-on-record'.",
    ja: "1件以上のレコードか、'nothing-on-record' を指定してください。",
  });
}

/** An element of a list, and its path. */
type Element = readonly [value: unknown, path: string];

function readList(given: unknown, path: string): readonly Element[] {
  if (given === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(given)) throw new TypeError(`${path} must be a list.`);
  return given.map((value, index) => [value, `${path}[${index}]`]);
}

function readRecord([given, path]: Element): WireRecord {
  const {
    holder = HOLDER,
    asOf,
    fields,
  } = readKeys(given, path, { holder: true, asOf: true, fields: true } satisfies Record<
    keyof OpenRecord,
    true
  >);
  checkText(holder, `${path}.holder`);
  if (asOf !== undefined) checkText(asOf, `${path}.asOf`);
  if (fields === undefined) throw new SelfInfoError('missing_option', { path: `${path}.fields` });
  checkObject(fields, `${path}.fields`);
  checkJson(fields, `${path}.fields`);
  return { holder, ...(asOf !== undefined && { asOf }), fields, extras: {} };
}

/** Checks that a value is JSON data, as every field of an answer is. */
function checkJson(value: unknown, path: string, depth = 0): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (Number.isFinite(value)) return;
  if (Array.isArray(value) && depth < DEPTH) {
    for (const [index, element] of value.entries())
      checkJson(element, `${path}[${index}]`, depth + 1);
    return;
  }
  if (typeof value !== 'object' || !isPlain(value) || depth >= DEPTH)
    throw invalidOption(path, {
      en: 'It must be JSON data: the portal sends nothing else.',
      ja: 'JSON のデータを指定してください（マイナポータルからはそれ以外は届きません）。',
    });
  for (const [key, part] of Object.entries(value))
    checkJson(part, `${path}.${key.slice(0, 60)}`, depth + 1);
}

function readMissing([given, path]: Element): MissingHolder {
  const { server, until = null } = readKeys(given, path, {
    server: true,
    until: true,
  } satisfies Record<keyof MissingHolder, true>);
  checkText(server, `${path}.server`);
  return {
    server,
    until: until === null ? null : isoOf(until as Instant, `${path}.until`),
  };
}
