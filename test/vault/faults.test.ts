import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  createLocalKeys,
  createMemoryVaultStore,
  type VaultKeys,
  type VaultRecord,
  type VaultStore,
} from '../../src/vault/index.js';
import { leaksIn } from '../kit/leaks.js';
import { NOW } from '../kit/loan.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { rounds } from '../kit/size.js';
import { alterable, newKey, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

/** Two records, of two citizens, in a store that hands out what the test wants. */
async function openTampered() {
  const store = alterable();
  const key = newKey();
  const safe = openSafe({
    store,
    keys: createLocalKeys({ current: 'key-1', keys: { 'key-1': key } }),
  });
  const put = async (persona: string) => {
    const ref = await safe.vault.put(await safe.answer(persona));
    return (await store.get(ref)) as VaultRecord;
  };
  const a = await put('hanako');
  const b = await put('mover');
  /** What reading record A comes to when the store holds something else. */
  const readAs = (changes: Partial<VaultRecord>) => {
    store.change.get = async () => ({ ...a, ...changes });
    return refusalOf(() => safe.vault.read(a.ref, PURPOSE));
  };
  return { ...safe, store, key, a, b, readAs };
}

const partsOf = (jwe: string) => jwe.split('.') as [string, string, string, string, string];
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const headerOf = (jwe: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(partsOf(jwe)[0], 'base64url').toString());
const withHeader = (jwe: string, changes: Record<string, unknown>) =>
  [encode({ ...headerOf(jwe), ...changes }), ...partsOf(jwe).slice(1)].join('.');

describe('a record that was tampered with is not read, not even in part:', () => {
  it("another record's ciphertext, key or both", async () => {
    const { readAs, a, b } = await openTampered();
    expect(await readAs({ sealed: b.sealed })).toEqual(['record_damaged', undefined]);
    expect(await readAs({ key: b.key })).toEqual(['record_damaged', undefined]);
    expect(await readAs({ sealed: b.sealed, key: b.key })).toEqual(['record_damaged', undefined]);
    expect(await readAs({ ...b })).toEqual(['record_damaged', undefined]);
    // The id of the right key on the wrong one.
    expect(await readAs({ key: { ...b.key, id: a.key.id } })).toEqual([
      'record_damaged',
      undefined,
    ]);
    expect(await readAs({ sealed: withHeader(b.sealed, { ref: a.ref }), key: b.key })).toEqual([
      'record_damaged',
      undefined,
    ]);
    // Headers of one, ciphertext of the other.
    expect(
      await readAs({ sealed: [partsOf(a.sealed)[0], ...partsOf(b.sealed).slice(1)].join('.') }),
    ).toEqual(['record_damaged', undefined]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a longer period', { keepUntil: '2099-01-01T00:00:00+09:00' }],
    ['another consent', { consent: 'another' }],
    ['no period', { keepUntil: undefined }],
    ['a period that is no time', { keepUntil: 'always' }],
    ['a period that is a number', { keepUntil: 4e12 }],
    ['another algorithm', { alg: 'A256KW' }],
    ['another encryption', { enc: 'A128GCM' }],
    ['compression', { zip: 'DEF' }],
    ['a critical extension', { crit: ['exp'], exp: 1 }],
    ['one name more', { more: 1 }],
    ['no version', { v: undefined }],
    ['version zero', { v: 0 }],
    ['a version that is no number', { v: '2' }],
    ['another key', { kid: 'another' }],
    ['another reference', { ref: '0'.repeat(32) }],
  ])('a header that says %s', async (_, changes) => {
    const { readAs, a } = await openTampered();
    expect(await readAs({ sealed: withHeader(a.sealed, changes) })).toEqual([
      'record_damaged',
      undefined,
    ]);
  });

  it('a header with another purpose, asked for by that one', async () => {
    const { vault, store, a } = await openTampered();
    store.change.get = async () => ({
      ...a,
      purpose: 'marketing',
      sealed: withHeader(a.sealed, { purpose: 'marketing' }),
    });
    expect(
      await refusalOf(() => vault.read(a.ref, { purpose: 'marketing', reason: 'test' })),
    ).toEqual(['purpose_refused', undefined]);
    expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual([
      'purpose_refused',
      undefined,
    ]);
  });

  it('what was sealed by somebody who has no key of the vault', async () => {
    const { readAs, a } = await openTampered();
    const dataKey = new Uint8Array(32);
    const sealed = await new CompactEncrypt(new TextEncoder().encode('{}'))
      .setProtectedHeader({ ...headerOf(a.sealed), alg: 'dir', enc: 'A256GCM' })
      .encrypt(dataKey);
    const header = { alg: 'A256KW', enc: 'A256GCM', kid: 'key-1', id: a.key.id };
    const wrapped = await new CompactEncrypt(dataKey)
      .setProtectedHeader(header)
      .encrypt(createSecretKey(Buffer.from(newKey(), 'base64url')));
    expect(await readAs({ sealed, key: { ...a.key, wrapped } })).toEqual([
      'record_damaged',
      undefined,
    ]);
    // Under a key that whoever wrote it chose himself.
    const direct = await new CompactEncrypt(dataKey)
      .setProtectedHeader({ ...header, alg: 'dir' })
      .encrypt(dataKey);
    expect(await readAs({ sealed, key: { ...a.key, wrapped: direct } })).toEqual([
      'record_damaged',
      undefined,
    ]);
  });

  it.each<[string, (a: VaultRecord) => Partial<VaultRecord>]>([
    ['nothing', () => ({ sealed: '' })],
    ['no text', () => ({ sealed: 7 as never })],
    ['no JWE', () => ({ sealed: 'a.b.c.d.e' })],
    [
      'a header that is no object',
      (a) => ({ sealed: [encode([1]), ...partsOf(a.sealed).slice(1)].join('.') }),
    ],
    ['a JWE cut short', (a) => ({ sealed: a.sealed.slice(0, -9) })],
    ['plain JSON', () => ({ sealed: '{"terms":{},"inquiries":{},"result":{}}' })],
    ['more than an answer can be', (a) => ({ sealed: a.sealed + 'x'.repeat(33_000_000) })],
    ['a key that is no JWE', (a) => ({ key: { ...a.key, wrapped: 'wrapped' } })],
    [
      'a key longer than any',
      (a) => ({ key: { ...a.key, wrapped: `${a.key.wrapped}${'x'.repeat(1_000_000)}` } }),
    ],
    [
      'a key with compression',
      (a) => ({ key: { ...a.key, wrapped: withHeader(a.key.wrapped, { zip: 'DEF' }) } }),
    ],
    [
      'a key under another id',
      (a) => ({ key: { ...a.key, wrapped: withHeader(a.key.wrapped, { id: 'another' }) } }),
    ],
  ])('%s in its place', async (_, change) => {
    const { readAs, a } = await openTampered();
    expect(await readAs(change(a))).toEqual(['record_damaged', undefined]);
  });

  it('any character of it changed', async () => {
    const { vault, store, a } = await openTampered();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    const texts = { sealed: a.sealed, wrapped: a.key.wrapped };
    const place = fc.constantFrom<keyof typeof texts>('sealed', 'wrapped').chain((name) =>
      fc.record({
        name: fc.constant(name),
        at: fc.nat(texts[name].length - 1),
        to: fc.constantFrom(...alphabet),
      }),
    );
    const bytes = (jwe: string) =>
      partsOf(jwe).map((part) => Buffer.from(part, 'base64url').toString('hex'));
    await fc.assert(
      fc.asyncProperty(place, async ({ name, at, to }) => {
        const text = texts[name].slice(0, at) + to + texts[name].slice(at + 1);
        // The last character of a part may carry bits that stand for nothing.
        fc.pre(text.split('.').length !== 5 || bytes(text).join() !== bytes(texts[name]).join());
        store.change.get = async () =>
          name === 'sealed' ? { ...a, sealed: text } : { ...a, key: { ...a.key, wrapped: text } };
        const { code } = await errorOf(() => vault.read(a.ref, PURPOSE));
        // A changed character may make another date, purpose or version of the header.
        expect([
          'record_damaged',
          'retention_ended',
          'purpose_refused',
          'format_unsupported',
          'clock_jumped',
        ]).toContain(code);
      }),
      { numRuns: rounds(300, 20_000) },
    );
  });
});

describe('the columns of a store', () => {
  it('are only an index: the header decides about period and purpose', async () => {
    const { readAs, elapse, a, vault, store } = await openTampered();
    store.change.get = async () => ({
      ...a,
      keepUntil: 0,
      purpose: 'marketing',
      consent: 'another',
    });
    expect((await vault.read(a.ref, PURPOSE)).terms.transactionId).toBe(a.consent);
    await elapse(PERIOD_ENDS);
    expect(await readAs({ keepUntil: Date.parse('2099-01-01T00:00:00+09:00') })).toEqual([
      'retention_ended',
      undefined,
    ]);
  });
});

describe('keys', () => {
  it('that are unknown, or others under a known id, open nothing', async () => {
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

  it('named by a store otherwise than they are wrapped, open nothing', async () => {
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

  it('are not even asked for when the header forbids the reading', async () => {
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
      'that throws',
      {
        wrap: () => Promise.reject(new Error(canary)),
        unwrap: () => Promise.reject(new Error(canary)),
      },
      true,
    ],
    [
      'that gives no key',
      { wrap: async () => undefined as never, unwrap: async () => canary as never },
      false,
    ],
    [
      'that gives another one',
      {
        wrap: async () => ({ id: canary, kid: canary, wrapped: canary }),
        unwrap: async () => new Uint8Array(16),
      },
      false,
    ],
  ])('of a provider %s neither seal nor open, and nothing is kept', async (_, changes, safe) => {
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

describe('a store that fails', () => {
  const canary = 'canary-of-the-store';
  const fail = () =>
    Promise.reject(Object.assign(new Error(canary), { detail: canary, cause: canary }));

  it('is told by one typed error, without its own', async () => {
    const { vault, answer, store, a } = await openTampered();
    const given = await answer();
    const works: [keyof VaultStore, () => Promise<unknown>][] = [
      ['put', () => vault.put(given)],
      ['get', () => vault.read(a.ref, PURPOSE)],
      ['seen', () => vault.read(a.ref, PURPOSE)],
      ['erase', () => vault.erase(a.ref, 'withdrawn')],
      ['sweep', () => vault.sweep()],
    ];
    for (const [name, work] of works) {
      store.change = { [name]: fail };
      const error = await errorOf(work);
      expect([name, error.code, error.retry.safe]).toEqual([name, 'store_failed', true]);
      expect(leaksIn({ error }, { canary })).toEqual([]);
    }
    store.change = { list: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }) };
    for (const work of [
      () => vault.rotateKeys(),
      () => vault.list()[Symbol.asyncIterator]().next(),
    ]) {
      const error = await errorOf(work);
      expect(error.code).toBe('store_failed');
      expect(leaksIn({ error }, { canary })).toEqual([]);
    }
  });

  it('in the middle of a put acknowledges nothing, and the answer can be put again', async () => {
    const { vault, answer, store, events } = await openTampered();
    const given = await answer();
    store.change.put = fail;
    expect(await refusalOf(() => vault.put(given))).toEqual(['store_failed', undefined]);
    expect(events.at(-1)).toEqual({
      type: 'refused',
      at: expect.any(String),
      operation: 'put',
      code: 'store_failed',
    });
    store.change = {};
    expect((await vault.read(await vault.put(given), PURPOSE)).terms).toEqual(given.terms);
  });

  it('in the middle of a sweep leaves the rest for the next one, and what was done is told', async () => {
    const inner = createMemoryVaultStore();
    const store = alterable(inner);
    const { vault, answer, elapse, events } = openSafe({ store });
    const given = await answer();
    for (let count = 0; count < 3; count++) await vault.put(given);
    await elapse(PERIOD_ENDS);
    let calls = 0;
    store.change.sweep = async (until) => {
      if (calls++ > 0) return fail();
      await inner.sweep(until, 1);
      return 1_000;
    };
    expect(await refusalOf(() => vault.sweep())).toEqual(['store_failed', undefined]);
    expect(events.slice(-2)).toMatchObject([
      { type: 'swept', records: 1_000 },
      { type: 'refused', operation: 'sweep', code: 'store_failed' },
    ]);
    store.change = {};
    expect(await vault.sweep()).toBe(2);
  });
});

describe('a record of a newer format', () => {
  it('is refused by a version that was rolled back, destroyed by nothing, and read again after the upgrade', async () => {
    const { vault, store, a, bank, keys, reopen } = await openTampered();
    // With names and algorithms that this version does not know.
    const newer = {
      ...a,
      sealed: withHeader(a.sealed, { v: 2, alg: 'HPKE-0', enc: 'A256GCM-SIV', more: 1 }),
    };
    store.change.get = async () => newer;
    expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual([
      'format_unsupported',
      'record.v',
    ]);
    expect(await vault.sweep()).toBe(0);
    expect(await reopen({ keys: { ...keys, current: 'key-1' } }).rotateKeys()).toBe(0);
    store.change = {};
    expect(await store.get(a.ref)).toEqual(a);
    expect((await vault.read(a.ref, PURPOSE)).terms.grantedAt).toBe(NOW);
    expect(bank.clock.now()).toBeLessThan(Date.parse(PERIOD_ENDS));
  });
});

describe('a store or a key provider that misbehaves is one of our errors, and nothing is read:', () => {
  const explode = (): never => {
    throw new Error('canary-of-the-store');
  };
  /** Throws whatever it is asked, so that every look at it is one too many; it is no promise. */
  const mine = new Proxy(
    {},
    {
      has: explode,
      getPrototypeOf: explode,
      get: (_, name) => (name === 'then' ? undefined : explode()),
    },
  );

  it.each<[string, (record: VaultRecord) => unknown]>([
    ['no key', ({ key: _, ...rest }) => rest],
    ['an empty key', (record) => ({ ...record, key: null })],
    ['a key of numbers', (record) => ({ ...record, key: { ...record.key, wrapped: 5 } })],
    ['no period', (record) => ({ ...record, keepUntil: Number.NaN })],
    ['a text', () => 'canary-of-the-store'],
    ['what cannot be looked at', () => mine],
    [
      'a getter that throws',
      (record) =>
        Object.defineProperty({ ...record }, 'sealed', { enumerable: true, get: explode }),
    ],
    ['a rejection that cannot be looked at', () => Promise.reject(mine)],
  ])('a record with %s', async (_, change) => {
    const { vault, store, a } = await openTampered();
    store.change.get = async () => change(a) as VaultRecord;
    expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual(['store_failed', undefined]);
    store.change.list = async function* () {
      yield (await change(a)) as VaultRecord;
    };
    expect(
      await refusalOf(async () => (await vault.list()[Symbol.asyncIterator]().next()).value),
    ).toEqual(['store_failed', undefined]);
    expect(await refusalOf(() => vault.rotateKeys())).toEqual(['store_failed', undefined]);
  });

  it.each([Number.NaN, '2026-12-01', '1764550800000', Number.POSITIVE_INFINITY, {}, mine])(
    'an instant seen that is none',
    async (seen) => {
      const { vault, store, a, bank } = await openTampered();
      bank.clock.set(PERIOD_ENDS);
      store.change.seen = async () => seen as number;
      expect(await refusalOf(() => vault.read(a.ref, PURPOSE))).toEqual([
        'store_failed',
        undefined,
      ]);
      expect(await refusalOf(() => vault.sweep())).toEqual(['store_failed', undefined]);
      // Nor does it remain: the next good one counts.
      delete store.change.seen;
      expect((await refusalOf(() => vault.read(a.ref, PURPOSE)))[0]).toBe('clock_jumped');
    },
  );

  it('a sweep that does not say how many', async () => {
    const { vault, store } = await openTampered();
    store.change.sweep = async () => undefined as never;
    expect(await refusalOf(() => vault.sweep())).toEqual(['store_failed', undefined]);
  });

  it.each<[string, Partial<VaultKeys>]>([
    ['unwraps to what cannot be looked at', { unwrap: async () => mine as Uint8Array }],
    ['rejects with what cannot be looked at', { unwrap: () => Promise.reject(mine) }],
  ])('a provider that %s', async (_, part) => {
    const safe = openSafe();
    const ref = await safe.vault.put(await safe.answer());
    expect(
      await refusalOf(() => safe.reopen({ keys: { ...safe.keys, ...part } }).read(ref, PURPOSE)),
    ).toEqual(['key_unavailable', undefined]);
  });

  it('a provider that wraps to what cannot be looked at', async () => {
    const { answer, reopen, keys } = openSafe();
    const given = await answer();
    for (const wrap of [async () => mine as never, () => Promise.reject(mine)])
      expect(await refusalOf(() => reopen({ keys: { ...keys, wrap } }).put(given))).toEqual([
        'key_unavailable',
        undefined,
      ]);
  });
});
