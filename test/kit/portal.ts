import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Environment, publicProfile, sandboxEnvironment } from '../../src/index.js';
import type { Authority, Credential } from './certificates.js';
import { drained } from './drained.js';
import { CLIENT_ID, REDIRECT_URI } from './loan.js';
import { hide, hideIn } from './register.js';
import { usualCredentials } from './usual-credentials.js';

const { paths, fields, processStatuses } = publicProfile;

export type PortalStage = 'token' | 'request' | 'result';

/** How the portal answers a call: a body for 200, or anything else by hand. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export interface PortalOptions {
  /** Other replies per stage. */
  readonly replies?: { readonly [K in PortalStage]?: Reply };
  /** Default: one for 127.0.0.1, issued by the portal's authority. */
  readonly server?: Credential;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  readonly tls?: ServerOptions;
  /** Receives the body of every call. */
  readonly read?: (body: string) => void;
}

/**
 * A real TLS server with scripted answers. It asks for a client certificate and counts its
 * connections.
 */
export interface Portal {
  readonly environment: Environment;
  /** A client credential that it trusts. */
  readonly tls: Credential;
  readonly authority: Authority;
  /** The stages called, in order. */
  readonly calls: readonly PortalStage[];
  /** All connections that were ever made. */
  readonly connections: number;
  /** Connections that are open now. */
  open(): Promise<number>;
  /** Ends every connection, as a server does after long idling. Resolves when all are closed. */
  hangUp(): Promise<void>;
  /** Resolves when no connection is open. Rejects when one is merely left to idle. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export const TOKEN = hide('token', 'token-of-the-test-portal');
export const PROCESS = hide('process', 'process-of-the-test-portal');

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  raw(JSON.stringify(body), { 'content-type': 'application/json', ...headers }, status);

export const raw =
  (body: string | Buffer, headers: Record<string, string>, status = 200): Reply =>
  (response) => {
    response
      .writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
      .end(body);
  };

/** The replies of a portal when all goes well. The result contains no data. */
export const good: Record<PortalStage, Reply> = {
  token: json({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }),
  request: json({ [fields.processId.value]: PROCESS }),
  result: json({
    [fields.processId.value]: PROCESS,
    [fields.processStatus.value]: processStatuses.done.value,
    [fields.selfPersonalData.value]: [],
  }),
};

export async function startPortal({
  replies = {},
  server,
  host = '127.0.0.1',
  tls = {},
  read,
}: PortalOptions = {}): Promise<Portal> {
  const { authority, server: usual, client } = await usualCredentials();
  const local = host === '127.0.0.1' ? usual : await authority.issue('portal', { ip: host });
  const calls: PortalStage[] = [];
  let connections = 0;
  const sockets = new Set<TLSSocket>();
  const https: Server = createServer({
    ...(server ?? local),
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: true,
    ...tls,
  });
  // Lets the client be the one that ends an idle connection.
  https.keepAliveTimeout = 60_000;
  https.on('secureConnection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  https.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      hideIn(new URLSearchParams(body));
      read?.(body);
      const stage = (['token', 'request', 'result'] as const).find(
        (name) => paths[name].value === request.url,
      );
      if (stage === undefined) return void response.writeHead(404).end();
      calls.push(stage);
      (replies[stage] ?? good[stage])(response, request);
    });
  });
  await new Promise<void>((resolve) => https.listen(0, host, resolve));
  const apiUrl = `https://${host}:${(https.address() as AddressInfo).port}`;
  const open = () =>
    new Promise<number>((resolve, reject) =>
      https.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  return {
    environment: sandboxEnvironment({
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      endpoints: { browserUrl: 'https://portal.example', apiUrl },
      issuer: 'https://portal.example',
      ca: authority.ca,
    }),
    tls: client,
    authority,
    calls,
    get connections() {
      return connections;
    },
    open,
    async hangUp() {
      for (const socket of sockets) socket.end();
      while ((await open()) > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    drained: () => drained(open),
    close: () =>
      new Promise((resolve) => {
        https.close(() => resolve());
        https.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Returns the callback of a consent URL, with a code that the test chooses. */
export function callbackOf(
  url: string,
  environment: Environment,
  code = 'code-of-the-test-portal',
): string {
  const state = new URL(url).searchParams.get('state') ?? '';
  return `${environment.redirectUri}?${new URLSearchParams({ code, state, iss: environment.issuer })}`;
}
