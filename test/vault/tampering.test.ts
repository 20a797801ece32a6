import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { VaultRecord } from '../../src/vault/index.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { sized } from '../kit/size.js';
import { newKey, PERIOD_ENDS, PURPOSE } from './safe.js';
import { encode, headerOf, openTampered, partsOf, withHeader } from './tampered.js';

/** Returns a text whose last character decodes to the same bytes, if it has unused bits. */
function nextInUnusedBits(text: string): string {
  const bytes = Buffer.from(text, 'base64url').toString('hex');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = [...alphabet].find((character) => {
    const other = text.slice(0, -1) + character;
    return other !== text && Buffer.from(other, 'base64url').toString('hex') === bytes;
  });
  return last === undefined ? text : text.slice(0, -1) + last;
}

const { runs } = sized({ usual: { runs: 100 }, full: { runs: 300 }, soak: { runs: 20_000 } });

describe('a record that was tampered with', () => {
  it('is refused when it has the ciphertext or the key of another record', async () => {
    const { readAs, a, b } = await openTampered();
    expect(await readAs({ sealed: b.sealed })).toEqual(['record_damaged', undefined]);
    expect(await readAs({ key: b.key })).toEqual(['record_damaged', undefined]);
    expect(await readAs({ sealed: b.sealed, key: b.key })).toEqual(['record_damaged', undefined]);
    expect(await readAs({ ...b })).toEqual(['record_damaged', undefined]);
    // The id of the right key on the wrong key.
    expect(await readAs({ key: { ...b.key, id: a.key.id } })).toEqual([
      'record_damaged',
      undefined,
    ]);
    expect(await readAs({ sealed: withHeader(b.sealed, { ref: a.ref }), key: b.key })).toEqual([
      'record_damaged',
      undefined,
    ]);
    // The header of one record, the ciphertext of the other.
    expect(
      await readAs({ sealed: [partsOf(a.sealed)[0], ...partsOf(b.sealed).slice(1)].join('.') }),
    ).toEqual(['record_damaged', undefined]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a longer period', { keepUntil: '2099-01-01T00:00:00+09:00' }],
    ['another consent', { consent: 'another' }],
    ['no period', { keepUntil: undefined }],
    ['a period that is not a time', { keepUntil: 'always' }],
    ['a period that is a number', { keepUntil: 4e12 }],
    ['another algorithm', { alg: 'A256KW' }],
    ['another encryption', { enc: 'A128GCM' }],
    ['compression', { zip: 'DEF' }],
    ['a critical extension', { crit: ['exp'], exp: 1 }],
    ['an additional name', { more: 1 }],
    ['no version', { v: undefined }],
    ['version zero', { v: 0 }],
    ['a version that is not a number', { v: '2' }],
    ['another key', { kid: 'another' }],
    ['another reference', { ref: '0'.repeat(32) }],
  ])('is refused when its header says %s', async (_, changes) => {
    const { readAs, a } = await openTampered();
    expect(await readAs({ sealed: withHeader(a.sealed, changes) })).toEqual([
      'record_damaged',
      undefined,
    ]);
  });

  it('is refused when its header has another purpose, even when asked for that purpose', async () => {
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

  it('is refused when it was sealed without a key of the vault', async () => {
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
    // Sealed under a key that the writer chose.
    const direct = await new CompactEncrypt(dataKey)
      .setProtectedHeader({ ...header, alg: 'dir' })
      .encrypt(dataKey);
    expect(await readAs({ sealed, key: { ...a.key, wrapped: direct } })).toEqual([
      'record_damaged',
      undefined,
    ]);
  });

  it.each<[string, (a: VaultRecord) => Partial<VaultRecord>]>([
    ['an empty text', () => ({ sealed: '' })],
    ['a number', () => ({ sealed: 7 as never })],
    ['an invalid JWE', () => ({ sealed: 'a.b.c.d.e' })],
    [
      'a header that is not an object',
      (a) => ({ sealed: [encode([1]), ...partsOf(a.sealed).slice(1)].join('.') }),
    ],
    ['a truncated JWE', (a) => ({ sealed: a.sealed.slice(0, -9) })],
    ['plain JSON', () => ({ sealed: '{"terms":{},"inquiries":{},"result":{}}' })],
    ['more bytes than an answer can have', (a) => ({ sealed: a.sealed + 'x'.repeat(33_000_000) })],
    ['a key that is not a JWE', (a) => ({ key: { ...a.key, wrapped: 'wrapped' } })],
    [
      'a key that is too long',
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
  ])('is refused when it contains %s', async (_, change) => {
    const { readAs, a } = await openTampered();
    expect(await readAs(change(a))).toEqual(['record_damaged', undefined]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a period that has ended', { keepUntil: '2026-01-01T00:00:00+09:00' }],
    ['another purpose', { purpose: 'marketing' }],
    ['another consent', { consent: 'another' }],
  ])(
    'is damaged, whatever the label would decide, when only its header says %s',
    async (_, changes) => {
      const { readAs, a } = await openTampered();
      expect(await readAs({ sealed: withHeader(a.sealed, changes) })).toEqual([
        'record_damaged',
        undefined,
      ]);
    },
  );

  it.each<[string, (text: string) => string]>([
    ['an unused bit of the last character', nextInUnusedBits],
    ['+ for -', (text) => text.replace('-', '+')],
    ['/ for _', (text) => text.replace('_', '/')],
    ['padding', (text) => `${text}==`],
    ['a line end', (text) => `${text}\n`],
    ['a blank inside', (text) => `${text.slice(0, 9)} ${text.slice(9)}`],
  ])('is refused when its text differs only by %s', async (_, change) => {
    const { readAs, a } = await openTampered();
    const [header, key, iv, ciphertext, tag] = partsOf(a.sealed);
    const filled = `${ciphertext}`;
    // Only a changed text counts: not every ciphertext has both - and _.
    for (const parts of [
      [header, key, iv, filled, change(tag)],
      [header, key, change(iv), filled, tag],
      [header, key, iv, change(filled), tag],
      [change(header), key, iv, filled, tag],
    ]) {
      const sealed = parts.join('.');
      if (sealed === a.sealed) continue;
      expect(await readAs({ sealed })).toEqual(['record_damaged', undefined]);
    }
    const wrapped = partsOf(a.key.wrapped);
    const text = [...wrapped.slice(0, 4), change(wrapped[4])].join('.');
    if (text !== a.key.wrapped)
      expect(await readAs({ key: { ...a.key, wrapped: text } })).toEqual([
        'record_damaged',
        undefined,
      ]);
  });

  it('is refused when any character was changed', async () => {
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
    await fc.assert(
      fc.asyncProperty(place, async ({ name, at, to }) => {
        const text = texts[name].slice(0, at) + to + texts[name].slice(at + 1);
        fc.pre(text !== texts[name]);
        store.change.get = async () =>
          name === 'sealed' ? { ...a, sealed: text } : { ...a, key: { ...a.key, wrapped: text } };
        const { code } = await errorOf(() => vault.read(a.ref, PURPOSE));
        // A changed character may make a version of the future.
        expect(['record_damaged', 'format_unsupported']).toContain(code);
      }),
      { numRuns: runs },
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
