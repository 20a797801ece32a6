import { describe, expect, it } from 'vitest';
import { isSelfInfoError } from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { environmentAt } from '../kit/sockets.js';
import { separateTests } from './ends.js';
import { clock, open, travel } from './tls.js';

separateTests(clock);

const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

describe('a text of trusted authorities', async () => {
  const stranger = `${(await createAuthority()).ca}\n`;
  const crl = await createAuthority().then(async (one) => one.revoke(await one.issue('x')));
  // The authority's own certificate has no other validity, so a leaf stands for an expired root.
  const expired = (await (await createAuthority()).issue('old', { endedDaysAgo: 9 })).cert;

  it.each<[string, string, RegExp]>([
    ['a cut off certificate', stranger.slice(0, 200), /Certificate 2 is incomplete/],
    [
      'a certificate without its END line',
      stranger.replace(/-+END.*/, ''),
      /Certificate 2 is incomplete/,
    ],
    ['garbage as a certificate', garbage, /Certificate 2 cannot be read/],
    [
      '\\n instead of line breaks',
      stranger.trim().replaceAll('\n', '\\n'),
      /Certificate 2 cannot be read.*"\\n"/,
    ],
    [
      'a trusted certificate of OpenSSL',
      stranger.replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE'),
      /TRUSTED CERTIFICATE/,
    ],
    ['a PKCS #7 container', stranger.replaceAll(' CERTIFICATE', ' PKCS7'), /PKCS7/],
    ['a misspelt BEGIN line', stranger.replace('-----BEGIN', '---BEGIN'), /not exact/],
    ['a BEGIN line in small letters', stranger.toLowerCase(), /not exact/],
    [
      'a BEGIN line with a blank before its end',
      stranger.replace('CERTIFICATE-----', 'CERTIFICATE -----'),
      /not exact/,
    ],
    ['a BEGIN line with two blanks', stranger.replace('BEGIN ', 'BEGIN  '), /not exact/],
  ])('is refused when a good certificate is followed by %s', async (_, more, message) => {
    const { ca } = await createAuthority();
    let error: unknown;
    try {
      environmentAt(1, `${ca}\n${more}`);
    } catch (thrown) {
      error = thrown;
    }
    expect(isSelfInfoError(error, 'invalid_credential') && [error.path, error.message]).toEqual([
      'options.ca',
      expect.stringMatching(message),
    ]);
  });

  it.each<[string, (ca: string) => string]>([
    ['comments around it', (ca) => `# Roots, from BEGIN to END\n${ca}\nthe end`],
    ['a comment that looks like a line of PEM', (ca) => `# --- END OF CERTIFICATES ---\n${ca}`],
    ['a revocation list before it', (ca) => `${crl}\n${ca}`],
    ['an expired certificate before it', (ca) => `${expired}\n${ca}`],
    ['another authority before it', (ca) => `${stranger}${ca}`],
    ['CRLF as line breaks', (ca) => `${stranger}${ca}`.replaceAll('\n', '\r\n')],
    ['the old label of OpenSSL', (ca) => ca.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')],
    ['spaces before each line', (ca) => ca.replace(/^/gm, '  ')],
    ['a byte order mark', (ca) => `\uFEFF${ca}`],
  ])('makes its server trusted with %s', async (_, write) => {
    const authority = await createAuthority();
    const { server, tls } = await open(await authority.issue('portal', { ip: '127.0.0.1' }));
    const environment = environmentAt(server.port, write(authority.ca));
    expect((await travel(environment, tls)).status).toBe('ready');
  });
});
