import { describe, expect, it } from 'vitest';
import { createMemoryStore, isSelfInfoError, type Store } from '../../src/index.js';
import { heapUsed } from '../kit/heap.js';
import { grantOf, openBank, SESSION } from '../kit/loan.js';
import { rounds } from '../kit/size.js';

const KIB = 1_024;

/** A memory store that says how many values it was given and has not dropped. */
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

// Long on a busy machine.
describe('consents that are begun and never come back', {
  timeout: rounds(60_000, 3_600_000),
}, () => {
  it('take at most 1 KiB each, 10,000 of them', async () => {
    const { client } = openBank();
    // Whatever is loaded or compiled at first use is there before.
    for (let start = 0; start < 200; start++)
      await client.beginConsent({ sessionBinding: SESSION });
    const before = await heapUsed();
    for (let start = 0; start < 10_000; start++)
      await client.beginConsent({ sessionBinding: `session ${start} of a citizen` });
    const each = ((await heapUsed()) - before) / 10_000;
    expect(each).toBeGreaterThan(200);
    expect(each).toBeLessThanOrEqual(KIB);
    await client.close();
  });

  it('leave no value when their time is over, and the oldest marks give way to newer ones', async () => {
    const starts = rounds(20_000, 1_000_000);
    const maxEntries = 5_000;
    const { clock } = openBank();
    const { store, states } = countingStore(createMemoryStore({ clock, maxEntries }));
    const bank = openBank({ store });
    // Five a second: of ten minutes 3,000 are pending at any time.
    const step = () => {
      clock.advance(200);
      bank.clock.advance(200);
    };
    for (let start = 0; start < starts; start++) {
      await bank.client.beginConsent({ sessionBinding: SESSION });
      step();
    }
    const { held, marked, forgotten } = await states();
    // What expired since the store looked last, ten seconds ago at most, may still be there.
    expect(held).toBeGreaterThanOrEqual(2_999);
    expect(held).toBeLessThanOrEqual(3_050);
    expect(marked).toBe(maxEntries);
    expect(forgotten).toBe(starts - held - marked);
  });

  it('all at once are refused beyond what the store holds, and whoever came before can still come back', async () => {
    const { clock } = openBank();
    const bank = openBank({ store: createMemoryStore({ clock, maxEntries: 1_000 }) });
    const honest = await bank.callback('hanako');
    const starts = rounds(3_000, 1_000_000);
    let [begun, refused] = [0, 0];
    for (let start = 0; start < starts; start++) {
      try {
        await bank.client.beginConsent({ sessionBinding: 'of nobody' });
        begun++;
      } catch (error) {
        if (!isSelfInfoError(error, 'store_full')) throw error;
        refused++;
      }
    }
    expect([begun, refused]).toEqual([999, starts - 999]);
    const grant = grantOf(await bank.client.completeConsent(honest, { sessionBinding: SESSION }));
    // Somebody else takes the room at once; the request that a consent was given for is kept all
    // the same.
    await bank.client.beginConsent({ sessionBinding: 'of nobody' });
    expect((await bank.client.submit(grant, { income: { method: 'latest' } })).v).toBe(1);
  });
});
