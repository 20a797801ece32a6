import {
  type Catalog,
  checkCatalog,
  type PublishedCatalog,
  publishedCatalog,
} from '../catalog/catalog.js';
import { isItemCode } from '../catalog/item-codes.js';
import { checkDetailId, holdersOf } from '../catalog/lookup.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkObject, checkText, checkWhole, readKeys } from '../foundation/options.js';
import { own, ownBag } from '../foundation/own.js';
import { type Method, methods, unknownMethod } from './inquiry.js';
import type {
  InquiryRule,
  inquiryRules,
  KnownIds,
  NamesLatestBy,
  ServiceInput,
} from './inquiry-rules.js';
import type { ItemSpec, ServiceSpec } from './spec.js';

/** A hundred years. A longer period is a mistake, and could end beyond the last day of a Date. */
const LONGEST_RETENTION_DAYS = 36_500;

declare const service: unique symbol;
const BRAND = Symbol.for('myna-selfinfo.service');
const CATALOG = Symbol.for('myna-selfinfo.service.catalog');

/** Ties a grant or a retrieval to the type of its service. No such value exists at run time. */
export declare const ofService: unique symbol;

/** A service that {@link defineService} has checked. */
export type Service<S extends ServiceSpec = ServiceSpec> = S & {
  readonly [service]: true;
  // Carried by the service, so that a function generic over it can pass any inquiry. Written out,
  // because the compiler would compare a named type by its argument.
  readonly [inquiryRules]: {
    readonly latest: InquiryRule<S, 'latest'>;
    readonly range: InquiryRule<S, 'range'>;
    readonly 'point-in-time': InquiryRule<S, 'point-in-time'>;
  };
};

/**
 * Validates what a service registers (guideline 2.6 and step A-9) and returns a frozen, typed copy.
 *
 * @param spec - name, purpose, retention in days, and items. Literals give queries and answers
 * their types.
 * @param catalog - what `extendCatalog` returned, if an item has a detail that table 2.5-5 does not
 * name. The client, the vault and the sandbox take it from the service. Default: the guideline's.
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
 *     income: {
 *       detail: 'local-tax',
 *       code: 'TM00000000000002',
 *       inquiries: ['latest', 'range'],
 *       latestBy: '課税年度',
 *     },
 *     household: { detail: 'household', inquiries: ['point-in-time'] },
 *   },
 * });
 * ```
 */
export function defineService<
  const S extends ServiceInput & KnownIds<S, C>,
  C extends Catalog = PublishedCatalog,
>(spec: S & NamesLatestBy<S>, catalog?: C): Service<S extends ServiceSpec ? S : never>;
export function defineService(spec: ServiceSpec, given?: Catalog): Service {
  const catalog = checkCatalog(given, 'catalog');
  spec = readKeys(spec, 'spec', {
    name: true,
    purpose: true,
    retention: true,
    items: true,
  } satisfies Record<keyof ServiceSpec, true>);
  checkText(spec.name, 'spec.name');
  const checked = {
    name: spec.name,
    purpose: checkPurpose(spec.purpose),
    retention: checkRetention(spec.retention),
    items: Object.freeze(checkItems(spec.items, catalog)),
  };
  Object.defineProperty(checked, BRAND, { value: true });
  Object.defineProperty(checked, CATALOG, { value: catalog });
  return Object.freeze(checked) as unknown as Service;
}

/** Returns whether {@link defineService} made a value, in any copy of this package. */
export function isService(value: unknown): value is Service {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND);
}

/** Returns the catalogue of a service: the guideline's, unless it was defined with another one. */
export function catalogOf(service: Service): Catalog {
  return own(service, CATALOG) === undefined
    ? publishedCatalog
    : checkCatalog(own(service, CATALOG) as Catalog, 'service');
}

/**
 * Returns the code of an item on the wire. Without a registered code, the sandbox uses the id of
 * the detail.
 */
export function wireCode(item: ItemSpec): string {
  return item.code ?? item.detail;
}

function readSection<T extends object>(
  value: T,
  path: string,
  known: Readonly<Record<string, true>>,
): T {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  return readKeys(value, path, known);
}

function checkPurpose(given: ServiceSpec['purpose']): ServiceSpec['purpose'] {
  const { id, text } = readSection(given, 'spec.purpose', { id: true, text: true } satisfies Record<
    keyof ServiceSpec['purpose'],
    true
  >);
  checkText(id, 'spec.purpose.id');
  checkText(text, 'spec.purpose.text');
  return Object.freeze({ id, text });
}

