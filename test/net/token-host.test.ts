import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  type EnvironmentOptions,
  exchangeToken,
  latest,
  type Progress,
  productionEnvironment,
  publicProfile,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { startConnectProxy } from '../kit/connect-proxy.js';
import { CLIENT_ID, loan, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { callbackOf, good, type Portal, type PortalStage, type Reply } from '../kit/portal.js';
import { confirmProfile } from '../kit/profiles.js';
import { errorOf, refusal } from '../kit/refusals.js';
import { clock, facts, open, travel, unsent } from './egress.js';
import { ends, separateTests } from './ends.js';

separateTests(clock);

/** Opens the two hosts. Each notes which client certificate a call came with. */
async function openHosts() {
  const certificates: Partial<Record<PortalStage, string | undefined>> = {};
  const replies = Object.fromEntries(
    (['token', 'request', 'result'] as const).map((stage): [PortalStage, Reply] => [
      stage,
      (response, request) => {
        const { socket } = request;
        certificates[stage] = (socket as TLSSocket).getPeerX509Certificate()?.fingerprint256;
        good[stage](response, request);
      },
    ]),
  );
  const other = await createAuthority();
  const token = await open({ replies, server: await other.issue('token', { ip: '127.0.0.1' }) });
  const api = await open({ replies });
  return { token, api, other, certificates };
}

const environmentOf = (
  { token, api }: { readonly token: Portal; readonly api: Portal },
  changes: Partial<EnvironmentOptions> = {},
) =>
  sandboxEnvironment({
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    endpoints: {
      browserUrl: 'https://portal.example',
      apiUrl: api.environment.endpoints.apiUrl,
      tokenUrl: token.environment.endpoints.apiUrl,
    },
    issuer: 'https://portal.example',
    ca: api.authority.ca,
    ...changes,
  });

/** Goes as far as the answer, without a proxy. */
async function journey(environment: ReturnType<typeof environmentOf>, portal: Portal) {
  const client = createSelfInfoClient({ service: loan, environment, clock, tls: portal.tls });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  if (outcome.status !== 'granted') return outcome.status;
  const onProgress = ({ retryAt }: Progress) => clock.set(retryAt);
  return (await client.query(outcome.grant, { income: latest() }, { onProgress })).status;
}

describe('a token host', () => {
  it('gets the token request, and the API a new connection under the same certificate', async () => {
    const { token, api, other, certificates } = await openHosts();
    const environment = environmentOf({ token, api }, { tokenCa: other.ca });
    expect(await journey(environment, api)).toBe('ready');
    expect([token.calls, token.connections]).toEqual([['token'], 1]);
    expect([api.calls, api.connections]).toEqual([['request', 'result'], 1]);
    expect(certificates.token).toMatch(/^[0-9A-F:]{95}$/);
    expect(new Set(Object.values(certificates)).size).toBe(1);
    expect(Object.keys(certificates)).toEqual(['token', 'request', 'result']);
    await token.drained();
  });

  it('gets the request of the standalone step', async () => {
    const { token, api, other } = await openHosts();
    const environment = environmentOf({ token, api }, { tokenCa: other.ca });
    const state = 'state-of-the-caller';
    const back = `${REDIRECT_URI}?${new URLSearchParams({ code: 'a-code', state, iss: environment.issuer })}`;
    const callback = await validateCallback(environment, back, { state });
    const codeVerifier = 'v'.repeat(43);
    const tls = api.tls;
    const { expiresAt } = await exchangeToken({ environment, callback, codeVerifier, tls });
    expect(expiresAt).not.toBeNull();
    expect([token.calls, api.calls]).toEqual([['token'], []]);
    await token.drained();
  });

  it('is verified against its own authorities only, or against those of the API', async () => {
    const { token, api, other } = await openHosts();
    const untrusted = environmentOf({ token, api });
    expect(facts(await errorOf(() => journey(untrusted, api)))).toEqual(
      unsent('server_not_trusted'),
    );
    // The authority of the token host does not count for the API.
    const swapped = environmentOf(
      { token: api, api: token },
      { ca: api.authority.ca, tokenCa: other.ca },
    );
    expect(facts(await errorOf(() => journey(swapped, api)))).toEqual(unsent('server_not_trusted'));
    expect([token.calls, api.calls]).toEqual([[], []]);
    const both = environmentOf({ token, api }, { ca: [api.authority.ca, other.ca] });
    expect(await journey(both, api)).toBe('ready');
  });

  it('whose certificate has another name gets nothing', async () => {
    const { api, other } = await openHosts();
    const server = await other.issue('token', { dns: 'token.portal.example' });
    const token = await open({ server });
    const environment = environmentOf({ token, api }, { tokenCa: other.ca });
    expect(facts(await errorOf(() => journey(environment, api)))).toEqual(
      unsent('server_not_trusted'),
    );
    expect([token.calls, api.calls]).toEqual([[], []]);
  });

  it.each([301, 302, 307, 308])('is not left by its redirect with status %i', async (status) => {
    const { api, other } = await openHosts();
    const server = await other.issue('token', { ip: '127.0.0.1' });
    const location = `${api.environment.endpoints.apiUrl}/oauth/token`;
    const token = await open({
      server,
      replies: { token: (response) => response.writeHead(status, { location }).end() },
    });
    const environment = environmentOf({ token, api }, { tokenCa: other.ca });
    const error = await errorOf(() => journey(environment, api));
    expect([error.code, error.stage]).toEqual(['response_invalid', 'token']);
    expect([token.calls, api.calls]).toEqual([['token'], []]);
  });

  it('is called below the path of its URL', async () => {
    const { token, api, other } = await openHosts();
    const { tokenUrl = '', ...endpoints } = environmentOf({ token, api }).endpoints;
    const environment = environmentOf(
      { token, api },
      { endpoints: { ...endpoints, tokenUrl: `${tokenUrl}/auth/` }, tokenCa: other.ca },
    );
    const error = await errorOf(() => journey(environment, api));
    // The portal of the tests does not know such a path, and reports it.
    expect([error.code, error.upstream]).toEqual(['upstream_refused', { status: 404 }]);
  });

  it('that is out of reach sends nothing to the API', async () => {
    const { token, api, other } = await openHosts();
    await token.close();
    const error = await errorOf(() =>
      journey(environmentOf({ token, api }, { tokenCa: other.ca }), api),
    );
    expect(facts(error)).toEqual(unsent('connection_failed'));
    expect(api.connections).toBe(0);
  });

  it('is reached through the proxy, like the API', async () => {
    const { token, api, other } = await openHosts();
    const proxy = await startConnectProxy();
    ends.push(proxy.close);
    const environment = environmentOf({ token, api }, { tokenCa: other.ca });
    const egress = { proxy: proxy.url };
    expect((await travel(environment, egress, api.tls)).status).toBe('ready');
    const { apiUrl, tokenUrl = '' } = environment.endpoints;
    expect(proxy.asked).toEqual([new URL(tokenUrl).host, new URL(apiUrl).host]);
  });

  it('is refused beside a gateway, which replaces one host', async () => {
    const { token, api, other } = await openHosts();
    const environment = environmentOf({ token, api }, { tokenCa: other.ca });
    const gateway = { baseUrl: 'https://gateway.bank.example' };
    const create = () =>
      createSelfInfoClient({ service: loan, environment, egress: { gateway }, tls: api.tls });
    expect(refusal(create)).toEqual(['invalid_option', 'options.egress.gateway']);
  });

  it('gets the request of an injected fetch', async () => {
    const asked: string[] = [];
    const environment = sandboxEnvironment({
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      endpoints: {
        browserUrl: 'https://portal.example',
        apiUrl: 'https://api.portal.example',
        tokenUrl: 'https://token.portal.example/auth',
      },
      issuer: 'https://portal.example',
    });
    const client = createSelfInfoClient({
      service: loan,
      environment,
      async fetch(request) {
        asked.push(request.url);
        return Response.json({ access_token: 'a-token', token_type: 'Bearer', process_id: 'p' });
      },
    });
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const outcome = await client.completeConsent(callbackOf(url, environment), {
      sessionBinding: SESSION,
    });
    if (outcome.status === 'granted') await client.submit(outcome.grant, { income: latest() });
    expect(asked).toEqual([
      'https://token.portal.example/auth/oauth/token',
      'https://api.portal.example/request',
    ]);
  });
});

describe('the URL of a token host', () => {
  const options = {
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    issuer: 'https://portal.example',
  };
  const endpoints = {
    browserUrl: 'https://portal.example',
    apiUrl: 'https://api.portal.example',
  };
  const at = 'options.endpoints.tokenUrl';

  it.each([
    'http://token.portal.example',
    'https://token.portal.example?a=b',
    'https://token.portal.example#a',
    'https://user@token.portal.example',
    'https://token.portal.example.',
    'https://127.0.0.1',
    'https://169.254.169.254',
    '/token',
    '',
  ])('is refused in production as %j, like that of the API', (tokenUrl) => {
    const profile = confirmProfile(publicProfile);
    const create = (given: EnvironmentOptions['endpoints']) => () =>
      productionEnvironment({ ...options, profile, endpoints: given });
    expect(refusal(create({ ...endpoints, tokenUrl }))).toEqual(['invalid_option', at]);
    expect(refusal(create({ ...endpoints, apiUrl: tokenUrl }))[0]).toBe('invalid_option');
  });

  it('is refused in the sandbox on a public host', () => {
    const tokenUrl = 'https://token.portal.jp';
    const create = () => sandboxEnvironment({ ...options, endpoints: { ...endpoints, tokenUrl } });
    expect(refusal(create)).toEqual(['invalid_option', at]);
  });

  it('needs certificates in tokenCa, which needs the URL', async () => {
    const tokenUrl = 'https://token.portal.example';
    const { ca } = await createAuthority();
    const create = (tokenCa: string, given: EnvironmentOptions['endpoints']) => () =>
      sandboxEnvironment({ ...options, endpoints: given, tokenCa });
    expect(refusal(create('none', { ...endpoints, tokenUrl }))[0]).toBe('invalid_credential');
    expect(refusal(create(ca, endpoints))).toEqual(['invalid_option', 'options.tokenCa']);
    expect(create(ca, { ...endpoints, tokenUrl })().endpoints).toEqual({ ...endpoints, tokenUrl });
  });
});
