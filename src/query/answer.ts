import type { Clock } from '../foundation/clock.js';
import { createYielder, type Yielder } from '../foundation/deadline.js';
import { invalidResponse, SelfInfoError } from '../foundation/errors.js';
import { has, member, own, ownBag, sheltered } from '../foundation/own.js';
import { Sensitive } from '../foundation/sensitive.js';
import { sharedEntry, sharedState } from '../foundation/shared-state.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { Inquiry } from '../service/inquiry.js';
import { type Service, wireCode } from '../service/service.js';
import type {
  ItemSpec,
  OpenRecord,
  RecordOf,
  ServiceSpec,
  StandardSchema,
} from '../service/spec.js';
import type { MissingHolder, WireItem, WireRecord, WireResult } from '../wire/profile.js';

/**
 * The outcome of one item. `nothing-on-record` (該当なし) is a success, and does not mean zero: nothing
 * may exist or be registered yet, or the municipality is not covered.
 *
 * Prints nothing: a status is personal data too.
 */
export type ItemAnswer<R = unknown> = { readonly extras: Sensitive<Extras> } & (
  | {
      readonly status: 'present';
      /**
       * Holders whose part is missing, and until when they are closed (ISO 8601 with offset), if
       * known.
       */
      readonly missing: readonly MissingHolder[];
      /** Returns the records. Throws `retention_ended` after `terms.keepUntil`. */
      reveal(): readonly R[];
    }
  | { readonly status: 'nothing-on-record' | 'not-covered' | 'not-asked' }
  | { readonly status: 'unavailable'; readonly server: string; readonly until: string | null }
  | {
      readonly status: 'failed';
      /**
       * The portal's failure code: `unspecified` if it gave none, `unrecognised` if it gave
       * something that is not a code. Or a code of this package: `record_invalid`, `not_answered`.
       */
      readonly code: string;
      /** Where a record does not match its schema. */
      readonly path?: string;
    }
);

/**
 * What the portal sent beyond the typed answer: fields, holders' parts and items that profile,
 * service or schema do not know.
 */
export type Extras = Readonly<Record<string, unknown>>;

/** The answer to a retrieval: a status per item, and records that only `reveal()` returns. */
export interface Answer<S extends ServiceSpec = Service> {
  readonly terms: ConsentTerms;
  readonly items: { readonly [K in keyof S['items']]: ItemAnswer<RecordOf<S['items'][K]>> };
  /** Items with unknown codes as `items`, and unknown fields beside them. */
  readonly extras: Sensitive<Extras>;
}

interface ItemState {
  readonly status: ItemAnswer['status'];
  readonly records?: readonly unknown[];
  readonly missing?: readonly MissingHolder[];
  readonly server?: string;
  readonly until?: string | null;
  readonly code?: string;
  readonly path?: string;
  readonly extras?: Extras;
}

/** Keeps everything private: inspect, JSON and clone show no status, count, record or holder. */
class SealedItem {
  readonly #state: ItemState;
  readonly #checkRetention: () => void;

  constructor(state: ItemState, checkRetention: () => void) {
    this.#state = ownBag(state);
    this.#checkRetention = checkRetention;
  }

  get status() {
    return this.#state.status;
  }

  get missing() {
    return this.#state.missing;
  }

  get server() {
    return this.#state.server;
  }

  get until() {
    return this.#state.until;
  }

  get code() {
    return this.#state.code;
  }

  get path() {
    return this.#state.path;
  }

  get extras() {
    this.#checkRetention();
    return new Sensitive(this.#state.extras ?? {});
  }

  toJSON() {
    return '[redacted]';
  }

  // Without this, inspecting with getters would call them.
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return 'ItemAnswer [redacted]';
  }

  reveal() {
    if (this.#state.records === undefined)
      throw new TypeError('Only an item that is present has records to reveal.');
    this.#checkRetention();
    return this.#state.records;
  }
}

/**
 * The parts that an answer is built from: enough to build it again with the schemas of that time.
 */
export interface AnswerSource {
  readonly terms: ConsentTerms;
  readonly inquiries: { readonly [key: string]: Inquiry | undefined };
  readonly result: WireResult;
}

/** The table of the sources of all answers. */
const SOURCES = 'answers.1';

class SealedAnswer {
  readonly terms: ConsentTerms;
  readonly items: Readonly<Record<string, SealedItem>>;
  readonly #extras: Extras;
  readonly #checkRetention: () => void;

  constructor(
    source: AnswerSource,
    items: Readonly<Record<string, SealedItem>>,
    extras: Extras,
    checkRetention: () => void,
  ) {
    this.terms = source.terms;
    this.items = Object.freeze(items);
    this.#extras = extras;
    // Checks the period in the table too: another copy of this package reads the source there.
    sharedState<() => AnswerSource>(SOURCES).set(this, () => {
      checkRetention();
      return source;
    });
    this.#checkRetention = checkRetention;
  }

