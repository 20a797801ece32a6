import { setImmediate } from 'node:timers/promises';
import type { Client } from 'undici';
import type { Clock } from '../foundation/clock.js';
import { openTunnel, type Route } from './egress.js';
import {
  BODY_BYTES,
  type Call,
  CONNECT_MS,
  connection,
  createBody,
  type Exchange,
  pathUnder,
  type RawAnswer,
  SILENCE_MS,
  type Transport,
} from './http.js';
import { dial, type Identity, identityOf, type TlsCredential } from './tls.js';

/** How long a parked connection may stay idle. */
const IDLE_MS = 5_000;
const HEAD_BYTES = 16_384;

/** One client of undici and the socket it opens, so that both end together at any time. */
interface Line {
  readonly client: Client;
  end(): Promise<void>;
}

/**
 * An identity that tokens are bound to, and the epoch milliseconds until which a retrieval may need
 * it, rotated away or not.
 */
interface Kept {
  readonly identity: Identity;
  readonly until: number;
}

/**
 * The transport of every environment: undici over mutual TLS, one connection per journey, HTTP/1.1.
 */
export function createTransport(
  route: Route,
  tls: TlsCredential | undefined,
  clock: Clock,
): Transport {
  const lines = new Set<Line>();
  const kept = new Map<string, Kept>();
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
      let line: Promise<Line> | undefined;
      const exchange: Exchange = async (call, signal, heard) => {
        const parked = line !== undefined;
        line ??= openLine(route, identity, lines);
        const { client } = await line;
        // Whatever the other side did to a parked connection is noticed in two turns of the event
        // loop, of which undici waits one; written to a dead one, a request would be lost.
        if (parked) await setImmediate();
        // What goes out after that ends with the line, which a call that failed closes.
        signal.throwIfAborted();
        return dispatch(client, call, pathUnder(route.baseUrl, call.path), heard);
      };
      const close = async () => {
        const closing = line;
        line = undefined;
        await closing?.then(({ end }) => end());
      };
      return {
        ...connection(clock, { exchange, close }),
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
      await Promise.all([...lines].map(({ end }) => end()));
    },
  };
}

let loaded: typeof import('undici') | undefined;

async function openLine(
  { baseUrl, proxy }: Route,
  identity: Identity,
  lines: Set<Line>,
): Promise<Line> {
  loaded ??= await import('undici');
  const origin = new URL(baseUrl);
  const { context } = identity;
  // undici cannot give up a connection that does not stand yet: what is being opened is ended here.
  let opening: { destroy(): unknown } | undefined;
  const client = new loaded.Client(origin.origin, {
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: HEAD_BYTES,
    maxResponseSize: BODY_BYTES,
    // The call's own limits come first; these hold where an injected clock stands still.
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
  const line: Line = {
    client,
    async end() {
      lines.delete(line);
      opening?.destroy();
      await client.destroy();
    },
  };
  lines.add(line);
  client.on('connect', () => lines.add(line));
  client.on('disconnect', () => lines.delete(line));
  return line;
}

/**
 * By undici's innermost door: it says when a call is about to be written, and bodies that are held
 * whole need no streams.
 */
function dispatch(
  client: Client,
  { headers, body }: Call,
  path: string,
  heard: Parameters<Exchange>[2],
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { parts, add } = createBody();
    let head: Omit<RawAnswer, 'body'> | undefined;
    client.dispatch(
      { method: 'POST', path, headers: { ...headers }, body },
      {
        // The connection stands: the last moment at which nothing has been sent.
        onRequestStart: () => heard('sent'),
        onResponseStart(_, status, fields) {
          // Interim ones say nothing.
          if (status < 200) return;
          head = { status, header: (name) => headerOf(fields, name) };
          heard('answering');
        },
        onResponseData(_, chunk) {
          heard('answering');
          add(chunk);
        },
        onResponseEnd: () =>
          head ? resolve({ ...head, body: parts }) : reject(new Error('no head')),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | null {
  const value = headers[name];
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}
