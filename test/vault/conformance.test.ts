import { describe, expect, it } from 'vitest';
import { vaultStoreSuite } from '../../src/conformance/index.js';
import { createMemoryVaultStore, type VaultStore } from '../../src/vault/index.js';
import { typeErrorOf } from '../kit/refusals.js';

describe('the memory store for vaults', () => {
  for (const { title, run } of vaultStoreSuite(createMemoryVaultStore)) it(title, run);
});

/**
 * Returns the titles of the cases that a store fails, without their common beginning. With `only`,
 * no other case runs.
 */
async function failedBy(
  break_: (inner: VaultStore) => Partial<VaultStore>,
  only?: string,
): Promise<string[]> {
  const suite = vaultStoreSuite(async () => {
    const inner = createMemoryVaultStore();
    return { ...inner, ...break_(inner) };
  }).filter(({ title }) => only === undefined || title === `a vault store ${only}`);
  const outcomes = await Promise.allSettled(suite.map(({ run }) => run()));
  return suite.flatMap(({ title }, index) =>
    outcomes[index]?.status === 'rejected' ? [title.replace('a vault store ', '')] : [],
  );
}

describe('the conformance suite of vault stores', () => {
  it.each<[string, (inner: VaultStore) => Partial<VaultStore>, string]>([
    [
      'does not correct its latest instant',
      () => ({ correct: async () => true }),
      'replaces the latest instant by an earlier one that an operator has confirmed, if it has `correct`',
    ],
    [
      'corrects its latest instant for anyone',
      ({ correct }) => ({ correct: async (instant) => (await correct?.(instant, true)) === true }),
      'keeps the latest instant of 30 days against one that nobody has confirmed, if it has `correct`',
    ],
    [
      'loses keys',
      ({ put }) => ({ put: (record) => put({ ...record, key: { ...record.key, wrapped: '' } }) }),
      'returns a record and its key unchanged',
    ],
    [
      'invents records',
      ({ get }) => ({ get: async (ref) => (await get(ref)) ?? 'erased' }),
      'returns undefined for a reference that was never put',
    ],
    [
      'overwrites records',
      (inner) => ({
        async put(record) {
          if ((await inner.get(record.ref)) !== undefined)
            await inner.sweep(Number.POSITIVE_INFINITY, 1);
          await inner.put(record);
        },
      }),
      'rejects a reference that is held and keeps its record',
    ],
    [
      'leaves no mark when it erases',
      (inner) => ({
        get: async (ref) =>
          ((found) => (found === 'erased' ? undefined : found))(await inner.get(ref)),
      }),
      'erases a record and its key and leaves a mark',
    ],
    [
      'does not erase',
      ({ get }) => ({ erase: async (ref) => (await get(ref)) !== undefined }),
      'erases a record and its key and leaves a mark',
    ],
    [
      'sweeps too late',
      ({ sweep }) => ({ sweep: (until, limit) => sweep(until - 1, limit) }),
      'sweeps exactly the records that end at or before the instant',
    ],
    [
      'sweeps too early',
      ({ sweep }) => ({ sweep: (until, limit) => sweep(until + 1, limit) }),
      'keeps the mark of an erased record until its period ends',
    ],
    [
      'ignores the limit of a sweep',
      ({ sweep }) => ({ sweep: (until) => sweep(until, 1e9) }),
      'sweeps at most as many records as the limit allows',
    ],
    [
      'counts what others swept',
      (inner) => {
        let total = 0;
        return {
          async sweep(until, limit) {
            const swept = await inner.sweep(until, limit);
            total += swept;
            return swept < limit ? total : swept;
          },
        };
      },
      'counts each record once in concurrent sweeps',
    ],
    [
      'reads record and key separately',
      (inner) => ({
        async get(ref) {
          const first = await inner.get(ref);
          await Promise.resolve();
          const second = await inner.get(ref);
          return typeof first === 'object' && second === undefined
            ? { ...first, key: { id: '', kid: '', wrapped: '' } }
            : first;
        },
      }),
      'returns a record whole or not at all during a sweep',
    ],
    [
      'lists only a page',
      (inner) => ({
        async *list(exceptKid) {
          let count = 0;
          for await (const entry of inner.list(exceptKid)) if (count++ < 1_000) yield entry;
        },
      }),
      'lists each of many records once',
    ],
    [
      'lists keys that need no rotation',
      ({ list }) => ({ list: () => list() }),
      'lists the records of other keys while their keys are replaced',
    ],
    [
      'replaces any key',
      (inner) => ({
        async replaceKey(ref, _, key) {
          const held = await inner.get(ref);
          return typeof held === 'object' && inner.replaceKey(ref, held.key.wrapped, key);
        },
      }),
      'replaces a key only while it is still the named one',
    ],
    [
      'replaces a key in two steps',
      (inner) => ({
        async replaceKey(ref, was, key) {
          const held = await inner.get(ref);
          if (typeof held !== 'object' || held.key.wrapped !== was) return false;
          await inner.replaceKey(ref, was, key);
          return true;
        },
      }),
      'accepts exactly one of many concurrent replacements',
    ],
    [
      'goes back in time',
      () => {
        let last: number | undefined;
        return {
          async see(instant) {
            last = instant;
          },
          seen: async () => last,
        };
      },
      'keeps the latest instant in any order of the calls',
    ],
  ])('finds a broken store that %s', async (_, break_, title) => {
    expect(await failedBy(break_, title)).toEqual([title]);
  });

  it('finds nothing wrong with a correct store', async () => {
    expect(await failedBy(() => ({}))).toEqual([]);
  });

  it('refuses anything but a function that creates stores', async () => {
    expect(await typeErrorOf(() => vaultStoreSuite(createMemoryVaultStore() as never))).toBe(
      'makeStore must be a function.',
    );
  });
});
