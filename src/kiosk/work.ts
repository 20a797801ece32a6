import type { SessionContext } from './context.js';
import type { KioskCause, KioskOutcome, KioskPart, KioskState } from './states.js';
import { end, enter } from './transitions.js';

/** Thrown by work that ends the session with an outcome instead of a result. */
export class Ending {
  constructor(
    readonly outcome: KioskOutcome,
    readonly cause: KioskCause,
  ) {}
}

/**
 * Work started on entering a state. Resolves to the next transition, which is dropped if the state
 * has changed.
 */
export type StateWork = (signal: AbortSignal) => Promise<() => void>;

/**
 * Enters a state and starts its work, unless the listener has moved the session to another state.
 */
export function enterAndWork(
  context: SessionContext,
  next: KioskState,
  cause: KioskCause,
  work: StateWork,
): void {
  if (enter(context, next, cause)) void runWork(context, next, work);
}

/** Runs the work of a state, then its transition. Ends the session when either fails. */
async function runWork(context: SessionContext, state: KioskState, work: StateWork): Promise<void> {
  try {
    const next = await work(context.stay.signal);
    // The session may have ended since the work last checked the signal.
    if (context.state === state) next();
  } catch (reason) {
    if (context.state !== state) return;
    if (reason instanceof Ending) end(context, reason.outcome, reason.cause);
    else end(context, { status: 'failed', part: context.awaited }, 'failed');
  }
}

/**
 * Calls the reader or the authorizer. Rejects when the session has moved on meanwhile, so that a
 * late result is dropped.
 */
export async function callPart<T>(
  context: Pick<SessionContext, 'awaited'>,
  part: KioskPart,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  context.awaited = part;
  const value = await call();
  signal.throwIfAborted();
  return value;
}
