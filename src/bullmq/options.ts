import type { SelfInfoClient } from '../client/types.js';
import type { Clock } from '../foundation/clock.js';
import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkMethods,
  checkText,
  checkWhole,
  readKeys,
} from '../foundation/options.js';
import type { Service } from '../service/service.js';
import type { Vault } from '../vault/vault.js';
import { checkKeyPrefix } from './client-options.js';
import type { QueueConnection } from './connection.js';
import type { RetrievalQueueEvent } from './events.js';
import type { Rate } from './rate.js';

/** Options of `createRetrievalQueue`. */
export interface RetrievalQueueOptions<S extends Service = Service> {
  /**
   * How to reach Redis: options of `ioredis`, or a function that creates a client. Not the client
   * that the store uses: workers block theirs.
   */
  readonly connection: QueueConnection;
  /**
   * The client that asks the portal and supplies the calendar. All processes must share its store.
   */
  readonly client: SelfInfoClient<S>;
  /** The vault that stores the answers. All processes must share its store. */
  readonly vault: Vault<S>;
  /**
   * Limit of requests to the portal, over all workers: `max` in `perMs` milliseconds. It must be
   * the same in every process.
   */
  readonly rate: Rate;
  /**
   * Name of the queue: letters, digits, `-` and `_`. Two services need two names. Default:
   * `retrievals`.
   */
  readonly name?: string;
  /**
   * Prefix of all names in Redis, 1 to 100 characters without spaces. A part in braces keeps them
   * in one slot of a cluster. Default: `{myna-selfinfo}`.
   */
  readonly prefix?: string;
  /** How long adding, or reading a state, may take, in milliseconds; default 2,000. */
  readonly timeoutMs?: number;
  /** Default: the system clock. Pass the client's clock if that one is virtual. */
  readonly clock?: Clock;
  /** Receives the events of this process. What it throws or rejects with is ignored. */
  readonly onEvent?: (event: RetrievalQueueEvent) => unknown;
}

/** Options of `RetrievalQueue.startWorker`. */
export interface RetrievalWorkerOptions {
  /** How many retrievals this worker asks for at the same time; default 10. */
  readonly concurrency?: number;
  /**
   * How long asking once may take, in milliseconds; default 10,000. Closing waits for the requests
   * in progress.
   */
  readonly deadlineMs?: number;
  /**
   * How long a worker that stopped renewing its locks keeps its retrievals, in milliseconds.
   * Another worker takes them over within twice that time. Default 30,000.
   */
  readonly lockMs?: number;
}

/** Validated options of a queue, with the defaults filled in. */
export type CheckedQueueOptions = ReturnType<typeof checkQueueOptions>;
/** Validated options of a worker, with the defaults filled in. */
export type CheckedWorkerOptions = ReturnType<typeof checkWorkerOptions>;

const NAME = 'retrievals';
const PREFIX = '{myna-selfinfo}';
const TIMEOUT_MS = 2_000;
const CONCURRENCY = 10;
const DEADLINE_MS = 10_000;
const LOCK_MS = 30_000;

/** Validates the options of a queue and fills in the defaults. */
export function checkQueueOptions(options: RetrievalQueueOptions) {
  options = readKeys(options, 'options', {
    connection: true,
    client: true,
    vault: true,
    rate: true,
    name: true,
    prefix: true,
    timeoutMs: true,
    clock: true,
    onEvent: true,
  } satisfies Record<keyof RetrievalQueueOptions, true>);
  const { max, perMs } = checkRequired(options);
  const { connection, client, vault, onEvent } = options;
  const { name = NAME, prefix = PREFIX, timeoutMs = TIMEOUT_MS } = options;
  checkPattern(name, 'options.name', /^[\w-]{1,100}$/, {
    en: 'It must have 1 to 100 letters, digits, - or _.',
    ja: '英数字、-、_ を使い、100文字以内で指定してください。',
  });
  checkPattern(prefix, 'options.prefix', /^\S{1,100}$/, {
    en: 'It must have 1 to 100 characters without spaces.',
    ja: '空白を含まない100文字以内の文字列で指定してください。',
  });
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  const clock = checkClock(options.clock, 'options.clock');
  checkFunction(onEvent, 'options.onEvent');
  return {
    connection,
    client,
    vault,
    rate: { max, perMs },
    name,
    prefix,
    timeoutMs,
    clock,
    onEvent,
  };
}

/** Checks what has no default, and returns the rate. */
function checkRequired(options: RetrievalQueueOptions): Rate {
  for (const required of ['connection', 'client', 'vault', 'rate'] as const) {
    if (options[required] === undefined)
      throw new SelfInfoError('missing_option', { path: `options.${required}` });
  }
  const { connection, client, vault } = options;
  if ((typeof connection !== 'object' && typeof connection !== 'function') || connection === null)
    throw new TypeError('options.connection must be an object or a function.');
  checkKeyPrefix(connection);
  checkMethods(client, 'options.client', [
    'availability',
    'resume',
    'recall',
    'collect',
    'acknowledge',
    'discard',
    'receiveNotice',
  ]);
  checkMethods(vault, 'options.vault', ['put', 'has']);
  const rate = readKeys(options.rate, 'options.rate', { max: true, perMs: true } satisfies Record<
    keyof Rate,
    true
  >);
  checkWhole(rate.max, 'options.rate.max', 1);
  checkWhole(rate.perMs, 'options.rate.perMs', 1);
  return rate;
}

function checkPattern(value: unknown, path: string, pattern: RegExp, expected: Expected): void {
  checkText(value, path);
  if (!pattern.test(value)) throw invalidOption(path, expected);
}

/** Validates the options of a worker and fills in the defaults. */
export function checkWorkerOptions(options: RetrievalWorkerOptions) {
  options = readKeys(options, 'options', {
    concurrency: true,
    deadlineMs: true,
    lockMs: true,
  } satisfies Record<keyof RetrievalWorkerOptions, true>);
  const { concurrency = CONCURRENCY, deadlineMs = DEADLINE_MS, lockMs = LOCK_MS } = options;
  checkWhole(concurrency, 'options.concurrency', 1);
  checkWhole(deadlineMs, 'options.deadlineMs', 1);
  checkWhole(lockMs, 'options.lockMs', 100);
  return { concurrency, deadlineMs, lockMs };
}
