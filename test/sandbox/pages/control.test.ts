import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.js';
import {
  controlPaths,
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { authorizationUrl, codeFor, exchange, registration, verifier } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const urlOf = (path: string) => new URL(path, sandbox.environment().endpoints.browserUrl);
const get = (path: string, peer = {}) => sandbox.fetch(new Request(urlOf(path)), peer);
const post = (
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
  peer = {},
) => sandbox.fetch(new Request(urlOf(controlPaths.clock), { method: 'POST', headers, body }), peer);

describe('the clock over HTTP', () => {
  it('returns the time', async () => {
    expect(await (await get(controlPaths.clock)).json()).toEqual({
      now: '2026-12-01T10:00:00+09:00',
      epochMs: clock.now(),
    });
  });

  it.each([
    [{ advanceMs: 60_000 }, '2026-12-01T10:01:00+09:00'],
    [{ set: '2026-11-30T23:00:00Z' }, '2026-12-01T08:00:00+09:00'],
    [{ set: '2027-01-01' }, '2027-01-01T00:00:00+09:00'],
  ])('is moved by %j', async (order, now) => {
    expect(await (await post(JSON.stringify(order))).json()).toMatchObject({ now });
    expect(await (await get(controlPaths.clock)).json()).toMatchObject({ now });
  });

  it('expires codes when it is moved', async () => {
    const code = await codeFor(sandbox, 'hanako');
    await post('{"advanceMs":60000}');
    expect(await exchange(sandbox, code)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it.each([
    '{}',
    '[]',
    'null',
    '1',
    '{"advanceMs":-1}',
    '{"advanceMs":1e300}',
    '{"set":0}',
    '{"set":"soon"}',
    '{"set":"2026-12-01","advanceMs":1}',
    '{"x":1}',
    '{',
  ])('is not moved by %s', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect(clock.now()).toBe(Date.parse('2026-12-01T10:00:00+09:00'));
  });

  it('accepts JSON only, so that no page of another origin can move it', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      expect((await post('{"advanceMs":1}', { 'content-type': type })).status).toBe(415);
  });

  it('serves loopback only', async () => {
    expect((await get(controlPaths.clock, { remote: true })).status).toBe(403);
    expect(
      (await post('{"advanceMs":1}', { 'content-type': 'application/json' }, { remote: true }))
        .status,
    ).toBe(403);
  });

  it('moves a sandbox on the system clock ahead, and it goes on from there', async () => {
    sandbox = createSandbox({ registrations: [registration] });
    const code = await codeFor(sandbox, 'hanako');
    expect((await post('{"advanceMs":60000}')).status).toBe(200);
    expect(sandbox.clock.now()).toBeGreaterThanOrEqual(systemClock.now() + 59_000);
    expect(await exchange(sandbox, code)).toMatchObject({ body: { error: 'invalid_grant' } });
  });
});

describe('the start page', () => {
  it('shows what was refused and why, in both languages', async () => {
    await sandbox.fetch(
      new Request(authorizationUrl(sandbox, { redirect_uri: 'https://loan.example/Callback' })),
    );
    const page = await (await get(controlPaths.start)).text();
    for (const text of [
      'redirect_uri_not_registered',
      '1文字ずつ比較します',
      'compared character by character',
      registration.clientId,
    ])
      expect(page).toContain(text);
  });

  it('shows the time, the registrations and the personas', async () => {
    const page = await (await get(controlPaths.start)).text();
    for (const text of ['2026-12-01T10:00:00+09:00', registration.clientId, 'hanako', '1234'])
      expect(page).toContain(text);
  });

  it('shows no secrets of a journey', async () => {
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    const page = await (await get(controlPaths.start)).text();
    for (const secret of [code, token, verifier, 'state-1']) expect(page).not.toContain(secret);
  });

  it('shows the newest entry first', async () => {
    await sandbox.fetch(
      new Request(authorizationUrl(sandbox, { redirect_uri: 'https://loan.example/Callback' })),
    );
    clock.advance(60_000);
    await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    const [first, second] = sandbox.journal.map(({ at }) => at);
    const page = await (await get(controlPaths.start)).text();
    expect([
      first !== second,
      page.indexOf(String(second)) < page.indexOf(String(first)),
      page.includes(String(first)),
    ]).toEqual([true, true, true]);
  });

  it('escapes the texts of a registration', async () => {
    const clientId = '<script>alert(1)</script>';
    sandbox = createSandbox({ registrations: [{ ...registration, clientId }], clock });
    await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    expect(await (await get(controlPaths.start)).text()).not.toContain(clientId);
  });

  it('serves loopback only and is in no journal itself', async () => {
    expect((await get(controlPaths.start, { remote: true })).status).toBe(403);
    expect(sandbox.journal).toEqual([]);
  });
});
