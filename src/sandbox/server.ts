import { inspect } from 'node:util';
import type { Calendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Clock } from '../foundation/clock.js';
import { invalidOption } from '../foundation/errors.js';
import { checkWhole, readKeys } from '../foundation/options.js';
import type { Environment } from '../wire/environment.js';
import type { Credential } from './certificates.js';
import { checkControlToken, credentialFor, type Reach } from './control/reach.js';
import { checkHosts, type Hosts } from './hosts.js';
import { connectApp } from './http-bridge.js';
import { createListeners, listen } from './listener.js';
import { SANDBOX_KEYS } from './options.js';
import { buildSandbox } from './sandbox.js';
import type { Sandbox, SandboxClientOptions, SandboxOptions } from './types.js';

/** Options of {@link startSandbox}. */
export interface StartSandboxOptions extends SandboxOptions {
  /** The TCP port of the pages. Default: a free port. */
  readonly browserPort?: number;
  /** The TCP port of the API. Default: a free port. */
  readonly apiPort?: number;
  /**
   * The names under which the sandbox is reached: loopback, names without a dot, or reserved names
   * such as `sandbox.default.svc.cluster.local`. The URLs use the first one. The server's certificate
   * holds all of them, and loopback. If one is not loopback, the sandbox listens on every interface
   * of the machine and emits a warning. Without `controlToken`, its control is served to loopback only
   * all the same. Default: `['127.0.0.1']`.
   */
  readonly hosts?: readonly string[];
  /**
   * Serves the control on the API too, over TLS, to callers that send this token as
   * `Authorization: Bearer`, without a client certificate: 32 to 512 letters, digits and `._~+/-`.
   * Default: the control is served to loopback only.
   */
  readonly controlToken?: string;
  /**
   * Starts the sandbox although the environment variable `NODE_ENV` is `production`, where it does
   * not belong: it grants consents of invented citizens. Default: false.
   */
  readonly startEvenThoughNodeEnvIsProduction?: boolean;
}

/** Everything that `createSelfInfoClient({ service, ...connection })` needs. */
export interface Connection {
  readonly environment: Environment;
  /**
   * The client certificate of the registration and its private key, PEM. Read `tls.key`: the key is
   * not enumerable, so that neither printing nor spreading `tls` reveals it.
   */
  readonly tls: Credential;
  readonly clock: Clock;
  readonly calendar?: Calendar<Catalog>;
}

/** A portal that listens: a started sandbox, or a space of it. */
export interface StartedSpace extends Sandbox {
  /** The base URL of the pages, plain http. */
  readonly browserUrl: string;
  /** The base URL of the API, https with client certificate. */
  readonly apiUrl: string;
  /** The connection of the first registration. */
  readonly connection: Connection;
  /**
   * Returns the connection of a registration.
   *
   * @throws SelfInfoError as `environment`.
   */
  connectionFor(clientId: string, options?: SandboxClientOptions): Connection;
  space(name: string): StartedSpace;
}

