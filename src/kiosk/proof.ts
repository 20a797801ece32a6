import type { CardProof, CardRefusal, KioskStep, KioskTransaction } from './authorizer.js';
import type { SessionContext } from './context.js';
import { type CardCertificate, isCertificate, isSignature } from './reader.js';
import type { KioskOutcome } from './states.js';
import { callPart, Ending } from './work.js';

const refusals = {
  expired: 'certificate-expired',
  revoked: 'certificate-revoked',
  'not-accepted': 'certificate-refused',
} as const satisfies Record<CardRefusal, KioskOutcome['status']>;

/** Reads the certificate of the card inside. Ends the session when the card is locked. */
export async function readCertificate(
  context: Pick<SessionContext, 'awaited' | 'reader'>,
  signal: AbortSignal,
): Promise<CardCertificate> {
  const card = await callPart(context, 'reader', signal, () =>
    context.reader.readCertificate(signal),
  );
  if (!isCertificate(card)) throw new TypeError('The reader returned no certificate.');
  if (card.triesLeft === 0) throw new Ending({ status: 'card-locked' }, 'card-locked');
  return card;
}

/** Requests the bytes to sign. Ends the session when the portal refuses the card. */
export async function requestChallenge(
  context: Pick<SessionContext, 'awaited'>,
  step: KioskStep,
  transaction: KioskTransaction,
  certificate: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const response = await callPart(context, 'authorizer', signal, () =>
    transaction.challenge(step, Uint8Array.from(certificate), signal),
  );
  if (response.status === 'refused') throw cardRefused(response.reason);
  if (response.status !== 'challenge' || !(response.challenge instanceof Uint8Array))
    throw new TypeError('The authorizer returned no challenge.');
  return response.challenge;
}

/** Signs the current challenge with a PIN. Returns the tries that are left if the PIN is wrong. */
export async function signChallenge(
  context: Pick<SessionContext, 'awaited' | 'reader' | 'certificate' | 'challenge'>,
  pin: string,
  signal: AbortSignal,
): Promise<CardProof | number> {
  const { certificate, challenge, reader } = context;
  if (certificate === undefined || challenge === undefined)
    throw new TypeError('There is nothing to sign.');
  // Only the card that was read first may see the PIN (note 5): compare before signing.
  const card = await readCertificate(context, signal);
  if (Buffer.compare(card.certificate, certificate) !== 0)
    throw new Ending({ status: 'card-swapped' }, 'card-swapped');
  const signed = await callPart(context, 'reader', signal, () =>
    reader.sign(Uint8Array.from(challenge), pin, signal),
  );
  if (!isSignature(signed)) throw new TypeError('The reader returned no signature.');
  if (signed.status === 'locked' || (signed.status === 'wrong-pin' && signed.triesLeft === 0))
    throw new Ending({ status: 'card-locked' }, 'card-locked');
  if (signed.status === 'signed')
    return { certificate: Uint8Array.from(certificate), signature: signed.signature };
  return signed.triesLeft;
}

/** Returns what ends the session when the portal refuses a card. */
export function cardRefused(reason: CardRefusal): Ending {
  if (!Object.hasOwn(refusals, reason))
    throw new TypeError('The authorizer returned an unknown reason.');
  return new Ending({ status: refusals[reason] }, 'card-refused');
}
