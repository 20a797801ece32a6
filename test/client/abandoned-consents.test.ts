import { describe, expect, it } from 'vitest';
import { createMemoryStore, isSelfInfoError, type Store } from '../../src/index.js';
import { heapUsed } from '../kit/heap.js';
import { grantOf, openBank, SESSION } from '../kit/loan.js';
import { sized } from '../kit/size.js';

const { kept, starts, flood } = sized({
  usual: { kept: 600, starts: 6_500, flood: 1_500 },
  full: { kept: 2_000, starts: 20_000, flood: 3_000 },
  soak: { kept: 2_000, starts: 1_000_000, flood: 1_000_000 },
});

const KIB = 1_024;

/** Wraps a memory store and counts its entries: held, marked or forgotten. */
function countingStore(store: Store) {
  const keys: string[] = [];
  const counting: Store = {
    ...store,
    async put(key, ...rest) {
      await store.put(key, ...rest);
      keys.push(key);
    },
  };
  async function states() {
    const counts = { held: 0, marked: 0, forgotten: 0 };
    for (const key of keys) {
      const entry = await store.get(key);
      counts[
        entry === undefined
          ? 'forgotten'
          : entry === 'taken' || entry.value === ''
            ? 'marked'
            : 'held'
      ]++;
    }
    return counts;
  }
  return { store: counting, states };
}

describe('consents that are abandoned', () => {
  it('take at most 1 KiB each when there are thousands of them', async () => {
    const { client } = openBank();
    // Loads and compiles everything that the first use needs.
    for (let start = 0; start < 200; start++)
      await client.beginConsent({ sessionBinding: SESSION });
    // The median of five rounds: in one of them, the process may free what an earlier file left.
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = await heapUsed();
      for (let start = 0; start < kept; start++)
        await client.beginConsent({ sessionBinding: `session ${start} of a citizen` });
      rounds.push(((await heapUsed()) - before) / kept);
    }
    const each = rounds.sort((a, b) => a - b)[2];
    expect(each).toBeGreaterThan(200);
    expect(each).toBeLessThanOrEqual(KIB);
    await client.close();
  });

  it('leave no value after they expire, and the oldest tombstones give way to newer ones', async () => {
    const maxEntries = 3_100;
    const { clock } = openBank();
    const { store, states } = countingStore(createMemoryStore({ clock, maxEntries }));
    const bank = openBank({ store });
    // At five a second, 3,000 consents are pending within ten minutes.
    const step = () => {
      clock.advance(200);
      bank.clock.advance(200);
    };
    for (let start = 0; start < starts; start++) {
      await bank.client.beginConsent({ sessionBinding: SESSION });
      step();
    }
    const { held, marked, forgotten } = await states();
    // Values that expired after the last sweep, at most ten seconds ago, may remain.
    expect(held).toBeGreaterThanOrEqual(2_999);
    expect(held).toBeLessThanOrEqual(3_050);
    expect(marked).toBe(maxEntries);
    expect(forgotten).toBe(starts - held - marked);
  });

  it('are refused when the store is full, and earlier ones can still be completed', async () => {
    const { clock } = openBank();
    const bank = openBank({ store: createMemoryStore({ clock, maxEntries: 1_000 }) });
    const honest = await bank.callback('hanako');
    let [begun, refused] = [0, 0];
    for (let start = 0; start < flood; start++) {
      try {
        await bank.client.beginConsent({ sessionBinding: 'of a stranger' });
        begun++;
      } catch (error) {
        if (!isSelfInfoError(error, 'store_full')) throw error;
        refused++;
      }
    }
    expect([begun, refused]).toEqual([999, flood - 999]);
    const grant = grantOf(await bank.client.completeConsent(honest, { sessionBinding: SESSION }));
    // Another consent takes the free place at once. The request of the first consent is stored all
    // the same.
    await bank.client.beginConsent({ sessionBinding: 'of a stranger' });
    expect((await bank.client.submit(grant, { income: { method: 'latest' } })).v).toBe(2);
  });
});
