import { describe, expect, it } from 'vitest';
import { createPrefill, type FilledForm, type PrefillOptions } from '../../src/prefill/index.js';
import { type Loan, loan, SESSION } from '../kit/loan.js';
import { caught, errorOf, refusal, refusalOf, typeErrorOf } from '../kit/refusals.js';
import { FIELDS, newKey, openForm, TERMS, VALUES } from './form.js';

const KEY = newKey();
const OPTIONS = {
  service: loan,
  form: 'application',
  keys: { current: 'key-1', keys: { 'key-1': KEY } },
};
const create = (changes: object) =>
  createPrefill({ ...OPTIONS, ...changes } as unknown as PrefillOptions<Loan>);
const ORIGIN = { item: 'income' };

describe('options of a prefill', () => {
  it.each<[string, object, string, string]>([
    ['no service', { service: undefined }, 'missing_option', 'options.service'],
    ['no keys', { keys: undefined }, 'missing_option', 'options.keys'],
    ['no form', { form: undefined }, 'missing_option', 'options.form'],
    ['an empty form', { form: ' ' }, 'invalid_option', 'options.form'],
    ['a life of no length', { lifetimeMs: 0 }, 'invalid_option', 'options.lifetimeMs'],
    ['half a millisecond', { lifetimeMs: 0.5 }, 'invalid_option', 'options.lifetimeMs'],
    ['another name', { lifetime: 1 }, 'unknown_option', 'options.lifetime'],
    ['no such key', { keys: { current: 'a', keys: {} } }, 'invalid_option', 'options.keys.current'],
    [
      'a short key',
      { keys: { current: 'a', keys: { a: KEY.slice(1) } } },
      'invalid_option',
      'options.keys.keys.a',
    ],
  ])('are refused with %s', (_, changes, code, path) => {
    expect(refusal(() => create(changes))).toEqual([code, path]);
    expect(JSON.stringify(caught(() => create(changes)))).not.toContain(KEY.slice(1));
  });

  it.each<[string, object, string]>([
    ['a service', { service: { ...loan } }, 'options.service must be what defineService returned.'],
    ['a form', { form: 1 }, 'options.form must be a string.'],
    ['a function', { normalize: 'NFKC' }, 'options.normalize must be a function.'],
    ['a store', { store: { get() {} } }, 'options.store must have a method put.'],
    ['a clock', { clock: {} }, 'options.clock must have a method now.'],
  ])('are refused with what is not %s', async (_, changes, message) => {
    expect(await typeErrorOf(() => create(changes))).toBe(message);
  });
});

describe('a form to seal', () => {
  it.each<[string, object, string, string | undefined]>([
    ['no session', { sessionBinding: undefined }, 'missing_option', 'form.sessionBinding'],
    ['an empty session', { sessionBinding: '' }, 'invalid_option', 'form.sessionBinding'],
    ['no terms', { terms: undefined }, 'missing_option', 'form.terms'],
    [
      'no end of the period',
      { terms: { ...TERMS, keepUntil: undefined } },
      'missing_option',
      'form.terms.keepUntil',
    ],
    [
      'an end that is no time',
      { terms: { ...TERMS, keepUntil: 'always' } },
      'invalid_option',
      'form.terms.keepUntil',
    ],
    [
      'another purpose',
      { terms: { ...TERMS, purpose: { id: 'marketing', text: '' } } },
      'purpose_refused',
      undefined,
    ],
    [
      'a period that has ended',
      { terms: { ...TERMS, keepUntil: '2026-12-01T10:00:00+09:00' } },
      'retention_ended',
      undefined,
    ],
    ['no fields', { fields: undefined }, 'missing_option', 'form.fields'],
    ['an empty list of fields', { fields: {} }, 'invalid_option', 'form.fields'],
    [
      'no value',
      { fields: { income: { origin: ORIGIN } } },
      'missing_option',
      'form.fields.income.value',
    ],
    [
      'half a character',
      { fields: { income: { value: '\ud800', origin: ORIGIN } } },
      'invalid_option',
      'form.fields.income.value',
    ],
    [
      'no origin',
      { fields: { income: { value: '' } } },
      'missing_option',
      'form.fields.income.origin',
    ],
    [
      'an item of no service',
      { fields: { income: { value: '', origin: { item: 'toString' } } } },
      'invalid_option',
      'form.fields.income.origin.item',
    ],
    [
      'an empty holder',
      { fields: { income: { value: '', origin: { ...ORIGIN, holder: '' } } } },
      'invalid_option',
      'form.fields.income.origin.holder',
    ],
    [
      'another name in an origin',
      { fields: { income: { value: '', origin: { ...ORIGIN, value: '1' } } } },
      'unknown_option',
      'form.fields.income.origin.value',
    ],
    [
      'a value that makes the seal too long',
      { fields: { income: { value: 'a'.repeat(49_000), origin: ORIGIN } } },
      'invalid_option',
      'form.fields',
    ],
  ])('is refused with %s', async (_, changes, code, path) => {
    const { seal } = openForm();
    expect(
      await refusalOf(() => seal(changes as Partial<FilledForm<keyof Loan['items']>>)),
    ).toEqual([code, path]);
  });

  it('is refused with a number as a value, without showing it', async () => {
    const { seal } = openForm();
    const fields = {
      income: { value: 4_200_000 as unknown as string, origin: FIELDS.income.origin },
    };
    expect(await typeErrorOf(() => seal({ fields }))).toBe(
      'form.fields.income.value must be a string.',
    );
  });

  it('keeps spaces, nothing and many characters as they are', async () => {
    const { seal, judge } = openForm();
    for (const value of ['', ' ', '　', '𠮟', 'a'.repeat(48_000)]) {
      const text = await seal({ fields: { income: { value, origin: FIELDS.income.origin } } });
      expect(text.length).toBeLessThanOrEqual(65_536);
      expect((await judge(text, { income: value })).income).toMatchObject({
        state: 'unchanged',
        value,
      });
    }
  });

  it('is refused by a clock without a time', async () => {
    const { reopen } = openForm();
    const prefill = reopen({ clock: { now: () => Number.NaN, wait: async () => {} } });
    const form = { sessionBinding: SESSION, terms: TERMS, fields: FIELDS };
    expect(await refusalOf(() => prefill.seal(form))).toEqual(['invalid_option', 'options.clock']);
  });
});

describe('a form to judge', () => {
  it.each<[string, object, string]>([
    ['no session', { sessionBinding: undefined }, 'form.sessionBinding'],
    ['no fields', { fields: undefined }, 'form.fields'],
  ])('is refused with %s', async (_, changes, path) => {
    const { prefill } = openForm();
    const form = { sessionBinding: SESSION, seal: '', fields: VALUES, ...changes };
    expect(await refusalOf(() => prefill.judge(form))).toEqual(['missing_option', path]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error(VALUES.income);
      },
    ],
    ['returns a number', () => 1],
    [
      'is asynchronous',
      async () => {
        throw new Error(VALUES.income);
      },
    ],
  ])('is refused when normalize %s, without a value in the error', async (_, normalize) => {
    const { seal, judge } = openForm({ normalize: normalize as () => string });
    const text = await seal();
    const error = await errorOf(() => judge(text, { ...VALUES, income: '1' }));
    expect([error.code, error.path]).toEqual(['invalid_option', 'options.normalize']);
    expect(JSON.stringify(error)).not.toContain(VALUES.income);
  });
});
