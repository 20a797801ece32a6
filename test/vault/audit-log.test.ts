import { describe, expect, it } from 'vitest';
import type { VaultEvent } from '../../src/vault/index.js';
import { leaksIn } from '../kit/leaks.js';
import { rejectElsewhere } from '../kit/other-realm.js';
import { refusalOf } from '../kit/refusals.js';
import { canaries, persona } from './canary.js';
import { openSafe, PURPOSE } from './safe.js';

describe('the audit log', () => {
  it('receives what happened to which record and why, and no personal values', async () => {
    const { vault, answer, events } = openSafe({ personas: [persona] });
    const given = await answer('canary');
    const ref = await vault.put(given);
    await vault.read(ref, PURPOSE);
    await vault.erase(ref, 'the citizen withdrew');
    await vault.read(ref, PURPOSE).catch(() => undefined);
    const at = events[0]?.at;
    const { transactionId: consent, keepUntil } = given.terms;
    expect(events).toEqual([
      { type: 'put', at, ref, consent, purpose: 'housing-loan', keepUntil },
      { type: 'read', at, ref, ...PURPOSE },
      { type: 'erased', at, ref, reason: 'the citizen withdrew' },
      { type: 'refused', at, operation: 'read', code: 'data_erased', ref, ...PURPOSE },
    ]);
    expect(at).toMatch(/^2026-12-01T10:0.*\+09:00$/);
    expect(leaksIn({ events }, canaries)).toEqual([]);
  });

  it.each<[string, (event: VaultEvent) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
    ['rejects in another realm', rejectElsewhere],
  ])('does no harm when it %s', async (_, onEvent) => {
    const { answer, reopen } = openSafe();
    const vault = reopen({ onEvent });
    const ref = await vault.put(await answer());
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    expect(await vault.sweep()).toBe(0);
    await vault.erase(ref, 'withdrawn');
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });
});
