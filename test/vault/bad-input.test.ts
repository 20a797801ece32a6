import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLocalKeys, createMemoryVaultStore, createVault } from '../../src/vault/index.js';
import { createPgVaultStore, migrate } from '../../src/vault/pg/index.js';
import { loan } from '../kit/loan.js';
import { errorOf, refusal, refusalOf, typeErrorOf } from '../kit/refusals.js';
import { newKey, openSafe, PURPOSE } from './safe.js';

const good = () => ({
  service: loan,
  store: createMemoryVaultStore(),
  keys: createLocalKeys({ current: 'a', keys: { a: newKey() } }),
});

describe('wrong options of a vault', () => {
  it.each<[string, object, [string, string]]>([
    ['no service', { service: undefined }, ['missing_option', 'options.service']],
    ['no store', { store: undefined }, ['missing_option', 'options.store']],
    ['no keys', { keys: undefined }, ['missing_option', 'options.keys']],
    ['an unknown option', { ttl: 5 }, ['unknown_option', 'options.ttl']],
    [
      'no current key',
      { keys: { wrap() {}, unwrap() {} } },
      ['missing_option', 'options.keys.current'],
    ],
    ['a timeout of zero', { timeoutMs: 0 }, ['invalid_option', 'options.timeoutMs']],
    [
      'an empty current key',
      { keys: { wrap() {}, unwrap() {}, current: '' } },
      ['invalid_option', 'options.keys.current'],
    ],
  ])('names the wrong option of createVault: %s', (_, changes, expected) => {
    expect(refusal(() => createVault({ ...good(), ...changes } as never))).toEqual(expected);
  });

  it.each<[object, string]>([
    [{ service: { ...loan } }, 'options.service must be what defineService returned.'],
    [{ store: new Map() }, 'options.store must have a method put.'],
    [{ keys: { current: 'a' } }, 'options.keys must have a method wrap.'],
    [{ clock: {} }, 'options.clock must have a method now.'],
    [{ clock: { now: Date.now } }, 'options.clock must have a method wait.'],
    [{ timeoutMs: '5' }, 'options.timeoutMs must be a number.'],
    [{ onEvent: 'log' }, 'options.onEvent must be a function.'],
  ])(
    'throws a TypeError for an option of createVault with a wrong type: %#',
    async (changes, message) => {
      expect(await typeErrorOf(() => createVault({ ...good(), ...changes } as never))).toBe(
        message,
      );
    },
  );

  const key = newKey();
  it.each<[string, unknown, [string, string]]>([
    ['no current key', { keys: { a: key } }, ['missing_option', 'options.current']],
    ['no keys', { current: 'a' }, ['missing_option', 'options.keys']],
    [
      'a current key that is not among the keys',
      { current: 'b', keys: { a: key } },
      ['invalid_option', 'options.current'],
    ],
    [
      'a key that is too short',
      { current: 'a', keys: { a: key.slice(1) } },
      ['invalid_option', 'options.keys.a'],
    ],
    [
      'a key that is too long',
      { current: 'a', keys: { a: `${key}AA` } },
      ['invalid_option', 'options.keys.a'],
    ],
    [
      'a key in base64',
      { current: 'a', keys: { a: Buffer.alloc(32, 255).toString('base64') } },
      ['invalid_option', 'options.keys.a'],
    ],
    [
      'a key in hex',
      { current: 'a', keys: { a: 'ab'.repeat(32) } },
      ['invalid_option', 'options.keys.a'],
    ],
    ['an empty key', { current: 'a', keys: { a: '' } }, ['invalid_option', 'options.keys.a']],
    [
      'a key in the place of its id, which the error does not repeat',
      { current: 'a', keys: { [key]: 'a' } },
      ['invalid_option', 'options.keys'],
    ],
    [
      'an unknown option',
      { current: 'a', keys: { a: key }, kms: 1 },
      ['unknown_option', 'options.kms'],
    ],
  ])('names the wrong option of createLocalKeys: %s', (_, options, expected) => {
    expect(refusal(() => createLocalKeys(options as never))).toEqual(expected);
  });

  const pool = {
    query: async () => ({ rows: [] }),
    connect: async () => ({ query: async () => ({ rows: [] }), release() {} }),
  };
  it.each([
    '',
    'Vault',
    '1vault',
    'pg_vault',
    'my-vault',
    'vault.records',
    'vault;drop',
    'v'.repeat(64),
    '"vault"',
    'vault ',
  ])('refuses the schema name %j', async (schema) => {
    expect(refusal(() => createPgVaultStore(pool, { schema }))).toEqual([
      'invalid_option',
      'options.schema',
    ]);
    expect(await refusalOf(() => migrate(pool, { schema }))).toEqual([
      'invalid_option',
      'options.schema',
    ]);
  });

  it('refuses a wrong pool, connection string or option of the store in PostgreSQL', async () => {
    expect(await typeErrorOf(() => createPgVaultStore({ query: pool.query } as never))).toBe(
      'pool must have a method connect.',
    );
    expect(await typeErrorOf(() => migrate('postgres://' as never))).toBe(
      'pool must have a method query.',
    );
    expect(await refusalOf(() => migrate(pool, { prefix: 'a' } as never))).toEqual([
      'unknown_option',
      'options.prefix',
    ]);
  });
});

