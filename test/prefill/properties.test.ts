import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../kit/any-text.js';
import { SESSION } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { HOUR_MS, newKey, openForm, statesOf, TERMS } from './form.js';

const { runs } = sized({ usual: { runs: 100 }, full: { runs: 400 }, soak: { runs: 20_000 } });

const origin = { item: 'income' } as const;
const name = fc.oneof(
  fc.constantFrom('income', '__proto__', 'constructor', 'items[0].amount', '所得'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
/** The texts of a form by the names of their inputs. */
const texts = fc
  .uniqueArray(fc.tuple(name, anyText(40)), {
    minLength: 1,
    maxLength: 8,
    selector: ([key]) => key,
  })
  .map((entries) => Object.fromEntries(entries));
const session = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== '');

const fieldsOf = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
const namesOf = (values: object) => Object.keys(values).sort();
const lines = (text: string) => text.replaceAll(/\r\n?/g, '\n');

/** Returns the different states of the fields. */
const kinds = (fields: Parameters<typeof statesOf>[0]) => [
  ...new Set(Object.values(statesOf(fields))),
];

const check = <T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  run: (...values: T) => Promise<void>,
) => fc.assert(fc.asyncProperty(...arbitraries, run), { numRuns: runs });

describe('any form', () => {
  const { prefill, reopen, seal, judge, clock } = openForm();

  it('comes back unchanged with the same texts, whatever they are', async () => {
    await check([texts, session], async (values, sessionBinding) => {
      const fields = fieldsOf(values);
      const text = await prefill.seal({ sessionBinding, terms: TERMS, fields });
      expect(text).toMatch(/^[\w.-]+$/);
      const judged = await prefill.judge({ sessionBinding, seal: text, fields: values });
      expect(namesOf(judged)).toEqual(namesOf(values));
      for (const [key, { state, value }] of Object.entries(judged))
        expect([state, value]).toEqual([
          'unchanged',
          Object.entries(values).find(([k]) => k === key)?.[1],
        ]);
    });
  });

  it('has every edit named, and no other field', async () => {
    await check([texts, fc.nat(), anyText(40)], async (values, index, other) => {
      const names = Object.keys(values);
      const edited = names[index % names.length] as string;
      fc.pre(lines(other) !== lines(Object.entries(values).find(([k]) => k === edited)?.[1] ?? ''));
      const submitted = Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, key === edited ? other : value]),
      );
      const judged = await judge(await seal({ fields: fieldsOf(values) }), submitted);
      for (const [key, { state, value }] of Object.entries(judged)) {
        expect(state).toBe(key === edited ? 'edited' : 'unchanged');
        if (key === edited) expect(value).toBe(other);
      }
    });
  });

  it('has two fields edited when their different texts are swapped', async () => {
    await check([anyText(40), anyText(40)], async (a, b) => {
      const text = await seal({ fields: fieldsOf({ a, b }) });
      const expected = lines(a) === lines(b) ? 'unchanged' : 'edited';
      expect(kinds(await judge(text, { a: b, b: a }))).toEqual([expected]);
    });
  });

  it('is replayed in any other session, form or purpose, edited or not', async () => {
    await check([session, session, session, texts], async (mine, other, form, values) => {
      const text = await prefill.seal({
        sessionBinding: mine,
        terms: TERMS,
        fields: fieldsOf(values),
      });
      const submitted = { sessionBinding: mine, seal: text, fields: { ...values, more: '1' } };
      if (other !== mine)
        expect(kinds(await prefill.judge({ ...submitted, sessionBinding: other }))).toEqual([
          'replayed',
        ]);
      if (form !== 'application')
        expect(kinds(await reopen({ form }).judge(submitted))).toEqual(['replayed']);
    });
  });

  it('is forged when any character of its seal is another one, missing or doubled', async () => {
    const values = { a: '4,200,000', b: '見本市' };
    const text = await seal({ fields: fieldsOf(values) });
    const forged = async (altered: string) =>
      expect([altered, kinds(await judge(altered, values))]).toEqual([altered, ['forged']]);
    for (let at = 0; at < text.length; at++) {
      const [before, char, after] = [text.slice(0, at), text[at], text.slice(at + 1)];
      await forged(before + (char === 'A' ? 'B' : 'A') + after);
      await forged(before + after);
    }
    await check([fc.nat(text.length), anyText(3)], async (at, inserted) => {
      const altered = text.slice(0, at) + inserted + text.slice(at);
      if (altered !== text) await forged(altered);
    });
    await check(
      [fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 })],
      async (at, char) => {
        const altered = text.slice(0, at) + char + text.slice(at + 1);
        if (altered !== text) await forged(altered);
      },
    );
  });

  it('is forged when parts of two seals are joined', async () => {
    const values = { a: '1' };
    const one = (await seal({ fields: fieldsOf(values) })).split('.');
    const two = (await seal({ fields: fieldsOf(values) })).split('.');
    // Header and key are equal in both.
    for (const parts of [[2], [3], [4], [2, 3], [2, 4], [3, 4]]) {
      const joined = one
        .map((part, index) => (parts.includes(index) ? two[index] : part))
        .join('.');
      expect(kinds(await judge(joined, values))).toEqual(['forged']);
    }
  });

  it('never makes judging reject, whatever a browser sends', async () => {
    const text = await seal({ fields: fieldsOf({ a: '1' }) });
    const anything = fc.oneof(fc.anything(), fc.string(), fc.constant(text));
    await check([anything, fc.dictionary(name, fc.anything())], async (given, fields) => {
      const judged = await judge(given, fields);
      for (const [key, field] of Object.entries(judged)) {
        expect(typeof field.value).toBe('string');
        if (given !== text || key !== 'a') expect(field.state).toBe('forged');
      }
    });
  });

  it('expires at the exact end of its life or of the period, whichever comes first', async () => {
    const start = clock.now();
    const life = fc.integer({ min: 1, max: 2 * HOUR_MS });
    await check(
      [life, life, fc.integer({ min: -3, max: 3 })],
      async (lifetimeMs, leftMs, offset) => {
        const keepUntil = new Date(start + leftMs).toISOString();
        const terms = { ...TERMS, keepUntil };
        const text = await reopen({ lifetimeMs }).seal({
          sessionBinding: SESSION,
          terms,
          fields: fieldsOf({ a: '1' }),
        });
        const ends = Math.min(lifetimeMs, leftMs);
        const at = reopen({ clock: { now: () => start + ends + offset, wait: async () => {} } });
        const judged = await at.judge({ sessionBinding: SESSION, seal: text, fields: { a: '1' } });
        expect(judged.a.state).toBe(offset < 0 ? 'unchanged' : 'expired');
      },
    );
  });

  it('opens with every key that is still configured, and with no other', async () => {
    const ring = ['a', 'b', 'c', 'd'].map((kid) => [kid, newKey()] as const);
    const subset = fc.subarray(ring, { minLength: 1 });
    await check([subset, subset, fc.nat(), fc.nat()], async (before, after, i, j) => {
      const keysOf = (keys: typeof ring, at: number) => ({
        current: (keys[at % keys.length] as (typeof ring)[number])[0],
        keys: Object.fromEntries(keys),
      });
      const keys = keysOf(before, i);
      const text = await reopen({ keys }).seal({
        sessionBinding: SESSION,
        terms: TERMS,
        fields: fieldsOf({ a: '1' }),
      });
      const later = reopen({ keys: keysOf(after, j) });
      const judged = await later.judge({ sessionBinding: SESSION, seal: text, fields: { a: '1' } });
      const isKept = after.some(([kid]) => kid === keys.current);
      expect(judged.a.state).toBe(isKept ? 'unchanged' : 'forged');
    });
  });
});
