import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { ownBag } from '../foundation/own.js';

const RSA_BITS = 2_048;

/** Returns whether an RSA key is long enough. Other keys are judged by TLS. */
export function isStrong({ publicKey }: X509Certificate): boolean {
  return (ownBag(publicKey.asymmetricKeyDetails ?? {}).modulusLength ?? RSA_BITS) >= RSA_BITS;
}

/**
 * Judges a server by the subject alternative names alone, as RFC 9525 requires. Node's own check
 * would fall back to the common name, and it accepts wildcards within a label. Judges the key too,
 * since not every TLS does.
 */
export function checkServer(host: string, { raw }: PeerCertificate): Error | undefined {
  const certificate = raw && new X509Certificate(raw);
  // OpenSSL takes a leading dot as "any name below".
  if (certificate === undefined || host.startsWith('.') || !isNamed(host, certificate))
    return refusal('ERR_TLS_CERT_ALTNAME_INVALID');
  return isStrong(certificate) ? undefined : refusal('CERT_KEY_TOO_SMALL');
}

function refusal(code: string): Error {
  return Object.assign(new Error('not trusted'), { code });
}

function isNamed(host: string, certificate: X509Certificate): boolean {
  if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined;
  // Deno ignores these options: it falls back to the common name, too.
  if (process.versions.deno !== undefined)
    return dnsNamesOf(certificate.raw).some((name) => matches(host, name));
  return certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined;
}

/** Compares as OpenSSL does: a wildcard is one whole label, in front of at least two. */
function matches(host: string, name: string): boolean {
  const [given, named] = [host.toLowerCase(), name.toLowerCase()];
  const below = given.replace(/^[^.]+/, '*');
  return given === named || (below === named && /^\*(\.[^.]+){2,}$/.test(named));
}

const SEQUENCE = 0x30;
const EXTENSIONS = 0xa3;
const OCTETS = 0x04;
const DNS_NAME = 0x82;
/** The object identifier 2.5.29.17. */
const ALTERNATIVE_NAMES = '551d11';

/** Returns the DNS names of a certificate in DER, of which TLS has checked signature and form. */
function dnsNamesOf(der: Uint8Array): string[] {
  const inside = (parents: Element[], tag: number) =>
    parents.flatMap(({ content }) => elementsOf(content)).filter((one) => one.tag === tag);
  const fields = inside(inside(elementsOf(der), SEQUENCE).slice(0, 1), EXTENSIONS);
  const extensions = inside(inside(fields, SEQUENCE), SEQUENCE).filter(
    ({ content }) =>
      Buffer.from(elementsOf(content)[0]?.content ?? []).toString('hex') === ALTERNATIVE_NAMES,
  );
  return inside(inside(inside(extensions, OCTETS), SEQUENCE), DNS_NAME).map(({ content }) =>
    Buffer.from(content).toString('latin1'),
  );
}

interface Element {
  readonly tag: number | undefined;
  readonly content: Uint8Array;
}

/** Splits DER into its elements. */
function elementsOf(der: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const short = der[at + 1] ?? 0;
    const more = short < 0x80 ? 0 : short - 0x80;
    const length = more === 0 ? short : Buffer.from(der).readUIntBE(at + 2, more);
    const from = at + 2 + more;
    elements.push({ tag: der[at], content: der.subarray(from, from + length) });
    at = from + length;
  }
  return elements;
}
