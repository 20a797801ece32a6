import { errorPage } from './pages/consent.js';
import { languageOf } from './pages/texts.js';
import type { Refusal } from './portal/refusals.js';

/** Returns a refusal as a page for a browser. */
export function pageRefusal(request: Request, refusal: Refusal): Response {
  return errorPage(languageOf(request), refusal);
}

/** Returns a refusal as JSON for a program. */
export function jsonRefusal(refusal: Refusal): Response {
  const { status, error, description, descriptionJa } = refusal;
  const headers = new Headers({ 'cache-control': 'no-store' });
  const challenge = challengeOf(refusal);
  if (challenge !== undefined) headers.set('www-authenticate', challenge);
  return Response.json(
    { error, error_description: description, error_description_ja: descriptionJa },
    { status, headers },
  );
}

function challengeOf({ reason, status, error, description }: Refusal): string | undefined {
  // RFC 6749, 5.2: the scheme that the client used.
  if (reason.startsWith('secret_')) return `Basic realm="sandbox", error="${error}"`;
  if (error === 'invalid_client') return `ClientCertificate error="${error}"`;
  if (status !== 401) return undefined;
  // RFC 6750: a call without any credentials gets the scheme only.
  return reason === 'token_required' || reason === 'control_token_wrong'
    ? 'Bearer'
    : `Bearer error="${error}", error_description="${description}"`;
}
