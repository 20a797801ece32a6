import { isSelfInfoError, SelfInfoError } from '../errors.js';
import { checkClock, checkKeys, checkWhole } from '../options.js';
import { type Clock, DAY_MS } from '../time.js';

/**
 * What a store holds under a key: a text, and the epoch milliseconds after which nobody needs it.
 */
export interface StoredEntry {
  /** What was put; from `expiresAt` on a store may keep an empty text in its place. */
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Where pending transactions (keys `transaction:...`) and the secrets of retrievals
 * (`retrieval:...`) lie between two requests.
 *
 * Values hold code verifiers and tokens: a store that leaves the process must seal them, and should
 * drop them at `expiresAt`. Expiry is judged by the client: of an entry that has expired, and of
 * one that was taken, a mark is kept until 24 hours after `expiresAt`, so that a citizen who comes
 * late is told so. A mark may be forgotten earlier where room is short, a value never: a store that
 * is full refuses to `put`. A call is given up after 10 seconds.
 *
 * @example
 * ```ts
 * import { createMemoryStore, type Store } from 'myna-selfinfo';
 * const inner = createMemoryStore();
 * let puts = 0;
 * const counting: Store = { ...inner, put: (key, value, expiresAt) => (puts++, inner.put(key, value, expiresAt)) };
 * ```
 */
export interface Store {
  /**
   * Keeps a value; rejects with `store_key_exists` when the key is held, expired or not, or was
   * taken, as long as the mark of it stands. `expiresAt` in epoch milliseconds. May reject with
   * `store_full`, though not for a retrieval: its consent is spent by then.
   */
  put(key: string, value: string, expiresAt: number): Promise<void>;
  /** The entry, `'taken'`, or undefined when the key was never put, was deleted or forgotten. */
  get(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /**
   * Like `get`, and marks the entry as taken in the same atomic step: of many parallel calls one
   * gets the entry.
   */
  take(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /** Forgets a key. */
  delete(key: string): Promise<void>;
}

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
  checkKeys(options, 'options', ['clock', 'maxEntries']);
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

type Found = Awaited<ReturnType<Store['get']>>;

/** Read once, and where what a getter throws is hidden. */
function copied(found: Found): Found {
  return typeof found === 'object' && found !== null
    ? { value: found.value, expiresAt: found.expiresAt }
    : found;
}

/** Lets our own errors through and hides the store's, which may quote what it was given. */
export function guardStore(store: Store): Store {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw isSelfInfoError(error) ? error : new SelfInfoError('store_failed');
    }
  };
  return {
    put: (key, value, expiresAt) => guard(() => store.put(key, value, expiresAt)),
    get: (key) => guard(async () => copied(await store.get(key))),
    take: (key) => guard(async () => copied(await store.take(key))),
    delete: (key) => guard(() => store.delete(key)),
  };
}
