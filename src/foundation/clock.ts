import { invalidOption, type SelfInfoError } from './errors.js';
import { ONCE } from './own.js';
import { type Instant, toEpochMs } from './time.js';

/**
 * Tells the time and waits.
 *
 * @example
 * ```ts
 * import { systemClock, type Clock } from 'myna-selfinfo';
 * const fiveMinutesFast: Clock = {
 *   now: () => systemClock.now() + 300_000,
 *   wait: (ms, signal) => systemClock.wait(ms, signal),
 * };
 * ```
 */
export interface Clock {
  /** Returns epoch milliseconds. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds. Rejects with the signal's reason when the signal aborts
   * first.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Returns the error for a clock whose `now()` returns no time. */
export function invalidClock(): SelfInfoError {
  return invalidOption('options.clock', {
    en: 'now() must return epoch milliseconds.',
    ja: 'now() ではエポックミリ秒を返してください。',
  });
}

/** The reason of ended waits and calls. It is shared, because creating an error captures a stack. */
export const CANCELLED = Object.assign(new Error('Cancelled.'), { name: 'AbortError' });

/**
 * Waits by the caller's clock. An exception that `wait` throws synchronously becomes a rejection.
 */
export async function waitBy(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.wait(ms, signal);
}

/**
 * Calls `ring` after `ms` milliseconds, unless the returned function is called first. A clock that
 * cannot wait rings at once.
 *
 * For the system clock a plain timer suffices. A signal and a promise for each limit would cost
 * more than the rest of a call.
 */
export function alarm(clock: Clock, ms: number, ring: () => void): () => void {
  if (clock instanceof MovableClock) return clock.alarm(ms, ring);
  if (clock === systemClock && ms > 0 && ms <= LONGEST_TIMER_MS) {
    const handle = setTimeout(ring, ms);
    return () => clearTimeout(handle);
  }
  const cancelled = new AbortController();
  const over = () => cancelled.signal.aborted || ring();
  waitBy(clock, ms, cancelled.signal).then(over, over);
  return () => cancelled.abort(CANCELLED);
}

/** A clock that moves only by `advance` and `set`. */
export interface VirtualClock extends Clock {
  /** Moves the clock forward by `ms` milliseconds and ends the waits that are due, in order. */
  advance(ms: number): void;
  /** Moves the clock to an instant, forward or back. */
  set(to: Instant): void;
}

// setTimeout overflows above 2^31 - 1 and would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of the machine.
 *
 * @example
 * ```ts
 * import { systemClock } from 'myna-selfinfo';
 * await systemClock.wait(100, AbortSignal.timeout(1_000));
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  async wait(ms, signal) {
    for (let left = ms; left > 0; left -= LONGEST_TIMER_MS)
      await timer(Math.min(left, LONGEST_TIMER_MS), signal);
    signal?.throwIfAborted();
  },
};

// Captured before a test runner can replace it.
const { setTimeout: realTimeout, clearTimeout: clearRealTimeout } = globalThis;

/** Returns the error for fake timers that nothing moves. Otherwise a wait would never end. */
function fakeTimers(): SelfInfoError {
  return invalidOption('options.clock', {
    en: 'setTimeout is faked and nothing advanced it. Pass createVirtualClock as the clock, or fake only Date: vi.useFakeTimers({ toFake: ["Date"] }).',
    ja: 'setTimeout がフェイクに置き換えられ、時間が進んでいません。createVirtualClock の時計を渡すか、Date だけを置き換えてください: vi.useFakeTimers({ toFake: ["Date"] })。',
  });
}

/** How much longer than real time a short wait with fake timers may take. */
const FAKE_MS = 1_000;

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = () => {
      clearTimeout(handle);
      clearRealTimeout(watch);
      signal?.removeEventListener('abort', abort);
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    const handle = setTimeout(() => {
      end();
      resolve();
    }, ms);
    // Whoever advances fake timers does so within twice the time that the wait would really take.
    // Some advance on their own, a little behind the real time.
    const watch =
      setTimeout === realTimeout
        ? undefined
        : realTimeout(() => {
            end();
            reject(fakeTimers());
          }, ms + Math.max(ms, FAKE_MS));
    signal?.addEventListener('abort', abort, ONCE);
  });
}

/**
 * Creates a clock for tests and demos. Its time changes only by `advance` and `set`.
 *
 * @param start - the instant at which it starts.
 * @throws SelfInfoError `invalid_instant`.
 * @example
 * ```ts
 * import { createVirtualClock } from 'myna-selfinfo';
 * const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
 * clock.advance(60_000);
 * ```
 */
export function createVirtualClock(start: Instant): VirtualClock {
  let now = toEpochMs(start, 'start');
  const waits = new Set<{ due: number; end: () => void }>();
  function set(to: number) {
    now = to;
    for (const wait of [...waits].filter((w) => w.due <= now).sort((a, b) => a.due - b.due))
      wait.end();
  }
  return {
    now: () => now,
    advance: (ms) => set(checkAdvance(now, ms)),
    set: (to) => set(toEpochMs(to, 'to')),
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (!(ms > 0)) return resolve();
        const abort = () => {
          waits.delete(wait);
          reject(signal?.reason);
        };
        const wait = {
          due: now + ms,
          end() {
            waits.delete(wait);
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        waits.add(wait);
        signal?.addEventListener('abort', abort, ONCE);
      }),
  };
}

/** Returns the time that a clock is moved forward to. */
function checkAdvance(now: number, ms: number): number {
  if (typeof ms !== 'number') throw new TypeError('ms must be a number.');
  if (!(ms >= 0))
    throw invalidOption('ms', {
      en: 'It must not be negative.',
      ja: '負の値は指定できません。',
    });
  return toEpochMs(now + ms, 'ms');
}

/** A time that a movable clock waits for, and how the clock below it waits for what is left. */
interface Due {
  readonly at: number;
  readonly ring: () => void;
  readonly start: (ms: number, over: () => void) => () => void;
  cancel: () => void;
}

/** A clock that runs with another one, and that can be moved away from it. */
export class MovableClock implements VirtualClock {
  readonly #base: Clock;
  readonly #waits = new Set<Due>();
  #aheadMs = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  readonly now = (): number => this.#base.now() + this.#aheadMs;

  readonly advance = (ms: number): void => this.#moveTo(checkAdvance(this.now(), ms));

  readonly set = (to: Instant): void => this.#moveTo(toEpochMs(to, 'to'));

  readonly wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (!(ms > 0)) return resolve();
      const fail = (reason: unknown) => {
        end();
        signal?.removeEventListener('abort', abort);
        reject(reason);
      };
      const abort = () => fail(signal?.reason);
      // By the wait of the clock below, which says why if it cannot wait.
      const start: Due['start'] = (left, over) => {
        const moved = new AbortController();
        waitBy(this.#base, left, moved.signal).then(
          over,
          (reason) => moved.signal.aborted || fail(reason),
        );
        return () => moved.abort(CANCELLED);
      };
      const ring = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const end = this.#add(ms, ring, start);
      signal?.addEventListener('abort', abort, ONCE);
    });

  /** Calls `ring` after `ms` milliseconds of this clock, unless the returned function is called. */
  alarm(ms: number, ring: () => void): () => void {
    return this.#add(ms, ring, (left, over) => alarm(this.#base, left, over));
  }

  #add(ms: number, ring: () => void, start: Due['start']): () => void {
    const due: Due = { at: this.now() + ms, ring, start, cancel: () => undefined };
    this.#waits.add(due);
    this.#arm(due);
    return () => {
      this.#waits.delete(due);
      due.cancel();
    };
  }

  #arm(due: Due): void {
    due.cancel = due.start(due.at - this.now(), () => {
      if (this.#waits.delete(due)) due.ring();
    });
  }

  /** Ends the waits that are due, in order, and sets the others to what is left of them. */
  #moveTo(to: number): void {
    this.#aheadMs += to - this.now();
    for (const due of [...this.#waits].sort((a, b) => a.at - b.at)) {
      due.cancel();
      if (due.at > to) this.#arm(due);
      else if (this.#waits.delete(due)) due.ring();
    }
  }
}
