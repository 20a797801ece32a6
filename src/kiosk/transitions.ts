import { waitBy } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { formatInstant } from '../foundation/time.js';
import { discardTransaction, returnCard } from './card-out.js';
import type { SessionContext } from './context.js';
import {
  isDecided,
  type KioskAction,
  type KioskCause,
  type KioskEnd,
  type KioskOutcome,
  type KioskState,
  kioskActions,
  waitsForCitizen,
} from './states.js';

/** Throws `kiosk_action_refused` unless the current state accepts an action. */
export function requireAction({ state }: Pick<SessionContext, 'state'>, action: KioskAction): void {
  const allowed: readonly KioskAction[] = kioskActions[state.at];
  if (!allowed.includes(action)) throw new SelfInfoError('kiosk_action_refused', { path: action });
}

/**
 * Enters a state and emits the event. Ends the session when the listener throws or rejects.
 *
 * @returns false when the listener has already moved the session to another state.
 */
export function enter(context: SessionContext, next: KioskState, cause: KioskCause): boolean {
  const from = context.state.at;
  context.stay.abort();
  context.stay = new AbortController();
  context.state = Object.freeze(next);
  if (!isDecided(context.state)) watchIdle(context);
  // Once the outcome is decided a failing listener changes nothing: the card must come out.
  const failed = () => {
    if (!isDecided(context.state)) end(context, { status: 'failed', part: 'listener' }, 'failed');
  };
  try {
    // Without a listener nothing reads the clock.
    const returned: unknown = context.onEvent?.(
      Object.freeze({ time: formatInstant(context.clock.now()), cause, from, state: next }),
    );
    Promise.resolve(returned).catch(failed);
  } catch {
    if (context.state === next) failed();
  }
  return context.state === next;
}

/** Ends the session when it stays in the current state for `idleMs`. */
export function watchIdle(context: SessionContext): void {
  const { state, clock, idleMs, stay } = context;
  waitBy(clock, idleMs, stay.signal).then(
    () => {
      if (context.state !== state) return;
      if (waitsForCitizen(state)) end(context, { status: 'idle' }, 'idle');
      else end(context, { status: 'failed', part: context.awaited }, 'failed');
    },
    // The session has left the state, or the clock cannot wait: then no idle time ends a state.
    () => {},
  );
}

/**
 * Ends the session: forgets everything that it holds, returns the card, and discards the
 * transaction unless the outcome is `provided`.
 */
export function end(context: SessionContext, outcome: KioskOutcome, cause: KioskCause): void {
  const { transaction, stopListening, slot } = context;
  context.transaction = undefined;
  context.certificate = undefined;
  context.challenge = undefined;
  context.answer = undefined;
  context.terms = undefined;
  context.stopListening = () => {};
  enter(context, { at: 'card-out', outcome: Object.freeze(outcome) }, cause);
  try {
    stopListening();
  } catch {
    // The listener stays registered, but what it reports has no effect any more.
  }
  const discarded =
    transaction === undefined || outcome.status === 'provided'
      ? Promise.resolve()
      : discardTransaction(transaction);
  void finish(context, outcome, returnCard(context, slot, discarded));
}

async function finish(
  context: SessionContext,
  outcome: KioskOutcome,
  cardReturned: Promise<boolean>,
): Promise<void> {
  const isOut = await cardReturned;
  const last: KioskEnd = { at: isOut ? 'ended' : 'attendant-needed', outcome };
  enter(context, last, isOut ? 'card-returned' : 'card-stuck');
  context.resolveEnded(last);
}
