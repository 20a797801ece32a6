import { invalidOption, SelfInfoError, type SelfInfoErrorOptions } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { readCertificates } from '../foundation/pem.js';
import type { WireProfile } from './profile.js';
import { unverifiedEntries } from './profile-checks.js';
import { copyProfiles, placesOf } from './profile-set.js';
import { isLoopback, isPrivateHost, parseUrl } from './url-rules.js';

const BRAND = Symbol.for('myna-selfinfo.environment');

/** Options of every environment. */
export interface EnvironmentOptions {
  /**
   * The service id (サービスID) that the portal registered, e.g. of the form `SP12345678_AB1234`. It is
   * sent as `client_id`.
   */
  readonly clientId: string;
  /** The URL where the portal redirects the citizen, exactly as registered. */
  readonly redirectUri: string;
  /**
   * The origins: `browserUrl` for the citizen's browser, `apiUrl` for the calls of the backend,
   * `tokenUrl` for token requests if they go to another host. The paths come from the profile.
   */
  readonly endpoints: {
    readonly browserUrl: string;
    readonly apiUrl: string;
    readonly tokenUrl?: string;
  };
  /** The portal's issuer identifier (RFC 9207), compared with `iss` of the callback. */
  readonly issuer: string;
  /**
   * PEM certificates of the authorities that issue the API's server certificate. Default: the
   * authorities that Node trusts.
   */
  readonly ca?: string | readonly string[];
  /** The same for `endpoints.tokenUrl`. Default: those of `ca`. */
  readonly tokenCa?: string | readonly string[];
  /** The assumptions about the wire. Default: `publicProfile`. */
  readonly profile?: WireProfile;
  /**
   * Further profiles that consents and retrievals in progress may have begun under: the one before
   * a change, and the one after it. Each needs its own id. Default: none.
   */
  readonly otherProfiles?: readonly WireProfile[];
  /**
   * The profile of consents and retrievals that a version of this package without pins began.
   * Default: none; such an entry is `profile_unknown`.
   */
  readonly legacyProfile?: WireProfile;
}

/** Options of the production environment. */
export interface ProductionEnvironmentOptions extends EnvironmentOptions {
  /**
   * Pass {@link acceptWireProfileNotConfirmedBySpecification} to use a profile with unconfirmed
   * entries in production.
   */
  readonly unconfirmedProfile?: typeof acceptWireProfileNotConfirmedBySpecification;
}

/** An environment made by one of the three functions. Other objects are rejected. */
export interface Environment
  extends Omit<Required<EnvironmentOptions>, 'ca' | 'tokenCa' | 'legacyProfile'> {
  readonly kind: 'sandbox' | 'connection-check' | 'production';
  readonly ca: readonly string[] | undefined;
  readonly tokenCa: readonly string[] | undefined;
  readonly legacyProfile: WireProfile | undefined;
}

/**
 * Accepts, in production, a wire profile with entries that the interface specification has not
 * confirmed.
 */
export const acceptWireProfileNotConfirmedBySpecification: unique symbol = Symbol.for(
  'myna-selfinfo.acceptWireProfileNotConfirmedBySpecification',
);

/**
 * Returns the environment of this package's sandbox. Its hosts are loopback or private names, such
 * as `sandbox` or `sandbox.default.svc.cluster.local`. Plain http is allowed there for `browserUrl`
 * and `redirectUri`, and otherwise on loopback only.
 *
 * @param options - ids, origins and trust; `sandbox.environment()` creates them.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_profile`
 * naming the option; TypeError for a wrong type.
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
 * Returns the connection-check environment (接続確認環境) of steps. The notice gives its
 * URLs.
 *
 * @param options - ids, origins and trust as in the notice (試験環境URL) and the registration sheets.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_profile`
 * naming the option; TypeError for a wrong type.
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
 * Returns the production environment (本番環境) of steps. Rejects a profile that the
 * interface specification has not confirmed.
 *
 * @param options - ids, origins and trust as in the notice (本番環境URL) and the registration sheets.
 * @throws SelfInfoError `unverified_profile`, `invalid_profile`, `missing_option`,
 * `invalid_option`, `unknown_option` naming the option; TypeError for a wrong type.
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
 *   // true: publicProfile is not the specification
 *   console.log(isSelfInfoError(error, 'unverified_profile'));
 * }
 * ```
 */
