import { expect, it } from 'vitest';
import { createSandbox, type Fault, type Persona } from '../../src/sandbox/index.js';
import { errorOf } from '../kit/refusals.js';
import { registration } from './steps.js';

const { control } = createSandbox({ registrations: [registration] });
const persona = { id: 'a', name: '見本', pin: '1234', records: {} };
const income = { server: 'municipal', holder: '見本市', fields: {} };
const fault = { on: 'token', do: 'delay', ms: 1 };
const put = (changes: object) => control.putPersona({ ...persona, ...changes } as Persona);
const add = (changes: object) => control.addFault({ ...fault, ...changes } as Fault);
const records = (changes: object) => put({ records: { 'local-tax': [{ ...income, ...changes }] } });

it.each([
  ['a choice', () => put({ card: 'x' }), 'card', 'locked, expired', 'locked、expired'],
  ['a choice of many', () => add({ do: 'x' }), 'do', '16 values: see /', '16個'],
  ['a missing value', () => put({ name: undefined }), 'name', 'required', '必須'],
  ['a wrong type', () => put({ name: 5 }), 'name', 'a string', '文字列'],
  ['an integer', () => add({ ms: 0.5 }), 'ms', 'an integer', '整数'],
  ['an empty text', () => put({ name: '' }), 'name', 'not be empty', '空の値'],
  ['a long text', () => add({ client: 'x'.repeat(65) }), 'client', 'most 64 ch', '64文字以下'],
  ['a small number', () => add({ share: 0 }), 'share', 'above 0', '0より大きい'],
  ['a large number', () => add({ share: 2 }), 'share', 'at most 1', '1以下'],
  ['a day', () => put({ birthDate: '2026-02-30' }), 'birthDate', 'YYYY-MM-DD', '日付'],
  [
    'an instant',
    () => put({ closed: [{ server: 'municipal', until: '2026' }] }),
    'closed[0].until',
    'ISO 8601',
    'オフセット',
  ],
  ['a form', () => put({ pin: '12' }), 'pin', 'match /^\\d{4}$/', '一致'],
  ['an unknown key', () => put({ nick: 'x' }), 'nick', 'no such key', 'キー'],
  [
    'a step',
    () => control.addFault({ on: 'token', do: 'lose' }),
    'do',
    'only at notice',
    'notice だけ',
  ],
  [
    'a holder',
    () => records({ server: 'pension-service' }),
    'records.local-tax[0].server',
    'held by municipal only',
    'municipal だけ',
  ],
  [
    'an order of days',
    () => records({ from: '2026-02-01', to: '2026-01-01' }),
    'records.local-tax[0].to',
    'before from',
    'from より前',
  ],
] as const)('names the place and what is possible there, in both languages: %s', async (...row) => {
  const [, run, place, en, ja] = row;
  const { path, message, messageJa } = await errorOf(run);
  expect(path).toMatch(/^(persona|fault)\./);
  expect(path?.replace(/^\w+\./, '')).toBe(place);
  expect(message).toContain(en);
  expect(messageJa).toContain(ja);
});

it('lists each of several places once, with what is possible there, in both languages', async () => {
  const given = [null, { ...registration, clientId: 'a b' }] as never;
  const { message, messageJa } = await errorOf(() =>
    createSandbox({ registrations: given, personas: 5 as never, clock: {} as never }),
  );
  for (const [text, expected] of [
    [message, 'options.registrations[0] (It must be an object.)'],
    [message, 'options.registrations[1].clientId (It must be up to 64 printable ASCII'],
    [message, 'options.personas (It must be a list.)'],
    [messageJa, 'options.registrations[0]（オブジェクトで指定してください。）'],
    [messageJa, 'options.registrations[1].clientId（空白を含まない64文字以内の'],
    [messageJa, 'options.personas（配列で指定してください。）'],
    [messageJa, 'options.clock.now（オプション options.clock.now は必須です。）'],
  ] as const)
    expect(text.split(expected)).toHaveLength(2);
});

it('never repeats a value', async () => {
  const error = await errorOf(() =>
    put({ name: 5, pin: 'SECRET', card: 'SECRET', birthDate: 'SECRET', closed: ['SECRET'] }),
  );
  expect(JSON.stringify(error)).not.toContain('SECRET');
});
