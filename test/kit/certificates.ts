// Must be loaded before the certificate library.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';
import { hideKey } from './register.js';

export interface Credential {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly ip?: string;
  readonly dns?: string;
  /** How many days ago it ended. Default: it has not ended. */
  readonly endedDaysAgo?: number;
  /** In how many days it begins. Default: it has begun. */
  readonly beginsInDays?: number;
  /** Valid for clients only. */
  readonly clientsOnly?: true;
  /** Valid for these usages only (OIDs). */
  readonly usages?: readonly string[];
  /** More subject alternative names, of any type. */
  readonly names?: readonly JsonGeneralName[];
}

export interface Authority {
  readonly ca: string;
  issue(name: string, options?: LeafOptions): Promise<Credential>;
  /** Uses an RSA key of this many bits. */
  issueRsa(bits: number, ip?: string): Promise<Credential>;
  /** Returns a certificate that no authority issued, for an address. */
  issueSelfSigned(ip: string): Promise<Credential>;
  /** Returns a revocation list (PEM) with this certificate. */
  revoke(credential: Credential): Promise<string>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Creates a throw-away authority. It shares no code with the sandbox. */
export async function createAuthority(): Promise<Authority> {
  const keys = await makeKeys();
  const issuer = `CN=test authority ${randomBytes(4).toString('hex')}`;
  const common = { issuer, signingKey: keys.privateKey, signingAlgorithm: algorithm };
  const own = await X509CertificateGenerator.create({
    ...common,
    ...validity(30),
    serialNumber: '01',
    subject: issuer,
    publicKey: keys.publicKey,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: own.toString('pem'),
    async issue(name, options = {}) {
      const {
        ip,
        dns,
        endedDaysAgo,
        beginsInDays,
        clientsOnly,
        usages,
        names: more = [],
      } = options;
      const leaf = await makeKeys();
      const names: JsonGeneralName[] = [
        ...more,
        ...(ip === undefined ? [] : [{ type: 'ip', value: ip } as const]),
        ...(dns === undefined ? [] : [{ type: 'dns', value: dns } as const]),
      ];
      const certificate = await X509CertificateGenerator.create({
        ...common,
        ...validity(endedDaysAgo !== undefined ? -endedDaysAgo : (beginsInDays ?? -30) + 60),
        // Long ago by default, so that it is valid by the fixed clock of the tests on any day.
        ...((endedDaysAgo ?? beginsInDays) !== undefined
          ? {}
          : { notBefore: new Date('2020-01-01') }),
        serialNumber: `40${randomBytes(8).toString('hex')}`,
        subject: `CN=${name}`,
        publicKey: leaf.publicKey,
        extensions: [
          ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
          ...(clientsOnly ? [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])] : []),
          ...(usages ? [new ExtendedKeyUsageExtension([...usages])] : []),
        ],
      });
      return { cert: certificate.toString('pem'), key: await exportKey(leaf.privateKey) };
    },
    async issueRsa(bits, ip) {
      const rsa = {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: bits,
        publicExponent: new Uint8Array([1, 0, 1]),
      };
      const leaf = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
      const certificate = await X509CertificateGenerator.create({
        ...common,
        ...validity(30),
        notBefore: new Date('2020-01-01'),
        serialNumber: '4001',
        subject: 'CN=rsa',
        publicKey: leaf.publicKey,
        extensions:
          ip === undefined
            ? []
            : [new SubjectAlternativeNameExtension([{ type: 'ip', value: ip }])],
      });
      return { cert: certificate.toString('pem'), key: await exportKey(leaf.privateKey) };
    },
    async issueSelfSigned(ip) {
      const own = await makeKeys();
      const certificate = await X509CertificateGenerator.createSelfSigned({
        ...validity(30),
        serialNumber: '4002',
        name: 'CN=self-signed',
        keys: own,
        signingAlgorithm: algorithm,
        extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: ip }])],
      });
      return { cert: certificate.toString('pem'), key: await exportKey(own.privateKey) };
    },
    async revoke({ cert }) {
      const { serialNumber } = new X509Certificate(cert);
      const crl = await X509CrlGenerator.create({
        ...common,
        thisUpdate: new Date(Date.now() - DAY_MS),
        nextUpdate: new Date(Date.now() + DAY_MS),
        entries: [{ serialNumber }],
      });
      // The library's label is not the one of RFC 7468.
      return crl.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----');
    },
  };
}

/** Returns a validity of 60 days that ends in this many. */
function validity(endsInDays: number) {
  const end = Date.now() + endsInDays * DAY_MS;
  return { notBefore: new Date(end - 60 * DAY_MS), notAfter: new Date(end) };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return hideKey(
    `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`,
  );
}
