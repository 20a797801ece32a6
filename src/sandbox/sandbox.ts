import { type Calendar, createCalendar } from '../calendar/calendar.js';
import { type Clock, systemClock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkFunction, checkKeys } from '../foundation/options.js';
import { checkProfile, type Environment, sandboxEnvironment } from '../wire/environment.js';
import { publicProfile, type WireProfile } from '../wire/profile.js';
import { type App, createApp, type Peer } from './app.js';
import { createWorld, type LogEntry, type Origins } from './context.js';
import { checkFaults, createFaultPlan, type Fault, withoutSocket } from './faults.js';
import { personas as builtIn } from './personas/built-in.js';
import { checkPersonas, type Persona } from './personas/persona.js';
import { Problems } from './problems.js';
import { type Client, checkRegistrations, type Registration } from './registrations.js';
import { createVisit, type VisitOptions } from './visit.js';

/** How a sandbox is made. */
export interface SandboxOptions {
  /** The services it knows, at least one. */
  readonly registrations: readonly Registration[];
  /** The citizens it knows, instead of the built-in `personas`. */
  readonly personas?: readonly Persona[];
  /**
   * What goes wrong on purpose. Of several that fit a call the first one counts. Default: nothing.
   */
  readonly faults?: readonly Fault[];
  /**
   * Its clock: codes, tokens and results expire by it, and servers are open or closed by it.
   * Default: the machine's.
   */
  readonly clock?: Clock;
  /** When servers run. Default: the guideline's table. */
  readonly calendar?: Calendar;
  /**
   * The wire that it speaks: paths, names and words of a profile of your own; times and shape stay
   * the public one's. Default: `publicProfile`.
   */
  readonly profile?: WireProfile;
}

/** An imitation of the portal inside the process. Its functions may be taken out of the object. */
export interface Sandbox {
  /**
   * Answers a request to one of its two origins; `peer` stands for the TLS connection. @throws
   * SelfInfoError `invalid_credential` when `peer.clientCertificate` is no certificate.
   */
  fetch(request: Request, peer?: Peer): Promise<Response>;
  /**
   * Walks a persona through the consent pages and returns the URL of the callback, which may carry
   * an error.
   *
   * @throws SelfInfoError `sandbox_refused` when the pages lead to no callback, e.g. after a wrong
   * PIN; `invalid_option` for an unknown persona.
   */
  visit(url: string | URL, options: VisitOptions): Promise<string>;
  /**
   * The environment for a registered client. Default: the first. @throws SelfInfoError
   * `invalid_option` for an unknown id.
   */
  environment(clientId?: string): Environment;
  readonly clock: Clock;
  /** What happened, oldest first, without anything secret or personal. */
  readonly log: readonly LogEntry[];
}

/**
 * Makes an imitation of the portal that lives in the process: no socket, no file.
 *
 * @param options - registrations, personas, faults, clock, calendar, profile.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * `unknown_detail`, `unknown_server`, `not_a_holder`, `latest_not_declared`, naming the option, or,
 * where several things are wrong, `invalid_option` listing them all; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createVirtualClock, defineService } from 'myna-selfinfo';
 * import { createSandbox } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const sandbox = createSandbox({
 *   registrations: [{ clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service }],
 *   clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
 * });
 * ```
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  checkKeys(options, 'options', SANDBOX_KEYS);
  return buildSandbox(options, {
    browserUrl: 'https://portal.sandbox.invalid',
    apiUrl: 'https://api.sandbox.invalid',
  }).sandbox;
}

/** The options of every sandbox. */
export const SANDBOX_KEYS = {
  registrations: true,
  personas: true,
  faults: true,
  clock: true,
  calendar: true,
  profile: true,
} as const satisfies Record<keyof SandboxOptions, true>;

/** A sandbox, and how it answers who can break a connection. */
export interface BuiltSandbox {
  readonly sandbox: Sandbox;
  readonly answer: App;
}

/** Makes a sandbox for given origins. */
export function buildSandbox(options: SandboxOptions, origins: Origins, ca?: string): BuiltSandbox {
  const problems = new Problems();
  const clients = checkRegistrations(options.registrations, 'options.registrations', problems);
  const personas = checkPersonas(options.personas ?? builtIn, 'options.personas', problems);
  const faults = checkFaults(options.faults ?? [], 'options.faults', problems);
  const { clock = systemClock, calendar = createCalendar(), profile = publicProfile } = options;
  problems.check(() => checkMethods(clock, 'options.clock', ['now', 'wait']));
  problems.check(() => checkMethods(calendar, 'options.calendar', ['status']));
  problems.check(() => checkProfile(profile, 'options.profile'));
  problems.throwIfAny();
  const world = createWorld({
    clients,
    personas,
    clock,
    calendar,
    profile,
    origins,
    faultOf: createFaultPlan(faults),
  });
  const answer = createApp(world);
  const fetch: Sandbox['fetch'] = async (request, peer) =>
    withoutSocket(await answer(request, peer), request.signal);
  const sandbox: Sandbox = {
    fetch,
    visit: createVisit(fetch, personas),
    environment(clientId) {
      const [first] = clients.values();
      const client = clientId === undefined ? first : clients.get(clientId);
      if (client === undefined) {
        throw new SelfInfoError('invalid_option', {
          path: 'clientId',
          expected: { en: 'It is not registered.', ja: '登録されていません。' },
        });
      }
      return sandboxEnvironment({
        clientId: client.clientId,
        redirectUri: client.redirectUris[0],
        endpoints: origins,
        issuer: origins.apiUrl,
        ...(ca !== undefined && { ca }),
        profile: profileFor(client, profile),
      });
    },
    clock,
    log: world.log.entries,
  };
  return { sandbox, answer };
}

/** What is registered for a client is what its profile says; any other has that of the sandbox. */
function profileFor({ keys, mustPush }: Client, profile: WireProfile): WireProfile {
  if (keys === undefined && !mustPush) return profile;
  const { oauth } = profile;
  return {
    ...profile,
    oauth: {
      ...oauth,
      ...(mustPush && {
        pushedAuthorizationRequests: { ...oauth.pushedAuthorizationRequests, value: true },
      }),
      ...(keys !== undefined && {
        clientAuthentication: { ...oauth.clientAuthentication, value: 'private_key_jwt' },
      }),
    },
  };
}

function checkMethods(value: unknown, path: string, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${path} must be an object.`);
  for (const name of names) {
    const method: unknown = Reflect.get(value, name);
    if (method === undefined)
      throw new SelfInfoError('missing_option', { path: `${path}.${name}` });
    checkFunction(method, `${path}.${name}`);
  }
}
