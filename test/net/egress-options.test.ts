import { describe, expect, it } from 'vitest';
import {
  acceptWireProfileNotConfirmedBySpecification,
  createSelfInfoClient,
  type Egress,
  productionEnvironment,
  publicProfile,
  sandboxEnvironment,
} from '../../src/index.js';
import { loan } from '../kit/loan.js';
import { refusal, typeErrorOf } from '../kit/refusals.js';
import { clock, open } from './egress.js';
import { separateTests } from './ends.js';

separateTests(clock);

describe('the egress option', () => {
  it.each<[string, unknown, string, string]>([
    ['neither proxy nor gateway', {}, 'invalid_option', 'options.egress'],
    [
      'both proxy and gateway',
      { proxy: 'http://proxy.example:3128', gateway: { baseUrl: 'https://gateway.example' } },
      'invalid_option',
      'options.egress',
    ],
    [
      'an unknown option',
      { proxy: 'http://proxy.example:3128', noProxy: 'a' },
      'unknown_option',
      'options.egress.noProxy',
    ],
    [
      'a proxy without scheme',
      { proxy: 'proxy.example:3128' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy over https',
      { proxy: 'https://proxy.example:3128' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy over socks',
      { proxy: 'socks5://proxy.example:1080' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy with a password',
      { proxy: 'http://bank:secret@proxy.example:3128' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy with a path',
      { proxy: 'http://proxy.example:3128/path' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy with a query',
      { proxy: 'http://proxy.example:3128?a=b' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'an empty authorization',
      { proxy: 'http://proxy.example', authorization: '' },
      'invalid_option',
      'options.egress.authorization',
    ],
    [
      'an authorization of two lines',
      { proxy: 'http://proxy.example', authorization: 'Basic a\r\nx: b' },
      'invalid_option',
      'options.egress.authorization',
    ],
    [
      'an authorization for a gateway',
      { gateway: { baseUrl: 'https://g.example' }, authorization: 'a' },
      'invalid_option',
      'options.egress.authorization',
    ],
    [
      'a gateway without address',
      { gateway: {} },
      'missing_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway without TLS',
      { gateway: { baseUrl: 'http://127.0.0.1:8080' } },
      'invalid_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway with a query',
      { gateway: { baseUrl: 'https://g.example?a' } },
      'invalid_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway with a user',
      { gateway: { baseUrl: 'https://a@g.example' } },
      'invalid_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway with an empty ca',
      { gateway: { baseUrl: 'https://g.example', ca: [] } },
      'invalid_credential',
      'options.egress.gateway.ca',
    ],
    [
      'a gateway whose ca is a path',
      { gateway: { baseUrl: 'https://g.example', ca: '/etc/ca.pem' } },
      'invalid_credential',
      'options.egress.gateway.ca',
    ],
    [
      'a gateway with an unknown option',
      { gateway: { baseUrl: 'https://g.example', rejectUnauthorized: false } },
      'unknown_option',
      'options.egress.gateway.rejectUnauthorized',
    ],
  ])('with %s is refused by name', async (_, egress, code, path) => {
    const { environment, tls } = await open();
    expect(
      refusal(() =>
        createSelfInfoClient({ service: loan, environment, tls, egress: egress as Egress }),
      ),
    ).toEqual([code, path]);
  });

  it.each<[unknown, string]>([
    ['http://proxy.example', 'options.egress must be an object.'],
    [null, 'options.egress must be an object.'],
    [{ proxy: 1 }, 'options.egress.proxy must be a string.'],
    [
      { proxy: 'http://proxy.example', authorization: 1 },
      'options.egress.authorization must be a string.',
    ],
    [{ gateway: 'https://g.example' }, 'options.egress.gateway must be an object.'],
    [{ gateway: { baseUrl: 1 } }, 'options.egress.gateway.baseUrl must be a string.'],
    [
      { gateway: { baseUrl: 'https://g.example', ca: 1 } },
      'options.egress.gateway.ca must be a PEM string or a list of them.',
    ],
  ])('of a wrong type is a TypeError: %j', async (egress, message) => {
    const { environment, tls } = await open();
    expect(
      await typeErrorOf(() =>
        createSelfInfoClient({ service: loan, environment, tls, egress: egress as Egress }),
      ),
    ).toBe(message);
  });

  it('is allowed in production', async () => {
    const { tls } = await open();
    const confirmed = productionEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://portal.example.com', apiUrl: 'https://api.example.com' },
      issuer: 'https://portal.example.com',
      profile: publicProfile,
      unconfirmedProfile: acceptWireProfileNotConfirmedBySpecification,
    });
    for (const egress of [
      { proxy: 'http://proxy.example:3128' },
      { gateway: { baseUrl: 'https://gateway.example' } },
    ]) {
      // The other items of the loan have no code: egress is accepted, and the next check fails.
      expect(
        refusal(() => createSelfInfoClient({ service: loan, environment: confirmed, tls, egress })),
      ).toEqual(['item_code_required', 'options.service.items.household.code']);
    }
  });

  it('with a proxy requires an API with TLS', async () => {
    const environment = sandboxEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:2' },
      issuer: 'http://127.0.0.1:1',
    });
    const { tls } = await open();
    expect(
      refusal(() =>
        createSelfInfoClient({
          service: loan,
          environment,
          tls,
          egress: { proxy: 'http://127.0.0.1:3' },
        }),
      ),
    ).toEqual(['invalid_option', 'options.egress.proxy']);
  });
});
