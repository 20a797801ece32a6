import { describe, expect, it } from 'vitest';
import {
  type ClientAuth,
  clientSecret,
  createSelfInfoClient,
  createVirtualClock,
  exchangeToken,
  latest,
  pushAuthorization,
  sandboxEnvironment,
  validateCallback,
  type WireProfile,
} from '../../src/index.js';
import { createSandbox, type Registration, startSandbox } from '../../src/sandbox/index.js';
import { makeKey } from '../kit/keys.js';
import { leaksIn } from '../kit/leaks.js';
import {
  CLIENT_ID,
  expectStatus,
  loan,
  NOW,
  REDIRECT_URI,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';
import { oauthProfile } from '../kit/profiles.js';
import { errorOf, refusal, refusalOf, thrownBy, typeErrorOf } from '../kit/refusals.js';
import { hide } from '../kit/register.js';
import { openStub, uncaughtDuring } from '../kit/stub.js';
import { byKey } from './signing.js';

// With the characters that a form encodes, and those that would end the id or the secret early.
const SECRET = hide('secret', 'p@ss:w0rd +/&=%"\\~*e');
// RFC 6749, 2.3.1 and appendix B, by hand: blanks become +, others percent sequences.
const ENCODED = 'p%40ss%3Aw0rd+%2B%2F%26%3D%25%22%5C%7E*e';
const BASIC = `Basic ${Buffer.from(`SP12345678_AB1234:${ENCODED}`).toString('base64')}`;

const methods = ['client_secret_basic', 'client_secret_post'] as const;
type Method = (typeof methods)[number];

interface Opened {
  readonly method?: Method;
  readonly clientAuth?: ClientAuth;
  readonly registered?: Registration['clientAuth'];
  readonly pushes?: boolean;
}

/** Opens a client and a sandbox that knows its secret; `sent` is what the OAuth calls carried. */
function open({
  method = 'client_secret_basic',
  clientAuth = clientSecret({ secret: SECRET }),
  registered = { secret: SECRET },
  pushes = false,
}: Opened = {}) {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({
    registrations: [
      {
        ...registrationOf(loan),
        clientAuth: registered,
        requirePushedAuthorizationRequests: pushes,
      },
    ],
    profile: oauthProfile({ clientAuthentication: method }),
    clock,
  });
  const environment = sandbox.environment();
  const sent: Record<string, string | null>[] = [];
  const fetch = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const form = new URLSearchParams(await request.clone().text());
    if (pathname.startsWith('/oauth/'))
      sent.push({
        path: pathname,
        authorization: request.headers.get('authorization'),
        id: form.get('client_id'),
        secret: form.get('client_secret'),
      });
    return sandbox.fetch(request);
  };
  const client = createSelfInfoClient({ service: loan, environment, fetch, clock, clientAuth });
  const { callback, consent } = visits(client, sandbox);
  const complete = async () =>
    client.completeConsent(await callback(), { sessionBinding: SESSION });
  return { client, clock, sandbox, environment, sent, fetch, consent, complete };
}

/** What a call carries under a method. */
const carried = (path: string, method: Method) =>
  method === 'client_secret_basic'
    ? { path, authorization: BASIC, id: CLIENT_ID, secret: null }
    : { path, authorization: null, id: CLIENT_ID, secret: SECRET };

