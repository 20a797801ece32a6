import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest, publicProfile } from '../../src/index.js';
import { alertRecord, startAlertingServer } from '../kit/alerting-server.js';
import { type Credential, createAuthority } from '../kit/certificates.js';
import { startFaultProxy } from '../kit/fault-proxy.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { startNginx } from '../kit/nginx.js';
import { callbackOf } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { bodyOf, environmentAt, startByteServer, startRawServer } from '../kit/sockets.js';
import { ends, separateTests } from './ends.js';
import { clock, facts, notConnected, open, travel, unsent } from './tls.js';

separateTests(clock);

const stages = ['token', 'request', 'result'] as const;

const { paths } = publicProfile;

describe('a rejected client certificate', () => {
  const nginx = findPart('nginx');

  async function gate(protocols: string) {
    const authority = await createAuthority();
    const server = await startNginx({
      path: nginx.path(),
      server: await authority.issue('portal', { ip: '127.0.0.1' }),
      clientCa: authority.ca,
      protocols,
      answers: Object.fromEntries(stages.map((stage) => [paths[stage].value, bodyOf[stage]])),
    });
    ends.push(server.stop);
    return { authority, environment: environmentAt(server.port, authority.ca) };
  }

  describe.skipIf(nginx.missing).each(['TLSv1.2', 'TLSv1.3'])(
    'by a real nginx that speaks %s',
    (protocols) => {
      const refused = {
        code: 'certificate_refused',
        stage: 'token',
        effect: 'unknown',
        safe: false,
      };

      it('is reported as refused when it says so by HTML with status 400', async () => {
        const { authority, environment } = await gate(protocols);
        const strangers: Credential[] = [
          await (await createAuthority()).issue('stranger'),
          await authority.issue('expired', { endedDaysAgo: 1 }),
          await authority.issue('early', { beginsInDays: 1 }),
        ];
        for (const stranger of strangers) {
          const error = await errorOf(() =>
            travel(environment, { ...stranger, allowCertificateOutsideItsValidityPeriod: true }),
          );
          expect([facts(error), error.upstream]).toEqual([refused, { status: 400 }]);
        }
      });

      it('is reported as refused when there is no certificate, too', async () => {
        const { authority, environment } = await gate(protocols);
        // Only towards a gateway may a client have no certificate.
        const egress = { gateway: { baseUrl: environment.endpoints.apiUrl, ca: authority.ca } };
        const client = createSelfInfoClient({ service: loan, environment, egress, clock });
        ends.push(client.close);
        const { url } = await client.beginConsent({ sessionBinding: SESSION });
        const error = await errorOf(() =>
          client.completeConsent(callbackOf(url, environment), { sessionBinding: SESSION }),
        );
        expect([facts(error), error.upstream]).toEqual([refused, { status: 400 }]);
      });

      it('does not occur with a good certificate', async () => {
        const { authority, environment } = await gate(protocols);
        expect((await travel(environment, await authority.issue('bank'))).status).toBe('ready');
      });
    },
  );

  // RFC 8446, section 6.2: bad, unsupported, revoked, expired, unknown, of an unknown authority,
  // denied, required.
  it.each([42, 43, 44, 45, 46, 48, 49, 116])('is reported for the alert %i', async (alert) => {
    const { server, tls } = await open();
    const portal = await server.authority.issue('portal', { ip: '127.0.0.1' });
    const refusing = await startAlertingServer(portal, alert);
    ends.push(refusing.close);
    expect(
      facts(await errorOf(() => travel(environmentAt(refusing.port, server.authority.ca), tls))),
    ).toEqual(unsent('certificate_refused'));
    await refusing.drained();
  });

  // Unexpected message, bad record, handshake failure, decrypt error, protocol version, internal
  // error.
  it.each([10, 20, 40, 51, 70, 80])('is not reported for the alert %i', async (alert) => {
    const { server, tls } = await open();
    const failing = await startRawServer((socket) =>
      socket.once('data', () => socket.end(alertRecord(alert))),
    );
    ends.push(failing.close);
    expect(
      facts(await errorOf(() => travel(environmentAt(failing.port, server.authority.ca), tls))),
    ).toEqual(notConnected);
  });

  it('at a poll costs one connection where an alert names it, and four where none is sent', async () => {
    const server = await startByteServer();
    ends.push(server.close);
    const { authority, tls } = server;
    const portal = await authority.issue('portal', { ip: '127.0.0.1' });
    const refusing = await startAlertingServer(portal, 44);
    ends.push(refusing.close);
    const other = await createAuthority();
    // Node sends no alert to a client whose certificate is of another authority.
    const silent = await startByteServer({
      tls: {
        ...portal,
        ca: other.ca,
        minVersion: 'TLSv1.3',
      },
    });
    ends.push(silent.close);
    let port = server.port;
    const proxy = await startFaultProxy(() => port);
    ends.push(proxy.close);
    const environment = environmentAt(proxy.port, authority.ca);
    const client = createSelfInfoClient({ service: loan, environment, tls, clock });
    ends.push(client.close);
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const { grant } = expectStatus(
      await client.completeConsent(callbackOf(url, environment), { sessionBinding: SESSION }),
      'granted',
    );
    const retrieval = await client.submit(grant, latest());
    const collect = () =>
      client.collect(retrieval, { onProgress: ({ retryAt }) => clock.set(retryAt) });

    // So that the next call needs another connection.
    await server.close();
    await proxy.drained();
    port = refusing.port;
    expect(facts(await errorOf(collect))).toEqual({
      code: 'certificate_refused',
      stage: 'result',
      effect: 'none',
      safe: false,
    });
    expect(refusing.connections).toBe(1);
    port = silent.port;
    expect(facts(await errorOf(collect))).toEqual({
      code: 'connection_closed',
      stage: 'result',
      effect: 'none',
      safe: true,
    });
    expect([silent.connections, silent.calls, server.calls]).toEqual([4, [], ['token', 'request']]);
    await proxy.drained();
    expect(clock.waits).toBe(0);
  });
});
