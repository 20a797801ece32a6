import type { Clock } from '../foundation/clock.js';
import { withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';

/**
 * Ends the waiting for a store or a key provider; what it does afterwards it does unheard.
 * `changes`: whether it may have changed something by then.
 */
export type Bound = <T>(changes: boolean, work: () => Promise<T>) => Promise<T>;

/**
 * Bounds each call by `timeoutMs` of the clock.
 *
 * @throws SelfInfoError `timed_out` at the stage `vault`, with the effect `unknown` where something
 * may have changed; whatever a vault does may be done again.
 */
export function boundBy(clock: Clock, timeoutMs: number): Bound {
  return async (changes, work) => {
    // One for each call: Node warns of a signal with more than ten listeners.
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
