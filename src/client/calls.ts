import { setMaxListeners } from 'node:events';
import type { Scope } from '../foundation/deadline.js';
import type { Stage } from '../foundation/error-facts.js';
import { SelfInfoError } from '../foundation/errors.js';
import { ONCE } from '../foundation/own.js';

/** The concurrent calls of one client. */
export interface Calls {
  /**
   * Runs a call under a signal that aborts with the caller's signal and with the client.
   *
   * @throws SelfInfoError `client_closed`, `overloaded`.
   */
  run<T>(
    stage: Stage,
    signal: AbortSignal | undefined,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T>;
  /** @throws SelfInfoError `client_closed`. */
  checkOpen(): void;
  /** Aborts every call. */
  close(): void;
}

/**
 * Counts the calls of a client and refuses more than `most` at once.
 *
 * @param pushes - whether beginning a consent sends something, and therefore counts.
 */
export function createCalls(most: number, pushes = false): Calls {
  const lifetime = new AbortController();
  let underWay = 0;
  function checkOpen(): void {
    if (lifetime.signal.aborted) throw new SelfInfoError('client_closed');
  }
  return {
    checkOpen,
    async run(stage, signal, work) {
      checkOpen();
      const share = stage === 'consent' && !pushes ? 0 : 1;
      if (underWay + share > most) throw new SelfInfoError('overloaded', { stage });
      const own = new AbortController();
      const abort = () => own.abort();
      const signals = signal ? [lifetime.signal, signal] : [lifetime.signal];
      for (const given of signals) {
        // Every call adds one listener and removes it again, so many listeners are not a leak.
        setMaxListeners(0, given);
        if (given.aborted) own.abort();
        else given.addEventListener('abort', abort, ONCE);
      }
      underWay += share;
      try {
        return await work({ stage, signal: own.signal });
      } finally {
        underWay -= share;
        for (const given of signals) given.removeEventListener('abort', abort);
      }
    },
    close: () => lifetime.abort(),
  };
}
