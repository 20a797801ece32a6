import { waitBy } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { formatInstant } from '../foundation/time.js';
import { discardTransaction, returnCard } from './card-out.js';
import type { SessionContext } from './context.js';
import { holdsCard, isDecided, kioskActions, kioskMachine, waitsForCitizen } from './machine.js';
import type {
  KioskAction,
  KioskCause,
  KioskEnd,
  KioskEvent,
  KioskOutcome,
  KioskState,
} from './states.js';
import { offerCard } from './take-card.js';

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
  watchIdle(context);
  emit(context, { cause, from });
  return context.state === next;
}

/**
 * Emits an event about the current state. Ends the session when the listener throws or rejects.
 * Once the outcome is decided a failing listener changes nothing: the card must come out.
 */
function emit(
  context: SessionContext,
  event: Pick<KioskEvent, 'cause' | 'from' | 'remainingMs'>,
): void {
  const { state, terminalId, transactionId } = context;
  const failed = () => {
    if (!isDecided(context.state)) end(context, { status: 'failed', part: 'listener' }, 'failed');
  };
  try {
    // Without a listener nothing reads the clock.
    const returned: unknown = context.onEvent?.(
      Object.freeze({
        time: formatInstant(context.clock.now()),
        ...event,
        state,
        ...(terminalId !== undefined && { terminalId }),
        ...(transactionId !== undefined && { transactionId }),
      }),
    );
    Promise.resolve(returned).catch(failed);
  } catch {
    if (context.state === state) failed();
  }
}

/**
 * Starts the time of the current state. Before it is over it emits `idle-soon` where the session
 * waits for the citizen; then it ends the session, or takes a forgotten card back.
 */
export function watchIdle(context: SessionContext): void {
  stopWatching(context);
  if (kioskMachine.states[context.state.at].limit !== 'idleMs') return;
  startTime(context, context.idle.signal);
}

/** Stops the time of the state that the session leaves. */
function stopWatching(context: SessionContext): void {
  context.idle.abort();
  context.idle = new AbortController();
}

function startTime(context: SessionContext, signal: AbortSignal): void {
  const { state, clock } = context;
  const limitMs = context.idleMs(state.at);
  const remainingMs = waitsForCitizen(state) ? context.warnMs(limitMs) : 0;
  const warn = () => {
    if (!signal.aborted) emit(context, { cause: 'idle-soon', from: state.at, remainingMs });
  };
  // Where a wait rejects, the session has left the state, or the clock cannot wait: then no time
  // ends a state.
  if (remainingMs > 0) waitBy(clock, limitMs - remainingMs, signal).then(warn, () => {});
  waitBy(clock, limitMs, signal).then(
    () => signal.aborted || runOut(context),
    () => {},
  );
}

function runOut(context: SessionContext): void {
  const { state } = context;
  if (state.at === 'take-card') context.onIdle?.();
  else if (waitsForCitizen(state)) end(context, { status: 'idle' }, 'idle');
  else end(context, { status: 'failed', part: context.awaited }, 'failed');
}

/** Starts the time of the current state again. */
export function extend(context: SessionContext): void {
  stopWatching(context);
  watchIdle(context);
  emit(context, { cause: 'extend', from: context.state.at });
}

/**
 * Ends the session: forgets everything that it holds, returns the card, and discards the
 * transaction unless the outcome is `provided`.
 */
export function end(context: SessionContext, outcome: KioskOutcome, cause: KioskCause): void {
  const { transaction, stopListening, slot } = context;
  // A card that was taken out by force is not inside any more.
  const cardHeld = holdsCard(context.state) && cause !== 'card-removed';
  context.transaction = undefined;
  context.certificate = undefined;
  context.challenge = undefined;
  context.answer = undefined;
  context.terms = undefined;
  context.stopListening = () => {};
  enter(context, { at: 'card-out', outcome: Object.freeze(outcome), cardHeld }, cause);
  try {
    stopListening();
  } catch {
    // The listener stays registered, but what it reports has no effect any more.
  }
  const discarded =
    transaction === undefined || outcome.status === 'provided'
      ? Promise.resolve()
      : discardTransaction(transaction);
  void finish(context, outcome, cardHeld, returnCard(context, slot, discarded));
}

async function finish(
  context: SessionContext,
  outcome: KioskOutcome,
  wasHeld: boolean,
  returning: ReturnType<typeof returnCard>,
): Promise<void> {
  const { isOut, wasDrawnIn } = await returning;
  const cardHeld = wasHeld || wasDrawnIn;
  let last: KioskEnd;
  let cause: KioskCause;
  if (!isOut) [last, cause] = [{ at: 'card-jammed', outcome, cardHeld }, 'card-stuck'];
  else if (!cardHeld) [last, cause] = [{ at: 'ended', outcome, cardHeld }, 'slot-empty'];
  else [last, cause] = await offerCard(context, outcome, enter);
  enter(context, last, cause);
  context.resolveEnded(last);
}
