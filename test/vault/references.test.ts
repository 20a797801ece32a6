import { describe, expect, it } from 'vitest';
import { errorOf, refusalOf, typeErrorOf } from '../kit/refusals.js';
import { alterable, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

const REF = 'application-4711-of-1st-dec-2026';

describe("an answer under a reference of one's own", () => {
  it('is kept once, whoever puts it again, and read by that reference', async () => {
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

  it('is one of many that are put at once', async () => {
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
    ['one too short', REF.slice(1)],
    ['one too long', `${REF}x`],
    ['one with another letter', REF.replace('4', ':')],
    ['one with a line end', `${REF.slice(1)}\n`],
  ])('is refused under %s, and nothing is kept', async (_, ref) => {
    const { vault, answer } = openSafe();
    const given = await answer();
    expect(await refusalOf(() => vault.put(given, { ref }))).toEqual([
      'invalid_option',
      'options.ref',
    ]);
    for await (const held of vault.list()) expect(held).toBeUndefined();
  });

  it('is refused with another type or option', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    expect(await typeErrorOf(() => vault.put(given, { ref: 5 } as never))).toMatch(/ref must be/);
    expect(await refusalOf(() => vault.put(given, { reference: REF } as never))).toEqual([
      'unknown_option',
      'options.reference',
    ]);
    expect(await typeErrorOf(() => vault.has(5 as never))).toMatch(/ref must be/);
  });

  it('is not taken for absent while the store is down', async () => {
    const store = alterable();
    const { vault } = openSafe({ store });
    store.change = { get: () => Promise.reject(new Error('down')) };
    expect((await errorOf(() => vault.has(REF))).code).toBe('store_failed');
  });
});
