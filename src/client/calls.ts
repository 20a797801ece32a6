import { setMaxListeners } from 'node:events';
import type { Scope } from '../foundation/deadline.js';
import type { Stage } from '../foundation/error-table.js';
import { SelfInfoError } from '../foundation/errors.js';

/** The calls of one client that are under way. */
export interface Calls {
  /**
   * Runs a call under a signal that aborts with the caller's and with the client.
   *
   * @throws SelfInfoError `client_closed`, `overloaded`.
   */
  run<T>(
    stage: Stage,
    signal: AbortSignal | undefined,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T>;
  /** Refuses what is no call, but means nothing once the client is closed: `client_closed`. */
  checkOpen(): void;
  /** Aborts all. */
  close(): void;
}

/**
 * Keeps account of a client's calls and refuses more than `most` at once; a consent that begins
 * sends nothing and does not count.
 */
export function createCalls(most: number): Calls {
  const lifetime = new AbortController();
  let underWay = 0;
  function checkOpen(): void {
    if (lifetime.signal.aborted) throw new SelfInfoError('client_closed');
  }
  return {
    checkOpen,
    async run(stage, signal, work) {
      checkOpen();
      const share = stage === 'consent' ? 0 : 1;
      if (underWay + share > most) throw new SelfInfoError('overloaded', { stage });
      const own = new AbortController();
      const abort = () => own.abort();
      const signals = signal ? [lifetime.signal, signal] : [lifetime.signal];
      for (const given of signals) {
        // Every call under way listens, and takes its listener away again: a busy client is no
        // leak.
        setMaxListeners(0, given);
        if (given.aborted) own.abort();
        else given.addEventListener('abort', abort, { once: true });
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
