import type { Calendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Clock } from '../foundation/clock.js';
import type { Instant } from '../foundation/time.js';
import type { Egress } from '../net/egress.js';
import type { FetchLike } from '../net/http.js';
import type { TlsCredential } from '../net/tls.js';
import type { CallbackRequest } from '../oauth/callback-request.js';
import type { ClientAuth } from '../oauth/client-auth.js';
import type { Progress, Retrieval } from '../query/types.js';
import type { Inquiry } from '../service/inquiry.js';
import type { CheckedInquiry, InquiriesByItem } from '../service/inquiry-rules.js';
import type { Service } from '../service/service.js';
import type { ShapeRecorder } from '../shapes/recorder.js';
import type { Store } from '../stores/store.js';
import type { Environment } from '../wire/environment.js';
import type { Availability } from './availability.js';
import type { DeliverySignals } from './delivery.js';
import type { ClientEvent } from './events.js';
import type { ClientOperations } from './operations.js';
import type { Collected, ConsentOutcome, Grant } from './outcomes.js';

/** The session of a consent, and how to abort the call. */
export interface ConsentOptions {
  /**
   * A secret of this browser's session, such as the session id. The callback must come with the
   * same value.
   */
  readonly sessionBinding: string;
  /** Aborts the call. What was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** Options of `beginConsent`. */
export interface BeginConsentOptions extends ConsentOptions {
  /**
   * The version of the text about purpose and retention that this citizen is shown: up to 64
   * visible ASCII characters, e.g. `2026-11`. The terms of the grant carry it.
   */
  readonly textVersion?: string;
}

/** How to abort a call. */
export interface SubmitOptions {
  /** Aborts the call. What was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** How long to wait for an answer, and how. */
export interface CollectOptions extends SubmitOptions {
  /**
   * Milliseconds after which to stop waiting and return `pending`. Default: 30,000.
   *
   * In `query` the time of the request counts too. If the deadline passes before the portal has
   * accepted the request, the error is `timed_out`, or `answer_lost` once the request was sent. A
   * store that does not respond in time is `timed_out` as well.
   */
  readonly deadlineMs?: number;
  /**
   * Called before each wait, between two polls and after a failed poll. What it throws or rejects
   * with ends the waiting and is thrown unchanged. `query` adds the `retrieval` to it, or throws
   * `aborted` with the retrieval where nothing can be added.
   */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Polls once without waiting: `pending` says when to poll again, and a failed poll is not
   * repeated. For queues, which wait themselves. Default: false.
   */
  readonly once?: boolean;
}

/** Options of {@link createSelfInfoClient}. */
export interface ClientOptions<S extends Service = Service> {
  /** The service that {@link defineService} returned. */
  readonly service: S;
  /** The environment that one of the three environment functions returned. */
  readonly environment: Environment;
  /**
   * Client certificate and private key for mutual TLS. Required unless `fetch` or a gateway is
   * given.
   */
  readonly tls?: TlsCredential;
  /**
   * How the client authenticates beside its certificate: {@link privateKeyJwt},
   * {@link clientSecret}, or a function that returns the current one. Default: `tls`, the
   * certificate alone.
   */
  readonly clientAuth?: ClientAuth;
  /** The way out of your network: a proxy or a gateway. Default: straight to the API. */
  readonly egress?: Egress;
  /**
   * Where transactions and the secrets of retrievals are stored. Default: this
   * client's own memory, which is enough for one client in one instance. The process emits one
   * warning, `MYNA_SELFINFO_SEVERAL_CLIENTS`, when a second client of the same client id and
   * environment is created with such a store; closed ones and those with `fetch` do not count.
   */
  readonly store?: Store;
  /**
   * A calendar with the catalogue of the service, or a function that returns the current one.
   * Default: without announcements.
   */
  readonly calendar?: Calendar<Catalog> | (() => Calendar<Catalog>);
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** A transport for tests in one process. Production refuses it. */
  readonly fetch?: FetchLike;
  /**
   * Returns numbers from 0 to below 1, which spread the waits before a failed poll is repeated.
   * Default: `Math.random`.
   */
  readonly random?: () => number;
  /**
   * The most concurrent calls of `completeConsent`, `submit`, `collect` and `query`, and of
   * `beginConsent` if it pushes the request (PAR). One more is refused with `overloaded` and sends
   * nothing. Default: 1,000.
   */
  readonly maxConcurrent?: number;
  /**
   * Receives an event at the start and at the end of every step and of every call to the portal, and
   * when the client certificate is about to expire or is not meant for clients: for logs, metrics and
   * traces. Its exceptions and rejections are ignored. The same events are published on the channel
   * `myna-selfinfo:event` of `node:diagnostics_channel`.
   */
  readonly onEvent?: (event: ClientEvent) => void;
  /**
   * Records the shape of every response for the connection check, never a value: what
   * `createShapeRecorder` of `myna-selfinfo/shapes` returned. Default: none.
   */
  readonly recorder?: Pick<ShapeRecorder, 'record'>;
}

/** A client of one service in one environment. */
export interface SelfInfoClient<S extends Service = Service>
  extends DeliverySignals<S>,
    ClientOperations,
    AsyncDisposable {
  /**
   * Loads the packages that a journey needs, so that a bundle without them fails when the process
   * starts. `beginConsent` and `completeConsent` load them too, before they change anything. Sends
   * nothing.
   *
   * @throws SelfInfoError `package_missing`; `package_unusable`, which says what an ES module bundle
   * has to begin with; `client_closed`.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * async function start(client: SelfInfoClient, listen: () => void) {
   *   await client.ready();
   *   listen();
   * }
   * ```
   */
  ready(): Promise<void>;
  /**
   * Returns whether the items of the service are available by the published table, together and one
   * by one (guideline 2.5). Informs and forbids nothing.
   *
   * An item with a `code` is asked by its code, because announcements may stop single items. An item
   * without one is uncertain while such a stop may mean it. If the state is not closed, the citizen
   * may go on (`mayTry`).
   *
   * @param options - `at`: the instant, default now; `forMs`: milliseconds for which the items must
   * stay available, default 600,000, because a citizen needs time with the card; `firstUse`: false
   * if this citizen has fetched before, default true.
   * @throws SelfInfoError `outside_calendar`, `invalid_instant`, `invalid_option`.
   * @example
   * ```ts
   * import { explain, type SelfInfoClient } from 'myna-selfinfo';
   * function notice(client: SelfInfoClient) {
   *   return explain(client.availability({ forMs: 5 * 60_000 }), 'ja');
   * }
   * ```
   */
  availability(options?: {
    readonly at?: Instant;
    readonly forMs?: number;
    readonly firstUse?: boolean;
  }): Availability<S>;
  /**
   * Starts a consent: stores a transaction, and returns the URL for the citizen's browser together
   * with the current availability (guideline 2.3, figure 2.3-3).
   *
   * @param options - `sessionBinding`: a secret of this browser's session, such as the session id,
   * which the callback must come with; `textVersion`: the version of the text that the citizen is
   * shown; `signal` aborts the call.
   * @throws SelfInfoError `store_failed`, `store_full`, `timed_out` when the store does not
   * respond, `aborted`, `missing_option`, `client_closed`; `outside_calendar` when now is outside
   * the span of the calendar; `invalid_option` when the caller's calendar or clock fails. Where the
   * profile requires pushed authorization requests (RFC 9126), also `signing_failed`,
   * `response_invalid`, `upstream_refused` and the errors of the transport: then no consent was
   * started.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * async function start(client: SelfInfoClient, sessionId: string) {
   *   const { url, availability } = await client.beginConsent({ sessionBinding: sessionId });
   *   return availability.state === 'closed' ? undefined : Response.redirect(url, 303);
   * }
   * ```
   */
  beginConsent(
    options: BeginConsentOptions,
  ): Promise<{ readonly url: string; readonly availability: Availability<S> }>;
  /**
   * Validates the callback and, if it is valid, exchanges its code for a token, once.
   *
   * @param request - the callback as the framework hands it over.
   * @param options - `sessionBinding` as in `beginConsent`; `signal` aborts the exchange.
   * @throws SelfInfoError of the transport, `response_invalid`, `store_failed`; `signing_failed`,
   * `overloaded`, and `profile_unknown` when the consent began under a profile that this environment
   * does not have (these three use up nothing). Everything that a citizen or a stranger can cause
   * is an outcome instead.
   * @example
   * ```ts
   * import { explain, type SelfInfoClient } from 'myna-selfinfo';
   * async function callback(client: SelfInfoClient, request: Request, sessionId: string) {
   *   const outcome = await client.completeConsent(request, { sessionBinding: sessionId });
   *   return outcome.status === 'granted' ? outcome.grant : new Response(explain(outcome, 'ja'));
   * }
   * ```
   */
  completeConsent(request: CallbackRequest, options: ConsentOptions): Promise<ConsentOutcome<S>>;
  /**
   * Sends the one request of a grant (IF001-04) and returns the retrieval: plain JSON that collects
   * the answer.
   *
   * @param grant - a grant of this client that was not used yet.
   * @param inquiry - one inquiry that every item registers, or one per item.
   * @param options - `signal` aborts the call.
   * @throws SelfInfoError `grant_used`, `grant_expired`, `foreign_grant`, `unknown_item`,
   * `inquiry_not_registered`, `latest_not_declared`, `answer_lost`, `overloaded`, the errors of the
   * transport and of the store.
   * @example
   * ```ts
   * import { type Grant, latest, type SelfInfoClient } from 'myna-selfinfo';
   * async function send(client: SelfInfoClient, grant: Grant) {
   *   return JSON.stringify(await client.submit(grant, { income: latest() }));
   * }
   * ```
   */
  submit<const Q extends Inquiry | InquiriesByItem>(
    grant: Grant<S>,
    inquiry: Q & CheckedInquiry<S, Q>,
    options?: SubmitOptions,
  ): Promise<Retrieval<S>>;
  /**
   * Waits for the answer to a retrieval (IF001-06). Can be repeated, also in another process.
   *
   * A poll that failed for a temporary reason (no connection, a closed one, no response in time,
   * HTTP 429 or 5xx) is repeated up to three times in a row. Before each retry it waits a random
   * time, but no less than the portal asks for.
   *
   * @param retrieval - from `submit`, `query` or `resume`.
   * @param options - `deadlineMs`, `signal`, `onProgress`, `once`.
   * @throws SelfInfoError `process_mismatch`, `response_invalid`, `aborted`, `overloaded`, the
   * errors of the transport and of the store.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * function later(client: SelfInfoClient, stored: string) {
   *   return client.collect(client.resume(stored), { deadlineMs: 10_000 });
   * }
   * ```
   */
  collect(retrieval: Retrieval<S>, options?: CollectOptions): Promise<Collected<S>>;
  /**
   * Does `submit` and `collect` in one call, under one deadline.
   *
   * @param grant - a grant of this client that was not used yet.
   * @param inquiry - one inquiry that every item registers, or one per item.
   * @param options - `deadlineMs`, `signal`, `onProgress`, `once`.
   * @throws SelfInfoError as {@link SelfInfoClient.submit} and {@link SelfInfoClient.collect}; a
   * refusal by the portal is the result `failed` instead. Once the portal has accepted the request,
   * every error carries the retrieval: `client.resume(error.retrieval)` can be collected again.
   * @example
   * ```ts
   * import { explain, type Grant, latest, type SelfInfoClient } from 'myna-selfinfo';
   * async function ask(client: SelfInfoClient, grant: Grant) {
   *   return explain(await client.query(grant, latest(), { deadlineMs: 5_000 }), 'ja');
   * }
   * ```
   */
  query<const Q extends Inquiry | InquiriesByItem>(
    grant: Grant<S>,
    inquiry: Q & CheckedInquiry<S, Q>,
    options?: CollectOptions,
  ): Promise<Collected<S>>;
  /**
   * Validates a stored retrieval and restores its type.
   *
   * @param json - the retrieval as JSON text, or parsed.
   * @throws SelfInfoError `invalid_retrieval`, or the error of the invalid inquiry, naming the
   * path.
   * @example
   * ```ts
   * import type { Retrieval, SelfInfoClient } from 'myna-selfinfo';
   * const load = (client: SelfInfoClient, stored: string): Retrieval => client.resume(stored);
   * ```
   */
  resume(json: unknown): Retrieval<S>;
  /**
   * Forgets a grant or a retrieval: its token, and the way to its answer. A `collect` of it that
   * runs in this client ends as `failed` with `retrieval_gone`.
   *
   * @param handle - a grant or a retrieval of this service.
   * @throws SelfInfoError `foreign_grant`, `invalid_retrieval`, `store_failed`.
   * @example
   * ```ts
   * import type { Retrieval, SelfInfoClient } from 'myna-selfinfo';
   * const forget = (client: SelfInfoClient, retrieval: Retrieval) => client.discard(retrieval);
   * ```
   */
  discard(handle: Grant<S> | Retrieval<S>): Promise<void>;
  /**
   * Reads a retrieval from the store by its id: for a process that was given the id alone.
   *
   * @param id - the `id` of a retrieval of this service.
   * @param options - `signal` aborts the call.
   * @returns undefined when the retrieval has expired, was discarded, or is not in the store.
   * @throws SelfInfoError `store_failed`, `timed_out` when the store does not respond, `aborted`,
   * `overloaded`, `missing_option`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * async function askOnce(client: SelfInfoClient, id: string) {
   *   const retrieval = await client.recall(id);
   *   return retrieval && client.collect(retrieval, { once: true });
   * }
   * ```
   */
  recall(id: string, options?: SubmitOptions): Promise<Retrieval<S> | undefined>;
  /**
   * Replaces the client certificate for every journey that begins from now on. Journeys in progress
   * end under the certificate they began with, because their tokens are bound to it.
   *
   * @param tls - the new certificate and its key, checked like the option.
   * @throws SelfInfoError `missing_option`, `unknown_option`, `invalid_credential`,
   * `key_certificate_mismatch`, naming the option: then the old certificate stays; `client_closed`.
   * @example
   * ```ts
   * import { readFileSync } from 'node:fs';
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * function renew(client: SelfInfoClient) {
   *   const cert = readFileSync('/etc/loan/client.crt', 'utf8');
   *   client.rotate({ cert, key: readFileSync('/etc/loan/client.key', 'utf8') });
   * }
   * ```
   */
  rotate(tls: TlsCredential): void;
  /**
   * Ends every call and every connection. From then on each method that sends fails with
   * `client_closed`.
   */
  close(): Promise<void>;
}
