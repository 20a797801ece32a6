import type { SelfInfoError } from '../foundation/errors.js';

/** Counts of one client in this process: frozen plain data for metrics. */
export interface ClientStats {
  /** Calls that run now and count towards `maxConcurrent`. */
  readonly callsInFlight: number;
  /** Consents that this client has begun since it was created. */
  readonly consentsBegun: number;
  /**
   * Consents that this client has begun, that have not expired, and whose callback did not come to
   * this client. One that another process completes counts until it expires.
   */
  readonly consentsPending: number;
  /**
   * Retrievals that this client has requested, that have not expired, whose answer it has not
   * collected, and for which no call waits now. One that another process collects counts until it
   * expires. Counts at most the last 100,000.
   */
  readonly retrievalsParked: number;
  /** Entries in the store; undefined where the store has no `countEntries`. */
  readonly storeEntries: number | undefined;
}

/** What {@link ClientOperations.check} found of one part. */
export interface CheckedPart {
  readonly ok: boolean;
  /** Set unless `ok`. */
  readonly error?: SelfInfoError;
}

/**
 * What {@link ClientOperations.check} found: frozen data without a key, host name or personal value.
 */
export interface ClientCheck {
  /** Whether every part is ok. */
  readonly ok: boolean;
  /** ISO 8601 at +09:00 by the client's clock, the time at which the check began. */
  readonly at: string;
  /**
   * The client certificate by the client's clock. `notAfter`: ISO 8601 at +09:00; left out without a
   * certificate.
   */
  readonly credential: CheckedPart & { readonly notAfter?: string };
  /**
   * Whether the calendar covers now: `from` (inclusive) to `to` (exclusive). From `officialUntil` on
   * its holidays are computed, not announced: update this package before. ISO 8601 at +09:00; left
   * out where the calendar cannot be read.
   */
  readonly calendar: CheckedPart & {
    readonly from?: string;
    readonly to?: string;
    readonly officialUntil?: string;
  };
  /** The store: an entry of its own kind was put, read, taken and deleted. */
  readonly store: CheckedPart;
  /**
   * The TLS handshake with the portal, or with the gateway, under the current client certificate.
   * `skipped`: true with an injected `fetch`, which has no handshake.
   */
  readonly portal: CheckedPart & { readonly skipped?: true };
}

/** The methods for operators: metrics and readiness. */
export interface ClientOperations {
  /**
   * Returns counts of this client for metrics. Sends nothing, and works after `close` too.
   *
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * const gauge = (client: SelfInfoClient) =>
   *   `selfinfo_calls_in_flight ${client.stats().callsInFlight}\n`;
   * ```
   */
  stats(): ClientStats;
  /**
   * Checks whether this client could serve a citizen now: certificate, calendar, store and portal,
   * all at once, within about ten seconds. Sends no request to the portal, needs no consent, and does
   * not count towards `maxConcurrent`.
   *
   * The portal's part opens and closes a connection. It finds a client certificate that the server
   * rejects by an alert or by closing. It does not find one that a gateway rejects in response to a
   * request (HTTP 400, 495, 496).
   *
   * @param options - `signal` aborts the check.
   * @returns what it found. A part that failed does not throw.
   * @throws SelfInfoError `client_closed`, `aborted`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * async function readiness(client: SelfInfoClient) {
   *   const check = await client.check();
   *   // A portal that is down is no reason to take every instance out of service.
   *   const ready = check.credential.ok && check.store.ok;
   *   return Response.json(check, { status: ready ? 200 : 503 });
   * }
   * ```
   */
  check(options?: { readonly signal?: AbortSignal }): Promise<ClientCheck>;
}
