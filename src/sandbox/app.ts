import type { Attempt, LogStep, World } from './context.js';
import { type Answered, type Fault, failEarly, spoil } from './faults.js';
import { errorPage } from './pages/consent.js';
import { createControl } from './pages/control.js';
import { languageOf } from './pages/texts.js';
import { createAuthorization } from './portal/authorization.js';
import { createAuthentication } from './portal/client-auth.js';
import { createInquiries } from './portal/inquiries.js';
import { createPushing } from './portal/push.js';
import { Refusal } from './portal/refusals.js';
import { createExchange } from './portal/token.js';
import { thumbprintOf } from './registrations.js';

/** What the connection itself says about the caller. */
export interface Peer {
  /** The client certificate it presented, PEM. */
  readonly clientCertificate?: string;
  /**
   * Whether it comes from another machine, or under another name than loopback's: log and clock are
   * not for such callers. Default: false.
   */
  readonly remote?: boolean;
}

interface Route {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** A step of the journey is logged and may be made to fail. */
  readonly step?: LogStep;
  /** Whether a program calls it, although it stands among the pages. */
  readonly machine?: boolean;
  readonly handle: (request: Request, attempt: Attempt) => Promise<Response>;
}

/**
 * The whole sandbox as one function from request to answer; whatever a caller sends is answered,
 * never thrown.
 */
export type App = (request: Request, peer?: Peer) => Promise<Answered>;

/** Makes the app of a world. */
export function createApp(world: World): App {
  const { browserUrl, apiUrl } = world.origins;
  const { paths } = world.profile;
  const { open, decide } = createAuthorization(world);
  const { submit, collect } = createInquiries(world);
  const authenticate = createAuthentication(world);
  const control = createControl(world);
  const routes: readonly Route[] = [
    {
      origin: browserUrl,
      path: paths.authorization.value,
      method: 'GET',
      step: 'authorize',
      handle: open,
    },
    {
      origin: browserUrl,
      path: paths.authorization.value,
      method: 'POST',
      step: 'decide',
      handle: decide,
    },
    {
      origin: apiUrl,
      path: paths.pushedAuthorization.value,
      method: 'POST',
      step: 'push',
      handle: createPushing(world, authenticate),
    },
    {
      origin: apiUrl,
      path: paths.token.value,
      method: 'POST',
      step: 'token',
      handle: createExchange(world, authenticate),
    },
    { origin: apiUrl, path: paths.request.value, method: 'POST', step: 'request', handle: submit },
    { origin: apiUrl, path: paths.result.value, method: 'POST', step: 'result', handle: collect },
    ...control.map((route) => ({ ...route, origin: browserUrl })),
  ];

  function refuse(request: Request, refusal: Refusal, route?: Route): Response {
    const onPages = new URL(request.url).origin === browserUrl;
    return onPages && route?.machine !== true
      ? errorPage(languageOf(request), refusal)
      : jsonRefusal(refusal);
  }

  function find(request: Request): Route | Response {
    const { origin, pathname } = new URL(request.url);
    if (origin !== browserUrl && origin !== apiUrl)
      return refuse(request, new Refusal('wrong_origin'));
    const here = routes.filter((route) => route.origin === origin && route.path === pathname);
    if (here.length === 0) return refuse(request, new Refusal('unknown_route'));
    const route = here.find((candidate) => candidate.method === request.method);
    if (route !== undefined) return route;
    const response = refuse(request, new Refusal('method_not_allowed'), here[0]);
    response.headers.set('allow', here.map((candidate) => candidate.method).join(', '));
    return response;
  }

  return async (request, peer = {}) => {
    const route = find(request);
    if (route instanceof Response) return { response: route };
    const { step } = route;
    const attempt: Attempt = {
      thumbprint:
        peer.clientCertificate === undefined
          ? undefined
          : thumbprintOf(peer.clientCertificate, 'peer.clientCertificate'),
      remote: peer.remote === true,
    };
    const log = (entry: NonNullable<Attempt['outcome']>, fault?: Fault) => {
      if (step === undefined) return;
      world.log.write({
        step,
        ...entry,
        ...(attempt.clientId !== undefined && { clientId: attempt.clientId }),
        ...(fault && { fault: fault.do }),
      });
    };
    let fault: Fault | undefined;
    let response: Response;
    try {
      fault = step === undefined || step === 'decide' ? undefined : world.faultOf(step, request);
      const failed = fault && failEarly(fault, world.clock.now());
      if (failed) {
        log(new Refusal('fault_asked_for').logged(), fault);
        return { response: failed };
      }
      response = await world.skewed(fault?.do === 'clock-skew' ? fault.ms : 0, () =>
        route.handle(request, attempt),
      );
      log(attempt.outcome ?? { outcome: 'accepted' }, fault);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      log(refusal.logged(), fault);
      response = refuse(request, refusal, route);
    }
    return fault ? spoil(response, fault, world, request.signal) : { response };
  };
}

/** A refusal as a program reads it. */
export function jsonRefusal({
  reason,
  status,
  error,
  description,
  descriptionJa,
}: Refusal): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (error === 'invalid_client')
    headers.set('www-authenticate', `ClientCertificate error="${error}"`);
  // RFC 6750: a call without any credentials is told the scheme only.
  else if (status === 401)
    headers.set(
      'www-authenticate',
      reason === 'token_required'
        ? 'Bearer'
        : `Bearer error="${error}", error_description="${description}"`,
    );
  return Response.json(
    { error, error_description: description, error_description_ja: descriptionJa },
    { status, headers },
  );
}