describe('a client with a secret', () => {
  it.each(methods)(
    'sends it as the profile says, in push and token request: %s',
    async (method) => {
      const { client, clock, consent, sandbox, sent } = open({ method, pushes: true });
      const result = await client.query(await consent(), latest(), {
        onProgress: ({ retryAt }) => clock.set(retryAt),
      });
      expect(expectStatus(result, 'ready').status).toBe('ready');
      expect(sent).toEqual([carried('/oauth/par', method), carried('/oauth/token', method)]);
      expect(sandbox.journal.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    },
  );

  it.each(methods)('sends it in the standalone steps: %s', async (clientAuthentication) => {
    const { environment } = openStub({
      profile: oauthProfile({ clientAuthentication }),
      clientAuth: clientSecret({ secret: SECRET }),
    });
    const sent: unknown[] = [];
    const fetch = async (request: Request) => {
      const form = new URLSearchParams(await request.text());
      const path = new URL(request.url).pathname;
      const authorization = request.headers.get('authorization');
      sent.push({
        path,
        authorization,
        id: form.get('client_id'),
        secret: form.get('client_secret'),
      });
      return path.endsWith('par')
        ? Response.json({ request_uri: 'urn:example:1', expires_in: 60 }, { status: 201 })
        : Response.json({ access_token: 'a-token', token_type: 'Bearer' });
    };
    const clientAuth = () => clientSecret({ secret: SECRET });
    const [state, codeVerifier] = ['state-of-the-caller', 'v'.repeat(43)];
    await pushAuthorization({
      environment,
      state,
      codeChallenge: 'c'.repeat(43),
      fetch,
      clientAuth,
    });
    const back = `${environment.redirectUri}?${new URLSearchParams({ code: 'code-of-the-portal', state, iss: environment.issuer })}`;
    const callback = await validateCallback(environment, back, { state });
    await exchangeToken({ environment, callback, codeVerifier, fetch, clientAuth });
    expect(sent).toEqual([
      carried('/oauth/par', clientAuthentication),
      carried('/oauth/token', clientAuthentication),
    ]);
  });

  it('works over mutual TLS', async () => {
    await using sandbox = await startSandbox({
      registrations: [{ ...registrationOf(loan), clientAuth: { secret: SECRET } }],
      clock: createVirtualClock(NOW),
    });
    const { connection } = sandbox;
    expect(connection.environment.profile.oauth.clientAuthentication.value).toBe(
      'client_secret_basic',
    );
    const clientAuth = clientSecret({ secret: SECRET });
    await using client = createSelfInfoClient({ service: loan, ...connection, clientAuth });
    expect(await visits(client, sandbox).consent()).toBeDefined();
  });

  it('asks a function for the current one at every call', async () => {
    const secrets = ['the-old-secret-2026', SECRET];
    const { client, complete } = open({
      clientAuth: () => clientSecret({ secret: secrets.shift() ?? '' }),
    });
    expect(await complete()).toEqual({ status: 'rejected', at: 'token', code: 'invalid_client' });
    expect((await complete()).status).toBe('granted');
    expect(secrets).toEqual([]);
    await client.close();
  });

  it('leaves the transaction when the function throws, and hides what it threw', async () => {
    let works = false;
    const { client, environment, sandbox } = open({
      clientAuth: () => {
        if (!works) throw new Error(SECRET);
        return clientSecret({ secret: SECRET });
      },
    });
    const callback = await visits(client, sandbox).callback();
    const complete = () => client.completeConsent(callback, { sessionBinding: SESSION });
    const error = await thrownBy(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.clientAuth',
      effect: 'none',
      retry: { safe: true },
    });
    expect(leaksIn({ error }, { secret: SECRET })).toEqual([]);
    works = true;
    expect((await complete()).status).toBe('granted');
    expect(environment.clientId).toBe(CLIENT_ID);
  });
});

describe('a function that returns a promise', () => {
  it('causes a TypeError, and its rejection neither shows nor ends the process', async () => {
    const { client, sandbox } = open({
      clientAuth: (async () => {
        throw new Error(SECRET);
      }) as never,
    });
    const callback = await visits(client, sandbox).callback();
    const complete = () => client.completeConsent(callback, { sessionBinding: SESSION });
    const uncaught = await uncaughtDuring(async () => {
      expect(await typeErrorOf(complete)).toBe(
        'options.clientAuth must return what privateKeyJwt or clientSecret returned.',
      );
    });
    expect(uncaught).toEqual([]);
  });
});

describe('a secret', () => {
  it('is not shown by the credential, a client, or the sandbox and its log', async () => {
    const credential = clientSecret({ secret: SECRET });
    const { client, sandbox, complete } = open({ clientAuth: credential });
    await complete();
    for (const shown of [credential, client, sandbox, sandbox.journal, sandbox.environment()])
      expect(leaksIn({ shown }, { secret: SECRET, encoded: ENCODED, header: BASIC })).toEqual([]);
    expect(JSON.stringify(credential)).toBe('{}');
  });

  it.each<[string, unknown, unknown]>([
    ['no secret', {}, ['missing_option', 'options.secret']],
    ['an empty one', { secret: '' }, ['invalid_option', 'options.secret']],
    ['a line break at its end', { secret: 'abc\n' }, ['invalid_option', 'options.secret']],
    ['a letter beyond ASCII', { secret: 'パス' }, ['invalid_option', 'options.secret']],
    ['a tab', { secret: 'a\tb' }, ['invalid_option', 'options.secret']],
    ['another option', { secret: 'a', method: 'x' }, ['unknown_option', 'options.method']],
  ])('is refused with %s', (_, options, expected) => {
    expect(refusal(() => clientSecret(options as never))).toEqual(expected);
  });

  it.each([[undefined], ['text'], [null]])('causes a TypeError when it comes as %j', (options) => {
    expect(() => clientSecret(options as never)).toThrow(TypeError);
  });

  it('may have every printable character', () => {
    const all = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 0x20 + index));
    expect(clientSecret({ secret: all })).toBeDefined();
  });
});

