import type { EventCall, EventFailure, EventIds, EventStep, RequestIds } from './events.js';

/** How a traced step or call ended. */
interface TracedEnd extends Partial<Omit<EventFailure, 'code'>> {
  /** The outcome, as in the event of the same step or call. */
  readonly outcome?: string;
  /** The code of the outcome or of the error; `unexpected` for an error from outside the library. */
  readonly code?: string;
  /**
   * A frozen copy of our SelfInfoError, without a retrieval. For an error from outside the library, an
   * Error without its texts.
   */
  readonly error?: Error;
}

/**
 * The message of the tracing channel `myna-selfinfo:step` of `node:diagnostics_channel`. The same
 * object comes on `start`, `end`, `asyncStart`, `asyncEnd` and `error`. The ids are complete, and
 * `outcome` and the like are set, from `asyncStart` or `error` on. The client reads nothing back.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel';
 * import type { StepTraceContext } from 'myna-selfinfo';
 * tracingChannel<unknown, StepTraceContext>('myna-selfinfo:step').subscribe({
 *   start() {},
 *   end() {},
 *   asyncStart() {},
 *   asyncEnd: ({ step, outcome, code }) => console.log(step, outcome, code),
 *   error() {},
 * });
 * ```
 */
export interface StepTraceContext extends EventIds, Partial<RequestIds>, TracedEnd {
  readonly step: EventStep;
}

/**
 * The message of the tracing channel `myna-selfinfo:call`, like {@link StepTraceContext}. `status`:
 * the HTTP status of a call that was `answered`.
 */
export interface CallTraceContext
  extends EventCall,
    Pick<RequestIds, 'upstreamRequestId'>,
    TracedEnd {
  readonly status?: number;
}
