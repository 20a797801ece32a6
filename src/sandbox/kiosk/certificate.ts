import { type KeyObject, sign, verify } from 'node:crypto';

/** The content of an invented certificate. Its bytes are JSON and the issuer's signature. */
export interface CertificateContent {
  readonly serial: string;
  readonly persona: string;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  /** DER, base64. */
  readonly key: string;
}

/** Signs a certificate with the issuer's private key. */
export function signCertificate(content: CertificateContent, key: KeyObject): Uint8Array {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return Buffer.from(`${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`);
}

/** Reads a certificate. Returns undefined unless the issuer signed it. */
export function readCertificate(
  certificate: Uint8Array,
  key: KeyObject,
): CertificateContent | undefined {
  const [text = '', signature = ''] = Buffer.from(certificate).toString('latin1').split('.');
  if (!verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as CertificateContent;
}
