import { constants, createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
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
import { createSandbox, type Registration, startSandbox } from '../../src/sandbox/index.js';
import { createAuthority } from '../kit/certificates.js';
import { keyService, makeKey, type SigningKey } from '../kit/keys.js';
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
import { caught, errorOf, refusal, thrownBy, typeErrorOf } from '../kit/refusals.js';

const ec = makeKey('ES256', 'ec-2026');
const next = makeKey('ES256', 'ec-2027');
const rsa = makeKey('PS256', 'rsa-2026');
const all = [ec, next, rsa];

const byKey = ({ privateKey: key, alg, kid }: SigningKey) => privateKeyJwt({ key, alg, kid });
const jwksOf = (...keys: readonly SigningKey[]): NonNullable<Registration['clientAuth']> => ({
  jwks: { keys: keys.map(({ jwk }) => jwk) },
});
const half = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString());

/**
 * A client and a sandbox that knows its keys, in one process; `sent` are the forms that arrived, by
 * path.
 */
function open(
  clientAuth: ClientAuth | undefined,
  registered: Registration['clientAuth'] = jwksOf(...all),
) {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({
    registrations: [{ ...registrationOf(loan), ...(registered && { clientAuth: registered }) }],
    clock,
  });
  const environment = sandbox.environment();
  const sent: { readonly path: string; readonly form: URLSearchParams }[] = [];
  const fetch = async (request: Request) => {
    sent.push({
      path: new URL(request.url).pathname,
      form: new URLSearchParams(await request.clone().text()),
    });
    return sandbox.fetch(request);
  };
  const client = createSelfInfoClient({
    service: loan,
    environment,
    fetch,
    clock,
    ...(clientAuth && { clientAuth }),
  });
  const { callback, consent } = visits(client, sandbox);
  const complete = async () =>
    client.completeConsent(await callback(), { sessionBinding: SESSION });
  return { client, sandbox, environment, clock, fetch, sent, callback, consent, complete };
}

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
    expect(sandbox.log.every(({ outcome }) => outcome === 'accepted')).toBe(true);
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
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'token', code: 'assertion_signature' });
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
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'token', code: 'client_not_authenticated' });
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
        "options.clientAuth must be 'tls', what privateKeyJwt returned, or a function that returns it.";
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

