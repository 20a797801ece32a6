import { afterEach, describe, expect, it } from 'vitest';
import {
  acceptWireProfileNotConfirmedBySpecification,
  buildConsentUrl,
  type Clock,
  connectionCheckEnvironment,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  exchangeToken,
  fiscalYear,
  pointInTime,
  productionEnvironment,
  publicProfile,
  range,
  SelfInfoError,
  type SelfInfoErrorCode,
  sandboxEnvironment,
  validateCallback,
  type WireProfile,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { altered, CLIENT_ID, loan, openBank, REDIRECT_URI } from '../kit/loan.js';
import { errorOf, refusalOf, thrownBy, typeErrorOf } from '../kit/refusals.js';

type Refused = [SelfInfoErrorCode, string] | string;

/** A pair is the code and path of a SelfInfoError, a string the message of a TypeError. */
async function expectRefusal(run: () => unknown, expected: Refused) {
  if (typeof expected === 'string') expect(await typeErrorOf(run)).toBe(expected);
  else {
    expect(await refusalOf(run)).toEqual(expected);
    const { message, messageJa, stage, effect, retry } = await errorOf(run);
    // Both messages name the path and have no gaps.
    for (const text of [message, messageJa]) {
      expect(text).toContain(expected[1]);
      expect(text).not.toMatch(/[{}]|undefined|\[object/);
    }
    // `invalid_option` also says what is expected.
    const bare = new SelfInfoError(expected[0], { path: expected[1] });
    if (expected[0] === 'invalid_option')
      expect([
        message.length > bare.message.length,
        messageJa.length > bare.messageJa.length,
      ]).toEqual([true, true]);
    expect([effect, retry]).toEqual(['none', { safe: false }]);
    expect(['configuration', 'request', 'result', 'calendar']).toContain(stage);
  }
}

/** Copies data with one change: `a.b.0` is a path, and undefined deletes the key. */
function changed(base: unknown, path: string, value: unknown): never {
  const [key = '', ...rest] = path.split('.');
  const copy = (Array.isArray(base) ? [...base] : { ...(base as object) }) as Record<
    string,
    unknown
  >;
  if (rest.length > 0) copy[key] = changed(copy[key], rest.join('.'), value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy as never;
}

const plain = {
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
    },
    pension: { detail: 'pension', holders: ['pension-service'], inquiries: ['range'] },
  },
} as const;

describe('defineService', () => {
  it('accepts the valid spec that the rows below change', () => {
    expect(defineService(plain).items.income.latestBy).toBe('課税年度');
  });

  it.each<[string, unknown, Refused]>([
    ['colour', 'red', ['unknown_option', 'spec.colour']],
    ['$&', 1, ['unknown_option', 'spec.$&']],
    ['name', undefined, ['missing_option', 'spec.name']],
    ['name', '', ['invalid_option', 'spec.name']],
    ['name', 5, 'spec.name must be a string.'],
    ['purpose', undefined, ['missing_option', 'spec.purpose']],
    ['purpose', 'loan', 'spec.purpose must be an object.'],
    ['purpose.id', undefined, ['missing_option', 'spec.purpose.id']],
    ['purpose.text', ' ', ['invalid_option', 'spec.purpose.text']],
    ['purpose.txt', 'a', ['unknown_option', 'spec.purpose.txt']],
    ['retention', undefined, ['missing_option', 'spec.retention']],
    ['retention.days', undefined, ['missing_option', 'spec.retention.days']],
    ['retention.days', '30', 'spec.retention.days must be a number.'],
    ['retention.days', 1.5, ['invalid_option', 'spec.retention.days']],
    ['retention.days', -1, ['invalid_option', 'spec.retention.days']],
    ['retention.days', Number.NaN, ['invalid_option', 'spec.retention.days']],
    ['retention.days', 36_501, ['invalid_option', 'spec.retention.days']],
    ['retention.months', 1, ['unknown_option', 'spec.retention.months']],
    ['items', undefined, ['missing_option', 'spec.items']],
    ['items', [], 'spec.items must be an object.'],
    ['items', {}, ['invalid_option', 'spec.items']],
    ['items.method', plain.items.pension, ['invalid_option', 'spec.items.method']],
    [
      'items',
      JSON.parse('{"__proto__":{"detail":"local-tax","inquiries":["range"]}}'),
      ['invalid_option', 'spec.items.__proto__'],
    ],
    ['items.income', null, 'spec.items.income must be an object.'],
    ['items.income.detail', undefined, ['missing_option', 'spec.items.income.detail']],
    ['items.income.detail', 'income', ['unknown_detail', 'spec.items.income.detail']],
    ['items.income.detail', 'constructor', ['unknown_detail', 'spec.items.income.detail']],
    ['items.income.detail', 5, 'spec.items.income.detail must be a string.'],
    ['items.income.code', 'TM2', ['invalid_option', 'spec.items.income.code']],
    ['items.income.code', 'TM000000000000022', ['invalid_option', 'spec.items.income.code']],
    ['items.income.code', 2, 'spec.items.income.code must be a string.'],
    ['items.pension.code', 'TM00000000000002', ['invalid_option', 'spec.items.pension.code']],
    [
      'items.again',
      { detail: 'pension', inquiries: ['range'] },
      ['invalid_option', 'spec.items.again.code'],
    ],
    ['items.income.inquiries', undefined, ['missing_option', 'spec.items.income.inquiries']],
    ['items.income.inquiries', 'latest', 'spec.items.income.inquiries must be a list.'],
    ['items.income.inquiries', [], ['invalid_option', 'spec.items.income.inquiries']],
    [
      'items.income.inquiries',
      ['latest', 'latest'],
      ['invalid_option', 'spec.items.income.inquiries'],
    ],
    [
      'items.income.inquiries',
      ['latest', 'newest'],
      ['invalid_option', 'spec.items.income.inquiries[1]'],
    ],
    ['items.income.latestBy', undefined, ['latest_not_declared', 'spec.items.income.inquiries']],
    ['items.income.latestBy', '', ['invalid_option', 'spec.items.income.latestBy']],
    [
      'items.pension.holders',
      ['municipal', 'account-registry'],
      ['not_a_holder', 'spec.items.pension.holders[1]'],
    ],
    ['items.pension.holders', ['nobody'], ['not_a_holder', 'spec.items.pension.holders[0]']],
    ['items.pension.holders', [], ['invalid_option', 'spec.items.pension.holders']],
    [
      'items.pension.holders',
      ['municipal', 'municipal'],
      ['invalid_option', 'spec.items.pension.holders'],
    ],
    ['items.pension.holders', 'municipal', 'spec.items.pension.holders must be a list.'],
    ['items.pension.record', {}, 'spec.items.pension.record must be a Standard Schema.'],
    ['items.pension.record', null, 'spec.items.pension.record must be a Standard Schema.'],
    ['items.pension.schema', {}, ['unknown_option', 'spec.items.pension.schema']],
  ])('refuses a spec with %s = %j', async (path, value, expected) => {
    await expectRefusal(() => defineService(changed(plain, path, value)), expected);
  });

  it('refuses a spec that is not an object', async () => {
    for (const spec of [undefined, null, 'loan', 5, []])
      await expectRefusal(() => defineService(spec as never), 'spec must be an object.');
  });

  it('returns a frozen copy, so that later changes to the spec have no effect', () => {
    const spec = structuredClone(plain) as unknown as {
      items: { income: { inquiries: string[] } };
      purpose: { text: string };
    };
    const service = defineService(spec as never) as unknown as typeof spec;
    spec.items.income.inquiries.push('range');
    spec.purpose.text = '広告のため';
    expect([service.items.income.inquiries, service.purpose.text]).toEqual([
      ['latest'],
      '住宅ローンの事前審査のため',
    ]);
    expect(() => service.items.income.inquiries.push('range')).toThrow(TypeError);
    expect(() => Object.assign(service.items, { more: {} })).toThrow(TypeError);
  });
});

describe('pointInTime, range and fiscalYear', () => {
  it.each<[string, () => unknown, Refused]>([
    ['30 February', () => pointInTime('2026-02-30'), ['invalid_date', 'pointInTime.at']],
    [
      '29 February of no leap year',
      () => pointInTime('2026-02-29'),
      ['invalid_date', 'pointInTime.at'],
    ],
    ['month 13', () => pointInTime('2026-13-01'), ['invalid_date', 'pointInTime.at']],
    ['a date with slashes', () => pointInTime('2026/04/01'), ['invalid_date', 'pointInTime.at']],
    ['a date of digits', () => pointInTime('20260401'), ['invalid_date', 'pointInTime.at']],
    [
      'a date with time',
      () => pointInTime('2026-04-01T00:00:00Z'),
      ['invalid_date', 'pointInTime.at'],
    ],
    ['a date with space', () => pointInTime(' 2026-04-01'), ['invalid_date', 'pointInTime.at']],
    ['an era', () => pointInTime('令和8年4月1日'), ['invalid_date', 'pointInTime.at']],
    [
      'nothing',
      () => pointInTime(undefined as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'null',
      () => pointInTime(null as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'a Date, whose day depends on the zone',
      () => pointInTime(new Date() as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'a year as number',
      () => pointInTime(2026 as never),
      'pointInTime.at must be a date string or a fiscal year.',
    ],
    [
      'a fiscal year with more',
      () => pointInTime({ fiscalYear: 2026, month: 4 } as never),
      ['unknown_option', 'pointInTime.at.month'],
    ],
    ['an era year', () => fiscalYear(8), ['invalid_option', 'fiscalYear']],
    ['a date as fiscal year', () => fiscalYear(20260401), ['invalid_option', 'fiscalYear']],
    ['half a fiscal year', () => fiscalYear(2026.5), ['invalid_option', 'fiscalYear']],
    ['a fiscal year as text', () => fiscalYear('2026' as never), 'fiscalYear must be a number.'],
    [
      'a range that ends a day before it starts',
      () => range('2026-04-02', '2026-04-01'),
      ['range_reversed', 'range'],
    ],
    [
      'fiscal years that end before they start',
      () => range(fiscalYear(2026), fiscalYear(2025)),
      ['range_reversed', 'range'],
    ],
    [
      'a day and a fiscal year',
      () => range('2026-04-01', fiscalYear(2026)),
      ['invalid_option', 'range.to'],
    ],
    [
      'a fiscal year and a day',
      () => range(fiscalYear(2026), '2026-04-01'),
      ['invalid_option', 'range.to'],
    ],
    [
      'a range that starts on no day',
      () => range('2026-04-31', '2026-05-01'),
      ['invalid_date', 'range.from'],
    ],
    [
      'a range without end',
      () => range('2026-04-01', undefined as never),
      'range.to must be a date string or a fiscal year.',
    ],
  ])('refuse %s', async (_, run, expected) => {
    await expectRefusal(run, expected);
  });

  it('accept valid days and fiscal years', () => {
    expect(pointInTime('2024-02-29')).toEqual({ method: 'point-in-time', at: '2024-02-29' });
    expect(range('2026-04-01', '2026-04-01')).toEqual({
      method: 'range',
      from: '2026-04-01',
      to: '2026-04-01',
    });
    expect(range(fiscalYear(1900), fiscalYear(2999)).to).toEqual({ fiscalYear: 2999 });
  });
});

const authority = await createAuthority();
const { ca } = authority;
const tls = await authority.issue(CLIENT_ID);
const site = {
  clientId: CLIENT_ID,
  redirectUri: REDIRECT_URI,
  endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
  issuer: 'https://portal.example',
  ca,
};

/** The public profile with every entry confirmed by the specification. */
const confirmed = confirm(publicProfile) as WireProfile;
function confirm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('confidence' in value) return { ...value, confidence: 'specification' };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, confirm(inner)]));
}

