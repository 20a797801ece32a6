import type { Client } from 'undici';
import type { Clock } from '../foundation/clock.js';
import { invalidResponse, SelfInfoError } from '../foundation/errors.js';
import { checkFunction } from '../foundation/options.js';
import { own, ownBag } from '../foundation/own.js';
import { lazyPackage } from '../foundation/packages.js';
import type { ShapeRecorder } from '../shapes/recorder.js';
import { type Environment, isEnvironment } from '../wire/environment.js';
import { createConnection, type Exchange } from './connection.js';
import {
  type ApiRoute,
  type ApiRoutes,
  checkEgress,
  type Egress,
  resolveRoutes,
} from './egress.js';
import { isCertificateAlert } from './failures.js';
import { createFetchTransport } from './fetch-transport.js';
import {
  type ApiConnection,
  type Call,
  type FetchLike,
  HARMLESS,
  pathUnder,
  type Transport,
} from './http.js';
import { createInterimFilter, type InterimFilter } from './interim.js';
import {
  CONNECT_MS,
  HEAD_BYTES,
  IDLE_MS,
  INTERIM_RESPONSES,
  LONGEST_BODY_BYTES,
  SILENCE_MS,
} from './limits.js';
import { closed } from './network-errors.js';
import { probe } from './probe.js';
import { type Body, createBody, type RawResponse } from './response.js';
import {
  checkCredential,
  checkRuntime,
  type DialEvents,
  dial,
  type Identity,
  identityOf,
  type TlsCredential,
} from './tls.js';
import { openTunnel } from './tunnel.js';

/** Options that determine how the client reaches the portal. */
export interface TransportOptions {
  readonly tls?: TlsCredential;
  readonly egress?: Egress;
  readonly fetch?: FetchLike;
  readonly recorder?: Pick<ShapeRecorder, 'record'>;
}

/**
 * Opens the transport that the options ask for.
 *
 * @throws SelfInfoError `invalid_environment`, `injected_transport_refused`, `insecure_tls`,
 * `missing_option`, `invalid_option`, `invalid_credential`, `key_certificate_mismatch`,
 * `unsupported_runtime`.
 */
