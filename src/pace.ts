import { setImmediate } from 'node:timers/promises';

/** Lets the rest of the process run between two slices of long work. */
export interface Pace {
  /** Counts work done; true when the slice is used up and {@link Pace.rest} is due. */
  spend(amount: number): boolean;
  /**
   * Ends the slice: whatever else is ready runs first. Rejects once nobody waits for the work any
   * more.
   */
  rest(): Promise<void>;
}

/** Work in slices of `slice`, by whatever measure, until the signal aborts if there is one. */
export function createPace(slice: number, signal?: AbortSignal): Pace {
  let left = slice;
  return {
    spend(amount) {
      left -= amount;
      return left <= 0;
    },
    async rest() {
      left = slice;
      await setImmediate();
      signal?.throwIfAborted();
    },
  };
}
