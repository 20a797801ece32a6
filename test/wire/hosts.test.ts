import { describe, expect, it } from 'vitest';
import {
  connectionCheckEnvironment,
  createSelfInfoClient,
  privateKeyJwt,
  productionEnvironment,
  sandboxEnvironment,
} from '../../src/index.js';
import { confirmed, site, tls } from '../client/valid-options.js';
import { keyService, makeKey } from '../kit/keys.js';
import { loan } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

const production = (options: object) =>
  productionEnvironment({ ...site, profile: confirmed, ...options } as never);
const check = (options: object) => connectionCheckEnvironment({ ...site, ...options } as never);

/** Every option of an environment that holds a URL. */
const places: Readonly<Record<string, (url: string) => object>> = {
  'options.redirectUri': (redirectUri) => ({ redirectUri }),
  'options.issuer': (issuer) => ({ issuer }),
  'options.endpoints.browserUrl': (browserUrl) => ({
    endpoints: { ...site.endpoints, browserUrl },
  }),
  'options.endpoints.apiUrl': (apiUrl) => ({ endpoints: { ...site.endpoints, apiUrl } }),
  'options.endpoints.tokenUrl': (tokenUrl) => ({ endpoints: { ...site.endpoints, tokenUrl } }),
};

const loopback = [
  'localhost',
  'portal.localhost',
  'localhost.localdomain',
  'LOCALHOST',
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '[::1]',
  '[::ffff:0:7f00:1]',
  'localhost6',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
];
const nowhere = [
  '[64:ff9b:1::a9fe:a9fe]',
  '[64:ff9b:1:7f::1]',
  '[2002:7f00:1::]',
  '[fec0::1]',
  '169.254.169.254',
  '169.254.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '224.0.0.1',
  '255.255.255.255',
  '[fe80::1]',
  '[ff02::1]',
  '[fd00:ec2::254]',
  '[::ffff:169.254.169.254]',
  'metadata.google.internal',
  'metadata',
];
const misspelled = [
  '2130706433',
  '0x7f000001',
  '0x0a.0.0.1',
  '010.0.0.1',
  '10.1',
  '１０.0.0.1',
  'portal.example.',
  'portal%2eexample',
  'por\ttal.example',
  'portal\n.example',
  'portal.example\r\n',
  ' portal.example',
  'user@portal.example',
  'portal.example\\@thief.example',
];

describe('the production environment', () => {
  it.each([...loopback, ...nowhere, ...misspelled])(
    'refuses the host %j everywhere',
    async (host) => {
      for (const [path, change] of Object.entries(places))
        expect(await errorOf(() => production(change(`https://${host}`)))).toMatchObject({
          code: 'invalid_option',
          path,
        });
    },
  );

  it.each([
    'portal.example',
    'portal.example:8443',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '[fd12::1]',
    'portal.internal',
    'metadata.example',
    'localhost.example',
    'ポータル.example',
  ])('accepts the host %s, which a leased line may have', (host) => {
    for (const change of Object.values(places))
      expect(production(change(`https://${host}/a`)).kind).toBe('production');
  });

  it('reaches a gateway on loopback, but none at a metadata service', async () => {
    const client = (baseUrl: string) =>
      createSelfInfoClient({
        service: loan,
        environment: check({}),
        tls,
        egress: { gateway: { baseUrl } },
      });
    expect(client('https://127.0.0.1:8443').resume).toBeTypeOf('function');
    for (const host of [...nowhere, ...misspelled])
      expect(await errorOf(() => client(`https://${host}`))).toMatchObject({
        code: 'invalid_option',
        path: 'options.egress.gateway.baseUrl',
      });
  });
});

describe('the connection-check environment', () => {
  it('accepts loopback, for a tunnel on this machine', () => {
    expect(check(places['options.endpoints.apiUrl']?.('https://127.0.0.1:8443') ?? {}).kind).toBe(
      'connection-check',
    );
  });

  it.each([...nowhere, ...misspelled])('refuses the host %j', async (host) => {
    for (const [path, change] of Object.entries(places))
      expect(await errorOf(() => check(change(`https://${host}`)))).toMatchObject({ path });
  });
});

describe('a name that is sent', () => {
  it.each(['a\rb', 'a\nb', 'a\0b', 'a\ud800', 'a\u0085b', 'あ'])(
    'is refused as clientId: %j',
    async (clientId) => {
      for (const make of [production, check, (o: object) => sandboxEnvironment({ ...site, ...o })])
        expect(await errorOf(() => make({ clientId }))).toMatchObject({
          code: 'invalid_option',
          path: 'options.clientId',
        });
    },
  );

  it.each(['a\rb', 'a\nb', 'a\0b', 'a\ud800', 'a\u0085b'])('is refused as kid: %j', async (kid) => {
    const sign = keyService(makeKey('ES256', 'a'));
    expect(await errorOf(() => privateKeyJwt({ alg: 'ES256', kid, sign }))).toMatchObject({
      code: 'invalid_option',
      path: 'options.kid',
    });
  });
});
