import { CANCELLED, systemClock } from '../foundation/clock.js';
import { deadline } from '../foundation/deadline.js';
import { SelfInfoError } from '../foundation/errors.js';

/** Options of `ioredis` for one server or sentinels. */
export interface QueueConnectionOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 6379. */
  readonly port?: number;
  /** Name of the Redis user. */
  readonly username?: string;
  /** Password of the Redis user. */
  readonly password?: string;
  /** Number of the database; default 0. */
  readonly db?: number;
  /** Options of Node's TLS; `{}` for their defaults. */
  readonly tls?: object;
  /** Any other option of `ioredis`. */
  readonly [option: string]: unknown;
}

/**
 * Settings that a connection must have: producers reject commands while Redis is away, workers
 * wait.
 */
export interface QueueConnectionSettings {
  readonly enableOfflineQueue: boolean;
  readonly maxRetriesPerRequest: number | null;
}

/**
 * Options of `ioredis`, or a function that creates a `Redis` or `Cluster` of `ioredis` with the
 * given settings. The queue disconnects the clients that the function created.
 */
export type QueueConnection =
  | QueueConnectionOptions
  | ((settings: QueueConnectionSettings) => object);

/** The package `bullmq`. */
export type Bullmq = typeof import('bullmq');

/** Loads the package `bullmq`. */
export async function loadBullmq(): Promise<Bullmq> {
  try {
    return await import('bullmq');
  } catch {
    throw new SelfInfoError('package_missing', {
      path: 'bullmq',
      expected: { en: 'npm install bullmq', ja: 'npm install bullmq で追加してください。' },
    });
  }
}

/** Connections of one queue. */
export interface QueueConnections {
  producer(): object;
  worker(): object;
  /** Disconnects the clients that the caller's function created. BullMQ closes the others. */
  disconnect(): void;
}

/** Creates the connections of one queue. */
export function createConnections(connection: QueueConnection): QueueConnections {
  const created: { disconnect?: () => void }[] = [];
  function open(settings: QueueConnectionSettings): object {
    if (typeof connection !== 'function') return { ...connection, ...settings };
    const client = connection(settings);
    created.push(client);
    return client;
  }
  return {
    producer: () => open({ enableOfflineQueue: false, maxRetriesPerRequest: 0 }),
    worker: () => open({ enableOfflineQueue: true, maxRetriesPerRequest: null }),
    disconnect: () => {
      for (const client of created.splice(0)) client.disconnect?.();
    },
  };
}

/** Waits for work, but at most `limitMs` by the system clock. Ignores a failure. */
export async function waitAtMost(limitMs: number, work: () => Promise<unknown>): Promise<void> {
  const tooLate = () => CANCELLED;
  const limits = { clock: systemClock, limitMs, timedOut: tooLate, aborted: tooLate };
  await deadline(limits, work).catch(() => undefined);
}
