import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../foundation/clock.js';

/** A clock that runs ahead of its base during the calls that ask for it. */
export interface SkewableClock {
  readonly clock: Clock;
  /** Runs `run` as though the clock were `ms` milliseconds ahead. */
  withSkew<T>(ms: number, run: () => T): T;
}

// One storage for all sandboxes. Node keeps every storage that was ever used in a list, and copies
// its content to every promise of the process.
const SKEW = new AsyncLocalStorage<{ readonly of: Clock; readonly ms: number }>();

/** Wraps a clock so that single calls can see another time. */
export function createSkewableClock(base: Clock): SkewableClock {
  const aheadMs = () => {
    const skew = SKEW.getStore();
    return skew?.of === clock ? skew.ms : 0;
  };
  const clock: Clock = {
    now: () => base.now() + aheadMs(),
    wait: (ms, signal) => base.wait(ms, signal),
  };
  return { clock, withSkew: (ms, run) => SKEW.run({ of: clock, ms }, run) };
}
