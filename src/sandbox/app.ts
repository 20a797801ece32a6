import { publicProfile } from '../profile.js';
import { createAuthorization } from './authorization.js';
import { createExchange } from './exchange.js';
import { createInquiries } from './inquiries.js';
import { errorPage, languageOf } from './pages.js';
import { Refusal } from './refusals.js';
import { thumbprintOf } from './registrations.js';
import type { Attempt, LogStep, World } from './state.js';

/** What the connection itself says about the caller. */
export interface Peer {
  /** The client certificate it presented, PEM. */
  readonly clientCertificate?: string;
}

interface Route {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly step: LogStep;
  readonly handle: (request: Request, attempt: Attempt) => Promise<Response>;
}

/** The whole sandbox as one function from request to response; whatever a caller sends is answered, never thrown. */
export function createApp(world: World): (request: Request, peer?: Peer) => Promise<Response> {
  const { browserUrl, apiUrl } = world.origins;
  const { paths } = publicProfile;
  const { open, decide } = createAuthorization(world);
  const { submit, collect } = createInquiries(world);
  const routes: readonly Route[] = [
    { origin: browserUrl, path: paths.authorization.value, method: 'GET', step: 'authorize', handle: open },
    { origin: browserUrl, path: paths.authorization.value, method: 'POST', step: 'decide', handle: decide },
    { origin: apiUrl, path: paths.token.value, method: 'POST', step: 'token', handle: createExchange(world) },
    { origin: apiUrl, path: paths.request.value, method: 'POST', step: 'request', handle: submit },
    { origin: apiUrl, path: paths.result.value, method: 'POST', step: 'result', handle: collect },
  ];

  return async (request, peer = {}) => {
    const url = new URL(request.url);
    const refuse = (refusal: Refusal) => (url.origin === browserUrl ? errorPage(languageOf(request), refusal) : jsonRefusal(refusal));
    if (url.origin !== browserUrl && url.origin !== apiUrl) return refuse(new Refusal('wrong_origin'));
    const here = routes.filter((route) => route.origin === url.origin && route.path === url.pathname);
    if (here.length === 0) return refuse(new Refusal('unknown_route'));
    const route = here.find((candidate) => candidate.method === request.method);
    if (route === undefined) {
      const response = refuse(new Refusal('method_not_allowed'));
      response.headers.set('allow', here.map((candidate) => candidate.method).join(', '));
      return response;
    }
    const attempt: Attempt = { thumbprint: peer.clientCertificate === undefined ? undefined : thumbprintOf(peer.clientCertificate, 'peer.clientCertificate') };
    const log = (outcome: NonNullable<Attempt['outcome']> | { readonly outcome: 'accepted' }) =>
      world.log.write({ step: route.step, ...outcome, ...(attempt.clientId !== undefined && { clientId: attempt.clientId }) });
    try {
      const response = await route.handle(request, attempt);
      log(attempt.outcome ?? { outcome: 'accepted' });
      return response;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      log({ outcome: 'refused', code: refusal.reason });
      return refuse(refusal);
    }
  };
}

/** A refusal as a program reads it. */
export function jsonRefusal({ reason, status, error, description }: Refusal): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (reason === 'client_not_authenticated') headers.set('www-authenticate', `ClientCertificate error="${error}"`);
  // RFC 6750: a call without any credentials is told the scheme only.
  else if (status === 401)
    headers.set('www-authenticate', reason === 'token_required' ? 'Bearer' : `Bearer error="${error}", error_description="${description}"`);
  return Response.json({ error, error_description: description }, { status, headers });
}
