import { X509Certificate } from 'node:crypto';
import type { Clock } from '../foundation/clock.js';
import { DAY_MS, dayOf, formatInstant } from '../foundation/time.js';

/** Emits an event when the client certificate is about to expire, or has expired. */
export interface CertificateWatch {
  /** Watches this certificate (PEM) from now on. */
  readonly watch: (pem: string | undefined) => void;
  /** Emits the event if it is due: once a JST day, because a single log line gets lost. */
  readonly check: () => void;
}

const WARNING_MS = 30 * DAY_MS;

/** Creates a watch without a certificate. */
export function createCertificateWatch(
  clock: Clock,
  isListened: () => boolean,
  emit: (make: () => object) => void,
): CertificateWatch {
  let watched: { readonly pem: string; notAfter?: number; emittedOn?: number } | undefined;
  function check(): void {
    if (watched === undefined || !isListened()) return;
    const now = clock.now();
    if (watched.emittedOn === dayOf(now)) return;
    watched.emittedOn = dayOf(now);
    watched.notAfter ??= Date.parse(new X509Certificate(watched.pem).validTo);
    const { notAfter } = watched;
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
