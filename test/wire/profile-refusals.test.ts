import { describe, expect, it } from 'vitest';
import {
  type EnvironmentOptions,
  publicCodec,
  publicProfile,
  type SelfInfoErrorCode,
  sandboxEnvironment,
} from '../../src/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { expectRefusal } from '../client/expect-refusal.js';
import { changed, site } from '../client/valid-options.js';
import { loan, registrationOf } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';

const make = (options: object) => () =>
  sandboxEnvironment({ ...site, ...options } as EnvironmentOptions);
const open = (profile: unknown) => () =>
  createSandbox({ registrations: [registrationOf(loan)], profile: profile as never });

type Row = [path: string, value: unknown, code: SelfInfoErrorCode, at?: string];
const invalid = (path: string, ...values: readonly unknown[]): Row[] =>
  values.map((value) => [path, value, 'invalid_option']);
const unknown = (...paths: readonly string[]): Row[] =>
  paths.map((path) => [path, {}, 'unknown_option']);
const missing = (...paths: readonly string[]): Row[] =>
  paths.map((path) => [path, undefined, 'missing_option']);

const long = (length: number) => 'a'.repeat(length + 1);

const rows: readonly Row[] = [
  ...unknown('hedaers', 'timming', 'oauth.pcke', 'paths.tokens', 'fields.holders'),
  ...unknown('headers.requestID', 'itemStatuses.not_covered', 'processStatuses.unknown'),
  ...unknown('methods.today', 'timing.pollSeconds', 'numbers2', 'paths.token.source'),
  ...unknown('codec.confidences', 'codec.decodeRefusl', 'codec.confidence.decodeAnswer'),
  ...unknown('encodeRequest', 'decodeProcess', 'encodePoll', 'decodeResult', 'version'),
  ...missing('id', 'paths', 'headers', 'oauth', 'fields', 'methods', 'timing', 'codec'),
  ...missing('oauth.scope', 'oauth.scope.value', 'oauth.scope.confidence', 'paths.request'),
  ...missing('codec.version', 'codec.confidence', 'codec.encodePoll', 'untakenCodes.value'),
  ...invalid('id', '', ' ', 5, null, '\ud800', 'a\nb', '__proto__', long(100)),
  ...invalid('paths', null, [], 'paths', 5, () => ({})),
  ...invalid('paths.request', '/request', null, ['/request']),
  ...invalid('paths.request.confidence', 'certain', 'Specification', null, 5, ['unknown']),
  ...invalid('paths.token.value', '', 5, null, ['/token']),
  ...invalid('paths.token.value', 'oauth/token', 'https://other.host/x', '//other.host/x', '/a//b'),
  ...invalid('paths.token.value', '/.', '/..', '/../x', '/a/../b', '/a/..', '/./a', '/a/..;v=1/b'),
  ...invalid('paths.token.value', '/%2e%2e/x', '/a/%2E/b', '/.%2e/x', '/%252e%252e/x', '/a%2fb'),
  ...invalid('paths.token.value', '/a%5cb', '/a%00', '/a%', '/a%zz', '/%c0%ae%c0%ae/x', '/a%3fb'),
  ...invalid('paths.token.value', '/a\\b', '\\a', '/a?b', '/a#b', '/a b', '/a\tb', '/a\n', '/あ'),
  ...invalid('paths.token.value', '/{id}', '/a\u007f', '/a\u2028', '/a"', `/${long(1_000)}`),
  ...invalid('acknowledgement.value', '', 'ack', 'https://other.host/x', '/../x', false, 5),
  ...invalid('headers.requestId.value', '', 'a b', 'a:b', 'ä', 'a\r\nb', 5, true, long(100)),
  ...['authorization', 'host', 'Content-Length', 'connection', 'Transfer-Encoding', 'cookie']
    .concat('set-cookie', 'accept-encoding', 'content-type', 'proxy-authorization', 'te', 'upgrade')
    .flatMap((name) => [
      ...invalid('headers.requestId.value', name),
      ...invalid('headers.upstreamRequestId.value', name.toUpperCase()),
    ]),
  ...invalid('oauth.pkce.value', 'plain', 's256', null, ['S256'], 'toString'),
  ...invalid('oauth.clientAuthentication.value', 'Private_key_jwt', 'none', 'constructor', ''),
  ...invalid('oauth.pushedAuthorizationRequests.value', 'false', 0, null),
  ...invalid('oauth.issuerInCallback.value', 'true', 1, {}),
  ...invalid('oauth.responseMode.value', 'fragment', 'form-post', 'QUERY'),
  ...invalid('oauth.scope.value', '', ' ', 'a  b', ' a', 'a ', 'a"b', 'a\\b', 'あ', 5, ['a']),
  ...invalid('oauth.authorizationParameters.value', null, [], 'a=b', 5),
  ...['response_type', 'client_id', 'redirect_uri', 'state', 'code_challenge', 'State']
    .concat('code_challenge_method', 'scope', 'response_mode', 'request', 'request_uri')
    .concat('client_secret', 'client_assertion', 'client_assertion_type', 'code_verifier')
    .concat('grant_type', 'code', 'a b', '', 'あ', long(100))
    .map(
      (name): Row => [
        'oauth.authorizationParameters.value',
        { acr: 'a', [name]: 'x' },
        'invalid_option',
        `oauth.authorizationParameters.value.${name.slice(0, 60)}`,
      ],
    ),
  ...['grant_type', 'code', 'redirect_uri', 'client_id', 'code_verifier', 'client_secret']
    .concat('client_assertion', 'client_assertion_type', 'CLIENT_ID', 'request', 'request_uri')
    .concat('response_type', 'response_mode', 'state', 'code_challenge', 'code_challenge_method')
    .map(
      (name): Row => [
        'oauth.tokenParameters.value',
        { [name]: 'x' },
        'invalid_option',
        `oauth.tokenParameters.value.${name}`,
      ],
    ),
  ...['', 5, null, 'a\nb', '\udc00', long(2_000)].map(
    (value): Row => [
      'oauth.tokenParameters.value',
      { resource: value },
      'invalid_option',
      'oauth.tokenParameters.value.resource',
    ],
  ),
  [
    'oauth.tokenParameters.value',
    { resource: undefined },
    'missing_option',
    'oauth.tokenParameters.value.resource',
  ],
  [
    'oauth.tokenParameters.value',
    JSON.parse('{"__proto__":"x"}'),
    'invalid_option',
    'oauth.tokenParameters.value.__proto__',
  ],
  ...invalid('oauth.deviations.value', 'token-characters', null, {}, new Set()),
  ['oauth.deviations.value', ['no'], 'invalid_option', 'oauth.deviations.value[0]'],
  [
    'oauth.deviations.value',
    ['token-characters', 'expires-in-text', 'token-characters'],
    'invalid_option',
    'oauth.deviations.value[2]',
  ],
  ['oauth.deviations.value', Array(1), 'missing_option', 'oauth.deviations.value[0]'],
  ...invalid('oauth.pollsAfterTokenExpiry.value', 'always', true, null),
  ...invalid('fields.items.value', '', ' ', '__proto__', '\ud800', 'a\u0000', 5, null, long(200)),
  ...invalid('methods.latest.value', '', 3, null, '__proto__'),
  ...invalid('itemStatuses.present.value', '', 0, true, ['PRESENT'], '\udfff'),
  ...invalid('errorCodes.value', 'E1', null, { 0: 'E1' }, Array(1_001).fill('E1')),
  ...[5, null, '', 'a b', 'あ', long(64), 'a\n'].map(
    (code): Row => ['errorCodes.value', ['E1', code], 'invalid_option', 'errorCodes.value[1]'],
  ),
  ['untakenCodes.value', ['consent_used', 'E9'], 'invalid_option', 'untakenCodes.value[1]'],
  ...[200, 428, 430, 499, 600, 503.5, '503', Number.NaN, null].map(
    (status): Row => [
      'notAcceptedStatuses.value',
      [429, status],
      'invalid_option',
      'notAcceptedStatuses.value[1]',
    ],
  ),
  ...invalid('completion.value', 'notify', 'Poll', true, null),
  ...invalid('notices.value', 'Signed', 'on', true, null),
  ...invalid('contentCoding.value', 'zstd', 'GZIP', '*', null),
  ...invalid('numbers', 'inexact', null, {}, true),
  ...['pollMs', 'consentMs', 'resultMs'].flatMap((name) =>
    invalid(`timing.${name}.value`, -1, 0, 0.5, '1', null, Number.NaN, Infinity, 1e17, 1e300),
  ),
  // A day, and 31 days, in milliseconds.
  ...invalid('timing.pollMs.value', 86_400_001),
  ...invalid('timing.consentMs.value', 86_400_001),
  ...invalid('timing.resultMs.value', 2_678_400_001),
  ...invalid('codec', null, 'public', [], class {}, () => publicCodec),
  ...invalid('codec.version', '', 5, null, '\ud800', long(100)),
  ...invalid('codec.confidence', 'specification', null, []),
  ...invalid('codec.confidence.encodePoll', 'certain', true, { value: 'unknown' }),
  ...invalid('codec.encodeRequest', 'post', null, {}),
  ...invalid('codec.decodeRefusal', 'error', null, {}),
  ...invalid('codec.sign', true, null),
];

