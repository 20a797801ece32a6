import { describe, expect, it } from 'vitest';
import { SelfInfoError } from '../../src/index.js';
import { createLocalKeys, createMemoryVaultStore } from '../../src/vault/index.js';
import { refusalOf } from '../kit/refusals.js';
import { opened } from './canary.js';
import { alterable, newKey, openSafe, PURPOSE } from './safe.js';

describe('rotating keys', () => {
  it('wraps every data key again, touches no record, and makes the old key unnecessary', async () => {
    const old = newKey();
    const next = newKey();
    const { vault, answer, store, reopen, events } = openSafe({
      keys: createLocalKeys({ current: 'old', keys: { old } }),
    });
    const given = await answer();
    const refs = await Promise.all(Array.from({ length: 5 }, () => vault.put(given)));
    const before = await Promise.all(refs.map((ref) => store.get(ref)));
    const rotating = reopen({ keys: createLocalKeys({ current: 'next', keys: { old, next } }) });
    const fresh = await rotating.put(given);
    expect(await rotating.rotateKeys()).toBe(5);
    expect(events.at(-1)).toEqual({
      type: 'rotated',
      at: expect.any(String),
      keys: 5,
      kid: 'next',
    });
    expect(await rotating.rotateKeys()).toBe(0);
    const after = await Promise.all(refs.map((ref) => store.get(ref)));
    const sealed = (records: typeof after) =>
      records.map((record) => typeof record === 'object' && record.sealed);
    expect(sealed(after)).toEqual(sealed(before));
    const withoutOld = reopen({ keys: createLocalKeys({ current: 'next', keys: { next } }) });
    for (const ref of [...refs, fresh])
      expect(opened(await withoutOld.read(ref, PURPOSE))).toEqual(opened(given));
    expect(await refusalOf(() => vault.read(fresh, PURPOSE))).toEqual(['key_unknown', undefined]);
  });

  it('rotates all other keys before it reports a missing key', async () => {
    const lost = newKey();
    const old = newKey();
    const next = newKey();
    const { answer, reopen, events } = openSafe();
    const given = await answer();
    await reopen({ keys: createLocalKeys({ current: 'lost', keys: { lost } }) }).put(given);
    const ref = await reopen({ keys: createLocalKeys({ current: 'old', keys: { old } }) }).put(
      given,
    );
    const rotating = reopen({ keys: createLocalKeys({ current: 'next', keys: { old, next } }) });
    expect(await refusalOf(() => rotating.rotateKeys())).toEqual(['key_unknown', undefined]);
    expect(events.slice(-2)).toMatchObject([
      { type: 'rotated', keys: 1 },
      { type: 'refused', operation: 'rotate', code: 'key_unknown' },
    ]);
    const withoutOld = reopen({ keys: createLocalKeys({ current: 'next', keys: { next } }) });
    expect((await withoutOld.read(ref, PURPOSE)).terms).toEqual(given.terms);
  });

  it.each(['store_failed', 'timed_out'] as const)(
    'stops after %s and emits how far it came',
    async (code) => {
      const inner = createMemoryVaultStore();
      const store = alterable(inner);
      const [old, next] = [newKey(), newKey()];
      const { vault, answer, reopen, events } = openSafe({
        store,
        keys: createLocalKeys({ current: 'old', keys: { old } }),
      });
      const given = await answer();
      for (let count = 0; count < 3; count++) await vault.put(given);
      let tried = 0;
      store.change.replaceKey = async (...args) => {
        if (++tried === 2) throw new SelfInfoError(code);
        return inner.replaceKey(...args);
      };
      const rotating = reopen({ keys: createLocalKeys({ current: 'next', keys: { old, next } }) });
      expect(await refusalOf(() => rotating.rotateKeys())).toEqual([code, undefined]);
      expect([tried, events.slice(-2)]).toMatchObject([
        2,
        [
          { type: 'rotated', keys: 1 },
          { type: 'refused', operation: 'rotate', code },
        ],
      ]);
      store.change = {};
      expect(await rotating.rotateKeys()).toBe(2);
    },
  );

  it('does not bring back a record that is erased meanwhile', async () => {
    const inner = createMemoryVaultStore();
    const store = alterable(inner);
    const old = newKey();
    const { vault, answer, reopen } = openSafe({
      store,
      keys: createLocalKeys({ current: 'old', keys: { old } }),
    });
    const ref = await vault.put(await answer());
    store.change.replaceKey = async (...args) => {
      await inner.erase(ref);
      return inner.replaceKey(...args);
    };
    const rotating = reopen({
      keys: createLocalKeys({ current: 'next', keys: { old, next: newKey() } }),
    });
    expect(await rotating.rotateKeys()).toBe(0);
    expect(await refusalOf(() => rotating.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });
});
