import type { Grant } from '../client/outcomes.js';
import { readKeys } from '../foundation/options.js';
import type { Instant } from '../foundation/time.js';
import type { Service } from '../service/service.js';
import { checkUse, isoOrHourAfter } from './checks.js';
import { makeTerms, TERMS_KEYS, type TermsOptions } from './terms.js';

/** Options of {@link createGrant}. */
export interface GrantOptions extends TermsOptions {
  /** When the grant expires; null for a portal that gives no lifetime. Default: an hour later. */
  readonly expiresAt?: Instant | null;
}

/**
 * Makes a grant for a unit test of your program. No client accepts it: `submit`, `query` and
 * `discard` throw `foreign_grant`.
 *
 * @param service - the service that `defineService` returned.
 * @param options - instants and ids, if the test needs specific ones.
 * @throws SelfInfoError `unknown_option`, `invalid_option`, `invalid_instant`, naming the option;
 * `invalid_option` with the path `NODE_ENV` in production; TypeError for a wrong type.
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * import { createGrant } from 'myna-selfinfo/testing';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { household: { detail: 'household', inquiries: ['point-in-time'] } },
 * });
 * createGrant(service).terms.keepUntil; // 2027-01-01T00:00:00+09:00
 * ```
 */
export function createGrant<S extends Service>(service: S, options?: GrantOptions): Grant<S>;
export function createGrant(service: Service, given: GrantOptions = {}): Grant {
  checkUse(service);
  const { expiresAt, ...terms } = readKeys(given, 'options', {
    ...TERMS_KEYS,
    expiresAt: true,
  } satisfies Record<keyof GrantOptions, true>);
  const made = makeTerms(service, terms);
  return Object.freeze({
    terms: made,
    expiresAt:
      expiresAt === null ? null : isoOrHourAfter(made.grantedAt, expiresAt, 'options.expiresAt'),
  });
}