const environments = {
  sandboxEnvironment,
  connectionCheckEnvironment,
  productionEnvironment: (o: typeof site) => productionEnvironment({ profile: confirmed, ...o }),
};

describe.each(Object.entries(environments))('%s', (_name, make) => {
  it('accepts the valid options that the rows below change', () => {
    expect(make(site).clientId).toBe(CLIENT_ID);
  });

  const url = (path: string): [SelfInfoErrorCode, string] => ['invalid_option', path];
  it.each<[string, unknown, Refused]>([
    ['kind', 'production', ['unknown_option', 'options.kind']],
    ['clientId', undefined, ['missing_option', 'options.clientId']],
    ['clientId', '', ['invalid_option', 'options.clientId']],
    ['clientId', 5, 'options.clientId must be a string.'],
    ['redirectUri', undefined, ['missing_option', 'options.redirectUri']],
    ['redirectUri', '/callback', url('options.redirectUri')],
    ['redirectUri', 'javascript:alert(1)', url('options.redirectUri')],
    ['redirectUri', 'https://loan.example/#a', url('options.redirectUri')],
    ['redirectUri', 'https://user:password@loan.example/', url('options.redirectUri')],
    ['redirectUri', 'http://loan.example/', url('options.redirectUri')],
    ['endpoints', undefined, ['missing_option', 'options.endpoints']],
    ['endpoints', 'https://portal.example', 'options.endpoints must be an object.'],
    ['endpoints.apiUrl', undefined, ['missing_option', 'options.endpoints.apiUrl']],
    ['endpoints.apiUrl', 'http://api.portal.example', url('options.endpoints.apiUrl')],
    ['endpoints.apiUrl', 'https://api.portal.example?a=b', url('options.endpoints.apiUrl')],
    ['endpoints.browserUrl', 'portal.example', url('options.endpoints.browserUrl')],
    ['endpoints.browserUrl', 'https://portal.example/?a', url('options.endpoints.browserUrl')],
    [
      'endpoints.tokenUrl',
      'https://portal.example',
      ['unknown_option', 'options.endpoints.tokenUrl'],
    ],
    ['issuer', undefined, ['missing_option', 'options.issuer']],
    ['issuer', 'portal', url('options.issuer')],
    ['ca', 5, 'options.ca must be a PEM string or a list of them.'],
    ['ca', [5], 'options.ca must be a PEM string or a list of them.'],
    ['ca', [], ['invalid_credential', 'options.ca']],
    ['ca', 'ca.pem', ['invalid_credential', 'options.ca']],
    [
      'ca',
      [ca, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
      ['invalid_credential', 'options.ca'],
    ],
    ['profile', {}, 'options.profile must have a method encodeRequest.'],
    ['profile', 'public', 'options.profile must have a method encodeRequest.'],
    [
      'profile',
      changed(confirmed, 'paths.request', undefined),
      ['invalid_option', 'options.profile.paths.request'],
    ],
    [
      'profile',
      changed(confirmed, 'paths.request', '/request'),
      ['invalid_option', 'options.profile.paths.request'],
    ],
    [
      'profile',
      changed(confirmed, 'timing.pollMs.value', '3000'),
      ['invalid_option', 'options.profile.timing.pollMs'],
    ],
    [
      'profile',
      changed(confirmed, 'oauth', undefined),
      ['invalid_option', 'options.profile.oauth.pkce'],
    ],
    [
      'profile',
      changed(confirmed, 'itemStatuses.not-covered.value', 'PRESENT'),
      ['invalid_option', 'options.profile.itemStatuses.not-covered'],
    ],
    [
      'profile',
      changed(confirmed, 'processStatuses.running.value', 'DONE'),
      ['invalid_option', 'options.profile.processStatuses.done'],
    ],
    [
      'profile',
      changed(confirmed, 'methods.range.value', 'LATEST'),
      ['invalid_option', 'options.profile.methods.latest'],
    ],
    [
      'profile',
      changed(confirmed, 'fields.processStatus.value', 'process_id'),
      ['invalid_option', 'options.profile.fields.processStatus'],
    ],
    [
      'profile',
      changed(confirmed, 'fields.to.value', 'range_start'),
      ['invalid_option', 'options.profile.fields.to'],
    ],
    [
      'profile',
      changed(confirmed, 'decodeProcess', undefined),
      'options.profile must have a method decodeProcess.',
    ],
  ])('refuses options with %s = %j', async (path, value, expected) => {
    await expectRefusal(() => make(changed(site, path, value)), expected);
  });

  it('refuses options that are not an object', async () => {
    for (const options of [undefined, null, 'production'])
      expect(await thrownBy(() => make(options as never))).toBeInstanceOf(Error);
  });
});

describe('an environment', () => {
  it('allows plain http for the sandbox on loopback only', async () => {
    const local = (host: string) => ({
      ...site,
      endpoints: { browserUrl: `http://${host}:8080`, apiUrl: `https://${host}:8443` },
    });
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(sandboxEnvironment(local(host)).kind).toBe('sandbox');
    for (const host of ['localhost.example', '127.0.0.2.example', '10.0.0.1'])
      await expectRefusal(
        () => sandboxEnvironment(local(host)),
        ['invalid_option', 'options.endpoints.browserUrl'],
      );
    await expectRefusal(
      () => connectionCheckEnvironment(local('localhost')),
      ['invalid_option', 'options.endpoints.browserUrl'],
    );
  });

  it('allows only loopback and private names as hosts of the sandbox, and any host for the other kinds', async () => {
    const places = (host: string) => [
      { browserUrl: `https://${host}`, apiUrl: site.endpoints.apiUrl },
      { browserUrl: site.endpoints.browserUrl, apiUrl: `https://${host}:8443` },
    ];
    const inside = [
      'localhost',
      '127.0.0.1',
      '[::1]',
      'sandbox',
      'a.test',
      'a.example',
      'a.invalid',
      'a.localhost',
      'a.internal',
      'a.local',
    ];
    for (const host of inside)
      for (const endpoints of places(host))
        expect(sandboxEnvironment({ ...site, endpoints }).endpoints).toEqual(endpoints);
    for (const host of [
      'portal.go.jp',
      'example.com',
      'local.jp',
      'test.',
      '10.0.0.1',
      '[2001:db8::1]',
      '[::ffff:192.0.2.1]',
    ]) {
      const [first, second] = places(host);
      await expectRefusal(
        () => sandboxEnvironment({ ...site, endpoints: first as never }),
        ['invalid_option', 'options.endpoints.browserUrl'],
      );
      await expectRefusal(
        () => sandboxEnvironment({ ...site, endpoints: second as never }),
        ['invalid_option', 'options.endpoints.apiUrl'],
      );
      for (const endpoints of places(host)) {
        expect(connectionCheckEnvironment({ ...site, endpoints }).endpoints).toEqual(endpoints);
        expect(productionEnvironment({ ...site, endpoints, profile: confirmed }).endpoints).toEqual(
          endpoints,
        );
      }
    }
  });

  it('of the connection check accepts the public profile, items without code and an injected transport', () => {
    const options = {
      service: loan,
      environment: connectionCheckEnvironment(site),
      fetch: async () => new Response(),
    };
    expect(options.environment.profile).toBe(publicProfile);
    expect(createSelfInfoClient(options).resume).toBeTypeOf('function');
  });

  it('is frozen, endpoints and profile included', () => {
    const environment = sandboxEnvironment(site);
    expect(() => Object.assign(environment, { kind: 'production' })).toThrow(TypeError);
    expect(() => Object.assign(environment.endpoints, { apiUrl: 'https://evil.example' })).toThrow(
      TypeError,
    );
    expect(() => Object.assign(publicProfile.paths.token, { value: '/evil' })).toThrow(TypeError);
  });
});

describe('the production environment', () => {
  const make = (options: object) => productionEnvironment({ ...site, ...options } as never);

  it('refuses the public profile and names its first unconfirmed entry', async () => {
    await expectRefusal(
      () => make({}),
      ['unverified_profile', 'options.profile.paths.authorization'],
    );
  });

  it.each([
    ['inferred', 'inferred'],
    ['second-hand', 'public-second-hand'],
    ['unknown', 'unknown'],
    ['of a confidence nobody knows', 'certain'],
    ['of no confidence', undefined],
  ])('refuses a profile with one entry whose confidence is %s', async (_, confidence) => {
    await expectRefusal(
      () => make({ profile: changed(confirmed, 'fields.items.confidence', confidence) }),
      ['unverified_profile', 'options.profile.fields.items'],
    );
  });

  it('accepts a profile with one name for two fields that never occur in the same object', () => {
    expect(make({ profile: changed(confirmed, 'fields.from.value', 'point_date') }).kind).toBe(
      'production',
    );
    expect(
      make({ profile: changed(confirmed, 'fields.processStatus.value', 'item_status') }).kind,
    ).toBe('production');
  });

  it('accepts a profile whose entries are all confirmed, or public and official', () => {
    expect(make({ profile: confirmed }).kind).toBe('production');
    expect(
      make({ profile: changed(confirmed, 'fields.items.confidence', 'public-official') }).kind,
    ).toBe('production');
  });

  it('accepts an unconfirmed profile only with the exported symbol', async () => {
    expect(make({ unconfirmedProfile: acceptWireProfileNotConfirmedBySpecification }).profile).toBe(
      publicProfile,
    );
    for (const value of [
      true,
      'acceptWireProfileNotConfirmedBySpecification',
      Symbol('accept a wire profile not confirmed by the specification'),
    ])
      await expectRefusal(
        () => make({ unconfirmedProfile: value }),
        'options.unconfirmedProfile must be the exported symbol.',
      );
    await expectRefusal(
      () =>
        sandboxEnvironment({
          ...site,
          unconfirmedProfile: acceptWireProfileNotConfirmedBySpecification,
        } as never),
      ['unknown_option', 'options.unconfirmedProfile'],
    );
  });

  it('refuses a client with an injected transport', async () => {
    const environment = make({ profile: confirmed });
    const options = { service: loan, environment, tls, fetch: async () => new Response() };
    await expectRefusal(
      () => createSelfInfoClient(options),
      ['injected_transport_refused', 'options.fetch'],
    );
  });

  it('refuses a service with an item that has no code', async () => {
    const environment = make({ profile: confirmed });
    await expectRefusal(
      () => createSelfInfoClient({ service: loan, environment, tls }),
      ['item_code_required', 'options.service.items.household.code'],
    );
    const service = defineService({ ...plain, items: { income: plain.items.income } });
    expect(
      createSelfInfoClient({ service, environment, tls }).availability({ at: '2026-12-01' }).state,
    ).toBe('open');
  });
});

describe('createSelfInfoClient', () => {
  const environment = sandboxEnvironment(site);
  const options = { service: loan, environment, tls };
  const make = (path: string, value: unknown) => () =>
    createSelfInfoClient(changed(options, path, value));

  it('accepts the valid options that the rows below change', () => {
    expect(createSelfInfoClient(options).resume).toBeTypeOf('function');
  });

  it.each<[string, unknown, Refused]>([
    ['rejectUnauthorized', false, ['unknown_option', 'options.rejectUnauthorized']],
    ['Service', loan, ['unknown_option', 'options.Service']],
    ['service', undefined, ['missing_option', 'options.service']],
    ['service', plain, 'options.service must be what defineService returned.'],
    ['service', { ...loan }, 'options.service must be what defineService returned.'],
    ['environment', undefined, ['invalid_environment', 'options.environment']],
    ['environment', 'production', ['invalid_environment', 'options.environment']],
    ['environment', { ...environment }, ['invalid_environment', 'options.environment']],
    [
      'environment',
      { ...environment, kind: 'production' },
      ['invalid_environment', 'options.environment'],
    ],
    [
      'environment',
      JSON.parse(JSON.stringify(environment)),
      ['invalid_environment', 'options.environment'],
    ],
    ['tls', undefined, ['missing_option', 'options.tls']],
    ['tls', 'cert.pem', 'options.tls must be an object.'],
    ['tls.cert', undefined, ['missing_option', 'options.tls.cert']],
    ['tls.key', undefined, ['missing_option', 'options.tls.key']],
    ['tls.key', Buffer.from(tls.key), 'options.tls.key must be a string.'],
    ['tls.cert', 'cert.pem', ['invalid_credential', 'options.tls.cert']],
    ['tls.cert', tls.key, ['invalid_credential', 'options.tls.cert']],
    ['tls.key', tls.cert, ['invalid_credential', 'options.tls.key']],
    ['tls.key', tls.key.replace(/\n.{10}/, '\n'), ['invalid_credential', 'options.tls.key']],
    ['tls.rejectUnauthorized', false, ['unknown_option', 'options.tls.rejectUnauthorized']],
    ['tls.passphrase', 'a', ['unknown_option', 'options.tls.passphrase']],
    ['store', {}, 'options.store must have a method put.'],
    ['store', null, 'options.store must have a method put.'],
    ['store', new Map(), 'options.store must have a method put.'],
    [
      'store',
      { ...createMemoryStore(), take: undefined },
      'options.store must have a method take.',
    ],
    ['calendar', {}, 'options.calendar must have a method status.'],
    ['calendar', null, 'options.calendar must have a method status.'],
    ['clock', Date, 'options.clock must have a method now.'],
    ['clock', { now: () => 0 }, 'options.clock must have a method wait.'],
    ['fetch', 'fetch', 'options.fetch must be a function.'],
    ['random', 0.5, 'options.random must be a function.'],
    ['maxConcurrent', 0, ['invalid_option', 'options.maxConcurrent']],
    ['maxConcurrent', Number.POSITIVE_INFINITY, ['invalid_option', 'options.maxConcurrent']],
    ['maxConcurrent', '5', 'options.maxConcurrent must be a number.'],
  ])('refuses options with an invalid %s', async (path, value, expected) => {
    await expectRefusal(make(path, value), expected);
  });

  it('refuses a key that belongs to another certificate', async () => {
    const other = await authority.issue(CLIENT_ID);
    await expectRefusal(make('tls.key', other.key), [
      'key_certificate_mismatch',
      'options.tls.key',
    ]);
  });

  it('does not quote a key that it cannot read', async () => {
    const error = await errorOf(
      make('tls.key', '-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----\n'),
    );
    expect(JSON.stringify(error) + error.stack + error.cause).not.toContain('CANARY');
  });

  describe('with NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    afterEach(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });

    it('refuses to work outside the sandbox', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      const place = 'process.env.NODE_TLS_REJECT_UNAUTHORIZED';
      for (const strict of [
        connectionCheckEnvironment(site),
        productionEnvironment({ ...site, profile: confirmed }),
      ])
        await expectRefusal(make('environment', strict), ['insecure_tls', place]);
      expect(make('environment', environment)()).toBeTypeOf('object');
    });
  });
});

