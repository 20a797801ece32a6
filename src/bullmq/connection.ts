import { CANCELLED, systemClock } from '../foundation/clock.js';
import { deadline } from '../foundation/deadline.js';
import { lazyPackage } from '../foundation/packages.js';
import {
  checkClient,
  type QueueClient,
  type QueueCommands,
  unsupportedOptions,
} from './client-options.js';

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
  /**
   * Any other option of `ioredis`, except `keyPrefix`: use `prefix` of the queue. The queue ignores
   * options with which BullMQ does not work: `commandTimeout`, `socketTimeout`, `blockingTimeout`,
   * `stringNumbers` and `replyMapping`.
   */
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
 * given settings, which override its own options. The queue disconnects the clients that the
 * function created.
 */
export type QueueConnection =
  | QueueConnectionOptions
  | ((settings: QueueConnectionSettings) => object);

/** The package `bullmq`. */
export type Bullmq = typeof import('bullmq');

/** Loads the package `bullmq`. */
export const loadBullmq = lazyPackage('bullmq', (): Promise<Bullmq> => import('bullmq'));

const loadIoredis = lazyPackage(
  'ioredis',
  async () => (await import('ioredis')).default as unknown as CreateClient,
);

/** The class `Redis` of `ioredis`. */
type CreateClient = new (...args: readonly unknown[]) => QueueClient;

/** A connection to Redis for one part of BullMQ. */
export interface OpenConnection {
  /** The client, for BullMQ. */
  readonly client: object;
  /** The same client, for the commands of the queue itself. */
  readonly commands: QueueCommands;
  /** Whether it was disconnected by {@link OpenConnection.disconnect}. */
  readonly ended: boolean;
  /** Disconnects the client and the copies that BullMQ made of it. They reject every command. */
  disconnect(): void;
}

/**
 * Opens a connection. The queue creates every client itself, because BullMQ 6 does not depend on
 * `ioredis` and hides the clients that it creates.
 *
 * @throws SelfInfoError `package_missing`, `invalid_option`; or what the caller's function throws.
 */
export async function openConnection(
  connection: QueueConnection,
  role: 'producer' | 'worker',
): Promise<OpenConnection> {
  const settings: QueueConnectionSettings = {
    ...unsupportedOptions,
    enableOfflineQueue: role === 'worker',
    maxRetriesPerRequest: role === 'worker' ? null : 0,
  };
  const client =
    typeof connection === 'function'
      ? connection(settings)
      : await createClient(connection, settings);
  try {
    checkClient(client, settings);
  } catch (error) {
    (Object(client) as { disconnect?: () => void }).disconnect?.();
    throw error;
  }
  const clients = new Set<QueueClient>();
  track(client, clients);
  let ended = false;
  return {
    client,
    commands: client,
    get ended() {
      return ended;
    },
    disconnect() {
      ended = true;
      for (const one of clients) {
        disableCommands(one);
        one.disconnect();
      }
    },
  };
}

async function createClient(
  { url, ...options }: QueueConnectionOptions,
  settings: QueueConnectionSettings,
): Promise<QueueClient> {
  const Client = await loadIoredis();
  // The first value of an option counts, and a url may have parameters.
  return new Client(settings, url, { ...options, ...settings });
}

/** Remembers a client and every copy that is made of it. */
function track(client: QueueClient, clients: Set<QueueClient>): QueueClient {
  clients.add(client);
  // BullMQ removes its listener when it closes. Then ioredis would print later errors.
  client.on('error', () => undefined);
  const duplicate = client.duplicate.bind(client);
  return Object.assign(client, {
    duplicate: (...args: readonly unknown[]) => track(duplicate(...args), clients),
  });
}

/**
 * Makes a client reject every command. A closed worker repeats a command without a pause when the
 * error says that the connection is closed, and would block the process.
 */
function disableCommands(client: object): void {
  Object.assign(client, {
    // Rejects the command itself, because a pipeline looks at nothing else.
    sendCommand(command: { readonly promise: unknown; reject(error: Error): void }) {
      command.reject(new Error('ended'));
      return command.promise;
    },
  });
}

/** Waits for work, but at most `limitMs` by the system clock. Ignores a failure. */
export async function waitAtMost(limitMs: number, work: () => Promise<unknown>): Promise<void> {
  const tooLate = () => CANCELLED;
  const limits = { clock: systemClock, limitMs, timedOut: tooLate, aborted: tooLate };
  await deadline(limits, work).catch(() => undefined);
}
