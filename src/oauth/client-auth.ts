import type { Clock } from '../foundation/clock.js';
import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import type { CallBounds, CallStage } from '../net/http.js';
import type { Environment } from '../wire/environment.js';
import { profilesOf } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';
import { basicAuthorization, ClientSecret } from './client-secret.js';
import { buildAssertion, PrivateKeyJwt, signingFailed } from './private-key-jwt.js';

/**
 * How a client authenticates: `tls`, by its certificate alone (RFC 8705), or also by signed
 * assertions (RFC 7523) or a secret (RFC 6749). A function returns the current key or secret, so
 * that it can be rotated while the client runs.
 */
export type ClientAuth =
  | 'tls'
  | PrivateKeyJwt
  | ClientSecret
  | (() => PrivateKeyJwt | ClientSecret);

/** What authenticates the client beside its certificate, in one call. */
export interface Credentials {
  /** Fields of the form. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
}

/** The credentials of a client that its certificate authenticates. */
export const NO_CREDENTIALS: Credentials = { fields: [], headers: {} };

/**
 * Creates the credentials of a call under a profile. It calls the key service, and not yet the
 * portal.
 */
export type Authenticate = (
  profile: WireProfile,
  stage: CallStage,
  bounds: CallBounds,
) => Promise<Credentials>;

/**
 * Validates the option and returns how the client authenticates.
 *
 * @throws SelfInfoError `missing_option` where the profile requires assertions or a secret,
 * `invalid_option` where it does not; TypeError for a wrong type.
 */
export function openAuthentication(
  environment: Environment,
  clientAuth: ClientAuth | undefined,
  clock: Clock,
): Authenticate {
  if (
    ![undefined, 'tls'].includes(clientAuth as string) &&
    typeof clientAuth !== 'function' &&
    !isCredential(clientAuth)
  )
    throw new TypeError(
      "options.clientAuth must be 'tls', what privateKeyJwt or clientSecret returned, or a function that returns it.",
    );
  if (typeof clientAuth !== 'function') checkSuitable(environment.profile, clientAuth);
  if (ClientSecret.isOne(clientAuth)) checkUsed(environment);
  return async (profile, stage, bounds) => {
    const current = typeof clientAuth === 'function' ? callAuth(clientAuth, stage) : clientAuth;
    checkSuitable(profile, current);
    if (PrivateKeyJwt.isOne(current)) {
      const assertion = await buildAssertion(environment, current, clock, stage, bounds);
      return {
        headers: {},
        fields: [
          ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
          ['client_assertion', assertion],
        ],
      };
    }
    return ClientSecret.isOne(current)
      ? secretCredentials(environment.clientId, profile, ClientSecret.reveal(current))
      : NO_CREDENTIALS;
  };
}

function isCredential(value: unknown): value is PrivateKeyJwt | ClientSecret {
  return PrivateKeyJwt.isOne(value) || ClientSecret.isOne(value);
}

/** What a profile requires beside the certificate. */
function requirementOf({ oauth }: WireProfile): 'privateKeyJwt' | 'clientSecret' | undefined {
  const { value } = oauth.clientAuthentication;
  if (value === 'private_key_jwt') return 'privateKeyJwt';
  return value === 'client_secret_basic' || value === 'client_secret_post'
    ? 'clientSecret'
    : undefined;
}

/** Checks that the credential is the one that a profile requires. */
function checkSuitable(profile: WireProfile, credential: unknown): void {
  const required = requirementOf(profile);
  const isRequired = {
    privateKeyJwt: PrivateKeyJwt.isOne,
    clientSecret: ClientSecret.isOne,
  };
  if (required === undefined || isRequired[required](credential)) return;
  const expected: Expected = {
    en: `The profile requires ${required}.`,
    ja: `このプロファイルでは ${required} を指定してください。`,
  };
  throw isCredential(credential)
    ? invalidOption('options.clientAuth', expected)
    : new SelfInfoError('missing_option', { path: 'options.clientAuth', expected });
}

/** Checks that some profile of the environment uses a secret. Otherwise it would have no effect. */
function checkUsed(environment: Environment): void {
  if (profilesOf(environment).some((one) => requirementOf(one) === 'clientSecret')) return;
  throw invalidOption('options.clientAuth', {
    en: 'The profile uses no secret: remove it, or set oauth.clientAuthentication to client_secret_basic or client_secret_post.',
    ja: 'このプロファイルではシークレットを使用しません。指定をやめるか、oauth.clientAuthentication を client_secret_basic または client_secret_post にしてください。',
  });
}

/** Returns how a profile sends the secret; nothing where it uses none. */
function secretCredentials(clientId: string, { oauth }: WireProfile, secret: string): Credentials {
  const { value: method } = oauth.clientAuthentication;
  if (method === 'client_secret_basic')
    return { fields: [], headers: { authorization: basicAuthorization(clientId, secret) } };
  return method === 'client_secret_post'
    ? { fields: [['client_secret', secret]], headers: {} }
    : NO_CREDENTIALS;
}

function callAuth(clientAuth: () => unknown, stage: CallStage): PrivateKeyJwt | ClientSecret {
  let current: unknown;
  try {
    current = clientAuth();
  } catch {
    throw signingFailed(stage, 'options.clientAuth', {
      en: 'It threw.',
      ja: '例外が発生しました。',
    });
  }
  if (isCredential(current)) return current;
  // An asynchronous function is a mistake. Its rejection must not end the process.
  if (current instanceof Promise) current.catch(() => undefined);
  throw new TypeError(
    'options.clientAuth must return what privateKeyJwt or clientSecret returned.',
  );
}
