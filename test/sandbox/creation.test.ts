import { executionAsyncResource } from 'node:async_hooks';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  personas,
  type Registration,
  type SandboxOptions,
} from '../../src/sandbox/index.js';
import { defineService } from '../../src/service/service.js';
import { isEnvironment } from '../../src/wire/environment.js';
import { codeFor, exchange, fields, inquiry, poll, registration, request, send } from './steps.js';

const make = (changes: object) =>
  createSandbox({ registrations: [{ ...registration, ...changes } as Registration] });
const makeWith = (options: object) =>
  createSandbox({ registrations: [registration], ...options } as SandboxOptions);
const service = (changes: object) => ({ service: { ...registration.service, ...changes } });
const item = (changes: object) =>
  service({ items: { income: { detail: 'local-tax', inquiries: ['range'], ...changes } } });
const at = 'options.registrations[0]';

describe('a sandbox is not made with', () => {
  it.each([
    ['an unknown option', () => makeWith({ fault: [] }), 'unknown_option', 'options.fault'],
    [
      'no registrations',
      () => createSandbox({} as SandboxOptions),
      'missing_option',
      'options.registrations',
    ],
    [
      'an empty list of registrations',
      () => createSandbox({ registrations: [] }),
      'invalid_option',
      'options.registrations',
    ],
    [
      'a client registered twice',
      () => createSandbox({ registrations: [registration, registration] }),
      'invalid_option',
      'options.registrations[1].clientId',
    ],
    [
      'an unknown key of a registration',
      () => make({ redirectUri: 'https://loan.example' }),
      'unknown_option',
      `${at}.redirectUri`,
    ],
    ['no client id', () => make({ clientId: undefined }), 'missing_option', `${at}.clientId`],
    [
      'a client id with a space',
      () => make({ clientId: 'SP 1' }),
      'invalid_option',
      `${at}.clientId`,
    ],
    ['no redirect URI', () => make({ redirectUris: [] }), 'invalid_option', `${at}.redirectUris`],
    [
      'a relative redirect URI',
      () => make({ redirectUris: ['/callback'] }),
      'invalid_option',
      `${at}.redirectUris[0]`,
    ],
    [
      'an http redirect URI beyond loopback',
      () => make({ redirectUris: ['http://loan.example/cb'] }),
      'invalid_option',
      `${at}.redirectUris[0]`,
    ],
    [
      'a redirect URI with fragment',
      () => make({ redirectUris: ['https://loan.example/cb#'] }),
      'invalid_option',
      `${at}.redirectUris[0]`,
    ],
    [
      'a redirect URI twice',
      () => make({ redirectUris: ['https://a.example/', 'https://a.example/'] }),
      'invalid_option',
      `${at}.redirectUris[1]`,
    ],
    [
      'a certificate that is none',
      () => make({ certificate: 'PEM' }),
      'invalid_credential',
      `${at}.certificate`,
    ],
    ['no service', () => make({ service: undefined }), 'missing_option', `${at}.service`],
    ['an empty name', () => make(service({ name: ' ' })), 'invalid_option', `${at}.service.name`],
    [
      'no purpose',
      () => make(service({ purpose: undefined })),
      'missing_option',
      `${at}.service.purpose`,
    ],
    [
      'no text of the purpose',
      () => make(service({ purpose: { id: 'x' } })),
      'missing_option',
      `${at}.service.purpose.text`,
    ],
    [
      'half a day of retention',
      () => make(service({ retention: { days: 0.5 } })),
      'invalid_option',
      `${at}.service.retention.days`,
    ],
    ['no items', () => make(service({ items: {} })), 'invalid_option', `${at}.service.items`],
    [
      'an unknown detail',
      () => make(item({ detail: 'income' })),
      'unknown_detail',
      `${at}.service.items.income.detail`,
    ],
    [
      'a short code',
      () => make(item({ code: 'TM2' })),
      'invalid_option',
      `${at}.service.items.income.code`,
    ],
    [
      'no inquiry method',
      () => make(item({ inquiries: [] })),
      'invalid_option',
      `${at}.service.items.income.inquiries`,
    ],
    [
      'an unknown inquiry method',
      () => make(item({ inquiries: ['range', 'all'] })),
      'invalid_option',
      `${at}.service.items.income.inquiries[1]`,
    ],
    [
      'latest without latestBy',
      () => make(item({ inquiries: ['latest'] })),
      'latest_not_declared',
      `${at}.service.items.income.inquiries[0]`,
    ],
    [
      'an unknown holder',
      () => make(item({ holders: ['city'] })),
      'unknown_server',
      `${at}.service.items.income.holders[0]`,
    ],
    [
      'a server that is no holder',
      () => make(item({ holders: ['pension-service'] })),
      'not_a_holder',
      `${at}.service.items.income.holders[0]`,
    ],
    [
      'two items under one code',
      () =>
        make(
          service({
            items: {
              a: { detail: 'local-tax', inquiries: ['range'] },
              b: { detail: 'local-tax', inquiries: ['range'] },
            },
          }),
        ),
      'invalid_option',
      `${at}.service.items.b.code`,
    ],
    [
      'half a clock',
      () => makeWith({ clock: { now: () => 0 } }),
      'missing_option',
      'options.clock.wait',
    ],
  ])('%s', (_, attempt, code, path) => {
    expect(attempt).toThrow(expect.objectContaining({ name: 'SelfInfoError', code, path }));
  });

  it.each([
    ['a list of options', () => createSandbox([] as never), 'options'],
    [
      'registrations that are no list',
      () => createSandbox({ registrations: registration as never }),
      'options.registrations',
    ],
    ['a client id that is no string', () => make({ clientId: 1 }), `${at}.clientId`],
    ['items that are a list', () => make(service({ items: [] })), `${at}.service.items`],
    ['personas that are no list', () => makeWith({ personas: {} }), 'options.personas'],
    ['a clock that is none', () => makeWith({ clock: 1 }), 'options.clock'],
  ])('%s, a TypeError', (_, attempt, path) => {
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(path);
  });
});

