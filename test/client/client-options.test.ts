import { afterEach, describe, expect, it } from 'vitest';
import {
  connectionCheckEnvironment,
  createMemoryStore,
  createSelfInfoClient,
  productionEnvironment,
  sandboxEnvironment,
} from '../../src/index.js';
import { CLIENT_ID, loan } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { expectRefusal, type Refused } from './expect-refusal.js';
import { authority, changed, confirmed, site, tls, validSpec } from './valid-options.js';

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
    ['service', validSpec, 'options.service must be what defineService returned.'],
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
