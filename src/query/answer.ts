import type { Clock } from '../foundation/clock.js';
import { createYielder } from '../foundation/deadline.js';
import { invalidResponse, SelfInfoError } from '../foundation/errors.js';
import { inexactKeys } from '../foundation/json-numbers.js';
import { own, ownBag } from '../foundation/own.js';
import { frozenJson } from '../foundation/plain.js';
import { Sensitive } from '../foundation/sensitive.js';
import { sharedEntry, sharedState } from '../foundation/shared-state.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { Inquiry, Method } from '../service/inquiry.js';
import { type Service, wireCode } from '../service/service.js';
import type { ItemSpec, RecordOf, ServiceSpec } from '../service/spec.js';
import type { MissingHolder, WireItem, WireRecord, WireResult } from '../wire/messages.js';
import { readObservers } from './reads.js';
import { type ItemState, type Pause, parseItem, withoutMarks } from './records.js';

/**
 * The outcome of one item. `nothing-on-record` (該当なし) is a success, and does not mean zero: nothing
 * may exist or be registered yet, or the municipality is not covered.
 *
 * Prints nothing: a status is personal data too.
 */
export type ItemAnswer<R = unknown> = {
  readonly extras: Sensitive<Extras>;
  /** The detail (分野詳細) of the item, in an answer of the client. `explain` reads it. */
  readonly detail?: string;
} & (
  | {
      readonly status: 'present';
      /**
       * Holders whose part is missing, and until when they are closed (ISO 8601 with offset), if
       * known.
       */
      readonly missing: readonly MissingHolder[];
      /**
       * Returns the records, frozen: copy what you want to change. Throws `retention_ended` after
       * `terms.keepUntil`.
       */
      reveal(): readonly R[];
    }
  | { readonly status: 'nothing-on-record' | 'not-covered' | 'not-asked' }
  | { readonly status: 'unavailable'; readonly server: string; readonly until: string | null }
  | {
      readonly status: 'failed';
      /**
       * The portal's failure code: `unspecified` if it gave none, `unrecognised` if it gave
       * something that is not a code. Or a code of this package: `record_invalid`,
       * `number_inexact`, `answer_contradictory`, `not_answered`.
       */
      readonly code: string;
      /** Where a record does not match its schema, or has an inexact number. */
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

const NOTHING: Extras = Object.freeze({});

/** Keeps everything private: inspect, JSON and clone show no status, count, record or holder. */
class SealedItem {
  readonly #state: ItemState;
  readonly #detail: string;
  readonly #checkRetention: () => void;
  readonly #noteReveal: () => void;

  constructor(
    state: ItemState,
    detail: string,
    checkRetention: () => void,
    noteReveal: () => void = () => undefined,
  ) {
    this.#state = ownBag(state);
    this.#detail = detail;
    this.#checkRetention = checkRetention;
    this.#noteReveal = noteReveal;
    Object.freeze(this);
  }

  get status() {
    return this.#state.status;
  }

  get detail() {
    return this.#detail;
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
    return new Sensitive(this.#state.extras ?? NOTHING);
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
    this.#noteReveal();
    return this.#state.records;
  }
}

/**
 * The parts that an answer is built from: enough to build it again with the schemas of that time.
 */
export interface AnswerSource {
  readonly terms: ConsentTerms;
  readonly inquiries: { readonly [key: string]: Inquiry | undefined };
  /**
   * The item codes under which the items were asked, by item key. Records of the first version lack
   * them: default are the codes of the service.
   */
  readonly codes?: Readonly<Record<string, string>>;
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
    terms: ConsentTerms,
    items: Readonly<Record<string, SealedItem>>,
    extras: Extras,
    checkRetention: () => void,
  ) {
    this.terms = terms;
    this.items = Object.freeze(items);
    this.#extras = extras;
    this.#checkRetention = checkRetention;
  }

  get extras() {
    this.#checkRetention();
    return new Sensitive(this.#extras);
  }
}

/** How many records are copied or validated before other work gets its turn. */
const RECORDS_AT_ONCE = 50;

/**
 * Returns the parts that an answer was built from; undefined for anything else, also for a copy
 * with other terms. Throws `retention_ended` after `terms.keepUntil`.
 */
export function sourceOf(answer: unknown): AnswerSource | undefined {
  return sharedEntry<() => AnswerSource>(SOURCES, answer)?.();
}

/**
 * Copies and freezes a result, so that no program that sees an answer can change what the vault
 * keeps. Notes the fields that are inexact.
 */
function* ownResult({ items, ...rest }: WireResult, pause: Pause): Generator<void, WireResult> {
  const owned: WireItem[] = [];
  for (const { records, ...item } of items) {
    const own: WireRecord[] = [];
    for (const record of records) {
      if (pause.use(1)) yield;
      const marks = Object.hasOwn(record, 'inexact') ? record.inexact : undefined;
      const inexact = marks ?? [...inexactKeys(record.fields)];
      own.push(frozenJson({ ...record, ...(inexact.length > 0 && { inexact }) }));
    }
    if (pause.use(1)) yield;
    owned.push(Object.freeze({ ...frozenJson(item), records: Object.freeze(own) }));
  }
  return Object.freeze({ ...frozenJson(rest), items: Object.freeze(owned) });
}

/** What an answer is built from. */
interface AnswerParts extends AnswerSource {
  readonly service: Service;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether no portal sent the result. */
  readonly made?: boolean;
}

/** An answer, and the function that returns its source within its period. */
interface BuiltAnswer {
  readonly answer: Answer;
  readonly read: () => AnswerSource;
}

/** Builds an answer in steps. Yields where other work may run. */
function* buildInSteps(
  { service, terms, inquiries, codes = {}, result: received, clock, made }: AnswerParts,
  pause: Pause,
): Generator<void, BuiltAnswer> {
  const result = yield* ownResult(received, pause);
  const keepUntil = Date.parse(terms.keepUntil);
  const checkRetention = () => {
    // A clock without a time, or a period without an end, must not pass.
    if (!(clock.now() < keepUntil)) throw new SelfInfoError('retention_ended');
  };
  const byCode = itemsByCode(result);
  const items: Record<string, SealedItem> = {};
  for (const [key, spec] of Object.entries<ItemSpec>(service.items)) {
    if (!Object.hasOwn(inquiries, key)) {
      items[key] = new SealedItem({ status: 'not-asked' }, spec.detail, checkRetention);
      continue;
    }
    const code = own(codes, key) ?? wireCode(spec);
    const item = byCode.get(code);
    byCode.delete(code);
    const state: ItemState = item
      ? yield* parseItem(item, spec, pause)
      : { status: 'failed', code: 'not_answered' };
    const method = made ? undefined : inquiries[key]?.method;
    const noteReveal = observeItem(service, key, method, state.status === 'present');
    items[key] = new SealedItem(state, spec.detail, checkRetention, noteReveal);
  }
  const extras = Object.freeze({
    ...result.extras,
    ...(byCode.size > 0 && { items: Object.freeze([...byCode.values()].map(withoutMarks)) }),
  });
  // Terms and inquiries may be the caller's objects, and a retention must not be extended.
  const source = Object.freeze({
    terms: frozenJson(terms),
    inquiries: frozenJson(inquiries),
    codes: frozenJson(codes),
    result,
  });
  const answer = Object.freeze(new SealedAnswer(source.terms, items, extras, checkRetention));
  return {
    answer: answer as unknown as Answer,
    read() {
      checkRetention();
      return source;
    },
  };
}

/** Reports an item to the observers of a test run. Returns a function that reports its reveal. */
function observeItem(
  service: Service,
  key: string,
  method: Method | undefined,
  present: boolean,
): () => void {
  const observers = [...readObservers().values()];
  for (const observer of observers) observer.asked(service, key, method, present);
  return () => {
    for (const observer of observers) observer.revealed(service, key);
  };
}

function itemsByCode({ items }: WireResult): Map<string, WireItem> {
  const byCode = new Map<string, WireItem>();
  for (const item of items) {
    if (byCode.has(item.code)) {
      throw invalidResponse(
        { en: 'it holds the same item twice.', ja: '同じ項目が2回含まれています。' },
        { stage: 'result', effect: 'none' },
      );
    }
    byCode.set(item.code, item);
  }
  return byCode;
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
  asked: Omit<AnswerSource, 'terms' | 'result'>,
  result: WireResult,
  clock: Pick<Clock, 'now'>,
  signal?: AbortSignal,
): Promise<Answer> {
  const yielder = createYielder(RECORDS_AT_ONCE, signal);
  const steps = buildInSteps({ service, terms, ...asked, result, clock }, yielder);
  let step = steps.next();
  while (!step.done) {
    await yielder.yield();
    step = steps.next();
  }
  const { answer, read } = step.value;
  // The table checks the period too: another copy of this package reads the source there.
  sharedState<() => AnswerSource>(SOURCES).set(answer, read);
  return answer;
}

/**
 * Builds an answer at once, from a result that no portal sent. No vault keeps it: it has no source.
 *
 * @throws SelfInfoError and TypeError as {@link buildAnswer}.
 */
export function buildMadeAnswer(parts: AnswerParts): Answer {
  const step = buildInSteps({ ...parts, made: true }, { use: () => false }).next();
  return (step.value as BuiltAnswer).answer;
}
