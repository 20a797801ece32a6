import type { Clock } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Credentials } from '../oauth/client-auth.js';

/** Creates the credentials of a token request. */
type Authenticate = (scope: Scope) => Promise<Credentials>;

/** One callback that is being validated. */
export interface Visit {
  /** Returns credentials for the token request, the same for all callbacks of a transaction. */
  sign(authenticate: Authenticate, scope: Scope): Promise<Credentials>;
  /** Drops the credentials, so that the next callback gets new ones. */
  forget(): void;
  /** Ends the visit. */
  leave(): void;
}

/** What concurrent callbacks of one transaction share. */
interface Shared {
  visits: number;
  credentials?: Promise<Credentials> | undefined;
}

/** Opens the visit of a callback, by the key of its transaction. */
export type OpenVisit = (key: string) => Visit;

/**
 * Lets concurrent callbacks of one transaction share one signature: only one of them takes the
 * transaction, and a key service may be slow, limited or paid by the call.
 */
export function createSharedSigning(clock: Clock): OpenVisit {
  const open = new Map<string, Shared>();

  async function sign(
    shared: Shared,
    authenticate: Authenticate,
    scope: Scope,
  ): Promise<Credentials> {
    while (shared.credentials !== undefined) {
      const given = shared.credentials;
      try {
        return await withinScope(scope, clock, Number.POSITIVE_INFINITY, () => given);
      } catch (error) {
        // Another caller left while the service was signing for it. This one still waits.
        if (!isSelfInfoError(error, 'aborted') || scope.signal.aborted) throw error;
        if (shared.credentials === given) shared.credentials = undefined;
      }
    }
    const own = authenticate(scope);
    shared.credentials = own;
    try {
      return await own;
    } catch (error) {
      if (shared.credentials === own) shared.credentials = undefined;
      throw error;
    }
  }

  return (key) => {
    const shared = open.get(key) ?? { visits: 0 };
    open.set(key, shared);
    shared.visits++;
    return {
      sign: (authenticate, scope) => sign(shared, authenticate, scope),
      forget() {
        shared.credentials = undefined;
      },
      leave() {
        if (--shared.visits === 0) open.delete(key);
      },
    };
  };
}
