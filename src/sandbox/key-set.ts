import { createPublicKey, type KeyObject } from 'node:crypto';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkText } from '../foundation/options.js';

/** A JSON Web Key Set (RFC 7517) of public keys. */
export interface PublicKeySet {
  /**
   * EC keys on P-256 for `ES256`, RSA keys of 2048 bits or more for `PS256`; each with a `kid` of
   * its own.
   */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** A public key, and the one algorithm it verifies. */
export interface VerificationKey {
  readonly alg: 'ES256' | 'PS256';
  readonly key: KeyObject;
}

/**
 * Checks how a client is registered to authenticate beside its certificate: the keys by id, or
 * undefined for not at all.
 */
export function checkClientAuth(
  value: unknown,
  path: string,
): ReadonlyMap<string, VerificationKey> | undefined {
  if (value === undefined || value === 'tls') return undefined;
  checkKeys(value, path, { jwks: true });
  checkKeys(value.jwks ?? {}, `${path}.jwks`, { keys: true });
  const { keys: list } = Object(value.jwks);
  if (list === undefined) throw new SelfInfoError('missing_option', { path: `${path}.jwks.keys` });
  if (!Array.isArray(list)) throw new TypeError(`${path}.jwks.keys must be a list.`);
  if (list.length === 0)
    throw invalidOption(`${path}.jwks.keys`, {
      en: 'At least one key.',
      ja: '1つ以上の鍵を指定してください。',
    });
  const keys = new Map<string, VerificationKey>();
  for (const [index, jwk] of list.entries()) {
    const at = `${path}.jwks.keys[${index}]`;
    if (typeof jwk !== 'object' || jwk === null) throw new TypeError(`${at} must be an object.`);
    checkText(jwk.kid, `${at}.kid`);
    if (keys.has(jwk.kid))
      throw invalidOption(`${at}.kid`, {
        en: 'Another key has the same id.',
        ja: '他の鍵と同じ id です。',
      });
    keys.set(jwk.kid, readKey(jwk, at));
  }
  return keys;
}

function readKey(jwk: Readonly<Record<string, unknown>>, path: string): VerificationKey {
  if ('d' in jwk)
    throw unusable(
      path,
      'A private key does not belong here: register the public one.',
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
      'An EC key on P-256 (ES256) or an RSA key of 2048 bits or more (PS256), for signatures.',
      '署名用の、P-256 の EC 鍵（ES256）か 2048 ビット以上の RSA 鍵（PS256）です。',
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
