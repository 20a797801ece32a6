import { describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Registration,
  type Sandbox,
} from '../../../src/sandbox/index.js';
import { authorizationUrl, callbackOf, exchange, paths, registration, send } from '../steps.js';

const NOW = '2026-12-01T10:00:00+09:00';
const other: Registration = { ...registration, clientId: 'SP87654321_CD4321' };

function open(changes: Partial<Registration> = { requirePushedAuthorizationRequests: true }) {
  const clock = createVirtualClock(NOW);
  return {
    clock,
    sandbox: createSandbox({ registrations: [{ ...registration, ...changes }, other], clock }),
  };
}

/** Pushes the parameters that a browser would otherwise send. */
function push(
  sandbox: Sandbox,
  changes: Record<string, string | undefined> = {},
  clientId?: string,
) {
  return send(sandbox, paths.pushedAuthorization.value, {
    body: authorizationUrl(sandbox, changes, clientId).searchParams,
  });
}

async function referenceOf(sandbox: Sandbox): Promise<string> {
  return String((await push(sandbox)).body.request_uri);
}

function openingOf(
  sandbox: Sandbox,
  requestUri: string,
  more: Record<string, string> = {},
  clientId = registration.clientId,
): string {
  const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
  url.search = String(
    new URLSearchParams({ client_id: clientId, request_uri: requestUri, ...more }),
  );
  return url.href;
}

const visiting = { persona: 'hanako' };
const last = (sandbox: Sandbox) => [sandbox.journal.at(-1)?.step, sandbox.journal.at(-1)?.code];

describe('the pushed authorization request endpoint', () => {
  it('keeps a request under a reference for a minute', async () => {
    const { status, headers, body } = await push(open().sandbox);
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/),
      expires_in: 60,
    });
  });

  it.each([
    [
      'an unknown client',
      { client_id: 'SP00000000_XX0000' },
      401,
      'invalid_client',
      'client_not_authenticated',
    ],
    ['no client', { client_id: undefined }, 400, 'invalid_request', 'missing_parameter'],
    [
      'another redirect URI',
      { redirect_uri: 'https://loan.example/callback/' },
      400,
      'invalid_request',
      'redirect_uri_not_registered',
    ],
    ['no redirect URI', { redirect_uri: undefined }, 400, 'invalid_request', 'missing_parameter'],
    ['no state', { state: undefined }, 400, 'invalid_request', 'state_required'],
    [
      'another response type',
      { response_type: 'token' },
      400,
      'unsupported_response_type',
      'response_type_not_code',
    ],
    ['no PKCE', { code_challenge: undefined }, 400, 'invalid_request', 'pkce_required'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 400, 'invalid_request', 'pkce_required'],
    [
      'a request_uri',
      { request_uri: 'urn:ietf:params:oauth:request_uri:a' },
      400,
      'invalid_request',
      'request_uri_pushed',
    ],
  ])('refuses %s in JSON, in both languages', async (_, changes, status, error, code) => {
    const { sandbox } = open();
    const answered = await push(sandbox, changes);
    expect([answered.status, answered.body.error, ...last(sandbox)]).toEqual([
      status,
      error,
      'push',
      code,
    ]);
    expect(answered.body.error_description_ja).toMatch(/[ぁ-ん]/);
  });

  it('accepts only a form by POST on the API', async () => {
    const { sandbox } = open();
    const { browserUrl } = sandbox.environment().endpoints;
    expect(
      (
        await send(sandbox, paths.pushedAuthorization.value, {
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(415);
    expect(
      (
        await send(sandbox, `${paths.pushedAuthorization.value}?a=1`, {
          body: new URLSearchParams(),
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await sandbox.fetch(
          new Request(browserUrl + paths.pushedAuthorization.value, {
            method: 'POST',
            body: new URLSearchParams(),
          }),
        )
      ).status,
    ).toBe(404);
  });
});

describe('a request_uri', () => {
  it('opens the consent once, with the pushed parameters', async () => {
    const { sandbox } = open();
    const reference = await referenceOf(sandbox);
    // Parameters beside it are ignored (RFC 9101).
    const url = openingOf(sandbox, reference, {
      state: 'forged',
      redirect_uri: 'https://evil.example/',
    });
    const callback = await sandbox.visit(url, visiting);
    expect(callback).toMatch(/^https:\/\/loan\.example\/callback\?/);
    expect(callbackOf(callback).state).toBe('state-1');
    expect((await exchange(sandbox, callbackOf(callback).code ?? '')).status).toBe(200);
    await expect(sandbox.visit(url, visiting)).rejects.toMatchObject({ code: 'sandbox_refused' });
    expect(last(sandbox)).toEqual(['authorize', 'request_uri_unknown']);
  });

  it('opens nothing after a minute', async () => {
    const { sandbox, clock } = open();
    const [early, late] = [await referenceOf(sandbox), await referenceOf(sandbox)];
    clock.advance(59_999);
    expect((await sandbox.fetch(new Request(openingOf(sandbox, early)))).status).toBe(200);
    clock.advance(1);
    expect((await sandbox.fetch(new Request(openingOf(sandbox, late)))).status).toBe(400);
    expect(last(sandbox)).toEqual(['authorize', 'request_uri_unknown']);
  });

  it('opens nothing for another client and stays usable for its own', async () => {
    const { sandbox } = open();
    const reference = await referenceOf(sandbox);
    const response = await sandbox.fetch(
      new Request(openingOf(sandbox, reference, {}, other.clientId)),
    );
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(last(sandbox)).toEqual(['authorize', 'request_uri_unknown']);
    expect((await sandbox.fetch(new Request(openingOf(sandbox, reference)))).status).toBe(200);
  });

  it.each([
    '',
    'urn:ietf:params:oauth:request_uri:',
    'urn:ietf:params:oauth:request_uri:unknown',
    'https://loan.example/request.jwt',
  ])('that was never issued leads to no redirect: "%s"', async (reference) => {
    const { sandbox } = open();
    const response = await sandbox.fetch(new Request(openingOf(sandbox, reference)));
    expect([response.status, response.headers.get('location'), ...last(sandbox)]).toEqual([
      400,
      null,
      'authorize',
      'request_uri_unknown',
    ]);
  });
});

describe('a client that must push', () => {
  it('is redirected back with an error when it does not push', async () => {
    const { sandbox } = open();
    const callback = await sandbox.visit(authorizationUrl(sandbox), visiting);
    expect(callbackOf(callback)).toMatchObject({
      error: 'invalid_request',
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
    expect(last(sandbox)).toEqual(['authorize', 'push_required']);
  });

  it('differs from a client that can push but need not', async () => {
    const { sandbox } = open({});
    expect(callbackOf(await sandbox.visit(authorizationUrl(sandbox), visiting)).code).toBeDefined();
    expect(
      callbackOf(await sandbox.visit(openingOf(sandbox, await referenceOf(sandbox)), visiting))
        .code,
    ).toBeDefined();
  });
});
