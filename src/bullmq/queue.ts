import type { NoticeOutcome } from '../client/delivery.js';
import type { NoticeRequest } from '../client/notice-request.js';
import type { Retrieval } from '../query/types.js';
import type { Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import { addRetrieval } from './adding.js';
import { closeQueue, createContext } from './context.js';
import { receiveNotice } from './notices.js';
import {
  checkQueueOptions,
  type RetrievalQueueOptions,
  type RetrievalWorkerOptions,
} from './options.js';
import { followProgress, readState } from './progress.js';
import type { RetrievalState } from './states.js';
import { type RetrievalWorker, startWorker } from './worker.js';

/** Queue of a service's retrievals, which outlive the process that submitted them. */
export interface RetrievalQueue<S extends ServiceSpec = Service> extends AsyncDisposable {
  /**
   * Hands a retrieval to the workers. Adding it twice has the same effect as adding it once.
   *
   * @param retrieval - from `submit`, `query` or `resume` of the same service's client.
   * @returns its id. In the state `ready` the vault has the answer under `ref`.
   * @throws SelfInfoError `invalid_retrieval`; `retrieval_gone` when it has expired; `store_failed`
   * when Redis does not accept it: adding it again is safe; `package_missing`; `client_closed`.
   * @example
   * ```ts
   * import { type Grant, latest, type SelfInfoClient } from 'myna-selfinfo';
   * import type { RetrievalQueue } from 'myna-selfinfo/bullmq';
   * const order = async (client: SelfInfoClient, queue: RetrievalQueue, grant: Grant) =>
   *   queue.add(await client.submit(grant, latest()));
   * ```
   */
  add(retrieval: Retrieval<S>): Promise<string>;
  /**
   * Reads the state of a retrieval.
   *
   * @param id - the return value of `add`.
   * @returns undefined when it was never added, or expired more than 24 hours ago.
   * @throws SelfInfoError `store_failed`, `package_missing`, `client_closed`, `missing_option`,
   * `invalid_option`; TypeError for a wrong type.
   */
  state(id: string): Promise<RetrievalState | undefined>;
  /**
   * Iterates over the states of a retrieval, from the current one to its end, or until the signal
   * aborts. An iteration that starts late yields the end at once.
   *
   * @param id - the return value of `add`.
   * @param options - `signal` ends the iteration without an error.
   * @throws SelfInfoError as `state`; `retrieval_gone` when no retrieval has this id.
   * @example
   * ```ts
   * import type { RetrievalQueue } from 'myna-selfinfo/bullmq';
   * async function watch(queue: RetrievalQueue, id: string, signal: AbortSignal) {
   *   for await (const { state } of queue.progress(id, { signal })) console.log(state);
   * }
   * ```
   */
  progress(id: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<RetrievalState>;
  /**
   * Receives a notice of the portal as `client.receiveNotice` does, and has the retrieval asked for
   * at once, by a worker of any process: never earlier than the portal's Retry-After or 500 ms after
   * the last time, and at most 20 times per retrieval.
   *
   * @param request - the request with its raw body.
   * @returns the same outcome for a known, an unknown and a forged notice.
   * @throws SelfInfoError and TypeError as `client.receiveNotice`. Ignores failures of Redis: the
   * retrieval is asked for at its time.
   * @example
   * ```ts
   * import type { RetrievalQueue } from 'myna-selfinfo/bullmq';
   * async function notice(queue: RetrievalQueue, request: Request) {
   *   const { status } = await queue.receiveNotice(request);
   *   return new Response(null, { status: status === 'received' ? 204 : 413 });
   * }
   * ```
   */
  receiveNotice(request: NoticeRequest): Promise<NoticeOutcome>;
  /**
   * Starts a worker in this process. It waits while Redis is away.
   *
   * @param options - see {@link RetrievalWorkerOptions}.
   * @throws SelfInfoError `unknown_option`, `invalid_option`, `package_missing`, `client_closed`,
   * `store_failed`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { RetrievalQueue } from 'myna-selfinfo/bullmq';
   * async function serve(queue: RetrievalQueue) {
   *   const worker = await queue.startWorker({ concurrency: 20 });
   *   process.once('SIGTERM', () => worker.close().then(() => queue.close()));
   * }
   * ```
   */
  startWorker(options?: RetrievalWorkerOptions): Promise<RetrievalWorker>;
  /** Closes the workers of this process, ends its iterations and disconnects from Redis. */
  close(): Promise<void>;
}

/**
 * Creates a queue of durable retrievals, over BullMQ and your Redis. Even if processes die, each
 * retrieval ends once: with its answer in the vault, or with a code.
 *
 * Redis receives ids, instants and codes. Token and terms stay in the client's store, answers go to
 * the vault.
 *
 * @param options - see {@link RetrievalQueueOptions}. Redis 6.2 or later, with `maxmemory-policy
 * noeviction` and `appendonly yes`.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, naming the option;
 * TypeError for a wrong type.
 * @example
 * ```ts
 * import type { Retrieval, SelfInfoClient } from 'myna-selfinfo';
 * import { createRetrievalQueue } from 'myna-selfinfo/bullmq';
 * import type { Vault } from 'myna-selfinfo/vault';
 * async function order(client: SelfInfoClient, vault: Vault, retrieval: Retrieval) {
 *   const queue = createRetrievalQueue({
 *     connection: { host: '127.0.0.1', port: 6379 },
 *     client,
 *     vault,
 *     rate: { max: 10, perMs: 1_000 },
 *   });
 *   return queue.add(retrieval);
 * }
 * ```
 */
export function createRetrievalQueue<S extends Service>(
  options: RetrievalQueueOptions<S>,
): RetrievalQueue<S> {
  const context = createContext(checkQueueOptions(options as unknown as RetrievalQueueOptions));
  const close = () => closeQueue(context);
  const queue: RetrievalQueue = {
    add: (retrieval) => addRetrieval(context, retrieval),
    state: (id) => readState(context, id),
    progress: (id, given) => followProgress(context, id, given),
    receiveNotice: (request) => receiveNotice(context, request),
    startWorker: (given) => startWorker(context, given),
    close,
    [Symbol.asyncDispose]: close,
  };
  // The client validates everything at run time. The types bind callers to its service.
  return Object.freeze(queue) as unknown as RetrievalQueue<S>;
}
