import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, sandboxEnvironment } from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { loan, SESSION } from '../kit/loan.js';
import { callbackOf, type Portal } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { startRawServer } from '../kit/sockets.js';
import { clock, facts, open, stages, travel, unsent } from './egress.js';
import { ends, separateTests } from './ends.js';

separateTests(clock);

describe('a gateway', () => {
  /** Returns an environment whose API is out of reach: only the gateway address counts. */
  const unreachable = () =>
    sandboxEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
      issuer: 'https://portal.example',
    });
  const gatewayOf = (portal: Portal, path = '') => ({
    gateway: { baseUrl: portal.environment.endpoints.apiUrl + path, ca: portal.authority.ca },
  });

  it('is called instead of the API, and may require a client certificate for itself', async () => {
    const portal = await open();
    expect((await travel(unreachable(), gatewayOf(portal), portal.tls)).status).toBe('ready');
    expect(portal.calls).toEqual(stages);
    expect(portal.connections).toBe(2);
    await portal.drained();
  });

  it('needs no client certificate when it requires none', async () => {
    const portal = await open({ tls: { requestCert: false } });
    expect((await travel(unreachable(), gatewayOf(portal))).status).toBe('ready');
  });

  it('keeps the path of its address', async () => {
    const portal = await open();
    const error = await errorOf(() =>
      travel(unreachable(), gatewayOf(portal, '/mynaportal/'), portal.tls),
    );
    // The portal of the tests does not know such a path, and reports it.
    expect([error.code, error.upstream]).toEqual(['upstream_refused', { status: 404 }]);
  });

  it('is verified only against the authorities in its ca option', async () => {
    const portal = await open();
    const { ca } = await createAuthority();
    const { baseUrl } = gatewayOf(portal).gateway;
    for (const gateway of [{ baseUrl, ca }, { baseUrl }])
      expect(
        facts(await errorOf(() => travel(portal.environment, { gateway }, portal.tls))),
      ).toEqual(unsent('server_not_trusted'));
    expect(
      (
        await travel(
          unreachable(),
          { gateway: { baseUrl, ca: [ca, portal.authority.ca] } },
          portal.tls,
        )
      ).status,
    ).toBe('ready');
  });

  it('that is down is reported', async () => {
    const silent = await startRawServer((socket) => void socket.destroy());
    ends.push(silent.close);
    const { ca } = await createAuthority();
    const egress = { gateway: { baseUrl: `https://127.0.0.1:${silent.port}`, ca } };
    expect(facts(await errorOf(() => travel(unreachable(), egress)))).toEqual(
      unsent('connection_failed'),
    );
    await silent.drained();
  });

  it('receives a rotated certificate as the portal would', async () => {
    const portal = await open();
    const client = createSelfInfoClient({
      service: loan,
      environment: unreachable(),
      egress: gatewayOf(portal),
      clock,
    });
    ends.push(client.close);
    const go = async () => {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      return client.completeConsent(callbackOf(url, unreachable()), { sessionBinding: SESSION });
    };
    // Without a certificate this gateway closes the connection.
    expect((await errorOf(go)).stage).toBe('token');
    client.rotate(portal.tls);
    expect((await go()).status).toBe('granted');
  });
});