describe('client.availability', () => {
  it.each<[unknown, Refused]>([
    [{ when: '2026-12-01' }, ['unknown_option', 'options.when']],
    [{ at: 'tomorrow' }, ['invalid_instant', 'options.at']],
    [{ at: '2026-12-01T10:00:00' }, ['invalid_instant', 'options.at']],
    [{ at: '2026-02-30' }, ['invalid_date', 'options.at']],
    [{ at: new Date('no date') }, ['invalid_instant', 'options.at']],
    [{ at: null }, 'options.at must be a Date, a luxon DateTime, a number or a string.'],
    [{ forMs: -1 }, ['invalid_option', 'options.forMs']],
    [{ forMs: '600000' }, 'options.forMs must be a number.'],
    [{ forMs: Number.POSITIVE_INFINITY }, ['invalid_option', 'options.forMs']],
    [null, 'options must be an object.'],
  ])('refuses the options %j', async (options, expected) => {
    await expectRefusal(() => openBank().client.availability(options as never), expected);
  });

  it('refuses an instant outside the calendar', async () => {
    expect((await errorOf(() => openBank().client.availability({ at: '1999-12-31' }))).code).toBe(
      'outside_calendar',
    );
  });
});

describe('client.resume', () => {
  const { client, consent } = openBank();
  const handle = consent().then((grant) =>
    client.submit(grant, { household: pointInTime('2026-04-01') }),
  );

  it('accepts a retrieval as JSON text or parsed', async () => {
    const retrieval = await handle;
    expect(client.resume(JSON.stringify(retrieval))).toEqual(retrieval);
    expect(client.resume(retrieval)).toEqual(retrieval);
  });

  it.each<[string, unknown, Refused]>([
    ['v', 2, ['invalid_retrieval', 'retrieval.v']],
    ['v', undefined, ['invalid_retrieval', 'retrieval.v']],
    ['id', undefined, ['invalid_retrieval', 'retrieval.id']],
    ['id', '../../etc/passwd', ['invalid_retrieval', 'retrieval.id']],
    ['id', 5, ['invalid_retrieval', 'retrieval.id']],
    ['id', `transaction:${'a'.repeat(36)}`, ['invalid_retrieval', 'retrieval.id']],
    ['id', 'a'.repeat(37), ['invalid_retrieval', 'retrieval.id']],
    ['terms', undefined, ['invalid_retrieval', 'retrieval.terms']],
    ['terms', null, ['invalid_retrieval', 'retrieval.terms']],
    ['terms.serviceId', 'SP99999999_ZZ9999', ['invalid_retrieval', 'retrieval.terms.serviceId']],
    ['terms.keepUntil', 'soon', ['invalid_retrieval', 'retrieval.terms.keepUntil']],
    ['terms.keepUntil', undefined, ['invalid_retrieval', 'retrieval.terms.keepUntil']],
    ['terms.grantedAt', 'today', ['invalid_retrieval', 'retrieval.terms.grantedAt']],
    ['terms.grantedAt', undefined, ['invalid_retrieval', 'retrieval.terms.grantedAt']],
    ['terms.transactionId', 5, ['invalid_retrieval', 'retrieval.terms.transactionId']],
    ['terms.transactionId', undefined, ['invalid_retrieval', 'retrieval.terms.transactionId']],
    ['terms.items', 'income', ['invalid_retrieval', 'retrieval.terms.items']],
    ['terms.items', ['income', 5], ['invalid_retrieval', 'retrieval.terms.items']],
    ['terms.items', undefined, ['invalid_retrieval', 'retrieval.terms.items']],
    ['terms.purpose', undefined, ['invalid_retrieval', 'retrieval.terms.purpose']],
    ['terms.purpose', 'housing-loan', ['invalid_retrieval', 'retrieval.terms.purpose']],
    ['terms.purpose.id', undefined, ['invalid_retrieval', 'retrieval.terms.purpose.id']],
    ['terms.purpose.text', undefined, ['invalid_retrieval', 'retrieval.terms.purpose.text']],
    ['terms.purpose.text', 5, ['invalid_retrieval', 'retrieval.terms.purpose']],
    ['submittedAt', undefined, ['invalid_retrieval', 'retrieval.submittedAt']],
    ['submittedAt', 5, ['invalid_retrieval', 'retrieval.submittedAt']],
    ['expiresAt', 'never', ['invalid_retrieval', 'retrieval.expiresAt']],
    ['expiresAt', undefined, ['invalid_retrieval', 'retrieval.expiresAt']],
    ['inquiries', undefined, ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries', [], ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries.household', 'latest', ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries.household.at', 20260401, ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries.pension', { method: 'latest' }, ['unknown_item', 'retrieval.inquiries.pension']],
    ['inquiries.household.at', '2026-02-30', ['invalid_date', 'retrieval.inquiries.household.at']],
  ])('refuses a retrieval with %s = %j, and so does collect', async (path, value, expected) => {
    const copy = changed(await handle, path, value);
    await expectRefusal(() => client.resume(copy), expected);
    await expectRefusal(() => client.collect(copy), expected);
  });

  it('refuses a value that is not a retrieval', async () => {
    for (const value of [undefined, null, 5, '', '{', 'null', '5'])
      await expectRefusal(() => client.resume(value), ['invalid_retrieval', 'retrieval']);
    for (const value of ['[]', {}])
      await expectRefusal(() => client.resume(value), ['invalid_retrieval', 'retrieval.v']);
  });
});

