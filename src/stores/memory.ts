import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkWhole, readKeys } from '../foundation/options.js';
import { DAY_MS } from '../foundation/time.js';
import type { Store, StoredEntry } from './store.js';

const SWEEP_MS = 10_000;
/** A longer step of the clock, from one call to the next, is a pause or a wrong clock. */
const JUMP_MS = 60_000;
const BELIEVED_MS = 600_000;
const MAX_ENTRIES = 100_000;

/** The rest of an entry whose value is gone. */
interface Mark {
  readonly expiresAt: number;
  readonly taken: boolean;
}

/**
 * Creates a store in the memory of this process: for a single instance, tests and demos.
 *
 * A value is dropped when it is taken, or within ten seconds of use after its expiry. After a pause
 * or a jump of the clock of more than a minute it stays ten minutes longer, unless the store is
 * full: a clock that is ahead for a moment does not end the consents of others. Its mark stays for
 * another day; when there are too many marks, the oldest is dropped.
 *
 * @param options - `clock`: decides when expired entries are dropped. Default: the system clock.
 * Pass the clock of the client when that one is virtual. `maxEntries`: the maximum number of
 * values, and also of marks. Default: 100,000, at less than 1 KiB each. Beyond it `put` rejects
 * with `store_full`, except for retrievals. Notices, which are hints only, fill at most half.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createMemoryStore } from 'myna-selfinfo';
 * const store = createMemoryStore({ maxEntries: 20_000 });
 * ```
 */
export function createMemoryStore(
  options: { readonly clock?: Clock; readonly maxEntries?: number } = {},
): Store {
  options = readKeys(options, 'options', { clock: true, maxEntries: true } satisfies Record<
    keyof typeof options,
    true
  >);
  const { maxEntries = MAX_ENTRIES } = options;
  const clock = checkClock(options.clock, 'options.clock', ['now']);
  checkWhole(maxEntries, 'options.maxEntries', 1);
  const entries = createEntries(clock, maxEntries);
  return {
    async put(key, value, expiresAt) {
      if (entries.find(key) !== undefined) throw new SelfInfoError('store_key_exists');
      // Anyone can start a consent. A retrieval belongs to a consent that was given, which would be
      // lost.
      const hasRoom = isNotice(key)
        ? entries.count() < maxEntries / 2
        : key.startsWith('retrieval:') || !entries.isFull();
      if (!hasRoom) throw new SelfInfoError('store_full');
      entries.hold(key, { value, expiresAt });
    },
    async get(key) {
      return entries.find(key);
    },
    async take(key) {
      const found = entries.find(key);
      if (found !== undefined && found !== 'taken') entries.mark(key, found.expiresAt, true);
      return found;
    },
    async delete(key) {
      entries.forget(key);
    },
    countEntries() {
      entries.sweep();
      return entries.count();
    },
  };
}

function isNotice(key: string): boolean {
  return key.startsWith('notice:');
}

/** Creates the values and the marks of a store, swept as they are used. */
function createEntries(clock: Clock, maxEntries: number) {
  const held = new Map<string, StoredEntry>();
  const marks = new Map<string, Mark>();
  /** Keys whose entry had expired when it was put: it only marks what the client has ended. */
  const ended = new Set<string>();
  const time = createStoreTime(clock);
  let sweepAt = clock.now() + SWEEP_MS;

  function mark(key: string, expiresAt: number, taken: boolean): void {
    held.delete(key);
    ended.delete(key);
    marks.set(key, { expiresAt, taken });
    // The first key is the oldest.
    if (marks.size > maxEntries) marks.delete(marks.keys().next().value ?? '');
  }

  function markExpired(now: number): void {
    for (const [key, { expiresAt }] of held) {
      if (expiresAt > now && !ended.has(key)) continue;
      // Nobody asks whether a notice has expired. Marks of a flood would displace those of consents.
      if (isNotice(key)) held.delete(key);
      else mark(key, expiresAt, false);
    }
  }

  function sweep(): void {
    const { nowMs, dropMs } = time.read();
    // A clock that was set back must not delay the sweep.
    if (nowMs < sweepAt && nowMs >= sweepAt - SWEEP_MS) return;
    sweepAt = nowMs + SWEEP_MS;
    markExpired(dropMs);
    for (const [key, { expiresAt }] of marks) if (expiresAt + DAY_MS <= nowMs) marks.delete(key);
  }

  return {
    mark,
    find(key: string): StoredEntry | 'taken' | undefined {
      sweep();
      const marked = marks.get(key);
      if (!marked) return held.get(key);
      return marked.taken ? 'taken' : { value: '', expiresAt: marked.expiresAt };
    },
    isFull(): boolean {
      // A full store has no room for values that have expired, by whatever clock.
      if (held.size >= maxEntries) markExpired(clock.now());
      return held.size >= maxEntries;
    },
    sweep,
    count: () => held.size,
    hold(key: string, entry: StoredEntry): void {
      held.set(key, entry);
      if (entry.expiresAt <= clock.now()) ended.add(key);
    },
    forget(key: string): void {
      held.delete(key);
      ended.delete(key);
      marks.delete(key);
    },
  };
}

/**
 * Creates the time by which a store drops values. It ignores a jump ahead until the clock has gone
 * on for ten minutes. Otherwise a clock that is ahead for a moment would end the consent of every
 * citizen, while only those who were told so must start again.
 */
function createStoreTime(clock: Clock) {
  let lastMs = clock.now();
  let jumpedMs = 0;
  let believedAtMs = 0;
  return {
    /** Returns the time of the clock, and the time by which values are dropped. */
    read(): { readonly nowMs: number; readonly dropMs: number } {
      const nowMs = clock.now();
      const stepMs = nowMs - lastMs;
      // By the previous reading, because this one may be a jump of its own.
      if (lastMs >= believedAtMs) jumpedMs = 0;
      lastMs = nowMs;
      if (stepMs > JUMP_MS) {
        // Rare calls look like jumps. They must not put the end of the wait off again and again.
        if (jumpedMs === 0) believedAtMs = nowMs + BELIEVED_MS;
        jumpedMs += stepMs;
      } else if (stepMs < 0) jumpedMs = Math.max(0, jumpedMs + stepMs);
      return { nowMs, dropMs: nowMs - jumpedMs };
    },
  };
}
