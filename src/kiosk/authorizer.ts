import type { Inquiry } from '../service/inquiry.js';
import type { WireResult } from '../wire/messages.js';

/**
 * A step that the citizen proves with card and PIN: who they are (figure 3.3-4), and that they want
 * the fetch (figure 3.3-5).
 */
export type KioskStep = 'identity' | 'fetch';

/** Reason why the portal does not accept a card's certificate or signature. */
export type CardRefusal = 'expired' | 'revoked' | 'not-accepted';

/** Refusal of a card, the same at every step. */
export interface KioskRefusal {
  readonly status: 'refused';
  readonly reason: CardRefusal;
}

/** A card's certificate, and its signature over the challenge of a step. */
export interface CardProof {
  readonly certificate: Uint8Array;
  readonly signature: Uint8Array;
}

/** What the citizen agreed to at figure 3.3-3, in the form that the portal receives. */
export interface KioskRequest {
  /** UUID of this session's transaction. */
  readonly transactionId: string;
  /** Service id of the registration. */
  readonly serviceId: string;
  /** Item codes to fetch, each with its inquiry. */
  readonly items: readonly { readonly code: string; readonly inquiry: Inquiry }[];
  /** When the citizen agreed: ISO 8601 at +09:00. */
  readonly consentedAt: string;
}

/** One citizen's transaction at the portal, from the first consent to `provide` or `discard`. */
export interface KioskTransaction {
  /**
   * Validates a certificate and returns the bytes that its card must sign for a step. The session
   * calls it before it asks for the PIN of that step.
   */
  challenge(
    step: KioskStep,
    certificate: Uint8Array,
    signal: AbortSignal,
  ): Promise<KioskRefusal | { readonly status: 'challenge'; readonly challenge: Uint8Array }>;
  /** Checks the identity (本人確認). */
  identify(
    proof: CardProof,
    signal: AbortSignal,
  ): Promise<KioskRefusal | { readonly status: 'identified' }>;
  /**
   * Fetches the self-information and resolves once it is complete, all waiting included. None of it
   * may leave the process before the second consent. The session copies the result: one that is not
   * `done`, or not of this form, ends it as `failed`.
   */
  fetch(
    proof: CardProof,
    signal: AbortSignal,
  ): Promise<KioskRefusal | { readonly status: 'fetched'; readonly result: WireResult }>;
  /** Reports that the citizen agreed to provide the fetched information (figure 3.3-6). */
  provide(signal: AbortSignal): Promise<void>;
  /**
   * Deletes the transaction and what was fetched. The session calls it at every end except
   * `provided`, at any moment, and never after `provide` succeeded.
   */
  discard(): Promise<void>;
}

/**
 * Adapter to the kiosk edition of the portal. Its endpoints are not public, so the operator who has
 * the specification implements this interface.
 *
 * An error that it throws ends the session as `failed`; the session keeps nothing of the error. The
 * sandbox provides an implementation: `createSandboxKiosk`.
 *
 * @example
 * ```ts
 * import type { KioskAuthorizer } from 'myna-selfinfo/kiosk';
 * const closed: KioskAuthorizer = { begin: () => Promise.reject(new Error('not connected')) };
 * ```
 */
export interface KioskAuthorizer {
  /** Opens a transaction after the first consent, before the session asks for the card. */
  begin(request: KioskRequest, signal: AbortSignal): Promise<KioskTransaction>;
}
