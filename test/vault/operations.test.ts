import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { confirmClock } from '../../src/vault/confirm-clock.js';
import { erase } from '../../src/vault/erase.js';
import { createLocalKeys, createMemoryVaultStore } from '../../src/vault/index.js';
import { has, list } from '../../src/vault/lookup.js';
import { put } from '../../src/vault/put.js';
import { read } from '../../src/vault/read.js';
import { rotateKeys } from '../../src/vault/rotate-keys.js';
import { sweep } from '../../src/vault/sweep.js';
import { refusalOf } from '../kit/refusals.js';
import { openContext, REF, recordOf, refOf } from './open-context.js';
import { alterable, newKey, openSafe, PURPOSE } from './safe.js';

const DAY_MS = 86_400_000;

describe('put', () => {
  it('stores the sealed answer before it emits the event and returns the reference', async () => {
    const { answer } = openSafe();
    const given = await answer();
    const order: string[] = [];
    const store = alterable();
    const inner = { ...createMemoryVaultStore() };
    store.change.put = async (record) => {
      order.push(`stored ${record.ref}`);
      await inner.put(record);
    };
    const { context } = openContext({ store, onEvent: ({ type }) => order.push(type) });
    expect(await put(context, given as never, { ref: REF })).toBe(REF);
    expect(order).toEqual([`stored ${REF}`, 'put']);
  });

  it('refuses anything but an answer without calling store or keys', async () => {
    const store = alterable();
    const called: string[] = [];
    for (const name of ['put', 'seen', 'see'] as const)
      store.change[name] = async () => void called.push(name) as never;
    const { context, events } = openContext({ store });
    expect(await refusalOf(() => put(context, {} as never))).toEqual(['foreign_answer', 'answer']);
    expect(called).toEqual([]);
    expect(events).toMatchObject([{ type: 'refused', operation: 'put', code: 'foreign_answer' }]);
  });
});

describe('read', () => {
  it('does not call the store for a text that is not a reference', async () => {
    const store = alterable();
    store.change.get = () => Promise.reject(new Error('called'));
    const { context } = openContext({ store });
    expect(await refusalOf(() => read(context, 'hanako', PURPOSE))).toEqual([
      'reference_unknown',
      undefined,
    ]);
  });

  it('reports an erased record as such', async () => {
    const { context, store } = openContext();
    await store.put(recordOf(REF));
    await store.erase(REF);
    expect(await refusalOf(() => read(context, REF, PURPOSE))).toEqual(['data_erased', undefined]);
  });
});

describe('has and list', () => {
  it('see a record, and has also sees the mark of an erased record', async () => {
    const { context, store } = openContext();
    expect(await has(context, REF)).toBe(false);
    await store.put(recordOf(REF, DAY_MS));
    const entries = [];
    for await (const entry of list(context)) entries.push(entry);
    expect(entries).toEqual([
      {
        ref: REF,
        consent: 'invented-consent',
        purpose: 'housing-loan',
        keepUntil: '2026-12-02T10:00:00+09:00',
        kid: 'new',
      },
    ]);
    await store.erase(REF);
    expect(await has(context, REF)).toBe(true);
    for await (const entry of list(context)) expect(entry).toBeUndefined();
  });
});

describe('erase', () => {
  it('leaves the mark of the record and emits the reason', async () => {
    const { context, store, events } = openContext();
    await store.put(recordOf(REF));
    await erase(context, REF, 'withdrawn');
    expect(await store.get(REF)).toBe('erased');
    expect(events).toMatchObject([{ type: 'erased', ref: REF, reason: 'withdrawn' }]);
  });

  it('checks the reason before it erases', async () => {
    const { context, store, events } = openContext();
    await store.put(recordOf(REF));
    expect(await refusalOf(() => erase(context, REF, ''))).toEqual(['invalid_option', 'reason']);
    expect(await store.get(REF)).toMatchObject({ ref: REF });
    expect(events).toEqual([]);
  });
});

describe('sweep', () => {
  it('deletes the records whose period has ended, over several batches', async () => {
    const { context, store, clock, events } = openContext();
    for (let index = 0; index < 1_001; index++) await store.put(recordOf(refOf(index)));
    await store.put(recordOf(REF, 2));
    clock.advance(1);
    expect(await sweep(context)).toBe(1_001);
    expect(await store.get(REF)).toMatchObject({ ref: REF });
    expect(events).toMatchObject([{ type: 'swept', records: 1_001 }]);
  });

  it('deletes nothing when the clock has jumped', async () => {
    const { context, store, clock } = openContext();
    await store.put(recordOf(REF));
    await store.see(clock.now());
    clock.advance(DAY_MS + 1);
    expect(await refusalOf(() => sweep(context))).toEqual(['clock_jumped', undefined]);
    expect(await store.get(REF)).toMatchObject({ ref: REF });
  });
});

describe('rotateKeys', () => {
  it('wraps only the data keys of other key-encryption keys again', async () => {
    const [old, next] = [newKey(), newKey()];
    const store = createMemoryVaultStore();
    const before = createLocalKeys({ current: 'old', keys: { old } });
    const keys = createLocalKeys({ current: 'next', keys: { old, next } });
    const dataKey = randomBytes(32);
    await store.put(recordOf(refOf(1), 1, { key: await before.wrap(dataKey, 'a') }));
    await store.put(recordOf(refOf(2), 1, { key: await keys.wrap(dataKey, 'b') }));
    const { context, events } = openContext({ store, keys });
    expect(await rotateKeys(context)).toBe(1);
    expect(await store.get(refOf(1))).toMatchObject({ key: { id: 'a', kid: 'next' } });
    expect(events).toMatchObject([{ type: 'rotated', keys: 1, kid: 'next' }]);
  });
});

describe('confirmClock', () => {
  it('makes the time of the clock the latest instant seen', async () => {
    const { context, store, clock, events } = openContext();
    await store.see(clock.now());
    clock.advance(3 * DAY_MS);
    await confirmClock(context, clock.now(), 'closed over New Year');
    expect(await store.seen()).toBe(clock.now());
    expect(events).toMatchObject([{ type: 'confirmed', reason: 'closed over New Year' }]);
  });

  it('keeps no instant when the watch differs by more than an hour', async () => {
    const { context, store, clock } = openContext();
    expect(
      await refusalOf(() => confirmClock(context, clock.now() + 3_600_001, 'a guess')),
    ).toEqual(['invalid_option', 'now']);
    expect(await store.seen()).toBeUndefined();
  });
});
