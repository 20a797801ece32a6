import { createPublicKey, type KeyObject } from 'node:crypto';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';

/** A JSON Web Key Set (RFC 7517) of public keys. */
export interface PublicKeySet {
  /**
   * EC keys on P-256 for `ES256`, RSA keys of at least 2048 bits for `PS256`. Each key has a
   * different `kid`.
   */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** The option `clientAuth` of a client that has more than a certificate. */
interface RegisteredAuth {
  readonly jwks?: PublicKeySet;
  readonly secret?: string;
}

/** What authenticates a client beside its certificate. */
export interface RegisteredCredentials {
  /** The keys for its assertions, by id. Undefined if the client sends no assertions. */
  readonly keys: ReadonlyMap<string, VerificationKey> | undefined;
  readonly secret: string | undefined;
}

/** A public key, and the one algorithm it verifies. */
export interface VerificationKey {
  readonly alg: 'ES256' | 'PS256';
  readonly key: KeyObject;
}

/** Checks how a client authenticates beside its certificate. */
export function checkClientAuth(value: unknown, path: string): RegisteredCredentials {
  if (value === undefined || value === 'tls') return { keys: undefined, secret: undefined };
  const { jwks, secret } = readKeys(value, path, {
    jwks: true,
    secret: true,
  } satisfies Record<keyof RegisteredAuth, true>);
  if (secret === undefined) return { keys: checkKeys(jwks ?? {}, path), secret };
  if (jwks !== undefined)
    throw invalidOption(path, {
      en: 'Give either jwks or secret.',
      ja: 'jwks と secret のどちらか一方を指定してください。',
    });
  checkText(secret, `${path}.secret`);
  if (/^[\x20-\x7e]+$/.test(secret)) return { keys: undefined, secret };
  throw invalidOption(`${path}.secret`, {
    en: 'Use printable ASCII.',
    ja: '印字可能な ASCII 文字で指定してください。',
  });
}

function checkKeys(jwks: unknown, path: string): ReadonlyMap<string, VerificationKey> {
  const { keys: list } = readKeys(jwks, `${path}.jwks`, {
    keys: true,
  } satisfies Record<keyof PublicKeySet, true>);
  if (list === undefined) throw new SelfInfoError('missing_option', { path: `${path}.jwks.keys` });
  if (!Array.isArray(list)) throw new TypeError(`${path}.jwks.keys must be a list.`);
  if (list.length === 0)
    throw invalidOption(`${path}.jwks.keys`, {
      en: 'It must have at least one key.',
      ja: '1つ以上の鍵を指定してください。',
    });
  const keys = new Map<string, VerificationKey>();
  for (const [index, jwk] of list.entries()) {
    const at = `${path}.jwks.keys[${index}]`;
    if (typeof jwk !== 'object' || jwk === null) throw new TypeError(`${at} must be an object.`);
    checkText(jwk.kid, `${at}.kid`);
    if (keys.has(jwk.kid))
      throw invalidOption(`${at}.kid`, {
        en: 'Another key has the same kid. Give every key a different one.',
        ja: 'ほかの鍵と同じ kid です。鍵ごとに異なる kid を指定してください。',
      });
    keys.set(jwk.kid, readKey(jwk, at));
  }
  return keys;
}

function readKey(jwk: Readonly<Record<string, unknown>>, path: string): VerificationKey {
  if ('d' in jwk)
    throw unusable(
      path,
      'It is a private key. Register the public key.',
      '秘密鍵は登録できません。公開鍵を登録してください。',
    );
  const key = parse(jwk);
  const { namedCurve, modulusLength = 0 } = key?.asymmetricKeyDetails ?? {};
  const alg =
    namedCurve === 'prime256v1'
      ? 'ES256'
      : key?.asymmetricKeyType === 'rsa' && modulusLength >= 2_048
        ? 'PS256'
        : undefined;
  if (
    key === undefined ||
    alg === undefined ||
    ![undefined, alg].includes(Object(jwk).alg) ||
    ![undefined, 'sig'].includes(Object(jwk).use)
  )
    throw unusable(
      path,
      'It must be an EC key on P-256 (ES256) or an RSA key of at least 2048 bits (PS256), for signatures.',
      '署名用の、P-256 の EC 鍵（ES256）か 2048 ビット以上の RSA 鍵（PS256）を指定してください。',
    );
  return { alg, key };
}

function parse(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function unusable(path: string, en: string, ja: string): SelfInfoError {
  return new SelfInfoError('invalid_credential', { path, expected: { en, ja } });
}
