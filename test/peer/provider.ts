// The independent peer: oidc-provider over real mutual TLS, with separate resource endpoints. It
// shares nothing with the client or the sandbox. Must be loaded before the certificate library.
import 'reflect-metadata';
import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type SecureVersion, TLSSocket } from 'node:tls';
import { X509CertificateGenerator } from '@peculiar/x509';
import { createLocalJWKSet, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { ClientMetadata, Configuration } from 'oidc-provider';
import { vi } from 'vitest';
import {
  type Environment,
  publicProfile,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { type Authority, type Credential, createAuthority } from '../kit/certificates.js';
import { REDIRECT_URI } from '../kit/loan.js';

const RESOURCE = 'https://self-information.example/';
const SCOPE = 'self-information';
const known = <T>(value: T) => ({ value, confidence: 'specification' }) as const;

/** How the peer registers a client. */
export interface PeerClient {
  readonly id: string;
  readonly method:
    | 'private_key_jwt'
    | 'tls_client_auth'
    | 'self_signed_tls_client_auth'
    | 'client_secret_basic'
    | 'client_secret_post';
  /** For the last two. */
  readonly secret?: string;
  /** For `tls_client_auth`: the IP address in the certificate's SAN. */
  readonly san?: string;
  /** For `private_key_jwt`: the public keys. */
  readonly keys?: readonly object[];
  /** For `self_signed_tls_client_auth`. */
  readonly certificate?: Credential;
  /** Whether it must push its authorization requests. */
  readonly pushes?: boolean;
  /** Whether its callbacks are posted. */
  readonly posts?: boolean;
  /** The scope that it names. Default: none. */
  readonly scope?: string;
}

/**
 * A call that reached the resource endpoints: the claims of its token, and the thumbprint of its
 * certificate.
 */
export interface ResourceCall {
  readonly path: string;
  readonly claims: JWTPayload & { readonly cnf?: Readonly<Record<string, string>> };
  readonly thumbprint: string;
}

export interface Peer {
  readonly url: string;
  readonly authority: Authority;
  readonly calls: readonly ResourceCall[];
  /** Paths of the provider that were called, in order. */
  readonly steps: readonly string[];
  /** The scopes that authorization requests named, in order. */
  readonly scopes: readonly unknown[];
  environment(clientId: string): Environment;
  /** Follows the pages to the callback, as a browser with a cookie jar and a citizen. */
  visit(url: string, decision?: 'agree' | 'decline'): Promise<string>;
  /** Follows them to a page that posts the callback. Returns what its form would send. */
  visitForm(url: string, decision?: 'agree' | 'decline'): Promise<Request>;
  /** Sends a form as a client without the SDK would, with or without a certificate. */
  post(
    path: string,
    form: Record<string, string>,
    tls?: Credential,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
  close(): Promise<void>;
}

/** Returns the wire of the peer: its paths and names. */
function profileOf({ method, pushes, posts, scope }: Partial<PeerClient>): WireProfile {
  return {
    ...publicProfile,
    id: 'peer',
    paths: {
      authorization: known('/auth'),
      pushedAuthorization: known('/par'),
      token: known('/token'),
      request: known('/self-information'),
      result: known('/self-information/result'),
    },
    oauth: {
      ...publicProfile.oauth,
      issuerInCallback: known(true),
      pushedAuthorizationRequests: known(pushes === true),
      responseMode: known(posts === true ? 'form_post' : 'query'),
      scope: known(scope ?? null),
      ...(method?.startsWith('client_secret_') && { clientAuthentication: known(method) }),
    },
    fields: {
      ...publicProfile.fields,
      processId: known('receipt'),
      processStatus: known('stand'),
      selfPersonalData: known('data'),
      itemCode: known('code'),
      itemStatus: known('fared'),
    },
    processStatuses: { ...publicProfile.processStatuses, done: known('ready') },
    itemStatuses: { ...publicProfile.itemStatuses, 'nothing-on-record': known('empty') },
  };
}

export async function startPeer(
  clients: readonly PeerClient[],
  maxVersion: SecureVersion = 'TLSv1.3',
): Promise<Peer> {
  const authority = await createAuthority();
  const server = createServer({
    ...(await authority.issue('peer', { ip: '127.0.0.1' })),
    ca: authority.ca,
    requestCert: true,
    maxVersion,
    // A browser has no certificate, and the provider validates a self-signed one.
    rejectUnauthorized: false,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signing = {
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    alg: 'ES256',
    use: 'sig',
    kid: 'peer',
  };
  const scopes: unknown[] = [];
  const provider = await quietly(async () => {
    const { Provider } = await import('oidc-provider');
    return new Provider(url, configure(clients, signing, scopes));
  });
  const calls: ResourceCall[] = [];
  const steps: string[] = [];
  const verified = createLocalJWKSet({ keys: [withoutPrivate(signing)] });

  async function consent(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider.interactionDetails(request, response);
    if (request.headers['x-citizen'] === 'decline') {
      await provider.interactionFinished(request, response, {
        error: 'access_denied',
        error_description: 'declined',
      });
      return;
    }
    const grant = new provider.Grant({ accountId: 'hanako', clientId: String(params.client_id) });
    grant.addResourceScope(RESOURCE, SCOPE);
    const result = { login: { accountId: 'hanako' }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: false,
    });
  }

  /** Verifies a token, which is valid only with the certificate it is bound to (RFC 8705). */
  async function serveResource(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const body = JSON.parse(await textOf(request));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const { payload } = await jwtVerify<ResourceCall['claims']>(token, verified, {
      issuer: url,
      audience: RESOURCE,
      typ: 'at+jwt',
    });
    const thumbprint = thumbprintOf(certificateOf(request)?.raw);
    calls.push({ path, claims: payload, thumbprint });
    const answer = path.endsWith('/result')
      ? {
          receipt: body.receipt,
          stand: 'ready',
          data: [{ code: 'TM00000000000002', fared: 'empty' }],
        }
      : { receipt: 'receipt-of-the-peer' };
    const good = payload.cnf?.['x5t#S256'] === thumbprint;
    response
      .writeHead(good ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify(good ? answer : { error: 'invalid_token' }));
  }

  /** Follows redirects to the callback, or to the first other page. */
  async function follow(
    start: string,
    decision: 'agree' | 'decline' = 'agree',
  ): Promise<{ readonly location?: string; readonly page: string }> {
    const jar = new Map<string, string>();
    for (let at = start, hops = 0; hops < 10; hops++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const { headers, text } = await call(at, {
        headers: { cookie, 'x-citizen': decision, accept: 'text/html' },
        ca: authority.ca,
      });
      for (const line of headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        jar.set(name, value);
      }
      if (headers.location === undefined) return { page: text };
      at = new URL(headers.location, at).href;
      if (at.startsWith(`${REDIRECT_URI}?`)) return { location: at, page: text };
    }
    throw new Error('the pages go round in circles');
  }

  const pages = provider.callback();
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    steps.push(pathname);
    if (pathname.startsWith('/consent/'))
      void consent(request, response).catch(() => response.writeHead(500).end());
    else if (pathname.startsWith('/self-information'))
      void serveResource(request, response, pathname).catch(() =>
        response
          .writeHead(401, { 'content-type': 'application/json' })
          .end('{"error":"invalid_token"}'),
      );
    else void pages(request, response);
  });

  return {
    url,
    authority,
    calls,
    steps,
    scopes,
    environment: (clientId) =>
      sandboxEnvironment({
        clientId,
        redirectUri: REDIRECT_URI,
        endpoints: { browserUrl: url, apiUrl: url },
        issuer: url,
        ca: authority.ca,
        profile: profileOf(clients.find(({ id }) => id === clientId) ?? {}),
      }),
    async visit(start, decision) {
      const { location } = await follow(start, decision);
      if (location !== undefined) return location;
      throw new Error('the pages lead to no callback');
    },
    async visitForm(start, decision) {
      const { page } = await follow(start, decision);
      const [, action = ''] = /<form method="post" action="([^"]+)">/.exec(page) ?? [];
      const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"\/>/g)];
      const body = new URLSearchParams(
        Object.fromEntries(fields.map(([, name, value]) => [name, value])),
      );
      return new Request(action, { method: 'POST', body });
    },
    async post(path, form, tls) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status, text } = await call(
        url + path,
        { method: 'POST', headers, ca: authority.ca, ...tls },
        String(new URLSearchParams(form)),
      );
      return { status, body: JSON.parse(text) };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configure(clients: readonly PeerClient[], signing: JWK, scopes: unknown[]): Configuration {
  return {
    clients: clients.map(metadataOf),
    jwks: { keys: [signing] },
    clientAuthMethods: [
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
      'client_secret_basic',
      'client_secret_post',
    ],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'PS256'] },
    cookies: { keys: ['cookies of the peer'] },
    pkce: { required: () => true },
    responseTypes: ['code'],
    routes: { authorization: '/auth', token: '/token', pushed_authorization_request: '/par' },
    // The client names no scope: as at the portal, its registration says what it may have.
    extraParams: {
      registered({ oidc }) {
        if (oidc.route === 'authorization' || oidc.route === 'pushed_authorization_request')
          scopes.push(oidc.params?.scope);
        if (oidc.params) oidc.params.scope ??= SCOPE;
      },
    },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AuthorizationCode: 60, AccessToken: 600 },
    interactions: { url: (_, { uid }) => `/consent/${uid}` },
    findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        tlsClientAuth: true,
        getCertificate: ({ req }) => certificateOf(req)?.toString(),
        certificateAuthorized: ({ req }) =>
          req.socket instanceof TLSSocket && req.socket.authorized,
        certificateSubjectMatches: ({ req }, property, expected) =>
          property === 'tls_client_auth_san_ip' &&
          certificateOf(req)?.subjectAltName === `IP Address:${expected}`,
      },
      resourceIndicators: {
        enabled: true,
        // The client names no resource.
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPE,
          audience: RESOURCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

function metadataOf({
  id,
  method,
  san,
  secret,
  keys,
  certificate,
  pushes = false,
}: PeerClient): ClientMetadata {
  const jwks = certificate ? [selfSignedJwk(certificate)] : keys;
  return {
    client_id: id,
    redirect_uris: [REDIRECT_URI],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: 'ES256',
    token_endpoint_auth_method: method,
    require_pushed_authorization_requests: pushes,
    tls_client_certificate_bound_access_tokens: true,
    ...(secret !== undefined && { client_secret: secret }),
    ...(san !== undefined && { tls_client_auth_san_ip: san }),
    ...(jwks && { jwks: { keys: [...jwks] } }),
  };
}

/** Creates a self-signed certificate. */
export async function selfSigned(name: string): Promise<Credential> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `40${randomBytes(8).toString('hex')}`,
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString(
    'base64',
  );
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`,
  };
}

function selfSignedJwk({ cert }: Credential): object {
  const certificate = new X509Certificate(cert);
  return {
    ...certificate.publicKey.export({ format: 'jwk' }),
    x5c: [certificate.raw.toString('base64')],
  };
}

/** Returns the SHA-256 of a certificate in the form that tokens carry. */
export function thumbprintOf(certificate: string | Buffer | undefined): string {
  const raw = typeof certificate === 'string' ? new X509Certificate(certificate).raw : certificate;
  return createHash('sha256')
    .update(raw ?? '')
    .digest('base64url');
}

function certificateOf({ socket }: IncomingMessage): X509Certificate | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
}

function withoutPrivate({ d: _, ...jwk }: JWK): JWK {
  return jwk;
}

/** It warns of older runtimes, of its store in memory, and of every default. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const silenced = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info')].map((spy) =>
    spy.mockImplementation(() => {}),
  );
  try {
    return await run();
  } finally {
    for (const spy of silenced) spy.mockRestore();
  }
}

interface CallOptions {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

function call(
  url: string,
  options: CallOptions,
  body?: string,
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  return new Promise((resolve, reject) => {
    const request = send(url, { ...options, agent: false }, (response) => {
      textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        reject,
      );
    });
    request.on('error', reject).end(body);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
