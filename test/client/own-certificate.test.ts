import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  isSelfInfoError,
  type SelfInfoErrorCode,
  type TlsCredential,
} from '../../src/index.js';
import { type Credential, createAuthority, type LeafOptions } from '../kit/certificates.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { loan, SESSION } from '../kit/loan.js';
import { callbackOf, good, startPortal } from '../kit/portal.js';
import { environmentAt } from '../kit/sockets.js';

const keep = closeAfterEach();
const MINUTE = 60_000;

/** Returns code, path and message of what a call throws. */
function refusedBy(call: () => unknown): [SelfInfoErrorCode, string | undefined, string] {
  try {
    call();
  } catch (error) {
    if (isSelfInfoError(error)) return [error.code, error.path, error.message];
    throw error;
  }
  throw new Error('It was accepted.');
}

async function openPortal() {
  const seen: string[] = [];
  const portal = await startPortal({
    replies: {
      token(response, request) {
        const { raw } = (request.socket as TLSSocket).getPeerCertificate();
        seen.push(createHash('sha256').update(raw).digest('hex'));
        good.token(response, request);
      },
    },
  });
  keep({ [Symbol.asyncDispose]: portal.close });
  return { portal, seen };
}

const digestOf = ({ cert }: Credential) =>
  createHash('sha256').update(new X509Certificate(cert).raw).digest('hex');

const instantsOf = ({ cert }: Credential) => {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
};

describe('a client certificate outside its validity', () => {
  const invalid = (path: string, message: RegExp) => [
    'invalid_credential',
    path,
    expect.stringMatching(message),
  ];

  async function openAt(now: (instants: { from: number; to: number }) => number) {
    const { portal, seen } = await openPortal();
    const tls = await portal.authority.issue('bank');
    const clock = createVirtualClock(now(instantsOf(tls)));
    const create = (given: TlsCredential) => {
      const { environment } = portal;
      const client = createSelfInfoClient({ service: loan, environment, tls: given, clock });
      keep(client);
      return client;
    };
    return { portal, seen, tls, clock, create };
  }

  it.each<[string, Parameters<typeof openAt>[0], RegExp]>([
    ['a millisecond after its end', ({ to }) => to + 1, /expired at/],
    ['six minutes before its beginning', ({ from }) => from - 6 * MINUTE, /not valid before/],
  ])('is refused when a client is created %s', async (_, now, message) => {
    const { tls, create } = await openAt(now);
    expect(refusedBy(() => create(tls))).toEqual(invalid('options.tls.cert', message));
  });

  it.each<[string, Parameters<typeof openAt>[0]]>([
    ['at its end', ({ to }) => to],
    ['four minutes before its beginning', ({ from }) => from - 4 * MINUTE],
  ])('is accepted %s, because clocks differ', async (_, now) => {
    const { tls, create } = await openAt(now);
    expect(() => create(tls)).not.toThrow();
  });

  it('is accepted when the option with the long name allows it', async () => {
    const { tls, create } = await openAt(({ to }) => to + 1);
    const client = create({ ...tls, allowCertificateOutsideItsValidityPeriod: true });
    expect(() =>
      client.rotate({ ...tls, allowCertificateOutsideItsValidityPeriod: true }),
    ).not.toThrow();
    expect(() =>
      Reflect.apply(create, undefined, [
        { ...tls, allowCertificateOutsideItsValidityPeriod: 'yes' },
      ]),
    ).toThrow(TypeError);
  });

  it.each<[string, Parameters<typeof openAt>[0], LeafOptions, RegExp]>([
    ['expired', ({ to }) => to, { endedDaysAgo: 40 }, /expired at/],
    ['not yet valid', ({ to }) => to - MINUTE, { beginsInDays: 40 }, /not valid before/],
  ])('does not replace the current one when it is %s', async (_, now, options, message) => {
    const { portal, seen, tls, create } = await openAt(now);
    const client = create(tls);
    const bad = await portal.authority.issue('bank', options);
    expect(refusedBy(() => client.rotate(bad))).toEqual(invalid('tls.cert', message));
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const callback = callbackOf(url, portal.environment);
    await client.completeConsent(callback, { sessionBinding: SESSION });
    expect(seen).toEqual([digestOf(tls)]);
  });
});

describe('the PEM text of a client certificate', async () => {
  const authority = await createAuthority();
  const one = await authority.issue('one');
  const other = await authority.issue('other');
  const environment = environmentAt(1, authority.ca);
  const create = (tls: TlsCredential) =>
    keep(createSelfInfoClient({ service: loan, environment, tls }));
  const literal = (text: string) => text.replaceAll('\n', '\\n');
  const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

  it.each<[string, TlsCredential, string, RegExp]>([
    [
      'has a broken second certificate',
      { ...one, cert: `${one.cert}\n${garbage}` },
      'cert',
      /Certificate 2 cannot be read/,
    ],
    ['is cut off', { ...one, cert: one.cert.slice(0, 300) }, 'cert', /Certificate 1 is incomplete/],
    [
      'has an intermediate certificate first',
      { ...one, cert: `${authority.ca}\n${one.cert}` },
      'cert',
      /own certificate first. It is certificate 2/,
    ],
    [
      'has \\n instead of line breaks',
      { ...one, cert: literal(one.cert) },
      'cert',
      /"\\n" where line breaks belong/,
    ],
    ['is a path', { ...one, cert: '/etc/client.crt' }, 'cert', /not its path/],
    [
      'comes with a key that has \\n instead of line breaks',
      { ...one, key: literal(one.key) },
      'key',
      /"\\n" where line breaks belong/,
    ],
  ])('is refused with the reason when it %s', (_, tls, field, message) => {
    expect(refusedBy(() => create(tls))).toEqual([
      'invalid_credential',
      `options.tls.${field}`,
      expect.stringMatching(message),
    ]);
  });

  it('of another key is a mismatch', () => {
    expect(refusedBy(() => create({ ...one, key: other.key })).slice(0, 2)).toEqual([
      'key_certificate_mismatch',
      'options.tls.key',
    ]);
  });

  it('may have comments, CRLF, an intermediate certificate behind and the key before it', () => {
    const text = `Bag Attributes\n  localKeyID: 01\n${one.key}${one.cert}\n# issuer\n${authority.ca}\n`;
    expect(() => create({ ...one, cert: text.replaceAll('\n', '\r\n') })).not.toThrow();
  });
});
