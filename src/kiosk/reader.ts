/** What a card shows without a PIN. */
export interface CardCertificate {
  /**
   * The certificate for user authentication (利用者証明用電子証明書), byte for byte as on the card. The
   * session compares the bytes and does not parse them.
   */
  readonly certificate: Uint8Array;
  /** Wrong PINs that the card still accepts; 0 means that it is locked. */
  readonly triesLeft: number;
}

/** Result of signing a challenge with a PIN. */
export type CardSignature =
  | { readonly status: 'signed'; readonly signature: Uint8Array }
  | { readonly status: 'wrong-pin'; readonly triesLeft: number }
  | { readonly status: 'locked' };

/**
 * Card reader that keeps the card inside (guideline 3.3, note 5). A device vendor implements it and
 * verifies the implementation with `cardReaderSuite` of `myna-selfinfo/conformance`.
 *
 * Every method may reject: the session then ends as `failed` and keeps nothing of the error. A
 * reader must neither store nor log a PIN.
 *
 * @example
 * ```ts
 * import type { CardReader } from 'myna-selfinfo/kiosk';
 * const bytes = (length: number) => new Uint8Array(length);
 * // A slot that never holds a card.
 * const empty: CardReader = {
 *   insert: (signal) =>
 *     new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
 *   readCertificate: async () => ({ certificate: bytes(32), triesLeft: 3 }),
 *   sign: async () => ({ status: 'signed', signature: bytes(64) }),
 *   eject: async () => {},
 *   awaitTaken: async () => {},
 *   retract: async () => false,
 *   onRemoved: () => () => {},
 * };
 * ```
 */
export interface CardReader {
  /**
   * Opens the slot and resolves once a card is held inside. When the signal aborts first, it closes
   * the slot, rejects, and accepts no card any more.
   */
  insert(signal: AbortSignal): Promise<void>;
  /**
   * Reads the certificate and the remaining tries of the card inside. Rejects when no card is
   * inside.
   */
  readCertificate(signal: AbortSignal): Promise<CardCertificate>;
  /**
   * Has the card inside sign a challenge with its key for user authentication.
   *
   * @param challenge - the bytes to sign, unchanged: card and reader do the hashing.
   * @param pin - four digits, for this one call.
   */
  sign(challenge: Uint8Array, pin: string, signal: AbortSignal): Promise<CardSignature>;
  /**
   * Returns the card and resolves once the citizen can take it at the slot; also resolves when no
   * card is inside. The session calls it at the end of every session, possibly twice.
   */
  eject(): Promise<void>;
  /**
   * Resolves once the ejected card is taken; also resolves when no card is at the slot. Rejects when
   * the signal aborts.
   */
  awaitTaken(signal: AbortSignal): Promise<void>;
  /**
   * Draws in the ejected card that the citizen left, and keeps it where no one but the staff can
   * take it. Resolves to whether there was one. Rejects when the device cannot do this.
   */
  retract(): Promise<boolean>;
  /**
   * Calls the listener once for each card that was taken out by force, before the calls in progress
   * reject. An ejected card is not reported.
   *
   * @returns a function that removes the listener.
   */
  onRemoved(listener: () => void): () => void;
}

/** Checks that a reader returned a certificate: what a device returns is not trusted. */
export function isCertificate(value: unknown): value is CardCertificate {
  const { certificate, triesLeft } = Object(value);
  return certificate instanceof Uint8Array && certificate.length > 0 && isCount(triesLeft);
}

/** Checks that a reader returned the result of a signature. */
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
