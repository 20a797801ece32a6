import type { Availability } from '../client/availability.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { Answer } from '../query/answer.js';

/** Action of the citizen, or of a program that acts for them. */
export type KioskAction = 'begin' | 'choose' | 'back' | 'agree' | 'refuse' | 'enterPin' | 'cancel';

/** Service as the screens show it. */
export interface KioskMenuEntry {
  /** Service id of the registration. */
  readonly id: string;
  readonly name: string;
  readonly purpose: { readonly id: string; readonly text: string };
  /** The detail of each item to fetch, by the item's key. */
  readonly items: Readonly<Record<string, string>>;
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
  | { readonly status: 'provided'; readonly answer: Answer }
  /** The citizen refused the fetch (`first`) or the provision (`second`). */
  | { readonly status: 'refused'; readonly consent: 'first' | 'second' }
  | { readonly status: 'cancelled' }
  /** The citizen did nothing for `idleMs`. */
  | { readonly status: 'idle' }
  /** Too many wrong PINs, now or earlier. */
  | { readonly status: 'card-locked' }
  | { readonly status: 'certificate-expired' | 'certificate-revoked' | 'certificate-refused' }
  | { readonly status: 'card-removed' }
  /** The card inside is not the one that was read first. */
  | { readonly status: 'card-swapped' }
  /** A part threw, did not respond for `idleMs`, or returned an invalid value. */
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
  /**
   * The outcome is decided and the reader returns the card. With the outcome `provided` this is the
   * screen of figure 3.3-7.
   */
  | { readonly at: 'card-out'; readonly outcome: KioskOutcome }
  /** The session is over and the card is out. */
  | { readonly at: 'ended'; readonly outcome: KioskOutcome }
  /**
   * The session is over, but the reader could not return the card or cannot say whether it did.
   */
  | { readonly at: 'attendant-needed'; readonly outcome: KioskOutcome };

/** Name of a state. */
export type KioskPlace = KioskState['at'];

/** State in which a session ends. */
export type KioskEnd = Extract<KioskState, { readonly at: 'ended' | 'attendant-needed' }>;

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
  | 'idle'
  | 'failed'
  | 'card-returned'
  | 'card-stuck';

/**
 * Event that `onEvent` receives for every transition. It contains no PIN, and nothing of the answer
 * that a log could show.
 */
export interface KioskEvent {
  /** ISO 8601 at +09:00. */
  readonly time: string;
  readonly cause: KioskCause;
  readonly from: KioskPlace;
  readonly state: KioskState;
}

const onlyCancel = ['cancel'] as const satisfies KioskAction[];

/**
 * Actions that each state accepts. Every other action throws `kiosk_action_refused` and changes
 * nothing.
 *
 * Once the outcome is decided, `cancel` is accepted and does nothing: pressing a button late is not
 * an error.
 *
 * @example
 * ```ts
 * import { type KioskState, kioskActions } from 'myna-selfinfo/kiosk';
 * const buttons = (state: KioskState) => kioskActions[state.at];
 * ```
 */
export const kioskActions = {
  start: ['begin', 'cancel'],
  menu: ['choose', 'cancel'],
  unavailable: ['back', 'cancel'],
  'first-consent': ['agree', 'refuse', 'back', 'cancel'],
  connecting: onlyCancel,
  'card-in': onlyCancel,
  'reading-card': onlyCancel,
  'identity-pin': ['enterPin', 'cancel'],
  'identity-check': onlyCancel,
  'fetch-pin': ['enterPin', 'cancel'],
  fetching: onlyCancel,
  'second-consent': ['agree', 'refuse', 'cancel'],
  providing: onlyCancel,
  'card-out': onlyCancel,
  ended: onlyCancel,
  'attendant-needed': onlyCancel,
} as const satisfies Record<KioskPlace, readonly KioskAction[]>;

/** Returns whether the outcome of the session is decided. */
export function isDecided({ at }: KioskState): boolean {
  return at === 'card-out' || at === 'ended' || at === 'attendant-needed';
}

/** Returns whether only the citizen can move the session on, not the reader or the authorizer. */
export function waitsForCitizen({ at }: KioskState): boolean {
  return at === 'card-in' || kioskActions[at].length > 1;
}

/** Returns whether a card is inside and must stay there. */
export function holdsCard({ at }: KioskState): boolean {
  return [
    'reading-card',
    'identity-pin',
    'identity-check',
    'fetch-pin',
    'fetching',
    'second-consent',
    'providing',
  ].includes(at);
}
