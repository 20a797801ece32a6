import { getEventListeners } from 'node:events';
import type { Clock, VirtualClock } from '../../src/index.js';

/** A virtual clock that knows how many waits are under way. */
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

/** A signal that knows who listens to it. */
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
 * Handles of the process that only a connection under way has; its own end and that of a server in
 * the same process count alike.
 */
export const handles = (): number =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TLSWrap|TCPSocketWrap|TCPWRAP|TCPConnectWrap|Timeout)$/.test(name)).length;

/** Collects what nobody caught, until it is stopped. */
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
 * Moves a clock on by steps until the work settles, for as long as `when` says so; real things get
 * their turns between two steps.
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
