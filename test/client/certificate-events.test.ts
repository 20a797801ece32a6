import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  type ClientOptions,
  createSelfInfoClient,
  createVirtualClock,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { createAuthority } from '../kit/certificates.js';
import { loan, registrationOf, SESSION, visits } from '../kit/loan.js';
import { inShort } from './recorded-events.js';

describe('the client certificate', async () => {
  const authority = await createAuthority();
  const DAY = 86_400_000;
  // Ends 30 days from now by the machine's clock.
  const { cert, key } = await authority.issue('SP12345678_AB1234');
  const fresh = await authority.issue('SP12345678_AB1234', { beginsInDays: 20 });
  const sandbox = await startSandbox({ registrations: [registrationOf(loan)] });
  afterAll(sandbox.close);
  const clients: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  const ends = Date.parse(new X509Certificate(cert).validTo);

  function open(daysBefore: number, tls: ClientOptions['tls'] = { cert, key }) {
    const clock = createVirtualClock(ends - daysBefore * DAY);
    const events: ClientEvent[] = [];
    const onEvent = (event: ClientEvent) => void events.push(event);
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.connection.environment,
      clock,
      onEvent,
      ...(tls && { tls }),
    });
    clients.push(client);
    const certificates = () => events.filter(({ type }) => type.startsWith('certificate'));
    return { client, clock, certificates };
  }
  const begin = ({ client }: ReturnType<typeof open>) =>
    client.beginConsent({ sessionBinding: SESSION });

  it.each([
    [31, []],
    [30, ['certificate_expiring']],
    [1, ['certificate_expiring']],
    [0, ['certificate_expiring']],
    [-0.5, ['certificate_expired']],
  ])('that ends in %d days causes the events %j when the client is created', (days, expected) => {
    const { certificates } = open(days, {
      cert,
      key,
      allowCertificateOutsideItsValidityPeriod: true,
    });
    expect(certificates().map(({ type }) => type)).toEqual(expected);
    expect(
      certificates().every(
        (event) =>
          'notAfter' in event &&
          Date.parse(event.notAfter) === ends &&
          event.notAfter.endsWith('+09:00'),
      ),
    ).toBe(true);
  });

  it('is reported once a day, on first use', async () => {
    const opened = open(2.5);
    await begin(opened);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(1);
    opened.clock.advance(DAY);
    await begin(opened);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(2);
    opened.clock.advance(3 * DAY);
    await begin(opened);
    expect(opened.certificates().map(({ type }) => type)).toEqual([
      'certificate_expiring',
      'certificate_expiring',
      'certificate_expired',
    ]);
  });

  it('is reported again after midnight in Japan', async () => {
    const opened = open(2);
    const midnight = Math.ceil((opened.clock.now() + 9 * 3_600_000) / DAY) * DAY - 9 * 3_600_000;
    opened.clock.set(midnight - 1);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(1);
    opened.clock.set(midnight);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(2);
  });

  it('is checked when rotate sets it, and the previous one no longer', async () => {
    const opened = open(2);
    opened.client.rotate(fresh);
    opened.clock.advance(DAY);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(1);
    opened.client.rotate({ cert, key });
    expect(opened.certificates()).toHaveLength(2);
  });

  it.each([
    ['1.3.6.1.5.5.7.3.1', ['certificate_not_for_clients']],
    ['1.3.6.1.5.5.7.3.2', []],
    ['2.5.29.37.0', []],
  ])('with the extended key usage %s alone causes the events %j', async (usage, expected) => {
    const tls = await authority.issue('SP12345678_AB1234', { usages: [usage] });
    const created = open(31, tls);
    expect(created.certificates().map(({ type }) => type)).toEqual(expected);
    const rotated = open(31);
    rotated.client.rotate(tls);
    expect(rotated.certificates().map(({ type }) => type)).toEqual(expected);
    // Once a day, like the other events.
    await begin(rotated);
    expect(rotated.certificates()).toHaveLength(expected.length);
  });

  it('of the development sandbox is not reported as expiring', async () => {
    const { tls, environment } = sandbox.connection;
    const events: ClientEvent[] = [];
    const client = createSelfInfoClient({
      service: loan,
      environment,
      tls,
      onEvent: (event) => void events.push(event),
    });
    clients.push(client);
    await visits(client, sandbox).callback();
    expect(events.map(inShort)).toEqual(['step_started consent', 'step consent begun']);
  });
});
