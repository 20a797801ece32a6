import { X509Certificate } from 'node:crypto';
import type { Clock } from '../foundation/clock.js';
import { DAY_MS, dayOf, formatInstant } from '../foundation/time.js';

/**
 * Emits an event when the client certificate is about to expire, has expired, or is not meant for
 * clients.
 */
export interface CertificateWatch {
  /** Watches this certificate (PEM) from now on. */
  readonly watch: (pem: string | undefined) => void;
  /** Emits the event if it is due: once a JST day, because a single log line gets lost. */
  readonly check: () => void;
}

/** What the events need to know of a certificate. */
interface CertificateFacts {
  readonly notAfter: number;
  readonly isForClients: boolean;
}

const WARNING_MS = 30 * DAY_MS;
// Client authentication, and any usage (RFC 5280, section 4.2.1.12).
const CLIENT_USAGES = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

function factsOf(pem: string): CertificateFacts {
  // Node calls the extended key usage so. Without that extension every usage is allowed.
  const { validTo, keyUsage } = new X509Certificate(pem);
  const usages = keyUsage as readonly string[] | undefined;
  return {
    notAfter: Date.parse(validTo),
    isForClients: usages === undefined || CLIENT_USAGES.some((usage) => usages.includes(usage)),
  };
}

/** Creates a watch without a certificate. */
export function createCertificateWatch(
  clock: Clock,
  isListened: () => boolean,
  emit: (make: () => object) => void,
): CertificateWatch {
  let watched: { readonly pem: string; facts?: CertificateFacts; emittedOn?: number } | undefined;
  function check(): void {
    if (watched === undefined || !isListened()) return;
    const now = clock.now();
    if (watched.emittedOn === dayOf(now)) return;
    watched.emittedOn = dayOf(now);
    watched.facts ??= factsOf(watched.pem);
    const { notAfter, isForClients } = watched.facts;
    if (!isForClients) emit(() => ({ type: 'certificate_not_for_clients' }));
    if (now < notAfter - WARNING_MS) return;
    emit(() => ({
      type: now > notAfter ? 'certificate_expired' : 'certificate_expiring',
      notAfter: formatInstant(notAfter),
    }));
  }
  return {
    check,
    watch(pem) {
      watched = pem === undefined ? undefined : { pem };
      check();
    },
  };
}
