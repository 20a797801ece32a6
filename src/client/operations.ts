import type { SelfInfoError } from '../foundation/errors.js';

/** Counts of one client in this process: frozen plain data for metrics. */
export interface ClientStats {
  /** Calls that are running and count towards `maxConcurrent`. */
  readonly callsInFlight: number;
  /** Consents that this client has begun since it was created. */
  readonly consentsBegun: number;
  /**
   * Consents that this client has begun, that have not expired, and whose callback has not come to
   * this client. A consent that another process completes counts until it expires.
   */
  readonly consentsPending: number;
  /**
   * Retrievals that this client has requested, that have not expired, whose answer it has not
   * collected, and for which no call waits now. A retrieval that another process collects counts
   * until it expires. Counts at most the last 100,000.
   */
  readonly retrievalsParked: number;
  /** Entries in the store; undefined if the store has no `countEntries`. */
  readonly storeEntries: number | undefined;
}

/** Result of {@link ClientOperations.check} for one part. */
export interface CheckedPart {
  readonly ok: boolean;
  /** Set unless `ok`. */
  readonly error?: SelfInfoError;
}

/**
 * Result of {@link ClientOperations.check}: frozen data without a key, host name or personal value.
 */
export interface ClientCheck {
  /** Whether every part is ok. */
  readonly ok: boolean;
  /** When the check began: ISO 8601 at +09:00 by the client's clock. */
  readonly at: string;
  /**
   * Whether the client certificate is valid by the client's clock. `notAfter`: ISO 8601 at +09:00;
   * left out without a certificate.
   */
  readonly credential: CheckedPart & { readonly notAfter?: string };
  /**
   * Whether the calendar covers the current time: `from` (inclusive) to `to` (exclusive). From
   * `officialUntil` on, its holidays are computed, not announced: update this package before then.
   * ISO 8601 at +09:00; left out if the calendar cannot be read.
   */
  readonly calendar: CheckedPart & {
    readonly from?: string;
    readonly to?: string;
    readonly officialUntil?: string;
  };
  /** Whether a test entry could be put, read, taken and deleted in the store. */
  readonly store: CheckedPart;
  /**
   * The TLS handshake with the portal, or with the gateway, with the current client certificate.
   * `skipped`: true with an injected `fetch`, which has no handshake.
   */
  readonly portal: CheckedPart & { readonly skipped?: true };
}

/** Methods for operators: metrics and readiness. */
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
   * in parallel, within about ten seconds. Sends no request to the portal, needs no consent, and does
   * not count towards `maxConcurrent`.
   *
   * The portal's part opens and closes a connection. It finds a client certificate that the server
   * rejects by an alert or by closing the connection. It does not find one that a gateway rejects in
   * response to a request (HTTP 400, 495, 496).
   *
   * @param options - `signal` aborts the check.
   * @returns the result of each part. A part that fails is reported, not thrown.
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
