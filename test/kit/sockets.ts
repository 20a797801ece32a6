import { spawn } from 'node:child_process';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Environment, publicProfile, sandboxEnvironment } from '../../src/index.js';
import type { Authority, Credential } from './certificates.js';
import { drained } from './drained.js';
import { CLIENT_ID, REDIRECT_URI } from './loan.js';
import { type PortalStage, PROCESS, TOKEN } from './portal.js';
import { usualCredentials } from './usual-credentials.js';

const { paths } = publicProfile;

/** A listening server that knows all its connections, even before TLS has finished. */
export interface Standing {
  readonly port: number;
  /** The open TCP sockets. */
  readonly sockets: ReadonlySet<Socket>;
  /** All connections that were ever made. */
  readonly connections: number;
  /** Resolves when no connection is open. Rejects when one is merely left to idle. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a free port of loopback. */
export async function stand(server: Server, host = '127.0.0.1'): Promise<Standing> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as { port: number }).port,
    sockets,
    get connections() {
      return connections;
    },
    drained: () => drained(() => sockets.size),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The server's end of a connection, byte by byte. */
export interface Wire {
  /** Writes exactly these bytes, in one TLS record. */
  send(bytes: string | Buffer): Promise<void>;
  /** Ends the server's half regularly. */
  fin(): void;
  /** Resets the TCP connection. */
  reset(): void;
  /** Whether the client has closed the connection. */
  readonly gone: boolean;
}

/** Runs when a call has arrived completely. */
export type Script = (wire: Wire) => unknown;

export interface ByteServer extends Standing {
  readonly environment: Environment;
  readonly tls: Credential;
  readonly authority: Authority;
  /** The stages called, in order. */
  readonly calls: readonly PortalStage[];
  /** Whether each connection resumed an earlier session, in order. */
  readonly resumed: readonly boolean[];
}

export interface ByteServerOptions {
  /** Other scripts per stage. */
  readonly scripts?: { readonly [K in PortalStage]?: Script };
  /** Runs as soon as the connection is established. */
  readonly greet?: Script;
  readonly tls?: TlsOptions;
}

/** The bodies of the portal when all goes well. */
export const bodyOf: Readonly<Record<PortalStage, string>> = {
  token: JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }),
  request: JSON.stringify({ process_id: PROCESS }),
  result: JSON.stringify({ process_id: PROCESS, process_status: 'DONE', selfPersonalData: [] }),
};

/** Returns a complete HTTP message around a body. */
export const message = (
  body: string,
  { status = '200 OK', headers = `content-length: ${Buffer.byteLength(body)}\r\n` } = {},
) => `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;

/** Starts a portal without an HTTP library. It sends exactly the bytes of its scripts. */
export async function startByteServer({
  scripts = {},
  greet,
  tls = {},
}: ByteServerOptions = {}): Promise<ByteServer> {
  const { authority, server: credential, client } = await usualCredentials();
  const calls: PortalStage[] = [];
  const resumed: boolean[] = [];
  const server = createTlsServer({
    ...credential,
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: true,
    ...tls,
  });
  server.on('secureConnection', (socket) => {
    socket.setNoDelay(true).on('error', () => {});
    resumed.push(socket.isSessionReused());
    const wire: Wire = {
      send: (bytes) =>
        new Promise((resolve) =>
          socket.writable ? socket.write(bytes, () => resolve()) : resolve(),
        ),
      fin: () => void socket.end(),
      reset: () => (Reflect.get(socket, '_parent') as Socket).resetAndDestroy(),
      get gone() {
        return !socket.writable;
      },
    };
    void greet?.(wire);
    let heard = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      const head = heard.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(heard.toString('latin1'))?.[1]);
      if (head < 0 || heard.length < head + 4 + length) return;
      const path = heard.toString('latin1').split(' ')[1];
      heard = heard.subarray(head + 4 + length);
      const stage = (['token', 'request', 'result'] as const).find(
        (name) => paths[name].value === path,
      );
      if (stage === undefined) return wire.reset();
      calls.push(stage);
      void (scripts[stage] ?? (({ send }) => send(message(bodyOf[stage]))))(wire);
    });
  });
  const standing = await stand(server);
  return Object.defineProperties(
    {
      environment: environmentAt(standing.port, authority.ca),
      tls: client,
      authority,
      calls,
      resumed,
    },
    Object.getOwnPropertyDescriptors(standing),
  ) as unknown as ByteServer;
}

/** Starts a server that speaks no TLS, or none yet. `behave` receives each raw connection. */
export async function startRawServer(behave: (socket: Socket) => void): Promise<Standing> {
  return stand(
    createTcpServer({ allowHalfOpen: true }, (socket) => {
      behave(socket);
      socket.on('end', () => socket.end()).resume();
    }),
  );
}

/** Returns an environment whose API is at a port of this machine. */
export function environmentAt(port: number, ca: string, host = '127.0.0.1'): Environment {
  return sandboxEnvironment({
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    endpoints: { browserUrl: 'https://portal.example', apiUrl: `https://${host}:${port}` },
    issuer: 'https://portal.example',
    ca,
  });
}

/**
 * Starts a port that neither refuses nor accepts connections: its process is stopped and its queue
 * is full.
 */
export async function startBlackHole(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const program =
    "const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (text) => resolve(Number(text))),
  );
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 4 }, () =>
    connect({ port, host: '127.0.0.1' }).on('error', () => {}),
  );
  await new Promise((resolve) => fillers[0]?.once('connect', resolve));
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        for (const filler of fillers) filler.destroy();
        child.once('exit', () => resolve()).kill('SIGKILL');
      }),
  };
}
