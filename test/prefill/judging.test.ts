import { describe, expect, it } from 'vitest';
import { defineService } from '../../src/index.js';
import { type Loan, loan, SESSION } from '../kit/loan.js';
import {
  all,
  FIELDS,
  HOUR_MS,
  newKey,
  ORIGINS,
  openForm,
  statesOf,
  TERMS,
  VALUES,
} from './form.js';

describe('a form that was filled in', () => {
  it('comes back unchanged, each field with its origin', async () => {
    const { seal, judge } = openForm();
    expect(await judge(await seal(), VALUES)).toEqual({
      income: { state: 'unchanged', value: '4,200,000', origin: ORIGINS.income },
      members: { state: 'unchanged', value: '3', origin: ORIGINS.members },
    });
  });

  it('has its values and origins only inside the encryption', async () => {
    const { seal } = openForm();
    const text = await seal();
    const [header = '', ...rest] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    expect(JSON.parse(header.toString())).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'key-1',
      v: 1,
    });
    const readable = Buffer.concat(rest).toString('latin1');
    for (const secret of ['4,200,000', 'consent-1', 'housing-loan', 'income', SESSION])
      expect(readable).not.toContain(secret);
    expect(await seal()).not.toBe(text);
  });

  it('names a changed, an emptied and a missing field edited, with what had been filled in', async () => {
    const { seal, judge } = openForm();
    const text = await seal();
    const edited = (value: string) => ({
      state: 'edited',
      value,
      filled: '4,200,000',
      origin: ORIGINS.income,
    });
    for (const [given, value] of [
      ['9,900,000', '9,900,000'],
      ['', ''],
      [undefined, ''],
      [null, ''],
    ] as const) {
      const judged = await judge(text, { ...VALUES, income: given });
      expect(judged.income).toEqual(edited(value));
      expect(judged.members.state).toBe('unchanged');
    }
    expect(await judge(text, { members: '3' })).toMatchObject({ income: edited('') });
  });

  it('names two fields edited whose values were swapped', async () => {
    const { seal, judge } = openForm();
    const swapped = { income: VALUES.members, members: VALUES.income };
    expect(statesOf(await judge(await seal(), swapped))).toEqual(all('edited'));
  });

  it('names a field that was not sealed forged, beside fields that were', async () => {
    const { seal, judge } = openForm();
    const judged = await judge(await seal(), { ...VALUES, bonus: '1' });
    expect(judged).toMatchObject({ bonus: { state: 'forged', value: '1' } });
    expect(judged.bonus).not.toHaveProperty('origin');
    expect(judged.income.state).toBe('unchanged');
    const named = await judge(await seal(), JSON.parse('{"__proto__": "1", "toString": "1"}'));
    expect(Object.entries(statesOf(named))).toEqual([
      ['__proto__', 'forged'],
      ['toString', 'forged'],
      ['income', 'edited'],
      ['members', 'edited'],
    ]);
  });

  it('seals fields with names that every object has', async () => {
    const { seal, judge } = openForm();
    const fields = JSON.parse(
      '{"__proto__": {"value": "1", "origin": {"item": "income"}}, "constructor": {"value": "2", "origin": {"item": "income"}}}',
    );
    const text = await seal({ fields });
    const judged = await judge(text, JSON.parse('{"__proto__": "1", "constructor": "2"}'));
    expect(Object.entries(statesOf(judged))).toEqual([
      ['__proto__', 'unchanged'],
      ['constructor', 'unchanged'],
    ]);
  });

  it.each([
    ['no seal', undefined],
    ['null', null],
    ['an empty seal', ''],
    ['two seals', ['a', 'b']],
    ['an object', { toString: 1 }],
    ['a symbol', Symbol('seal')],
    ['a text', 'seal'],
    ['a text with the dots of a seal', 'a.b.c.d.e'],
    ['a very long text', 'a'.repeat(1_000_000)],
  ])('is forged with %s', async (_, text) => {
    const { judge } = openForm();
    expect(await judge(text, VALUES)).toEqual({
      income: { state: 'forged', value: '4,200,000' },
      members: { state: 'forged', value: '3' },
    });
  });

  it('is forged where a value is not one text, or no plain field at all', async () => {
    const { seal, judge } = openForm();
    const text = await seal();
    for (const income of [['4,200,000'], { a: '4,200,000' }, 4_200_000, new File([], 'a')]) {
      const judged = await judge(text, { ...VALUES, income });
      expect(judged.income).toEqual({ state: 'forged', value: '' });
      expect(judged.members.state).toBe('unchanged');
    }
  });

  it('is replayed in another session, without showing whose values it carries', async () => {
    const { prefill, seal } = openForm();
    const judged = await prefill.judge({
      sessionBinding: 'session-of-taro',
      seal: await seal(),
      fields: { income: '', members: '' },
    });
    expect(judged).toEqual({
      income: { state: 'replayed', value: '' },
      members: { state: 'replayed', value: '' },
    });
  });

  it('is replayed in another form, and in a form for another purpose', async () => {
    const { reopen, seal } = openForm();
    const text = await seal();
    const card = { ...loan, purpose: { id: 'card-loan', text: 'カードローンのため' } };
    const service = defineService(card) as unknown as Loan;
    for (const changes of [{ form: 'change-of-income' }, { service }]) {
      const other = reopen(changes);
      const judged = await other.judge({ sessionBinding: SESSION, seal: text, fields: VALUES });
      expect(statesOf(judged)).toEqual(all('replayed'));
    }
  });

  it('does not confuse the end of the name of a form with the session', async () => {
    const { reopen } = openForm();
    const form = { terms: TERMS, fields: FIELDS };
    const text = await reopen({ form: 'a' }).seal({ ...form, sessionBinding: 'bc' });
    const judged = await reopen({ form: 'ab' }).judge({
      sessionBinding: 'c',
      seal: text,
      fields: VALUES,
    });
    expect(statesOf(judged)).toEqual(all('replayed'));
  });

  it('is judged in any instance, and any number of times', async () => {
    const { reopen, seal } = openForm();
    const text = await seal();
    for (const prefill of [reopen(), reopen(), reopen()]) {
      const judged = await prefill.judge({ sessionBinding: SESSION, seal: text, fields: VALUES });
      expect(statesOf(judged)).toEqual(all('unchanged'));
    }
  });
});

