import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { App } from './app.js';
import type { Delivery } from './fault-effects.js';
import type { Listener } from './listener.js';
import { MAX_BODY_BYTES } from './portal/bodies.js';
import { Refusal } from './portal/refusals.js';
import { jsonRefusal } from './refusal-response.js';

/** One origin, and the app that answers its requests. */
export interface Bridge {
  readonly listener: Listener;
  readonly origin: string;
  readonly app: App;
  /** Whether callers beyond loopback are served. */
  readonly everywhere: boolean;
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
  { origin, app, everywhere }: Bridge,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Delivery> {
  const body = await readBody(incoming);
  const foreign = isForeignHost(incoming);
  if (foreign && !everywhere) return { response: jsonRefusal(new Refusal('wrong_origin')) };
  const { url = '', method = 'GET', socket } = incoming;
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
  const clientCertificate =
    socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined;
  return app(request, {
    ...(clientCertificate !== undefined && { clientCertificate }),
    remote: foreign || !isLoopback(socket.remoteAddress),
  });
}

function isLoopback(address = ''): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

/** Detects a page of another host whose name was pointed at loopback (DNS rebinding). */
function isForeignHost({ headers }: IncomingMessage): boolean {
  return !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

/**
 * Reads a body. Keeps one chunk more than is allowed, so that the app sees the excess. Reads and
 * drops the rest, so that the response arrives.
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
