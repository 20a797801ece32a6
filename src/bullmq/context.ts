import { EventEmitter, setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { systemClock } from '../foundation/clock.js';
import { withinScope } from '../foundation/deadline.js';
import { SelfInfoError } from '../foundation/errors.js';
import type { QueueCommands } from './client-options.js';
import { loadBullmq, type OpenConnection, openConnection } from './connection.js';
import { createEmit, type EmitQueueEvent, emitTrouble } from './events.js';
import type { CheckedQueueOptions } from './options.js';
import { toStoreError } from './redis-errors.js';

/** Options, connections and mutable state of one queue, shared by its functions. */
export interface QueueContext extends CheckedQueueOptions {
  /** Aborts when the queue is closed. */
  readonly lifetime: AbortController;
  readonly emit: EmitQueueEvent;
  /** Workers of this process. */
  readonly workers: Set<Closable>;
  /** Functions to call when a retrieval may have changed, by its id. */
  readonly watchers: Map<string, Set<() => void>>;
  opened: Promise<OpenQueue> | undefined;
  listening: Promise<Closable> | undefined;
}

/** A part of BullMQ with its connection. */
export interface Closable {
  close(): Promise<void>;
}

/** The queue in Redis. */
interface OpenQueue extends Closable {
  readonly queue: Queue;
  readonly commands: QueueCommands;
}

/** Creates the context of a queue. Nothing connects to Redis yet. */
export function createContext(options: CheckedQueueOptions): QueueContext {
  const lifetime = new AbortController();
  // Every call in progress adds a listener and removes it again.
  setMaxListeners(0, lifetime.signal);
  return {
    ...options,
    lifetime,
    emit: createEmit(options.clock, options.onEvent),
    workers: new Set(),
    watchers: new Map(),
    opened: undefined,
    listening: undefined,
  };
}

/**
 * Runs work on the queue in Redis, within the caller's `timeoutMs`.
 *
 * @param effect - what the work may have changed if it fails.
 * @throws SelfInfoError `client_closed`, `store_failed`, `package_missing`.
 */
export async function withQueue<T>(
  context: QueueContext,
  effect: 'none' | 'unknown',
  work: (queue: Queue, commands: QueueCommands) => Promise<T>,
): Promise<T> {
  const { signal } = context.lifetime;
  if (signal.aborted) throw new SelfInfoError('client_closed');
  try {
    context.opened ??= openQueue(context);
    const open = await context.opened.catch((error: unknown) => {
      context.opened = undefined;
      throw error;
    });
    return await withinScope(
      { stage: 'store', signal },
      systemClock,
      context.timeoutMs,
      async () => {
        await waitUntilReady(context, open);
        return work(open.queue, open.commands);
      },
    );
  } catch (error) {
    // Otherwise a caller that repeats the call at once keeps the connection from coming back.
    await setImmediate();
    if (signal.aborted) throw new SelfInfoError('client_closed');
    throw toStoreError(error, effect);
  }
}

async function openQueue(context: QueueContext): Promise<OpenQueue> {
  const { name, prefix } = context;
  const bullmq = await loadBullmq();
  const connection = await openConnection(context.connection, 'producer');
  return orDisconnect(connection, () => {
    const queue = new bullmq.Queue(name, { connection: connection.client, prefix });
    reportTrouble(queue, connection, context.emit);
    // Ending the connection is enough. Queue.close() would wait for Redis.
    const close = async () => connection.disconnect();
    return { queue, commands: connection.commands, close };
  });
}

/** Returns a part of BullMQ. Ends its connection when BullMQ cannot create the part. */
export function orDisconnect<T>(connection: OpenConnection, create: () => T): T {
  try {
    return create();
  } catch (error) {
    connection.disconnect();
    throw error;
  }
}

/** Emits `trouble` for the errors of a part of BullMQ until its connection is ended. */
export function reportTrouble(
  part: Pick<EventEmitter, 'on'>,
  connection: Pick<OpenConnection, 'ended'>,
  emit: EmitQueueEvent,
): void {
  keepListeners(part);
  part.on('error', (error) => connection.ended || emitTrouble(emit, error));
}

/**
 * Keeps the listeners of the connections in a part of BullMQ 5. It removes them when it closes, and
 * may emit an error afterwards: without a listener that would end the process.
 */
function keepListeners(part: object): void {
  for (const name of ['connection', 'blockingConnection']) {
    const connection: unknown = Reflect.get(part, name);
    if (connection instanceof EventEmitter) connection.removeAllListeners = () => connection;
  }
}

/** Drops a connection that failed while it was opening, so that the next call opens another. */
async function waitUntilReady(context: QueueContext, { queue, close }: OpenQueue): Promise<void> {
  try {
    await queue.waitUntilReady();
  } catch (error) {
    context.opened = undefined;
    void close();
    throw error;
  }
}

/** Closes the workers of this process, then the queue and its connections. */
export async function closeQueue(context: QueueContext): Promise<void> {
  const { workers, lifetime } = context;
  // Close the workers first, because they still need the queue.
  await Promise.all([...workers].map((worker) => worker.close()));
  lifetime.abort();
  const parts = await Promise.all(
    [context.opened, context.listening].map((part) => part?.catch(() => undefined)),
  );
  await Promise.all(parts.map((part) => part?.close()));
}
