import { describe, expect, it } from 'vitest';
import { refusalOf } from '../kit/refusals.js';
import { openSafe, PURPOSE } from './safe.js';

describe('erasing a record', () => {
  it('deletes the record and its key permanently', async () => {
    const { vault, answer, store, events } = openSafe();
    const given = await answer();
    const [ref, other] = await Promise.all([vault.put(given), vault.put(given)]);
    await vault.erase(ref, 'the citizen withdrew');
    expect(events.at(-1)).toEqual({
      type: 'erased',
      at: expect.any(String),
      ref,
      reason: 'the citizen withdrew',
    });
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
    expect(await store.get(ref)).toBe('erased');
    expect((await vault.read(other, PURPOSE)).terms).toEqual(given.terms);
    await vault.erase(ref, 'once more');
  });

  it('is refused for a reference that never existed, so that a typing error shows', async () => {
    const { vault, events } = openSafe();
    for (const ref of ['0'.repeat(32), 'hanako', '']) {
      expect(await refusalOf(() => vault.erase(ref, 'withdrawn'))).toEqual([
        'reference_unknown',
        undefined,
      ]);
      expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual([
        'reference_unknown',
        undefined,
      ]);
    }
    // A text that is not a reference could be anything, so the log does not repeat it.
    expect(events.filter((event) => 'ref' in event)).toHaveLength(2);
  });
});