describe('the life of a form', () => {
  it('is one hour, and ends at its last millisecond', async () => {
    const { clock, seal, judge } = openForm();
    const text = await seal();
    clock.advance(HOUR_MS - 1);
    expect(statesOf(await judge(text, VALUES))).toEqual(all('unchanged'));
    clock.advance(1);
    expect(await judge(text, VALUES)).toEqual({
      income: { state: 'expired', value: '4,200,000' },
      members: { state: 'expired', value: '3' },
    });
  });

  it('ends with the consented period', async () => {
    const { clock, seal, judge } = openForm();
    clock.set('2026-12-31T23:30:00+09:00');
    const text = await seal();
    clock.set('2026-12-31T23:59:59.999+09:00');
    expect(statesOf(await judge(text, VALUES))).toEqual(all('unchanged'));
    clock.set('2027-01-01T00:00:00+09:00');
    expect(statesOf(await judge(text, VALUES))).toEqual(all('expired'));
  });

  it('cannot be judged by a clock without a time', async () => {
    const { reopen, seal } = openForm();
    const text = await seal();
    const broken = reopen({ clock: { now: () => Number.NaN, wait: async () => {} } });
    const judged = await broken.judge({ sessionBinding: SESSION, seal: text, fields: VALUES });
    expect(statesOf(judged)).toEqual(all('expired'));
  });

  it('says replayed first where a form of another session has expired too', async () => {
    const { clock, prefill, seal } = openForm();
    const text = await seal();
    clock.advance(HOUR_MS);
    const other = { sessionBinding: 'session-of-taro', seal: text, fields: VALUES };
    expect(statesOf(await prefill.judge(other))).toEqual(all('replayed'));
  });
});

describe('comparing values', () => {
  const spelled = (value: string) => ({ income: { value, origin: { item: 'income' } } }) as const;

  it('takes every spelling of a line break for the same', async () => {
    const { seal, judge } = openForm();
    const text = await seal({ fields: spelled('見本町1\n見本荘\n') });
    for (const income of ['見本町1\r\n見本荘\r\n', '見本町1\r見本荘\r', '見本町1\n見本荘\n'])
      expect((await judge(text, { income })).income).toMatchObject({
        state: 'unchanged',
        value: '見本町1\n見本荘\n',
      });
    expect((await judge(text, { income: '見本町1\n見本荘' })).income.state).toBe('edited');
  });

  it('takes full-width digits, commas and spaces for an edit by default', async () => {
    const { seal, judge } = openForm();
    const text = await seal({ fields: spelled('4,200,000') });
    for (const income of ['4200000', '４，２００，０００', ' 4,200,000', '4,200,000 '])
      expect((await judge(text, { income })).income.state).toBe('edited');
  });

  it('compares by the text that normalize returns, and returns the text that was filled in', async () => {
    const names: string[] = [];
    const { seal, judge } = openForm({
      normalize(text, name) {
        names.push(name);
        return text.normalize('NFKC').replaceAll(/[,\s]/g, '');
      },
    });
    const text = await seal({ fields: spelled('4,200,000') });
    expect((await judge(text, { income: '４２０００００ ' })).income).toMatchObject({
      state: 'unchanged',
      value: '4,200,000',
    });
    expect((await judge(text, { income: '４２０００００1' })).income).toMatchObject({
      state: 'edited',
      value: '４２０００００1',
      filled: '4,200,000',
    });
    expect(new Set(names)).toEqual(new Set(['income']));
  });
});

describe('the keys of a form', () => {
  it('rotate: the old one opens its forms until it is removed', async () => {
    const [old, next] = [newKey(), newKey()];
    const { seal, reopen } = openForm({ keys: { current: 'old', keys: { old } } });
    const text = await seal();
    const submitted = { sessionBinding: SESSION, seal: text, fields: VALUES };
    const both = reopen({ keys: { current: 'next', keys: { old, next } } });
    expect(statesOf(await both.judge(submitted))).toEqual(all('unchanged'));
    const alone = reopen({ keys: { current: 'next', keys: { next } } });
    expect(statesOf(await alone.judge(submitted))).toEqual(all('forged'));
    const fresh = await both.seal({ sessionBinding: SESSION, terms: TERMS, fields: FIELDS });
    expect(statesOf(await alone.judge({ ...submitted, seal: fresh }))).toEqual(all('unchanged'));
  });

  it('do not open a form of another key under the same id', async () => {
    const { seal, reopen } = openForm();
    const other = reopen({ keys: { current: 'key-1', keys: { 'key-1': newKey() } } });
    const submitted = { sessionBinding: SESSION, seal: await seal(), fields: VALUES };
    expect(statesOf(await other.judge(submitted))).toEqual(all('forged'));
  });
});
