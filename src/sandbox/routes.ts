import type { Attempt, SandboxContext } from './context.js';
import { CONTROL_PATH } from './control/place.js';
import type { JournalStep } from './journal.js';
import { healthRoute, startRoute } from './pages/control.js';
import { openConsent } from './portal/authorize.js';
import { decide } from './portal/decide.js';
import { pushRequest } from './portal/push.js';
import { Refusal } from './portal/refusals.js';
import { submitRequest } from './portal/request.js';
import { acknowledgeResult, collectResult } from './portal/result.js';
import { exchangeCode } from './portal/token.js';
import { jsonRefusal, pageRefusal } from './refusal-response.js';

/** Handles a request that reached its route. */
export type Handler = (
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
) => Promise<Response>;

/** A base URL, path and method that the sandbox serves. */
export interface SandboxRoute {
  readonly base: string;
  readonly path: string;
  readonly method: string;
  /** A step of the flow is logged, and a fault can be injected into it. */
  readonly step?: JournalStep;
  readonly handle: Handler;
}

/** Returns all routes of a sandbox. */
export function routesOf({ origins, profile }: SandboxContext): readonly SandboxRoute[] {
  const { browserUrl, apiUrl } = origins;
  const { paths, acknowledgement } = profile;
  const pageRoute = (method: string, step: JournalStep, handle: Handler): SandboxRoute => {
    const path = paths.authorization.value;
    return { base: browserUrl, path, method, step, handle };
  };
  const apiRoute = (path: string, step: JournalStep, handle: Handler): SandboxRoute => {
    return { base: apiUrl, path, method: 'POST', step, handle };
  };
  return [
    pageRoute('GET', 'authorize', openConsent),
    pageRoute('POST', 'decide', decide),
    apiRoute(paths.pushedAuthorization.value, 'push', pushRequest),
    apiRoute(paths.token.value, 'token', exchangeCode),
    apiRoute(paths.request.value, 'request', submitRequest),
    apiRoute(paths.result.value, 'result', collectResult),
    ...(acknowledgement.value === null
      ? []
      : [apiRoute(acknowledgement.value, 'acknowledge', acknowledgeResult)]),
    ...[healthRoute, startRoute].map((route) => ({ ...route, base: browserUrl })),
  ];
}

/** Returns the route of a request, or the refusal of a request that has none. */
export function findRoute(
  { origins }: SandboxContext,
  routes: readonly SandboxRoute[],
  request: Request,
): SandboxRoute | Response {
  const { origin, pathname } = new URL(request.url);
  if (!Object.values(origins).some((base) => new URL(base).origin === origin))
    return jsonRefusal(new Refusal('wrong_origin'));
  const here = routes.filter(({ base, path }) => base + path === origin + pathname);
  if (here.length === 0) return refuse(origins, request, new Refusal('unknown_route'));
  const route = here.find((candidate) => candidate.method === request.method);
  if (route !== undefined) return route;
  const response = refuse(origins, request, new Refusal('method_not_allowed'));
  response.headers.set('allow', here.map((candidate) => candidate.method).join(', '));
  return response;
}

/** Returns a refusal in the form that the caller of the route can read. */
export function refuse(
  { browserUrl }: SandboxContext['origins'],
  request: Request,
  refusal: Refusal,
): Response {
  const { origin, pathname } = new URL(request.url);
  const isProgram =
    origin !== new URL(browserUrl).origin ||
    (origin + pathname).startsWith(`${browserUrl}${CONTROL_PATH}/`);
  return isProgram ? jsonRefusal(refusal) : pageRefusal(request, refusal);
}