describe('faults', () => {
  it.each([
    ['at no step', { do: 'stall' }, 'options.faults[0].on'],
    ['at a step that cannot fail', { on: 'decide', do: 'stall' }, 'options.faults[0].on'],
    ['at a call before the first', { on: 'token', nth: 0, do: 'stall' }, 'options.faults[0].nth'],
    ['of an unknown kind', { on: 'token', do: 'explode' }, 'options.faults[0].do'],
    ['that wait for no time', { on: 'token', do: 'delay' }, 'options.faults[0].ms'],
    ['that wait backwards', { on: 'token', do: 'delay', ms: -1 }, 'options.faults[0].ms'],
    ['with a setting of another fault', { on: 'token', do: 'stall', ms: 1 }, 'options.faults[0]'],
    [
      'that break the JSON of a page',
      { on: 'authorize', do: 'invalid-json' },
      'options.faults[0].do',
    ],
    [
      'that mistake the process of a token',
      { on: 'token', do: 'mismatched-process' },
      'options.faults[0].do',
    ],
  ])('%s are refused', (_, fault, path) => {
    expect(() => makeWith({ faults: [fault] })).toThrow(
      expect.objectContaining({ code: 'invalid_option', path }),
    );
  });

  it('that are no list are a TypeError', () => {
    expect(() => makeWith({ faults: { on: 'token', do: 'stall' } })).toThrow(TypeError);
  });
});

describe('whatever is wrong with the options', () => {
  const broken = () =>
    createSandbox({
      registrations: [
        {
          ...registration,
          clientId: 'SECRET 1',
          redirectUris: ['SECRET', 'http://SECRET.example/'],
          service: { ...registration.service, name: 7, items: { a: { detail: 'SECRET' }, b: {} } },
        },
        null,
      ],
      personas: [{ id: 'x', name: '見本', pin: 'SECRET', records: {} }],
      faults: [{ on: 'SECRET', do: 'stall' }],
      clock: {},
    } as never);

  it('is said at once, each with its path', () => {
    for (const path of [
      'options.registrations[0].clientId',
      'options.registrations[0].redirectUris[0]',
      'options.registrations[0].redirectUris[1]',
      'options.registrations[0].service.name',
      'options.registrations[0].service.items.a.detail',
      'options.registrations[0].service.items.b.detail',
      'options.registrations[1]',
      'options.personas[0].pin',
      'options.faults[0].on',
      'options.clock.now',
    ])
      expect(broken).toThrow(path);
    expect(broken).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        path: 'options.registrations[0].clientId',
      }),
    );
  });

  it('is said without a value', () => {
    expect(broken).not.toThrow('SECRET');
  });
});

