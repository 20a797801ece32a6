import { deepStrictEqual, ok, rejects } from 'node:assert/strict';
import { isSelfInfoError } from '../foundation/errors.js';
import { checkFunction, readKeys } from '../foundation/options.js';
import { HOUR_MS } from '../foundation/time.js';
import type { Store, StoredEntry } from '../stores/store.js';
import type { ConformanceCase } from './case.js';

/** Options of {@link storeSuite}. */
export interface StoreSuiteOptions {
  /**
   * Returns a store whose server cannot be reached. Adds the cases that every method then rejects,
   * instead of acting as if the entry were absent.
   */
  readonly makeUnreachable?: () => Store | Promise<Store>;
  /**
   * Returns an empty store that has room for a few consents only, fewer than 10,000. Adds the case
   * that it refuses new consents, and neither those who began nor their retrievals.
   */
  readonly makeSmall?: () => Store | Promise<Store>;
}

const AT_ONCE = 16;
const MANY = 400;
const FILLING = 10_000;
const KEY = 'transaction:8Cq2-nJ_invented';

const soon = () => Date.now() + HOUR_MS;
const past = () => Date.now() - 1;

const together = <T>(work: (index: number) => Promise<T>, count = AT_ONCE): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const isHeld = (error: unknown) => isSelfInfoError(error, 'store_key_exists');

/** Checks that an expired entry left its expiry, with or without its value. */
function checkMark(
  found: StoredEntry | 'taken' | undefined,
  value: string,
  expiresAt: number,
): void {
  ok(typeof found === 'object', `an expired entry must leave a mark with its expiry, not ${found}`);
  deepStrictEqual(found, { value: found.value === '' ? '' : value, expiresAt });
}

const cases: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  async 'returns a value and its expiry unchanged'(store) {
    const expiresAt = soon();
    for (const [index, value] of [
      '{"a":"b"}',
      '住宅ローン 😀 "\\\n',
      'x'.repeat(10_000),
    ].entries()) {
      await store.put(`${KEY}${index}`, value, expiresAt + index);
      deepStrictEqual(await store.get(`${KEY}${index}`), { value, expiresAt: expiresAt + index });
      deepStrictEqual(await store.take(`${KEY}${index}`), { value, expiresAt: expiresAt + index });
    }
  },
  async 'keeps an entry that is read'(store) {
    const expiresAt = soon();
    await store.put(KEY, 'value', expiresAt);
    await together(() => store.get(KEY));
    deepStrictEqual(await store.get(KEY), { value: 'value', expiresAt });
    deepStrictEqual(await store.take(KEY), { value: 'value', expiresAt });
  },
  async 'returns undefined for a key that was never put'(store) {
    await store.put(KEY, 'value', soon());
    for (const other of [
      `${KEY}-`,
      KEY.slice(0, -1),
      KEY.toLowerCase(),
      KEY.replace('transaction', 'retrieval'),
    ]) {
      deepStrictEqual(await store.get(other), undefined);
      deepStrictEqual(await store.take(other), undefined);
      await store.delete(other);
    }
    deepStrictEqual(
      await store.take(KEY).then((found) => typeof found === 'object' && found.value),
      'value',
    );
  },
  async 'accepts a key that was read before it was put'(store) {
    const expiresAt = soon();
    deepStrictEqual(await store.get(KEY), undefined);
    deepStrictEqual(await store.take(KEY), undefined);
    await store.put(KEY, 'value', expiresAt);
    deepStrictEqual(await store.get(KEY), { value: 'value', expiresAt });
  },
  async 'rejects a key that is held and keeps its entry'(store) {
    const expiresAt = soon();
    await store.put(KEY, 'first', expiresAt);
    await rejects(store.put(KEY, 'second', expiresAt + 1), isHeld);
    deepStrictEqual(await store.get(KEY), { value: 'first', expiresAt });
  },
  async 'accepts exactly one of many concurrent puts under one key'(store) {
    const expiresAt = soon();
    const outcomes = await together((index) =>
      store.put(KEY, `value-${index}`, expiresAt).then(
        () => true,
        (error: unknown) => {
          ok(isHeld(error), 'every other put must reject with store_key_exists');
          return false;
        },
      ),
    );
    deepStrictEqual(outcomes.filter(Boolean).length, 1);
    deepStrictEqual(await store.get(KEY), { value: `value-${outcomes.indexOf(true)}`, expiresAt });
  },
  async 'leaves a mark in place of a taken entry'(store) {
    await store.put(KEY, 'value', soon());
    await store.take(KEY);
    deepStrictEqual(await store.take(KEY), 'taken');
    deepStrictEqual(await store.get(KEY), 'taken');
    deepStrictEqual(await store.take(KEY), 'taken');
  },
  async 'gives an entry to exactly one of many concurrent takes'(store) {
    const expiresAt = soon();
    for (let round = 0; round < AT_ONCE; round++) {
      await store.put(`${KEY}${round}`, 'value', expiresAt);
      const found = await together(() => store.take(`${KEY}${round}`));
      deepStrictEqual(
        found.filter((entry) => entry !== 'taken'),
        [{ value: 'value', expiresAt }],
      );
    }
  },
  async 'rejects a key that was taken'(store) {
    await store.put(KEY, 'first', soon());
    await store.take(KEY);
    await rejects(store.put(KEY, 'second', soon()), isHeld);
    deepStrictEqual(await store.get(KEY), 'taken');
  },
  async 'keeps a mark of an expired entry'(store) {
    const expiresAt = past();
    await store.put(KEY, 'value', expiresAt);
    checkMark(await store.get(KEY), 'value', expiresAt);
    await rejects(store.put(KEY, 'second', soon()), isHeld);
    checkMark(await store.get(KEY), 'value', expiresAt);
  },
  async 'keeps the mark of a taken entry after its expiry'(store) {
    const expiresAt = past();
    await store.put(KEY, 'value', expiresAt);
    checkMark(await store.take(KEY), 'value', expiresAt);
    deepStrictEqual(await store.get(KEY), 'taken');
    deepStrictEqual(await store.take(KEY), 'taken');
  },
  async 'deletes a key, whether its entry is held or taken'(store) {
    await store.put(`${KEY}-held`, 'value', soon());
    await store.put(`${KEY}-taken`, 'value', soon());
    await store.take(`${KEY}-taken`);
    for (const key of [`${KEY}-held`, `${KEY}-taken`]) {
      await store.delete(key);
      await store.delete(key);
      deepStrictEqual(await store.get(key), undefined);
      deepStrictEqual(await store.take(key), undefined);
      await store.put(key, 'again', soon());
      deepStrictEqual(
        await store.get(key).then((found) => typeof found === 'object' && found.value),
        'again',
      );
    }
  },
  async 'keeps many entries apart from each other'(store) {
    const expiresAt = soon();
    await together(
      (index) => store.put(`${KEY}${index}`, `value-${index}`, expiresAt + index),
      MANY,
    );
    const found = await together((index) => store.take(`${KEY}${index}`), MANY);
    deepStrictEqual(
      found,
      found.map((_, index) => ({ value: `value-${index}`, expiresAt: expiresAt + index })),
    );
  },
};