function checkRetention(given: ServiceSpec['retention']): ServiceSpec['retention'] {
  const { days } = readSection(given, 'spec.retention', { days: true } satisfies Record<
    keyof ServiceSpec['retention'],
    true
  >);
  checkWhole(days, 'spec.retention.days', 0);
  if (days > LONGEST_RETENTION_DAYS) {
    throw invalidOption('spec.retention.days', {
      en: `Use at most ${LONGEST_RETENTION_DAYS}.`,
      ja: `${LONGEST_RETENTION_DAYS} 以下で指定してください。`,
    });
  }
  return Object.freeze({ days });
}

/** Checks every item and that no two share a code on the wire. */
function checkItems(given: ServiceSpec['items'], catalog: Catalog): Record<string, ItemSpec> {
  if (given === undefined) throw new SelfInfoError('missing_option', { path: 'spec.items' });
  checkObject(given, 'spec.items');
  const codes = new Set<string>();
  const items: Record<string, ItemSpec> = {};
  for (const [key, item] of Object.entries(given)) {
    const path = `spec.items.${key.slice(0, 60)}`;
    if (key === 'method' || key === '__proto__')
      throw invalidOption(path, {
        en: 'This key is reserved.',
        ja: 'このキーは予約されています。',
      });
    const checked = checkItem(item, path, catalog);
    items[key] = checked;
    const code = wireCode(checked);
    if (codes.has(code))
      throw invalidOption(`${path}.code`, {
        en: 'Another item has the same code on the wire. Give each item its own code.',
        ja: 'ほかの項目と同じコードです。項目ごとに異なるコードを指定してください。',
      });
    codes.add(code);
  }
  if (codes.size === 0)
    throw invalidOption('spec.items', {
      en: 'At least one item is required.',
      ja: '1つ以上の項目を指定してください。',
    });
  return items;
}

function checkItem(given: ItemSpec, path: string, catalog: Catalog): ItemSpec {
  const item = readSection(given, path, {
    detail: true,
    code: true,
    holders: true,
    inquiries: true,
    latestBy: true,
    record: true,
  } satisfies Record<keyof ItemSpec, true>);
  checkText(item.detail, `${path}.detail`);
  checkDetailId(item.detail, `${path}.detail`, catalog);
  if (item.code !== undefined) {
    checkText(item.code, `${path}.code`);
    if (!isItemCode(item.code))
      throw invalidOption(`${path}.code`, {
        en: 'Use TM and 14 digits.',
        ja: 'TM と数字14桁で指定してください。',
      });
  }
  if (item.holders !== undefined) checkList(item.holders, `${path}.holders`);
  for (const [index, holder] of (item.holders ?? []).entries()) {
    if (!holdersOf(item.detail, catalog).includes(holder))
      throw new SelfInfoError('not_a_holder', { path: `${path}.holders[${index}]` });
  }
  checkList(item.inquiries, `${path}.inquiries`);
  for (const [index, method] of item.inquiries.entries()) {
    if (!methods.includes(method)) throw unknownMethod(`${path}.inquiries[${index}]`);
  }
  if (item.latestBy !== undefined) checkText(item.latestBy, `${path}.latestBy`);
  else if ((item.inquiries as readonly Method[]).includes('latest'))
    throw new SelfInfoError('latest_not_declared', { path: `${path}.inquiries` });
  const schema = item.record?.['~standard'];
  if (item.record !== undefined && (schema?.version !== 1 || typeof schema.validate !== 'function'))
    throw new TypeError(`${path}.record must be a Standard Schema.`);
  return Object.freeze(
    ownBag({
      ...item,
      inquiries: Object.freeze([...item.inquiries]),
      ...(item.holders && { holders: Object.freeze([...item.holders]) }),
    }),
  ) as ItemSpec;
}

function checkList(value: unknown, path: string): void {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  if (value.length === 0)
    throw invalidOption(path, {
      en: 'At least one entry is required.',
      ja: '1つ以上指定してください。',
    });
  if (new Set(value).size !== value.length)
    throw invalidOption(path, {
      en: 'It lists an entry twice.',
      ja: '同じ値が2回指定されています。',
    });
}