describe('personas', () => {
  const hanako = { id: 'x', name: '見本', pin: '0000', records: {} };
  const tax = { server: 'municipal', holder: 'サンプル市', fields: {} };

  it.each([
    ['a PIN of five digits', { ...hanako, pin: '12345' }, 'options.personas[0].pin'],
    ['an id with spaces', { ...hanako, id: 'A b' }, 'options.personas[0].id'],
    ['an unknown key', { ...hanako, records: {}, nick: 'x' }, 'options.personas[0]'],
    [
      'records of an unknown detail',
      { ...hanako, records: { income: [] } },
      'options.personas[0].records',
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
      'a server that does not hold it',
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
    ['an unknown trouble with the card', { ...hanako, card: 'lost' }, 'options.personas[0].card'],
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
      'an outage until no instant',
      { ...hanako, closed: [{ server: 'municipal', until: '2026-12-01' }] },
      'options.personas[0].closed[0].until',
    ],
    [
      'a record that stands there no time',
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
  ])('with %s are refused', (_, persona, path) => {
    expect(() => makeWith({ personas: [persona] })).toThrow(
      expect.objectContaining({ code: 'invalid_option', path }),
    );
  });

  it('are refused with every path that is wrong, and no value', () => {
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

  it('are refused when two have the same id', () => {
    expect(() => makeWith({ personas: [hanako, hanako] })).toThrow('options.personas[1].id');
  });

  it('replace the built-in ones, are copied, and may be added to them', async () => {
    const own = structuredClone(hanako);
    const sandbox = makeWith({ personas: [own] });
    own.pin = '9999';
    expect(await codeFor(sandbox, 'x')).not.toBe('');
    await expect(codeFor(sandbox, 'hanako')).rejects.toMatchObject({ path: 'options.persona' });
    expect(await codeFor(makeWith({ personas: [...personas, hanako] }), 'hanako')).not.toBe('');
  });
});

describe('a sandbox', () => {
  it('takes a defined service as it is', () => {
    const defined = defineService({
      name: '住宅ローン事前審査',
      purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
      retention: { days: 30 },
      items: {
        income: {
          detail: 'local-tax',
          inquiries: ['latest'],
          latestBy: '課税年度',
          holders: ['municipal'],
        },
      },
    });
    expect(
      createSandbox({ registrations: [{ ...registration, service: defined }] }).environment()
        .clientId,
    ).toBe(registration.clientId);
  });

  it('makes the environment of each registration', () => {
    const other = {
      ...registration,
      clientId: 'SP87654321_CD4321',
      redirectUris: ['http://localhost:3000/cb', 'https://b.example/'],
    };
    const { environment } = createSandbox({ registrations: [registration, other] });
    expect(environment()).toMatchObject({
      kind: 'sandbox',
      clientId: registration.clientId,
      redirectUri: registration.redirectUris[0],
    });
    expect(environment(other.clientId)).toMatchObject({
      clientId: other.clientId,
      redirectUri: 'http://localhost:3000/cb',
    });
    expect(isEnvironment(environment())).toBe(true);
    expect(() => environment('SP00000000_XX0000')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'clientId' }),
    );
  });

  it('says so when its clock stands outside its calendar', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock('2020-01-01T00:00:00+09:00'),
    });
    const { body } = await exchange(sandbox, await codeFor(sandbox, 'hanako'));
    expect(
      await request(sandbox, String(body.access_token), inquiry('household', 'latest')),
    ).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
  });

  it('leaves nothing behind that every later promise of the process would carry', async () => {
    const carried = async () => {
      await codeFor(createSandbox({ registrations: [registration] }), 'hanako');
      return Object.getOwnPropertySymbols(executionAsyncResource()).length;
    };
    const first = await carried();
    for (let count = 0; count < 10; count++) await carried();
    expect(await carried()).toBe(first);
  });

  it('shows nothing of what it knows', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
    });
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    const process = (await request(sandbox, token, inquiry('household', 'latest'))).body[
      fields.processId.value
    ];
    await poll(sandbox, token, process);
    await send(sandbox, '/nothing', {});
    const shown = `${inspect(sandbox, { depth: 20, showHidden: true })}${JSON.stringify(sandbox)}${String(sandbox)}`;
    for (const secret of [
      code,
      token,
      String(process),
      '番号 花子',
      'サンプル市',
      '1234,',
      "'1234'",
    ])
      expect(shown).not.toContain(secret);
  });
});
