import { randomUUID } from 'node:crypto';
import { CompactSign, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Registration,
} from '../../../src/sandbox/index.js';
import { createAuthority } from '../../kit/certificates.js';
import { makeKey, type SigningKey } from '../../kit/keys.js';
import { codeFor, exchange, paths, registration, send } from '../steps.js';

const NOW = '2026-12-01T10:00:00+09:00';
const now = Date.parse(NOW) / 1_000;
const [ec, next, rsa] = [
  makeKey('ES256', 'ec-1'),
  makeKey('ES256', 'ec-2'),
  makeKey('PS256', 'rsa-1'),
];
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const registered: Registration = {
  ...registration,
  clientAuth: { jwks: { keys: [ec.jwk, next.jwk, rsa.jwk] } },
};
const open = (changes: Partial<Registration> = {}) =>
  createSandbox({ registrations: [{ ...registered, ...changes }], clock: createVirtualClock(NOW) });
const ISSUER = open().environment().issuer;
const good = {
  iss: registration.clientId,
  sub: registration.clientId,
  aud: ISSUER,
  iat: now,
  nbf: now,
  exp: now + 60,
};

/**
 * Creates an assertion with jose; `claims` and `header` replace parts, undefined leaves one out.
 */
async function assertion(
  key: SigningKey,
  claims: object = {},
  header: object = {},
): Promise<string> {
  return new SignJWT({ ...good, jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'client-authentication+jwt', ...header })
    .sign(key.privateKey);
}

/** Signs any text. */
const signed = ({ alg, kid, privateKey }: SigningKey, text: string) =>
  new CompactSign(Buffer.from(text))
    .setProtectedHeader({ alg, kid, typ: 'client-authentication+jwt' })
    .sign(privateKey);

const withAssertion = (client_assertion: string): Record<string, string> => ({
  client_assertion_type: TYPE,
  client_assertion,
});

async function present(client_assertion: string, sandbox = open(), certificate?: string) {
  const answered = await exchange(
    sandbox,
    await codeFor(sandbox, 'hanako'),
    withAssertion(client_assertion),
    certificate,
  );
  return {
    status: answered.status,
    error: answered.body.error,
    code: sandbox.journal.at(-1)?.code,
  };
}