describe('a wire profile', () => {
  it.each(rows)('is refused with %s = %j: %s', async (path, value, code, at = path) => {
    const profile = changed(changedProfile({}), path, value);
    await expectRefusal(make({ profile }), [code, `options.profile.${at}`]);
    await expectRefusal(make({ otherProfiles: [publicProfile, profile] }), [
      code,
      `options.otherProfiles[1].${at}`,
    ]);
    await expectRefusal(make({ legacyProfile: profile }), [code, `options.legacyProfile.${at}`]);
    await expectRefusal(open(profile), [code, `options.profile.${at}`]);
  });

  it.each([
    ['hedaers', 'headers'],
    ['timming', 'timing'],
    ['oauth.pcke', 'pkce'],
    ['oauth.ClientAuthentication', 'clientAuthentication'],
    ['itemStatuses.not_covered', 'not-covered'],
    ['codec.decodeRefusl', 'decodeRefusal'],
    ['codec.confidence.encodPoll', 'encodePoll'],
  ])('with the misspelt key %s is refused with the nearest right one: %s', async (path, name) => {
    const error = await errorOf(make({ profile: changed(changedProfile({}), path, {}) }));
    expect(error.message).toContain(`Did you mean ${name}?`);
    expect(error.messageJa).toContain(`${name} の誤りではありませんか。`);
  });

  it('with a key that resembles no other is refused with the known keys', async () => {
    const profile = changed(changedProfile({}), 'timing.somethingElse', {});
    const { message } = await errorOf(make({ profile }));
    expect(message).toContain('Known: pollMs, consentMs, resultMs.');
    expect(message).not.toContain('Did you mean');
  });

  it.each(['encodeRequest', 'decodeProcess', 'encodePoll', 'decodeResult'])(
    'with the function %s beside the codec is refused with where it belongs',
    async (name) => {
      const profile = changed(changedProfile({}), name, () => undefined);
      const error = await errorOf(make({ profile }));
      expect(error.message).toContain('Move it into codec.');
      expect(error.messageJa).toContain('codec の中に移してください。');
    },
  );

  it.each([
    ['fields.processStatus', 'process_id'],
    ['fields.to', 'range_start'],
    ['fields.failure', 'item_code'],
    ['fields.missingUntil', 'server_name'],
    ['itemStatuses.not-covered', 'PRESENT'],
    ['processStatuses.done', 'RUNNING'],
    ['methods.latest', 'RANGE'],
  ])('is refused as ambiguous with %s = %s', async (path, value) => {
    const profile = changed(changedProfile({}), `${path}.value`, value);
    await expectRefusal(make({ profile }), ['invalid_option', `options.profile.${path}`]);
    await expectRefusal(open(profile), ['invalid_option', `options.profile.${path}`]);
  });

  it('never shows a value of itself in an error', async () => {
    for (const path of ['paths.token.value', 'fields.items.value', 'codec.version', 'id'])
      for (const make_ of [make, ({ profile }: { profile: unknown }) => open(profile)]) {
        const { message, messageJa } = await errorOf(
          make_({ profile: changed(changedProfile({}), path, 'canary\u0000') }),
        );
        expect(message + messageJa).not.toContain('canary');
      }
  });
});