export function productionEnvironment(options: ProductionEnvironmentOptions): Environment {
  const environment = make('production', options, {
    ...KEYS,
    unconfirmedProfile: true,
  } satisfies Record<keyof ProductionEnvironmentOptions, true>);
  const { unconfirmedProfile: accepted } = ownBag(options);
  if (accepted !== undefined && accepted !== acceptWireProfileNotConfirmedBySpecification)
    throw new TypeError('options.unconfirmedProfile must be the exported symbol.');
  const places = placesOf(environment);
  for (const [path, profile] of places)
    if (profile.notices.value === 'unauthenticated')
      throw invalidOption(`${path}.notices.value`, {
        en: 'Production requires authenticated notices: use signed, mutual-tls or none.',
        ja: '本番環境では認証された通知が必要です。signed、mutual-tls、none のいずれかを指定してください。',
      });
  const [first, ...further] = places.flatMap(([path, profile]) =>
    unverifiedEntries(profile).map((entry) => `${path}.${entry}`),
  );
  if (first !== undefined && accepted === undefined)
    throw new SelfInfoError('unverified_profile', { path: first, ...furtherPlaces(further) });
  return environment;
}

/** Says how much more is to be confirmed: each error names only one place. */
function furtherPlaces({ length }: readonly string[]): Pick<SelfInfoErrorOptions, 'expected'> {
  if (length === 0) return {};
  const en = length === 1 ? '1 further place is' : `${length} further places are`;
  return {
    expected: { en: `${en} not confirmed either.`, ja: `ほかに ${length} か所が未確認です。` },
  };
}

/** Returns whether one of the three functions made a value, in any copy of this package. */
export function isEnvironment(value: unknown): value is Environment {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND);
}

const KEYS = {
  clientId: true,
  redirectUri: true,
  endpoints: true,
  issuer: true,
  ca: true,
  tokenCa: true,
  profile: true,
  otherProfiles: true,
  legacyProfile: true,
} as const satisfies Record<keyof EnvironmentOptions, true>;

