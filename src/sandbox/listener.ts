import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { invalidOption } from '../foundation/errors.js';
import type { Credential } from './certificates.js';

/** A server whose connections can be closed or reset. */
export interface Listener {
  readonly server: Server;
  /** Resets the connection of a socket, TLS or not. */
  reset(socket: Socket): void;
  close(): Promise<void>;
}

/** The servers of the two origins. */
export interface Listeners {
  readonly pages: Listener;
  readonly api: Listener;
  close(): Promise<void>;
}

/**
 * Creates the server of the pages (http) and that of the API (mutual TLS). Neither listens yet.
 *
 * @param isCertificateRequired - whether TLS ends a connection without a valid client certificate;
 * otherwise the app decides.
 */
export function createListeners(
  { cert, key }: Credential,
  ca: string,
  isCertificateRequired: boolean,
): Listeners {
  const pages = createListener(createHttpServer());
  const api = createListener(
    createHttpsServer({
      cert,
      key,
      ca,
      requestCert: true,
      rejectUnauthorized: isCertificateRequired,
      minVersion: 'TLSv1.2',
    }),
  );
  const close = async () => {
    await Promise.all([pages.close(), api.close()]);
  };
  return { pages, api, close };
}

/**
 * Starts listening and returns the port.
 *
 * @param host - the address to listen on; undefined: every interface.
 */
export function listen(
  { server }: Listener,
  host: string | undefined,
  port: number,
  path: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', () =>
      reject(
        invalidOption(path, {
          en: 'The sandbox cannot listen on this port. Choose another one.',
          ja: 'このポートでは待ち受けできません。別のポートを指定してください。',
        }),
      ),
    );
    server.listen({ port, ...(host !== undefined && { host }) }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

function createListener(server: Server): Listener {
  // The server's own list lacks connections whose TLS handshake is not finished.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    server,
    // A TLS socket cannot be reset, only the TCP socket below it. Both have the same port.
    reset({ remotePort }) {
      for (const socket of sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy();
    },
    close: () =>
      new Promise((resolve) => {
        // The callback gets an error if the server was not listening, which does not matter here.
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
