/** What a card shows without a PIN. */
export interface CardCertificate {
  /**
   * The certificate for user authentication (利用者証明用電子証明書) as it lies on the card; the session
   * compares it byte by byte and does not read it.
   */
  readonly certificate: Uint8Array;
  /** How many wrong PINs the card still takes: 0 is a locked card. */
  readonly triesLeft: number;
}

/** What a card makes of a challenge and a PIN. */
export type CardSignature =
  | { readonly status: 'signed'; readonly signature: Uint8Array }
  | { readonly status: 'wrong-pin'; readonly triesLeft: number }
  | { readonly status: 'locked' };

/**
 * A card reader that keeps the card inside (guideline 3.3, note 5): what a device vendor
 * implements, and proves with `cardReaderSuite` of `myna-selfinfo/conformance`.
 *
 * Every method may reject: the session then ends as `failed`, and nothing of the error is kept. A
 * reader keeps and logs no PIN.
 *
 * @example
 * ```ts
 * import type { CardReader } from 'myna-selfinfo/kiosk';
 * const bytes = (length: number) => new Uint8Array(length);
 * // A slot without a card in it, ever.
 * const empty: CardReader = {
 *   insert: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
 *   readCertificate: async () => ({ certificate: bytes(32), triesLeft: 3 }),
 *   sign: async () => ({ status: 'signed', signature: bytes(64) }),
 *   eject: async () => {},
 *   onRemoved: () => () => {},
 * };
 * ```
 */
export interface CardReader {
  /**
   * Opens the slot and resolves once a card is held inside. When the signal aborts first, it closes
   * the slot and rejects, and takes no card in any more.
   */
  insert(signal: AbortSignal): Promise<void>;
  /**
   * Reads the certificate and the remaining tries of the card inside; without a card it rejects.
   */
  readCertificate(signal: AbortSignal): Promise<CardCertificate>;
  /**
   * Lets the card inside sign a challenge by its key for user authentication.
   *
   * @param challenge - the bytes to sign, as they are: hashing is the business of card and reader.
   * @param pin - four digits, for this one call.
   */
  sign(challenge: Uint8Array, pin: string, signal: AbortSignal): Promise<CardSignature>;
  /**
   * Gives the card back and resolves once it is out; resolves without one, too. It is called at the
   * end of every session, and may be called twice.
   */
  eject(): Promise<void>;
  /**
   * Tells, once for each time, when a card was taken out by force, before what was going on with it
   * rejects. An ejected card is not told of.
   *
   * @returns what ends the telling.
   */
  onRemoved(listener: () => void): () => void;
}

/** Whether a reader's answer is a certificate: a device is believed nothing. */
export function isCertificate(value: unknown): value is CardCertificate {
  const { certificate, triesLeft } = Object(value);
  return certificate instanceof Uint8Array && certificate.length > 0 && isCount(triesLeft);
}

/** Whether a reader's answer says what became of a challenge. */
export function isSignature(value: unknown): value is CardSignature {
  const { status, signature, triesLeft } = Object(value);
  return (
    status === 'locked' ||
    (status === 'signed'
      ? signature instanceof Uint8Array && signature.length > 0
      : status === 'wrong-pin' && isCount(triesLeft))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
