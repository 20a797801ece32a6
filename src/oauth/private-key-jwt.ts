import { constants, createPrivateKey, KeyObject, randomUUID, sign as signBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../foundation/clock.js';
import { type DeadlineOptions, deadline } from '../foundation/deadline.js';
import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkFunction, checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { literalLineBreaks } from '../foundation/pem.js';
import { sharedEntry, sharedState } from '../foundation/shared-state.js';
import type { CallBounds, CallStage } from '../net/http.js';
import type { Environment } from '../wire/environment.js';

/** Algorithm of a client assertion: ECDSA on P-256, or RSASSA-PSS; both with SHA-256. */
export type AssertionAlgorithm = 'ES256' | 'PS256';

/**
 * A private key that Node has read: the `KeyObject` of `createPrivateKey`. Declared here, because
 * these types also serve projects without `@types/node`.
 */
export interface KeyObjectLike {
  /** A private key is required. */
  readonly type: 'private' | 'public' | 'secret';
  /** Its algorithm, such as `ec` or `rsa`. */
  readonly asymmetricKeyType?: string | undefined;
  /** Tells it from a `CryptoKey`, which is refused. Never called. */
  readonly export: (...options: never[]) => unknown;
}

/** Options of {@link privateKeyJwt}: a key, or a callback where the key stays in an HSM or KMS. */
export type PrivateKeyJwtOptions = {
  /** `ES256` or `PS256`, as registered. */
  readonly alg: AssertionAlgorithm;
  /** The id of the public key in the key set that is registered with the portal. */
  readonly kid: string;
} & (
  | {
      /**
       * The private key: the text of an unencrypted PEM, or a KeyObject. EC P-256 for `ES256`, RSA
       * of 2048 bits or more for `PS256`.
       */
      readonly key: string | KeyObjectLike;
      readonly sign?: never;
    }
  | {
      /**
       * Signs the JOSE signing input as it is, hashing it with SHA-256. `PS256`: with a salt of 32
       * bytes. `ES256`: returns r and s of 32 bytes each, or DER, as KMS services do. It must
       * resolve within ten seconds.
       */
      readonly sign: (input: Uint8Array) => Promise<Uint8Array>;
      readonly key?: never;
    }
);

declare const privateKey: unique symbol;

type Sign = (input: Uint8Array) => Promise<Uint8Array>;

const SIGNERS = 'signers.1';

/**
 * A way to authenticate by signed assertion, created by {@link privateKeyJwt}. It shows algorithm
 * and key id, never the key.
 */
export class PrivateKeyJwt {
  /** As registered. */
  readonly alg: AssertionAlgorithm;
  /** The id of the key. */
  readonly kid: string;
  declare readonly [privateKey]: true;

  /** @internal */
  constructor(alg: AssertionAlgorithm, kid: string, sign: Sign) {
    this.alg = alg;
    this.kid = kid;
    sharedState<Sign>(SIGNERS).set(this, sign);
  }

  /** @internal */
  static async sign(credential: PrivateKeyJwt, input: Uint8Array): Promise<Uint8Array> {
    return (sharedState<Sign>(SIGNERS).get(credential) as Sign)(input);
  }

  /** @internal Returns whether `privateKeyJwt` made a value, in any copy of this package. */
  static isOne(value: unknown): value is PrivateKeyJwt {
    return sharedEntry(SIGNERS, value) !== undefined;
  }
}

/**
 * Creates client authentication by `private_key_jwt` (RFC 7523, as FAPI 2.0 narrows it). Every call
 * that authenticates gets a new signed assertion, valid for one minute.
 *
 * @param options - `alg`, `kid`, and the `key` or a callback `sign`.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `invalid_credential`, `unknown_option`,
 * naming the option; TypeError for a wrong type.
 * @example
 * ```ts
 * import { generateKeyPairSync } from 'node:crypto';
 * import { type ClientOptions, createSelfInfoClient, privateKeyJwt } from 'myna-selfinfo';
 * const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
 * const clientAuth = privateKeyJwt({ key: privateKey, alg: 'ES256', kid: '2026-11' });
 * const connect = (options: ClientOptions) => createSelfInfoClient({ ...options, clientAuth });
 * ```
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): PrivateKeyJwt {
  options = readKeys(options, 'options', {
    key: true,
    sign: true,
    alg: true,
    kid: true,
  } satisfies Record<keyof PrivateKeyJwtOptions, true>);
  const { alg, kid, key, sign } = options;
  checkText(alg, 'options.alg', ALGORITHMS);
  if (alg !== 'ES256' && alg !== 'PS256') throw invalidOption('options.alg', ALGORITHMS);
  checkText(kid, 'options.kid');
  if (/\p{Cc}/u.test(kid))
    throw invalidOption('options.kid', {
      en: 'It must not contain control characters.',
      ja: '制御文字は指定できません。',
    });
  checkFunction(sign, 'options.sign');
  if (key !== undefined && sign !== undefined) throw invalidOption('options.sign', EITHER);
  if (sign !== undefined) return new PrivateKeyJwt(alg, kid, async (input) => sign(input));
  if (key === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.key', expected: EITHER });
  const privateKey = readKey(key, alg);
  const padding =
    alg === 'ES256'
      ? ({ dsaEncoding: 'ieee-p1363' } as const)
      : ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } as const);
  return new PrivateKeyJwt(alg, kid, (input) =>
    signAside('sha256', input, { key: privateKey, ...padding }),
  );
}

const ALGORITHMS = {
  en: 'Expected ES256 or PS256.',
  ja: 'ES256 または PS256 を指定してください。',
};
const EITHER = {
  en: 'Give either key or sign.',
  ja: 'key か sign のどちらか一方を指定してください。',
};
const SIGNATURES = {
  ES256: {
    en: 'An ES256 signature is 64 bytes, r and s of 32 each, or DER.',
    ja: 'ES256 の署名は、r と s 各32バイト、または DER のバイト列で返してください。',
  },
  PS256: {
    en: 'A PS256 signature is 256 to 1024 bytes.',
    ja: 'PS256 の署名は、256〜1024 バイトのバイト列で返してください。',
  },
};
const RSA_BITS = 2_048;
const signAside = promisify(signBytes);

function readKey(given: unknown, alg: AssertionAlgorithm): KeyObject {
  if (typeof given !== 'string' && !(given instanceof KeyObject))
    throw new TypeError('options.key must be a PEM string or a KeyObject.');
  const key = typeof given === 'string' ? parsePem(given) : given;
  const { namedCurve, modulusLength = 0 } = ownBag(key?.asymmetricKeyDetails ?? {});
  const fits =
    alg === 'ES256'
      ? namedCurve === 'prime256v1'
      : key?.asymmetricKeyType === 'rsa' && modulusLength >= RSA_BITS;
  if (key?.type === 'private' && fits) return key;
  const [en, ja] =
    alg === 'ES256'
      ? ['an EC private key on P-256', 'P-256 の EC 秘密鍵']
      : [`an RSA private key of ${RSA_BITS} bits or more`, `${RSA_BITS} ビット以上の RSA 秘密鍵`];
  throw new SelfInfoError('invalid_credential', {
    path: 'options.key',
    expected: (typeof given === 'string' && !key ? literalLineBreaks(given) : undefined) ?? {
      en: `Expected ${en}: a KeyObject, or the text of an unencrypted PEM, not its path.`,
      ja: `${ja}を、KeyObject または暗号化されていない PEM の内容で指定してください（ファイルのパスは指定できません）。`,
    },
  });
}

function parsePem(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    // Node's message may quote the key.
    return undefined;
  }
}

const LIFE_S = 60;
/** How far the portal's clock may run behind this one. */
const SKEW_S = 30;
const SIGN_MS = 10_000;

/** Builds a new signed assertion for one call. */
export async function buildAssertion(
  { clientId, issuer }: Environment,
  credential: PrivateKeyJwt,
  clock: Clock,
  stage: CallStage,
  bounds: CallBounds,
): Promise<string> {
  const { alg, kid } = credential;
  const now = Math.floor(clock.now() / 1_000);
  const header = { alg, kid, typ: 'client-authentication+jwt' };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    jti: randomUUID(),
    iat: now,
    nbf: now - SKEW_S,
    exp: now + LIFE_S,
  };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = toJoseSignature(
    // The bytes have a buffer of their own, so that a service may transfer it to a worker.
    await signInTime(credential, new TextEncoder().encode(input), clock, stage, bounds.signal),
    alg,
  );
  if (signature !== undefined) return `${input}.${signature.toString('base64url')}`;
  throw new SelfInfoError('signing_failed', {
    path: 'options.sign',
    stage,
    expected: SIGNATURES[alg],
  });
}

