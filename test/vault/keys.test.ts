import { describe, expect, it } from 'vitest';
import { createLocalKeys, type VaultKeys, type VaultRecord } from '../../src/vault/index.js';
import { leaksIn } from '../kit/leaks.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { alterable, newKey, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';
import { openTampered, withHeader } from './tampered.js';

describe('a data key', () => {
  it('is overwritten after use, whether the use succeeded or not', async () => {
    const { answer, keys, reopen } = openSafe();
    const seen: Uint8Array[] = [];
    const noted = (key: Uint8Array) => {
      seen.push(key);
      return key;
    };
    const wrap: typeof keys.wrap = (key, id) => keys.wrap(noted(key), id);
    const unwrap: typeof keys.unwrap = async (key) => noted(await keys.unwrap(key));
    const store = alterable();
    const vault = reopen({ store, keys: { current: keys.current, wrap, unwrap } });
    const given = await answer();
    const ref = await vault.put(given);
    await vault.read(ref, PURPOSE);
    await reopen({ store, keys: { current: 'next', wrap, unwrap } }).rotateKeys();
    const kept = await store.get(ref);
    store.change.get = async () => ({
      ...Object(kept),
      sealed: `${Object(kept).sealed.slice(0, -4)}AAAA`,
    });
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['record_damaged', undefined]);
    await refusalOf(() =>
      reopen({
        store,
        keys: { current: 'key-1', wrap: (key) => Promise.reject(noted(key)), unwrap },
      }).put(given),
    );
    expect(seen.length).toBeGreaterThanOrEqual(5);
    for (const key of seen)
      expect([key.length, key.every((byte) => byte === 0)]).toEqual([32, true]);
  });
});

describe('the keys of a vault', () => {
  it('open nothing when they are unknown, or other keys under a known id', async () => {
    const { a, reopen } = await openTampered();
    const other = reopen({
      keys: createLocalKeys({ current: 'key-2', keys: { 'key-2': newKey() } }),
    });
    expect(await refusalOf(() => other.read(a.ref, PURPOSE))).toEqual(['key_unknown', undefined]);
    const mistaken = reopen({
      keys: createLocalKeys({ current: 'key-1', keys: { 'key-1': newKey() } }),
    });
    expect(await refusalOf(() => mistaken.read(a.ref, PURPOSE))).toEqual([
      'record_damaged',
      undefined,
    ]);
  });

  it('open nothing when the store names another key than the one that wrapped', async () => {
    const { a, key, reopen, store } = await openTampered();
    store.change.get = async () => ({ ...a, key: { ...a.key, kid: 'key-2' } });
    const vault = reopen({
      keys: createLocalKeys({ current: 'key-1', keys: { 'key-1': key, 'key-2': key } }),
    });
    expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual([
      'record_damaged',
      undefined,
    ]);
  });

  it('are not requested when the header already forbids the reading', async () => {
    const { a, b, store, keys, elapse, reopen } = await openTampered();
    let unwraps = 0;
    const vault = reopen({
      keys: {
        ...keys,
        unwrap(key) {
          unwraps++;
          return keys.unwrap(key);
        },
      },
    });
    await vault.read(a.ref, PURPOSE);
    expect(unwraps).toBe(1);
    await vault.read(a.ref, { ...PURPOSE, purpose: 'marketing' }).catch(() => undefined);
    store.change.get = async () => ({ ...a, sealed: b.sealed });
    await vault.read(a.ref, PURPOSE).catch(() => undefined);
    store.change.get = async () => ({ ...a, sealed: withHeader(a.sealed, { v: 2 }) });
    await vault.read(a.ref, PURPOSE).catch(() => undefined);
    store.change = {};
    await elapse(PERIOD_ENDS);
    await vault.read(a.ref, PURPOSE).catch(() => undefined);
    expect(unwraps).toBe(1);
  });

  const canary = 'canary-of-the-provider';
  it.each<[string, Partial<VaultKeys>, boolean]>([
    [
      'that throws, and nothing is stored',
      {
        wrap: () => Promise.reject(new Error(canary)),
        unwrap: () => Promise.reject(new Error(canary)),
      },
      true,
    ],
    [
      'that returns no key, and nothing is stored',
      { wrap: async () => undefined as never, unwrap: async () => canary as never },
      false,
    ],
    [
      'that returns another key, and nothing is stored',
      {
        wrap: async () => ({ id: canary, kid: canary, wrapped: canary }),
        unwrap: async () => new Uint8Array(16),
      },
      false,
    ],
  ])('neither seal nor open when they come from a provider %s', async (_, changes, safe) => {
    const { a, reopen, keys, answer, store } = await openTampered();
    const puts: VaultRecord[] = [];
    store.change.put = async (record) => void puts.push(record);
    const vault = reopen({ keys: { ...keys, ...changes } });
    const errors = [
      await errorOf(async () => vault.put(await answer())),
      await errorOf(() => vault.read(a.ref, PURPOSE)),
    ];
    expect(errors.map(({ code }) => code)).toEqual([
      'key_unavailable',
      safe ? 'key_unavailable' : 'record_damaged',
    ]);
    expect(errors.map(({ retry }) => retry.safe)).toEqual([safe, safe]);
    expect(leaksIn({ errors }, { canary })).toEqual([]);
    expect(puts).toEqual([]);
  });
});
