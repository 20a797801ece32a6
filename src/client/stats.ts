import type { ClientContext } from './context.js';
import type { ClientStats } from './operations.js';

/** Counts what one client is doing. Also works after `close`. */
export function stats({
  calls,
  consents,
  retrievals,
  collecting,
  store,
}: ClientContext): ClientStats {
  return Object.freeze({
    callsInFlight: calls.inFlight(),
    consentsBegun: consents.begun(),
    consentsPending: consents.open(),
    retrievalsParked: retrievals.open((id) => collecting.has(id)),
    storeEntries: store.countEntries(),
  });
}
