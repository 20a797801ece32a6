import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkWhole, readKeys } from '../foundation/options.js';
import { DAY_MS } from '../foundation/time.js';
import type { Store, StoredEntry } from './store.js';

const SWEEP_MS = 10_000;
const MAX_ENTRIES = 100_000;

/** The rest of an entry whose value is gone. */
interface Mark {
  readonly expiresAt: number;
  readonly taken: boolean;
}

/**
 * Creates a store in the memory of this process: for a single instance, tests and demos.
 *
 * A value is dropped when it is taken, or within ten seconds of use after its expiry. Its mark
 * stays for another day; when there are too many marks, the oldest is dropped.
 *
 * @param options - `clock`: decides when expired entries are dropped. Default: the system clock.
 * Pass the clock of the client when that one is virtual. `maxEntries`: the maximum number of
 * values, and also of marks. Default: 100,000, at less than 1 KiB each. Beyond it `put` rejects
 * with `store_full`, except for retrievals.
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
      if (entries.isFull() && !key.startsWith('retrieval:')) throw new SelfInfoError('store_full');
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
  };
}

/** Creates the values and the marks of a store, swept as they are used. */
function createEntries(clock: Clock, maxEntries: number) {
  const held = new Map<string, StoredEntry>();
  const marks = new Map<string, Mark>();
  let sweepAt = clock.now() + SWEEP_MS;

  function mark(key: string, expiresAt: number, taken: boolean): void {
    held.delete(key);
    marks.set(key, { expiresAt, taken });
    if (marks.size <= maxEntries) return;
    const [oldest] = marks.keys();
    if (oldest !== undefined) marks.delete(oldest);
  }

  function sweep(): void {
    const now = clock.now();
    // A clock that was set back must not delay the sweep.
    if (now < sweepAt && now >= sweepAt - SWEEP_MS) return;
    sweepAt = now + SWEEP_MS;
    for (const [key, { expiresAt }] of held) if (expiresAt <= now) mark(key, expiresAt, false);
    for (const [key, { expiresAt }] of marks) if (expiresAt + DAY_MS <= now) marks.delete(key);
  }

  return {
    mark,
    find(key: string): StoredEntry | 'taken' | undefined {
      sweep();
      const marked = marks.get(key);
      if (!marked) return held.get(key);
      return marked.taken ? 'taken' : { value: '', expiresAt: marked.expiresAt };
    },
    isFull: () => held.size >= maxEntries,
    hold(key: string, entry: StoredEntry): void {
      held.set(key, entry);
    },
    forget(key: string): void {
      held.delete(key);
      marks.delete(key);
    },
  };
}