describe('a signing callback that', () => {
  const SECRET = 'canary-of-the-key-service';
  const wrong: readonly [string, SigningKey, () => unknown][] = [
    ['returns nothing', ec, () => undefined],
    ['returns text', ec, () => SECRET],
    ['returns a list', ec, () => Array.from({ length: 64 }, () => 7)],
    ['returns 63 bytes', ec, () => Buffer.alloc(63, 7)],
    ['returns no bytes', ec, () => Buffer.alloc(0)],
    [
      'returns DER with more behind it',
      ec,
      async () => Buffer.concat([await keyService(ec)(Buffer.from('a')), Buffer.from([0])]),
    ],
    ['returns an RSA signature for ES256', ec, () => keyService(rsa)(Buffer.from('a'))],
    ['returns an EC signature for PS256', rsa, () => keyService(ec)(Buffer.from('a'))],
    ['returns far too much', rsa, () => Buffer.alloc(1_025, 7)],
  ];

  it.each(wrong)('%s is reported, and nothing is sent', async (_, { alg, kid }, sign) => {
    const { complete, sent } = open(privateKeyJwt({ alg, kid, sign: sign as never }));
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.sign',
      stage: 'token',
      effect: 'none',
      retry: { safe: false },
    });
    expect(error.message).toMatch(new RegExp(`${alg} signature is .*bytes`));
    expect(error.messageJa).toContain(`${alg} の署名は、`);
    expect(sent).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error(SECRET);
      },
    ],
    ['rejects', () => Promise.reject(new Error(SECRET))],
    ['rejects with nothing', () => Promise.reject()],
  ])('%s does not show its error', async (_, sign) => {
    const { complete, sent } = open(privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign }));
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.sign',
      stage: 'token',
      effect: 'none',
    });
    expect(leaksIn({ error, cause: error.cause }, { secret: SECRET })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('never answers times out after ten seconds', async () => {
    const { credential, asked } = hanging();
    const { complete, clock, sent } = open(credential);
    let over = false;
    const failing = errorOf(complete).finally(() => {
      over = true;
    });
    await asked;
    clock.advance(9_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    clock.advance(1);
    expect(await failing).toMatchObject({ code: 'signing_failed', stage: 'token' });
    expect(sent).toEqual([]);
  });

  it.each(['abort', 'close'] as const)('never answers does not delay the end: %s', async (end) => {
    const abort = new AbortController();
    const { credential, asked } = hanging();
    const { client, callback, sent } = open(credential);
    const failing = errorOf(async () =>
      client.completeConsent(await callback(), { sessionBinding: SESSION, signal: abort.signal }),
    );
    await asked;
    if (end === 'abort') abort.abort();
    else await client.close();
    expect(await failing).toMatchObject({ code: 'aborted', stage: 'token', effect: 'none' });
    expect(sent).toEqual([]);
  });

  it('returns any two numbers in DER has them sent as 32 bytes each', async () => {
    // Only what the token endpoint receives counts.
    let signature = new Uint8Array();
    const { client, callback, sent } = open(
      privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign: async () => signature }),
    );
    const number = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n });
    const small = fc.bigInt({ min: 1n, max: 2n ** 230n });
    await fc.assert(
      fc.asyncProperty(fc.oneof(number, small), fc.oneof(number, small), async (r, s) => {
        signature = derOf(r, s);
        // 64 bytes are r and s themselves.
        fc.pre(signature.length !== 64);
        await client.completeConsent(await callback(), { sessionBinding: SESSION });
        const [, , sentSignature = ''] =
          sent.at(-1)?.form.get('client_assertion')?.split('.') ?? [];
        expect(Buffer.from(sentSignature, 'base64url').toString('hex')).toBe(hex32(r) + hex32(s));
      }),
      { numRuns: 100 },
    );
  });

  it('returns any bytes is refused or sent, and never breaks the client', async () => {
    let signature = new Uint8Array();
    const { client, callback } = open(
      privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign: async () => signature }),
    );
    const der = fc
      .tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }))
      .map(([r, s]) =>
        Uint8Array.from([0x30, r.length + s.length + 4, 2, r.length, ...r, 2, s.length, ...s]),
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 80 }), der), async (bytes) => {
        signature = bytes;
        const outcome = await client
          .completeConsent(await callback(), { sessionBinding: SESSION })
          .catch((error: { code: string }) => error.code);
        expect([
          { status: 'rejected', at: 'token', code: 'invalid_client' },
          'signing_failed',
        ]).toContainEqual(outcome);
      }),
      { numRuns: 150 },
    );
  });
});

/** A key service that never answers; `asked` resolves once it was called. */
function hanging() {
  let tell = () => {};
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const sign = () => {
    tell();
    return new Promise<never>(() => {});
  };
  return { credential: privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign }), asked };
}

/** An INTEGER is as short as possible, and never looks negative. */
function derOf(...numbers: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const parts = numbers.map((number) => {
    const hex = number.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const whole = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([2, whole.length]), whole]);
  });
  const content = Buffer.concat(parts);
  return Uint8Array.from([0x30, content.length, ...content]);
}

const hex32 = (number: bigint) => number.toString(16).padStart(64, '0');

