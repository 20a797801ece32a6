import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createYielder } from './deadline.js';
import { damaged, ENCRYPTION } from './sealing.js';

// A compact JWE with `dir`, as `encrypt` and `decrypt` make and open it (RFC 7516, 7.1), but a slice
// at a time. jose takes a whole text in one piece, during which nothing else runs.

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Characters decoded at once: whole groups of four. */
const DECODED = 262_144;

/** Encrypts the slices of a plaintext. Lets other work run between two of them. */
export async function encryptSlices(
  slices: Iterable<Uint8Array>,
  header: Readonly<Record<string, unknown>>,
  key: Uint8Array,
): Promise<string> {
  const protectedHeader = Buffer.from(
    JSON.stringify({ alg: 'dir', enc: ENCRYPTION, ...header }),
  ).toString('base64url');
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(protectedHeader, 'ascii'));
  const yielder = createYielder(1);
  const pieces = [`${protectedHeader}..${iv.toString('base64url')}.`];
  // Three bytes become four characters. The rest waits for the next slice.
  let rest: Uint8Array = new Uint8Array();
  for (const slice of slices) {
    if (pieces.length > 1) await yielder.yield();
    const bytes = Buffer.concat([rest, cipher.update(slice)]);
    const whole = bytes.length - (bytes.length % 3);
    pieces.push(bytes.toString('base64url', 0, whole));
    rest = bytes.subarray(whole);
  }
  pieces.push(Buffer.concat([rest, cipher.final()]).toString('base64url'));
  pieces.push(`.${cipher.getAuthTag().toString('base64url')}`);
  return pieces.join('');
}

/**
 * Decrypts a compact JWE with `dir` whose header was checked. Lets other work run between two
 * slices.
 *
 * @throws SelfInfoError `record_damaged`.
 */
export async function decryptSlices(jwe: string, key: Uint8Array): Promise<Uint8Array[]> {
  try {
    const [header = '', encrypted, vector, text, tag, ...more] = jwe.split('.');
    if (encrypted !== '' || text === undefined || more.length > 0) throw damaged();
    const decipher = createDecipheriv(CIPHER, key, decoded(vector, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(header, 'ascii'));
    decipher.setAuthTag(decoded(tag, TAG_BYTES));
    const yielder = createYielder(1);
    const slices: Uint8Array[] = [];
    for (let at = 0; at < text.length; at += DECODED) {
      if (at > 0) await yielder.yield();
      slices.push(decipher.update(decoded(text.slice(at, at + DECODED))));
    }
    // Nothing is handed out before the tag is verified.
    slices.push(decipher.final());
    return slices;
  } catch {
    throw damaged();
  }
}

/** Decodes the one base64url text of some bytes. Another text for the same bytes was altered. */
function decoded(text = '', length?: number): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text || (length !== undefined && bytes.length !== length))
    throw damaged();
  return bytes;
}
