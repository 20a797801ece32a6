import { type Attempt, checking, type SandboxContext } from '../context.js';
import type { IssuedToken } from '../state.js';
import { Refusal } from './refusals.js';

/** Returns what the access token of a call stands for (RFC 6750, bound by RFC 8705). */
export function authorizeCall(
  { tokens }: Pick<SandboxContext, 'tokens'>,
  request: Request,
  attempt: Attempt,
): IssuedToken {
  checking(attempt, 'token');
  const token = bearerOf(request);
  if (token === undefined) throw new Refusal('token_required');
  const issued = tokens.get(token);
  if (issued === undefined) throw new Refusal('token_unknown');
  attempt.clientId = issued.client.clientId;
  if ((issued.thumbprint ?? attempt.thumbprint) !== undefined) checking(attempt, 'certificate');
  if (issued.thumbprint !== attempt.thumbprint) throw new Refusal('token_certificate_mismatch');
  return issued;
}

/** Returns the token of a call. */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get('authorization');
  return /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? '')?.[1];
}
