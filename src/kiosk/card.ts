import type { KioskTransaction } from './authorizer.js';
import type { SessionContext } from './context.js';
import { holdsCard } from './machine.js';
import { readCertificate, requestChallenge } from './proof.js';
import type { KioskMenuEntry } from './states.js';
import { end, enter } from './transitions.js';
import { callPart, enterAndWork } from './work.js';

/** Opens the slot and waits for the card (figure 3.3-4). */
export function insertCard(
  context: SessionContext,
  service: KioskMenuEntry,
  transaction: KioskTransaction,
): void {
  enterAndWork(context, { at: 'card-in', service }, 'connected', async (signal) => {
    await callPart(context, 'reader', signal, () => takeCardIn(context, signal));
    return () => {
      context.slot = Promise.resolve(false);
      readCard(context, service, transaction);
    };
  });
}

async function takeCardIn(context: SessionContext, signal: AbortSignal): Promise<void> {
  const { reader } = context;
  context.stopListening = reader.onRemoved(() => {
    if (holdsCard(context.state)) end(context, { status: 'card-removed' }, 'card-removed');
  });
  const inserted = reader.insert(signal);
  context.slot = inserted.then(
    () => true,
    () => false,
  );
  await inserted;
}

/** Reads the card and has the portal validate its certificate, then asks for the first PIN. */
function readCard(
  context: SessionContext,
  service: KioskMenuEntry,
  transaction: KioskTransaction,
): void {
  enterAndWork(context, { at: 'reading-card', service }, 'card-held', async (signal) => {
    const card = await readCertificate(context, signal);
    const { triesLeft } = card;
    const certificate = Uint8Array.from(card.certificate);
    const challenge = await requestChallenge(context, 'identity', transaction, certificate, signal);
    return () => {
      context.certificate = certificate;
      context.challenge = challenge;
      enter(context, { at: 'identity-pin', service, triesLeft, wrongPin: false }, 'card-read');
    };
  });
}
