import type { Cause } from '../calendar/results.js';
import type { SelfInfoError } from '../foundation/errors.js';
import type { CallbackCode } from '../oauth/callback-request.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { Answer } from '../query/answer.js';
import type { Retrieval } from '../query/types.js';
import type { ofService, Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';

/**
 * A consent that was granted and not yet used, good for one `submit` or `query` in this process. It
 * shows its terms and no token.
 */
export interface Grant<S extends ServiceSpec = Service> {
  readonly terms: ConsentTerms;
  /** ISO 8601 at +09:00; null when the portal gave no lifetime. */
  readonly expiresAt: string | null;
  readonly [ofService]?: S;
}

/**
 * The outcome of a callback, as one value to switch on.
 *
 * - `granted`: here is the grant.
 * - `declined`: the portal reported that access was denied.
 * - `expired`: the callback came too late.
 * - `replayed`: the callback was processed before.
 * - `unknown`: this store never held the state.
 * - `foreign-browser`: the state belongs to another session. Nothing is used up; the right browser
 *   can still complete.
 * - `rejected`: the callback or the token was refused, with the place and the machine code.
 */
export type ConsentOutcome<S extends ServiceSpec = Service> =
  | { readonly status: 'granted'; readonly grant: Grant<S> }
  | { readonly status: 'declined' | 'expired' | 'replayed' | 'unknown' | 'foreign-browser' }
  | {
      readonly status: 'rejected';
      readonly at: 'callback' | 'authorize' | 'token';
      readonly code: CallbackCode;
    };

/**
 * The result of collecting. With `retrieval` it can be collected again.
 */
export type Collected<S extends ServiceSpec = Service> =
  /** `retrieval`: set where the portal wants an acknowledgement, see `acknowledge`. */
  | { readonly status: 'ready'; readonly answer: Answer<S>; readonly retrieval?: Retrieval<S> }
  /**
   * `retryAt`: when to ask again, ISO 8601 at +09:00. `notBefore`: set where the profile has notices;
   * a notice may bring the next poll forward to this instant.
   */
  | {
      readonly status: 'pending';
      readonly retryAt: string;
      readonly notBefore?: string;
      readonly retrieval: Retrieval<S>;
    }
  /** `until`: ISO 8601 at +09:00, or null when the time is unknown. */
  | {
      readonly status: 'unavailable';
      readonly until: string | null;
      readonly causes: readonly Cause[];
      readonly retrieval: Retrieval<S>;
    }
  | { readonly status: 'failed'; readonly error: SelfInfoError };
