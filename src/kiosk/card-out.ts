import { CANCELLED } from '../foundation/clock.js';
import { deadline } from '../foundation/deadline.js';
import type { KioskTransaction } from './authorizer.js';
import type { SessionContext } from './context.js';

/** How long a card may take to come out. */
const EJECT_MS = 10_000;

/**
 * Returns the card and waits until it is out and the transaction is discarded, for at most
 * `EJECT_MS`.
 *
 * @param slot - settles when the slot accepts no card any more, with whether a card is inside.
 * @param discarded - settles when the transaction is discarded.
 * @returns whether the card is out. False also when the reader did not say so in time.
 */
export async function returnCard(
  { clock, reader }: Pick<SessionContext, 'clock' | 'reader'>,
  slot: Promise<boolean>,
  discarded: Promise<void>,
): Promise<boolean> {
  let isOut = false;
  const ejected = eject(reader, slot).then(
    () => {
      isOut = true;
    },
    () => {},
  );
  const tooLate = () => CANCELLED;
  await deadline({ clock, limitMs: EJECT_MS, timedOut: tooLate, aborted: tooLate }, () =>
    Promise.all([ejected, discarded]),
  ).catch(() => {});
  return isOut;
}

/** Ejects the card, and once more when the slot drew one in while it was closing. */
async function eject(reader: SessionContext['reader'], slot: Promise<boolean>): Promise<void> {
  await reader.eject();
  if (await slot) await reader.eject();
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
