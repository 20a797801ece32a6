import { X509Certificate } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkMethods, checkText } from '../foundation/options.js';
import type { WireProfile } from './profile.js';
import { ambiguousEntries, malformedEntries, unverifiedEntries } from './profile-checks.js';
import { publicProfile } from './public-profile.js';

const BRAND = Symbol.for('myna-selfinfo.environment');

/** What every environment needs to know. */
export interface EnvironmentOptions {
  /**
   * The service id (サービスID) that the portal registered, sent as `client_id`; e.g. of the shape
   * `SP12345678_AB1234`.
   */
  readonly clientId: string;
  /** Where the portal sends the citizen back, to the letter as registered. */
  readonly redirectUri: string;
  /**
   * The origins: `browserUrl` where the citizen goes, `apiUrl` where the backend calls. The paths
   * come from the profile.
   */
  readonly endpoints: { readonly browserUrl: string; readonly apiUrl: string };
  /** The portal's issuer identifier (RFC 9207), compared with `iss` of the callback. */
  readonly issuer: string;
  /**
   * PEM certificates of the authorities that vouch for the API's server certificate. Default: those
   * of Node.
   */
  readonly ca?: string | readonly string[];
  /** What is assumed about the wire. Default: `publicProfile`. */
  readonly profile?: WireProfile;
}

/** What production asks beside. */
export interface ProductionEnvironmentOptions extends EnvironmentOptions {
  /**
   * Pass {@link acceptWireProfileNotConfirmedBySpecification} to use a profile with unconfirmed
   * entries in production.
   */
  readonly unconfirmedProfile?: typeof acceptWireProfileNotConfirmedBySpecification;
}

/** One of the three environments, made by its function; an object made by hand is refused. */
export interface Environment extends Omit<Required<EnvironmentOptions>, 'ca'> {
  readonly kind: 'sandbox' | 'connection-check' | 'production';
  readonly ca: readonly string[] | undefined;
}

/**
 * Accepts, for production, a wire profile that the interface specification has not confirmed in
 * every entry.
 */
export const acceptWireProfileNotConfirmedBySpecification: unique symbol = Symbol(
  'accept a wire profile not confirmed by the specification',
);

/**
 * The sandbox of this package; plain http is allowed on loopback only.
 *
 * @param options - ids, origins and trust; `sandbox.environment()` makes them.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option` naming the option;
 * TypeError for a wrong type.
 * @example
 * ```ts
 * import { sandboxEnvironment } from 'myna-selfinfo';
 * const environment = sandboxEnvironment({
 *   clientId: 'SP12345678_AB1234',
 *   redirectUri: 'http://localhost:3000/callback',
 *   endpoints: { browserUrl: 'http://127.0.0.1:8080', apiUrl: 'https://127.0.0.1:8443' },
 *   issuer: 'https://127.0.0.1:8443',
 * });
 * ```
 */
export function sandboxEnvironment(options: EnvironmentOptions): Environment {
  return make('sandbox', options, KEYS);
}

/**
 * The connection-check environment (接続確認環境) of steps, whose URLs come by notice.
 *
 * @param options - ids, origins and trust as the notice (試験環境URL) and the registration sheets say.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option` naming the option;
 * TypeError for a wrong type.
 * @example
 * ```ts
 * import { connectionCheckEnvironment } from 'myna-selfinfo';
 * const environment = connectionCheckEnvironment({
 *   clientId: 'SP12345678_AB1234',
 *   redirectUri: 'https://loan.example/callback',
 *   endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
 *   issuer: 'https://portal.example',
 * });
 * ```
 */
export function connectionCheckEnvironment(options: EnvironmentOptions): Environment {
  return make('connection-check', options, KEYS);
}

/**
 * Production (本番環境), steps: refuses a profile that the interface specification has not
 * confirmed.
 *
 * @param options - ids, origins and trust as the notice (本番環境URL) and the registration sheets say.
 * @throws SelfInfoError `unverified_profile`, `missing_option`, `invalid_option`, `unknown_option`
 * naming the option; TypeError for a wrong type.
 * @example
 * ```ts
 * import { isSelfInfoError, productionEnvironment } from 'myna-selfinfo';
 * try {
 *   productionEnvironment({
 *     clientId: 'SP12345678_AB1234',
 *     redirectUri: 'https://loan.example/callback',
 *     endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
 *     issuer: 'https://portal.example',
 *   });
 * } catch (error) {
 *   console.log(isSelfInfoError(error, 'unverified_profile')); // true: publicProfile is no specification
 * }
 * ```
 */
export function productionEnvironment(options: ProductionEnvironmentOptions): Environment {
  const environment = make('production', options, {
    ...KEYS,
    unconfirmedProfile: true,
  } satisfies Record<keyof ProductionEnvironmentOptions, true>);
  const accepted = options.unconfirmedProfile;
  if (accepted !== undefined && accepted !== acceptWireProfileNotConfirmedBySpecification)
    throw new TypeError('options.unconfirmedProfile must be the exported symbol.');
  const [first] = unverifiedEntries(environment.profile);
  if (first !== undefined && accepted === undefined)
    throw new SelfInfoError('unverified_profile', { path: `options.profile.${first}` });
  return environment;
}

