import { type infer as Infer, optional, strictObject, string, boolean as yesOrNo } from 'zod';
import type { Environment } from '../../wire/environment.js';
import { credentialFor, type Reach } from './reach.js';

const pem = string().meta({ description: 'PEM' });

/** The schema of what a client needs to use a sandbox. */
export const connectionSchema = strictObject({
  clientId: string(),
  redirectUri: string(),
  browserUrl: string(),
  apiUrl: string(),
  issuer: string(),
  authorizeUrl: string(),
  pushUrl: string(),
  tokenUrl: string(),
  requestUrl: string(),
  resultUrl: string(),
  clientAuthentication: string(),
  requirePushedAuthorizationRequests: yesOrNo(),
  ca: optional(pem),
  certificate: optional(pem),
  key: optional(pem),
});

/**
 * Returns all that a client needs, so that a suite needs no files. The key was made at this start of
 * the sandbox and works with nothing else. A caller who can read it can change the sandbox anyway.
 */
export function connectionOf(
  { clientId, redirectUri, endpoints, issuer, profile }: Environment,
  reach: Reach | undefined,
): Infer<typeof connectionSchema> {
  const { browserUrl, apiUrl } = endpoints;
  const { paths, oauth } = profile;
  const credential = reach && credentialFor(reach, clientId);
  return {
    ...{ clientId, redirectUri, browserUrl, apiUrl, issuer },
    authorizeUrl: browserUrl + paths.authorization.value,
    pushUrl: apiUrl + paths.pushedAuthorization.value,
    tokenUrl: apiUrl + paths.token.value,
    requestUrl: apiUrl + paths.request.value,
    resultUrl: apiUrl + paths.result.value,
    clientAuthentication: oauth.clientAuthentication.value,
    requirePushedAuthorizationRequests: oauth.pushedAuthorizationRequests.value,
    ...(reach && { ca: reach.ca }),
    ...(credential && { certificate: credential.cert, key: credential.key }),
  };
}
