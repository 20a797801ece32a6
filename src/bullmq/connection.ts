import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { redisWordOf } from '../stores/redis/error-codes.js';

/** Options of `ioredis` for one server or sentinels. */
export interface QueueConnectionOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 6379. */
  readonly port?: number;
  /** Of the user of Redis. */
  readonly username?: string;
  /** Of the user of Redis. */
  readonly password?: string;
  /** The number of the database; default 0. */
  readonly db?: number;
  /** Options of Node's TLS; `{}` for their defaults. */
  readonly tls?: object;
  /** Whatever else `ioredis` takes. */
  readonly [option: string]: unknown;
}

/**
 * What a connection must be made with: those of producers refuse commands while Redis is away,
 * those of workers wait.
 */
export interface QueueConnectionSettings {
  readonly enableOfflineQueue: boolean;
  readonly maxRetriesPerRequest: number | null;
}

/**
 * Options of `ioredis`, or a function that makes a `Redis` or `Cluster` of `ioredis` with the
 * settings given; the queue ends what it made.
 */
export type QueueConnection =
  | QueueConnectionOptions
  | ((settings: QueueConnectionSettings) => object);

/** The package `bullmq`. */
export type Bullmq = typeof import('bullmq');

/** Loads the package behind this door. */
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

/**
 * Connections of one queue; clients that the host's function made are ended here, the others by
 * BullMQ.
 */
export function createConnections(connection: QueueConnection) {
  const made: { disconnect?: () => void }[] = [];
  function open(settings: QueueConnectionSettings): object {
    if (typeof connection !== 'function') return { ...connection, ...settings };
    const client = connection(settings);
    made.push(client);
    return client;
  }
  return {
    producer: () => open({ enableOfflineQueue: false, maxRetriesPerRequest: 0 }),
    worker: () => open({ enableOfflineQueue: true, maxRetriesPerRequest: null }),
    end: () => {
      for (const client of made.splice(0)) client.disconnect?.();
    },
  };
}

/** What BullMQ and ioredis throw may quote commands: one word says enough. */
export function hide(error: unknown, effect: 'none' | 'unknown' = 'none'): SelfInfoError {
  if (isSelfInfoError(error) && error.code !== 'timed_out') return error;
  const code = redisWordOf(error);
  return new SelfInfoError('store_failed', {
    effect,
    retry: { safe: true },
    ...(code !== undefined && { upstream: { code } }),
  });
}
