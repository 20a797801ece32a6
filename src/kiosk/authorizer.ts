import type { Inquiry } from '../service/inquiry.js';
import type { WireResult } from '../wire/profile.js';

/**
 * What the citizen proves twice: who they are (figure 3.3-4), and that the fetch is their will
 * (figure 3.3-5).
 */
export type KioskStep = 'identity' | 'fetch';

/** Why a card's certificate or signature is not accepted. */
export type CardRefusal = 'expired' | 'revoked' | 'not-accepted';

/** A refusal, the same at every step. */
export interface KioskRefusal {
  readonly status: 'refused';
  readonly reason: CardRefusal;
}

/** What a card made of the challenge of a step. */
export interface CardProof {
  readonly certificate: Uint8Array;
  readonly signature: Uint8Array;
}

/** What the citizen agreed to at figure 3.3-3, as the portal is told. */
export interface KioskRequest {
  /** Of this session, a UUID. */
  readonly transactionId: string;
  /** The service id of the registration. */
  readonly serviceId: string;
  /** What is to be asked: item codes and their inquiries. */
  readonly items: readonly { readonly code: string; readonly inquiry: Inquiry }[];
  /** When the citizen agreed: ISO 8601 at +09:00. */
  readonly consentedAt: string;
}

/** One citizen's way at the portal, from the first consent to `provide` or `discard`. */
export interface KioskTransaction {
  /**
   * Judges a certificate and gives the bytes that its card is to sign for a step; asked before the
   * PIN of that step is.
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
   * Fetches the self-information, all waiting included. Nothing of it may leave the process: the
   * second consent is still to come.
   */
  fetch(
    proof: CardProof,
    signal: AbortSignal,
  ): Promise<KioskRefusal | { readonly status: 'fetched'; readonly result: WireResult }>;
  /** Tells that the citizen agreed to provide what was fetched (figure 3.3-6). */
  provide(signal: AbortSignal): Promise<void>;
  /**
   * Forgets the transaction and what was fetched; called at every end but a provided one, at any
   * moment, and never after `provide` succeeded.
   */
  discard(): Promise<void>;
}

/**
 * The port behind which the wire of the kiosk edition lives: its endpoints are not public, so that
 * whoever has the specification writes this.
 *
 * What it throws ends the session as `failed`, and nothing of the error is kept. The sandbox has
 * one: `createSandboxKiosk`.
 *
 * @example
 * ```ts
 * import type { KioskAuthorizer } from 'myna-selfinfo/kiosk';
 * const closed: KioskAuthorizer = { begin: () => Promise.reject(new Error('not connected')) };
 * ```
 */
export interface KioskAuthorizer {
  /** Opens a transaction after the first consent, before the card is asked for. */
  begin(request: KioskRequest, signal: AbortSignal): Promise<KioskTransaction>;
}