/** A sandbox that listens on loopback. */
export interface StartedSandbox extends StartedSpace, AsyncDisposable {
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/**
 * Starts a sandbox on two origins: pages over http, the API over mutual TLS. Each start creates a development CA, a server certificate and one client certificate per registration.
 *
 * @param options - those of `createSandbox`, the ports and the hosts. A registration must not have a
 * `certificate` here.
 * @throws SelfInfoError as `createSandbox`; `invalid_option` with the path of a port that is taken.
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * import { startSandbox } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const sandbox = await startSandbox({
 *   registrations: [
 *     { clientId: 'SP12345678_AB1234', redirectUris: ['http://localhost:3000/callback'], service },
 *   ],
 * });
 * const { environment, tls } = sandbox.connection;
 * await sandbox.close();
 * ```
 */
export async function startSandbox(options: StartSandboxOptions): Promise<StartedSandbox> {
  const { hosts, browserPort, apiPort, controlToken, ...rest } = checkOptions(options);
  // Loaded when needed: an in-process sandbox has no certificates.
  const { createAuthority } = await import('./certificates.js');
  const authority = await createAuthority();
  const credentials = new Map<string, Credential>();
  for (const { clientId } of rest.registrations)
    credentials.set(clientId, await authority.issueClient(clientId));
  const listeners = createListeners(
    await authority.issueServer(hosts.names),
    authority.ca,
    controlToken === undefined,
  );
  const { first, names, address } = hosts;
  if (address === undefined) warnOfEveryInterface();
  try {
    const pages = await listen(listeners.pages, address, browserPort, 'options.browserPort');
    const api = await listen(listeners.api, address, apiPort, 'options.apiPort');
    // An origin is without the usual port of its protocol.
    const browserUrl = new URL(`http://${first}:${pages}`).origin;
    const apiUrl = new URL(`https://${first}:${api}`).origin;
    const registrations = rest.registrations.map((registration) => {
      const credential = credentials.get(registration.clientId);
      return credential === undefined
        ? registration
        : { ...registration, certificate: credential.cert };
    });
    const origins = { browserUrl, apiUrl };
    const sendNotice = rest.sendNotice ?? ((request: Request) => fetch(request));
    const reach = { ca: authority.ca, credentials, controlToken };
    const built = buildSandbox({ ...rest, registrations, sendNotice }, origins, reach);
    connectApp({ listener: listeners.pages, origin: browserUrl, app: built.app, names });
    connectApp({ listener: listeners.api, origin: apiUrl, app: built.app, names });
    const close = () => {
      built.end();
      return listeners.close();
    };
    const started = connected(built.sandbox, reach, rest.calendar);
    return { ...started, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await listeners.close();
    throw error;
  }
}

const NOT_LISTENING = 'https://sandbox.invalid';

type CheckedOptions = SandboxOptions & {
  readonly browserPort: number;
  readonly apiPort: number;
  readonly hosts: Hosts;
  readonly controlToken: string | undefined;
};

/** Checks everything before anything listens. */
function checkOptions(options: StartSandboxOptions): CheckedOptions {
  options = readKeys(options, 'options', {
    ...SANDBOX_KEYS,
    browserPort: true,
    apiPort: true,
    hosts: true,
    controlToken: true,
    startEvenThoughNodeEnvIsProduction: true,
  } satisfies Record<keyof StartSandboxOptions, true>);
  const {
    browserPort = 0,
    apiPort = 0,
    hosts: givenHosts,
    controlToken,
    startEvenThoughNodeEnvIsProduction: inProduction = false,
    ...rest
  } = options;
  checkPort(browserPort, 'options.browserPort');
  checkPort(apiPort, 'options.apiPort');
  const hosts = checkHosts(givenHosts, 'options.hosts');
  checkControlToken(controlToken, 'options.controlToken');
  checkNodeEnv(inProduction);
  buildSandbox(rest, { browserUrl: NOT_LISTENING, apiUrl: NOT_LISTENING });
  const index = rest.registrations.findIndex(({ certificate }) => certificate !== undefined);
  if (index !== -1) {
    throw invalidOption(`options.registrations[${index}].certificate`, {
      en: 'startSandbox creates the certificates itself: remove this option.',
      ja: 'startSandbox が証明書を作成するため、指定できません。',
    });
  }
  return { ...rest, browserPort, apiPort, hosts, controlToken };
}

function checkNodeEnv(inProduction: unknown): void {
  const path = 'options.startEvenThoughNodeEnvIsProduction';
  if (typeof inProduction !== 'boolean') throw new TypeError(`${path} must be a boolean.`);
  if (process.env.NODE_ENV !== 'production' || inProduction) return;
  throw invalidOption(path, {
    en: 'NODE_ENV is production, where no sandbox belongs. Set this option to start it anyway.',
    ja: 'NODE_ENV が production のため、サンドボックスは起動しません。それでも起動する場合は、このオプションを true にしてください。',
  });
}

function checkPort(value: unknown, path: string): void {
  checkWhole(value, path, 0);
  if (value > 65_535)
    throw invalidOption(path, {
      en: 'It must be at most 65535.',
      ja: '65535 以下で指定してください。',
    });
}

function warnOfEveryInterface(): void {
  process.emitWarning(
    'The sandbox listens on every interface, so every host that can reach this machine can use it. It contains invented data only.',
    { code: 'MYNA_SELFINFO_SANDBOX_BEYOND_LOOPBACK' },
  );
}

/** Adds to a portal what its clients need to reach it. */
function connected(
  sandbox: Sandbox,
  reach: Reach,
  calendar: Calendar<Catalog> | undefined,
): StartedSpace {
  const connect = (clientId?: string, options?: SandboxClientOptions): Connection => {
    const environment = sandbox.environment(clientId, options);
    const credential = credentialFor(reach, environment.clientId);
    if (credential === undefined) throw invalidOption('clientId');
    return {
      environment,
      tls: hideKey(credential),
      clock: sandbox.clock,
      ...(calendar !== undefined && { calendar }),
    };
  };
  const { browserUrl, apiUrl } = sandbox.environment().endpoints;
  return {
    ...sandbox,
    browserUrl,
    apiUrl,
    connection: connect(),
    connectionFor: connect,
    space: (name) => connected(sandbox.space(name), reach, calendar),
  };
}

/** Returns a credential whose key neither `inspect` nor JSON shows. */
function hideKey({ cert, key }: Credential): Credential {
  return Object.defineProperties(
    { cert, key: '' },
    {
      key: { get: () => key, enumerable: false },
      [inspect.custom]: { value: () => ({ cert, key: '[redacted]' }), enumerable: false },
    },
  );
}