  get extras() {
    this.#checkRetention();
    return new Sensitive(this.#extras);
  }
}

/** How many records are validated before other work gets its turn. */
const RECORDS_AT_ONCE = 50;

/**
 * Returns the parts that an answer was built from; undefined for anything else, also for a copy
 * with other terms. Throws `retention_ended` after `terms.keepUntil`.
 */
export function sourceOf(answer: unknown): AnswerSource | undefined {
  return sharedEntry<() => AnswerSource>(SOURCES, answer)?.();
}

/**
 * Copies and freezes the terms. Those from a store are plain JSON, and an answer's retention must
 * not be extended.
 */
function freezeTerms(terms: ConsentTerms): ConsentTerms {
  return Object.freeze({
    ...terms,
    items: Object.freeze([...terms.items]),
    purpose: Object.freeze({ ...terms.purpose }),
  });
}

/**
 * Builds the answer from a finished result. Drops nothing: unknown parts go to `extras`.
 *
 * @throws SelfInfoError `response_invalid`; the signal's reason once it has aborted; TypeError for
 * an asynchronous schema.
 */
export async function buildAnswer(
  service: Service,
  terms: ConsentTerms,
  inquiries: AnswerSource['inquiries'],
  result: WireResult,
  clock: Pick<Clock, 'now'>,
  signal?: AbortSignal,
): Promise<Answer> {
  const keepUntil = Date.parse(terms.keepUntil);
  const checkRetention = () => {
    // A clock without a time, or a period without an end, must not pass.
    if (!(clock.now() < keepUntil)) throw new SelfInfoError('retention_ended');
  };
  const byCode = new Map<string, WireItem>();
  for (const item of result.items) {
    if (byCode.has(item.code)) {
      throw invalidResponse(
        { en: 'it holds the same item twice.', ja: '同じ項目が2回含まれています。' },
        { stage: 'result' },
      );
    }
    byCode.set(item.code, item);
  }
  const yielder = createYielder(RECORDS_AT_ONCE, signal);
  const items: Record<string, SealedItem> = {};
  for (const [key, spec] of Object.entries<ItemSpec>(service.items)) {
    if (!Object.hasOwn(inquiries, key)) {
      items[key] = new SealedItem({ status: 'not-asked' }, checkRetention);
      continue;
    }
    const item = byCode.get(wireCode(spec));
    byCode.delete(wireCode(spec));
    items[key] = new SealedItem(
      item ? await parseItem(item, spec, yielder) : { status: 'failed', code: 'not_answered' },
      checkRetention,
    );
  }
  const extras = { ...result.extras, ...(byCode.size > 0 && { items: [...byCode.values()] }) };
  return Object.freeze(
    new SealedAnswer(
      { terms: freezeTerms(terms), inquiries, result },
      items,
      extras,
      checkRetention,
    ),
  ) as unknown as Answer;
}

async function parseItem(item: WireItem, spec: ItemSpec, yielder: Yielder): Promise<ItemState> {
  if (item.status === 'present') return parseRecords(item, spec, yielder);
  const leftOver: Extras[] = [];
  for (const { fields, extras } of item.records) {
    if (yielder.use(1)) await yielder.yield();
    leftOver.push({ ...fields, ...extras });
  }
  const extras = {
    ...itemExtras(item, leftOver),
    ...(item.missing.length > 1 && { missing: item.missing }),
  };
  switch (item.status) {
    case 'unavailable':
      return {
        status: 'unavailable',
        server: item.missing[0]?.server ?? 'unknown',
        until: item.missing[0]?.until ?? null,
        extras,
      };
    case 'failed': {
      const { failure = 'unspecified' } = ownBag(item);
      // Applications show the code on screens. A text that is not a machine code could be an echo
      // of anything.
      return /^[\w.-]{1,64}$/.test(failure)
        ? { status: 'failed', code: failure, extras }
        : { status: 'failed', code: 'unrecognised', extras: { ...extras, failure } };
    }
    default:
      return { status: item.status, extras };
  }
}

async function parseRecords(item: WireItem, spec: ItemSpec, yielder: Yielder): Promise<ItemState> {
  const records: unknown[] = [];
  const leftOver: Extras[] = [];
  for (const [index, { extras, ...open }] of item.records.entries()) {
    if (yielder.use(1)) await yielder.yield();
    const validated = spec.record ? validateRecord(spec.record, sheltered(open)) : { value: open };
    if (has(validated, 'at')) {
      // Keeps the original records: a wrong schema must not lose a citizen's answer.
      return {
        status: 'failed',
        code: 'record_invalid',
        path: `records[${index}]${validated.at}`,
        extras: { ...itemExtras(item, []), records: item.records },
      };
    }
    records.push(validated.value);
    leftOver.push({ ...droppedFields(validated.value, open.fields), ...extras });
  }
  return {
    status: 'present',
    records: Object.freeze(records),
    missing: item.missing,
    extras: itemExtras(item, leftOver),
  };
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
  return {
    ...item.extras,
    ...(leftOver.some((record) => Object.keys(record).length > 0) && { records: leftOver }),
  };
}

/**
 * Validates a record by a Standard Schema and returns its value, or where the first problem is. The
 * message is dropped, since it could quote the value.
 */
function validateRecord(
  schema: StandardSchema,
  record: OpenRecord,
): { readonly value: unknown } | { readonly at: string } {
  let result: unknown;
  try {
    result = schema['~standard'].validate(record);
  } catch {
    return { at: '' };
  }
  if (result instanceof Promise) result.catch(() => undefined);
  if (typeof result !== 'object' || result === null || member(result, 'then'))
    throw new TypeError("An item's record must be a synchronous Standard Schema.");
  const issues = member(result, 'issues');
  if (Array.isArray(issues)) return { at: pathOf(issues[0]) };
  return { value: member(result, 'value') };
}

function pathOf(
  issue: { readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] } | undefined,
): string {
  return (issue?.path ?? [])
    .map((step) => (typeof step === 'object' ? step.key : step))
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 60)}`))
    .join('');
}