/** Signs within the time that a key service has. What the service throws may hold anything. */
function signInTime(
  credential: PrivateKeyJwt,
  input: Uint8Array,
  clock: Clock,
  stage: CallStage,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const failed = () =>
    signingFailed(stage, 'options.sign', {
      en: 'It threw, or took more than ten seconds.',
      ja: '例外が発生したか、10秒以内に終わりませんでした。',
    });
  const options: DeadlineOptions = {
    clock,
    limitMs: SIGN_MS,
    signals: signal ? [signal] : [],
    timedOut: failed,
    aborted: () => new SelfInfoError('aborted', { stage, effect: 'none', retry: { safe: true } }),
  };
  return deadline(options, () =>
    PrivateKeyJwt.sign(credential, input).catch(() => {
      throw failed();
    }),
  );
}

/** Returns the error of a key service, which may work later: nothing was sent or used up. */
export function signingFailed(stage: CallStage, path: string, expected: Expected): SelfInfoError {
  return new SelfInfoError('signing_failed', { path, stage, expected, retry: { safe: true } });
}

/** Converts a signature to the form of JOSE; undefined for bytes that cannot be one. */
function toJoseSignature(value: unknown, alg: AssertionAlgorithm): Buffer | undefined {
  const bytes = copyOf(value);
  if (bytes === undefined) return undefined;
  if (alg === 'PS256')
    return bytes.length >= RSA_BITS / 8 && bytes.length <= 1_024 ? bytes : undefined;
  return bytes.length === 64 ? bytes : fromDer(bytes);
}

/**
 * Copies bytes; undefined for anything else. A buffer that was transferred to a worker is detached,
 * and reading it throws.
 */
function copyOf(value: unknown): Buffer | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  try {
    return Buffer.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } catch {
    return undefined;
  }
}

/**
 * Converts SEQUENCE { INTEGER r, INTEGER s } to r || s. DER of exactly 64 bytes, which would pass
 * for r || s, would need about six leading zero bytes by chance.
 */
function fromDer(der: Buffer): Buffer | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const [r, second] = readInteger(der, 2);
  const [s, end] = readInteger(der, second);
  return r !== undefined && s !== undefined && end === der.length
    ? Buffer.concat([r, s])
    : undefined;
}

/** Reads an INTEGER of at most 32 bytes, padded to 32, and returns where it ends. */
function readInteger(der: Buffer, at: number): [number: Buffer | undefined, end: number] {
  const end = at + 2 + (der[at + 1] ?? 0);
  const hex = der
    .subarray(at + 2, end)
    .toString('hex')
    .replace(/^00/, '');
  const whole = der[at] === 0x02 && end <= der.length && hex !== '' && hex.length <= 64;
  return [whole ? Buffer.from(hex.padStart(64, '0'), 'hex') : undefined, end];
}
