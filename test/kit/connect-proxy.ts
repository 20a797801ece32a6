import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Standing, stand } from './sockets.js';

export interface ConnectProxyOptions {
  /** Answers CONNECT. Default: opens a tunnel. */
  readonly answer?: (client: Socket) => void;
  /** Cuts both sides once more bytes than these have come down the tunnel. */
  readonly dropAfter?: number;
  /** Where all tunnels lead. Default: to the host that is asked for. */
  readonly host?: string;
  /** The Proxy-Authorization header that a client must send. */
  readonly authorization?: string;
}

export interface ConnectProxy extends Standing {
  readonly url: string;
  /** The targets of the requested tunnels, in order. */
  readonly asked: readonly string[];
  /** The headers of these requests. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
}

/** Starts a real proxy for HTTP CONNECT. */
export async function startConnectProxy({
  answer,
  dropAfter = Number.POSITIVE_INFINITY,
  authorization,
  host,
}: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const headers: Readonly<Record<string, unknown>>[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket, head) => {
    client.on('error', () => {});
    asked.push(request.url ?? '');
    headers.push(request.headers);
    if (authorization !== undefined && request.headers['proxy-authorization'] !== authorization)
      return void client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="proxy"\r\ncontent-length: 0\r\n\r\n',
      );
    if (answer) {
      answer(client);
      return void client.on('end', () => client.end()).resume();
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect({ host: host ?? hostname, port: Number(port) }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream);
    });
    let passed = 0;
    upstream.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (passed <= dropAfter) return void client.write(chunk);
      client.destroy();
      upstream.destroy();
    });
    upstream
      .on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
      .on('close', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  const standing = await stand(server);
  return Object.defineProperties(
    { url: `http://127.0.0.1:${standing.port}`, asked, headers },
    Object.getOwnPropertyDescriptors(standing),
  ) as unknown as ConnectProxy;
}