describe('a profile and a credential that do not fit', () => {
  const base = openStub().environment;
  const client = (profile: WireProfile, clientAuth?: ClientAuth, others: WireProfile[] = []) =>
    createSelfInfoClient({
      service: loan,
      environment: sandboxEnvironment({
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        endpoints: base.endpoints,
        issuer: base.issuer,
        profile,
        otherProfiles: others,
      }),
      fetch: async () => new Response(),
      ...(clientAuth && { clientAuth }),
    });
  const secret = clientSecret({ secret: SECRET });
  const signed = byKey(makeKey('ES256', 'ec-1'));

  it.each(methods)('are refused without a secret: %s', (clientAuthentication) => {
    const profile = oauthProfile({ clientAuthentication });
    for (const clientAuth of [undefined, 'tls'] as const)
      expect(refusal(() => client(profile, clientAuth))).toEqual([
        'missing_option',
        'options.clientAuth',
      ]);
    expect(refusal(() => client(profile, signed))).toEqual([
      'invalid_option',
      'options.clientAuth',
    ]);
  });

  it.each(['tls_client_auth', 'self_signed_tls_client_auth', 'private_key_jwt'] as const)(
    'are refused with a secret that nothing uses: %s',
    (clientAuthentication) => {
      const profile = oauthProfile({ clientAuthentication });
      expect(refusal(() => client(profile, secret))).toEqual([
        'invalid_option',
        'options.clientAuth',
      ]);
    },
  );

  it('are accepted when another profile of the environment uses the secret', () => {
    const next = oauthProfile({ clientAuthentication: 'client_secret_post' }, 'next');
    expect(client(oauthProfile({}), secret, [next])).toBeDefined();
  });

  it('are refused at the call when a function returns the wrong one, and nothing is sent', async () => {
    const { complete, sent } = open({ clientAuth: () => signed });
    expect(await refusalOf(complete)).toEqual(['invalid_option', 'options.clientAuth']);
    expect(sent).toEqual([]);
    const error = await errorOf(complete);
    expect(error.effect).toBe('none');
  });
});

describe('a change from certificate alone to a secret', () => {
  it('finishes what began before without the secret, and the rest with it', async () => {
    const before = oauthProfile({}, 'before');
    const after = oauthProfile({ clientAuthentication: 'client_secret_post' }, 'after');
    const sent: (string | null)[] = [];
    const options = (profile: WireProfile, other: WireProfile) => ({
      service: loan,
      environment: sandboxEnvironment({
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
        issuer: 'https://portal.example',
        profile,
        otherProfiles: [other],
      }),
      clientAuth: clientSecret({ secret: SECRET }),
      store,
      fetch: async (request: Request) => {
        sent.push(new URLSearchParams(await request.text()).get('client_secret'));
        return Response.json({ access_token: 'a-token', token_type: 'Bearer' });
      },
    });
    const { store } = openStub();
    const [old, renewed] = [
      createSelfInfoClient(options(before, after)),
      createSelfInfoClient(options(after, before)),
    ];
    for (const [begins, ends] of [
      [old, renewed],
      [renewed, old],
    ] as const) {
      const { url } = await begins.beginConsent({ sessionBinding: SESSION });
      const state = new URL(url).searchParams.get('state') ?? '';
      const back = new URLSearchParams({ code: 'a-code', state, iss: 'https://portal.example' });
      const outcome = await ends.completeConsent(`${REDIRECT_URI}?${back}`, {
        sessionBinding: SESSION,
      });
      expect(outcome.status).toBe('granted');
    }
    expect(sent).toEqual([null, SECRET]);
  });
});
