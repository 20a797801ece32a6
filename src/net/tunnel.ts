import { connect, type Socket } from 'node:net';
import { SelfInfoError } from '../foundation/errors.js';
import type { FailureReason } from '../foundation/failure-reasons.js';
import type { HttpProxy } from './egress.js';
import { HEAD_BYTES, INTERIM_RESPONSES, NOT_INHERITED } from './limits.js';
import { closed, ofNetwork } from './network-errors.js';
import { reasonOf } from './reasons.js';

/**
 * Opens a tunnel to an origin through a proxy. The attempt ends after `silenceMs` without a byte.
 * The returned socket can be destroyed at any time.
 *
 * Reads the response here: after a success only TLS follows, whatever length or coding its head
 * names (RFC 9110, 9.3.6). Node's client takes an interim response for the last one, and rejects a
 * head with both length and coding.
 */
export function openTunnel(
  proxy: HttpProxy,
  origin: URL,
  silenceMs: number,
  settle: (error: Error | null, tunnel: Socket | null) => void,
): Socket {
  const socket = connect({
    ...NOT_INHERITED,
    host: proxy.url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(proxy.url.port || 80),
  });
  let settled = false;
  const end = (error: Error | null) => {
    if (settled) return;
    settled = true;
    socket.setTimeout(0).off('readable', read);
    if (error) socket.destroy();
    settle(error, error ? null : socket);
  };
  const parse = createHeadParser();
  const read = () => {
    for (let chunk = socket.read(); chunk !== null && !settled; chunk = socket.read()) {
      const parsed = parse(chunk);
      if (parsed) end(parsed.opened ? null : parsed.error);
    }
  };
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.on('readable', read);
  // An error after the tunnel is open reaches TLS, too. It may be the portal's.
  socket
    .on('error', (error) => settled || end(ofNetwork(error, proxyReason(error))))
    .on('close', () => end(closed('proxy')));
  socket.write(connectRequest(proxy, `${origin.hostname}:${origin.port || '443'}`));
  return socket;
}

/** The proxy is the reason of every failure here, unless this machine could not even try. */
function proxyReason(error: Error): FailureReason {
  return reasonOf(error) === 'resources' ? 'resources' : 'proxy';
}

function connectRequest({ authorization }: HttpProxy, authority: string): string {
  return [
    `CONNECT ${authority} HTTP/1.1`,
    `host: ${authority}`,
    'connection: keep-alive',
    ...(authorization === undefined ? [] : [`proxy-authorization: ${authorization}`]),
    '\r\n',
  ].join('\r\n');
}

const HTTP = 'HTTP/1.';

type Parsed = { readonly opened: true } | { readonly opened: false; readonly error: Error };

/** Creates a parser of the proxy's response. It returns undefined until the response is decided. */
function createHeadParser(): (chunk: Buffer) => Parsed | undefined {
  let received = '';
  let interim = 0;
  return (chunk) => {
    received += chunk.toString('latin1');
    // What is not HTTP may wait for the client to speak.
    if (received.length >= HTTP.length && !received.startsWith(HTTP)) return failed();
    for (;;) {
      const end = received.indexOf('\r\n\r\n');
      if (end > HEAD_BYTES || (end < 0 && received.length > HEAD_BYTES)) return failed();
      if (end < 0) return undefined;
      const status = Number(/^HTTP\/1\.[01] (\d{3})(?= |\r\n)/.exec(received)?.[1] ?? 0);
      received = received.slice(end + 4);
      if (status >= 100 && status < 200 && status !== 101 && ++interim <= INTERIM_RESPONSES)
        continue;
      if (status < 200 || status > 299) return { opened: false, error: proxyRefusal(status) };
      // No bytes are expected before the TLS handshake.
      return received === '' ? { opened: true } : failed();
    }
  };
}

function failed() {
  return {
    opened: false as const,
    error: new SelfInfoError('connection_failed', { reason: 'proxy' }),
  };
}

/**
 * Returns the error for the status of a proxy. 5xx may be temporary, so it can be retried. 3xx and
 * 4xx mean that the proxy rejected the caller: fix the configuration.
 */
function proxyRefusal(status: number): SelfInfoError {
  if (status < 300 || status >= 500) return failed().error;
  return new SelfInfoError('proxy_refused', {
    reason: 'proxy',
    expected: {
      en: `It responded with ${status}.`,
      ja: `プロキシの応答ステータスは ${status} です。`,
    },
  });
}
