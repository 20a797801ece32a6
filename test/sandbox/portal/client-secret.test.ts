import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/sandbox/index.js';
import { oauthProfile } from '../../kit/profiles.js';
import { refusal } from '../../kit/refusals.js';
import { codeFor, paths, registration, send, verifier } from '../steps.js';

const SECRET = 'a secret:with%signs';
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
/** Encoded by hand, as in a form. */
const GOOD = basic('SP12345678_AB1234:a+secret%3Awith%25signs');

const open = (
  clientAuthentication: 'client_secret_basic' | 'client_secret_post' | 'tls_client_auth',
  clientAuth?: { readonly secret: string },
) =>
  createSandbox({
    registrations: [{ ...registration, ...(clientAuth && { clientAuth }) }],
    profile: oauthProfile({ clientAuthentication }),
  });

/** Requests a token with this header and this secret in the body. Returns what the sandbox said. */
async function present(
  sandbox: ReturnType<typeof open>,
  header: string | undefined,
  secret: string | undefined,
) {
  const { clientId, redirectUri } = sandbox.environment();
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    code: await codeFor(sandbox, 'hanako'),
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(secret !== undefined && { client_secret: secret }),
  });
  const headers = header === undefined ? undefined : { authorization: header };
  const answered = await send(sandbox, paths.token.value, { body, ...(headers && { headers }) });
  return {
    status: answered.status,
    code: sandbox.journal.at(-1)?.code,
    challenge: answered.headers.get('www-authenticate'),
  };
}

const granted = { status: 200, code: undefined, challenge: null };
const refused = (code: string) => ({
  status: 401,
  code,
  challenge: 'Basic realm="sandbox", error="invalid_client"',
});

describe('a client that is registered with a secret', () => {
  const registered = { secret: SECRET };

  it('is authenticated by the way of the profile', async () => {
    expect(await present(open('client_secret_basic', registered), GOOD, undefined)).toEqual(
      granted,
    );
    expect(await present(open('client_secret_post', registered), undefined, SECRET)).toEqual(
      granted,
    );
  });

  it('sends a header when the profile names no way', async () => {
    const sandbox = open('tls_client_auth', registered);
    expect(sandbox.environment().profile.oauth.clientAuthentication.value).toBe(
      'client_secret_basic',
    );
    expect(await present(sandbox, GOOD, undefined)).toEqual(granted);
  });

  it.each([
    ['nothing', undefined, undefined, 'secret_required'],
    ['the body', undefined, SECRET, 'secret_required'],
    ['both', GOOD, SECRET, 'secret_required'],
    ['another secret', basic('SP12345678_AB1234:another'), undefined, 'secret_wrong'],
    ['another id', basic('SP00000000_AB1234:a+secret%3Awith%25signs'), undefined, 'secret_wrong'],
    ['no encoding', basic(`SP12345678_AB1234:${SECRET}`), undefined, 'secret_malformed'],
    ['another scheme', GOOD.replace('Basic', 'Bearer'), undefined, 'secret_malformed'],
    ['no base64', 'Basic ???', undefined, 'secret_malformed'],
    ['no colon', basic('SP12345678_AB1234'), undefined, 'secret_malformed'],
    ['a broken escape', basic('SP12345678_AB1234:%zz'), undefined, 'secret_malformed'],
  ])('is refused in the way of a header with %s', async (_, header, body, code) => {
    const sandbox = open('client_secret_basic', registered);
    expect(await present(sandbox, header, body)).toEqual(refused(code));
    expect(JSON.stringify(sandbox.journal)).not.toContain(SECRET);
  });

  it.each([
    ['nothing', undefined, undefined, 'secret_required'],
    ['the header', GOOD, undefined, 'secret_required'],
    ['both', GOOD, SECRET, 'secret_required'],
    ['another secret', undefined, `${SECRET} `, 'secret_wrong'],
    ['an empty secret', undefined, '', 'secret_wrong'],
  ])('is refused in the way of the body with %s', async (_, header, body, code) => {
    expect(await present(open('client_secret_post', registered), header, body)).toEqual(
      refused(code),
    );
  });
});

describe('a client that is registered without a secret', () => {
  it.each([
    ['a header', GOOD, undefined],
    ['a body', undefined, SECRET],
  ])('is refused with one in %s', async (_, header, body) => {
    expect(await present(open('client_secret_basic'), header, body)).toEqual(
      refused('secret_not_registered'),
    );
  });
});

describe('the registration of a secret', () => {
  it.each<[string, object, [code: string, at: string]]>([
    ['beyond ASCII', { secret: '秘密' }, ['invalid_option', '.secret']],
    ['that is empty', { secret: '' }, ['invalid_option', '.secret']],
    ['beside keys', { secret: 'a', jwks: { keys: [] } }, ['invalid_option', '']],
    ['beside an unknown key', { secret: 'a', method: 'post' }, ['unknown_option', '.method']],
  ])('is refused %s', (_, clientAuth, [code, at]) => {
    expect(
      refusal(() =>
        createSandbox({ registrations: [{ ...registration, clientAuth: clientAuth as never }] }),
      ),
    ).toEqual([code, `options.registrations[0].clientAuth${at}`]);
  });
});
