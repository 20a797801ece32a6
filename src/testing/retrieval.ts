import { checkText, readKeys } from '../foundation/options.js';
import type { Instant } from '../foundation/time.js';
import { checkInquiries, codesOf } from '../query/inquiries.js';
import type { CommonInquiry, ItemInquiries, Retrieval } from '../query/types.js';
import { type Inquiry, latest, type Method, pointInTime, range } from '../service/inquiry.js';
import type { Service } from '../service/service.js';
import type { ItemSpec, ServiceSpec } from '../service/spec.js';
import { checkUse, isoOf, isoOrHourAfter } from './checks.js';
import { makeTerms, TERMS_KEYS, type TermsOptions } from './terms.js';

/** Options of {@link createRetrieval}. */
export interface RetrievalOptions<S extends ServiceSpec = Service> extends TermsOptions {
  /** The id of the retrieval, a UUID. Default: a fixed one. */
  readonly id?: string;
  /**
   * The inquiries that were sent: one for all items, or one per item. Default: one for every item,
   * by a method that the item registers.
   */
  readonly inquiries?: CommonInquiry<S> | ItemInquiries<S>;
  /** When the request was sent. Default: at the consent. */
  readonly submittedAt?: Instant;
  /** When the answer can no longer be collected. Default: an hour after the request. */
  readonly expiresAt?: Instant;
}

const RETRIEVAL_ID = '00000000-0000-4000-8000-000000000002';

/**
 * Makes a retrieval for a unit test of your program. No client and no queue accepts it, not even as
 * JSON: they throw `invalid_retrieval`.
 *
 * @param service - the service that `defineService` returned.
 * @param options - inquiries, instants and ids, if the test needs specific ones.
 * @throws SelfInfoError `unknown_option`, `invalid_option`, `invalid_instant`, `unknown_item`,
 * `inquiry_not_registered`, naming the option; `invalid_option` with the path `NODE_ENV` in
 * production; TypeError for a wrong type.
 * @example
 * ```ts
 * import type { SelfInfoClient, Service } from 'myna-selfinfo';
 * import { createRetrieval } from 'myna-selfinfo/testing';
 * const stored = (service: Service) =>
 *   JSON.stringify(createRetrieval(service, { expiresAt: '2026-12-01T10:05:00+09:00' }));
 * ```
 */
export function createRetrieval<S extends Service>(
  service: S,
  options?: RetrievalOptions<S>,
): Retrieval<S>;
export function createRetrieval(service: Service, given: RetrievalOptions = {}): Retrieval {
  checkUse(service);
  const {
    id = RETRIEVAL_ID,
    inquiries,
    submittedAt,
    expiresAt,
    ...rest
  } = readKeys(given, 'options', {
    ...TERMS_KEYS,
    id: true,
    inquiries: true,
    submittedAt: true,
    expiresAt: true,
  } satisfies Record<keyof RetrievalOptions, true>);
  checkText(id, 'options.id');
  const terms = makeTerms(service, rest);
  const asked = checkInquiries(
    service,
    inquiries ?? inquiriesOf(service, terms.grantedAt.slice(0, 10)),
    'options.inquiries',
  );
  const submitted = isoOf(submittedAt ?? terms.grantedAt, 'options.submittedAt');
  return Object.freeze({
    v: 2,
    id,
    pin: 'testing',
    terms,
    inquiries: asked,
    codes: codesOf(service, asked),
    submittedAt: submitted,
    expiresAt: isoOrHourAfter(submitted, expiresAt, 'options.expiresAt'),
  });
}

/** Returns an inquiry for each item, by a method that the item registers. */
function inquiriesOf({ items }: Service, day: string): Readonly<Record<string, Inquiry>> {
  const byMethod: Readonly<Record<Method, Inquiry>> = {
    latest: latest(),
    'point-in-time': pointInTime(day),
    range: range(day, day),
  };
  return Object.fromEntries(
    Object.entries<ItemSpec>(items).map(([key, { inquiries }]) => [
      key,
      byMethod[inquiries[0] as Method],
    ]),
  );
}
