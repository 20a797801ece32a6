import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Queue, QueueEvents } from 'bullmq';
import type { SelfInfoClient } from '../client/types.js';
import { type Clock, systemClock } from '../foundation/clock.js';
import { withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkKeys,
  checkMethods,
  checkSignal,
  checkText,
  checkWhole,
} from '../foundation/options.js';
import { DAY_MS, formatInstant, HOUR_MS } from '../foundation/time.js';
import type { Retrieval } from '../query/query.js';
import type { Service, ServiceSpec } from '../service/service.js';
import type { Vault } from '../vault/vault.js';
import { createConnections, hide, loadBullmq, type QueueConnection } from './connection.js';
import { inTime, openingOf, type Rate, slotMs } from './openings.js';
import { type RetrievalQueueEvent, type RetrievalState, stateOf, type Tell } from './states.js';
import {
  checkWorkerOptions,
  type RetrievalWorker,
  type RetrievalWorkerOptions,
  runWorker,
  wordOf,
} from './worker.js';

/** Options of {@link createRetrievalQueue}. */
export interface RetrievalQueueOptions<S extends Service = Service> {
  /**
   * How to reach Redis: options of `ioredis`, or a function that makes a client. Not the client
   * that the store uses: workers block theirs.
   */
  readonly connection: QueueConnection;
  /** Asks the portal, and knows the calendar. Its store must be one that all processes share. */
  readonly client: SelfInfoClient<S>;
  /** Takes the answers. Its store must be one that all processes share. */
  readonly vault: Vault<S>;
  /**
   * How many questions may go to the portal, over all workers: `max` in `perMs` milliseconds. The
   * same in every process.
   */
  readonly rate: Rate;
  /**
   * The name of the queue; letters, digits, `-` and `_`. Two services need two. Default:
   * `retrievals`.
   */
  readonly name?: string;
  /**
   * What all names in Redis begin with, 1 to 100 characters without spaces; a part in braces keeps
   * them in one slot of a cluster. Default: `{myna-selfinfo}`.
   */
  readonly prefix?: string;
  /** How long adding, and looking at a state, may take, in milliseconds; default 2,000. */
  readonly timeoutMs?: number;
  /** Default: the system's clock. Pass the client's when that one is virtual. */
  readonly clock?: Clock;
  /** Is told what happens in this process; what it throws or rejects with changes nothing. */
  readonly onEvent?: (event: RetrievalQueueEvent) => unknown;
}

/** Retrievals of one service that outlive the process that submitted them. */
export interface RetrievalQueue<S extends ServiceSpec = Service> extends AsyncDisposable {
  /**
   * Hands a retrieval to the workers. Adding it twice is the same as once.
   *
   * @param retrieval - from `submit`, `query` or `resume`, of the client's service.
   * @returns its id, which is all that Redis is told of it; the answer will lie in the vault under
   * the `ref` of the state `ready`.
   * @throws SelfInfoError `invalid_retrieval`; `retrieval_gone` when it has expired; `store_failed`
   * when Redis does not take it: adding it again is safe; `package_missing`; `client_closed`.
   * @example
   * ```ts
   * import { type Grant, latest, type SelfInfoClient } from 'myna-selfinfo';
   * import type { RetrievalQueue } from 'myna-selfinfo/bullmq';
   * const order = async (client: SelfInfoClient, queue: RetrievalQueue, grant: Grant) => queue.add(await client.submit(grant, latest()));
   * ```
   */
  add(retrieval: Retrieval<S>): Promise<string>;
  /**
   * Where a retrieval stands.
   *
   * @param id - what `add` returned.
   * @returns undefined when it was never added, or expired more than 24 hours ago.
   * @throws SelfInfoError `store_failed`, `package_missing`, `client_closed`, `missing_option`;
   * TypeError for a wrong type.
   */
  state(id: string): Promise<RetrievalState | undefined>;
  /**
   * Where a retrieval stands now, and then whenever that changes, until it has ended or the signal
   * aborts; who comes late sees the end at once.
   *
   * @param id - what `add` returned.
   * @param options - `signal` ends the iteration, without an error.
   * @throws SelfInfoError as `state`; `retrieval_gone` when there is nothing under this id.
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
   * Starts a worker in this process. It waits while Redis is away.
   *
   * @param options - see {@link RetrievalWorkerOptions}.
   * @throws SelfInfoError `unknown_option`, `invalid_option`, `package_missing`, `client_closed`;
   * TypeError for a wrong type.
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
  /** Closes the workers of this process, ends its iterations and its connections. */
  close(): Promise<void>;
}

