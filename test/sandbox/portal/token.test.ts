import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { codeFor, exchange, inquiry, refused, registration, request } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const income = inquiry('TM00000000000002', 'latest');

describe('the token endpoint', () => {
  it('returns an opaque bearer token for a code', async () => {
    const { status, headers, body } = await exchange(sandbox, await codeFor(sandbox, 'hanako'));
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 7200,
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant', 'verifier_mismatch'],
    [
      'another redirect URI',
      { redirect_uri: 'https://loan.example/callback/' },
      'invalid_grant',
      'redirect_uri_differs',
    ],
    [
      'another grant type',
      { grant_type: 'refresh_token' },
      'unsupported_grant_type',
      'grant_type_not_supported',
    ],
    ['an invented code', { code: 'x' }, 'invalid_grant', 'code_unknown'],
    ['no verifier', { code_verifier: '' }, 'invalid_request', 'missing_parameter'],
  ])('refuses %s', async (_, changes, error, code) => {
    expect(await exchange(sandbox, await codeFor(sandbox, 'hanako'), changes)).toMatchObject(
      refused(400, error),
    );
    expect(sandbox.journal.at(-1)).toMatchObject({ step: 'token', outcome: 'refused', code });
  });

  it('refuses an unknown client with a challenge', async () => {
    const answered = await exchange(sandbox, await codeFor(sandbox, 'hanako'), {
      client_id: 'SP00000000_XX0000',
    });
    expect(answered).toMatchObject(refused(401, 'invalid_client'));
    expect(answered.headers.get('www-authenticate')).toContain('invalid_client');
  });

  it('accepts a code for 60 seconds', async () => {
    const [early, late] = [await codeFor(sandbox, 'hanako'), await codeFor(sandbox, 'hanako')];
    clock.advance(59_999);
    expect((await exchange(sandbox, early)).status).toBe(200);
    clock.advance(1);
    expect(await exchange(sandbox, late)).toMatchObject(refused(400, 'invalid_grant'));
  });

  it('accepts a code once, and a replay revokes the token', async () => {
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    expect(await exchange(sandbox, code)).toMatchObject(refused(400, 'invalid_grant'));
    expect(await request(sandbox, token, income)).toMatchObject(refused(401, 'invalid_token'));
  });

  it.each([
    ['verifier', { code_verifier: 'w'.repeat(43) }],
    ['redirect URI', { redirect_uri: 'https://loan.example/callback/' }],
  ])('voids a code that was presented with a wrong %s', async (_, changes) => {
    const code = await codeFor(sandbox, 'hanako');
    await exchange(sandbox, code, changes as Record<string, string>);
    expect(await exchange(sandbox, code)).toMatchObject(refused(400, 'invalid_grant'));
  });

  it('lets no other client use or void a code', async () => {
    const other = { ...registration, clientId: 'SP87654321_CD4321' };
    sandbox = createSandbox({ registrations: [registration, other], clock });
    const code = await codeFor(sandbox, 'hanako');
    expect(await exchange(sandbox, code, { client_id: other.clientId })).toMatchObject(
      refused(400, 'invalid_grant'),
    );
    expect((await exchange(sandbox, code)).status).toBe(200);
  });
});
