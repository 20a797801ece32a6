import type { Calendar } from '../calendar/calendar.js';
import type { Cause } from '../calendar/results.js';
import type { Clock } from '../foundation/clock.js';
import type { SelfInfoError } from '../foundation/errors.js';
import type { Instant } from '../foundation/time.js';
import type { Egress } from '../net/egress.js';
import type { FetchLike } from '../net/http.js';
import type { TlsCredential } from '../net/tls.js';
import type { ClientAuth } from '../oauth/client-auth.js';
import type { CallbackCode, CallbackRequest, ConsentTerms } from '../oauth/consent.js';
import type { Answer } from '../query/answer.js';
import type {
  CommonInquiry,
  ItemInquiries,
  NoOtherItems,
  Progress,
  Retrieval,
} from '../query/query.js';
import type { ofService, Service, ServiceSpec } from '../service/service.js';
import type { Store } from '../stores/store.js';
import type { Environment } from '../wire/environment.js';
import type { Availability } from './availability.js';
import type { ClientEvent } from './events.js';

/**
 * A consent that was granted and not yet used: good for one `submit` or `query`, in this process;
 * it shows its terms and no token.
 */
export interface Grant<S extends ServiceSpec = Service> {
  readonly terms: ConsentTerms;
  /** ISO 8601 at +09:00; null when the portal did not say. */
  readonly expiresAt: string | null;
  readonly [ofService]?: S;
}

/**
 * How a callback came out, as one value to switch on.
 *
 * `declined`: the citizen said no. `expired`: too late. `replayed`: seen before. `unknown`: a state
 * this store never held. `foreign-browser`: another session's state; nothing is used up, the right
 * browser can still come. `rejected`: refused, with where and the machine code.
 */
export type ConsentOutcome<S extends ServiceSpec = Service> =
  | { readonly status: 'granted'; readonly grant: Grant<S> }
  | { readonly status: 'declined' | 'expired' | 'replayed' | 'unknown' | 'foreign-browser' }
  | {
      readonly status: 'rejected';
      readonly at: 'callback' | 'authorize' | 'token';
      readonly code: CallbackCode;
    };

/**
 * How a retrieval came out; all but `ready` and `failed` can be collected again with `retrieval`.
 */
export type Collected<S extends ServiceSpec = Service> =
  | { readonly status: 'ready'; readonly answer: Answer<S> }
  /** `retryAt`: ISO 8601 at +09:00. */
  | { readonly status: 'pending'; readonly retryAt: string; readonly retrieval: Retrieval<S> }
  /** `until`: ISO 8601 at +09:00, or null when nobody knows. */
  | {
      readonly status: 'unavailable';
      readonly until: string | null;
      readonly causes: readonly Cause[];
      readonly retrieval: Retrieval<S>;
    }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

