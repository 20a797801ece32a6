import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { App } from './app.js';
import type { Delivery } from './fault-effects.js';
import type { Listener } from './listener.js';
import { controlPaths } from './pages/control.js';
import { MAX_CONTROL_BODY_BYTES } from './portal/bodies.js';
import { Refusal } from './portal/refusals.js';
import { jsonRefusal } from './refusal-response.js';

/** One origin, and the app that answers its requests. */
export interface Bridge {
  readonly listener: Listener;
  readonly origin: string;
  readonly app: App;
  /** The names under which it is served beside those of loopback. */
  readonly names: readonly string[];
}

/** Passes the requests of a listener to the app. */
export function connectApp(bridge: Bridge): void {
  bridge.listener.server.on(
    'request',
    (request, response) => void serve(bridge, request, response),
  );
}

/** Answers one call. */
async function serve(
  bridge: Bridge,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const { response, connection } = await respond(bridge, incoming, gone.signal);
    // The connection stays open without a response until the caller or the sandbox closes it.
    if (connection === 'stall') return;
    if (connection === 'close') return void incoming.socket.destroy();
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      'content-length': body.byteLength,
    });
    if (connection === undefined) outgoing.end(body);
    else
      outgoing.write(body.subarray(0, body.byteLength >> 1), () =>
        connection === 'reset' ? bridge.listener.reset(incoming.socket) : incoming.socket.end(),
      );
  } catch {
    // The caller disconnected, or the sandbox has a bug. The response does not say which.
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
    else outgoing.writeHead(500).end();
  }
}

async function respond(
  { origin, app, names }: Bridge,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Delivery> {
  const body = await readBody(incoming);
  const { url = '', method = 'GET', socket } = incoming;
  const name = nameOf(incoming);
  const isOnLoopback = LOOPBACK_NAMES.includes(name);
  // A page of another host whose name was pointed at this machine (DNS rebinding) has that name.
  // Health checks of a cluster use the address of the container.
  if (!isOnLoopback && !names.includes(name) && url !== controlPaths.health)
    return { response: jsonRefusal(new Refusal('wrong_origin')) };
  const target = origin + url;
  // A Request can have neither TRACE nor CONNECT as method, and needs a path as target.
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
  const clientCertificate = certificateOf(socket);
  return app(request, {
    ...(clientCertificate !== undefined && { clientCertificate }),
    remote: !isOnLoopback || !isLoopback(socket.remoteAddress),
    uncertified: socket instanceof TLSSocket && clientCertificate === undefined,
  });
}

/** Returns the client certificate of a connection, PEM, if the CA of the sandbox issued it. */
function certificateOf(socket: Socket): string | undefined {
  // A resumed session without a certificate counts as authorized.
  return socket instanceof TLSSocket && socket.authorized
    ? socket.getPeerX509Certificate()?.toString()
    : undefined;
}

function isLoopback(address = ''): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Returns the host that the request was sent to, without its port. */
function nameOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
}

/**
 * Reads a body. Keeps one chunk more than is allowed anywhere, so that the app sees the excess. Reads and
 * drops the rest, so that the response arrives.
 */
async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (size > MAX_CONTROL_BODY_BYTES) continue;
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}
