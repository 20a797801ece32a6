import type { Retrieval } from '../query/types.js';
import type { Service } from '../service/service.js';
import type { NoticeRequest } from './notice-request.js';

/**
 * The outcome of a notice. `received`: respond with HTTP 204, whether or not the notice was
 * authentic and known. `too-large`: its body is larger than 64 KiB; respond with HTTP 413.
 */
export interface NoticeOutcome {
  readonly status: 'received' | 'too-large';
}

/** Options of `receiveNotice`. */
export interface NoticeOptions {
  /**
   * Called with the id of the retrieval of an authentic notice, possibly after `receiveNotice` has
   * resolved. Its exceptions and rejections are ignored.
   */
  readonly onNotice?: (id: string) => unknown;
}

/** The methods for messages about an answer: acknowledgements and notices. */
export interface DeliverySignals<S extends Service = Service> {
  /**
   * Tells the portal that the answer of a retrieval is stored, if the profile has an
   * `acknowledgement`, and deletes the token. From then on, `collect` is `retrieval_gone`. Call it
   * after the answer is stored. Only the queue of `myna-selfinfo/bullmq` calls it for you.
   *
   * It can be repeated, and also resolves if the retrieval is gone. If it fails, the answer stays
   * valid and can still be collected.
   *
   * @param retrieval - from `submit`, `resume`, or a result of `query` or `collect`.
   * @param options - `signal` aborts the call.
   * @throws SelfInfoError `invalid_retrieval`, `upstream_refused`, `codec_failed`,
   * `profile_unknown`, `aborted`, `overloaded`, the errors of the transport and of the store.
   * @example
   * ```ts
   * import type { Retrieval, SelfInfoClient } from 'myna-selfinfo';
   * import type { Vault } from 'myna-selfinfo/vault';
   * async function keep(client: SelfInfoClient, vault: Vault, retrieval: Retrieval) {
   *   const collected = await client.collect(retrieval);
   *   if (collected.status !== 'ready') return;
   *   await vault.put(collected.answer, { ref: 'case-4711' });
   *   await client.acknowledge(retrieval);
   * }
   * ```
   */
  acknowledge(retrieval: Retrieval<S>, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Receives a notice from the portal that an answer may be ready (IF001-05, inferred). A notice is
   * a hint to poll now, never a status. A `collect` or `query` that is waiting in this process
   * polls at once, but never before the portal's Retry-After or within 500 ms of the last poll.
   * Notices bring at most 20 polls of one retrieval forward.
   *
   * @param request - the request with its raw body: a parsed body cannot be verified.
   * @param options - `onNotice`: for your own queue. `queue.receiveNotice` does not need it.
   * @returns the same outcome for a known, an unknown and a forged notice.
   * @throws SelfInfoError `invalid_option` if no profile of the environment has notices,
   * `overloaded`, `client_closed`; TypeError for anything that is not a request with a raw body.
   * @example
   * ```ts
   * import type { SelfInfoClient } from 'myna-selfinfo';
   * async function notice(client: SelfInfoClient, request: Request) {
   *   const { status } = await client.receiveNotice(request);
   *   return new Response(null, { status: status === 'received' ? 204 : 413 });
   * }
   * ```
   */
  receiveNotice(request: NoticeRequest, options?: NoticeOptions): Promise<NoticeOutcome>;
}