describe('a client with registered keys', () => {
  it.each([ec, next, rsa])('is authenticated by each of them: $kid', async (key) => {
    expect(await present(await assertion(key))).toEqual({
      status: 200,
      error: undefined,
      code: undefined,
    });
  });

  it.each([
    ['without nbf', { nbf: undefined }],
    ['from a clock that is ten seconds fast', { iat: now + 10, nbf: now + 10, exp: now + 70 }],
    ['from a slow clock', { iat: now - 69, nbf: now - 69, exp: now - 9 }],
    ['that is valid for five minutes', { exp: now + 300 }],
  ])('is authenticated by an assertion %s', async (_, claims) => {
    expect((await present(await assertion(ec, claims))).status).toBe(200);
  });

  it('is authenticated by an assertion of 4 KiB and refused with a longer one', async () => {
    const ofLength = async (length: number) => {
      for (let size = length - 1_100; ; size--) {
        const made = await assertion(ec, { more: 'a'.repeat(size) });
        if (made.length <= length) return made;
      }
    };
    const [longest, longer] = [
      await ofLength(4_096),
      `${await assertion(ec, { more: 'a'.repeat(2_760) })}`,
    ];
    expect(longest.length).toBeGreaterThan(4_090);
    expect((await present(longest)).status).toBe(200);
    expect([longer.length > 4_096, longer.length < 4_200]).toEqual([true, true]);
    expect((await present(longer)).code).toBe('assertion_malformed');
  });

  const wrong: readonly [string, () => string | Promise<string>, string][] = [
    [
      'signed by an unregistered key with a registered kid',
      () => assertion({ ...ec, privateKey: makeKey('ES256', 'a').privateKey }),
      'assertion_signature',
    ],
    [
      'signed by another of the registered keys',
      () => assertion({ ...ec, privateKey: next.privateKey }),
      'assertion_signature',
    ],
    [
      'with altered claims',
      async () =>
        (await assertion(ec)).replace(
          /\.[^.]*\./,
          `.${Buffer.from(JSON.stringify({ ...good, jti: 'a' })).toString('base64url')}.`,
        ),
      'assertion_signature',
    ],
    [
      'without a signature',
      async () => (await assertion(ec)).replace(/[^.]*$/, ''),
      'assertion_signature',
    ],
    ['with an unknown kid', () => assertion(ec, {}, { kid: 'ec-3' }), 'assertion_key_unknown'],
    ['without a kid', () => assertion(ec, {}, { kid: undefined }), 'assertion_key_unknown'],
    [
      'with the kid of a key of another algorithm',
      () => assertion(ec, {}, { kid: 'rsa-1' }),
      'assertion_algorithm',
    ],
    [
      'with RS256',
      async () =>
        new SignJWT({ ...good, jti: 'a' })
          .setProtectedHeader({ alg: 'RS256', kid: 'rsa-1', typ: 'client-authentication+jwt' })
          .sign(rsa.privateKey),
      'assertion_algorithm',
    ],
    [
      'with HS256 and the public key as the secret',
      async () =>
        new SignJWT({ ...good, jti: 'a' })
          .setProtectedHeader({ alg: 'HS256', kid: 'ec-1', typ: 'client-authentication+jwt' })
          .sign(Buffer.from(JSON.stringify(ec.jwk))),
      'assertion_algorithm',
    ],
    [
      'with the algorithm none',
      () =>
        `${[{ alg: 'none', kid: 'ec-1', typ: 'client-authentication+jwt' }, good].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`,
      'assertion_algorithm',
    ],
    ['with another typ', () => assertion(ec, {}, { typ: 'JWT' }), 'assertion_claim'],
    ['without a typ', () => assertion(ec, {}, { typ: undefined }), 'assertion_claim'],
    ['from another issuer', () => assertion(ec, { iss: 'SP87654321_CD4321' }), 'assertion_claim'],
    ['without an issuer', () => assertion(ec, { iss: undefined }), 'assertion_claim'],
    ['with another subject', () => assertion(ec, { sub: 'SP87654321_CD4321' }), 'assertion_claim'],
    ['without a subject', () => assertion(ec, { sub: undefined }), 'assertion_claim'],
    [
      'with the token endpoint as audience',
      () => assertion(ec, { aud: ISSUER + paths.token.value }),
      'assertion_claim',
    ],
    ['with a list as audience', () => assertion(ec, { aud: [ISSUER] }), 'assertion_claim'],
    ['without an audience', () => assertion(ec, { aud: undefined }), 'assertion_claim'],
    ['without exp', () => assertion(ec, { exp: undefined }), 'assertion_claim'],
    [
      'with exp as text',
      () => assertion(ec, { exp: String(now + 60) as unknown as number }),
      'assertion_claim',
    ],
    [
      'that is valid for longer than five minutes',
      () => assertion(ec, { exp: now + 311 }),
      'assertion_claim',
    ],
    [
      'that has expired',
      () => assertion(ec, { iat: now - 100, exp: now - 10 }),
      'assertion_expired',
    ],
    [
      'issued more than five minutes ago',
      () => assertion(ec, { iat: now - 311 }),
      'assertion_expired',
    ],
    ['without iat', () => assertion(ec, { iat: undefined }), 'assertion_claim'],
    ['issued in the future', () => assertion(ec, { iat: now + 11 }), 'assertion_claim'],
    ['that is not valid yet', () => assertion(ec, { nbf: now + 11 }), 'assertion_claim'],
    ['without jti', () => assertion(ec, { jti: undefined }), 'assertion_claim'],
    ['with an empty jti', () => assertion(ec, { jti: '' }), 'assertion_claim'],
    [
      'with a number as jti',
      () => assertion(ec, { jti: 1 as unknown as string }),
      'assertion_claim',
    ],
    [
      'with a jti of 257 characters',
      () => assertion(ec, { jti: 'a'.repeat(257) }),
      'assertion_claim',
    ],
    ['that is too long', () => assertion(ec, { more: 'a'.repeat(4_096) }), 'assertion_malformed'],
    ['in two parts', () => 'a.b', 'assertion_malformed'],
    ['without any dot', () => 'assertion', 'assertion_malformed'],
    ['whose claims are a list', () => signed(ec, '[]'), 'assertion_malformed'],
    ['whose claims are not JSON', () => signed(ec, 'claims'), 'assertion_malformed'],
  ];

  it.each(wrong)('is refused with an assertion %s', async (_, make, code) => {
    expect(await present(await make())).toEqual({ status: 401, error: 'invalid_client', code });
  });

  it('is refused with the same assertion a second time, at any endpoint', async () => {
    const sandbox = open();
    const once = await assertion(ec, { jti: 'one' });
    expect((await present(once, sandbox)).status).toBe(200);
    expect((await present(once, sandbox)).code).toBe('assertion_replayed');
    expect((await present(await assertion(rsa, { jti: 'one' }), sandbox)).code).toBe(
      'assertion_replayed',
    );
    const pushed = await send(sandbox, paths.pushedAuthorization.value, {
      body: new URLSearchParams({ client_id: registration.clientId, ...withAssertion(once) }),
    });
    expect([pushed.status, sandbox.journal.at(-1)?.code]).toEqual([401, 'assertion_replayed']);
    expect((await present(await assertion(ec, { jti: 'two' }), sandbox)).status).toBe(200);
  });

  it('shares no assertion ids with another client', async () => {
    const other = { ...registered, clientId: 'SP87654321_CD4321' };
    const sandbox = createSandbox({
      registrations: [registered, other],
      clock: createVirtualClock(NOW),
    });
    const use = async (clientId: string) => {
      const claims = { iss: clientId, sub: clientId, jti: 'one' };
      return (
        await exchange(sandbox, await codeFor(sandbox, 'hanako', clientId), {
          client_id: clientId,
          ...withAssertion(await assertion(ec, claims)),
        })
      ).status;
    };
    expect([await use(registered.clientId), await use(other.clientId)]).toEqual([200, 200]);
  });

  it.each([
    ['no assertion', {}],
    ['an assertion without a type', { client_assertion: 'a.b.c' }],
    ['a type without an assertion', { client_assertion_type: TYPE }],
    [
      'an assertion of another type',
      {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
        client_assertion: 'a.b.c',
      },
    ],
  ])('is refused with %s', async (_, changes) => {
    const sandbox = open();
    const { status, body, headers } = await exchange(
      sandbox,
      await codeFor(sandbox, 'hanako'),
      changes,
    );
    expect([status, body.error, sandbox.journal.at(-1)?.code]).toEqual([
      401,
      'invalid_client',
      'assertion_required',
    ]);
    expect(body.error_description).toContain(TYPE);
    expect(body.error_description_ja).toContain('鍵が登録されています');
    expect(headers.get('www-authenticate')).toBe('ClientCertificate error="invalid_client"');
  });

  it('still needs its certificate', async () => {
    const authority = await createAuthority();
    const [own, other] = [await authority.issue('own'), await authority.issue('other')];
    const sandbox = open({ certificate: own.cert });
    expect((await present(await assertion(ec), sandbox)).code).toBe('client_not_authenticated');
    expect((await present(await assertion(ec), sandbox, other.cert)).code).toBe(
      'client_not_authenticated',
    );
    expect((await present(await assertion(ec), sandbox, own.cert)).status).toBe(200);
  });

  it('can still use its code after a refused authentication', async () => {
    const sandbox = open();
    const code = await codeFor(sandbox, 'hanako');
    expect((await exchange(sandbox, code)).status).toBe(401);
    expect((await exchange(sandbox, code, withAssertion(await assertion(ec)))).status).toBe(200);
  });

  it('leaves no part of an assertion in the log', async () => {
    const sandbox = open();
    const used = await assertion({ ...ec, privateKey: next.privateKey });
    await present(used, sandbox);
    for (const part of used.split('.')) expect(JSON.stringify(sandbox.journal)).not.toContain(part);
  });
});

describe('a client without registered keys', () => {
  it('is refused when it sends an assertion', async () => {
    expect(await present(await assertion(ec), open({ clientAuth: 'tls' }))).toEqual({
      status: 401,
      error: 'invalid_client',
      code: 'assertion_not_registered',
    });
  });
});
