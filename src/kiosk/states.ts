import type { DetailId } from '../catalog/details.js';
import type { Availability } from '../client/availability.js';
import type { ConsentTerms } from '../oauth/consent.js';
import type { Answer } from '../query/answer.js';

/** What the citizen, or whoever stands for them, may do. */
export type KioskAction = 'begin' | 'choose' | 'back' | 'agree' | 'refuse' | 'enterPin' | 'cancel';

/** A service as the screens show it. */
export interface KioskMenuEntry {
  /** The service id. */
  readonly id: string;
  readonly name: string;
  readonly purpose: { readonly id: string; readonly text: string };
  /** What is asked: the detail of each item, by the item's key. */
  readonly items: Readonly<Record<string, DetailId>>;
  readonly retention: { readonly days: number };
  /**
   * Whether the asked items can be had now and for the next ten minutes, by the calendar; with the
   * causes and the next opening.
   */
  readonly availability: Availability;
}

/** Which part did not do what it promised. */
export type KioskPart = 'reader' | 'authorizer' | 'listener';

/** How a session came out. All but `provided` have discarded what was fetched. */
export type KioskOutcome =
  /** Agreed twice, and told to the portal: here is the answer. */
  | { readonly status: 'provided'; readonly answer: Answer }
  /** The citizen said no, to the fetch or to the handing over. */
  | { readonly status: 'refused'; readonly consent: 'first' | 'second' }
  | { readonly status: 'cancelled' }
  /** Nobody did anything for `idleMs`. */
  | { readonly status: 'idle' }
  /** Too many wrong PINs, now or earlier. */
  | { readonly status: 'card-locked' }
  | { readonly status: 'certificate-expired' | 'certificate-revoked' | 'certificate-refused' }
  | { readonly status: 'card-removed' }
  /** Another card than the one that was read first. */
  | { readonly status: 'card-swapped' }
  /** A part threw, hung for `idleMs`, or answered with nonsense. */
  | { readonly status: 'failed'; readonly part: KioskPart };

interface Chosen {
  readonly service: KioskMenuEntry;
}

interface PinScreen extends Chosen {
  /** How many wrong PINs the card still takes. */
  readonly triesLeft: number;
  /** Whether the last PIN was wrong. */
  readonly wrongPin: boolean;
}

/** Where a session stands, without anything secret: what the screen shows. `at` names it. */
export type KioskState =
  /** The button 「マイナポータルからの情報提出」 (figure 3.3-1). */
  | { readonly at: 'start' }
  /** The choice of the service (figure 3.3-2). */
  | { readonly at: 'menu'; readonly services: readonly KioskMenuEntry[] }
  /** The chosen service cannot be had now: `service.availability` says why, and when again. */
  | ({ readonly at: 'unavailable' } & Chosen)
  /** The first consent (figure 3.3-3). */
  | ({ readonly at: 'first-consent' } & Chosen)
  /** The portal is told; the slot is still shut. */
  | ({ readonly at: 'connecting' } & Chosen)
  /** The slot is open: please insert the card (figure 3.3-4). */
  | ({ readonly at: 'card-in' } & Chosen)
  | ({ readonly at: 'reading-card' } & Chosen)
  /** The PIN for the identity check (figure 3.3-4). */
  | ({ readonly at: 'identity-pin' } & PinScreen)
  | ({ readonly at: 'identity-check' } & Chosen)
  /** The PIN for the fetch (figure 3.3-5). */
  | ({ readonly at: 'fetch-pin' } & PinScreen)
  | ({ readonly at: 'fetching' } & Chosen)
  /** Fetched: the consent to provide (figure 3.3-6). */
  | ({ readonly at: 'second-consent'; readonly terms: ConsentTerms } & Chosen)
  | ({ readonly at: 'providing' } & Chosen)
  /**
   * It is decided how it came out, and the card is on its way out; with the outcome `provided` the
   * screen of figure 3.3-7.
   */
  | { readonly at: 'card-out'; readonly outcome: KioskOutcome }
  /** Over, the card is out. */
  | { readonly at: 'ended'; readonly outcome: KioskOutcome }
  /** Over, and the reader could not give the card back, or cannot say whether it did. */
  | { readonly at: 'attendant-needed'; readonly outcome: KioskOutcome };

/** The name of a state. */
export type KioskPlace = KioskState['at'];

/** A state that a session ends in. */
export type KioskEnd = Extract<KioskState, { readonly at: 'ended' | 'attendant-needed' }>;

/**
 * Why a session went from one state to the next: an action, or what reader, authorizer and clock
 * made of it.
 */
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
 * What `onEvent` is told of every step. It holds no PIN and nothing of the answer that a log could
 * show.
 */
export interface KioskEvent {
  /** ISO 8601 at +09:00. */
  readonly time: string;
  readonly cause: KioskCause;
  readonly from: KioskPlace;
  readonly state: KioskState;
}

const atWork = ['cancel'] as const satisfies KioskAction[];

/**
 * Which actions each state takes; every other one is the error `kiosk_action_refused` and changes
 * nothing.
 *
 * Once it is decided how a session came out, `cancel` is taken and does nothing: a button that is
 * pressed late is no mistake.
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
  connecting: atWork,
  'card-in': atWork,
  'reading-card': atWork,
  'identity-pin': ['enterPin', 'cancel'],
  'identity-check': atWork,
  'fetch-pin': ['enterPin', 'cancel'],
  fetching: atWork,
  'second-consent': ['agree', 'refuse', 'cancel'],
  providing: atWork,
  'card-out': atWork,
  ended: atWork,
  'attendant-needed': atWork,
} as const satisfies Record<KioskPlace, readonly KioskAction[]>;
