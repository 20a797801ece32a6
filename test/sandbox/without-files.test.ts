import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock, type StartedSandbox, startSandbox } from '../../src/sandbox/index.js';
import { openChromium } from '../kit/browser.js';
import { NOW } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { authorizationUrl, fields, inquiry, registration } from './steps.js';

const chromium = findPart('chromium');
const controlToken = 'a-control-token-of-a-test-0123456789';
let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    registrations: [registration],
    clock: createVirtualClock(NOW),
    controlToken,
  });
});
afterAll(() => sandbox.close());

const suite = fileURLToPath(new URL('./suite-without-files.mjs', import.meta.url));
const range = inquiry('TM00000000000002', 'range', { from: '20260401', to: '20270331' });

describe('a suite in another process', () => {
  it('drives everything from one URL, without this package and without a file', async () => {
    // Node ends the process when it reads any file but its program.
    const known = process.allowedNodeEnvironmentFlags;
    const args = [
      known.has('--permission') ? '--permission' : '--experimental-permission',
      ...(known.has('--allow-net') ? ['--allow-net'] : []),
      ...[`--allow-fs-read=${suite}`, suite],
    ];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...args, `${sandbox.browserUrl}/sandbox`],
      { env: { WIRE: JSON.stringify({ wire: { [fields.items.value]: [range] } }) } },
    );
    const { result, ...seen } = JSON.parse(stdout);
    expect(seen).toEqual({
      apiUrl: `${sandbox.apiUrl}/s/suite`,
      issuer: true,
      journal: [
        ['result', 'accepted', 'SP00000009_ZZ0009'],
        ['result', 'accepted', 'SP00000009_ZZ0009'],
      ],
      now: '2026-12-01T11:00:00+09:00',
      expired: 'result_expired',
      after: [[], 1],
    });
    expect(result).toContain('見本市');
    expect([sandbox.journal, sandbox.control.listRegistrations().length]).toEqual([[], 1]);
  });

  it.skipIf(chromium.missing)('drives a browser without a click, by a header', async () => {
    const browser = await openChromium();
    const context = await browser.newContext({
      extraHTTPHeaders: { 'x-sandbox-persona': 'hanako' },
    });
    const page = await context.newPage();
    // A page that is there, in place of that of the provider.
    const callback = `${sandbox.browserUrl}/sandbox/health`;
    const space = sandbox.space('browser');
    space.control.putRegistration({ ...registration, redirectUris: [callback] });
    await page.goto(String(authorizationUrl(space)));
    const back = new URL(page.url());
    expect(back.origin + back.pathname).toBe(callback);
    expect(back.searchParams.get('code')).toBeTruthy();
    await browser.close();
  });
});

describe('the connection of a client', () => {
  const read = async (path: string) =>
    (await fetch(`${sandbox.browserUrl}${path}`)).json() as Promise<Record<string, string>>;

  it('is that of the first client, with what its files have', async () => {
    const { environment, tls } = sandbox.connection;
    expect(await read('/sandbox/connection')).toMatchObject({
      clientId: registration.clientId,
      redirectUri: registration.redirectUris[0],
      browserUrl: sandbox.browserUrl,
      apiUrl: sandbox.apiUrl,
      issuer: environment.issuer,
      clientAuthentication: environment.profile.oauth.clientAuthentication.value,
      requirePushedAuthorizationRequests: false,
      ca: environment.ca?.join('').trimEnd(),
      certificate: tls.cert,
      key: tls.key,
    });
  });

  it('has the URLs of its space', async () => {
    const { browserUrl, apiUrl, issuer, tokenUrl } = await read('/s/suite-2/sandbox/connection');
    const api = `${sandbox.apiUrl}/s/suite-2`;
    expect([browserUrl, apiUrl, issuer]).toEqual([`${sandbox.browserUrl}/s/suite-2`, api, api]);
    expect(tokenUrl?.startsWith(`${api}/`)).toBe(true);
  });

  it('is served to loopback, or to the holder of the control token over TLS', async () => {
    const get = (url: string, headers: Record<string, string>) =>
      sandbox.fetch(new Request(`${url}/sandbox/connection`, { headers }), { remote: true });
    const bearer = { authorization: `Bearer ${controlToken}` };
    for (const [url, headers, status] of [
      [sandbox.browserUrl, bearer, 403],
      [sandbox.apiUrl, {}, 401],
      [sandbox.apiUrl, bearer, 200],
    ] as const)
      expect((await get(url, headers)).status).toBe(status);
  });
});
