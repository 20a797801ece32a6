import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { paths, refused, registration, send, tokenFor } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

describe('the API', () => {
  const json = { 'content-type': 'application/json', authorization: 'Bearer x' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it.each([
    ['to an unknown path', '/nothing', { headers: json, body: '{}' }, 404, 'not_found'],
    [
      'to the pages on the API origin',
      paths.authorization.value,
      { headers: form, body: 'a=1' },
      404,
      'not_found',
    ],
    ['by another method', paths.token.value, { method: 'GET' }, 405, 'method_not_allowed'],
    [
      'with parameters in the URL',
      `${paths.token.value}?code=1`,
      { headers: form, body: 'a=1' },
      400,
      'invalid_request',
    ],
    [
      'with JSON instead of a form',
      paths.token.value,
      { headers: json, body: '{}' },
      415,
      'unsupported_media_type',
    ],
    [
      'in another charset',
      paths.token.value,
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=shift_jis' },
        body: 'a=1',
      },
      415,
      'unsupported_media_type',
    ],
    [
      'with a body that is too large',
      paths.token.value,
      { headers: form, body: 'a'.repeat(65_537) },
      413,
      'request_too_large',
    ],
    [
      'with a broken percent-encoding',
      paths.token.value,
      { headers: form, body: 'code=%zz' },
      400,
      'invalid_request',
    ],
    [
      'with bytes that are not UTF-8',
      paths.token.value,
      { headers: form, body: new Uint8Array([0x61, 0x3d, 0xff]) },
      400,
      'invalid_request',
    ],
    [
      'with a doubled parameter',
      paths.token.value,
      { headers: form, body: 'code=a&code=a' },
      400,
      'invalid_request',
    ],
    ['without a body', paths.token.value, { headers: form }, 400, 'invalid_request'],
  ])('refuses a call %s with a code', async (_, path, init, status, error) => {
    expect(await send(sandbox, path, init)).toMatchObject(refused(status, error));
  });

  it('accepts a body of 64 KiB', async () => {
    expect(
      await send(sandbox, paths.token.value, { headers: form, body: 'a'.repeat(65_536) }),
    ).toMatchObject(refused(400, 'invalid_request'));
  });

  it.each(['{', '', '{"a":1', 'null x', '\u0000'])(
    'refuses the malformed JSON %j',
    async (body) => {
      const token = await tokenFor(sandbox, 'hanako');
      expect(
        await send(sandbox, paths.request.value, {
          headers: { ...json, authorization: `Bearer ${token}` },
          body,
        }),
      ).toMatchObject(refused(400, 'invalid_request'));
    },
  );

  it('names the parameter that is missing or doubled', async () => {
    expect(
      (await send(sandbox, paths.token.value, { headers: form, body: 'client_id=a&code=a&code=b' }))
        .body.error_description,
    ).toContain(': code.');
    expect(
      (await send(sandbox, paths.token.value, { headers: form, body: 'code=a' })).body
        .error_description,
    ).toContain('client_id');
  });

  it('answers a foreign origin with 421', async () => {
    const response = await sandbox.fetch(
      new Request('https://elsewhere.example/oauth/token', { method: 'POST' }),
    );
    expect(response.status).toBe(421);
  });
});
