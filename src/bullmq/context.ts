import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Queue, QueueEvents } from 'bullmq';
import { systemClock } from '../foundation/clock.js';
import { withinScope } from '../foundation/deadline.js';
import { SelfInfoError } from '../foundation/errors.js';
import { createConnections, loadBullmq, type QueueConnections, waitAtMost } from './connection.js';
import { createEmit, type EmitQueueEvent, emitTrouble } from './events.js';
import type { CheckedQueueOptions } from './options.js';
import { toStoreError } from './redis-errors.js';

/** Options, connections and mutable state of one queue, shared by its functions. */
export interface QueueContext extends CheckedQueueOptions {
  readonly connections: QueueConnections;
  /** Aborts when the queue is closed. */
  readonly lifetime: AbortController;
  readonly emit: EmitQueueEvent;
  /** Workers of this process. */
  readonly workers: Set<{ close(): Promise<void> }>;
  /** Functions to call when a retrieval may have changed, by its id. */
  readonly watchers: Map<string, Set<() => void>>;
  opened: Promise<Queue> | undefined;
  listening: Promise<QueueEvents> | undefined;
}

const CLOSING_MS = 1_000;

/** Creates the context of a queue. Nothing connects to Redis yet. */
export function createContext(options: CheckedQueueOptions): QueueContext {
  const lifetime = new AbortController();
  // Every call in progress adds a listener and removes it again.
  setMaxListeners(0, lifetime.signal);
  return {
    ...options,
    connections: createConnections(options.connection),
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
  work: (queue: Queue) => Promise<T>,
): Promise<T> {
  const { signal } = context.lifetime;
  if (signal.aborted) throw new SelfInfoError('client_closed');
  try {
    context.opened ??= openQueue(context);
    const queue = await context.opened.catch((error: unknown) => {
      context.opened = undefined;
      throw error;
    });
    return await withinScope(
      { stage: 'store', signal },
      systemClock,
      context.timeoutMs,
      async () => {
        await waitUntilReady(context, queue);
        return work(queue);
      },
    );
  } catch (error) {
    // Otherwise a caller that repeats the call at once keeps the connection from coming back.
    await setImmediate();
    if (signal.aborted) throw new SelfInfoError('client_closed');
    throw toStoreError(error, effect);
  }
}

async function openQueue(context: QueueContext): Promise<Queue> {
  const { name, prefix, connections, emit } = context;
  const bullmq = await loadBullmq();
  const queue = new bullmq.Queue(name, { connection: connections.producer(), prefix });
  queue.on('error', (error) => emitTrouble(emit, error));
  return queue;
}

/** Drops a connection that failed while it was opening, so that the next call opens another. */
async function waitUntilReady(context: QueueContext, queue: Queue): Promise<void> {
  try {
    await queue.waitUntilReady();
  } catch (error) {
    context.opened = undefined;
    void closePart(queue);
    throw error;
  }
}

/** Closes the workers of this process, then the queue and its connections. */
export async function closeQueue(context: QueueContext): Promise<void> {
  const { workers, lifetime, connections } = context;
  // Close the workers first, because they still need the queue.
  await Promise.all([...workers].map((worker) => worker.close()));
  lifetime.abort();
  const parts = await Promise.all(
    [context.opened, context.listening].map((part) => part?.catch(() => undefined)),
  );
  await Promise.all(parts.map(closePart));
  connections.disconnect();
}

/** Closes a connection in any state: one that lost Redis would reconnect forever. */
async function closePart(part: Queue | QueueEvents | undefined): Promise<void> {
  if (part === undefined) return;
  await waitAtMost(CLOSING_MS, () => part.close());
  part.disconnect().catch(() => undefined);
}
