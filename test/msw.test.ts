import https from 'node:https';
import { HttpResponse, http, type RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import { Client } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSelfInfoClient, createVirtualClock, latest } from '../src/index.js';
import { sandboxHandlers } from '../src/msw.js';
import { createSandbox } from '../src/sandbox/index.js';
import { createAuthority } from './kit/certificates.js';
import {
  CLIENT_ID,
  expectStatus,
  grantOf,
  loan,
  NOW,
  registrationOf,
  SESSION,
  visits,
} from './kit/loan.js';
import { authorizationUrl, callbackOf, paths, verifier } from './sandbox/steps.js';

const clock = createVirtualClock(NOW);
const sandbox = createSandbox({ registrations: [registrationOf(loan)], clock });
const { browserUrl, apiUrl } = sandbox.environment().endpoints;
const server = setupServer(...sandboxHandlers(sandbox));
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** Posts an empty body to the token endpoint by node:https. */
function postByNode(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = https.request(new URL(paths.token.value, apiUrl), { method: 'POST' }, (response) =>
      resolve(response.resume().statusCode),
    );
    call.on('error', reject).end();
  });
}

describe('the MSW handlers', () => {
  it('carry a client with the global fetch from consent to answer', async () => {
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.environment(),
      clock,
      fetch: globalThis.fetch,
    });
    const { consent } = visits(client, sandbox);
    const result = await client.query(
      await consent('hanako'),
      { income: latest() },
      { onProgress: ({ retryAt }) => clock.set(retryAt) },
    );
    const { income } = expectStatus(result, 'ready').answer.items;
    expect(expectStatus(income, 'present').reveal()[0]?.fields.課税年度).toBe('2026');
    await client.close();
  });

  it('show the pages and redirect the citizen back', async () => {
    const page = await fetch(authorizationUrl(sandbox));
    const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const body = new URLSearchParams({ form, decision: 'decline' });
    const back = await fetch(new URL(paths.authorization.value, browserUrl), {
      method: 'POST',
      body,
      redirect: 'manual',
    });
    expect(back.headers.get('location')).toMatch(
      /^https:\/\/loan\.example\/callback\?error=access_denied&/,
    );
  });

  it('answer calls by node:https', async () => {
    expect(await postByNode()).toBe(415);
  });

  it('do not see calls by undici’s own client', async () => {
    // Nothing listens there, and fetch allows the port.
    const origin = 'http://127.0.0.1:2';
    server.use(http.all(`${origin}/*`, () => HttpResponse.json({})));
    expect((await fetch(origin)).status).toBe(200);
    const client = new Client(origin);
    await expect(client.request({ method: 'GET', path: '/' })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await client.destroy();
  });

  it('present the given client certificate to a registration that requires one', async () => {
    const authority = await createAuthority();
    const { cert } = await authority.issue(CLIENT_ID);
    const bound = createSandbox({
      registrations: [{ ...registrationOf(loan), certificate: cert }],
      clock,
    });
    const exchangeOver = async (...handlers: RequestHandler[]) => {
      server.use(...handlers);
      const code =
        callbackOf(await bound.visit(authorizationUrl(bound), { persona: 'hanako' })).code ?? '';
      const { clientId, redirectUri } = bound.environment();
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      });
      return (await fetch(new URL(paths.token.value, apiUrl), { method: 'POST', body })).status;
    };
    expect(await exchangeOver(...sandboxHandlers(bound))).toBe(401);
    expect(await exchangeOver(...sandboxHandlers(bound, { clientCertificate: cert }))).toBe(200);
  });

  it('give way to a handler that the test adds', async () => {
    server.use(
      http.post(`${apiUrl}${paths.token.value}`, () =>
        HttpResponse.json({ error: 'temporarily_unavailable' }, { status: 503 }),
      ),
    );
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.environment(),
      clock,
      fetch: globalThis.fetch,
    });
    const { callback } = visits(client, sandbox);
    await expect(
      client.completeConsent(await callback('hanako'), { sessionBinding: SESSION }),
    ).rejects.toMatchObject({ code: 'upstream_unavailable' });
    server.resetHandlers();
    expect(
      grantOf(await client.completeConsent(await callback('hanako'), { sessionBinding: SESSION })),
    ).toBeDefined();
    await client.close();
  });
});
