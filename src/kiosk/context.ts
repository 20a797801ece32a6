import type { ConsentTerms } from '../oauth/terms.js';
import type { Answer } from '../query/answer.js';
import type { KioskTransaction } from './authorizer.js';
import type { CheckedKioskOptions, OfferedService } from './options.js';
import type { KioskEnd, KioskPart, KioskState } from './states.js';

/** Options and mutable state of one session, shared by the functions of its steps. */
export interface SessionContext extends CheckedKioskOptions {
  state: KioskState;
  /** Aborts when the session leaves the current state. */
  stay: AbortController;
  /** Aborts when the time of the current state stops. */
  idle: AbortController;
  /** Called when the citizen has left the card at the slot. */
  onIdle: (() => void) | undefined;
  /** The part that the session waits for; the outcome names it when the wait fails. */
  awaited: KioskPart;
  chosen: OfferedService | undefined;
  terms: ConsentTerms | undefined;
  /** From the first consent to the end, for events. */
  transactionId: string | undefined;
  transaction: KioskTransaction | undefined;
  /** Certificate of the card that was read first. */
  certificate: Uint8Array | undefined;
  /** Bytes that the card signs with the next PIN. */
  challenge: Uint8Array | undefined;
  answer: Answer | undefined;
  /** Settles when the slot accepts no card any more, with whether a card is inside. */
  slot: Promise<boolean>;
  /** Removes the listener for removed cards. */
  stopListening: () => void;
  /** Resolves when the session is over. */
  readonly ended: Promise<KioskEnd>;
  readonly resolveEnded: (end: KioskEnd) => void;
}

/** Creates the context of a session that is at the button of figure 3.3-1. */
export function createContext(options: CheckedKioskOptions): SessionContext {
  let resolveEnded: (end: KioskEnd) => void = () => {};
  const ended = new Promise<KioskEnd>((resolve) => {
    resolveEnded = resolve;
  });
  return {
    ...options,
    state: Object.freeze({ at: 'start' }),
    stay: new AbortController(),
    idle: new AbortController(),
    onIdle: undefined,
    awaited: 'reader',
    chosen: undefined,
    terms: undefined,
    transactionId: undefined,
    transaction: undefined,
    certificate: undefined,
    challenge: undefined,
    answer: undefined,
    slot: Promise.resolve(false),
    stopListening: () => {},
    ended,
    resolveEnded,
  };
}
