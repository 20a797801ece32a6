import { invalidOption } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { sharedEntry, sharedState } from '../foundation/shared-state.js';

declare const secretText: unique symbol;

const SECRETS = 'client-secrets.1';

/** A way to authenticate by a shared secret, created by {@link clientSecret}. It shows nothing. */
export class ClientSecret {
  declare readonly [secretText]: true;

  /** @internal */
  constructor(secret: string) {
    sharedState<string>(SECRETS).set(this, secret);
  }

  /** @internal */
  static reveal(credential: ClientSecret): string {
    return sharedState<string>(SECRETS).get(credential) as string;
  }

  /** @internal Returns whether `clientSecret` made a value, in any copy of this package. */
  static isOne(value: unknown): value is ClientSecret {
    return sharedEntry(SECRETS, value) !== undefined;
  }
}

/**
 * Creates client authentication by a secret, beside mutual TLS (RFC 6749, 2.3.1). The profile says
 * how it is sent: `client_secret_basic` in a header, `client_secret_post` in the body.
 *
 * @param options - `secret`: the one that was registered, printable ASCII.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, naming the option;
 * TypeError for a wrong type.
 * @example
 * ```ts
 * import { type ClientOptions, clientSecret, createSelfInfoClient } from 'myna-selfinfo';
 * function connect(options: ClientOptions, readSecret: () => string) {
 *   const clientAuth = () => clientSecret({ secret: readSecret() });
 *   return createSelfInfoClient({ ...options, clientAuth });
 * }
 * ```
 */
export function clientSecret(options: { readonly secret: string }): ClientSecret {
  options = readKeys(options, 'options', { secret: true } satisfies Record<
    keyof typeof options,
    true
  >);
  const { secret } = options;
  checkText(secret, 'options.secret');
  if (/^[\x20-\x7e]+$/.test(secret)) return new ClientSecret(secret);
  throw invalidOption('options.secret', {
    en: 'Use printable ASCII (RFC 6749, A.2). If it comes from a file, remove the line break at the end.',
    ja: '印字可能な ASCII 文字（RFC 6749 A.2）で指定してください。ファイルから読んだ場合は、末尾の改行を取り除いてください。',
  });
}

/**
 * Returns the value of the `authorization` header for a client id and its secret. Both are encoded
 * as in a form first, so that a colon in the id does not end it.
 */
export function basicAuthorization(clientId: string, secret: string): string {
  const [id, password] = [clientId, secret].map((text) =>
    String(new URLSearchParams({ '': text })).slice(1),
  );
  return `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`;
}
