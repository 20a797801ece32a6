import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { type Environment, isEnvironment } from '../wire/environment.js';

/** What ties an authorization request to this browser and to its token request. */
interface AuthorizationRequestOptions {
  readonly state: string;
  readonly codeChallenge: string;
}

/**
 * Builds the URL that sends the citizen to the portal to consent (guideline 2.3, figure 2.3-3).
 * Pure: sends and stores nothing.
 *
 * Use it to run the steps yourself; `client.beginConsent` creates and stores both values.
 *
 * @param environment - the environment and its client.
 * @param options - `state`: the value that ties the callback to this browser; `codeChallenge`: the
 * PKCE S256 challenge, base64url.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`; the second also where
 * the profile requires a pushed request: see {@link pushAuthorization}; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createHash, randomBytes } from 'node:crypto';
 * import { buildConsentUrl, type Environment } from 'myna-selfinfo';
 * function start(environment: Environment) {
 *   const state = randomBytes(32).toString('base64url');
 *   const codeVerifier = randomBytes(32).toString('base64url');
 *   const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
 *   return { state, codeVerifier, url: buildConsentUrl(environment, { state, codeChallenge }) };
 * }
 * ```
 */
export function buildConsentUrl(
  environment: Environment,
  options: { readonly state: string; readonly codeChallenge: string },
): string {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'environment' });
  options = readKeys(options, 'options', {
    state: true,
    codeChallenge: true,
  } satisfies Record<keyof AuthorizationRequestOptions, true>);
  const parameters = authorizationParameters(environment, options);
  if (environment.profile.oauth.pushedAuthorizationRequests.value) {
    throw invalidOption('environment.profile.oauth.pushedAuthorizationRequests', {
      en: 'This profile requires pushAuthorization.',
      ja: 'このプロファイルでは pushAuthorization を使用してください。',
    });
  }
  return authorizationUrl(environment, parameters);
}

/** Returns the parameters of an authorization request, whether in the browser's URL or pushed. */
export function authorizationParameters(
  environment: Environment,
  { state, codeChallenge }: AuthorizationRequestOptions,
): Readonly<Record<string, string>> {
  checkText(state, 'options.state');
  checkText(codeChallenge, 'options.codeChallenge');
  if (!/^[A-Za-z0-9_-]{43}$/.test(codeChallenge)) {
    throw invalidOption('options.codeChallenge', {
      en: 'Expected a base64url SHA-256 digest.',
      ja: 'SHA-256 ダイジェストを base64url 形式で指定してください。',
    });
  }
  const { oauth } = environment.profile;
  const { value: scope } = oauth.scope;
  return {
    // First, so that none of them replaces one of the others.
    ...oauth.authorizationParameters.value,
    response_type: 'code',
    ...(oauth.responseMode.value !== 'query' && { response_mode: oauth.responseMode.value }),
    client_id: environment.clientId,
    redirect_uri: environment.redirectUri,
    ...(scope !== null && { scope }),
    state,
    code_challenge: codeChallenge,
    code_challenge_method: oauth.pkce.value,
  };
}

/** Returns the URL that opens the consent pages. */
export function authorizationUrl(
  { endpoints, profile }: Environment,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(endpoints.browserUrl.replace(/\/$/, '') + profile.paths.authorization.value);
  url.search = new URLSearchParams(parameters).toString();
  return url.href;
}
