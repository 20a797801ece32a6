import type { Effect } from '../foundation/error-facts.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import type { FailureReason } from '../foundation/failure-reasons.js';

/** A step of a transaction. `answer`, which checks the answer, is part of `result`. */
export type EventStep =
  | 'consent'
  | 'callback'
  | 'token'
  | 'request'
  | 'result'
  | 'answer'
  | 'acknowledge';

/** Ids of a step or a call. An id appears once it is known: an end event may have more ids. */
export interface EventIds {
  /** Random id, shared by the events of one method call. */
  readonly callId: string;
  /** `terms.transactionId`, shared by the events of one transaction, once it is known. */
  readonly transactionId?: string;
  /** The `id` of the retrieval, once there is one. */
  readonly retrievalId?: string;
}

/** The ids of one call to the portal. Cite both to the portal's support. */
export interface RequestIds {
  /** Random id of this call alone. The portal sees it if the profile has a header for it. */
  readonly requestId: string;
  /** The portal's own id of this call, if the profile has a header for it. */
  readonly upstreamRequestId?: string;
}

/** A call to the portal, as its events name it. */
export interface EventCall extends EventIds, Pick<RequestIds, 'requestId'> {
  readonly step: 'consent' | 'token' | 'request' | 'result' | 'acknowledge';
  /** The HTTP method. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Attempt number within this step, starting at 1. */
  readonly attempt: number;
}

/** How a step or a call failed. */
export interface EventFailure {
  /** The code of the error; `unexpected` for an error from outside the library. */
  readonly code: SelfInfoErrorCode | 'unexpected';
  readonly effect: Effect;
  /** Why the call failed, if the operating system, TLS or the server said so. */
  readonly reason?: FailureReason;
}

/**
 * An event of a client: frozen plain data without a token, code, key or personal value.
 *
 * `at`: ISO 8601 at +09:00 by the client's clock: the start in `step_started` and `call_started`,
 * otherwise the end.
 *
 * - `step_started`: a step of a transaction began. Its end is the `step` with the same `callId` and
 *   `step`.
 * - `step`: a step of a transaction ended.
 * - `call_started`: a call to the portal began. Its end is the `call` with the same `requestId`.
 * - `call`: a call to the portal was `answered`, with any HTTP status, or `failed`.
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
  | ({ readonly type: 'step_started'; readonly step: EventStep } & EventIds)
  | ({
      readonly type: 'step';
      readonly step: EventStep;
      /** Milliseconds by the client's clock. */
      readonly durationMs: number;
    } & EventIds &
      (
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
        /** `code`: the code of the outcome. The ids: those of the call that the portal refused. */
        | ({ readonly outcome: 'rejected'; readonly code: string } & Partial<RequestIds>)
        /** The ids: those of the call that failed, if a call failed. */
        | ({ readonly outcome: 'failed' } & EventFailure & Partial<RequestIds>)
      ))
  | ({ readonly type: 'call_started' } & EventCall)
  | ({
      readonly type: 'call';
      /** Milliseconds by the client's clock. */
      readonly durationMs: number;
    } & EventCall &
      Pick<RequestIds, 'upstreamRequestId'> &
      (
        | { readonly outcome: 'answered'; readonly status: number }
        | ({ readonly outcome: 'failed' } & EventFailure)
      ))
  /** `notAfter`: ISO 8601 at +09:00. */
  | { readonly type: 'certificate_expiring'; readonly notAfter: string }
  | { readonly type: 'certificate_expired'; readonly notAfter: string }
  | { readonly type: 'certificate_not_for_clients' }
);
