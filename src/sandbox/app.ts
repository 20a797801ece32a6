import { callerOf } from './caller.js';
import { type Attempt, checking, type SandboxContext } from './context.js';
import type { ControlApp } from './control/http.js';
import { corrupt, type Delivery, failBefore } from './fault-effects.js';
import { type Fault, faultHeader } from './faults.js';
import { Refusal } from './portal/refusals.js';
import { jsonRefusal } from './refusal-response.js';
import { thumbprintOf } from './registrations.js';
import { findRoute, refuse, routesOf, type SandboxRoute } from './routes.js';
import { type Answered, isTranslated, translate } from './translate.js';

/** What the connection says about the caller. */
export interface Peer {
  /** The client certificate that the caller presented, PEM. */
  readonly clientCertificate?: string;
  /**
   * Whether the caller comes from another machine, or uses a host name other than loopback. Such
   * callers are served the portal only. Default: false.
   */
  readonly remote?: boolean;
}

/**
 * The whole sandbox as one function from request to response. Every request gets a response. Only
 * an invalid `peer.clientCertificate`, or an abort during a delay, rejects.
 */
export type App = (request: Request, caller?: Caller) => Promise<Delivery>;

/** A peer of a sandbox that listens. */
export interface Caller extends Peer {
  /** Whether it lacks a certificate of this sandbox, where the portal requires one. */
  readonly uncertified?: boolean;
}

/** Creates the app of a sandbox. */
export function createApp(context: SandboxContext, control: ControlApp): App {
  const routes = routesOf(context);
  return async (request, peer: Caller = {}) => {
    const controlled = await answerControl(control, request, peer);
    if (controlled !== undefined) return { response: controlled };
    // As TLS does where it requires a certificate.
    if (peer.uncertified) return { response: Response.error(), connection: 'close' };
    const answer = async (inner: Request): Promise<Answered> => {
      const route = findRoute(context, routes, inner);
      return route instanceof Response
        ? { response: route }
        : serve(context, route, inner, attemptOf(peer));
    };
    const { response, fault } = isTranslated(context, request)
      ? await translate(context, request, answer)
      : await answer(request);
    return fault ? corrupt(response, fault, context, request.signal) : { response };
  };
}

/** Answers a request to the control; undefined for any other request. */
async function answerControl(
  control: ControlApp,
  request: Request,
  peer: Peer,
): Promise<Response | undefined> {
  try {
    return await control(request, attemptOf(peer));
  } catch (refusal) {
    if (refusal instanceof Refusal) return jsonRefusal(refusal);
    throw refusal;
  }
}

function attemptOf({ clientCertificate, remote }: Peer): Attempt {
  return {
    thumbprint:
      clientCertificate === undefined
        ? undefined
        : thumbprintOf(clientCertificate, 'peer.clientCertificate'),
    remote: remote === true,
    checked: [],
  };
}

/** Carries out a step, unless the fault of the call replaces it. */
async function serve(
  context: SandboxContext,
  route: SandboxRoute,
  request: Request,
  attempt: Attempt,
): Promise<Answered> {
  const { step } = route;
  let fault: Fault | undefined;
  let response: Response;
  try {
    fault = step && (await faultOf(context, step, request, attempt));
    const failed = fault && failBefore(fault, context.clock.now());
    if (failed) {
      log(context, route, attempt, new Refusal('fault_asked_for').logged(), fault);
      return { response: failed, fault };
    }
    response = await context.withSkew(fault?.do === 'clock-skew' ? fault.ms : 0, () =>
      route.handle(context, request, attempt),
    );
    log(context, route, attempt, attempt.outcome ?? ACCEPTED, fault);
    const { decided } = attempt;
    if (decided) log(context, { step: 'decide' }, decided, decided.outcome ?? ACCEPTED, undefined);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    log(context, route, attempt, refusal.logged(), fault);
    response = refuse(context.origins, request, refusal);
  }
  return { response, fault };
}

const ACCEPTED = { outcome: 'accepted' } as const;

async function faultOf(
  context: SandboxContext,
  step: NonNullable<SandboxRoute['step']>,
  request: Request,
  attempt: Attempt,
): Promise<Fault | undefined> {
  if (step === 'decide' || step === 'codec') return undefined;
  const { faults } = context;
  if (request.headers.has(faultHeader)) checking(attempt, 'fault');
  const caller = faults.needsCaller(step) ? await callerOf(context, request) : undefined;
  return faults.of(step, request, caller);
}

function log(
  context: SandboxContext,
  { step }: Pick<SandboxRoute, 'step'>,
  { clientId, checked }: Attempt,
  outcome: NonNullable<Attempt['outcome']>,
  fault: Fault | undefined,
): void {
  if (step === undefined) return;
  context.journal.write({
    step,
    ...outcome,
    checked: Object.freeze([...checked]),
    ...(clientId !== undefined && { clientId }),
    ...(fault && { fault: fault.do }),
  });
}
