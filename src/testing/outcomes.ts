import type { Cause } from '../calendar/results.js';
import { calendarSource, outageOf } from '../client/availability.js';
import type { Collected, ConsentOutcome, Grant } from '../client/outcomes.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { checkObject, checkText, readKeys } from '../foundation/options.js';
import { type Instant, toEpochMs } from '../foundation/time.js';
import type { CallbackCode } from '../oauth/callback-request.js';
import type { Answer } from '../query/answer.js';
import type { Retrieval } from '../query/types.js';
import { catalogOf, type Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import { createAnswer } from './answer.js';
import { checkUse, checkWord, isoOf } from './checks.js';
import { createGrant } from './grant.js';
import { createRetrieval } from './retrieval.js';

/**
 * Details of an outcome of a consent, by its status.
 *
 * Defaults: a made grant; a rejection at `callback` with `issuer_mismatch`.
 */
export type ConsentOutcomeOptions<
  S extends ServiceSpec,
  T extends ConsentOutcome['status'],
> = T extends 'granted'
  ? { readonly grant?: Grant<S> }
  : T extends 'rejected'
    ? { readonly at?: 'callback' | 'authorize' | 'token'; readonly code?: CallbackCode }
    : { readonly [option: string]: never };

/**
 * Details of a result of collecting, by its status.
 *
 * Defaults: a made answer with nothing on record, and no retrieval, for `ready`; a made retrieval
 * otherwise; `retryAt` three seconds after the request; `until` and `causes` of the published
 * calendar at the instant `at`, which is that of the request; the error `retrieval_gone`.
 */
export type CollectedOptions<S extends ServiceSpec, T extends Collected['status']> = {
  readonly ready: { readonly answer?: Answer<S>; readonly retrieval?: Retrieval<S> };
  readonly pending: {
    readonly retryAt?: Instant;
    readonly notBefore?: Instant;
    readonly retrieval?: Retrieval<S>;
  };
  readonly unavailable: {
    readonly at?: Instant;
    readonly until?: Instant | null;
    readonly causes?: readonly Cause[];
    readonly retrieval?: Retrieval<S>;
  };
  readonly failed: { readonly error?: SelfInfoError };
}[T];

const PLACES = { callback: true, authorize: true, token: true } as const satisfies Record<
  Extract<ConsentOutcome, { readonly status: 'rejected' }>['at'],
  true
>;
const CONSENT_KEYS = {
  granted: { grant: true },
  rejected: { at: true, code: true },
  declined: {},
  expired: {},
  replayed: {},
  unknown: {},
  'foreign-browser': {},
} as const satisfies {
  readonly [T in ConsentOutcome['status']]: Record<keyof ConsentOutcomeOptions<Service, T>, true>;
};
const COLLECTED_KEYS = {
  ready: { answer: true, retrieval: true },
  pending: { retryAt: true, notBefore: true, retrieval: true },
  unavailable: { at: true, until: true, causes: true, retrieval: true },
  failed: { error: true },
} as const satisfies {
  readonly [T in Collected['status']]: Record<keyof CollectedOptions<Service, T>, true>;
};
/** The polling interval of the public wire profile. */
const RETRY_MS = 3_000;

/**
 * Makes an outcome of a consent, as `completeConsent` returns it, for a unit test of your program.
 *
 * @param service - the service that `defineService` returned.
 * @param status - the status of the outcome.
 * @param options - details of this status, if the test needs specific ones.
 * @throws SelfInfoError `unknown_option`, `invalid_option`, naming the option; `invalid_option` with
 * the path `NODE_ENV` in production; TypeError for a wrong type.
 * @example
 * ```ts
 * import { explain, type Service } from 'myna-selfinfo';
 * import { createConsentOutcome } from 'myna-selfinfo/testing';
 * const page = (service: Service) => explain(createConsentOutcome(service, 'declined'), 'ja');
 * ```
 */
export function createConsentOutcome<S extends Service, T extends ConsentOutcome['status']>(
  service: S,
  status: T,
  options?: ConsentOutcomeOptions<S, T>,
): ConsentOutcome<S> & { readonly status: T };
export function createConsentOutcome(
  service: Service,
  status: ConsentOutcome['status'],
  given: object = {},
): ConsentOutcome {
  checkUse(service);
  const options = readDetails(CONSENT_KEYS, status, given);
  switch (status) {
    case 'granted': {
      const { grant = createGrant(service) } = options as ConsentOutcomeOptions<Service, 'granted'>;
      checkObject(grant, 'options.grant');
      return { status, grant };
    }
    case 'rejected': {
      const { at = 'callback', code = 'issuer_mismatch' } = options as ConsentOutcomeOptions<
        Service,
        'rejected'
      >;
      checkWord(at, PLACES, 'options.at');
      checkText(code, 'options.code');
      return { status, at, code };
    }
    default:
      return { status };
  }
}

/**
 * Makes a result of collecting, as `collect` and `query` return it, for a unit test of your
 * program.
 *
 * @param service - the service that `defineService` returned.
 * @param status - the status of the result.
 * @param options - details of this status, if the test needs specific ones.
 * @throws SelfInfoError `unknown_option`, `invalid_option`, `invalid_instant`, naming the option;
 * `invalid_option` with the path `NODE_ENV` in production; TypeError for a wrong type.
 * @example
 * ```ts
 * import { explain, type Service } from 'myna-selfinfo';
 * import { createCollected } from 'myna-selfinfo/testing';
 * const newYear = (service: Service) =>
 *   explain(createCollected(service, 'unavailable', { at: '2027-01-01' }), 'ja');
 * ```
 */
export function createCollected<S extends Service, T extends Collected['status']>(
  service: S,
  status: T,
  options?: CollectedOptions<S, T>,
): Collected<S> & { readonly status: T };
export function createCollected(
  service: Service,
  status: Collected['status'],
  given: object = {},
): Collected {
  checkUse(service);
  const options = readDetails(COLLECTED_KEYS, status, given);
  switch (status) {
    case 'ready':
      return readyResult(service, options);
    case 'pending':
      return pendingResult(service, options);
    case 'unavailable':
      return unavailableResult(service, options);
    case 'failed': {
      const { error = new SelfInfoError('retrieval_gone') } = options as CollectedOptions<
        Service,
        'failed'
      >;
      if (!isSelfInfoError(error)) throw new TypeError('options.error must be a SelfInfoError.');
      return { status, error };
    }
  }
}

function readyResult(service: Service, options: CollectedOptions<Service, 'ready'>): Collected {
  const { answer = createAnswer(service), retrieval } = options;
  checkObject(answer, 'options.answer');
  if (retrieval === undefined) return { status: 'ready', answer };
  checkObject(retrieval, 'options.retrieval');
  return { status: 'ready', answer, retrieval };
}

function pendingResult(service: Service, options: CollectedOptions<Service, 'pending'>): Collected {
  const { notBefore, retrieval = createRetrieval(service) } = options;
  checkObject(retrieval, 'options.retrieval');
  const { retryAt = Date.parse(retrieval.submittedAt) + RETRY_MS } = options;
  return {
    status: 'pending',
    retryAt: isoOf(retryAt, 'options.retryAt'),
    ...(notBefore !== undefined && { notBefore: isoOf(notBefore, 'options.notBefore') }),
    retrieval,
  };
}

function unavailableResult(
  service: Service,
  options: CollectedOptions<Service, 'unavailable'>,
): Collected {
  const { retrieval = createRetrieval(service) } = options;
  checkObject(retrieval, 'options.retrieval');
  const { at = retrieval.submittedAt } = options;
  const outage = outageOf(
    service,
    Object.keys(retrieval.inquiries),
    calendarSource(undefined, catalogOf(service)),
    toEpochMs(at, 'options.at'),
  );
  const { until = outage.until, causes = outage.causes } = options;
  if (!Array.isArray(causes)) throw new TypeError('options.causes must be a list.');
  return {
    status: 'unavailable',
    until: until === null ? null : isoOf(until, 'options.until'),
    causes,
    retrieval,
  };
}

/** Reads the details of a status. */
function readDetails(
  known: Readonly<Record<string, Readonly<Record<string, true>>>>,
  status: string,
  options: object,
): object {
  checkWord(status, known, 'status');
  return readKeys(options, 'options', known[status] ?? {});
}
