import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkClock, checkKeys, checkWhole } from '../foundation/options.js';
import { DAY_MS } from '../foundation/time.js';
import type { Store, StoredEntry } from './store.js';

const SWEEP_MS = 10_000;
const MAX_ENTRIES = 100_000;

/** What is left of an entry whose value is gone. */
interface Mark {
  readonly expiresAt: number;
  readonly taken: boolean;
}

/**
 * A store in this process's memory: for one instance, tests and demos.
 *
 * A value is dropped when it is taken, or within ten seconds of use after it has expired; marks of
 * it stay another day, the oldest of too many give way.
 *
 * @param options - `clock`: decides when expired entries are dropped; default the system's. Pass
 * the client's when that one is virtual. `maxEntries`: how many values, and again how many marks,
 * it holds at most; default 100,000, at less than 1 KiB each. Beyond it `put` rejects with
 * `store_full`, except for retrievals.
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
  checkKeys(options, 'options', { clock: true, maxEntries: true });
  const { maxEntries = MAX_ENTRIES } = options;
  const clock = checkClock(options.clock, 'options.clock', ['now']);
  checkWhole(maxEntries, 'options.maxEntries', 1);
  const held = new Map<string, StoredEntry>();
  const marks = new Map<string, Mark>();
  let sweepAt = clock.now() + SWEEP_MS;

  function mark(key: string, expiresAt: number, taken: boolean) {
    held.delete(key);
    marks.set(key, { expiresAt, taken });
    if (marks.size > maxEntries) for (const [oldest] of marks) return marks.delete(oldest);
  }

  function sweep() {
    const now = clock.now();
    // A clock that was set back must not put the sweep off.
    if (now < sweepAt && now >= sweepAt - SWEEP_MS) return;
    sweepAt = now + SWEEP_MS;
    for (const [key, { expiresAt }] of held) if (expiresAt <= now) mark(key, expiresAt, false);
    for (const [key, { expiresAt }] of marks) if (expiresAt + DAY_MS <= now) marks.delete(key);
  }

  function find(key: string): StoredEntry | 'taken' | undefined {
    sweep();
    const marked = marks.get(key);
    return marked
      ? marked.taken
        ? 'taken'
        : { value: '', expiresAt: marked.expiresAt }
      : held.get(key);
  }

  return {
    async put(key, value, expiresAt) {
      if (find(key) !== undefined) throw new SelfInfoError('store_key_exists');
      // Anybody can start a consent; a retrieval stands for one that was given, and would be lost.
      if (held.size >= maxEntries && !key.startsWith('retrieval:'))
        throw new SelfInfoError('store_full');
      held.set(key, { value, expiresAt });
    },
    async get(key) {
      return find(key);
    },
    async take(key) {
      const found = find(key);
      if (found !== undefined && found !== 'taken') mark(key, found.expiresAt, true);
      return found;
    },
    async delete(key) {
      held.delete(key);
      marks.delete(key);
    },
  };
}
