// Must be loaded before the certificate library.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, type JsonGeneralName, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

export interface Credential {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly ip?: string;
  /** How many days ago it ended; default: it has not. */
  readonly endedDaysAgo?: number;
}

export interface Authority {
  readonly ca: string;
  issue(name: string, options?: LeafOptions): Promise<Credential>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** A throw-away authority, made by other code than the sandbox's. */
export async function createAuthority(): Promise<Authority> {
  const keys = await makeKeys();
  const issuer = `CN=test authority ${randomBytes(4).toString('hex')}`;
  const common = { issuer, signingKey: keys.privateKey, signingAlgorithm: algorithm };
  const own = await X509CertificateGenerator.create({
    ...common,
    ...validity(0),
    serialNumber: '01',
    subject: issuer,
    publicKey: keys.publicKey,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: own.toString('pem'),
    async issue(name, { ip, endedDaysAgo = 0 } = {}) {
      const leaf = await makeKeys();
      const names: JsonGeneralName[] = ip === undefined ? [] : [{ type: 'ip', value: ip }];
      const certificate = await X509CertificateGenerator.create({
        ...common,
        ...validity(endedDaysAgo),
        serialNumber: `40${randomBytes(8).toString('hex')}`,
        subject: `CN=${name}`,
        publicKey: leaf.publicKey,
        extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
      });
      return { cert: certificate.toString('pem'), key: await exportKey(leaf.privateKey) };
    },
  };
}

function validity(endedDaysAgo: number) {
  const end = endedDaysAgo === 0 ? Date.now() + 30 * DAY_MS : Date.now() - endedDaysAgo * DAY_MS;
  return { notBefore: new Date(end - 60 * DAY_MS), notAfter: new Date(end) };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}
