import { describe, expect, it } from 'vitest';
import { createSandbox, createVirtualClock, type Registration } from '../../src/sandbox/index.js';
import { makeKey } from '../kit/keys.js';
import { registration } from './steps.js';

const NOW = '2026-12-01T10:00:00+09:00';
const [ec, next, rsa] = [
  makeKey('ES256', 'ec-1'),
  makeKey('ES256', 'ec-2'),
  makeKey('PS256', 'rsa-1'),
];

const registered: Registration = {
  ...registration,
  clientAuth: { jwks: { keys: [ec.jwk, next.jwk, rsa.jwk] } },
};
const open = (changes: Partial<Registration> = {}) =>
  createSandbox({ registrations: [{ ...registered, ...changes }], clock: createVirtualClock(NOW) });

describe('the environment of a registration', () => {
  const entries = (changes: Partial<Registration>) => {
    const { clientAuthentication, pushedAuthorizationRequests } =
      open(changes).environment().profile.oauth;
    return [clientAuthentication.value, pushedAuthorizationRequests.value];
  };

  it('has the registered client authentication and push requirement', () => {
    expect(entries({ clientAuth: 'tls' })).toEqual(['tls_client_auth', false]);
    expect(entries({})).toEqual(['private_key_jwt', false]);
    expect(entries({ clientAuth: 'tls', requirePushedAuthorizationRequests: true })).toEqual([
      'tls_client_auth',
      true,
    ]);
    expect(entries({ requirePushedAuthorizationRequests: true })).toEqual([
      'private_key_jwt',
      true,
    ]);
  });
});

describe('the option clientAuth of a registration', () => {
  const at = 'options.registrations[0].clientAuth';
  const jwks = (...keys: readonly unknown[]) => ({ jwks: { keys } });
  const make = (clientAuth: unknown) => () => open({ clientAuth: clientAuth as never });
  const { d } = ec.privateKey.export({ format: 'jwk' });
  const { use: _use, alg: _alg, ...plain } = rsa.jwk;

  it.each([
    ['without a key set', {}, 'missing_option', `${at}.jwks.keys`],
    ['in a key set without keys', { jwks: {} }, 'missing_option', `${at}.jwks.keys`],
    ['in an empty key set', jwks(), 'invalid_option', `${at}.jwks.keys`],
    [
      'beside an unknown option',
      { ...jwks(ec.jwk), jwksUri: 'https://loan.example/jwks' },
      'unknown_option',
      `${at}.jwksUri`,
    ],
    [
      'without a kid',
      jwks({ ...ec.jwk, kid: undefined }),
      'missing_option',
      `${at}.jwks.keys[0].kid`,
    ],
    [
      'with the same kid',
      jwks(ec.jwk, { ...rsa.jwk, kid: 'ec-1' }),
      'invalid_option',
      `${at}.jwks.keys[1].kid`,
    ],
    ['that are private', jwks({ ...ec.jwk, d }), 'invalid_credential', `${at}.jwks.keys[0]`],
    [
      'that cannot be read',
      jwks({ kid: 'a', kty: 'EC' }),
      'invalid_credential',
      `${at}.jwks.keys[0]`,
    ],
    [
      'that are symmetric',
      jwks({ kid: 'a', kty: 'oct', k: 'c2VjcmV0' }),
      'invalid_credential',
      `${at}.jwks.keys[0]`,
    ],
    [
      'for another algorithm',
      jwks({ ...plain, alg: 'RS256' }),
      'invalid_credential',
      `${at}.jwks.keys[0]`,
    ],
    ['for encryption', jwks({ ...plain, use: 'enc' }), 'invalid_credential', `${at}.jwks.keys[0]`],
  ])('refuses keys %s', (_, clientAuth, code, path) => {
    expect(make(clientAuth)).toThrow(
      expect.objectContaining({ name: 'SelfInfoError', code, path }),
    );
  });

  it.each([
    ['a word', 'jwt', `${at} must be an object.`],
    ['null', null, `${at} must be an object.`],
    ['a list as the key set', { jwks: [ec.jwk] }, `${at}.jwks must be an object.`],
    [
      'a single key instead of a list',
      { jwks: { keys: ec.jwk } },
      `${at}.jwks.keys must be a list.`,
    ],
    ['a key as text', jwks('-----BEGIN PUBLIC KEY-----'), `${at}.jwks.keys[0] must be an object.`],
  ])('throws a TypeError for %s', (_, clientAuth, message) => {
    expect(make(clientAuth)).toThrow(new TypeError(message));
  });

  it('throws a TypeError when requirePushedAuthorizationRequests is not a boolean', () => {
    expect(() => open({ requirePushedAuthorizationRequests: 'yes' as never })).toThrow(
      new TypeError(
        'options.registrations[0].requirePushedAuthorizationRequests must be a boolean.',
      ),
    );
  });
});
