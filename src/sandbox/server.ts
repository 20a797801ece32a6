import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import type { Calendar } from '../calendar/calendar.js';
import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkWhole } from '../foundation/options.js';
import type { Environment } from '../wire/environment.js';
import { type App, jsonRefusal } from './app.js';
import type { Credential } from './certificates.js';
import type { Answered } from './faults.js';
import { MAX_BODY_BYTES } from './portal/bodies.js';
import { Refusal } from './portal/refusals.js';
import { buildSandbox, SANDBOX_KEYS, type Sandbox, type SandboxOptions } from './sandbox.js';

/** How a listening sandbox is made. */
export interface StartSandboxOptions extends SandboxOptions {
  /** The TCP port of the pages. Default: a free one. */
  readonly browserPort?: number;
  /** The TCP port of the API. Default: a free one. */
  readonly apiPort?: number;
  /**
   * Listens on every interface of the machine (0.0.0.0), for instance in a container whose ports
   * are published, and prints a warning. The URLs stay those of loopback; log and clock answer to
   * loopback only. Default: false.
   */
  readonly listenOnEveryInterfaceNotOnlyLoopback?: boolean;
}

/** All that `createSelfInfoClient({ service, ...connection })` needs. */
export interface Connection {
  readonly environment: Environment;
  /**
   * The client certificate of the registration and its private key, PEM. The key is not printed and
   * not copied by a spread: read `tls.key`.
   */
  readonly tls: Credential;
  readonly clock: Clock;
  readonly calendar?: Calendar;
}

/** A sandbox that listens on loopback. */
export interface StartedSandbox extends Sandbox, AsyncDisposable {
  /** The origin of the pages, plain http. */
  readonly browserUrl: string;
  /** The origin of the API, https with client certificate. */
  readonly apiUrl: string;
  /** The connection of the first registration. */
  readonly connection: Connection;
  /** The connection of a registration. @throws SelfInfoError `invalid_option` for an unknown id. */
  connectionFor(clientId: string): Connection;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts a sandbox on two loopback origins: pages over http, the API over mutual TLS with a
 * development CA, a server certificate and one client certificate per registration, all made now.
 *
 * @param options - those of `createSandbox`, and the ports; a registration here has no
 * `certificate`, since its own is made.
 * @throws SelfInfoError as `createSandbox`; `invalid_option` naming a port that is taken.
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
 *   registrations: [{ clientId: 'SP12345678_AB1234', redirectUris: ['http://localhost:3000/callback'], service }],
 * });
 * const { environment, tls } = sandbox.connection;
 * await sandbox.close();
 * ```
 */
export async function startSandbox(options: StartSandboxOptions): Promise<StartedSandbox> {
  checkKeys(options, 'options', {
    ...SANDBOX_KEYS,
    browserPort: true,
    apiPort: true,
    listenOnEveryInterfaceNotOnlyLoopback: true,
  } satisfies Record<keyof StartSandboxOptions, true>);
  const {
    browserPort = 0,
    apiPort = 0,
    listenOnEveryInterfaceNotOnlyLoopback: everywhere = false,
    ...rest
  } = options;
  checkPort(browserPort, 'options.browserPort');
  checkPort(apiPort, 'options.apiPort');
  if (typeof everywhere !== 'boolean')
    throw new TypeError('options.listenOnEveryInterfaceNotOnlyLoopback must be a boolean.');
  // Everything is checked before anything listens.
  buildSandbox(rest, { browserUrl: UNKNOWN, apiUrl: UNKNOWN });
  for (const [index, { certificate }] of rest.registrations.entries()) {
    if (certificate === undefined) continue;
    throw new SelfInfoError('invalid_option', {
      path: `options.registrations[${index}].certificate`,
      expected: {
        en: 'startSandbox makes the certificates itself: leave it out.',
        ja: 'startSandbox が証明書を作成するため、指定できません。',
      },
    });
  }

  // Loaded when needed: an in-process sandbox makes no certificates.
  const { createAuthority } = await import('./certificates.js');
  const authority = await createAuthority();
  const credentials = new Map<string, Credential>();
  for (const { clientId } of rest.registrations)
    credentials.set(clientId, await authority.issueClient(clientId));

  const pages = closable(createHttpServer());
  const { cert, key } = await authority.issueServer();
  const api = closable(
    createHttpsServer({
      cert,
      key,
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    }),
  );
  const close = async () => {
    await Promise.all([pages.close(), api.close()]);
  };
  const host = everywhere ? '0.0.0.0' : '127.0.0.1';
  if (everywhere) {
    process.emitWarning(
      'The sandbox listens beyond loopback: whoever reaches this machine can use it. It holds invented data only.',
      {
        code: 'MYNA_SELFINFO_SANDBOX_BEYOND_LOOPBACK',
      },
    );
  }
  try {
    const browserUrl = `http://127.0.0.1:${await listen(pages, host, browserPort, 'options.browserPort')}`;
    const apiUrl = `https://127.0.0.1:${await listen(api, host, apiPort, 'options.apiPort')}`;
    const registrations = rest.registrations.map((registration) => {
      const credential = credentials.get(registration.clientId);
      return credential === undefined
        ? registration
        : { ...registration, certificate: credential.cert };
    });
    const { sandbox, answer } = buildSandbox(
      { ...rest, registrations },
      { browserUrl, apiUrl },
      authority.ca,
    );
    for (const [listener, origin] of [
      [pages, browserUrl],
      [api, apiUrl],
    ] as const) {
      listener.server.on(
        'request',
        (request, response) =>
          void serve({ listener, origin, answer, everywhere }, request, response),
      );
    }

    const connect = (clientId?: string): Connection => {
      const environment = sandbox.environment(clientId);
      const credential = credentials.get(environment.clientId);
      if (credential === undefined) throw new SelfInfoError('invalid_option', { path: 'clientId' });
      return {
        environment,
        // Neither inspect nor JSON shows the key.
        tls: Object.defineProperties(
          { cert: credential.cert, key: '' },
          {
            key: { get: () => credential.key, enumerable: false },
            [inspect.custom]: {
              value: () => ({ cert: credential.cert, key: '[redacted]' }),
              enumerable: false,
            },
          },
        ),
        clock: sandbox.clock,
        ...(rest.calendar !== undefined && { calendar: rest.calendar }),
      };
    };
    return {
      ...sandbox,
      browserUrl,
      apiUrl,
      connection: connect(),
      connectionFor: (clientId) => connect(clientId),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const UNKNOWN = 'https://sandbox.invalid';

function checkPort(value: unknown, path: string): void {
  checkWhole(value, path, 0);
  if (value > 65_535)
    throw new SelfInfoError('invalid_option', {
      path,
      expected: { en: 'At most 65535.', ja: '65535 以下で指定してください。' },
    });
}

function listen({ server }: Listener, host: string, port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', () => {
      reject(
        new SelfInfoError('invalid_option', {
          path,
          expected: {
            en: 'This port cannot be listened on.',
            ja: 'このポートでは待ち受けできません。',
          },
        }),
      );
    });
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