export function openTransport(
  environment: Environment,
  options: TransportOptions,
  clock: Clock,
): Transport {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'options.environment' });
  const { tls, fetch, recorder } = options;
  checkFunction(fetch, 'options.fetch');
  if (fetch && environment.kind === 'production')
    throw new SelfInfoError('injected_transport_refused', { path: 'options.fetch' });
  const credential = tls && checkCredential(tls, 'options.tls', clock);
  const egress =
    options.egress === undefined ? undefined : checkEgress(options.egress, 'options.egress');
  if (fetch) return createFetchTransport(environment.endpoints, fetch, clock, recorder);
  // A gateway holds the credential for the portal. It may do without one from this client.
  if (!credential && !egress?.gateway)
    throw new SelfInfoError('missing_option', { path: 'options.tls' });
  checkRuntime();
  if (environment.kind !== 'sandbox' && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new SelfInfoError('insecure_tls', { path: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED' });
  }
  return createTransport(resolveRoutes(environment, egress), credential, clock, recorder);
}

/** One undici client and the socket it opens, so that both can end together at any time. */
interface PooledClient {
  readonly client: Client;
  readonly interim: InterimFilter;
  /** The alert by which the server rejected the client certificate after the handshake. */
  alert: CertificateAlert | undefined;
  /** Whether the proxy has yet to open the tunnel. */
  tunnelling: boolean;
  end(): Promise<void>;
}

/** An alert, and whether data of the server came before it. */
interface CertificateAlert {
  readonly error: Error;
  readonly answered: boolean;
}

/** An identity that tokens are bound to, kept after a rotation until then (epoch milliseconds). */
interface KeptIdentity {
  readonly identity: Identity;
  readonly until: number;
}

/**
 * Creates the transport of every environment: undici over mutual TLS and HTTP/1.1.
 */
function createTransport(
  routes: ApiRoutes,
  tls: TlsCredential | undefined,
  clock: Clock,
  recorder: TransportOptions['recorder'],
): Transport {
  const clients = new Set<PooledClient>();
  const kept = new Map<string, KeptIdentity>();
  let newest = identityOf(tls);

  function keep(identity: Identity, until: number) {
    const { thumbprint } = identity;
    if (thumbprint !== undefined)
      kept.set(thumbprint, { identity, until: Math.max(until, kept.get(thumbprint)?.until ?? 0) });
  }

  function find(thumbprint: string | undefined): Identity {
    for (const [key, { until }] of kept) if (until <= clock.now()) kept.delete(key);
    return (thumbprint !== newest.thumbprint && kept.get(thumbprint ?? '')?.identity) || newest;
  }

  return {
    load: undici,
    connect(thumbprint) {
      const identity = find(thumbprint);
      return {
        ...connectAs(identity, routes, clients, clock, recorder),
        bind(until) {
          keep(identity, until);
          return identity.thumbprint;
        },
      };
    },
    rotate(credential, until) {
      keep(newest, until);
      newest = identityOf(credential);
    },
    probe: (signal) => probe(routes, newest, clock, signal),
    async close() {
      await Promise.all([...clients].map(({ end }) => end()));
    },
  };
}

/**
 * Creates a connection that opens its client at the first call, and again after a failed one. Calls
 * that must not be sent twice each get a TLS connection of their own; polls share one.
 */
function connectAs(
  identity: Identity,
  routes: ApiRoutes,
  clients: Set<PooledClient>,
  clock: Clock,
  recorder: TransportOptions['recorder'],
): Omit<ApiConnection, 'bind'> {
  let pooled: Promise<PooledClient> | undefined;
  let latest: PooledClient | undefined;
  const close = async () => {
    const closing = pooled;
    pooled = undefined;
    await closing?.then(({ end }) => end());
  };
  const exchange: Exchange = async (call, signal, onProgress) => {
    // The server may be closing a connection that has answered before. A call that is written to it
    // then is lost, and nobody knows whether it was carried out. Only a new connection excludes that.
    if (!HARMLESS.includes(call.stage)) await close();
    // A connection of the token host carries nothing else: it closes after its call.
    const route = call.stage === 'token' ? routes.token : routes.api;
    pooled ??= openClient(route, identity, clients);
    const used = await pooled;
    latest = used;
    // A call that fails after this point ends its client.
    signal.throwIfAborted();
    try {
      return await dispatch(used.client, call, pathUnder(route.baseUrl, call.path), (progress) => {
        if (progress === 'sent') used.interim.expectResponse();
        onProgress(progress);
      });
    } catch (error) {
      const { alert } = used;
      if (alert === undefined) throw error;
      // The server ended the handshake, so it has not read what was written after it.
      if (!alert.answered) onProgress('started');
      throw alert.error;
    } finally {
      // No poll follows these two.
      if (call.stage === 'consent' || call.stage === 'token') void close().catch(() => undefined);
    }
  };
  const wire = { exchange, isTunnelling: () => latest?.tunnelling === true, close };
  return createConnection(clock, wire, recorder);
}

// Bun replaces the name `undici` by a stub without clients. The path leads to the real package.
const undici = lazyPackage('undici', () => import('undici/index.js'));

async function openClient(
  { baseUrl, ca, proxy }: ApiRoute,
  identity: Identity,
  clients: Set<PooledClient>,
): Promise<PooledClient> {
  const library = await undici();
  const origin = new URL(baseUrl);
  const context = identity.contextFor(ca);
  // undici cannot end a connection that is still opening, so this ends it.
  let opening: { destroy(): unknown } | undefined;
  const interim = createInterimFilter();
  const options = ownBag<Client.Options>({
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: HEAD_BYTES,
    maxResponseSize: LONGEST_BODY_BYTES,
    // The limits of the call come first. These apply when an injected clock is stopped.
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
    connect(_, callback) {
      const events: DialEvents = {
        settle(error, socket) {
          if (socket) interim.watch(socket);
          return error ? callback(error, null) : callback(null, socket as never);
        },
        fail(error, answered) {
          if (isCertificateAlert(error)) pooled.alert ??= { error, answered };
        },
      };
      if (proxy === undefined) {
        opening = dial(origin, context, undefined, CONNECT_MS, events);
        return;
      }
      pooled.tunnelling = true;
      opening = openTunnel(proxy, origin, CONNECT_MS, (error, tunnel) => {
        pooled.tunnelling = false;
        if (error || tunnel === null) return callback(error ?? closed(), null);
        opening = dial(origin, context, tunnel, CONNECT_MS, events);
      });
    },
  });
  const client = new library.Client(origin.origin, options);
  const pooled: PooledClient = {
    client,
    interim,
    alert: undefined,
    tunnelling: false,
    async end() {
      clients.delete(pooled);
      opening?.destroy();
      await client.destroy();
    },
  };
  clients.add(pooled);
  client.on('connect', () => clients.add(pooled));
  client.on('disconnect', () => clients.delete(pooled));
  return pooled;
}

/**
 * Sends a call by undici's `dispatch`, which reports when the call is about to be written. A body
 * that is held as a whole needs no stream.
 */
function dispatch(
  client: Client,
  call: Call,
  path: string,
  onProgress: Parameters<Exchange>[2],
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let interim = 0;
    let head: Omit<RawResponse, 'body'> | undefined;
    let received: Body | undefined;
    const { method, headers, body = null } = call;
    client.dispatch(ownBag({ method, path, headers: { ...headers }, body }), {
      // The connection is open: the last moment at which nothing has been sent.
      onRequestStart: () => onProgress('sent'),
      onResponseStart(_, status, fields) {
        if (status < 200) {
          // Ignore interim responses, but not without end.
          if (++interim > INTERIM_RESPONSES) throw tooManyInterim();
          return;
        }
        received = createBody(call, status);
        head = {
          status,
          header: (name) => headerOf(fields, name),
          fields: () => headersOf(fields),
        };
        onProgress('answering');
      },
      onResponseData(_, chunk) {
        onProgress('answering');
        received?.add(chunk);
      },
      onResponseEnd: () =>
        head && received ? resolve({ ...head, body: received.parts }) : reject(closed()),
      onResponseError: (_, error) => reject(error),
    });
  });
}

function tooManyInterim() {
  return invalidResponse({
    en: 'too many interim responses came before it.',
    ja: '中間応答（1xx）が多すぎます。',
  });
}

function headersOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(headers).map((name) => [name.toLowerCase(), headerOf(headers, name) ?? '']),
  );
}

function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | null {
  const value = own(headers, name);
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}
