import { describe, expect, it } from 'vitest';
import {
  acceptWireProfileNotConfirmedBySpecification,
  connectionCheckEnvironment,
  createSelfInfoClient,
  defineService,
  productionEnvironment,
  publicCodec,
  publicProfile,
  type SelfInfoErrorCode,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, loan } from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import { expectRefusal, type Refused } from './expect-refusal.js';
import { ca, changed, confirmed, site, tls, validSpec } from './valid-options.js';

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
    ['redirectUri', 'http://loan.example.com/', url('options.redirectUri')],
    ['endpoints', undefined, ['missing_option', 'options.endpoints']],
    ['endpoints', 'https://portal.example', 'options.endpoints must be an object.'],
    ['endpoints.apiUrl', undefined, ['missing_option', 'options.endpoints.apiUrl']],
    ['endpoints.apiUrl', 'http://api.portal.example', url('options.endpoints.apiUrl')],
    ['endpoints.apiUrl', 'https://api.portal.example?a=b', url('options.endpoints.apiUrl')],
    ['endpoints.browserUrl', 'portal.example', url('options.endpoints.browserUrl')],
    ['endpoints.browserUrl', 'https://portal.example/?a', url('options.endpoints.browserUrl')],
    ['endpoints.tokenUrl', 'http://token.portal.example', url('options.endpoints.tokenUrl')],
    [
      'endpoints.tokenUri',
      'https://portal.example',
      ['unknown_option', 'options.endpoints.tokenUri'],
    ],
    ['tokenCa', ca, ['invalid_option', 'options.tokenCa']],
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
    ['profile', 'public', 'options.profile must be an object.'],
    ['profile', null, 'options.profile must be an object.'],
    ['profile', {}, ['missing_option', 'options.profile.id']],
    [
      'profile',
      changed(confirmed, 'headers', undefined),
      ['missing_option', 'options.profile.headers'],
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
  it('allows plain http for the sandbox on loopback, and on private names for a browser', async () => {
    const local = (host: string) => ({
      ...site,
      endpoints: { browserUrl: `http://${host}:8080`, apiUrl: `https://${host}:8443` },
    });
    for (const host of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      'sandbox',
      'sandbox.default.svc.cluster.local',
    ])
      expect(sandboxEnvironment(local(host)).kind).toBe('sandbox');
    const redirectUri = 'http://app:3000/callback';
    expect(sandboxEnvironment({ ...site, redirectUri }).redirectUri).toBe(redirectUri);
    await expectRefusal(
      () => sandboxEnvironment({ ...site, issuer: 'http://sandbox:8443' }),
      ['invalid_option', 'options.issuer'],
    );
    for (const host of ['localhost.example.com', '127.0.0.2.example.com', '10.0.0.1'])
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

  const unmarked: WireProfile = changed(confirmed, 'codec.confidence.encodePoll', 'unknown');

  // The public profile has 60 entries, none of them confirmed, and 4 functions that are called.
  it.each<[string, object, string, string]>([
    [
      'all of the public profile',
      {},
      '63 further places are not confirmed either.',
      'ほかに 63 か所が未確認です。',
    ],
    [
      'one entry in each of two profiles',
      {
        profile: changed(confirmed, 'fields.items.confidence', 'unknown'),
        otherProfiles: [{ ...unmarked, id: 'other-1' }],
      },
      '1 further place is not confirmed either.',
      'ほかに 1 か所が未確認です。',
    ],
  ])('says how many further places are unconfirmed: %s', async (_, options, en, ja) => {
    const { message, messageJa } = await errorOf(() => make(options));
    expect(message).toContain(en);
    expect(messageJa).toContain(ja);
  });

  it('says nothing of further places where there are none', async () => {
    const profile = changed(confirmed, 'fields.items.confidence', 'unknown');
    const { message, messageJa } = await errorOf(() => make({ profile }));
    expect(message).toMatch(/requires a confirmed wire profile\.$/);
    expect(messageJa).toMatch(/確認済みの通信プロファイルが必要です。$/);
  });

  it.each([
    ['inferred', 'inferred'],
    ['second-hand', 'public-second-hand'],
    ['unknown', 'unknown'],
  ])('refuses a profile with one entry whose confidence is %s', async (_, confidence) => {
    await expectRefusal(
      () => make({ profile: changed(confirmed, 'fields.items.confidence', confidence) }),
      ['unverified_profile', 'options.profile.fields.items'],
    );
  });

  it.each(
    ['encodeRequest', 'decodeProcess', 'encodePoll', 'decodeResult'].flatMap((name) =>
      [undefined, 'unknown', 'inferred'].map((mark) => [name, mark] as const),
    ),
  )('refuses a codec whose function %s has the mark %s', async (name, mark) => {
    const path = `codec.confidence.${name}`;
    await expectRefusal(
      () => make({ profile: changed(confirmed, path, mark) }),
      ['unverified_profile', `options.profile.${path}`],
    );
  });

  it.each([
    ['decodeNotice', 'notices.value', 'signed'],
    ['encodeAcknowledge', 'acknowledgement.value', '/acknowledgement'],
  ])('asks for a mark of %s only where %s is %s', async (name, entry, value) => {
    const path = `codec.confidence.${name}`;
    const unmarked = changed(confirmed, path, 'unknown');
    expect(make({ profile: unmarked }).kind).toBe('production');
    await expectRefusal(
      () => make({ profile: changed(unmarked, entry, value) }),
      ['unverified_profile', `options.profile.${path}`],
    );
    expect(make({ profile: changed(confirmed, entry, value) }).kind).toBe('production');
  });

  it.each(['sign', 'decodeRefusal'])(
    'asks for a mark of the optional function %s only where the codec has it',
    async (name) => {
      const codec = { ...confirmed.codec, version: 'our-1', [name]: () => undefined };
      await expectRefusal(
        () => make({ profile: { ...confirmed, codec } }),
        ['unverified_profile', `options.profile.codec.confidence.${name}`],
      );
      const marked = changed(codec, `confidence.${name}`, 'public-official');
      expect(make({ profile: { ...confirmed, codec: marked } }).kind).toBe('production');
    },
  );

  it('refuses a codec of a class with an unmarked function', async () => {
    class Unmarked {
      readonly version = 'unmarked-1';
      readonly confidence = { ...confirmed.codec.confidence, decodeResult: undefined };
      readonly encodeRequest = publicCodec.encodeRequest;
      readonly decodeProcess = publicCodec.decodeProcess;
      readonly encodePoll = publicCodec.encodePoll;
      decodeResult() {}
    }
    await expectRefusal(
      () => make({ profile: { ...confirmed, codec: new Unmarked() } }),
      ['unverified_profile', 'options.profile.codec.confidence.decodeResult'],
    );
  });

  it('refuses unconfirmed entries of the other profiles and of the legacy profile', async () => {
    const inferred: WireProfile = changed(confirmed, 'fields.items.confidence', 'inferred');
    const before = { ...inferred, id: 'before-1' };
    await expectRefusal(
      () => make({ profile: confirmed, otherProfiles: [confirmed, before] }),
      ['unverified_profile', 'options.otherProfiles[1].fields.items'],
    );
    await expectRefusal(
      () => make({ profile: confirmed, legacyProfile: before }),
      ['unverified_profile', 'options.legacyProfile.fields.items'],
    );
    await expectRefusal(
      () => make({ profile: confirmed, legacyProfile: publicProfile }),
      ['unverified_profile', 'options.legacyProfile.paths.authorization'],
    );
    expect(
      make({
        profile: confirmed,
        otherProfiles: [before],
        legacyProfile: publicProfile,
        unconfirmedProfile: acceptWireProfileNotConfirmedBySpecification,
      }).otherProfiles.map(({ id }) => id),
    ).toEqual(['before-1']);
  });

  it('refuses notices that nothing authenticates, also of an accepted unconfirmed profile', async () => {
    const decodeNotice = () => ({ processId: 'p' });
    const codec = { ...confirmed.codec, version: 'our-1', decodeNotice };
    const marked = {
      ...confirmed,
      codec: changed(codec, 'confidence.decodeNotice', 'specification'),
    };
    const profile = changed(marked, 'notices.value', 'unauthenticated');
    const accepted = { unconfirmedProfile: acceptWireProfileNotConfirmedBySpecification };
    for (const [options, path] of [
      [{ profile }, 'options.profile.notices.value'],
      [{ profile, ...accepted }, 'options.profile.notices.value'],
      [
        { profile: confirmed, otherProfiles: [{ ...(profile as object), id: 'other-1' }] },
        'options.otherProfiles[0].notices.value',
      ],
    ] as const)
      await expectRefusal(() => make(options), ['invalid_option', path]);
    for (const value of ['signed', 'mutual-tls'])
      expect(make({ profile: changed(marked, 'notices.value', value) }).kind).toBe('production');
    expect(sandboxEnvironment({ ...site, profile }).profile.notices.value).toBe('unauthenticated');
  });

  it('checks that a profile is valid before whether it is confirmed', async () => {
    await expectRefusal(
      () => make({ profile: changed(publicProfile, 'oauth.pkce.value', 'plain') }),
      ['invalid_option', 'options.profile.oauth.pkce.value'],
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
    const service = defineService({ ...validSpec, items: { income: validSpec.items.income } });
    expect(
      createSelfInfoClient({ service, environment, tls }).availability({ at: '2026-12-01' }).state,
    ).toBe('open');
  });
});