interface Listener {
  readonly server: Server;
  /** Resets the connection of a socket, TLS or not. */
  reset(socket: Socket): void;
  close(): Promise<void>;
}

function closable(server: Server): Listener {
  // The server's own list lacks connections whose TLS handshake is not finished.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    server,
    // Below TLS lies the socket that can be reset; they share their port.
    reset({ remotePort }) {
      for (const socket of sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy();
    },
    close: () =>
      new Promise((resolve) => {
        // The callback's error only says that it was not listening any more.
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Serving {
  readonly listener: Listener;
  readonly origin: string;
  readonly answer: App;
  /** Whether callers from beyond loopback are served. */
  readonly everywhere: boolean;
}

/** One call: HTTP in, the app's answer out. */
async function serve(
  serving: Serving,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const { response, wire } = await answerTo(serving, incoming, gone.signal);
    // Nothing more comes; the connection ends with the caller or with the sandbox.
    if (wire === 'stall') return;
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      'content-length': body.byteLength,
    });
    if (wire === undefined) outgoing.end(body);
    else
      outgoing.write(body.subarray(0, body.byteLength >> 1), () =>
        wire === 'reset' ? serving.listener.reset(incoming.socket) : incoming.socket.end(),
      );
  } catch {
    // The caller went away, or this is a bug of the sandbox: nothing is told about it.
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
    else outgoing.writeHead(500).end();
  }
}

async function answerTo(
  { origin, answer, everywhere }: Serving,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Answered> {
  const body = await readBody(incoming);
  const foreign = isForeignHost(incoming);
  if (foreign && !everywhere) return { response: jsonRefusal(new Refusal('wrong_origin')) };
  const { url = '', method = 'GET', socket } = incoming;
  const target = origin + url;
  // TRACE and CONNECT cannot be a Request, nor can a target that is no path.
  if (
    !url.startsWith('/') ||
    !URL.canParse(target) ||
    ['TRACE', 'TRACK', 'CONNECT'].includes(method)
  )
    return { response: jsonRefusal(new Refusal('method_not_allowed')) };
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    for (const value of values) headers.append(name, value);
  const request = new Request(target, {
    method,
    headers,
    signal,
    ...(method !== 'GET' && method !== 'HEAD' && { body }),
  });
  const clientCertificate =
    socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined;
  return answer(request, {
    ...(clientCertificate !== undefined && { clientCertificate }),
    remote: foreign || !isLoopback(socket.remoteAddress),
  });
}

function isLoopback(address = ''): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

/** A page elsewhere whose name was pointed at loopback (DNS rebinding). */
function isForeignHost({ headers }: IncomingMessage): boolean {
  return !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

/**
 * Keeps one byte more than is allowed, so that the app sees the excess; the rest is read and
 * dropped, so that the answer arrives.
 */
async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (size > MAX_BODY_BYTES) continue;
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}
