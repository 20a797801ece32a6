import { constants, createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  type ClientAuth,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  exchangeToken,
  latest,
  type PrivateKeyJwtOptions,
  privateKeyJwt,
  validateCallback,
} from '../../src/index.js';
import { createSandbox, startSandbox } from '../../src/sandbox/index.js';
import { createAuthority } from '../kit/certificates.js';
import { keyService, makeKey } from '../kit/keys.js';
import { leaksIn } from '../kit/leaks.js';
import {
  CLIENT_ID,
  expectStatus,
  grantOf,
  loan,
  NOW,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';
import { caught, errorOf, refusal, thrownBy } from '../kit/refusals.js';
import { byKey, ec, jwksOf, next, open, rsa } from './signing.js';

const half = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString());

describe('a client that signs assertions', () => {
  const ways: readonly [string, ClientAuth][] = [
    ['an EC key', byKey(ec)],
    ['an EC key in PEM', privateKeyJwt({ key: ec.pem, alg: 'ES256', kid: ec.kid })],
    ['an RSA key', byKey(rsa)],
    ['an RSA key in PEM', privateKeyJwt({ key: rsa.pem, alg: 'PS256', kid: rsa.kid })],
    [
      'a key service that speaks DER',
      privateKeyJwt({ sign: keyService(ec, 'der'), alg: 'ES256', kid: ec.kid }),
    ],
    [
      'a key service that gives r and s',
      privateKeyJwt({ sign: keyService(ec, 'ieee-p1363'), alg: 'ES256', kid: ec.kid }),
    ],
    [
      'a key service with an RSA key',
      privateKeyJwt({ sign: keyService(rsa), alg: 'PS256', kid: rsa.kid }),
    ],
    ['a function that gives the current key', () => byKey(ec)],
  ];

  it.each(ways)('gets its answer with %s', async (_, clientAuth) => {
    const { client, clock, consent, sandbox } = open(clientAuth);
    const result = await client.query(await consent(), latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    expect(expectStatus(result, 'ready').answer.items.income.status).toBe('present');
    expect(sandbox.journal.every(({ outcome }) => outcome === 'accepted')).toBe(true);
  });

  it.each([ec, rsa])('states in $alg who it is, for whom, and for how long', async (key) => {
    const { consent, sent, clock, environment } = open(byKey(key));
    await consent();
    const form = sent[0]?.form;
    const assertion = form?.get('client_assertion') ?? '';
    const now = clock.now() / 1_000;
    expect(form?.get('client_id')).toBe(CLIENT_ID);
    expect(form?.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    expect(half(assertion, 0)).toEqual({
      alg: key.alg,
      kid: key.kid,
      typ: 'client-authentication+jwt',
    });
    expect(half(assertion, 1)).toEqual({
      iss: CLIENT_ID,
      sub: CLIENT_ID,
      aud: environment.issuer,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: now,
      nbf: now - 30,
      exp: now + 60,
    });
    const [input = '', signature = ''] = /^(.*)\.(.*)$/.exec(assertion)?.slice(1) ?? [];
    const publicKey = createPublicKey({ key: key.jwk, format: 'jwk' });
    const how =
      key.alg === 'ES256'
        ? { dsaEncoding: 'ieee-p1363' as const }
        : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    expect(
      verify(
        'sha256',
        Buffer.from(input),
        { key: publicKey, ...how },
        Buffer.from(signature, 'base64url'),
      ),
    ).toBe(true);
  });

  it('signs a new one for every code, and sends it to the token endpoint alone', async () => {
    const { client, clock, consent, sent, environment } = open(byKey(ec));
    await consent();
    await client.query(await consent(), latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    const carriers = sent.filter(({ form }) => form.has('client_assertion'));
    expect(carriers.map(({ path }) => path)).toEqual([
      environment.profile.paths.token.value,
      environment.profile.paths.token.value,
    ]);
    expect(
      new Set(carriers.map(({ form }) => half(form.get('client_assertion') ?? '', 1).jti)).size,
    ).toBe(2);
    expect(sent.length).toBeGreaterThan(2);
  });

  it('changes its key while it runs, as long as the portal knows both', async () => {
    let current = ec;
    const { complete, sent } = open(() => byKey(current), jwksOf(ec, next));
    expect((await complete()).status).toBe('granted');
    current = next;
    expect((await complete()).status).toBe('granted');
    current = rsa;
    expect(await complete()).toEqual({ status: 'rejected', at: 'token', code: 'invalid_client' });
    expect(sent.map(({ form }) => half(form.get('client_assertion') ?? '', 0).kid)).toEqual([
      ec.kid,
      next.kid,
      rsa.kid,
    ]);
  });

  it('is refused with a wrong key under the right name', async () => {
    const { complete, sandbox } = open(
      privateKeyJwt({ key: next.privateKey, alg: 'ES256', kid: ec.kid }),
    );
    expect(await complete()).toEqual({ status: 'rejected', at: 'token', code: 'invalid_client' });
    expect(sandbox.journal.at(-1)).toMatchObject({ step: 'token', code: 'assertion_signature' });
  });

  it('presents its certificate all the same', async () => {
    const clock = createVirtualClock(NOW);
    const other = { ...registrationOf(loan, 'SP87654321_CD4321'), clientAuth: jwksOf(ec) } as const;
    await using sandbox = await startSandbox({
      registrations: [{ ...registrationOf(loan), clientAuth: jwksOf(ec, rsa) }, other],
      clock,
    });
    for (const [key, tls, status] of [
      [ec, sandbox.connection.tls, 'granted'],
      [rsa, sandbox.connection.tls, 'granted'],
      // The right assertion over the wrong certificate.
      [ec, sandbox.connectionFor(other.clientId).tls, 'rejected'],
    ] as const) {
      await using client = createSelfInfoClient({
        service: loan,
        ...sandbox.connection,
        tls,
        clientAuth: byKey(key),
      });
      const outcome = await client.completeConsent(await visits(client, sandbox).callback(), {
        sessionBinding: SESSION,
      });
      expect(outcome.status).toBe(status);
    }
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'token',
      code: 'client_not_authenticated',
    });
  });

  it('signs in exchangeToken, too', async () => {
    const { environment, sandbox, fetch, clock } = open(byKey(ec));
    const codeVerifier = 'v'.repeat(43);
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const come = async (state: string) => {
      const url = buildConsentUrl(environment, { state, codeChallenge });
      return validateCallback(environment, await sandbox.visit(url, { persona: 'hanako' }), {
        state,
      });
    };
    const options = { environment, codeVerifier, fetch, clock };
    const token = await exchangeToken({
      ...options,
      callback: await come('one'),
      clientAuth: byKey(ec),
    });
    expect(token.expiresAt).toBe('2026-12-01T12:00:00+09:00');
    const callback = await come('two');
    expect(await errorOf(() => exchangeToken({ ...options, callback }))).toMatchObject({
      code: 'missing_option',
      path: 'options.clientAuth',
    });
    expect(
      await errorOf(() =>
        exchangeToken({ ...options, callback, clientAuth: byKey(makeKey('ES256', 'unknown')) }),
      ),
    ).toMatchObject({
      code: 'token_refused',
      upstream: { code: 'invalid_client' },
    });
  });
});

describe('a client without assertions', () => {
  it.each([undefined, 'tls'] as const)('sends none: %s', async (clientAuth) => {
    const { consent, sent } = open(clientAuth, 'tls');
    await consent();
    expect([...(sent[0]?.form.keys() ?? [])].sort()).toEqual([
      'client_id',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ]);
  });

  it('cannot be created where the profile requires them', () => {
    for (const clientAuth of [undefined, 'tls'] as const) {
      expect(refusal(() => open(clientAuth))).toEqual(['missing_option', 'options.clientAuth']);
    }
  });

  it.each(['mtls', null, 1, {}, { alg: 'ES256', kid: 'a' }])(
    'cannot be created with %j as clientAuth',
    (clientAuth) => {
      const { environment, fetch } = open(undefined, 'tls');
      const message =
        "options.clientAuth must be 'tls', what privateKeyJwt or clientSecret returned, or a function that returns it.";
      expect(
        caught(() =>
          createSelfInfoClient({
            service: loan,
            environment,
            fetch,
            clientAuth: clientAuth as never,
          }),
        ),
      ).toEqual(new TypeError(message));
    },
  );
});

describe('privateKeyJwt rejects', () => {
  const good = { key: ec.pem, alg: 'ES256', kid: 'a' } as const;
  const make = (changes: object) => () =>
    privateKeyJwt({ ...good, ...changes } as PrivateKeyJwtOptions);
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const encrypted = ec.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });

  it.each([
    ['an unknown option', { passphrase: 'a' }, 'unknown_option', 'options.passphrase'],
    ['no algorithm', { alg: undefined }, 'missing_option', 'options.alg'],
    ['a weak algorithm', { alg: 'RS256' }, 'invalid_option', 'options.alg'],
    ['no signature at all', { alg: 'none' }, 'invalid_option', 'options.alg'],
    ['no key id', { kid: undefined }, 'missing_option', 'options.kid'],
    ['an empty key id', { kid: ' ' }, 'invalid_option', 'options.kid'],
    ['neither key nor sign', { key: undefined }, 'missing_option', 'options.key'],
    ['key and sign', { sign: keyService(ec) }, 'invalid_option', 'options.sign'],
    ['the path of a key', { key: '/etc/loan/assertion.pem' }, 'invalid_credential', 'options.key'],
    ['an encrypted key', { key: encrypted }, 'invalid_credential', 'options.key'],
    ['a public key', { key: createPublicKey(ec.pem) }, 'invalid_credential', 'options.key'],
    ['a key on another curve', { key: p384 }, 'invalid_credential', 'options.key'],
    ['an RSA key for ES256', { key: rsa.privateKey }, 'invalid_credential', 'options.key'],
    ['an EC key for PS256', { alg: 'PS256' }, 'invalid_credential', 'options.key'],
    ['a small RSA key', { key: small, alg: 'PS256' }, 'invalid_credential', 'options.key'],
  ])('%s', (_, changes, code, path) => {
    expect(refusal(make(changes))).toEqual([code, path]);
  });

  it.each([
    [
      'a key of bytes',
      { key: Buffer.from(ec.pem) },
      'options.key must be a PEM string or a KeyObject.',
    ],
    [
      'a sign that is not a function',
      { key: undefined, sign: 'kms' },
      'options.sign must be a function.',
    ],
    ['a key id that is a number', { kid: 1 }, 'options.kid must be a string.'],
  ])('%s, with a TypeError', (_, changes, message) => {
    expect(caught(make(changes))).toEqual(new TypeError(message));
  });

  it('everything without showing it', () => {
    const secret = ec.pem.split('\n')[1] ?? '';
    const errors = {
      broken: caught(make({ key: ec.pem.replace('PRIVATE KEY', 'PRIVATE') })),
      other: caught(make({ alg: 'PS256' })),
    };
    expect(leaksIn(errors, { secret })).toEqual([]);
  });
});

