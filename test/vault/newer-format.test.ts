import { describe, expect, it } from 'vitest';
import { NOW } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { PERIOD_ENDS, PURPOSE } from './safe.js';
import { openTampered, withHeader } from './tampered.js';

describe('a record of a newer format', () => {
  it('is refused after a rollback, is not destroyed, and is readable again after the upgrade', async () => {
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
