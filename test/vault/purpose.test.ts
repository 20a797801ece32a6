import { describe, expect, it } from 'vitest';
import { defineService } from '../../src/index.js';
import { createVault } from '../../src/vault/index.js';
import { loan } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { openSafe, PERIOD_ENDS } from './safe.js';

describe('the consented purpose', () => {
  it('is the only purpose for which an answer can be read', async () => {
    const { vault, answer, events } = openSafe();
    const ref = await vault.put(await answer());
    expect(
      await refusalOf(() => vault.read(ref, { purpose: 'marketing', reason: 'a campaign' })),
    ).toEqual(['purpose_refused', undefined]);
    expect(events.at(-1)).toEqual({
      type: 'refused',
      at: expect.any(String),
      operation: 'read',
      code: 'purpose_refused',
      ref,
      purpose: 'marketing',
      reason: 'a campaign',
    });
  });

  it('is the purpose of the vault: no answer for another purpose goes in or comes out', async () => {
    const { vault, answer, store, keys, bank } = openSafe();
    const other = defineService({
      ...loan,
      purpose: { id: 'car-loan', text: '自動車ローンの審査のため' },
    });
    const elsewhere = createVault({ service: other, store, keys, clock: bank.clock });
    expect(await refusalOf(async () => elsewhere.put((await answer()) as never))).toEqual([
      'foreign_answer',
      'answer',
    ]);
    const ref = await vault.put(await answer());
    for (const purpose of ['housing-loan', 'car-loan']) {
      expect(await refusalOf(() => elsewhere.read(ref, { purpose, reason: 'test' }))).toEqual([
        'purpose_refused',
        undefined,
      ]);
    }
  });

  it('cannot be changed on the answer, nor can the period', async () => {
    const { vault, answer, store } = openSafe();
    const given = await answer();
    const later = {
      ...given.terms,
      keepUntil: '2099-01-01T00:00:00+09:00',
      purpose: { id: 'marketing', text: '' },
    };
    for (const change of [
      () => Object.assign(given.terms, later),
      () => Object.assign(given.terms.purpose, { id: 'marketing' }),
      () => (given.terms.items as string[]).push('more'),
      () => Object.assign(given, { terms: later }),
      () => Object.defineProperty(given, 'terms', { value: later }),
    ]) {
      expect(change).toThrow(TypeError);
    }
    for (const forged of [
      { ...given, terms: later },
      Object.create(given, { terms: { value: later } }),
      new Proxy(given, { get: () => later }),
      { terms: later, items: {} },
      null,
      'answer',
    ]) {
      expect(await refusalOf(() => vault.put(forged as typeof given))).toEqual([
        'foreign_answer',
        'answer',
      ]);
    }
    const record = await store.get(await vault.put(given));
    expect(typeof record === 'object' && record.keepUntil).toBe(Date.parse(PERIOD_ENDS));
  });

  it('is not enough: an answer with items that the service no longer has is refused', async () => {
    const { answer, reopen } = openSafe();
    const { income } = loan.items;
    const smaller = reopen({
      service: defineService({ ...loan, items: { income } }) as unknown as typeof loan,
    });
    expect(await refusalOf(async () => smaller.put(await answer()))).toEqual([
      'foreign_answer',
      'answer.terms.items',
    ]);
  });
});
