import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { errorTable } from '../foundation/error-table.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import type { EventCall, EventFailure, EventIds, EventStep, RequestIds } from './events.js';

/** How a traced step or call ended. */
interface TracedEnd extends Partial<Omit<EventFailure, 'code'>> {
  /** The outcome, as in the event of the same step or call. */
  readonly outcome?: string;
  /** The code of the outcome or of the error; `unexpected` for an error from outside the library. */
  readonly code?: string;
  /**
   * A frozen copy of our SelfInfoError, without a retrieval. For an error from outside the library, an
   * Error without the original texts.
   */
  readonly error?: Error;
}

/**
 * The message of the tracing channel `myna-selfinfo:step` of `node:diagnostics_channel`. The same
 * object is published on `start`, `end`, `asyncStart`, `asyncEnd` and `error`. From `asyncStart` or
 * `error` on, the ids are complete, and `outcome` and the like are set. The client ignores changes to
 * it.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel';
 * import type { StepTraceContext } from 'myna-selfinfo';
 * tracingChannel<StepTraceContext, StepTraceContext>('myna-selfinfo:step').subscribe({
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

/** The channels of the steps and of the calls to the portal. */
export const STEPS: TracingChannel<unknown, object> = tracingChannel('myna-selfinfo:step');
export const CALLS: TracingChannel<unknown, object> = tracingChannel('myna-selfinfo:call');

/** Returns whether a channel has a subscriber. Not every Node.js has `hasSubscribers` on it. */
export function isTraced(channel: TracingChannel<unknown, object>): boolean {
  const { start, end, asyncStart, asyncEnd, error } = channel;
  return [start, end, asyncStart, asyncEnd, error].some((part) => part.hasSubscribers);
}

/**
 * Runs work, and publishes its start and its end on a channel. Does not use `tracePromise` of
 * Node.js, because it would publish what the work resolves to: a grant or an answer.
 *
 * @param begin - returns the message. Called only if there is a subscriber.
 * @param work - reports how it ended. What it resolves to is never published.
 */
export function traced<T>(
  channel: TracingChannel<unknown, object>,
  begin: () => object,
  work: (onEnd: (facts: () => object) => void) => Promise<T>,
): Promise<T> {
  if (!isTraced(channel)) return work(() => undefined);
  const { start, end, asyncStart, asyncEnd, error: failed } = channel;
  const context = begin();
  const settle = () => {
    asyncStart.publish(context);
    asyncEnd.publish(context);
  };
  return start.runStores(context, () => {
    const running = work((facts) => set(context, facts)).then(
      (value) => {
        settle();
        return value;
      },
      (error: unknown) => {
        set(context, () => ({ error: copyOf(error) }));
        failed.publish(context);
        settle();
        throw error;
      },
    );
    end.publish(context);
    return running;
  });
}

/** Sets properties of a message. A subscriber may have frozen it or added setters. */
function set(context: object, make: () => object): void {
  try {
    for (const [key, value] of Object.entries(make()))
      Reflect.defineProperty(context, key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
  } catch {
    // A value that cannot be read must not make the work fail.
  }
}

/**
 * Copies one of our errors with the facts that it was made with. A change to the copy changes
 * nothing for the caller. A retrieval that the error carries is not published.
 */
function copyOf(error: unknown): Error {
  if (!isSelfInfoError(error) || !Object.hasOwn(errorTable, error.code))
    return Object.freeze(new Error('The error comes from outside myna-selfinfo.'));
  const { code, message, messageJa, stage, effect, stack } = error;
  const { path, reason, requestId, upstream, retry } = error;
  const facts = { stage, effect, path, reason, requestId, retry: Object.freeze({ ...retry }) };
  const copy = new SelfInfoError(code, {
    ...Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)),
    ...(upstream && { upstream: Object.freeze({ ...upstream }) }),
  });
  return Object.freeze(Object.assign(copy, { message, messageJa, ...(stack && { stack }) }));
}
