import { describe, expect, it } from 'vitest';
import { createSandbox, type Registration, type SandboxOptions } from '../../src/sandbox/index.js';
import { registration } from './steps.js';

const make = (changes: object) =>
  createSandbox({ registrations: [{ ...registration, ...changes } as Registration] });
const makeWith = (options: object) =>
  createSandbox({ registrations: [registration], ...options } as SandboxOptions);
const service = (changes: object) => ({ service: { ...registration.service, ...changes } });
const item = (changes: object) =>
  service({ items: { income: { detail: 'local-tax', inquiries: ['range'], ...changes } } });
const at = 'options.registrations[0]';

describe('createSandbox', () => {
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
      'an http redirect URI on a public name',
      () => make({ redirectUris: ['http://loan.example.com/cb'] }),
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
      'the same redirect URI twice',
      () => make({ redirectUris: ['https://a.example/', 'https://a.example/'] }),
      'invalid_option',
      `${at}.redirectUris[1]`,
    ],
    [
      'a certificate that is not PEM',
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
      'a server that is not a holder',
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
      'a provider without its legal name',
      () => make({ provider: { contact: '0120-000-000' } }),
      'missing_option',
      `${at}.provider.name`,
    ],
    [
      'a privacy policy over plain http',
      () =>
        make({
          provider: { name: '株式会社みほん銀行', privacyPolicy: 'http://loan.example.com/' },
        }),
      'invalid_option',
      `${at}.provider.privacyPolicy`,
    ],
    [
      'an unknown part of a provider',
      () => make({ provider: { name: '株式会社みほん銀行', phone: '1' } }),
      'unknown_option',
      `${at}.provider.phone`,
    ],
    [
      'fields of an item that is not registered',
      () => make({ fields: { nowhere: ['年金額'] } }),
      'invalid_option',
      `${at}.fields.nowhere`,
    ],
    [
      'an empty name of a field',
      () => make({ fields: { income: ['課税年度', ''] } }),
      'invalid_option',
      `${at}.fields.income[1]`,
    ],
    [
      'a clock without wait',
      () => makeWith({ clock: { now: () => 0 } }),
      'missing_option',
      'options.clock.wait',
    ],
  ])('refuses %s', (_, attempt, code, path) => {
    expect(attempt).toThrow(expect.objectContaining({ name: 'SelfInfoError', code, path }));
  });

  it.each([
    ['a list of options', () => createSandbox([] as never), 'options'],
    [
      'registrations that are not a list',
      () => createSandbox({ registrations: registration as never }),
      'options.registrations',
    ],
    ['a client id that is not a string', () => make({ clientId: 1 }), `${at}.clientId`],
    ['items that are a list', () => make(service({ items: [] })), `${at}.service.items`],
    ['personas that are not a list', () => makeWith({ personas: {} }), 'options.personas'],
    ['a clock that is not an object', () => makeWith({ clock: 1 }), 'options.clock'],
  ])('throws a TypeError for %s', (_, attempt, path) => {
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(path);
  });
});

describe('the option faults of createSandbox', () => {
  it.each([
    ['without a step', { do: 'stall' }, 'options.faults[0].on'],
    ['at a step without faults', { on: 'decide', do: 'stall' }, 'options.faults[0].on'],
    ['at a call before the first', { on: 'token', nth: 0, do: 'stall' }, 'options.faults[0].nth'],
    ['of an unknown kind', { on: 'token', do: 'explode' }, 'options.faults[0].do'],
    ['with a delay without ms', { on: 'token', do: 'delay' }, 'options.faults[0].ms'],
    ['with a negative delay', { on: 'token', do: 'delay', ms: -1 }, 'options.faults[0].ms'],
    [
      'with a setting of another fault',
      { on: 'token', do: 'stall', ms: 1 },
      'options.faults[0].ms',
    ],
    [
      'of invalid JSON at a step that returns a page',
      { on: 'authorize', do: 'invalid-json' },
      'options.faults[0].do',
    ],
    [
      'of a mismatched process at the token step',
      { on: 'token', do: 'mismatched-process' },
      'options.faults[0].do',
    ],
  ])('refuses a fault %s', (_, fault, path) => {
    expect(() => makeWith({ faults: [fault] })).toThrow(
      expect.objectContaining({ code: 'invalid_option', path }),
    );
  });

  it('throws a TypeError for an object instead of a list', () => {
    expect(() => makeWith({ faults: { on: 'token', do: 'stall' } })).toThrow(TypeError);
  });
});

describe('createSandbox with several wrong options', () => {
  const broken = () =>
    createSandbox({
      registrations: [
        {
          ...registration,
          clientId: 'SECRET 1',
          redirectUris: ['SECRET', 'http://SECRET.example.com/'],
          service: { ...registration.service, name: 7, items: { a: { detail: 'SECRET' }, b: {} } },
        },
        null,
      ],
      personas: [{ id: 'x', name: '見本', pin: 'SECRET', records: {} }],
      faults: [{ on: 'SECRET', do: 'stall' }],
      clock: {},
    } as never);

  it('lists the path of each in one error', () => {
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

  it('repeats no value in the error', () => {
    expect(broken).not.toThrow('SECRET');
  });
});
