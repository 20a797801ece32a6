import { setMaxListeners } from 'node:events';
import { systemClock } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import type { Stage } from '../foundation/error-facts.js';
import { SelfInfoError } from '../foundation/errors.js';
import { ONCE } from '../foundation/own.js';

/** The scope of a counted call. */
export interface CallScope extends Scope {
  /**
   * Waits for input of the caller without counting meanwhile: anyone on the internet can send a body
   * slowly, and must not use up the calls of everybody else.
   *
   * @throws SelfInfoError `aborted`; `overloaded` when others have taken the place.
   */
  aside<T>(work: () => Promise<T>): Promise<T>;
}

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
    work: (scope: CallScope) => Promise<T>,
  ): Promise<T>;
  /** Returns how many calls run now, of those that count. */
  inFlight(): number;
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
  function enter(stage: Stage): number {
    const share = stage === 'check' || (stage === 'consent' && !pushes) ? 0 : 1;
    if (underWay + share > most) throw new SelfInfoError('overloaded', { stage });
    underWay += share;
    return share;
  }
  return {
    checkOpen,
    inFlight: () => underWay,
    async run(stage, signal, work) {
      checkOpen();
      let share = enter(stage);
      const own = new AbortController();
      const abort = () => own.abort();
      const signals = signal ? [lifetime.signal, signal] : [lifetime.signal];
      for (const given of signals) {
        // Every call adds one listener and removes it again, so many listeners are not a leak.
        setMaxListeners(0, given);
        if (given.aborted) own.abort();
        else given.addEventListener('abort', abort, ONCE);
      }
      const scope = { stage, signal: own.signal };
      const aside: CallScope['aside'] = async (wait) => {
        underWay -= share;
        share = 0;
        const value = await withinScope(scope, systemClock, Number.POSITIVE_INFINITY, wait);
        share = enter(stage);
        return value;
      };
      try {
        return await work({ ...scope, aside });
      } finally {
        underWay -= share;
        for (const given of signals) given.removeEventListener('abort', abort);
      }
    },
    close: () => lifetime.abort(),
  };
}
