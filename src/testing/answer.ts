import type { Clock } from '../foundation/clock.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkObject, readKeys } from '../foundation/options.js';
import { type Answer, buildMadeAnswer } from '../query/answer.js';
import { type Inquiry, latest } from '../service/inquiry.js';
import type { Service } from '../service/service.js';
import type { ItemSpec } from '../service/spec.js';
import type { WireItem } from '../wire/messages.js';
import { checkUse } from './checks.js';
import { type AnswerItems, readItem, recordsPath } from './items.js';
import { makeTerms, TERMS_KEYS, type TermsOptions } from './terms.js';

/** Options of {@link createAnswer}. */
export interface AnswerOptions extends TermsOptions {
  /**
   * Decides when the period has ended, for a test of `retention_ended`. Default: a clock stopped at
   * the consent, so that the records can be read on any day.
   */
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * Makes an answer for a unit test of your program. Builds and validates it as the client does with
 * an answer of the portal. No vault accepts it: `put` throws `foreign_answer`.
 *
 * @param service - the service that `defineService` returned.
 * @param items - the outcome of each item: a list of records, a status, or a status with its details.
 * An item that is left out was not asked. Default: nothing on record for every item.
 * @param options - instants and ids, if the test needs specific ones.
 * @throws SelfInfoError `unknown_item`; `record_invalid` if a record does not match the schema of
 * its item; `unknown_option`, `missing_option`, `invalid_option`, `invalid_instant`; all naming the
 * place; `invalid_option` with the path `NODE_ENV` in production; TypeError for a wrong type.
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * import { localTaxRecord } from 'myna-selfinfo/sandbox';
 * import { createAnswer } from 'myna-selfinfo/testing';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: {
 *     tax: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' },
 *     household: { detail: 'household', inquiries: ['point-in-time'] },
 *   },
 * });
 * const answer = createAnswer(service, {
 *   tax: [{ fields: { 課税年度: '2026', 合計所得金額: 3_720_000 } }],
 *   household: { status: 'unavailable', until: '2026-12-01T21:00:00+09:00' },
 * });
 * ```
 */
export function createAnswer<S extends Service>(
  service: S,
  items?: AnswerItems<S>,
  options?: AnswerOptions,
): Answer<S>;
export function createAnswer(
  service: Service,
  items: AnswerItems | undefined,
  given: AnswerOptions = {},
): Answer {
  checkUse(service);
  const { clock, ...rest } = readKeys(given, 'options', {
    ...TERMS_KEYS,
    clock: true,
  } satisfies Record<keyof AnswerOptions, true>);
  const terms = makeTerms(service, rest);
  const asked = items === undefined ? nothingOnRecord(service) : items;
  const received = readItems(service, asked);
  const grantedAtMs = Date.parse(terms.grantedAt);
  const answer = buildMadeAnswer({
    service,
    terms,
    inquiries: Object.fromEntries(
      [...received.keys()].map((key): [string, Inquiry] => [key, latest()]),
    ),
    result: { status: 'done', items: [...received.values()], extras: {} },
    clock:
      clock === undefined
        ? { now: () => grantedAtMs }
        : checkClock(clock as Clock, 'options.clock', ['now']),
  });
  for (const [key, { status }] of received) {
    const item = answer.items[key];
    if (status !== 'present' || item?.status !== 'failed') continue;
    // The path in the answer starts with `records`.
    const place = item.path?.replace(/^records/, recordsPath(asked[key], `items.${key}`));
    throw new SelfInfoError('record_invalid', {
      stage: 'configuration',
      effect: 'none',
      ...(place !== undefined && { path: place }),
    });
  }
  return answer;
}

function nothingOnRecord({ items }: Service): AnswerItems {
  return Object.fromEntries(Object.keys(items).map((key) => [key, 'nothing-on-record' as const]));
}

/** Returns the items that were asked, as the portal would have sent them. */
function readItems(service: Service, given: AnswerItems): ReadonlyMap<string, WireItem> {
  checkObject(given, 'items');
  const received = new Map<string, WireItem>();
  for (const [key, outcome] of Object.entries(given)) {
    const path = `items.${key.slice(0, 60)}`;
    if (!Object.hasOwn(service.items, key)) throw new SelfInfoError('unknown_item', { path });
    if (outcome === undefined) continue;
    const item = readItem(service, service.items[key] as ItemSpec, outcome, path);
    if (item) received.set(key, item);
  }
  if (received.size > 0) return received;
  throw invalidOption('items', {
    en: 'Give at least one item other than not-asked.',
    ja: '照会した項目を1つ以上指定してください。',
  });
}
