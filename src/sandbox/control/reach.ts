import { invalidOption } from '../../foundation/errors.js';
import { checkText } from '../../foundation/options.js';
import type { Credential } from '../certificates.js';
import type { Origins } from '../context.js';
import { bearerOf } from '../portal/bearer.js';
import { isSameSecret } from '../portal/client-secret.js';
import { Refusal } from '../portal/refusals.js';
import { CONTROL_PATH } from './place.js';

/** How a sandbox that listens is reached. */
export interface Reach {
  /** The certificate of its CA, PEM. */
  readonly ca: string;
  /** What its clients connect with, by client id. */
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Opens the control to callers beyond loopback. Undefined: it is closed to them. */
  readonly controlToken: string | undefined;
}

/** Returns the credential of a client. One that was added later gets that of the first client. */
export function credentialFor({ credentials }: Reach, clientId: string): Credential | undefined {
  const [first] = credentials.values();
  return credentials.get(clientId) ?? first;
}

/**
 * Checks the token of the control.
 *
 * @throws SelfInfoError `invalid_option`; TypeError for a wrong type.
 */
export function checkControlToken(value: unknown, path: string): void {
  if (value === undefined) return;
  checkText(value, path);
  if (/^[A-Za-z0-9._~+/-]{32,512}={0,2}$/.test(value)) return;
  throw invalidOption(path, {
    en: 'Use 32 to 512 random letters, digits and ._~+/-, for example the output of: openssl rand -hex 32.',
    ja: '英数字と ._~+/- からなる32〜512文字のランダムな値を指定してください（例: openssl rand -hex 32 の出力）。',
  });
}

/** Returns the base URLs of the control: for callers on loopback, and for those with a token. */
export function controlUrls(origins: Origins, token: string | undefined) {
  return {
    local: origins.browserUrl + CONTROL_PATH,
    remote: token === undefined ? undefined : origins.apiUrl + CONTROL_PATH,
  };
}

/**
 * Refuses a caller who may not use the control. With a token, loopback gives no privilege: a proxy
 * that forwards calls of others is on loopback, too.
 */
export function authorizeControl(
  request: Request,
  place: { readonly isRemote: boolean; readonly token: string | undefined },
): void {
  if (process.env.NODE_ENV === 'production') throw new Refusal('not_for_remote');
  const { isRemote, token } = place;
  if (token === undefined) {
    if (isRemote) throw new Refusal('not_for_remote');
  } else if (!isSameSecret(bearerOf(request) ?? '', token))
    throw new Refusal('control_token_wrong');
}
