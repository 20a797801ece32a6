import { describe, expect, it } from 'vitest';
import { createSandbox, personas, type SandboxOptions } from '../../src/sandbox/index.js';
import { codeFor, registration } from './steps.js';

const makeWith = (options: object) =>
  createSandbox({ registrations: [registration], ...options } as SandboxOptions);

describe('the option personas of createSandbox', () => {
  const hanako = { id: 'x', name: '見本', pin: '0000', records: {} };
  const tax = { server: 'municipal', holder: 'サンプル市', fields: {} };

  it.each([
    ['a PIN of five digits', { ...hanako, pin: '12345' }, 'options.personas[0].pin'],
    ['an id with spaces', { ...hanako, id: 'A b' }, 'options.personas[0].id'],
    ['an unknown key', { ...hanako, records: {}, nick: 'x' }, 'options.personas[0].nick'],
    [
      'records of an unknown detail',
      { ...hanako, records: { income: [] } },
      'options.personas[0].records.income',
    ],
    [
      'an unknown server',
      { ...hanako, records: { 'local-tax': [{ ...tax, server: 'city' }] } },
      'options.personas[0].records.local-tax[0].server',
    ],
    [
      'a server that holds nothing',
      { ...hanako, records: { 'local-tax': [{ ...tax, server: 'mynaportal' }] } },
      'options.personas[0].records.local-tax[0].server',
    ],
    [
      'a server that does not hold the detail',
      { ...hanako, records: { 'local-tax': [{ ...tax, server: 'pension-service' }] } },
      'options.personas[0].records.local-tax[0].server',
    ],
    [
      'a day that does not exist',
      { ...hanako, records: { 'local-tax': [{ ...tax, asOf: '2026-02-30' }] } },
      'options.personas[0].records.local-tax[0].asOf',
    ],
    [
      'a period that ends before it starts',
      { ...hanako, records: { household: [{ ...tax, from: '2026-02-02', to: '2026-02-01' }] } },
      'options.personas[0].records.household[0].to',
    ],
    ['an unknown condition of the card', { ...hanako, card: 'lost' }, 'options.personas[0].card'],
    [
      'an unknown status of a detail',
      { ...hanako, statuses: { household: { status: 'present' } } },
      'options.personas[0].statuses.household.status',
    ],
    [
      'a failure without a code',
      { ...hanako, statuses: { household: { status: 'failed' } } },
      'options.personas[0].statuses.household.failure',
    ],
    [
      'a closed server that holds nothing',
      { ...hanako, closed: [{ server: 'mynaportal' }] },
      'options.personas[0].closed[0].server',
    ],
    [
      'an outage until a day instead of an instant',
      { ...hanako, closed: [{ server: 'municipal', until: '2026-12-01' }] },
      'options.personas[0].closed[0].until',
    ],
    [
      'a record that is repeated zero times',
      { ...hanako, records: { household: [{ ...tax, repeat: 0 }] } },
      'options.personas[0].records.household[0].repeat',
    ],
    [
      'a registration on a day that does not exist',
      { ...hanako, records: { household: [{ ...tax, registeredOn: '2026-02-30' }] } },
      'options.personas[0].records.household[0].registeredOn',
    ],
    [
      'a value that JSON cannot carry',
      { ...hanako, records: { household: [{ ...tax, fields: { x: 1n } }] } },
      'options.personas[0].records.household[0].fields.x',
    ],
  ])('refuses %s', (_, persona, path) => {
    expect(() => makeWith({ personas: [persona] })).toThrow(
      expect.objectContaining({ code: 'invalid_option', path }),
    );
  });

  it('lists every wrong path and no value in one error', () => {
    const attempt = () =>
      makeWith({
        personas: [
          { ...hanako, id: 'SECRET', pin: 'SECRET' },
          { ...hanako, records: { 'local-tax': [{ ...tax, asOf: 'SECRET' }] } },
        ],
      });
    for (const path of [
      'personas[0].id',
      'personas[0].pin',
      'personas[1].records.local-tax[0].asOf',
    ])
      expect(attempt).toThrow(path);
    expect(attempt).not.toThrow('SECRET');
  });

  it('refuses two personas with the same id', () => {
    expect(() => makeWith({ personas: [hanako, hanako] })).toThrow('options.personas[1].id');
  });

  it('replaces the built-in personas by a copy, and can include them', async () => {
    const own = structuredClone(hanako);
    const sandbox = makeWith({ personas: [own] });
    own.pin = '9999';
    expect(await codeFor(sandbox, 'x')).not.toBe('');
    await expect(codeFor(sandbox, 'hanako')).rejects.toMatchObject({ path: 'options.persona' });
    expect(await codeFor(makeWith({ personas: [...personas, hanako] }), 'hanako')).not.toBe('');
  });
});
