import { describe, expectTypeOf, it } from 'vitest';
import type { createPrefill, JudgedField, Prefill, SealedOrigin } from '../../src/prefill/index.js';
import type { Loan } from '../kit/loan.js';
import { TERMS } from './form.js';

declare const prefill: Prefill<keyof Loan['items']>;
const submitted = { sessionBinding: 'a', seal: 'b', fields: { income: '1', members: undefined } };

describe('a prefill', () => {
  it('names the fields that were submitted, and items of its service', async () => {
    const judged = await prefill.judge(submitted);
    expectTypeOf(judged).toHaveProperty('income');
    expectTypeOf(judged).toHaveProperty('members');
    expectTypeOf(judged).not.toHaveProperty('shots');
    expectTypeOf<typeof prefill>().toEqualTypeOf<Prefill<'income' | 'household' | 'shots'>>();
    expectTypeOf(prefill.accept(submitted)).resolves.toEqualTypeOf<typeof judged>();
  });

  it('has an origin only where the value is known, and what was filled in only for an edit', async () => {
    const { income } = await prefill.judge(submitted);
    expectTypeOf<typeof createPrefill<Loan>>().returns.toEqualTypeOf<typeof prefill>();
    expectTypeOf(income).toExtend<JudgedField>();
    // @ts-expect-error it may be forged
    void income.origin;
    if (income.state === 'edited') expectTypeOf(income.filled).toEqualTypeOf<string>();
    if (income.state === 'edited' || income.state === 'unchanged')
      expectTypeOf(income.origin).toEqualTypeOf<SealedOrigin<keyof Loan['items']>>();
  });

  it('accepts no item of another service, and no value that is not a text', () => {
    const form = { sessionBinding: 'a', terms: TERMS };
    // @ts-expect-error no item of the service
    void prefill.seal({ ...form, fields: { income: { value: '1', origin: { item: 'pension' } } } });
    // @ts-expect-error a number
    void prefill.seal({ ...form, fields: { income: { value: 1, origin: { item: 'income' } } } });
    const holder: string | undefined = undefined;
    void prefill.seal({
      ...form,
      fields: { income: { value: '1', origin: { item: 'income', holder } } },
    });
  });
});
