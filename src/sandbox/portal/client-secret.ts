import { createHash, timingSafeEqual } from 'node:crypto';
import type { WireProfile } from '../../wire/profile.js';
import type { Client } from '../registrations.js';
import { Refusal } from './refusals.js';

/** How a secret is sent: in a header, or in the body. */
export type SecretMethod = 'client_secret_basic' | 'client_secret_post';

/** Returns how registered secrets are sent under a profile. */
export function secretMethodOf({ oauth }: WireProfile): SecretMethod {
  const { value } = oauth.clientAuthentication;
  return value === 'client_secret_post' ? value : 'client_secret_basic';
}

/** The secrets of a call: that of the header `authorization`, and that of the body. */
interface PresentedSecrets {
  readonly header: string | null;
  readonly body: string | undefined;
}

/** Verifies a secret (RFC 6749, 2.3.1), sent in the one way that the profile allows. */
export function verifySecret(
  { clientId, secret }: Client,
  method: SecretMethod,
  { header, body }: PresentedSecrets,
): void {
  if (secret === undefined) {
    if (header !== null || body !== undefined) throw new Refusal('secret_not_registered');
    return;
  }
  const isBasic = method === 'client_secret_basic';
  if (isBasic ? header === null || body !== undefined : header !== null || body === undefined)
    throw new Refusal('secret_required', method);
  const [id, password] = isBasic ? readBasic(header ?? '') : [clientId, body ?? ''];
  // Both are compared, so that the time does not tell which one is wrong.
  const right = [isSameSecret(id, clientId), isSameSecret(password, secret)];
  if (right.includes(false)) throw new Refusal('secret_wrong');
}

/** Reads `Basic base64(id:secret)`, both encoded as in a form. */
function readBasic(header: string): [id: string, secret: string] {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? [];
  const [, id, secret] =
    /^([\w*.+%-]+):([\w*.+%-]+)$/.exec(Buffer.from(encoded ?? '', 'base64').toString('latin1')) ??
    [];
  if (id === undefined || secret === undefined) throw new Refusal('secret_malformed');
  try {
    return [decode(id), decode(secret)];
  } catch {
    throw new Refusal('secret_malformed');
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Compares two secrets in a time that does not depend on them. */
export function isSameSecret(given: string, registered: string): boolean {
  const [a, b] = [given, registered].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}