describe('createMemoryStore', () => {
  it('refuses unknown options and invalid clocks', async () => {
    await expectRefusal(
      () => createMemoryStore({ ttl: 5 } as never),
      ['unknown_option', 'options.ttl'],
    );
    await expectRefusal(() => createMemoryStore(null as never), 'options must be an object.');
    for (const clock of [5, null, {}, Date])
      await expectRefusal(
        () => createMemoryStore({ clock: clock as never }),
        'options.clock must have a method now.',
      );
  });

  it('reports a clock that throws as invalid_option and hides what it throws', async () => {
    let fails = true;
    const now = () => {
      if (fails) throw new Error('canary-of-the-clock');
      return 0;
    };
    const named = ['invalid_option', 'options.clock'] as const;
    await expectRefusal(() => createMemoryStore({ clock: { now } as never }), [...named]);
    fails = false;
    const store = createMemoryStore({ clock: { now } as never });
    await store.put('a', 'one', 1_000);
    fails = true;
    for (const use of [
      () => store.put('b', 'two', 1_000),
      () => store.get('a'),
      () => store.take('a'),
    ])
      await expectRefusal(use, [...named]);
    fails = false;
    expect(await store.take('a')).toEqual({ value: 'one', expiresAt: 1_000 });
  });

  it('refuses a key that exists, also after its value was taken', async () => {
    const store = createMemoryStore();
    await store.put('a', 'one', Date.now() + 1_000);
    expect((await errorOf(() => store.put('a', 'two', Date.now()))).code).toBe('store_key_exists');
    expect(await store.get('a')).toMatchObject({ value: 'one' });
    expect(await store.take('a')).toMatchObject({ value: 'one' });
    expect([await store.take('a'), await store.get('a')]).toEqual(['taken', 'taken']);
    expect((await errorOf(() => store.put('a', 'two', Date.now()))).code).toBe('store_key_exists');
  });

  it('gives the value to one of many concurrent takes', async () => {
    const store = createMemoryStore();
    await store.put('a', 'one', 0);
    const taken = await Promise.all(Array.from({ length: 50 }, () => store.take('a')));
    expect(taken.filter((entry) => entry !== 'taken')).toEqual([{ value: 'one', expiresAt: 0 }]);
  });

  it('drops a value when it expires, and forgets its key a day later, not before', async () => {
    const clock = createVirtualClock(0);
    const store = createMemoryStore({ clock });
    for (const key of ['a', 'b', 'c']) await store.put(key, 'one', 15_000);
    await store.take('c');
    clock.set(14_999);
    expect(await store.get('a')).toEqual({ value: 'one', expiresAt: 15_000 });
    // The store sweeps every ten seconds.
    clock.set(25_000);
    expect([await store.get('a'), await store.get('c')]).toEqual([
      { value: '', expiresAt: 15_000 },
      'taken',
    ]);
    expect([await store.take('b'), await store.get('b')]).toEqual([
      { value: '', expiresAt: 15_000 },
      'taken',
    ]);
    for (const key of ['a', 'b', 'c'])
      expect((await errorOf(() => store.put(key, 'two', 30_000))).code).toBe('store_key_exists');
    clock.set(86_414_999);
    expect([await store.get('a'), await store.get('c')]).toEqual([
      { value: '', expiresAt: 15_000 },
      'taken',
    ]);
    clock.set(86_424_999);
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await store.put('a', 'two', 86_500_000);
    expect(await store.get('a')).toEqual({ value: 'two', expiresAt: 86_500_000 });
  });

  it('refuses new transactions when it is full, keeps what it has, and still accepts retrievals', async () => {
    const clock = createVirtualClock(0);
    const store = createMemoryStore({ clock, maxEntries: 2 });
    await store.put('transaction:a', 'one', 60_000);
    await store.put('transaction:b', 'two', 60_000);
    const { code, effect, retry } = await errorOf(() =>
      store.put('transaction:c', 'three', 60_000),
    );
    expect([code, effect, retry]).toEqual(['store_full', 'none', { safe: true }]);
    await store.put('retrieval:a', 'four', 90_000);
    expect(await store.get('transaction:c')).toBeUndefined();
    expect([await store.get('transaction:a'), await store.take('transaction:b')]).toEqual([
      { value: 'one', expiresAt: 60_000 },
      { value: 'two', expiresAt: 60_000 },
    ]);
    // Expired values make room, too.
    clock.set(60_000);
    await store.put('transaction:d', 'five', 120_000);
    expect(await store.get('retrieval:a')).toEqual({ value: 'four', expiresAt: 90_000 });
  });

  it('forgets the oldest tombstones when there are too many, and no value', async () => {
    const store = createMemoryStore({ clock: createVirtualClock(0), maxEntries: 2 });
    await store.put('retrieval:a', 'kept', 60_000);
    for (const key of ['x', 'y', 'z']) {
      await store.put(key, 'one', 60_000);
      await store.take(key);
    }
    expect([await store.get('x'), await store.get('y'), await store.get('z')]).toEqual([
      undefined,
      'taken',
      'taken',
    ]);
    expect(await store.get('retrieval:a')).toEqual({ value: 'kept', expiresAt: 60_000 });
  });

  it('holds 100,000 values by default', async () => {
    const store = createMemoryStore({ clock: createVirtualClock(0) });
    for (let index = 0; index < 100_000; index++)
      await store.put(`transaction:${index}`, '', 60_000);
    expect((await errorOf(() => store.put('transaction:one-more', '', 60_000))).code).toBe(
      'store_full',
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses maxEntries = %s',
    async (maxEntries) => {
      expect(await refusalOf(() => createMemoryStore({ maxEntries }))).toEqual([
        'invalid_option',
        'options.maxEntries',
      ]);
    },
  );

  it('returns undefined for keys that were never put, or were deleted', async () => {
    const store = createMemoryStore();
    await store.put('a', 'one', 0);
    await store.delete('a');
    expect([await store.get('a'), await store.take('a'), await store.get('constructor')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('createVirtualClock', () => {
  it.each<[unknown, Refused]>([
    [undefined, 'start must be a Date, a luxon DateTime, a number or a string.'],
    ['now', ['invalid_instant', 'start']],
    [Number.NaN, ['invalid_instant', 'start']],
    ['2026-02-30', ['invalid_date', 'start']],
  ])('refuses to start at %j', async (start, expected) => {
    await expectRefusal(() => createVirtualClock(start as never), expected);
  });

  it.each<[unknown, Refused]>([
    [-1, ['invalid_option', 'ms']],
    [Number.NaN, ['invalid_option', 'ms']],
    [Number.POSITIVE_INFINITY, ['invalid_instant', 'ms']],
    ['1000', 'ms must be a number.'],
    [undefined, 'ms must be a number.'],
  ])('refuses to advance by %j', async (ms, expected) => {
    const clock = createVirtualClock(0);
    await expectRefusal(() => clock.advance(ms as never), expected);
    expect(clock.now()).toBe(0);
  });

  it('refuses to be set to an invalid instant', async () => {
    const clock = createVirtualClock(0);
    await expectRefusal(() => clock.set('later'), ['invalid_instant', 'to']);
    expect(clock.now()).toBe(0);
  });
});

describe('the standalone consent steps', () => {
  const environment = sandboxEnvironment(site);
  const pushed = {
    ...publicProfile,
    oauth: {
      ...publicProfile.oauth,
      pushedAuthorizationRequests: { value: true, confidence: 'specification' } as const,
    },
  };
  const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const callback = `${REDIRECT_URI}?${new URLSearchParams({ code: 'c', state: 's', iss: site.issuer })}`;

  it.each<[string, () => unknown, Refused]>([
    [
      'buildConsentUrl without environment',
      () => buildConsentUrl(undefined as never, { state: 's', codeChallenge }),
      ['invalid_environment', 'environment'],
    ],
    [
      'buildConsentUrl by hand',
      () => buildConsentUrl({ ...environment }, { state: 's', codeChallenge }),
      ['invalid_environment', 'environment'],
    ],
    [
      'buildConsentUrl without state',
      () => buildConsentUrl(environment, { codeChallenge } as never),
      ['missing_option', 'options.state'],
    ],
    [
      'buildConsentUrl with an empty state',
      () => buildConsentUrl(environment, { state: '', codeChallenge }),
      ['invalid_option', 'options.state'],
    ],
    [
      'buildConsentUrl with the verifier',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: 'verifier' }),
      ['invalid_option', 'options.codeChallenge'],
    ],
    [
      'buildConsentUrl with a padded challenge',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: `${codeChallenge}=` }),
      ['invalid_option', 'options.codeChallenge'],
    ],
    [
      'buildConsentUrl with a named challenge',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: `S256:${codeChallenge}` }),
      ['invalid_option', 'options.codeChallenge'],
    ],
    [
      'buildConsentUrl with a digest of bytes',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: Buffer.alloc(32) as never }),
      'options.codeChallenge must be a string.',
    ],
    [
      'buildConsentUrl where requests are pushed',
      () =>
        buildConsentUrl(sandboxEnvironment({ ...site, profile: pushed }), {
          state: 's',
          codeChallenge,
        }),
      ['invalid_option', 'environment.profile.oauth.pushedAuthorizationRequests'],
    ],
    [
      'buildConsentUrl with scope',
      () => buildConsentUrl(environment, { state: 's', codeChallenge, scope: 'a' } as never),
      ['unknown_option', 'options.scope'],
    ],
    [
      'buildConsentUrl without options',
      () => buildConsentUrl(environment, undefined as never),
      'options must be an object.',
    ],
    [
      'validateCallback without environment',
      () => validateCallback({} as never, callback, { state: 's' }),
      ['invalid_environment', 'environment'],
    ],
    [
      'validateCallback without state',
      () => validateCallback(environment, callback, {} as never),
      ['missing_option', 'options.state'],
    ],
    [
      'validateCallback with a number',
      () => validateCallback(environment, callback, { state: 5 as never }),
      'options.state must be a string.',
    ],
    [
      'validateCallback with nonce',
      () => validateCallback(environment, callback, { state: 's', nonce: 'n' } as never),
      ['unknown_option', 'options.nonce'],
    ],
    [
      'validateCallback of nothing',
      () => validateCallback(environment, null as never, { state: 's' }),
      'request must be a Request, a URL, or an object with method, url and headers.',
    ],
  ])('refuse %s', async (_, run, expected) => {
    await expectRefusal(run, expected);
  });

  it.each<[string, unknown, Refused]>([
    ['scope', 'a', ['unknown_option', 'options.scope']],
    ['environment', undefined, ['invalid_environment', 'options.environment']],
    ['callback', callback, 'options.callback must be what validateCallback returned.'],
    ['callback', undefined, 'options.callback must be what validateCallback returned.'],
    ['codeVerifier', undefined, ['missing_option', 'options.codeVerifier']],
    ['codeVerifier', 5, 'options.codeVerifier must be a string.'],
    ['tls', undefined, ['missing_option', 'options.tls']],
    ['tls.cert', 'cert.pem', ['invalid_credential', 'options.tls.cert']],
    [
      'clientAuth',
      'secret',
      "options.clientAuth must be 'tls', what privateKeyJwt returned, or a function that returns it.",
    ],
    ['egress', 'proxy', 'options.egress must be an object.'],
    ['clock', {} as Clock, 'options.clock must have a method now.'],
    ['signal', 5, 'options.signal must be an AbortSignal.'],
    ['fetch', 5, 'options.fetch must be a function.'],
  ])('refuse exchangeToken with %s = %j', async (path, value, expected) => {
    const options = {
      environment,
      callback: await validateCallback(environment, callback, { state: 's' }),
      codeVerifier: 'v'.repeat(43),
      tls,
    };
    await expectRefusal(() => exchangeToken(changed(options, path, value)), expected);
  });

  it.each([
    ['another state', { state: 'other' }, 'state_mismatch'],
    ['no state', { state: undefined }, 'state_missing'],
    ['two codes', { code: ['a', 'b'] }, 'duplicate_parameter'],
    ['another issuer', { iss: 'https://evil.example' }, 'issuer_mismatch'],
    ['an error', { code: undefined, error: 'server_error' }, 'server_error'],
    ['neither code nor error', { code: undefined }, 'invalid_response'],
  ])('reject a callback with %s', async (_, changes, code) => {
    const error = await errorOf(() =>
      validateCallback(environment, altered(callback, changes), { state: 's' }),
    );
    expect([error.code, error.stage, error.upstream]).toEqual([
      'callback_rejected',
      'callback',
      { code },
    ]);
  });

  it('report that the citizen declined only if the state matches', async () => {
    const declined = altered(callback, { code: undefined, error: 'access_denied' });
    expect(
      (await errorOf(() => validateCallback(environment, declined, { state: 's' }))).code,
    ).toBe('consent_declined');
    // Not with the state of another transaction.
    const strange = altered(declined, { state: 'other' });
    expect((await errorOf(() => validateCallback(environment, strange, { state: 's' }))).code).toBe(
      'callback_rejected',
    );
  });
});
