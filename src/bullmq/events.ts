import type { Clock } from '../foundation/clock.js';
import { notify } from '../foundation/listener.js';
import { formatInstant } from '../foundation/time.js';
import { codeFields } from './redis-errors.js';

/**
 * Event about the work of this process. `at`: ISO 8601 at +09:00. `id`: id of the retrieval.
 *
 * `added`: this process added it. `put-off`: not finished, and asked again at `until`; `code` is
 * set if an error was the reason. With the state `ready` the vault has the answer, and only its
 * acknowledgement is repeated. `ended`: emitted once, by the worker that ended it. `recovered`:
 * its worker died or lost it; another worker goes on. `trouble`: an error of Redis or of its
 * connection; `code` is the error code of Redis or of the system, if there is one.
 *
 * @example
 * ```ts
 * import type { RetrievalQueueEvent } from 'myna-selfinfo/bullmq';
 * const isAlarming = (event: RetrievalQueueEvent) =>
 *   event.type === 'trouble' || (event.type === 'ended' && event.state === 'failed');
 * ```
 */
export type RetrievalQueueEvent = { readonly at: string } & (
  | { readonly type: 'added' | 'recovered'; readonly id: string }
  | {
      readonly type: 'put-off';
      readonly id: string;
      readonly state: 'waiting' | 'unavailable' | 'ready';
      readonly until: string;
      readonly code?: string;
    }
  | { readonly type: 'ended'; readonly id: string; readonly state: 'ready'; readonly ref: string }
  | { readonly type: 'ended'; readonly id: string; readonly state: 'failed'; readonly code: string }
  | { readonly type: 'trouble'; readonly code?: string }
);

/** Emits an event of the queue, and adds `at`. */
export type EmitQueueEvent = (
  event: RetrievalQueueEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never,
) => void;

/** Creates the function that emits events to the caller's listener. */
export function createEmit(
  clock: Pick<Clock, 'now'>,
  onEvent: ((event: RetrievalQueueEvent) => unknown) | undefined,
): EmitQueueEvent {
  return (event) =>
    notify(
      onEvent,
      () => Object.freeze({ at: formatInstant(clock.now()), ...event }) as RetrievalQueueEvent,
    );
}

/** Emits `trouble` for an error of Redis, with its code only. */
export function emitTrouble(emit: EmitQueueEvent, error: unknown): void {
  emit({ type: 'trouble', ...codeFields(error) });
}
