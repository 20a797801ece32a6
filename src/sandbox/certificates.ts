// Must be loaded before the certificate library.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key, PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that lives as long as the process. */
export interface DevelopmentAuthority {
  /** Its own certificate, PEM. */
  readonly ca: string;
  /** Issues a certificate for a server on loopback that has further names. */
  issueServer(names: readonly string[]): Promise<Credential>;
  /** Issues a certificate for a client. */
  issueClient(commonName: string): Promise<Credential>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Creates a development CA. Its key never leaves this function. */
export async function createAuthority(): Promise<DevelopmentAuthority> {
  const keys = await makeKeys();
  // TLS checks the validity by the system clock, and a client by its own, which a test may set to
  // any day. The key lives as long as the process, so a long validity adds no risk.
  const validity = { notBefore: new Date('2000-01-01'), notAfter: new Date('2100-01-01') };
  const issuer = [{ CN: ['myna-selfinfo sandbox development CA'] }];
  const common = { issuer, signingKey: keys.privateKey, signingAlgorithm: algorithm, ...validity };
  const own = await X509CertificateGenerator.create({
    ...common,
    serialNumber: serialNumber(),
    subject: issuer,
    publicKey: keys.publicKey,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(
    commonName: string,
    usage: ExtendedKeyUsage,
    names: JsonGeneralName[],
  ): Promise<Credential> {
    const leaf = await makeKeys();
    const certificate = await X509CertificateGenerator.create({
      ...common,
      serialNumber: serialNumber(),
      subject: [{ CN: [commonName] }],
      publicKey: leaf.publicKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([usage]),
        await SubjectKeyIdentifierExtension.create(leaf.publicKey),
        await AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    return { cert: certificate.toString('pem'), key: await exportKey(leaf.privateKey) };
  }

  return {
    ca: own.toString('pem'),
    issueServer: (names) =>
      issue('myna-selfinfo sandbox', ExtendedKeyUsage.serverAuth, [
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
        ...[...new Set(['localhost', ...names])].map((value) => ({ type: 'dns', value }) as const),
      ]),
    issueClient: (commonName) => issue(commonName, ExtendedKeyUsage.clientAuth, []),
  };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

/** Returns 16 random bytes, positive and without leading zeros, as RFC 5280 requires. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