const NAME = 'retrievals';
const PREFIX = '{myna-selfinfo}';
const TIMEOUT_MS = 2_000;
/**
 * After what time a state is read again although nothing was heard: an event may be lost with its
 * connection.
 */
const LOOK_MS = 5_000;
const RETRY_MS = 5_000;
const CLOSING_MS = 1_000;
const HINTS = [
  'added',
  'waiting',
  'active',
  'delayed',
  'progress',
  'stalled',
  'completed',
  'failed',
] as const;
// KEYS: a counter; ARGV: milliseconds to keep it. How many came before.
const TAKE_NUMBER = `local number = redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return number - 1`;

/** What is needed of a client of `ioredis` beside what BullMQ does with it. */
interface Commands {
  eval(script: string, keys: number, key: string, keepMs: string): Promise<unknown>;
  xrevrange(
    key: string,
    end: '+',
    start: '-',
    count: 'COUNT',
    number: 1,
  ): Promise<[id: string, fields: unknown][]>;
}

const commandsOf = async (queue: Queue) => (await queue.client) as unknown as Commands;

/**
 * Makes retrievals durable, over BullMQ and a Redis of yours: whatever process dies, each of them
 * ends once, its answer in the vault or with a code.
 *
 * Redis is told ids, instants and codes. Token and terms stay in the client's store, answers go to
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
 *   const queue = createRetrievalQueue({ connection: { host: '127.0.0.1', port: 6379 }, client, vault, rate: { max: 10, perMs: 1_000 } });
 *   return queue.add(retrieval);
 * }
 * ```
 */
