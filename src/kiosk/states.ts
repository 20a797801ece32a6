import type { Availability } from '../client/availability.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { Answer } from '../query/answer.js';
import type { KioskItem, KioskReceipt } from './receipt.js';

/** Action of the citizen, or of a program that acts for them. */
export type KioskAction =
  | 'begin'
  | 'choose'
  | 'back'
  | 'agree'
  | 'refuse'
  | 'enterPin'
  | 'extend'
  | 'cancel';

/** Service as the screens show it. */
export interface KioskMenuEntry {
  /** Service id of the registration. */
  readonly id: string;
  readonly name: string;
  /** Who receives the information. */
  readonly provider: string;
  readonly purpose: { readonly id: string; readonly text: string };
  /** The items to fetch, by key. */
  readonly items: Readonly<Record<string, KioskItem>>;
  readonly retention: { readonly days: number };
  /**
   * Whether the calendar allows a fetch of these items now and for the next ten minutes, with
   * causes and the next opening.
   */
  readonly availability: Availability;
}

/** Part that failed. */
export type KioskPart = 'reader' | 'authorizer' | 'listener';

/** Outcome of a session. All except `provided` have discarded what was fetched. */
export type KioskOutcome =
  /** The citizen agreed twice and the portal knows: `answer` holds the information. */
  | {
      readonly status: 'provided';
      readonly answer: Answer;
      /** Returns the receipt (明細票). A method, so that no log prints it. */
      receipt(): KioskReceipt;
    }
  /** The citizen refused the fetch (`first`) or the provision (`second`). */
  | { readonly status: 'refused'; readonly consent: 'first' | 'second' }
  | { readonly status: 'cancelled' }
  /** The citizen did nothing until the time of the state was over. */
  | { readonly status: 'idle' }
  /** Too many wrong PINs, now or earlier. */
  | { readonly status: 'card-locked' }
  | { readonly status: 'certificate-expired' | 'certificate-revoked' | 'certificate-refused' }
  | { readonly status: 'card-removed' }
  /** The card inside is not the one that was read first. */
  | { readonly status: 'card-swapped' }
  /** A part threw, did not respond in time, or returned an invalid value. */
  | { readonly status: 'failed'; readonly part: KioskPart };

interface ServiceScreen {
  readonly service: KioskMenuEntry;
}

interface PinScreen extends ServiceScreen {
  /** Wrong PINs that the card still accepts. */
  readonly triesLeft: number;
  /** Whether the last PIN was wrong. */
  readonly wrongPin: boolean;
}

interface CardScreen<Held extends boolean> {
  readonly outcome: KioskOutcome;
  /**
   * Whether the machine has, or may have, the citizen's card inside or at its slot. Only then ask
   * them to take it.
   */
  readonly cardHeld: Held;
}

/** State of a session: what the screen shows, without secrets. `at` names it. */
export type KioskState =
  /** The button 「マイナポータルからの情報提出」 (figure 3.3-1). */
  | { readonly at: 'start' }
  /** The choice of the service (figure 3.3-2). */
  | { readonly at: 'menu'; readonly services: readonly KioskMenuEntry[] }
  /** The chosen service is closed now: `service.availability` says why, and until when. */
  | ({ readonly at: 'unavailable' } & ServiceScreen)
  /** The first consent (figure 3.3-3). */
  | ({ readonly at: 'first-consent' } & ServiceScreen)
  /** The session opens the transaction at the portal; the slot is still shut. */
  | ({ readonly at: 'connecting' } & ServiceScreen)
  /** The slot is open: please insert the card (figure 3.3-4). */
  | ({ readonly at: 'card-in' } & ServiceScreen)
  | ({ readonly at: 'reading-card' } & ServiceScreen)
  /** The PIN for the identity check (figure 3.3-4). */
  | ({ readonly at: 'identity-pin' } & PinScreen)
  | ({ readonly at: 'identity-check' } & ServiceScreen)
  /** The PIN for the fetch (figure 3.3-5). */
  | ({ readonly at: 'fetch-pin' } & PinScreen)
  | ({ readonly at: 'fetching' } & ServiceScreen)
  /** The fetch is complete: the consent to provide (figure 3.3-6). */
  | ({ readonly at: 'second-consent'; readonly terms: ConsentTerms } & ServiceScreen)
  | ({ readonly at: 'providing' } & ServiceScreen)
  /** The outcome is decided, and the reader returns the card if it holds one. */
  | ({ readonly at: 'card-out' } & CardScreen<boolean>)
  /**
   * The card is at the slot: please take it. With the outcome `provided` this is the screen of figure
   * 3.3-7.
   */
  | ({ readonly at: 'take-card' } & CardScreen<true>)
  /** The citizen left the card, so the reader draws it back in. */
  | ({ readonly at: 'retracting-card' } & CardScreen<true>)
  /** The session is over and the citizen has their card. */
  | ({ readonly at: 'ended' } & CardScreen<false>)
  /** The session is over and the machine keeps the card that the citizen left. */
  | ({ readonly at: 'card-forgotten' } & CardScreen<true>)
  /**
   * The session is over, but the reader failed to return the card or to say where it is. Without a
   * card held, only the reader failed.
   */
  | ({ readonly at: 'card-jammed' } & CardScreen<boolean>);

/** Name of a state. */
export type KioskPlace = KioskState['at'];

/** State in which a session ends. */
export type KioskEnd = Extract<
  KioskState,
  { readonly at: 'ended' | 'card-forgotten' | 'card-jammed' }
>;

/** Cause of a transition: an action, or an event of reader, authorizer or clock. */
export type KioskCause =
  | KioskAction
  | 'connected'
  | 'card-held'
  | 'card-read'
  | 'card-refused'
  | 'card-removed'
  | 'card-swapped'
  | 'card-locked'
  | 'wrong-pin'
  | 'identified'
  | 'fetched'
  | 'provided'
  | 'idle-soon'
  | 'idle'
  | 'failed'
  | 'slot-empty'
  | 'card-returned'
  | 'card-taken'
  | 'card-kept'
  | 'card-stuck';

/**
 * Event that `onEvent` receives for every transition, and for `idle-soon` and `extend`, which leave
 * the state as it is. It contains no PIN, and nothing of the answer that a log could show.
 */
export interface KioskEvent {
  /** ISO 8601 at +09:00. */
  readonly time: string;
  readonly cause: KioskCause;
  readonly from: KioskPlace;
  readonly state: KioskState;
  /** The option `terminalId`. */
  readonly terminalId?: string;
  /** UUID of the transaction at the portal, from the first consent on. */
  readonly transactionId?: string;
  /** Milliseconds until the time of the state is over. Only with the cause `idle-soon`. */
  readonly remainingMs?: number;
}
