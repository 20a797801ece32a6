import { readKeys } from '../foundation/options.js';
import { ONCE } from '../foundation/own.js';
import type { CardCertificate, CardReader, CardSignature } from './reader.js';

/** Invented card that responds as a chip does. `createSandboxKiosk` makes some for its personas. */
export interface SimulatedCard {
  /** Returns what the card shows without a PIN. */
  read(): CardCertificate;
  /** Signs a challenge if the PIN is right, and counts the wrong PINs. */
  sign(challenge: Uint8Array, pin: string): CardSignature;
}

/** Options of {@link createSimulatedReader}. */
export interface SimulatedReaderOptions {
  /**
   * Whether the citizen takes an ejected card at once. Otherwise it stays at the slot until `take`.
   * Default: true.
   */
  readonly takesAtOnce?: boolean;
}

/** Card reader without a device, for tests and demos. */
export interface SimulatedReader extends CardReader {
  /** Holds a card to the slot. The reader draws it in as soon as the slot is open. */
  present(card: SimulatedCard): void;
  /** Takes out by force the card that is inside or at the slot. */
  pull(): void;
  /** Takes the ejected card at the slot. */
  take(): void;
  /** Jams the reader: from now on it neither ejects nor retracts a card. */
  jam(): void;
  /** Replaces the card inside by another, so fast that the reader does not notice. */
  swap(card: SimulatedCard): void;
  /** Whether a card is inside. */
  readonly holds: boolean;
  /** Whether an ejected card is at the slot. */
  readonly offers: boolean;
}

/**
 * Creates a card reader without a device. It passes `cardReaderSuite`.
 *
 * @param options - `takesAtOnce`.
 * @throws SelfInfoError `unknown_option`; TypeError for a wrong type.
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
export function createSimulatedReader(options: SimulatedReaderOptions = {}): SimulatedReader {
  const { takesAtOnce = true } = readKeys(options, 'options', {
    takesAtOnce: true,
  } satisfies Record<keyof SimulatedReaderOptions, true>);
  const slot = createSlot();
  const mouth = createMouth();
  let isJammed = false;
  const checkMoves = () => {
    if (isJammed) throw new Error('The card is jammed.');
  };
  const listeners = new Set<{ readonly notify: () => void }>();
  return {
    insert: slot.insert,
    readCertificate: async () => slot.held().read(),
    sign: async (challenge, pin) => slot.held().sign(challenge, pin),
    async eject() {
      checkMoves();
      if (slot.empty() && !takesAtOnce) mouth.offer();
    },
    awaitTaken: mouth.awaitTaken,
    async retract() {
      checkMoves();
      return mouth.take();
    },
    onRemoved(notify) {
      // Wrapped in an object, so that a function that listens twice is called twice.
      const listener = { notify };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    present: slot.present,
    pull() {
      slot.withdraw();
      if (slot.empty()) for (const { notify } of [...listeners]) notify();
    },
    take: () => void mouth.take(),
    jam() {
      isJammed = true;
    },
    swap: slot.swap,
    get holds() {
      return slot.holds();
    },
    get offers() {
      return mouth.offers();
    },
  };
}

/** Creates the place where an ejected card waits to be taken. */
function createMouth() {
  let isOffered = false;
  const waiting = new Set<() => void>();
  return {
    offers: () => isOffered,
    offer() {
      isOffered = true;
    },
    /** Removes the card; returns false when there was none. */
    take() {
      const wasOffered = isOffered;
      isOffered = false;
      for (const resolve of [...waiting]) resolve();
      return wasOffered;
    },
    awaitTaken: (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.throwIfAborted();
        if (!isOffered) return resolve();
        const settle = (done: () => void) => () => {
          waiting.delete(taken);
          signal.removeEventListener('abort', aborted);
          done();
        };
        const taken = settle(resolve);
        const aborted = settle(() => reject(signal.reason));
        waiting.add(taken);
        signal.addEventListener('abort', aborted, ONCE);
      }),
  };
}

/** Creates a slot that draws in the card in front of it as soon as it is open. */
function createSlot() {
  let presented: SimulatedCard | undefined;
  let inside: SimulatedCard | undefined;
  let takeIn: (() => void) | undefined;

  function drawIn(): void {
    if (takeIn === undefined || presented === undefined) return;
    inside = presented;
    presented = undefined;
    takeIn();
  }

  function held(): SimulatedCard {
    if (inside === undefined) throw new Error('No card is inside.');
    return inside;
  }

  return {
    insert: (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.throwIfAborted();
        if (inside !== undefined || takeIn !== undefined) throw new Error('The slot is in use.');
        const shut = () => {
          takeIn = undefined;
          reject(signal.reason);
        };
        takeIn = () => {
          takeIn = undefined;
          signal.removeEventListener('abort', shut);
          resolve();
        };
        signal.addEventListener('abort', shut, ONCE);
        drawIn();
      }),
    held,
    holds: () => inside !== undefined,
    /** Removes the card inside; returns false when the slot was empty. */
    empty() {
      const wasInside = inside !== undefined;
      inside = undefined;
      return wasInside;
    },
    present(card: SimulatedCard) {
      presented = card;
      drawIn();
    },
    withdraw() {
      presented = undefined;
    },
    swap(card: SimulatedCard) {
      held();
      inside = card;
    },
  };
}