/** Fills a store with consents, and checks that it keeps room for those who began. */
async function checkSmall(store: Store): Promise<void> {
  const expiresAt = soon();
  const entry = { value: 'value', expiresAt };
  let held = 0;
  const fill = async () => {
    for (; held < FILLING; held++) await store.put(`${KEY}${held}`, 'value', expiresAt);
  };
  await rejects(
    fill,
    (error: unknown) => isSelfInfoError(error, 'store_full'),
    'a full store must reject a new consent with store_full',
  );
  const retrieval = KEY.replace('transaction', 'retrieval');
  await store.put(retrieval, 'value', expiresAt);
  deepStrictEqual(await store.get(retrieval), entry);
  for (let index = 0; index < held; index++)
    deepStrictEqual(await store.take(`${KEY}${index}`), entry);
}

const calls: Readonly<
  Record<Exclude<keyof Store, 'countEntries'>, (store: Store) => Promise<unknown>>
> = {
  put: (store) => store.put(KEY, 'value', soon()),
  get: (store) => store.get(KEY),
  take: (store) => store.take(KEY),
  delete: (store) => store.delete(KEY),
};

/**
 * Returns the cases that a client's store must pass, to test your own store. They use the system
 * clock and do not wait.
 *
 * @param makeStore - returns an empty store, a new one for every case.
 * @param options - see {@link StoreSuiteOptions}.
 * @throws SelfInfoError `unknown_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { createMemoryStore } from 'myna-selfinfo';
 * import { storeSuite } from 'myna-selfinfo/conformance';
 * for (const { title, run } of storeSuite(() => createMemoryStore())) test(title, run);
 * ```
 */
export function storeSuite(
  makeStore: () => Store | Promise<Store>,
  options: StoreSuiteOptions = {},
): readonly ConformanceCase[] {
  if (typeof makeStore !== 'function') throw new TypeError('makeStore must be a function.');
  options = readKeys(options, 'options', {
    makeUnreachable: true,
    makeSmall: true,
  } satisfies Record<keyof StoreSuiteOptions, true>);
  const { makeUnreachable, makeSmall }: StoreSuiteOptions = options;
  checkFunction(makeUnreachable, 'options.makeUnreachable');
  checkFunction(makeSmall, 'options.makeSmall');
  const suite = Object.entries(cases).map(([title, check]) => ({
    title: `a store ${title}`,
    run: async () => check(await makeStore()),
  }));
  if (makeSmall)
    suite.push({
      title: 'a small store refuses new consents when it is full, and nobody who has begun',
      run: async () => checkSmall(await makeSmall()),
    });
  if (!makeUnreachable) return suite;
  const unreachable = Object.entries(calls).map(([method, call]) => ({
    title: `a store that cannot be reached rejects a ${method}`,
    run: async () => rejects(call(await makeUnreachable())),
  }));
  return [...suite, ...unreachable];
}
