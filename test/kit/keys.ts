import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { AssertionAlgorithm } from '../../src/index.js';
import { hideKey } from './register.js';

/** A key for client assertions, as its owner and as the portal know it. */
export interface SigningKey {
  readonly alg: AssertionAlgorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly pem: string;
  /** The public half. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function makeKey(alg: AssertionAlgorithm, kid: string): SigningKey {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    alg,
    kid,
    privateKey,
    pem: hideKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
  };
}

/**
 * Returns a key service. ES256 signatures are encoded as `encoding` says, PS256 signatures are
 * bytes.
 */
export const keyService =
  ({ alg, privateKey }: SigningKey, encoding: 'der' | 'ieee-p1363' = 'der') =>
  async (input: Uint8Array): Promise<Uint8Array> =>
    sign(
      'sha256',
      input,
      alg === 'ES256'
        ? { key: privateKey, dsaEncoding: encoding }
        : { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    );