describe('a key service that fails once', () => {
  /** Fails at first in the given way, and signs from then on. */
  const failingOnce = (fail: () => Promise<never>) => {
    let asked = 0;
    const sign = (input: Uint8Array) => (asked++ === 0 ? fail() : keyService(ec)(input));
    return privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign });
  };

  it('costs the citizen only a reload of the callback', async () => {
    const { client, callback, sent } = open(failingOnce(() => Promise.reject(new Error('down'))));
    const back = await callback();
    const steps: unknown[] = [];
    const listen = (event: unknown) => steps.push(event);
    subscribe('myna-selfinfo:event', listen);
    const complete = () => client.completeConsent(back, { sessionBinding: SESSION });
    expect(await errorOf(complete)).toMatchObject({
      code: 'signing_failed',
      stage: 'token',
      effect: 'none',
      retry: { safe: true },
    });
    expect(sent).toEqual([]);
    expect((await complete()).status).toBe('granted');
    unsubscribe('myna-selfinfo:event', listen);
    expect(steps).toMatchObject([
      { type: 'step', step: 'callback', outcome: 'failed', code: 'signing_failed', effect: 'none' },
      { type: 'step', step: 'callback', outcome: 'valid' },
      { type: 'call', step: 'token', outcome: 'answered' },
      { type: 'step', step: 'token', outcome: 'granted' },
    ]);
    expect(await complete()).toEqual({ status: 'replayed' });
  });

  it('or whose caller aborts leaves the callback as it was', async () => {
    const abort = new AbortController();
    const { client, callback } = open(
      failingOnce(() => {
        abort.abort();
        return new Promise(() => {});
      }),
    );
    const back = await callback();
    const given = { sessionBinding: SESSION };
    expect(
      await errorOf(() => client.completeConsent(back, { ...given, signal: abort.signal })),
    ).toMatchObject({ code: 'aborted', retry: { safe: true } });
    expect((await client.completeConsent(back, given)).status).toBe('granted');
  });

  it('is not called for a citizen who declined, nor for another browser', async () => {
    const sign = vi.fn(keyService(ec));
    const { client, callback } = open(privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign }));
    expect(
      await client.completeConsent(await callback('hanako', 'decline'), {
        sessionBinding: SESSION,
      }),
    ).toEqual({ status: 'declined' });
    expect(await client.completeConsent(await callback(), { sessionBinding: 'another' })).toEqual({
      status: 'foreign-browser',
    });
    expect(sign).not.toHaveBeenCalled();
  });

  it('leaves the callback of exchangeToken valid for its one exchange', async () => {
    const { environment, fetch, sandbox, clock } = open(byKey(ec));
    const codeVerifier = 'v'.repeat(43);
    const url = buildConsentUrl(environment, {
      state: 'state',
      codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    });
    const callback = await validateCallback(
      environment,
      await sandbox.visit(url, { persona: 'hanako' }),
      { state: 'state' },
    );
    const options = {
      environment,
      fetch,
      clock,
      callback,
      codeVerifier,
      clientAuth: failingOnce(() => Promise.reject()),
    };
    expect((await errorOf(() => exchangeToken(options))).code).toBe('signing_failed');
    expect((await exchangeToken(options)).expiresAt).toBe('2026-12-01T12:00:00+09:00');
    expect(await errorOf(() => exchangeToken(options))).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'replayed' },
    });
  });
});

describe('a function for the current key that', () => {
  it('throws does not show its error', async () => {
    const { complete, sent } = open(() => {
      throw new Error('canary-of-the-vault');
    });
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.clientAuth',
      stage: 'token',
      effect: 'none',
    });
    expect(leaksIn({ error }, { secret: 'canary-of-the-vault' })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('returns something else causes a TypeError', async () => {
    const { complete, sent } = open((() => 'tls') as never);
    expect(await typeErrorOf(complete)).toBe(
      'options.clientAuth must return what privateKeyJwt returned.',
    );
    expect(sent).toEqual([]);
  });

  it('is called once per assertion', async () => {
    const current = vi.fn(() => byKey(ec));
    const { consent } = open(current);
    expect(current).not.toHaveBeenCalled();
    await consent();
    expect(current).toHaveBeenCalledTimes(1);
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
        { credential, client, grant, environment, sandbox, log: sandbox.log, clock },
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
    expect(sandbox.log.at(-1)).toMatchObject({
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
