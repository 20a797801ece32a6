import { setImmediate } from 'node:timers/promises';
import type { Client } from 'undici';
import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkFunction } from '../foundation/options.js';
import { own, ownBag } from '../foundation/own.js';
import { type Environment, isEnvironment } from '../wire/environment.js';
import { createConnection, type Exchange } from './connection.js';
import { type ApiRoute, checkEgress, type Egress, openTunnel, resolveRoute } from './egress.js';
import { createFetchTransport } from './fetch-transport.js';
import {
  type ApiConnection,
  type Call,
  type FetchLike,
  pathUnder,
  type Transport,
} from './http.js';
import { BODY_BYTES, CONNECT_MS, HEAD_BYTES, IDLE_MS, SILENCE_MS } from './limits.js';
import { createBody, type RawResponse } from './response.js';
import { checkCredential, dial, type Identity, identityOf, type TlsCredential } from './tls.js';

/** Options that determine how the client reaches the portal. */
export interface TransportOptions {
  readonly tls?: TlsCredential;
  readonly egress?: Egress;
  readonly fetch?: FetchLike;
}

/**
 * Opens the transport that the options ask for.
 *
 * @throws SelfInfoError `invalid_environment`, `injected_transport_refused`, `insecure_tls`,
 * `missing_option`, `invalid_option`, `invalid_credential`, `key_certificate_mismatch`.
 */
export function openTransport(
  environment: Environment,
  options: TransportOptions,
  clock: Clock,
): Transport {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'options.environment' });
  const { apiUrl } = environment.endpoints;
  const { tls, fetch } = options;
  checkFunction(fetch, 'options.fetch');
  if (fetch && environment.kind === 'production')
    throw new SelfInfoError('injected_transport_refused', { path: 'options.fetch' });
  const credential = tls && checkCredential(tls, 'options.tls');
  const egress =
    options.egress === undefined ? undefined : checkEgress(options.egress, 'options.egress');
  if (fetch) return createFetchTransport(apiUrl, fetch, clock);
  // A gateway holds the credential for the portal. It may do without one from this client.
  if (!credential && !egress?.gateway)
    throw new SelfInfoError('missing_option', { path: 'options.tls' });
  if (environment.kind !== 'sandbox' && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new SelfInfoError('insecure_tls', { path: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED' });
  }
  return createTransport(resolveRoute(apiUrl, environment.ca, egress), credential, clock);
}

/** One undici client and the socket it opens, so that both can end together at any time. */
interface PooledClient {
  readonly client: Client;
  end(): Promise<void>;
}

/** An identity that tokens are bound to, kept after a rotation until then (epoch milliseconds). */
interface KeptIdentity {
  readonly identity: Identity;
  readonly until: number;
}

/**
 * Creates the transport of every environment: undici over mutual TLS, one HTTP/1.1 connection per
 * consent.
 */
function createTransport(route: ApiRoute, tls: TlsCredential | undefined, clock: Clock): Transport {
  const clients = new Set<PooledClient>();
  const kept = new Map<string, KeptIdentity>();
  let newest = identityOf(tls, route.ca);

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
    connect(thumbprint) {
      const identity = find(thumbprint);
      return {
        ...connectAs(identity, route, clients, clock),
        bind(until) {
          keep(identity, until);
          return identity.thumbprint;
        },
      };
    },
    rotate(credential, until) {
      keep(newest, until);
      newest = identityOf(credential, route.ca);
    },
    async close() {
      await Promise.all([...clients].map(({ end }) => end()));
    },
  };
}

/** Creates a connection that opens its client at the first call, and again after a failed one. */
function connectAs(
  identity: Identity,
  route: ApiRoute,
  clients: Set<PooledClient>,
  clock: Clock,
): Omit<ApiConnection, 'bind'> {
  let pooled: Promise<PooledClient> | undefined;
  const exchange: Exchange = async (call, signal, onProgress) => {
    const parked = pooled !== undefined;
    pooled ??= openClient(route, identity, clients);
    const { client } = await pooled;
    // Node notices within two turns of the event loop what happened to a parked connection. undici
    // waits for one of them. A request written to a dead connection would be lost.
    if (parked) await setImmediate();
    // A call that fails after this point ends its client.
    signal.throwIfAborted();
    return dispatch(client, call, pathUnder(route.baseUrl, call.path), onProgress);
  };
  const close = async () => {
    const closing = pooled;
    pooled = undefined;
    await closing?.then(({ end }) => end());
  };
  return createConnection(clock, { exchange, close });
}

let loaded: typeof import('undici') | undefined;

async function openClient(
  { baseUrl, proxy }: ApiRoute,
  identity: Identity,
  clients: Set<PooledClient>,
): Promise<PooledClient> {
  loaded ??= await import('undici');
  const origin = new URL(baseUrl);
  const { context } = identity;
  // undici cannot end a connection that is still opening, so this ends it.
  let opening: { destroy(): unknown } | undefined;
  const options = ownBag<Client.Options>({
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: HEAD_BYTES,
    maxResponseSize: BODY_BYTES,
    // The limits of the call come first. These apply when an injected clock is stopped.
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
    connect(_, callback) {
      const settle = (error: Error | null, socket: Parameters<typeof callback>[1]) =>
        error ? callback(error, null) : callback(null, socket as never);
      if (proxy === undefined) {
        opening = dial(origin, context, undefined, CONNECT_MS, settle);
        return;
      }
      opening = openTunnel(proxy, origin, CONNECT_MS, (error, tunnel) => {
        if (error || tunnel === null) return callback(error ?? new Error('no tunnel'), null);
        opening = dial(origin, context, tunnel, CONNECT_MS, settle);
      });
    },
  });
  const client = new loaded.Client(origin.origin, options);
  const pooled: PooledClient = {
    client,
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
  { headers, body }: Call,
  path: string,
  onProgress: Parameters<Exchange>[2],
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { parts, add } = createBody();
    let head: Omit<RawResponse, 'body'> | undefined;
    client.dispatch(ownBag({ method: 'POST', path, headers: { ...headers }, body }), {
      // The connection is open: the last moment at which nothing has been sent.
      onRequestStart: () => onProgress('sent'),
      onResponseStart(_, status, fields) {
        // Ignore interim responses.
        if (status < 200) return;
        head = { status, header: (name) => headerOf(fields, name) };
        onProgress('answering');
      },
      onResponseData(_, chunk) {
        onProgress('answering');
        add(chunk);
      },
      onResponseEnd: () =>
        head ? resolve({ ...head, body: parts }) : reject(new Error('no head')),
      onResponseError: (_, error) => reject(error),
    });
  });
}

function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | null {
  const value = own(headers, name);
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}