/** Whose consent it is, and what bounds the call. */
export interface ConsentOptions {
  /**
   * A secret of this browser's session, e.g. the session id; the callback must come with the same.
   */
  readonly sessionBinding: string;
  /** Aborts the call; what was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** Bounds of a call that goes out. */
export interface SubmitOptions {
  /** Aborts the call; what was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** Bounds of waiting for an answer. */
export interface CollectOptions extends SubmitOptions {
  /**
   * Milliseconds after which to stop waiting and return `pending`; default 30,000. In `query` the
   * request counts too: a deadline that passes before its answer is the error `timed_out` or, once
   * it was sent, `answer_lost`. A store that has not answered by then is `timed_out`, too.
   */
  readonly deadlineMs?: number;
  /**
   * Called before each wait, between two polls and after a failed one. What it throws or rejects
   * with ends the waiting and comes back as it is; out of `query` with `retrieval` added, or as the
   * error `aborted` that carries it where nothing can be added.
   */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Asks once and waits for nothing: `pending` says when to ask again, and a poll that failed is
   * not repeated. For queues, which wait by themselves. Default: false.
   */
  readonly once?: boolean;
}

/** Options of {@link createSelfInfoClient}. */
export interface ClientOptions<S extends Service = Service> {
  /** What {@link defineService} returned. */
  readonly service: S;
  /** What one of the three environment functions returned. */
  readonly environment: Environment;
  /**
   * The client certificate and key of mutual TLS; required unless `fetch` or a gateway is given.
   */
  readonly tls?: TlsCredential;
  /**
   * How the client authenticates beside its certificate: {@link privateKeyJwt}, or a function that
   * gives the current one. Default: `tls`, by the certificate alone.
   */
  readonly clientAuth?: ClientAuth;
  /** The way out of the host's own network. Default: straight to the API. */
  readonly egress?: Egress;
  /**
   * Where transactions and retrieval secrets lie; default: this process's memory, good for one
   * instance only.
   */
  readonly store?: Store;
  /** The calendar, or a function that gives the current one. Default: the guideline's tables. */
  readonly calendar?: Calendar | (() => Calendar);
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** An injected transport for tests in one process; production refuses it. */
  readonly fetch?: FetchLike;
  /**
   * Numbers from 0 to below 1, which spread the waits before a failed poll is repeated. Default:
   * `Math.random`.
   */
  readonly random?: () => number;
  /**
   * How many calls of `completeConsent`, `submit`, `collect` and `query` may be under way at once;
   * one more is refused at once with `overloaded`, and sends nothing. Default 1,000.
   */
  readonly maxConcurrent?: number;
  /**
   * Is told of every step and every call to the portal when it is over, and of a client certificate
   * that is about to end: for logs, metrics and traces. What it throws or rejects with changes
   * nothing. The same events are published on the channel `myna-selfinfo:event` of
   * `node:diagnostics_channel`.
   */
  readonly onEvent?: (event: ClientEvent) => void;
}

/** A client of one service in one environment. */
export interface SelfInfoClient<S extends ServiceSpec = Service> extends AsyncDisposable {
  /**
   * Whether the service's items can be had by the published table, together and one by one
   * (guideline 2.5).
   *
   * @param options - `at`: the instant, default now; `forMs`: milliseconds for which it must stay
   * so, default 600,000, because a citizen needs time with the card.
   * @throws SelfInfoError `outside_calendar`, `invalid_instant`, `invalid_option`.
   * @example
   * ```ts
   * import { explain, type SelfInfoClient } from 'myna-selfinfo';
   * const notice = (client: SelfInfoClient) => explain(client.availability({ forMs: 5 * 60_000 }), 'ja');
   * ```
   */
  availability(options?: { readonly at?: Instant; readonly forMs?: number }): Availability<S>;
  /**
   * Starts a consent: keeps a transaction and returns the URL to send the citizen to, with the
   * availability now (guideline 2.3, figure 2.3-3).
   *
   * @param options - `sessionBinding`: a secret of this browser's session, e.g. the session id; the
   * callback must come with the same. `signal` aborts the call.
   * @throws SelfInfoError `store_failed`, `store_full`, `timed_out` when the store does not answer,
   * `aborted`, `missing_option`, `client_closed`; `outside_calendar` when now lies outside the
   * calendar's span; `invalid_option` when a calendar or clock of the host's fails. Where the
   * profile has the request pushed (RFC 9126), also `signing_failed`, `response_invalid`,
   * `upstream_refused` and the errors of the transport: nothing is begun then.
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
    options: ConsentOptions,
  ): Promise<{ readonly url: string; readonly availability: Availability<S> }>;
  /**
   * Judges the callback and, when all is well, exchanges its code for a token, once.
   *
   * @param request - the callback as the framework hands it over.
   * @param options - `sessionBinding` as at `beginConsent`; `signal` aborts the exchange.
   * @throws SelfInfoError of the transport, `response_invalid`, `store_failed`, `signing_failed`
   * and `overloaded` (nothing is used up by these two); everything a citizen or a stranger can
   * cause is an outcome instead.
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
   * Sends the one request that a grant pays for (IF001-04) and returns what is needed to collect
   * the answer, as plain JSON.
   *
   * @param grant - of this client, unused.
   * @param inquiry - one for all items that every item allows, or one per item.
   * @param options - `signal`.
   * @throws SelfInfoError `grant_used`, `grant_expired`, `foreign_grant`, `unknown_item`,
   * `inquiry_not_registered`, `latest_not_declared`, `answer_lost`, `overloaded`, the errors of the
   * transport and of the store.
   * @example
   * ```ts
   * import { type Grant, latest, type SelfInfoClient } from 'myna-selfinfo';
   * const send = async (client: SelfInfoClient, grant: Grant) => JSON.stringify(await client.submit(grant, { income: latest() }));
   * ```
   */
  submit(
    grant: Grant<S>,
    inquiry: CommonInquiry<S>,
    options?: SubmitOptions,
  ): Promise<Retrieval<S>>;
  submit<const Q extends ItemInquiries<S>>(
    grant: Grant<S>,
    inquiries: NoOtherItems<Q, S>,
    options?: SubmitOptions,
  ): Promise<Retrieval<S>>;
  /**
   * Waits for the answer to a retrieval (IF001-06); may be repeated, in another process too.
   *
   * A poll that fails in a way that passes (no connection, a closed one, no answer in time, HTTP
   * 429 or 5xx) is repeated, at most three times in a row, each time after a random wait and no
   * earlier than the portal allows.
   *
   * @param retrieval - from `submit`, `query` or `resume`.
   * @param options - `deadlineMs`, `signal`, `onProgress`, `once`.
   * @throws SelfInfoError `process_mismatch`, `response_invalid`, `aborted`, `overloaded`, the
   * errors of the transport and of the store.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * const later = (client: SelfInfoClient, stored: string) => client.collect(client.resume(stored), { deadlineMs: 10_000 });
   * ```
   */
  collect(retrieval: Retrieval<S>, options?: CollectOptions): Promise<Collected<S>>;
  /**
   * `submit` and `collect` in one, under one deadline.
   *
   * @param grant - of this client, unused.
   * @param inquiry - one for all items that every item allows, or one per item.
   * @param options - `deadlineMs`, `signal`, `onProgress`.
   * @throws as {@link SelfInfoClient.submit} and {@link SelfInfoClient.collect}; a refusal by the
   * portal is `failed` instead. Once there is a retrieval, whatever is thrown carries it:
   * `client.resume(error.retrieval)` can be collected again.
   * @example
   * ```ts
   * import { explain, type Grant, latest, type SelfInfoClient } from 'myna-selfinfo';
   * const ask = async (client: SelfInfoClient, grant: Grant) => explain(await client.query(grant, latest(), { deadlineMs: 5_000 }), 'ja');
   * ```
   */
  query(
    grant: Grant<S>,
    inquiry: CommonInquiry<S>,
    options?: CollectOptions,
  ): Promise<Collected<S>>;
  query<const Q extends ItemInquiries<S>>(
    grant: Grant<S>,
    inquiries: NoOtherItems<Q, S>,
    options?: CollectOptions,
  ): Promise<Collected<S>>;
  /**
   * Checks a stored retrieval and gives it its type back.
   *
   * @param json - the retrieval as JSON text, or parsed.
   * @throws SelfInfoError `invalid_retrieval`, or the error of the inquiry whose value is wrong,
   * naming the path.
   * @example
   * ```ts
   * import type { Retrieval, SelfInfoClient } from 'myna-selfinfo';
   * const load = (client: SelfInfoClient, stored: string): Retrieval => client.resume(stored);
   * ```
   */
  resume(json: unknown): Retrieval<S>;
  /**
   * Forgets a grant or a retrieval: its token, and the way to its answer. Where this client is just
   * collecting it, that ends as `failed` with `retrieval_gone`.
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
   * The retrieval of an id, as the store keeps it beside its token: for a process that was handed
   * nothing but the id.
   *
   * @param id - `id` of a retrieval of this service.
   * @param options - `signal`.
   * @returns undefined when it has expired, was discarded, or the store does not hold it.
   * @throws SelfInfoError `store_failed`, `timed_out` when the store does not answer, `aborted`,
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
   * Takes another client certificate, from the next journey on; those under way end under the one
   * they began with, since their tokens are bound to it.
   *
   * @param tls - the new certificate and its key, checked like the option.
   * @throws SelfInfoError `missing_option`, `unknown_option`, `invalid_credential`,
   * `key_certificate_mismatch`, naming what is wrong, the old one stays then; `client_closed`.
   * @example
   * ```ts
   * import { readFileSync } from 'node:fs';
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * const renew = (client: SelfInfoClient) =>
   *   client.rotate({ cert: readFileSync('/etc/loan/client.crt', 'utf8'), key: readFileSync('/etc/loan/client.key', 'utf8') });
   * ```
   */
  rotate(tls: TlsCredential): void;
  /**
   * Ends every call and connection; afterwards every method that goes out fails with
   * `client_closed`.
   */
  close(): Promise<void>;
}
