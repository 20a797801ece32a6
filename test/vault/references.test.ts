import { describe, expect, it } from 'vitest';
import { errorOf, refusalOf, typeErrorOf } from '../kit/refusals.js';
import { alterable, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

const REF = 'application-4711-of-1st-dec-2026';

describe("an answer under the caller's own reference", () => {
  it('is kept once, even when another process puts it again, and is read by that reference', async () => {
    const { vault, reopen, answer } = openSafe();
    const [first, second] = [await answer('hanako'), await answer('hanako')];
    expect(await vault.has(REF)).toBe(false);
    expect(await vault.put(first, { ref: REF })).toBe(REF);
    expect(await vault.has(REF)).toBe(true);
    const other = reopen();
    expect(await other.has(REF)).toBe(true);
    expect((await errorOf(() => other.put(second, { ref: REF }))).code).toBe('store_key_exists');
    expect((await other.read(REF, PURPOSE)).terms.transactionId).toBe(first.terms.transactionId);
  });

  it('is kept once when it is put several times concurrently', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => vault.put(given, { ref: REF })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('leaves its mark when it is erased, until its period has been swept', async () => {
    const { vault, answer, elapse } = openSafe();
    const given = await answer();
    await vault.put(given, { ref: REF });
    await vault.erase(REF, 'withdrawn');
    expect(await vault.has(REF)).toBe(true);
    expect((await errorOf(() => vault.put(given, { ref: REF }))).code).toBe('store_key_exists');
    await elapse(PERIOD_ENDS);
    await vault.sweep();
    expect(await vault.has(REF)).toBe(false);
  });

  it.each([
    ['too short', REF.slice(1)],
    ['too long', `${REF}x`],
    ['not made of letters, digits, - and _', REF.replace('4', ':')],
    ['followed by a line end', `${REF.slice(1)}\n`],
  ])('is refused and not kept when the reference is %s', async (_, ref) => {
    const { vault, answer } = openSafe();
    const given = await answer();
    expect(await refusalOf(() => vault.put(given, { ref }))).toEqual([
      'invalid_option',
      'options.ref',
    ]);
    for await (const held of vault.list()) expect(held).toBeUndefined();
  });

  it('is refused when the reference has a wrong type or the option is unknown', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    expect(await typeErrorOf(() => vault.put(given, { ref: 5 } as never))).toMatch(/ref must be/);
    expect(await refusalOf(() => vault.put(given, { reference: REF } as never))).toEqual([
      'unknown_option',
      'options.reference',
    ]);
    expect(await typeErrorOf(() => vault.has(5 as never))).toMatch(/ref must be/);
  });

  it('is not reported as absent while the store is down', async () => {
    const store = alterable();
    const { vault } = openSafe({ store });
    store.change = { get: () => Promise.reject(new Error('down')) };
    expect((await errorOf(() => vault.has(REF))).code).toBe('store_failed');
  });
});

describe('a reference of the caller', () => {
  const ref = `${'Az09-_'.repeat(5)}xy`;

  it('can be used once: a second put is refused and changes nothing, and has returns true', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    expect(await vault.has(ref)).toBe(false);
    expect(await vault.put(given, { ref })).toBe(ref);
    expect(await refusalOf(async () => vault.put(await answer(), { ref }))).toEqual([
      'store_key_exists',
      undefined,
    ]);
    expect((await vault.read(ref, PURPOSE)).terms).toEqual(given.terms);
    await vault.erase(ref, 'withdrawn');
    expect(await vault.has(ref)).toBe(true);
    expect(await refusalOf(() => vault.put(given, { ref }))).toEqual([
      'store_key_exists',
      undefined,
    ]);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });

  it('must consist of 32 letters, digits, - and _', async () => {
    const { vault, answer, events } = openSafe();
    const given = await answer();
    for (const other of [ref.slice(1), `${ref}a`, `${ref.slice(1)}=`, `${ref.slice(1)}花`, '']) {
      expect((await refusalOf(() => vault.put(given, { ref: other })))[1]).toBe('options.ref');
      expect(await vault.has(other)).toBe(false);
    }
    expect(events).toEqual([]);
  });
});