describe('an error of the database driver', () => {
  const canary = 'CANARYOFTHEDRIVER';
  const failing = (error: unknown) => {
    const query = () => Promise.reject(error);
    return { query, connect: async () => ({ query, release() {} }) };
  };
  const explode = (): never => {
    throw new Error(canary);
  };
  const getter = Object.defineProperty(new Error(canary), 'code', { get: explode });
  const opaque = new Proxy(
    {},
    { has: explode, get: (_, name) => (name === 'then' ? undefined : explode()) },
  );

  it.each<[string, unknown, string | undefined]>([
    ['a SQLSTATE', '57P01', '57P01'],
    ['a SQLSTATE that only PostgreSQL uses', 'XX000', 'XX000'],
    ['a connection error code of Node', 'ECONNREFUSED', 'ECONNREFUSED'],
    ['a word that looks like a code', canary, undefined],
    ['five letters', 'SEVEN', undefined],
    ['a number', 57_014, undefined],
    ['a code with a line end', '57P01\n', undefined],
  ])('is repeated only by its code, and only when the code is known: %s', async (_, code, told) => {
    const pool = failing(Object.assign(new Error(canary), { code, detail: canary, cause: canary }));
    for (const use of [() => createPgVaultStore(pool).get('a'), () => migrate(pool)]) {
      const error = await errorOf(use);
      expect([error.code, error.upstream?.code]).toEqual(['store_failed', told]);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(canary);
    }
  });

  it.each<[string, unknown]>([
    ['an error whose code throws', getter],
    ['a value that throws at every access', opaque],
    ['a string', canary],
    ['undefined', undefined],
  ])('becomes store_failed without a code: %s', async (_, thrown) => {
    for (const use of [
      () => createPgVaultStore(failing(thrown)).get('a'),
      () => migrate(failing(thrown)),
    ]) {
      const error = await errorOf(use);
      expect([error.code, error.upstream]).toEqual(['store_failed', undefined]);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(canary);
    }
  });
});

describe('wrong arguments of a vault', () => {
  const ref = '0'.repeat(32);
  it.each<[string, unknown, [string, string]]>([
    ['no purpose', { reason: 'review' }, ['missing_option', 'options.purpose']],
    ['an empty purpose', { ...PURPOSE, purpose: ' ' }, ['invalid_option', 'options.purpose']],
    ['no reason', { purpose: 'housing-loan' }, ['missing_option', 'options.reason']],
    ['an empty reason', { ...PURPOSE, reason: '' }, ['invalid_option', 'options.reason']],
    [
      'a long reason',
      { ...PURPOSE, reason: 'x'.repeat(201) },
      ['invalid_option', 'options.reason'],
    ],
    [
      'a reason with two lines',
      { ...PURPOSE, reason: 'a\nb' },
      ['invalid_option', 'options.reason'],
    ],
    [
      'a reason with a line separator',
      { ...PURPOSE, reason: 'a\u2028b' },
      ['invalid_option', 'options.reason'],
    ],
    [
      'a reason with a control character',
      { ...PURPOSE, reason: 'a\u001b[31mb' },
      ['invalid_option', 'options.reason'],
    ],
    ['an unknown option', { ...PURPOSE, force: true }, ['unknown_option', 'options.force']],
  ])('names the wrong argument of read and emits nothing: %s', async (_, options, expected) => {
    const { vault, events } = openSafe();
    expect(await refusalOf(() => vault.read(ref, options as never))).toEqual(expected);
    expect(events).toEqual([]);
  });

  it('names the wrong argument of erase and confirmClock', async () => {
    const { vault, bank } = openSafe();
    expect(await refusalOf(() => vault.erase(ref, ''))).toEqual(['invalid_option', 'reason']);
    expect(await refusalOf(() => vault.erase(ref, undefined as never))).toEqual([
      'missing_option',
      'reason',
    ]);
    expect(await refusalOf(() => vault.confirmClock('yesterday', 'x'))).toEqual([
      'invalid_instant',
      'now',
    ]);
    expect(await refusalOf(() => vault.confirmClock(bank.clock.now(), ''))).toEqual([
      'invalid_option',
      'reason',
    ]);
  });

  it('throws a TypeError for an argument with a wrong type', async () => {
    const { vault } = openSafe();
    expect(await typeErrorOf(() => vault.read(7 as never, PURPOSE))).toBe('ref must be a string.');
    expect(await typeErrorOf(() => vault.read(ref, undefined as never))).toBe(
      'options must be an object.',
    );
    expect(await typeErrorOf(() => vault.read(ref, { ...PURPOSE, reason: 7 } as never))).toBe(
      'options.reason must be a string.',
    );
    expect(await typeErrorOf(() => vault.erase(null as never, 'x'))).toBe('ref must be a string.');
    expect(await typeErrorOf(() => vault.confirmClock({} as never, 'x'))).toBe(
      'now must be a Date, a luxon DateTime, a number or a string.',
    );
  });
});
