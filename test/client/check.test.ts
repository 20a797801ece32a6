import { X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type ClientCheck,
  type ClientOptions,
  createMemoryStore,
  createSelfInfoClient,
  type Environment,
  latest,
  type Progress,
  type Store,
  sandboxEnvironment,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { createAuthority } from '../kit/certificates.js';
import { startConnectProxy } from '../kit/connect-proxy.js';
import { CLIENT_ID, loan, openBank, REDIRECT_URI, registrationOf, visits } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { startOpensslServer } from '../kit/openssl-server.js';
import { refusalOf, thrownBy } from '../kit/refusals.js';
import { environmentAt, startBlackHole } from '../kit/sockets.js';
import { ends, separateTests } from '../net/ends.js';
import { clock, open, travel } from '../net/tls.js';

separateTests(clock);

const openssl = findPart('openssl');

/** Creates a client that is closed at the end of the test. */
function connect(environment: Environment, options: Partial<ClientOptions<typeof loan>>) {
  const client = createSelfInfoClient({ service: loan, environment, clock, ...options });
  ends.push(client.close);
  return client;
}

/** The codes of the parts that failed. */
const failures = ({ credential, calendar, store, portal }: ClientCheck) =>
  Object.fromEntries(
    Object.entries({ credential, calendar, store, portal })
      .filter(([, { ok }]) => !ok)
      .map(([part, { error }]) => [part, error?.code]),
  );

describe('the check of a client', () => {
  it('passes for a sandbox over TLS, before and after a journey, without a request', async () => {
    const sandbox = await startSandbox({ registrations: [registrationOf(loan)], clock });
    ends.push(sandbox.close);
    const client = connect(sandbox.connection.environment, { ...sandbox.connection, clock });
    const check = await client.check();
    expect(check).toEqual({
      ok: true,
      at: '2026-12-01T10:00:00+09:00',
      credential: { ok: true, notAfter: expect.stringMatching(/^\d{4}-.*\+09:00$/) },
      calendar: {
        ok: true,
        from: '2023-06-30T00:00:00+09:00',
        to: '2051-01-01T00:00:00+09:00',
        officialUntil: expect.stringMatching(/^20\d\d-01-01T00:00:00\+09:00$/),
      },
      store: { ok: true },
      portal: { ok: true },
    });
    expect(Object.values(check).every((part) => Object.isFrozen(part))).toBe(true);
    const grant = await visits(client, sandbox).consent();
    const before = sandbox.journal.length;
    expect((await client.check()).ok).toBe(true);
    expect(sandbox.journal.length).toBe(before);
    const onProgress = ({ retryAt }: Progress) => clock.set(retryAt);
    expect((await client.query(grant, latest(), { onProgress })).status).toBe('ready');
  });

  it('leaves nothing in the store, opens one connection and closes it', async () => {
    const { server, environment, tls } = await open();
    const store = createMemoryStore({ clock });
    const client = connect(environment, { tls, store });
    expect((await client.check()).ok).toBe(true);
    expect([server.connections, server.calls]).toEqual([1, []]);
    await server.drained();
    expect(client.stats()).toMatchObject({ callsInFlight: 0, consentsBegun: 0, storeEntries: 0 });
  });

  it('runs while a citizen collects, and does not count as a call', async () => {
    const { environment, tls } = await open();
    const client = connect(environment, { tls, maxConcurrent: 1 });
    const checks = await Promise.all([client.check(), client.check(), client.check()]);
    expect(checks.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect((await travel(environment, tls)).status).toBe('ready');
  });

  it('reports a client certificate that has expired since', async () => {
    const { environment, tls } = await open();
    const client = connect(environment, { tls });
    const end = Date.parse(new X509Certificate(tls.cert).validTo);
    clock.set(end + 1_000);
    const check = await client.check();
    expect(failures(check)).toEqual({ credential: 'invalid_credential' });
    expect([check.ok, Date.parse(check.credential.notAfter ?? '')]).toEqual([false, end]);
    expect(check.credential.error?.message).toMatch(/It expired at /);
  });

  it('accepts an expired certificate that the options allow, and checks a rotated one', async () => {
    const { environment, tls } = await open();
    const allowed = { ...tls, allowCertificateOutsideItsValidityPeriod: true };
    const client = connect(environment, { tls: allowed });
    clock.set(Date.parse(new X509Certificate(tls.cert).validTo) + 1_000);
    expect(failures(await client.check())).toEqual({});
    const later = await (await createAuthority()).issue('later', { beginsInDays: 20 });
    clock.set(Date.parse(new X509Certificate(later.cert).validFrom) + 1_000);
    client.rotate(later);
    const { notAfter } = (await client.check()).credential;
    expect(Date.parse(notAfter ?? '')).toBe(Date.parse(new X509Certificate(later.cert).validTo));
  });

  it('finds a client certificate that a Node server refuses without an alert', async () => {
    const { environment } = await open();
    const tls = await (await createAuthority()).issue('stranger');
    const check = await connect(environment, { tls }).check();
    expect(failures(check)).toEqual({ portal: 'connection_failed' });
  });

  it('reports an instant outside the calendar, and where it ends', async () => {
    const { client, clock: own } = openBank();
    const { to } = (await client.check()).calendar;
    own.set(to ?? '');
    const check = await client.check();
    expect(failures(check)).toEqual({ calendar: 'outside_calendar' });
    expect(check.calendar.to).toBe(to);
  });

  it('reports a calendar that fails', async () => {
    const calendar = () => {
      throw new Error('a defect of the caller');
    };
    const check = await openBank({ calendar }).client.check();
    expect(check.calendar).toMatchObject({ ok: false, error: { code: 'invalid_option' } });
    expect(check.calendar).not.toHaveProperty('to');
  });

  it('skips the handshake with an injected fetch', async () => {
    const { client, calls } = openBank();
    expect((await client.check()).portal).toEqual({ ok: true, skipped: true });
    expect(calls).toEqual([]);
  });

  it('is refused once the client is closed, and aborts with its signal and with the client', async () => {
    const { port, close } = await startBlackHole();
    ends.push(close);
    const authority = await createAuthority();
    const tls = await authority.issue('bank');
    const client = connect(environmentAt(port, authority.ca), { tls });
    expect(await refusalOf(() => client.check({ signal: AbortSignal.abort() }))).toEqual([
      'aborted',
      undefined,
    ]);
    const controller = new AbortController();
    const aborted = refusalOf(() => client.check({ signal: controller.signal }));
    controller.abort();
    expect((await aborted)[0]).toBe('aborted');
    const closed = refusalOf(() => client.check());
    await client.close();
    expect((await closed)[0]).toBe('client_closed');
    expect((await refusalOf(() => client.check()))[0]).toBe('client_closed');
    expect(await thrownBy(() => client.check({ at: 1 } as never))).toMatchObject({
      code: 'unknown_option',
    });
  });
});

describe.skipIf(openssl.missing).each(['tls1_2', 'tls1_3'] as const)(
  'the check of a client whose certificate a server rejects by an alert of %s',
  (version) => {
    it.each(['revoked', 'of an unknown authority'])('finds it %s', async (kind) => {
      const authority = await createAuthority();
      const tls = await authority.issue('bank');
      const server = await startOpensslServer({
        path: openssl.path(),
        server: await authority.issue('portal', { ip: '127.0.0.1' }),
        version,
        ...(kind === 'revoked'
          ? { clientCa: authority.ca, revoked: await authority.revoke(tls) }
          : { clientCa: (await createAuthority()).ca }),
      });
      ends.push(server.stop);
      const check = await connect(environmentAt(server.port, authority.ca), { tls }).check();
      expect(failures(check)).toEqual({ portal: 'certificate_refused' });
      expect(check.portal.error?.stage).toBe('check');
    });

    it('passes when the server accepts it', async () => {
      const authority = await createAuthority();
      const tls = await authority.issue('bank');
      const server = await startOpensslServer({
        path: openssl.path(),
        server: await authority.issue('portal', { ip: '127.0.0.1' }),
        version,
        clientCa: authority.ca,
      });
      ends.push(server.stop);
      const client = connect(environmentAt(server.port, authority.ca), { tls });
      expect(failures(await client.check())).toEqual({});
    });
  },
);

describe('the portal in the check of a client', () => {
  it('is reported when it refuses connections', async () => {
    const { server, environment, tls } = await open();
    await server.close();
    const check = await connect(environment, { tls }).check();
    expect(failures(check)).toEqual({ portal: 'connection_failed' });
    expect(check.portal.error?.reason).toBe('refused');
  });

  it('is reported when its certificate comes from another authority', async () => {
    const { server, tls } = await open();
    const environment = environmentAt(server.port, (await createAuthority()).ca);
    const check = await connect(environment, { tls }).check();
    expect(failures(check)).toEqual({ portal: 'server_not_trusted' });
    expect(server.calls).toEqual([]);
  });

  it('is reached through a proxy', async () => {
    const { server, environment, tls } = await open();
    const proxy = await startConnectProxy();
    ends.push(proxy.close);
    const client = connect(environment, { tls, egress: { proxy: proxy.url } });
    expect(failures(await client.check())).toEqual({});
    expect([proxy.asked, server.connections]).toEqual([[`127.0.0.1:${server.port}`], 1]);
    await proxy.drained();
  });

  it('is reported when a proxy refuses the tunnel', async () => {
    const { environment, tls } = await open();
    const proxy = await startConnectProxy({ authorization: 'Basic right' });
    ends.push(proxy.close);
    const client = connect(environment, { tls, egress: { proxy: proxy.url } });
    expect(failures(await client.check())).toEqual({ portal: 'proxy_refused' });
  });

  it('covers both hosts if the token endpoint has another host', async () => {
    const api = await open();
    const token = await open();
    const { browserUrl, apiUrl } = api.environment.endpoints;
    const environment = sandboxEnvironment({
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      endpoints: { browserUrl, apiUrl, tokenUrl: token.environment.endpoints.apiUrl },
      issuer: browserUrl,
      ca: api.environment.ca ?? [],
      tokenCa: token.environment.ca ?? [],
    });
    const client = connect(environment, { tls: api.tls });
    expect(failures(await client.check())).toEqual({});
    expect([api.server.connections, token.server.connections]).toEqual([1, 1]);
    await token.server.close();
    expect((await client.check()).portal.error).toMatchObject({
      code: 'connection_failed',
      path: 'environment.endpoints.tokenUrl',
    });
  });
});

describe('the store in the check of a client', () => {
  const checkWith = async (store: Store) => (await openBank({ store }).client.check()).store;
  const broken = async () => {
    throw new Error('connection to db.internal lost');
  };

  it.each(['put', 'get', 'take', 'delete'] as const)(
    'is reported when %s fails',
    async (method) => {
      const store = await checkWith({ ...createMemoryStore(), [method]: broken });
      expect(store).toMatchObject({ ok: false, error: { code: 'store_failed' } });
      expect(JSON.stringify(store)).not.toContain('db.internal');
    },
  );

  it.each([
    ['loses what was put', { get: async () => undefined }],
    ['returns another value', { take: async () => ({ value: 'other', expiresAt: 0 }) }],
    ['says that it was taken', { take: async () => 'taken' as const }],
  ])('is reported when it %s, and keeps nothing', async (_, method) => {
    const inner = createMemoryStore();
    const store = await checkWith({ ...inner, ...method });
    expect(store).toMatchObject({ ok: false, error: { code: 'store_failed' } });
    expect(inner.countEntries?.()).toBe(0);
  });

  it('is reported when it is full', async () => {
    const inner = createMemoryStore({ maxEntries: 1 });
    await inner.put('transaction:a', '{}', Date.now() + 3_600_000);
    expect(await checkWith(inner)).toMatchObject({ ok: false, error: { code: 'store_full' } });
  });

  it.each(['put', 'get', 'take', 'delete'] as const)(
    'keeps no entry of a check that was aborted during %s',
    async (method) => {
      const inner = createMemoryStore();
      const controller = new AbortController();
      // Slower than the abort, as a store over the network.
      const slow = async (...args: never[]) => {
        controller.abort();
        await setImmediate();
        return (inner[method] as (...given: never[]) => Promise<never>)(...args);
      };
      const slowed: Store = { ...inner, [method]: slow };
      let done = () => {};
      const deleted = new Promise<void>((resolve) => {
        done = resolve;
      });
      const store: Store = { ...slowed, delete: (key) => slowed.delete(key).finally(done) };
      const { client } = openBank({ store });
      const [code] = await refusalOf(() => client.check({ signal: controller.signal }));
      await deleted;
      expect([code, inner.countEntries?.()]).toEqual(['aborted', 0]);
    },
  );

  it('is reported when it does not respond', async () => {
    let called = () => {};
    const reached = new Promise<void>((resolve) => {
      called = resolve;
    });
    const hang = () => {
      called();
      return new Promise<never>(() => {});
    };
    const { client, clock: own } = openBank({ store: { ...createMemoryStore(), get: hang } });
    const checking = client.check();
    await reached;
    own.advance(5_000);
    expect((await checking).store).toMatchObject({ ok: false, error: { code: 'timed_out' } });
  });
});
