import { withinTenSeconds } from './card-out.js';
import type { SessionContext } from './context.js';
import type { KioskCause, KioskEnd, KioskOutcome, KioskState } from './states.js';

/** How a session ends, and why. */
type Last = readonly [last: KioskEnd, cause: KioskCause];

/**
 * Waits until the citizen has taken the card at the slot. Has the reader draw a forgotten card back
 * in.
 *
 * @param enter - enters a state of the session.
 */
export async function offerCard(
  context: SessionContext,
  outcome: KioskOutcome,
  enter: (context: SessionContext, next: KioskState, cause: KioskCause) => void,
): Promise<Last> {
  const { reader } = context;
  enter(context, { at: 'take-card', outcome, cardHeld: true }, 'card-returned');
  const { signal } = context.stay;
  const idle = new Promise<'idle'>((resolve) => {
    context.onIdle = () => resolve('idle');
  });
  const taken = (async () => reader.awaitTaken(signal))().then(
    () => 'taken' as const,
    () => 'stuck' as const,
  );
  const first = await Promise.race([taken, idle]);
  context.onIdle = undefined;
  if (first === 'taken') return takenBy(outcome);
  if (first === 'stuck') return jammedWith(outcome);
  enter(context, { at: 'retracting-card', outcome, cardHeld: true }, 'idle');
  const kept = await withinTenSeconds(context.clock, async () => reader.retract());
  if (kept === true) return [{ at: 'card-forgotten', outcome, cardHeld: true }, 'card-kept'];
  return kept === false ? takenBy(outcome) : jammedWith(outcome);
}

const takenBy = (outcome: KioskOutcome): Last => [
  { at: 'ended', outcome, cardHeld: false },
  'card-taken',
];
const jammedWith = (outcome: KioskOutcome): Last => [
  { at: 'card-jammed', outcome, cardHeld: true },
  'card-stuck',
];
