import { checkDetailId, type DetailId, holdersOf } from '../catalog/details.js';
import type { ServerId } from '../catalog/servers.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkObject, checkText, checkWhole } from '../foundation/options.js';
import { type Method, methods } from './inquiry.js';

/**
 * The part of https://standardschema.dev that is needed: a schema of zod, valibot, arktype and
 * others fits, whichever copy made it.
 */
export interface StandardSchema<I = unknown, O = I> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

/** A record without a schema: who holds it, as of when, and its fields (取得項目) as they came. */
export interface OpenRecord {
  readonly holder: string;
  readonly asOf?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What every item says. */
export interface ItemBase {
  /**
   * Which detail (分野詳細) of table 2.5-5 the item belongs to: it decides who holds the data and so
   * the hours.
   */
  readonly detail: DetailId;
  /** The item's code (特定個人情報名コード), `TM` and 14 digits; production requires it. */
  readonly code?: `TM${string}`;
  /**
   * The holders whose data the service needs, all of them: the calendar asks about these only.
   * Default: whichever of those in table 2.5-5 holds this person's.
   */
  readonly holders?: readonly ServerId[];
  /**
   * A synchronous Standard Schema of one record, which comes as an {@link OpenRecord}. Default:
   * open records.
   */
  readonly record?: StandardSchema;
}

/**
 * An item (特定個人情報名) as registered: its detail, the inquiry methods allowed, and the field that
 * decides which record is the latest.
 */
export type ItemSpec = ItemBase &
  (
    | { readonly inquiries: readonly Method[]; readonly latestBy: string }
    | { readonly inquiries: readonly Exclude<Method, 'latest'>[]; readonly latestBy?: undefined }
  );

/** What the registration sheet (サービス情報設定シート) says of a service, the same in every environment. */
export interface ServiceSpec {
  readonly name: string;
  /** What the data is used for: an id for programs, the text that the citizen is told. */
  readonly purpose: { readonly id: string; readonly text: string };
  /** Kept until the JST midnight that ends the `days`-th day after the day of consent. */
  readonly retention: { readonly days: number };
  /** The items by a key of yours; `method` is reserved. */
  readonly items: { readonly [key: string]: ItemSpec };
}

/** A hundred years: more is a slip, and would end beyond what a Date can hold. */
const LONGEST_RETENTION_DAYS = 36_500;

declare const service: unique symbol;
const BRAND = Symbol.for('myna-selfinfo.service');

/** Ties a grant or a retrieval to the type of its service; there is no such value. */
export declare const ofService: unique symbol;

/** A service that was checked by {@link defineService}. */
export type Service<S extends ServiceSpec = ServiceSpec> = S & { readonly [service]: true };

/** What `reveal()` gives for an item: the output of its schema, or open records. */
export type RecordOf<I> = I extends {
  readonly record: {
    readonly '~standard': { readonly types?: { readonly output: infer O } | undefined };
  };
}
  ? O
  : OpenRecord;

/**
 * Checks what a service registers (guideline 2.6 and step A-9) and returns a frozen, typed copy.
 *
 * @param spec - name, purpose, retention in days, and the items; literals give the typing of
 * queries and answers.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `unknown_detail`,
 * `not_a_holder`, `latest_not_declared`, naming the option; TypeError for a wrong type.
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * const housingLoan = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: {
 *     income: { detail: 'local-tax', code: 'TM00000000000002', inquiries: ['latest', 'range'], latestBy: '課税年度' },
 *     household: { detail: 'household', inquiries: ['point-in-time'] },
 *   },
 * });
 * ```
 */
export function defineService<const S extends ServiceSpec>(spec: S): Service<S> {
  checkKeys(spec, 'spec', {
    name: true,
    purpose: true,
    retention: true,
    items: true,
  } satisfies Known<ServiceSpec>);
  checkText(spec.name, 'spec.name');
  checkSection(spec.purpose, 'spec.purpose', { id: true, text: true } satisfies Known<
    ServiceSpec['purpose']
  >);
  checkText(spec.purpose.id, 'spec.purpose.id');
  checkText(spec.purpose.text, 'spec.purpose.text');
  checkSection(spec.retention, 'spec.retention', { days: true } satisfies Known<
    ServiceSpec['retention']
  >);
  checkWhole(spec.retention.days, 'spec.retention.days', 0);
  if (spec.retention.days > LONGEST_RETENTION_DAYS) {
    throw new SelfInfoError('invalid_option', {
      path: 'spec.retention.days',
      expected: {
        en: `At most ${LONGEST_RETENTION_DAYS}.`,
        ja: `${LONGEST_RETENTION_DAYS} 以下で指定してください。`,
      },
    });
  }
  if (spec.items === undefined) throw new SelfInfoError('missing_option', { path: 'spec.items' });
  checkObject(spec.items, 'spec.items');
  const codes = new Set<string>();
  const items: Record<string, ItemSpec> = {};
  for (const [key, item] of Object.entries(spec.items)) {
    const path = `spec.items.${key.slice(0, 60)}`;
    if (key === 'method' || key === '__proto__') {
      throw new SelfInfoError('invalid_option', {
        path,
        expected: { en: 'This key is reserved.', ja: 'このキーは予約されています。' },
      });
    }
    items[key] = checkItem(item, path);
    const code = wireCode(item);
    if (codes.has(code)) {
      throw new SelfInfoError('invalid_option', {
        path: `${path}.code`,
        expected: {
          en: 'Two items would answer under one code: give each its own.',
          ja: '同じコードの項目が2つあります。それぞれ別のコードを指定してください。',
        },
      });
    }
    codes.add(code);
  }
  if (codes.size === 0)
    throw new SelfInfoError('invalid_option', {
      path: 'spec.items',
      expected: { en: 'At least one item.', ja: '1つ以上の項目が必要です。' },
    });
  const checked = {
    name: spec.name,
    purpose: Object.freeze({ ...spec.purpose }),
    retention: Object.freeze({ ...spec.retention }),
    items: Object.freeze(items),
  };
  Object.defineProperty(checked, BRAND, { value: true });
  return Object.freeze(checked) as unknown as Service<S>;
}

/** Whether a value was made by {@link defineService}, by whichever copy of this package. */
export function isService(value: unknown): value is Service {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/**
 * What stands for an item on the wire; where no public code is known the sandbox takes the detail's
 * id.
 */
export function wireCode(item: ItemSpec): string {
  return item.code ?? item.detail;
}

type Known<T> = Readonly<Record<keyof T, true>>;

function checkSection(value: unknown, path: string, known: Readonly<Record<string, true>>): void {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  checkKeys(value, path, known);
}

function checkItem(item: ItemSpec, path: string): ItemSpec {
  checkSection(item, path, {
    detail: true,
    code: true,
    holders: true,
    inquiries: true,
    latestBy: true,
    record: true,
  } satisfies Known<ItemSpec>);
  checkText(item.detail, `${path}.detail`);
  checkDetailId(item.detail, `${path}.detail`);
  if (item.code !== undefined) {
    checkText(item.code, `${path}.code`);
    if (!/^TM\d{14}$/.test(item.code)) {
      throw new SelfInfoError('invalid_option', {
        path: `${path}.code`,
        expected: { en: 'TM and 14 digits.', ja: 'TM と数字14桁です。' },
      });
    }
  }
  if (item.holders !== undefined) checkList(item.holders, `${path}.holders`);
  for (const [index, holder] of (item.holders ?? []).entries()) {
    if (!holdersOf(item.detail).includes(holder))
      throw new SelfInfoError('not_a_holder', { path: `${path}.holders[${index}]` });
  }
  checkList(item.inquiries, `${path}.inquiries`);
  for (const [index, method] of item.inquiries.entries()) {
    if (methods.includes(method)) continue;
    throw new SelfInfoError('invalid_option', {
      path: `${path}.inquiries[${index}]`,
      expected: {
        en: `One of ${methods.join(', ')}.`,
        ja: `${methods.join('、')} のいずれかです。`,
      },
    });
  }
  if (item.latestBy !== undefined) checkText(item.latestBy, `${path}.latestBy`);
  else if ((item.inquiries as readonly Method[]).includes('latest'))
    throw new SelfInfoError('latest_not_declared', { path: `${path}.inquiries` });
  const schema = item.record?.['~standard'];
  if (item.record !== undefined && (schema?.version !== 1 || typeof schema.validate !== 'function'))
    throw new TypeError(`${path}.record must be a Standard Schema.`);
  return Object.freeze({
    ...item,
    inquiries: Object.freeze([...item.inquiries]),
    ...(item.holders && { holders: Object.freeze([...item.holders]) }),
  }) as ItemSpec;
}

function checkList(value: unknown, path: string): void {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  if (value.length === 0)
    throw new SelfInfoError('invalid_option', {
      path,
      expected: { en: 'At least one entry.', ja: '1つ以上必要です。' },
    });
  if (new Set(value).size !== value.length)
    throw new SelfInfoError('invalid_option', {
      path,
      expected: { en: 'No entry twice.', ja: '重複があります。' },
    });
}