describe('the private key', () => {
  it('never shows', async () => {
    const secrets = {
      first: ec.pem.split('\n')[1] ?? '',
      d: String(ec.privateKey.export({ format: 'jwk' }).d),
    };
    const credential = privateKeyJwt({ key: ec.pem, alg: 'ES256', kid: ec.kid });
    expect({ ...credential }).toEqual({ alg: 'ES256', kid: ec.kid });
    const { client, consent, sandbox, environment, clock } = open(credential);
    const grant = await consent();
    expect(
      leaksIn(
        { credential, client, grant, environment, sandbox, log: sandbox.journal, clock },
        secrets,
      ),
    ).toEqual([]);
  });

  it('and the assertion never show in an error', async () => {
    const { client, callback, sent } = open(byKey(makeKey('ES256', ec.kid)));
    const outcome = await client.completeConsent(await callback(), { sessionBinding: SESSION });
    const assertion = sent[0]?.form.get('client_assertion') ?? '';
    expect(assertion.length).toBeGreaterThan(100);
    expect(
      leaksIn({ outcome, client }, { assertion, signature: assertion.split('.')[2] ?? '' }),
    ).toEqual([]);
  });
});

describe('a token is bound to the certificate it was issued to', () => {
  it('and useless to a client of the same service with another certificate', async () => {
    const authority = await createAuthority();
    const [first, second] = [await authority.issue('first'), await authority.issue('second')];
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const sandbox = createSandbox({ registrations: [registrationOf(loan)], clock });
    const connect = ({ cert }: { readonly cert: string }) => {
      const fetch = (request: Request) => sandbox.fetch(request, { clientCertificate: cert });
      return createSelfInfoClient({
        service: loan,
        environment: sandbox.environment(),
        fetch,
        clock,
        store,
      });
    };
    const before = connect(first);
    const retrieval = await before.submit(
      grantOf(
        await before.completeConsent(await visits(before, sandbox).callback(), {
          sessionBinding: SESSION,
        }),
      ),
      latest(),
    );
    // As after a rotation: the retrieval is taken over, its token is not.
    const failed = expectStatus(await connect(second).collect(retrieval), 'failed');
    expect(failed.error).toMatchObject({
      code: 'upstream_refused',
      stage: 'result',
      upstream: { status: 401, code: 'invalid_token' },
    });
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'result',
      outcome: 'refused',
      code: 'token_certificate_mismatch',
    });
    const onProgress = ({ retryAt }: { readonly retryAt: string }) => clock.set(retryAt);
    expect((await before.collect(retrieval, { onProgress })).status).toBe('ready');
  });

  it('and not sent at all once its client is closed', async () => {
    const { client, consent, sent } = open(byKey(ec));
    const grant = await consent();
    await client.close();
    expect(await thrownBy(() => client.submit(grant, latest()))).toMatchObject({
      code: 'client_closed',
    });
    expect(sent).toHaveLength(1);
  });
});
