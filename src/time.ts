import { DateTime } from 'luxon';
import { SelfInfoError } from './errors.js';

/**
 * An instant: a `Date`, a luxon `DateTime`, epoch milliseconds, an ISO string with offset, or a JST
 * day `YYYY-MM-DD` (its start).
 */
export type Instant = Date | DateTime | number | string;

/** Milliseconds of an hour. */
export const HOUR_MS = 3_600_000;
/** Milliseconds of a day. */
export const DAY_MS = 24 * HOUR_MS;
const JST_OFFSET_MS = 9 * HOUR_MS;
const ZONE = 'Asia/Tokyo';

/**
 * Reads an instant as epoch milliseconds; the process's zone is never used.
 *
 * @param value - the instant.
 * @param path - the option to name in errors.
 * @throws SelfInfoError `invalid_instant`; `invalid_date` for a day that does not exist; TypeError
 * for another type.
 */
export function toEpochMs(value: Instant, path: string): number {
  if (typeof value === 'number') return finite(value, path);
  if (value instanceof Date) return finite(value.getTime(), path);
  if (DateTime.isDateTime(value)) return finite(value.toMillis(), path);
  if (typeof value !== 'string')
    throw new TypeError(`${path} must be a Date, a luxon DateTime, a number or a string.`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dayStart(parseDay(value, path));
  if (
    !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.test(
      value,
    )
  )
    throw new SelfInfoError('invalid_instant', { path });
  return finite(DateTime.fromISO(value, { setZone: true }).toMillis(), path);
}

function finite(ms: number, path: string): number {
  // 8.64e15 is the last millisecond a Date can hold.
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw new SelfInfoError('invalid_instant', { path });
  return Math.floor(ms);
}

/** The JST day an instant falls on, as days since 1970-01-01. */
export function dayOf(ms: number): number {
  return Math.floor((ms + JST_OFFSET_MS) / DAY_MS);
}

/** The instant a JST day starts. */
export function dayStart(day: number): number {
  return day * DAY_MS - JST_OFFSET_MS;
}

/** The day number of a calendar date; `month` from 1. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The calendar date of a day number; `month` from 1, `weekday` from 0 for Sunday. */
export function dateOfDay(day: number): {
  year: number;
  month: number;
  day: number;
  weekday: number;
} {
  const date = new Date(day * DAY_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/**
 * Reads a date `YYYY-MM-DD` as a day number.
 *
 * @throws SelfInfoError `invalid_date` when the form is wrong or the day does not exist; TypeError
 * for another type.
 */
export function parseDay(text: string, path: string): number {
  if (typeof text !== 'string') throw new TypeError(`${path} must be a string.`);
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match) {
    const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
    // Date.UTC carries 30 February over into March: only a day that reads back the same exists.
    if (Number.isFinite(day) && formatDay(day) === text) return day;
  }
  throw new SelfInfoError('invalid_date', { path });
}

/** A day number as `YYYY-MM-DD`. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** An instant as an ISO string at +09:00, with milliseconds only where there are any. */
export function formatInstant(ms: number): string {
  return `${new Date(ms + JST_OFFSET_MS).toISOString().replace('.000Z', 'Z').slice(0, -1)}+09:00`;
}

/** An instant as a luxon DateTime in Asia/Tokyo. */
export function toDateTime(ms: number): DateTime {
  return DateTime.fromMillis(ms, { zone: ZONE });
}

/**
 * Where "now" comes from, and how to wait.
 *
 * @example
 * ```ts
 * import { systemClock, type Clock } from 'myna-selfinfo';
 * const fiveMinutesFast: Clock = { now: () => systemClock.now() + 300_000, wait: (ms, signal) => systemClock.wait(ms, signal) };
 * ```
 */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds; rejects with the signal's reason when the signal aborts
   * first.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** For a clock without a time. */
export function clockless(): SelfInfoError {
  return new SelfInfoError('invalid_option', {
    path: 'options.clock',
    expected: {
      en: 'now() must give epoch milliseconds.',
      ja: 'now() はエポックミリ秒を返す必要があります。',
    },
  });
}

/**
 * Why a wait or a call is called off once nobody needs it; made only once, since each made anew
 * would cost a stack that nobody reads.
 */
export const OVER = Object.assign(new Error('It is over.'), { name: 'AbortError' });

/** Waits by a clock of the host's: what it throws at once comes as a rejection. */
export async function waitBy(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.wait(ms, signal);
}

/**
 * Rings after `ms` milliseconds by a clock, unless the function that comes back is called before. A
 * clock that cannot wait rings at once.
 *
 * The system's needs no more than its timer: a signal and a promise for each of a call's limits
 * would cost more than the rest of the call.
 */
export function alarm(clock: Clock, ms: number, ring: () => void): () => void {
  if (clock === systemClock && ms > 0 && ms <= LONGEST_TIMER_MS) {
    const handle = setTimeout(ring, ms);
    return () => clearTimeout(handle);
  }
  const off = new AbortController();
  // A wait that was called off says nothing.
  const over = () => off.signal.aborted || ring();
  waitBy(clock, ms, off.signal).then(over, over);
  return () => off.abort(OVER);
}

/** A clock that only moves when told to. */
export interface VirtualClock extends Clock {
  /** Moves the clock on by `ms` milliseconds and ends the waits that fall due, in order. */
  advance(ms: number): void;
  /** Moves the clock to an instant, forward or back. */
  set(to: Instant): void;
}

// setTimeout wraps around above 2^31 - 1 and would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's own clock.
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

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(handle);
      reject(signal?.reason);
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/**
 * A clock for tests and demos: time stands still until `advance` or `set`.
 *
 * @param start - the instant it starts at.
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
    advance(ms) {
      if (typeof ms !== 'number') throw new TypeError('ms must be a number.');
      if (!(ms >= 0))
        throw new SelfInfoError('invalid_option', {
          path: 'ms',
          expected: { en: 'It must not be negative.', ja: '負の値は指定できません。' },
        });
      set(toEpochMs(now + ms, 'ms'));
    },
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
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}
