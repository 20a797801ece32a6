import type { Effect } from '../foundation/error-facts.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import type { FailureReason } from '../foundation/failure-reasons.js';

/** A step of a journey, as events name it. `answer`, which checks the answer, is part of `result`. */
export type EventStep =
  | 'consent'
  | 'callback'
  | 'token'
  | 'request'
  | 'result'
  | 'answer'
  | 'acknowledge';

/**
 * An event of a client: frozen plain data without a token, code, key or personal value.
 *
 * `at`: ISO 8601 at +09:00 by the client's clock, the time at which it ended.
 *
 * - `step`: a step of the journey ended.
 * - `call`: a call to the portal was `answered`, with any HTTP status, or it `failed`.
 * - `certificate_expiring`: the client certificate expires within 30 days.
 * - `certificate_expired`: it has expired.
 * - `certificate_not_for_clients`: its extended key usage excludes client authentication, so that a
 *   server may reject it.
 *
 * @example
 * ```ts
 * import type { ClientEvent } from 'myna-selfinfo';
 * const isAlarming = (event: ClientEvent) =>
 *   event.type === 'certificate_expired' ||
 *   (event.type === 'step' && event.outcome === 'failed' && event.effect !== 'none');
 * ```
 */
export type ClientEvent = { readonly at: string } & (
  | ({
      readonly type: 'step';
      readonly step: EventStep;
      /** Random id, shared by the events of one method call. */
      readonly callId: string;
      /** `terms.transactionId`, shared by the events of one journey, once it is known. */
      readonly transactionId?: string;
      /** The `id` of the retrieval, once there is one. */
      readonly retrievalId?: string;
      /** Milliseconds by the client's clock. */
      readonly durationMs: number;
    } & (
      | {
          readonly outcome:
            | 'begun'
            | 'valid'
            | 'declined'
            | 'expired'
            | 'replayed'
            | 'unknown'
            | 'foreign-browser'
            | 'granted'
            | 'accepted'
            | 'pending'
            | 'unavailable'
            | 'ready'
            | 'built'
            | 'acknowledged';
        }
      /** `code`: the code of the outcome. */
      | { readonly outcome: 'rejected'; readonly code: string }
      /** `code` and `effect` of the error; `unexpected` for an error from outside the library. */
      | {
          readonly outcome: 'failed';
          readonly code: SelfInfoErrorCode | 'unexpected';
          readonly effect: Effect;
          /** Why the call failed, if the operating system, TLS or the server said so. */
          readonly reason?: FailureReason;
        }
    ))
  | ({
      readonly type: 'call';
      readonly step: 'consent' | 'token' | 'request' | 'result' | 'acknowledge';
      readonly callId: string;
      readonly transactionId?: string;
      readonly retrievalId?: string;
      /** Random id of this call alone. The portal sees it if the profile has a header for it. */
      readonly requestId: string;
      /** The portal's own id of this call, if the profile has a header for it. */
      readonly upstreamRequestId?: string;
      /** Attempt number within this step, starting at 1. */
      readonly attempt: number;
      /** Milliseconds by the client's clock. */
      readonly durationMs: number;
    } & (
      | { readonly outcome: 'answered'; readonly status: number }
      | {
          readonly outcome: 'failed';
          readonly code: SelfInfoErrorCode | 'unexpected';
          readonly effect: Effect;
          /** Why the call failed, if the operating system, TLS or the server said so. */
          readonly reason?: FailureReason;
        }
    ))
  /** `notAfter`: ISO 8601 at +09:00. */
  | { readonly type: 'certificate_expiring'; readonly notAfter: string }
  | { readonly type: 'certificate_expired'; readonly notAfter: string }
  | { readonly type: 'certificate_not_for_clients' }
);