describe('a wire profile whose entries contradict each other', () => {
  const { version, confidence, encodeRequest, decodeProcess, encodePoll, decodeResult } =
    changedCodec({});
  const bare = { version, confidence, encodeRequest, decodeProcess, encodePoll, decodeResult };
  const known = <const T>(value: T) => ({ value, confidence: 'specification' }) as const;

  it('is refused with an acknowledgement that its codec cannot encode', async () => {
    const acknowledgement = known('/acknowledgement');
    await expectRefusal(make({ profile: changedProfile({ acknowledgement, codec: bare }) }), [
      'invalid_option',
      'options.profile.acknowledgement.value',
    ]);
    const codec = { ...bare, encodeAcknowledge: () => ({ method: 'POST', path: '/a' }) as const };
    expect(
      make({ profile: changedProfile({ acknowledgement, codec }) })().profile.acknowledgement,
    ).toEqual(acknowledgement);
  });

  it.each(['unauthenticated', 'signed', 'mutual-tls'] as const)(
    'is refused with %s notices that its codec cannot decode',
    async (value) => {
      const notices = known(value);
      await expectRefusal(make({ profile: changedProfile({ notices, codec: bare }) }), [
        'invalid_option',
        'options.profile.notices.value',
      ]);
      const codec = { ...bare, decodeNotice: () => ({ processId: 'p' }) };
      expect(make({ profile: changedProfile({ notices, codec }) })().profile.notices).toEqual(
        notices,
      );
    },
  );
});

