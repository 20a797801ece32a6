import { dayOf, dayStart, formatInstant } from '../foundation/time.js';
import type { Service } from '../service/service.js';

/**
 * What the service declared and the citizen was asked to consent to, as plain JSON. Grant,
 * retrieval and answer carry it.
 *
 * The portal does not assert it, and it does not say whose data it is.
 */
export interface ConsentTerms {
  readonly transactionId: string;
  /** The service id that was sent as `client_id`. */
  readonly serviceId: string;
  /** The keys of the service's items. */
  readonly items: readonly string[];
  readonly purpose: { readonly id: string; readonly text: string };
  /** The version of the text that the citizen was shown, if `beginConsent` got it. */
  readonly textVersion?: string;
  /** ISO 8601 at +09:00. */
  readonly grantedAt: string;
  /**
   * ISO 8601 at +09:00: the JST midnight that ends the last day of the consented period (guideline
   * 4.2).
   */
  readonly keepUntil: string;
}

/** Returns the terms of a consent that is granted at an instant (epoch milliseconds). */
export function termsOf(
  service: Service,
  serviceId: string,
  transactionId: string,
  grantedAtMs: number,
  textVersion?: string,
): ConsentTerms {
  return Object.freeze({
    transactionId,
    serviceId,
    items: Object.freeze(Object.keys(service.items)),
    purpose: service.purpose,
    ...(textVersion !== undefined && { textVersion }),
    grantedAt: formatInstant(grantedAtMs),
    keepUntil: formatInstant(dayStart(dayOf(grantedAtMs) + service.retention.days + 1)),
  });
}
