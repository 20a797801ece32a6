import { systemClock } from '../foundation/clock.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { checkSignal, checkText, readKeys } from '../foundation/options.js';
import { ONCE } from '../foundation/own.js';
import { loadBullmq, openConnection, waitAtMost } from './connection.js';
import {
  type Closable,
  orDisconnect,
  type QueueContext,
  reportTrouble,
  withQueue,
} from './context.js';
import { type RetrievalState, stateOf } from './states.js';

/** Options of `RetrievalQueue.progress`. */
type FollowOptions = { readonly signal?: AbortSignal };

/** After this time a state is read without an event: a lost connection may lose an event. */
const REREAD_MS = 5_000;
const CLOSING_MS = 1_000;
/** Events of BullMQ after which the state of a retrieval may have changed. */
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

/** Reads the state of a retrieval. */
export async function readState(
  context: QueueContext,
  id: string,
): Promise<RetrievalState | undefined> {
  checkText(id, 'id');
  return withQueue(context, 'none', (queue) => stateOf(queue, id, context.clock));
}

/** Iterates over the states of a retrieval until it ends or a signal aborts. */
export function followProgress(
  context: QueueContext,
  id: string,
  options: FollowOptions = {},
): AsyncIterable<RetrievalState> {
  checkText(id, 'id');
  options = readKeys(options, 'options', { signal: true } satisfies Record<
    keyof FollowOptions,
    true
  >);
  checkSignal(options.signal, 'options.signal');
  const leaving = new AbortController();
  const states = follow(context, id, leaving, options.signal);
  const finish = states.return.bind(states);
  // Otherwise a caller that leaves while a state is awaited, as a cancelled stream does, would wait
  // for that state.
  states.return = (value) => {
    leaving.abort();
    return finish(value);
  };
  return states;
}

async function* follow(
  context: QueueContext,
  id: string,
  leaving: AbortController,
  given: AbortSignal | undefined,
): AsyncGenerator<RetrievalState> {
  const { signal } = leaving;
  const { lifetime, watchers } = context;
  const unlink = abortWith(leaving, given ? [given, lifetime.signal] : [lifetime.signal]);
  let wake = () => {};
  const unwatch = watch(watchers, id, () => wake());
  try {
    await listen(context);
    for (let last = ''; !signal.aborted; ) {
      // Created before the state is read, so that a change meanwhile is not missed. Events are only
      // hints: the state in Redis is the truth.
      const pause = new AbortController();
      wake = () => pause.abort();
      const now = await readState(context, id);
      if (now === undefined) throw new SelfInfoError('retrieval_gone');
      const text = JSON.stringify(now);
      if (text !== last) yield now;
      last = text;
      if (now.state === 'ready' || now.state === 'failed') return;
      await systemClock
        .wait(REREAD_MS, AbortSignal.any([pause.signal, signal]))
        .catch(() => undefined);
    }
  } catch (error) {
    if (!(signal.aborted && isSelfInfoError(error, 'client_closed'))) throw error;
  } finally {
    unlink();
    unwatch();
  }
}

/** Aborts a controller when one of the signals aborts. Returns a function that ends this. */
export function abortWith(
  controller: AbortController,
  signals: readonly AbortSignal[],
): () => void {
  const abort = () => controller.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, ONCE);
  }
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  };
}

/** Calls `changed` for each hint about a retrieval. Returns a function that ends this. */
export function watch(
  watchers: QueueContext['watchers'],
  id: string,
  changed: () => void,
): () => void {
  const ofId = watchers.get(id) ?? new Set();
  watchers.set(id, ofId.add(changed));
  return () => {
    ofId.delete(changed);
    if (ofId.size === 0 && watchers.get(id) === ofId) watchers.delete(id);
  };
}

/** Connects to the events of the queue, once for all watchers. */
async function listen(context: QueueContext): Promise<void> {
  context.listening ??= openEvents(context);
  await context.listening.catch((error: unknown) => {
    context.listening = undefined;
    throw error;
  });
}

async function openEvents(context: QueueContext): Promise<Closable> {
  const { name, prefix, watchers } = context;
  // Starts after the last event in Redis, so that no event before the connection is ready is lost.
  const [last] = await withQueue(context, 'none', (queue, commands) =>
    commands.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1),
  );
  const bullmq = await loadBullmq();
  const connection = await openConnection(context.connection, 'worker');
  const events = orDisconnect(
    connection,
    () =>
      new bullmq.QueueEvents(name, {
        connection: connection.client,
        prefix,
        lastEventId: last?.[0] ?? '0',
        // The call above has checked the version. A wait for Redis could not be cancelled until
        // Redis is back.
        skipVersionCheck: true,
        skipWaitingForReady: true,
      }),
  );
  reportTrouble(events, connection, context.emit);
  for (const hint of HINTS) {
    events.on(hint, ({ jobId }: { readonly jobId: string }) => {
      for (const changed of watchers.get(jobId) ?? []) changed();
    });
  }
  return {
    async close() {
      connection.disconnect();
      await waitAtMost(CLOSING_MS, () => events.close());
    },
  };
}
