import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock } from '../../src/index.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { expectRefusal } from './expect-refusal.js';

describe('createMemoryStore', () => {
  it('refuses unknown options and invalid clocks', async () => {
    await expectRefusal(
      () => createMemoryStore({ ttl: 5 } as never),
      ['unknown_option', 'options.ttl'],
    );
    await expectRefusal(() => createMemoryStore(null as never), 'options must be an object.');
    for (const clock of [5, null, {}, Date])
      await expectRefusal(
        () => createMemoryStore({ clock: clock as never }),
        'options.clock must have a method now.',
      );
  });

  it('reports a clock that throws as invalid_option and hides what it throws', async () => {
    let fails = true;
    const now = () => {
      if (fails) throw new Error('canary-of-the-clock');
      return 0;
    };
    const named = ['invalid_option', 'options.clock'] as const;
    await expectRefusal(() => createMemoryStore({ clock: { now } as never }), [...named]);
    fails = false;
    const store = createMemoryStore({ clock: { now } as never });
    await store.put('a', 'one', 1_000);
    fails = true;
    for (const use of [
      () => store.put('b', 'two', 1_000),
      () => store.get('a'),
      () => store.take('a'),
    ])
      await expectRefusal(use, [...named]);
    fails = false;
    expect(await store.take('a')).toEqual({ value: 'one', expiresAt: 1_000 });
  });

  it('refuses a key that exists, also after its value was taken', async () => {
    const store = createMemoryStore();
    await store.put('a', 'one', Date.now() + 1_000);
    expect((await errorOf(() => store.put('a', 'two', Date.now()))).code).toBe('store_key_exists');
    expect(await store.get('a')).toMatchObject({ value: 'one' });
    expect(await store.take('a')).toMatchObject({ value: 'one' });
    expect([await store.take('a'), await store.get('a')]).toEqual(['taken', 'taken']);
    expect((await errorOf(() => store.put('a', 'two', Date.now()))).code).toBe('store_key_exists');
  });

  it('gives the value to one of many concurrent takes', async () => {
    const store = createMemoryStore();
    await store.put('a', 'one', 0);
    const taken = await Promise.all(Array.from({ length: 50 }, () => store.take('a')));
    expect(taken.filter((entry) => entry !== 'taken')).toEqual([{ value: 'one', expiresAt: 0 }]);
  });

  it('drops a value when it expires, and forgets its key a day later, not before', async () => {
    const clock = createVirtualClock(0);
    const store = createMemoryStore({ clock });
    for (const key of ['a', 'b', 'c']) await store.put(key, 'one', 15_000);
    await store.take('c');
    clock.set(14_999);
    expect(await store.get('a')).toEqual({ value: 'one', expiresAt: 15_000 });
    // The store sweeps every ten seconds.
    clock.set(25_000);
    expect([await store.get('a'), await store.get('c')]).toEqual([
      { value: '', expiresAt: 15_000 },
      'taken',
    ]);
    expect([await store.take('b'), await store.get('b')]).toEqual([
      { value: '', expiresAt: 15_000 },
      'taken',
    ]);
    for (const key of ['a', 'b', 'c'])
      expect((await errorOf(() => store.put(key, 'two', 30_000))).code).toBe('store_key_exists');
    clock.set(86_414_999);
    expect([await store.get('a'), await store.get('c')]).toEqual([
      { value: '', expiresAt: 15_000 },
      'taken',
    ]);
    clock.set(86_424_999);
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await store.put('a', 'two', 86_500_000);
    expect(await store.get('a')).toEqual({ value: 'two', expiresAt: 86_500_000 });
  });

  it('refuses new transactions when it is full, keeps what it has, and still accepts retrievals', async () => {
    const clock = createVirtualClock(0);
    const store = createMemoryStore({ clock, maxEntries: 2 });
    await store.put('transaction:a', 'one', 60_000);
    await store.put('transaction:b', 'two', 60_000);
    const { code, effect, retry } = await errorOf(() =>
      store.put('transaction:c', 'three', 60_000),
    );
    expect([code, effect, retry]).toEqual(['store_full', 'none', { safe: true }]);
    await store.put('retrieval:a', 'four', 90_000);
    expect(await store.get('transaction:c')).toBeUndefined();
    expect([await store.get('transaction:a'), await store.take('transaction:b')]).toEqual([
      { value: 'one', expiresAt: 60_000 },
      { value: 'two', expiresAt: 60_000 },
    ]);
    // Expired values make room, too.
    clock.set(60_000);
    await store.put('transaction:d', 'five', 120_000);
    expect(await store.get('retrieval:a')).toEqual({ value: 'four', expiresAt: 90_000 });
  });

  it('forgets the oldest tombstones when there are too many, and no value', async () => {
    const store = createMemoryStore({ clock: createVirtualClock(0), maxEntries: 2 });
    await store.put('retrieval:a', 'kept', 60_000);
    for (const key of ['x', 'y', 'z']) {
      await store.put(key, 'one', 60_000);
      await store.take(key);
    }
    expect([await store.get('x'), await store.get('y'), await store.get('z')]).toEqual([
      undefined,
      'taken',
      'taken',
    ]);
    expect(await store.get('retrieval:a')).toEqual({ value: 'kept', expiresAt: 60_000 });
  });

  it('gives notices at most half of its room, and no tombstones', async () => {
    const clock = createVirtualClock(0);
    const store = createMemoryStore({ clock, maxEntries: 4 });
    await store.put('transaction:a', 'one', 60_000);
    await store.put('notice:a', 'early', 60_000);
    expect((await errorOf(() => store.put('notice:b', 'early', 60_000))).code).toBe('store_full');
    await store.put('transaction:b', 'two', 60_000);
    await store.put('transaction:c', 'three', 120_000);
    await store.take('transaction:c');
    // The sweep after the expiry.
    clock.set(60_000);
    expect(await store.get('notice:a')).toBeUndefined();
    clock.set(70_000);
    expect([await store.get('notice:a'), await store.get('transaction:c')]).toEqual([
      undefined,
      'taken',
    ]);
    await store.put('notice:a', 'early', 130_000);
    expect(await store.get('notice:a')).toEqual({ value: 'early', expiresAt: 130_000 });
  });

  it('holds 100,000 values by default', async () => {
    const store = createMemoryStore({ clock: createVirtualClock(0) });
    for (let index = 0; index < 100_000; index++)
      await store.put(`transaction:${index}`, '', 60_000);
    expect((await errorOf(() => store.put('transaction:one-more', '', 60_000))).code).toBe(
      'store_full',
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses maxEntries = %s',
    async (maxEntries) => {
      expect(await refusalOf(() => createMemoryStore({ maxEntries }))).toEqual([
        'invalid_option',
        'options.maxEntries',
      ]);
    },
  );

  it('returns undefined for keys that were never put, or were deleted', async () => {
    const store = createMemoryStore();
    await store.put('a', 'one', 0);
    await store.delete('a');
    expect([await store.get('a'), await store.take('a'), await store.get('constructor')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