function make(
  kind: Environment['kind'],
  options: EnvironmentOptions,
  keys: Readonly<Record<string, true>>,
): Environment {
  options = readKeys(options, 'options', keys);
  checkClientId(options.clientId, 'options.clientId');
  if (options.endpoints === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.endpoints' });
  checkUrl(options.redirectUri, 'options.redirectUri', kind, { query: true, opened: true });
  checkUrl(options.issuer, 'options.issuer', kind);
  const endpoints = checkEndpoints(options.endpoints, kind);
  if (options.tokenCa !== undefined && endpoints.tokenUrl === undefined)
    throw invalidOption('options.tokenCa', {
      en: 'Give it only together with endpoints.tokenUrl.',
      ja: 'endpoints.tokenUrl とともに指定してください。',
    });
  const ca = checkAuthorities(options.ca, 'options.ca');
  const environment: Environment = {
    kind,
    clientId: options.clientId,
    redirectUri: options.redirectUri,
    endpoints,
    issuer: options.issuer,
    ca,
    tokenCa: checkAuthorities(options.tokenCa, 'options.tokenCa'),
    ...copyProfiles(options, options.issuer),
  };
  return Object.freeze(Object.defineProperty(environment, BRAND, { value: true }));
}

function checkEndpoints(
  given: EnvironmentOptions['endpoints'],
  kind: Environment['kind'],
): Environment['endpoints'] {
  const { browserUrl, apiUrl, tokenUrl } = readKeys(given, 'options.endpoints', {
    browserUrl: true,
    apiUrl: true,
    tokenUrl: true,
  } satisfies Record<keyof EnvironmentOptions['endpoints'], true>);
  const endpoints = { browserUrl, apiUrl, ...(tokenUrl !== undefined && { tokenUrl }) };
  for (const [name, value] of Object.entries(endpoints)) {
    const path = `options.endpoints.${name}`;
    checkUrl(value, path, kind, { opened: name === 'browserUrl' });
    if (kind !== 'sandbox' || isPrivateHost(new URL(value))) continue;
    throw invalidOption(path, {
      en: 'Use loopback or a private name: a sandbox is never on a public host.',
      ja: 'サンドボックスにはループバックまたは内部の名前を指定してください。公開されたホストは使えません。',
    });
  }
  return Object.freeze(endpoints);
}

/**
 * Validates the profile of a sandbox. Returns a frozen copy.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_profile`
 * naming the place; TypeError for a wrong type.
 */
export function checkProfile(profile: WireProfile | undefined): WireProfile {
  return copyProfiles(ownBag({ profile }), 'https://sandbox.invalid').profile;
}

/**
 * Checks the certificates of trusted authorities: PEM texts of one or several each. Returns each
 * certificate as a text of its own, because Node would stop at the first one that it cannot read.
 *
 * @throws SelfInfoError `invalid_credential`; TypeError for a wrong type.
 */
export function checkAuthorities(value: unknown, path: string): readonly string[] | undefined {
  const ca = typeof value === 'string' ? [value] : value;
  if (ca === undefined) return undefined;
  if (!(Array.isArray(ca) && ca.every((pem) => typeof pem === 'string')))
    throw new TypeError(`${path} must be a PEM string or a list of them.`);
  if (ca.length === 0)
    throw new SelfInfoError('invalid_credential', {
      path,
      expected: { en: 'Use PEM certificates.', ja: 'PEM 形式の証明書を指定してください。' },
    });
  const texts: string[] = [];
  for (const pem of ca)
    texts.push(...readCertificates(pem, path, texts.length).map((read) => read.toString()));
  return Object.freeze(texts);
}

/**
 * Checks a URL. In production no host is this machine. The connection check may use a tunnel from
 * there.
 *
 * @param use - `query`: it may have a query; `opened`: a browser opens it.
 */
function checkUrl(
  value: unknown,
  path: string,
  kind: Environment['kind'],
  { query = false, opened = false } = {},
): void {
  checkText(value, path);
  const url = parseUrl(value, {
    protocols: kind === 'sandbox' ? ['https:', 'http:'] : ['https:'],
    query,
    loopback: kind !== 'production',
  });
  const isPlainHost = opened ? isPrivateHost : isLoopback;
  if (url?.protocol === 'https:' || (url && isPlainHost(url))) return;
  throw invalidOption(path, {
    en: `Use an absolute https URL without fragment${query ? '' : ', query'} or user name (in the sandbox also http on loopback${opened ? ' or a private name' : ''}). Its host must be spelled out, without a final dot; loopback (in production), link-local and metadata addresses are refused.`,
    ja: `フラグメント${query ? '' : '、クエリ'}やユーザー名のない https の絶対URLで指定してください（サンドボックスではループバック${opened ? 'や内部の名前' : ''}の http も可）。ホストは正規の表記で、末尾のドットなしで指定してください。ループバック（本番環境の場合）、リンクローカル、メタデータサービスのアドレスは指定できません。`,
  });
}

/** Checks the characters of a client id (RFC 6749, A.1). Others would not arrive as they are. */
function checkClientId(value: unknown, path: string): void {
  checkText(value, path);
  if (/^[\x20-\x7e]+$/.test(value)) return;
  throw invalidOption(path, {
    en: 'Use printable ASCII characters.',
    ja: '印字可能な ASCII 文字で指定してください。',
  });
}
