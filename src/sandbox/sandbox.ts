import { type Calendar, createCalendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import { type Clock, systemClock } from '../foundation/clock.js';
import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkFunction, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { checkProfile, type Environment, sandboxEnvironment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import { publicProfile } from '../wire/public-profile.js';
import { type App, createApp, type Peer } from './app.js';
import type { SandboxCodec } from './codec.js';
import { createContext, type Origins } from './context.js';
import { detach } from './fault-effects.js';
import { checkFaults, createFaultPlan, type Fault } from './faults.js';
import type { LogEntry } from './log.js';
import { checkOneCatalog } from './one-catalog.js';
import { personas as builtIn } from './personas/built-in.js';
import { checkPersonas, type Persona } from './personas/persona.js';
import { secretMethodOf } from './portal/client-secret.js';
import { Problems } from './problems.js';
import { type Client, checkRegistrations, type Registration } from './registrations.js';
import { type VisitOptions, visitConsent } from './visit.js';

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** The registered services, at least one. */
  readonly registrations: readonly Registration[];
  /** The citizens, instead of the built-in `personas`. */
  readonly personas?: readonly Persona[];
  /**
   * Faults to inject. If several match a call, the first one counts. Default: none.
   */
  readonly faults?: readonly Fault[];
  /**
   * The clock by which codes, tokens and results expire, and servers are open or closed. Default:
   * the system clock.
   */
  readonly clock?: Clock;
  /**
   * When servers run. Registrations that are data, not services of `defineService`, may name what its
   * catalogue has. Default: by their hours alone, with the catalogue of the services.
   */
  readonly calendar?: Calendar<Catalog>;
  /**
   * The portal's profile: the sandbox speaks the JSON of `publicCodec`, with the paths, names and
   * words of this profile. Write it separately from the client's. Default: `publicProfile`.
   */
  readonly profile?: WireProfile;
  /**
   * Sends a notice to the `noticeUri` of a registration. What it throws or rejects with is ignored.
   * Default: `startSandbox` sends it by HTTP, `createSandbox` sends none.
   */
  readonly sendNotice?: (request: Request) => unknown;
  /**
   * Translates between that JSON and the messages of a wire that differs in more than names.
   * Default: none.
   */
  readonly codec?: SandboxCodec;
}

/** Options of the environment and the connection of a client. */
export interface SandboxClientOptions {
  /**
   * The client's profile, used as it is. If both sides have the same profile, no test finds a word
   * under the wrong state. Default: the profile of the sandbox, with the client authentication and
   * the pushed requests of the registration.
   */
  readonly profile?: WireProfile;
}

/** An imitation of the portal inside the process. Its functions can be destructured. */
export interface Sandbox {
  /**
   * Answers a request to one of the two origins. `peer` replaces what a TLS connection would say.
   *
   * @throws SelfInfoError `invalid_credential` when `peer.clientCertificate` is not a certificate.
   */
  fetch(request: Request, peer?: Peer): Promise<Response>;
  /**
   * Walks a persona through the consent pages. Returns the URL of the callback, which may carry an
   * error.
   *
   * @throws SelfInfoError `sandbox_refused` when the pages lead to no callback, e.g. after a wrong
   * PIN, or when the callback is a POST (`form_post`): use `visitRequest`; `invalid_option` for an
   * unknown persona.
   */
  visit(url: string | URL, options: VisitOptions): Promise<string>;
  /**
   * Walks a persona through the consent pages like `visit`, in any response mode. Returns the
   * callback as a request for `completeConsent`: a GET, or a POST under `form_post`.
   *
   * @throws SelfInfoError as `visit`.
   */
  visitRequest(url: string | URL, options: VisitOptions): Promise<Request>;
  /**
   * Returns the environment of a registered client. Default: the first one, with the profile of the
   * sandbox.
   *
   * @throws SelfInfoError `invalid_option` for an unknown id; for the profile of the options as
   * `sandboxEnvironment`.
   */
  environment(clientId?: string, options?: SandboxClientOptions): Environment;
  readonly clock: Clock;
  /** What happened, oldest first. Contains no secrets and no personal data. */
  readonly log: readonly LogEntry[];
}

/**
 * Creates an imitation of the portal inside the process, without sockets and files.
 *
 * @param options - registrations, personas, faults, clock, calendar, profile, codec.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * `unknown_detail`, `unknown_server`, `not_a_holder` or `latest_not_declared`, with the path of the
 * option; `invalid_option` with a list if several options are wrong; TypeError for a wrong type.
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
 *   registrations: [
 *     { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
 *   ],
 *   clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
 * });
 * ```
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  options = readKeys(options, 'options', SANDBOX_KEYS);
  return buildSandbox(options, {
    browserUrl: 'https://portal.sandbox.invalid',
    apiUrl: 'https://api.sandbox.invalid',
  }).sandbox;
}

/** The option keys of every sandbox. */
export const SANDBOX_KEYS = {
  registrations: true,
  personas: true,
  faults: true,
  clock: true,
  calendar: true,
  profile: true,
  sendNotice: true,
  codec: true,
} as const satisfies Record<keyof SandboxOptions, true>;

const CLIENT_KEYS = { profile: true } as const satisfies Record<keyof SandboxClientOptions, true>;

/** A sandbox, and its app for a server that can break connections. */
export interface BuiltSandbox {
  readonly sandbox: Sandbox;
  readonly app: App;
  /** Drops the notices that wait. */
  readonly end: () => void;
}

/** Builds a sandbox for given origins. */
export function buildSandbox(options: SandboxOptions, origins: Origins, ca?: string): BuiltSandbox {
  const { faults, ...checked } = checkOptions(options);
  const { clients, personas, profile } = checked;
  const closed = new AbortController();
  const faultOf = createFaultPlan(faults);
  const context = createContext({ ...checked, origins, faultOf, lifetime: closed.signal });
  const app = createApp(context);
  const fetch: Sandbox['fetch'] = async (request, peer) =>
    detach(await app(request, peer), request.signal);
  const sandbox: Sandbox = {
    fetch,
    async visit(url, visit) {
      if (profile.oauth.responseMode.value === 'form_post')
        throw new SelfInfoError('sandbox_refused', { expected: NOT_A_URL });
      return (await visitConsent(fetch, personas, url, visit)) as string;
    },
    async visitRequest(url, visit) {
      const callback = await visitConsent(fetch, personas, url, visit);
      return typeof callback === 'string'
        ? new Request(callback, ownBag({ signal: null }))
        : callback;
    },
    environment(clientId, given = {}) {
      const options = readKeys(given, 'options', CLIENT_KEYS);
      const client = findClient(clients, clientId);
      return sandboxEnvironment({
        clientId: client.clientId,
        redirectUri: client.redirectUris[0],
        endpoints: origins,
        issuer: origins.apiUrl,
        ...(ca !== undefined && { ca }),
        profile: options.profile ?? profileFor(client, profile),
      });
    },
    clock: checked.clock,
    log: context.log.entries,
  };
  return { sandbox, app, end: () => closed.abort() };
}

const NOT_A_URL: Expected = {
  en: 'Under form_post the callback is a POST: use visitRequest.',
  ja: 'form_post のコールバックは POST です。visitRequest を使用してください。',
};

function checkOptions(given: SandboxOptions) {
  const options = ownBag(given);
  const problems = new Problems();
  const { registrations } = options;
  const catalog = checkOneCatalog(registrations, options.calendar, problems);
  const clients = checkRegistrations(registrations, 'options.registrations', problems, catalog);
  const personas = checkPersonas(
    options.personas ?? builtIn,
    'options.personas',
    problems,
    catalog,
  );
  const faults = checkFaults(options.faults ?? [], 'options.faults', problems);
  const {
    clock = systemClock,
    calendar = createCalendar({}, catalog),
    codec,
    sendNotice,
  } = options;
  problems.check(() => checkFunction(sendNotice, 'options.sendNotice'));
  problems.check(() => checkFunction(codec, 'options.codec'));
  problems.check(() => requireMethods(clock, 'options.clock', ['now', 'wait']));
  problems.check(() => requireMethods(calendar, 'options.calendar', ['status']));
  const profile = problems.check(() => copyProfile(options.profile)) ?? publicProfile;
  problems.throwIfAny();
  return { clients, personas, faults, clock, calendar, profile, codec, sendNotice };
}

/** Checks a profile. The paths below the API must differ, since each is a route of the sandbox. */
function copyProfile(given: WireProfile | undefined): WireProfile {
  const profile = checkProfile(given);
  const { authorization: _, ...paths } = profile.paths;
  const seen = new Map<string | null, string>();
  for (const [name, { value }] of [
    ...Object.entries(paths).map(([key, entry]) => [`paths.${key}`, entry] as const),
    ['acknowledgement', profile.acknowledgement] as const,
  ]) {
    const other = seen.get(value);
    if (other !== undefined)
      throw invalidOption(`options.profile.${name}.value`, {
        en: `Use a path that differs from ${other}.`,
        ja: `${other} とは異なるパスを指定してください。`,
      });
    seen.set(value, name);
  }
  return profile;
}

function findClient(clients: ReadonlyMap<string, Client>, clientId: string | undefined): Client {
  const [first] = clients.values();
  const client = clientId === undefined ? first : clients.get(clientId);
  if (client !== undefined) return client;
  throw invalidOption('clientId', {
    en: 'It is not registered with this sandbox.',
    ja: 'このサンドボックスに登録されていません。',
  });
}

/** Returns the profile for a client: the registered values replace those of the sandbox. */
function profileFor({ keys, secret, mustPush }: Client, profile: WireProfile): WireProfile {
  if (keys === undefined && secret === undefined && !mustPush) return profile;
  const { oauth } = profile;
  const method = keys === undefined ? secretMethodOf(profile) : 'private_key_jwt';
  return {
    ...profile,
    oauth: {
      ...oauth,
      ...(mustPush && {
        pushedAuthorizationRequests: { ...oauth.pushedAuthorizationRequests, value: true },
      }),
      ...((keys ?? secret) !== undefined && {
        clientAuthentication: { ...oauth.clientAuthentication, value: method },
      }),
    },
  };
}

function requireMethods(value: unknown, path: string, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${path} must be an object.`);
  for (const name of names) {
    const method: unknown = Reflect.get(value, name);
    if (method === undefined)
      throw new SelfInfoError('missing_option', { path: `${path}.${name}` });
    checkFunction(method, `${path}.${name}`);
  }
}
