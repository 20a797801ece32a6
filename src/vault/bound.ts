import type { Clock } from '../foundation/clock.js';
import { withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';

/**
 * Limits the time of a call to a store or a key provider. What the call does afterwards is ignored.
 *
 * `changes`: whether the call may have changed something when the time is over.
 */
export type Bound = <T>(changes: boolean, work: () => Promise<T>) => Promise<T>;

/**
 * Returns a limit of `timeoutMs` milliseconds by the clock for each call.
 *
 * The calls throw SelfInfoError `timed_out` at the stage `vault`, with the effect `unknown` when
 * something may have changed. Every operation of a vault may be repeated.
 */
export function boundBy(clock: Clock, timeoutMs: number): Bound {
  return async (changes, work) => {
    // One signal for each call: Node warns about a signal with more than ten listeners.
    const { signal } = new AbortController();
    try {
      return await withinScope({ stage: 'vault', signal }, clock, timeoutMs, async () => work());
    } catch (error) {
      if (!isSelfInfoError(error, 'timed_out')) throw error;
      throw new SelfInfoError('timed_out', {
        stage: 'vault',
        effect: changes ? 'unknown' : 'none',
        retry: { safe: true },
      });
    }
  };
}