describe('the list of other profiles', () => {
  it.each([null, {}, 'list', new Set([publicProfile]), publicProfile])(
    'is refused if it is no list: %j',
    async (otherProfiles) => {
      await expectRefusal(
        make({ otherProfiles }),
        'options.otherProfiles must be a list of profiles.',
      );
    },
  );

  it('is refused with an element other than a profile', async () => {
    await expectRefusal(
      make({ otherProfiles: [publicProfile, 'public'] }),
      'options.otherProfiles[1] must be an object.',
    );
    await expectRefusal(make({ otherProfiles: Array(1) }), [
      'missing_option',
      'options.otherProfiles[0]',
    ]);
    await expectRefusal(make({ legacyProfile: null }), 'options.legacyProfile must be an object.');
  });
});

describe('the profile of a sandbox', () => {
  const known = (value: string) => ({ value, confidence: 'specification' }) as const;
  const { paths } = publicProfile;

  it('is refused with two equal paths below the API, which a client may have', async () => {
    const profile = changedProfile({ paths: { ...paths, result: known('/request') } });
    expect(make({ profile })().profile.paths.result.value).toBe('/request');
    await expectRefusal(open(profile), ['invalid_option', 'options.profile.paths.result.value']);
  });

  it('may have one path for the pages and for the API', () => {
    const profile = changedProfile({ paths: { ...paths, authorization: known('/oauth/token') } });
    expect(open(profile)().environment().profile.paths.authorization.value).toBe('/oauth/token');
  });
});
