import { describe, expectTypeOf, it } from 'vitest';
import { type Answer, defineService } from '../../src/index.js';
import type { LocalTaxRecord } from '../../src/sandbox/index.js';
import type { Vault, VaultEvent } from '../../src/vault/index.js';
import { type Loan, loan } from '../kit/loan.js';

const other = defineService({
  ...loan,
  items: { pension: { detail: 'pension', inquiries: ['latest'], latestBy: '年月' } },
});
declare const vault: Vault<Loan>;

describe('a vault', () => {
  it('returns the same type of answer that it accepts', () => {
    expectTypeOf(vault.put).parameter(0).toEqualTypeOf<Answer<Loan>>();
    expectTypeOf(vault.read).returns.resolves.toEqualTypeOf<Answer<Loan>>();
    const read = async () => {
      const { income } = (await vault.read('', { purpose: 'housing-loan', reason: 'test' })).items;
      return income.status === 'present' ? income.reveal() : undefined;
    };
    expectTypeOf(read).returns.resolves.toEqualTypeOf<readonly LocalTaxRecord[] | undefined>();
  });

  it('accepts no answer of another service, and reads for no purpose without a reason', () => {
    // @ts-expect-error another service's answer
    void vault.put({} as Answer<typeof other>);
    // @ts-expect-error no reason
    void vault.read('', { purpose: 'housing-loan' });
  });

  it('emits events that can be told apart by type', () => {
    const reasons = (event: VaultEvent) =>
      event.type === 'read' || event.type === 'erased' ? event.reason : undefined;
    expectTypeOf(reasons).returns.toEqualTypeOf<string | undefined>();
  });
});
