import { deepStrictEqual, ok, rejects } from 'node:assert/strict';
import { isSelfInfoError } from '../foundation/errors.js';
import { DAY_MS } from '../foundation/time.js';
import type { VaultRecord, VaultStore } from '../vault/store.js';
import type { ConformanceCase } from './case.js';

const NOON = Date.parse('2026-12-01T12:00:00+09:00');
const MANY = 1_200;
const AT_ONCE = 8;

/** Returns an invented record whose period ends `endsIn` milliseconds after noon. */
function recordOf(ref: string, endsIn = 0, kid = 'key-1'): VaultRecord {
  return {
    ref,
    consent: `consent-${ref}`,
    purpose: 'housing-loan',
    keepUntil: NOON + endsIn,
    sealed: `sealed.${ref}.${'x'.repeat(2_000)}`,
    key: { id: `id-${ref}`, kid, wrapped: `wrapped.${ref}` },
  };
}

const refsOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, '0')}`);

const together = <T>(count: number, work: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, work));

async function putAll(store: VaultStore, records: readonly VaultRecord[]): Promise<void> {
  const waiting = [...records];
  await together(AT_ONCE, async () => {
    for (let record = waiting.shift(); record; record = waiting.shift()) await store.put(record);
  });
}

async function listed(store: VaultStore, exceptKid?: string): Promise<string[]> {
  const refs: string[] = [];
  for await (const { ref } of store.list(exceptKid)) refs.push(ref);
  return refs.sort();
}

const isHeld = (error: unknown) => isSelfInfoError(error, 'store_key_exists');

const cases: Readonly<Record<string, (store: VaultStore) => Promise<void>>> = {
  async 'returns a record and its key unchanged'(store) {
    await putAll(store, [recordOf('a'), recordOf('b', 5)]);
    deepStrictEqual(await store.get('a'), recordOf('a'));
    deepStrictEqual(await store.get('b'), recordOf('b', 5));
  },
  async 'returns undefined for a reference that was never put'(store) {
    await store.put(recordOf('a'));
    deepStrictEqual(await store.get('b'), undefined);
    deepStrictEqual(await store.erase('b'), false);
    deepStrictEqual(await store.replaceKey('b', 'wrapped.b', recordOf('b').key), false);
  },
  async 'rejects a reference that is held and keeps its record'(store) {
    await store.put(recordOf('a'));
    await rejects(store.put({ ...recordOf('a', 5), sealed: 'other' }), isHeld);
    deepStrictEqual(await store.get('a'), recordOf('a'));
  },
  async 'accepts exactly one of many concurrent puts under one reference'(store) {
    const outcomes = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, (_, index) => store.put(recordOf('a', index))),
    );
    const kept = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    deepStrictEqual(kept.length, 1);
    deepStrictEqual(await store.get('a'), recordOf('a', kept[0]));
  },
  async 'erases a record and its key and leaves a mark'(store) {
    await putAll(store, [recordOf('a'), recordOf('b')]);
    deepStrictEqual(await store.erase('a'), true);
    deepStrictEqual(await store.get('a'), 'erased');
    deepStrictEqual(await store.get('b'), recordOf('b'));
    deepStrictEqual(await store.erase('a'), true);
    await rejects(store.put(recordOf('a')), isHeld);
  },
  async 'sweeps exactly the records that end at or before the instant'(store) {
    await putAll(store, [recordOf('before', -1), recordOf('at', 0), recordOf('after', 1)]);
    deepStrictEqual(await store.sweep(NOON, 10), 2);
    deepStrictEqual(await store.get('before'), undefined);
    deepStrictEqual(await store.get('at'), undefined);
    deepStrictEqual(await store.get('after'), recordOf('after', 1));
    deepStrictEqual(await store.sweep(NOON, 10), 0);
  },
  async 'keeps the mark of an erased record until its period ends'(store) {
    await putAll(store, [recordOf('a', 1)]);
    await store.erase('a');
    deepStrictEqual(await store.sweep(NOON, 10), 0);
    deepStrictEqual(await store.get('a'), 'erased');
    deepStrictEqual(await store.sweep(NOON + 1, 10), 1);
    deepStrictEqual(await store.get('a'), undefined);
  },
  async 'sweeps at most as many records as the limit allows'(store) {
    await putAll(
      store,
      refsOf('ended', 5).map((ref) => recordOf(ref)),
    );
    deepStrictEqual(await store.sweep(NOON, 3), 3);
    deepStrictEqual((await listed(store)).length, 2);
    deepStrictEqual(await store.sweep(NOON, 3), 2);
    deepStrictEqual(await listed(store), []);
  },
  async 'counts each record once in concurrent sweeps'(store) {
    await putAll(store, [...refsOf('ended', 200).map((ref) => recordOf(ref)), recordOf('kept', 1)]);
    const counts = await together(AT_ONCE, async () => {
      let swept = 0;
      for (let batch = 20; batch === 20; swept += batch) batch = await store.sweep(NOON, 20);
      return swept;
    });
    deepStrictEqual(
      counts.reduce((sum, count) => sum + count, 0),
      200,
    );
    deepStrictEqual(await listed(store), ['kept']);
  },
  async 'returns a record whole or not at all during a sweep'(store) {
    const refs = refsOf('ended', 60);
    await putAll(
      store,
      refs.map((ref) => recordOf(ref)),
    );
    const [found] = await Promise.all([
      Promise.all(refs.map((ref) => store.get(ref))),
      store.sweep(NOON, 60),
    ]);
    for (const [index, record] of found.entries())
      if (record !== undefined) deepStrictEqual(record, recordOf(refs[index] as string));
  },
  async 'lists records without their sealed content, and no marks'(store) {
    await putAll(store, [recordOf('a'), recordOf('b')]);
    await store.erase('b');
    for await (const entry of store.list()) {
      const { sealed: _, ...expected } = recordOf('a');
      deepStrictEqual(entry, expected);
    }
    deepStrictEqual(await listed(store), ['a']);
  },
  async 'lists each of many records once'(store) {
    const refs = refsOf('many', MANY);
    await putAll(
      store,
      refs.map((ref) => recordOf(ref)),
    );
    deepStrictEqual(await listed(store), refs);
  },
  async 'lists the records of other keys while their keys are replaced'(store) {
    const refs = refsOf('old', MANY);
    await putAll(store, [...refs.map((ref) => recordOf(ref)), recordOf('new', 0, 'key-2')]);
    deepStrictEqual(await listed(store, 'key-3').then(({ length }) => length), MANY + 1);
    const seen: string[] = [];
    for await (const { ref, key } of store.list('key-2')) {
      seen.push(ref);
      ok(
        await store.replaceKey(ref, key.wrapped, { ...key, kid: 'key-2', wrapped: `again.${ref}` }),
      );
    }
    deepStrictEqual(seen.sort(), refs);
    deepStrictEqual(await listed(store, 'key-2'), []);
  },
  async 'replaces a key only while it is still the named one'(store) {
    await store.put(recordOf('a'));
    const next = { id: 'id-a', kid: 'key-2', wrapped: 'again' };
    deepStrictEqual(await store.replaceKey('a', 'another', next), false);
    deepStrictEqual(await store.get('a'), recordOf('a'));
    deepStrictEqual(await store.replaceKey('a', 'wrapped.a', next), true);
    deepStrictEqual(await store.get('a'), { ...recordOf('a'), key: next });
  },
  async 'accepts exactly one of many concurrent replacements'(store) {
    await store.put(recordOf('a'));
    const won = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        store.replaceKey('a', 'wrapped.a', { id: 'id-a', kid: 'key-2', wrapped: `again-${index}` }),
      ),
    );
    deepStrictEqual(won.filter(Boolean).length, 1);
    const held = await store.get('a');
    deepStrictEqual(typeof held === 'object' && held.key.wrapped, `again-${won.indexOf(true)}`);
  },
  async 'does not give an erased record a key again'(store) {
    await store.put(recordOf('a'));
    await store.erase('a');
    deepStrictEqual(
      await store.replaceKey('a', 'wrapped.a', { id: 'id-a', kid: 'key-2', wrapped: 'again' }),
      false,
    );
    deepStrictEqual(await store.get('a'), 'erased');
  },
  async 'keeps the latest instant in any order of the calls'(store) {
    deepStrictEqual(await store.seen(), undefined);
    await store.see(NOON);
    await store.see(NOON - 1);
    deepStrictEqual(await store.seen(), NOON);
    await Promise.all([3, 9, 1, 7, 5].map((later) => store.see(NOON + later)));
    deepStrictEqual(await store.seen(), NOON + 9);
  },
  async 'replaces the latest instant by an earlier one that an operator has confirmed, if it has `correct`'(
    store,
  ) {
    if (store.correct === undefined) return;
    await store.see(NOON);
    await store.see(NOON + 400 * DAY_MS);
    deepStrictEqual(await store.correct(NOON, true), true);
    deepStrictEqual(await store.seen(), NOON);
    await store.see(NOON + 5);
    deepStrictEqual(await store.seen(), NOON + 5);
  },
  async 'keeps the latest instant of 30 days against one that nobody has confirmed, if it has `correct`'(
    store,
  ) {
    if (store.correct === undefined) return;
    // Long past, so that the store's own time cannot agree.
    const past = NOON - 2_000 * DAY_MS;
    for (let day = 0; day <= 30; day++) await store.see(past + day * DAY_MS);
    deepStrictEqual(await store.correct(past, false), false);
    deepStrictEqual(await store.seen(), past + 30 * DAY_MS);
  },
};

/**
 * Returns the cases that a vault's store must pass, to test your own store.
 *
 * @param makeStore - returns an empty store, a new one for every case.
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { vaultStoreSuite } from 'myna-selfinfo/conformance';
 * import { createMemoryVaultStore } from 'myna-selfinfo/vault';
 * for (const { title, run } of vaultStoreSuite(() => createMemoryVaultStore())) test(title, run);
 * ```
 */
export function vaultStoreSuite(
  makeStore: () => VaultStore | Promise<VaultStore>,
): readonly ConformanceCase[] {
  if (typeof makeStore !== 'function') throw new TypeError('makeStore must be a function.');
  return Object.entries(cases).map(([title, check]) => ({
    title: `a vault store ${title}`,
    run: async () => check(await makeStore()),
  }));
}