export function createRetrievalQueue<S extends Service>(
  options: RetrievalQueueOptions<S>,
): RetrievalQueue<S> {
  const { connection, client, vault, rate, name, prefix, timeoutMs, clock, onEvent } = checkOptions(
    options as unknown as RetrievalQueueOptions,
  );
  const connections = createConnections(connection);
  const lifetime = new AbortController();
  // Every call under way listens, and takes its listener away again.
  setMaxListeners(0, lifetime.signal);
  const workers = new Set<RetrievalWorker>();
  const watchers = new Map<string, Set<() => void>>();
  let opened: Promise<Queue> | undefined;
  let listening: Promise<QueueEvents> | undefined;

  const tell: Tell = (event) => {
    try {
      const told = onEvent?.(
        Object.freeze({ at: formatInstant(clock.now()), ...event }) as RetrievalQueueEvent,
      );
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {
      // A log's fault must not undo what was done.
    }
  };
  const trouble = (error: unknown) => tell({ type: 'trouble', ...wordOf(error) });

  async function openQueue(): Promise<Queue> {
    const bullmq = await loadBullmq();
    const queue = new bullmq.Queue(name, { connection: connections.producer(), prefix });
    queue.on('error', trouble);
    return queue;
  }

  /** A connection that broke while it was made is of no use; the next call makes another. */
  async function ready(queue: Queue): Promise<void> {
    try {
      await queue.waitUntilReady();
    } catch (error) {
      opened = undefined;
      void end(queue);
      throw error;
    }
  }

  /** Asks Redis for no longer than the host allows. */
  async function reach<T>(
    effect: 'none' | 'unknown',
    work: (queue: Queue) => Promise<T>,
  ): Promise<T> {
    if (lifetime.signal.aborted) throw new SelfInfoError('client_closed');
    try {
      opened ??= openQueue();
      const queue = await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return await withinScope(
        { stage: 'store', signal: lifetime.signal },
        systemClock,
        timeoutMs,
        async () => {
          await ready(queue);
          return work(queue);
        },
      );
    } catch (error) {
      // Who repeats it at once would otherwise leave no turn to the connection that is to come
      // back.
      await setImmediate();
      if (lifetime.signal.aborted) throw new SelfInfoError('client_closed');
      throw hide(error, effect);
    }
  }

  /**
   * The next free slot behind an instant that many may wait for; counted over all processes, by
   * whole seconds.
   */
  async function takeSlot(queue: Queue, atMs: number): Promise<number> {
    const secondMs = Math.ceil(atMs / 1_000) * 1_000;
    const commands = await commandsOf(queue);
    const keepMs = Math.max(0, secondMs - clock.now()) + HOUR_MS;
    const number = Number(
      await commands.eval(TAKE_NUMBER, 1, queue.toKey(`opening:${secondMs}`), String(keepMs)),
    );
    return secondMs + slotMs(number, rate, Math.random());
  }
  const spread = (atMs: number) => reach('none', (queue) => takeSlot(queue, atMs));

  async function add(given: Retrieval): Promise<string> {
    const retrieval = client.resume(given);
    const { id } = retrieval;
    const now = clock.now();
    const leftMs = Date.parse(retrieval.expiresAt) - now;
    if (!(leftMs > 0)) throw new SelfInfoError('retrieval_gone');
    const openingMs = openingOf(client, retrieval, now);
    const closed = openingMs > now && openingMs < now + leftMs;
    const dueMs = await reach('unknown', async (queue) => {
      const atMs = closed ? inTime(await takeSlot(queue, openingMs), openingMs, now + leftMs) : now;
      const keep = { age: Math.ceil((leftMs + DAY_MS) / 1_000) };
      await queue.add(
        'retrieval',
        {},
        {
          jobId: id,
          delay: atMs - now,
          // What is thrown and not known to be final passes.
          attempts: Number.MAX_SAFE_INTEGER,
          backoff: { type: 'fixed', delay: RETRY_MS },
          removeOnComplete: keep,
          removeOnFail: keep,
          stackTraceLimit: 0,
        },
      );
      return atMs;
    });
    tell({ type: 'added', id });
    if (dueMs > now)
      tell({ type: 'put-off', id, state: 'unavailable', until: formatInstant(dueMs) });
    return id;
  }

  async function state(id: string): Promise<RetrievalState | undefined> {
    checkText(id, 'id');
    return reach('none', (queue) => stateOf(queue, id, clock));
  }

  async function listen(): Promise<QueueEvents> {
    // From the last event there is: what comes before the connection stands is heard, too.
    const [last] = await reach('none', async (queue) =>
      (await commandsOf(queue)).xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1),
    );
    const bullmq = await loadBullmq();
    const events = new bullmq.QueueEvents(name, {
      connection: connections.worker(),
      prefix,
      lastEventId: last?.[0] ?? '0',
      // The version was looked at just now, and what waits for Redis could not be closed before
      // Redis is there.
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
    events.on('error', trouble);
    for (const hint of HINTS) {
      events.on(hint, ({ jobId }: { readonly jobId: string }) => {
        for (const look of watchers.get(jobId) ?? []) look();
      });
    }
    return events;
  }

  function progress(
    id: string,
    given: { readonly signal?: AbortSignal } = {},
  ): AsyncIterable<RetrievalState> {
    checkText(id, 'id');
    checkKeys(given, 'options', { signal: true });
    checkSignal(given.signal, 'options.signal');
    const own = new AbortController();
    const states = follow(id, own, given.signal);
    const end = states.return.bind(states);
    // Whoever leaves while a state is awaited would else be followed until it comes: a stream that
    // is cancelled does.
    states.return = (value) => {
      own.abort();
      return end(value);
    };
    return states;
  }

  async function* follow(
    id: string,
    own: AbortController,
    given: AbortSignal | undefined,
  ): AsyncGenerator<RetrievalState> {
    const { signal } = own;
    const leave = () => own.abort();
    const outer = given ? [given, lifetime.signal] : [lifetime.signal];
    for (const one of outer) {
      if (one.aborted) leave();
      one.addEventListener('abort', leave, { once: true });
    }
    let look = () => {};
    const hear = () => look();
    const mine = watchers.get(id) ?? new Set();
    watchers.set(id, mine.add(hear));
    try {
      listening ??= listen();
      await listening.catch((error: unknown) => {
        listening = undefined;
        throw error;
      });
      for (let last = ''; !signal.aborted; ) {
        // From before the state is read: what changes meanwhile is not missed. The events are
        // hints, the state is the truth.
        const pause = new AbortController();
        look = () => pause.abort();
        const now = await state(id);
        if (now === undefined) throw new SelfInfoError('retrieval_gone');
        const text = JSON.stringify(now);
        if (text !== last) yield now;
        last = text;
        if (now.state === 'ready' || now.state === 'failed') return;
        await systemClock
          .wait(LOOK_MS, AbortSignal.any([pause.signal, signal]))
          .catch(() => undefined);
      }
    } catch (error) {
      if (!(signal.aborted && isSelfInfoError(error, 'client_closed'))) throw error;
    } finally {
      for (const one of outer) one.removeEventListener('abort', leave);
      mine.delete(hear);
      if (mine.size === 0 && watchers.get(id) === mine) watchers.delete(id);
    }
  }

  async function startWorker(given: RetrievalWorkerOptions = {}): Promise<RetrievalWorker> {
    const checked = checkWorkerOptions(given);
    if (lifetime.signal.aborted) throw new SelfInfoError('client_closed');
    const bullmq = await loadBullmq();
    try {
      const worker = runWorker(
        {
          bullmq,
          client,
          vault,
          clock,
          rate,
          name,
          prefix,
          connection: connections.worker(),
          tell,
          spread,
        },
        checked,
      );
      workers.add(worker);
      return worker;
    } catch (error) {
      throw hide(error);
    }
  }

  async function close(): Promise<void> {
    // The workers first: they still need the queue.
    await Promise.all([...workers].map((worker) => worker.close()));
    lifetime.abort();
    const parts = await Promise.all(
      [opened, listening].map((part) => part?.catch(() => undefined)),
    );
    await Promise.all(parts.map(end));
    connections.end();
  }

  const queue = { add, state, progress, startWorker, close, [Symbol.asyncDispose]: close };
  // Inside, everything is checked at run time by the one client; the types bind callers to its
  // service.
  return Object.freeze(queue) as unknown as RetrievalQueue<S>;
}

/**
 * Ends a connection, whatever state it is in: one that Redis has left would go on looking for it.
 */
async function end(part: Queue | QueueEvents | undefined): Promise<void> {
  if (part === undefined) return;
  const ended = new AbortController();
  const late = systemClock.wait(CLOSING_MS, ended.signal).catch(() => undefined);
  await Promise.race([part.close().catch(() => undefined), late]).finally(() => ended.abort());
  part.disconnect().catch(() => undefined);
}

function checkOptions(options: RetrievalQueueOptions) {
  checkKeys(options, 'options', {
    connection: true,
    client: true,
    vault: true,
    rate: true,
    name: true,
    prefix: true,
    timeoutMs: true,
    clock: true,
    onEvent: true,
  });
  for (const required of ['connection', 'client', 'vault', 'rate'] as const) {
    if (options[required] === undefined)
      throw new SelfInfoError('missing_option', { path: `options.${required}` });
  }
  const {
    connection,
    client,
    vault,
    rate,
    name = NAME,
    prefix = PREFIX,
    timeoutMs = TIMEOUT_MS,
    onEvent,
  } = options;
  if ((typeof connection !== 'object' && typeof connection !== 'function') || connection === null) {
    throw new TypeError('options.connection must be an object or a function.');
  }
  checkMethods(client, 'options.client', [
    'availability',
    'resume',
    'recall',
    'collect',
    'discard',
  ]);
  checkMethods(vault, 'options.vault', ['put', 'has']);
  checkKeys(rate, 'options.rate', { max: true, perMs: true });
  checkWhole(rate.max, 'options.rate.max', 1);
  checkWhole(rate.perMs, 'options.rate.perMs', 1);
  checkPattern(name, 'options.name', /^[\w-]{1,100}$/, {
    en: 'At most 100 letters, digits, - and _.',
    ja: '英数字・-・_ で100文字以内です。',
  });
  checkPattern(prefix, 'options.prefix', /^\S{1,100}$/, {
    en: 'At most 100 characters without spaces.',
    ja: '空白を含まない100文字以内の文字列です。',
  });
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  const clock = checkClock(options.clock, 'options.clock');
  checkFunction(onEvent, 'options.onEvent');
  return {
    connection,
    client,
    vault,
    rate: { max: rate.max, perMs: rate.perMs },
    name,
    prefix,
    timeoutMs,
    clock,
    onEvent,
  };
}

function checkPattern(
  value: unknown,
  path: string,
  pattern: RegExp,
  expected: { readonly en: string; readonly ja: string },
): void {
  checkText(value, path);
  if (!pattern.test(value)) throw new SelfInfoError('invalid_option', { path, expected });
}
