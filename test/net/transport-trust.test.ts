import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sandboxEnvironment } from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { errorOf } from '../kit/refusals.js';
import { ends, separateTests } from './ends.js';
import { clock, facts, open, optionsOf, travel, withEnvironment } from './travel.js';

separateTests(clock);

describe('a server', () => {
  it('of another authority is not trusted, and nothing is sent to it', async () => {
    const portal = await open();
    const { ca } = await createAuthority();
    const error = await errorOf(() => travel(withEnvironment(portal, { ca }), portal.tls));
    expect(facts(error)).toEqual({
      code: 'server_not_trusted',
      stage: 'token',
      effect: 'none',
      safe: false,
    });
    expect(portal.calls).toEqual([]);
    await portal.drained();
  });

  it('of a test authority is not trusted where none was configured', async () => {
    const portal = await open();
    const { ca: _, ...options } = optionsOf(portal);
    expect((await errorOf(() => travel(sandboxEnvironment(options), portal.tls))).code).toBe(
      'server_not_trusted',
    );
    expect(portal.calls).toEqual([]);
  });

  it('with a certificate for another name is not trusted', async () => {
    const authority = await createAuthority();
    const portal = await open({ server: await authority.issue('127.0.0.1', { ip: '127.0.0.2' }) });
    expect(
      (await errorOf(() => travel(withEnvironment(portal, { ca: authority.ca }), portal.tls))).code,
    ).toBe('server_not_trusted');
    expect(portal.calls).toEqual([]);
  });

  it('with a certificate without names is not trusted', async () => {
    const authority = await createAuthority();
    const portal = await open({ server: await authority.issue('127.0.0.1') });
    expect(
      (await errorOf(() => travel(withEnvironment(portal, { ca: authority.ca }), portal.tls))).code,
    ).toBe('server_not_trusted');
  });

  it('with a certificate that has expired is not trusted', async () => {
    const authority = await createAuthority();
    const portal = await open({
      server: await authority.issue('portal', { ip: '127.0.0.1', endedDaysAgo: 1 }),
    });
    expect(
      (await errorOf(() => travel(withEnvironment(portal, { ca: authority.ca }), portal.tls))).code,
    ).toBe('server_not_trusted');
    expect(portal.calls).toEqual([]);
  });

  it('of one of several authorities is trusted', async () => {
    const portal = await open();
    const { ca } = await createAuthority();
    expect(
      (await travel(withEnvironment(portal, { ca: [ca, portal.authority.ca] }), portal.tls)).status,
    ).toBe('ready');
  });

  it('that speaks only old TLS is refused', async () => {
    const portal = await open({
      tls: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    });
    expect(facts(await errorOf(() => travel(portal.environment, portal.tls)))).toEqual(
      notConnected,
    );
    expect(portal.calls).toEqual([]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('that speaks %s is accepted', async (version) => {
    const portal = await open({ tls: { minVersion: version, maxVersion: version } });
    expect((await travel(portal.environment, portal.tls)).status).toBe('ready');
  });

  it('that is not listening is reported', async () => {
    const portal = await open();
    await portal.close();
    expect(facts(await errorOf(() => travel(portal.environment, portal.tls)))).toEqual(
      notConnected,
    );
  });

  it.each<[string, (socket: Socket) => void]>([
    ['speaks plain HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['closes before the handshake', (socket) => socket.destroy()],
    ['sends random bytes', (socket) => socket.end(Buffer.alloc(64, 0xff))],
  ])('that %s behind https is refused', async (_, behave) => {
    const portal = await open();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
      socket.once('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(async () => server.close());
    const { port } = server.address() as { port: number };
    const error = await errorOf(() =>
      travel(
        withEnvironment(portal, {
          endpoints: { ...portal.environment.endpoints, apiUrl: `https://127.0.0.1:${port}` },
        }),
        portal.tls,
      ),
    );
    expect(facts(error)).toEqual(notConnected);
    while (sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  const notConnected = { code: 'connection_failed', stage: 'token', effect: 'none', safe: false };
});

describe('a client certificate that the server rejects', () => {
  it('is reported before anything is sent, with TLS 1.2', async () => {
    const portal = await open({ tls: { maxVersion: 'TLSv1.2' } });
    const stranger = await (await createAuthority()).issue('stranger');
    expect(facts(await errorOf(() => travel(portal.environment, stranger)))).toEqual({
      code: 'connection_failed',
      stage: 'token',
      effect: 'none',
      safe: false,
    });
    expect(portal.calls).toEqual([]);
    await portal.drained();
  });

  it('cannot be told, with TLS 1.3, from other servers that close and give no reason', async () => {
    const portal = await open({ tls: { minVersion: 'TLSv1.3' } });
    const stranger = await (await createAuthority()).issue('stranger');
    const error = await errorOf(() => travel(portal.environment, stranger));
    expect(facts(error)).toEqual({
      code: 'connection_closed',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
    expect(error.message).toContain('gave no reason');
    expect(portal.calls).toEqual([]);
    await portal.drained();
  });
});
