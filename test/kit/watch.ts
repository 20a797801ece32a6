import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Clock, VirtualClock } from '../../src/index.js';

/** A virtual clock that counts the waits in progress. */
export interface WatchedClock extends VirtualClock {
  readonly waits: number;
}

export function watchClock(clock: VirtualClock): WatchedClock {
  let waits = 0;
  const wait: Clock['wait'] = async (ms, signal) => {
    waits++;
    try {
      await clock.wait(ms, signal);
    } finally {
      waits--;
    }
  };
  return {
    now: clock.now,
    advance: clock.advance,
    set: clock.set,
    wait,
    get waits() {
      return waits;
    },
  };
}

/** Returns a signal that counts its listeners. */
export function watchedSignal(): {
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  listeners(): number;
} {
  const controller = new AbortController();
  return {
    controller,
    signal: controller.signal,
    listeners: () => getEventListeners(controller.signal, 'abort').length,
  };
}

/**
 * Returns how many handles of the process belong to connections in use. A client and a server in
 * the same process both count.
 */
export const handles = (): number =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TLSWrap|TCPSocketWrap|TCPWRAP|TCPConnectWrap|Timeout)$/.test(name)).length;

/** Collects uncaught errors until it is stopped. */
export function watchUncaught(): { readonly uncaught: readonly unknown[]; stop(): void } {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  return {
    uncaught,
    stop: () => void process.off('uncaughtException', note).off('unhandledRejection', note),
  };
}

/**
 * Advances a clock in steps until the work settles, as long as `when` returns true. Real work gets
 * a turn between two steps.
 */
export async function passTime<T>(
  clock: VirtualClock,
  work: Promise<T>,
  stepMs: number,
  when: () => boolean = () => true,
): Promise<T> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  work.then(done, done);
  while (!settled) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (when()) clock.advance(stepMs);
  }
  return work;
}

/** Returns the outcome of a call if it has settled by now. */
export async function byNow<T>(call: Promise<T>): Promise<T | 'still under way'> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return Promise.race([call, setImmediate('still under way' as const)]);
}