/**
 * Loopback, a name without a dot that is no address either, or one that no public host can have: a
 * sandbox is never the portal.
 */
function isPrivateHost(url: URL): boolean {
  return (
    isLoopback(url) ||
    !/[.:]/.test(url.hostname) ||
    /\.(test|example|invalid|localhost|internal|local)$/.test(url.hostname)
  );
}

function isLoopback(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

/** Whether a value was made by one of the three functions, by whichever copy of this package. */
export function isEnvironment(value: unknown): value is Environment {
  return typeof value === 'object' && value !== null && BRAND in value;
}

const KEYS = {
  clientId: true,
  redirectUri: true,
  endpoints: true,
  issuer: true,
  ca: true,
  profile: true,
} as const satisfies Record<keyof EnvironmentOptions, true>;

function make(
  kind: Environment['kind'],
  options: EnvironmentOptions,
  keys: Readonly<Record<string, true>>,
): Environment {
  checkKeys(options, 'options', keys);
  checkText(options.clientId, 'options.clientId');
  if (options.endpoints === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.endpoints' });
  checkKeys(options.endpoints, 'options.endpoints', { browserUrl: true, apiUrl: true });
  const { browserUrl, apiUrl } = options.endpoints;
  checkUrl(options.redirectUri, 'options.redirectUri', kind, true);
  checkUrl(options.issuer, 'options.issuer', kind);
  checkUrl(browserUrl, 'options.endpoints.browserUrl', kind);
  checkUrl(apiUrl, 'options.endpoints.apiUrl', kind);
  for (const [name, value] of Object.entries({ browserUrl, apiUrl })) {
    if (kind !== 'sandbox' || isPrivateHost(new URL(value))) continue;
    throw new SelfInfoError('invalid_option', {
      path: `options.endpoints.${name}`,
      expected: {
        en: 'A sandbox is on loopback or on a private name, never on a public host.',
        ja: 'サンドボックスはループバックまたは内部の名前に限ります。公開されたホストは指定できません。',
      },
    });
  }
  const ca = checkAuthorities(options.ca, 'options.ca');
  const profile = options.profile ?? publicProfile;
  checkProfile(profile, 'options.profile');
  const environment: Environment = {
    kind,
    clientId: options.clientId,
    redirectUri: options.redirectUri,
    endpoints: Object.freeze({ browserUrl, apiUrl }),
    issuer: options.issuer,
    ca,
    profile,
  };
  return Object.freeze(Object.defineProperty(environment, BRAND, { value: true }));
}

/**
 * Checks that a wire profile has its functions and every entry of the public one, and that no
 * answer could be read in two ways.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`; TypeError for a wrong type.
 */
export function checkProfile(profile: WireProfile, path: string): void {
  checkMethods(profile, path, ['encodeRequest', 'decodeProcess', 'encodePoll', 'decodeResult']);
  const [malformed] = malformedEntries(profile);
  if (malformed !== undefined) {
    throw new SelfInfoError('invalid_option', {
      path: `${path}.${malformed}`,
      expected: {
        en: 'An entry with value and confidence, as in publicProfile.',
        ja: 'publicProfile と同じく value と confidence を持つ項目で指定してください。',
      },
    });
  }
  const [[ambiguous, other] = []] = ambiguousEntries(profile);
  if (ambiguous !== undefined) {
    throw new SelfInfoError('invalid_option', {
      path: `${path}.${ambiguous}`,
      expected: {
        en: `Another value than that of ${other}.`,
        ja: `${other} とは異なる値を指定してください。`,
      },
    });
  }
}

/**
 * Checks the certificates of authorities to trust: PEM, one or several.
 *
 * @throws SelfInfoError `invalid_credential`; TypeError for a wrong type.
 */
export function checkAuthorities(value: unknown, path: string): readonly string[] | undefined {
  const ca = typeof value === 'string' ? [value] : value;
  if (ca === undefined) return undefined;
  if (!(Array.isArray(ca) && ca.every((pem) => typeof pem === 'string')))
    throw new TypeError(`${path} must be a PEM string or a list of them.`);
  // Node would skip what it cannot read and then trust nobody.
  if (ca.length === 0 || ca.some((pem) => !isCertificate(pem)))
    throw new SelfInfoError('invalid_credential', {
      path,
      expected: { en: 'Expected PEM certificates.', ja: 'PEM 形式の証明書を指定してください。' },
    });
  return Object.freeze([...ca]);
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** Only a redirect URI may have a query: paths are appended to the others. */
function checkUrl(
  value: unknown,
  path: string,
  kind: Environment['kind'],
  mayHaveQuery = false,
): void {
  checkText(value, path);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && kind === 'sandbox' && isLoopback(url))
  ) {
    if (
      !value.includes('#') &&
      url.username === '' &&
      url.password === '' &&
      (mayHaveQuery || !value.includes('?'))
    )
      return;
  }
  throw new SelfInfoError('invalid_option', {
    path,
    expected: {
      en: `An absolute https URL without fragment${mayHaveQuery ? '' : ', query'} or user name (in the sandbox also http on loopback).`,
      ja: `フラグメント${mayHaveQuery ? '' : '、クエリ'}やユーザー名のない https の絶対URLで指定してください（サンドボックスではループバックの http も可）。`,
    },
  });
}
