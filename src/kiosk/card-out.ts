import { CANCELLED, type Clock } from '../foundation/clock.js';
import { deadline } from '../foundation/deadline.js';
import type { KioskTransaction } from './authorizer.js';
import type { SessionContext } from './context.js';

/** How long a card may take to come out, or to be drawn back in. */
const MOVE_MS = 10_000;

/** What became of the card at the end of a session. */
export interface ReturnedCard {
  /** Whether the slot is shut and the card is at it, if there is one. */
  readonly isOut: boolean;
  /** Whether the slot drew a card in while it was closing, or cannot say so. */
  readonly wasDrawnIn: boolean;
}

/**
 * Returns the card and waits until it is at the slot and the transaction is discarded, for at most
 * ten seconds.
 *
 * @param slot - settles when the slot accepts no card any more, with whether a card is inside.
 * @param discarded - settles when the transaction is discarded.
 */
export async function returnCard(
  { clock, reader }: Pick<SessionContext, 'clock' | 'reader'>,
  slot: Promise<boolean>,
  discarded: Promise<void>,
): Promise<ReturnedCard> {
  let isOut = false;
  let wasDrawnIn: boolean | undefined;
  const knowing = slot.then((isInside) => {
    wasDrawnIn = isInside;
  });
  const ejected = eject(reader, slot).then(
    () => {
      isOut = true;
    },
    () => {},
  );
  await withinTenSeconds(clock, () => Promise.all([ejected, knowing, discarded]));
  return { isOut, wasDrawnIn: wasDrawnIn ?? true };
}

/** Ejects the card, and once more when the slot drew one in while it was closing. */
async function eject(reader: SessionContext['reader'], slot: Promise<boolean>): Promise<void> {
  await reader.eject();
  if (await slot) await reader.eject();
}

/** Returns the result of a call, or undefined if it fails or takes longer than ten seconds. */
export async function withinTenSeconds<T>(
  clock: Clock,
  call: () => Promise<T>,
): Promise<T | undefined> {
  const tooLate = () => CANCELLED;
  return deadline({ clock, limitMs: MOVE_MS, timedOut: tooLate, aborted: tooLate }, call).catch(
    () => undefined,
  );
}

/** Discards a transaction and ignores a failure. */
export async function discardTransaction(transaction: KioskTransaction): Promise<void> {
  try {
    await transaction.discard();
  } catch {
    // This process no longer holds any of it. The portal closes the transaction at its own
    // deadline.
  }
}
