import type { CardCertificate, CardReader, CardSignature } from './reader.js';

/**
 * An invented card: it answers by itself, as a chip does. `createSandboxKiosk` makes some for the
 * sandbox's citizens.
 */
export interface SimulatedCard {
  /** What it shows without a PIN. */
  read(): CardCertificate;
  /** What it makes of a challenge and a PIN, counting the wrong ones. */
  sign(challenge: Uint8Array, pin: string): CardSignature;
}

/** A card reader without a device, for tests and demos. */
export interface SimulatedReader extends CardReader {
  /** Holds a card to the slot: it is drawn in as soon as the slot is open. */
  present(card: SimulatedCard): void;
  /** Takes out by force whatever is inside or at the slot. */
  pull(): void;
  /** Takes the card inside out and puts another in, so fast that the reader notices nothing. */
  swap(card: SimulatedCard): void;
  /** Whether a card is inside. */
  readonly holds: boolean;
}

/**
 * Makes a card reader without a device; it passes `cardReaderSuite`.
 *
 * @example
 * ```ts
 * import { createSimulatedReader } from 'myna-selfinfo/kiosk';
 * import { createSandboxKiosk } from 'myna-selfinfo/sandbox';
 * function hanakosCard(kiosk: ReturnType<typeof createSandboxKiosk>) {
 *   const reader = createSimulatedReader();
 *   reader.present(kiosk.card('hanako'));
 *   return reader;
 * }
 * ```
 */
export function createSimulatedReader(): SimulatedReader {
  let atSlot: SimulatedCard | undefined;
  let inside: SimulatedCard | undefined;
  let open: (() => void) | undefined;
  const listeners = new Set<{ readonly tell: () => void }>();

  function drawIn(): void {
    if (open === undefined || atSlot === undefined) return;
    inside = atSlot;
    atSlot = undefined;
    open();
  }

  function held(): SimulatedCard {
    if (inside === undefined) throw new Error('There is no card inside.');
    return inside;
  }

  return {
    insert: (signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (inside !== undefined || open !== undefined) throw new Error('The slot is taken.');
        const shut = () => {
          open = undefined;
          reject(signal.reason);
        };
        open = () => {
          open = undefined;
          signal.removeEventListener('abort', shut);
          resolve();
        };
        signal.addEventListener('abort', shut, { once: true });
        drawIn();
      }),
    readCertificate: async () => held().read(),
    sign: async (challenge, pin) => held().sign(challenge, pin),
    eject: async () => {
      inside = undefined;
    },
    onRemoved(tell) {
      const listener = { tell };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    present(card) {
      atSlot = card;
      drawIn();
    },
    pull() {
      const wasInside = inside !== undefined;
      inside = undefined;
      atSlot = undefined;
      if (wasInside) for (const { tell } of [...listeners]) tell();
    },
    swap(card) {
      held();
      inside = card;
    },
    get holds() {
      return inside !== undefined;
    },
  };
}
