import type { SelfInfoError } from '../foundation/errors.js';
import type { NumberReading } from '../foundation/json-numbers.js';
import type { TlsCredential } from './tls.js';

/** A function with the shape of the global `fetch`, called with one `Request`. */
export type FetchLike = (request: Request) => Promise<Response>;

/** The step that a call belongs to. */
export type CallStage = 'consent' | 'token' | 'request' | 'result';

/** The steps that change nothing at the portal, so that they can be repeated. */
export const HARMLESS: readonly CallStage[] = ['consent', 'result'];

/** One call: always a POST to the API's origin. */
export interface Call {
  readonly stage: CallStage;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How the numbers of the response are read. */
  readonly numbers: NumberReading;
}

/** What bounds a call: the caller's signal, and the epoch milliseconds by which it must end. */
export interface CallBounds {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
  /** Receives how the call ended; never throws. */
  readonly onCall?: ((end: CallEnd) => void) | undefined;
}

/** How a call ended: when it began (epoch milliseconds), and its HTTP status or its error. */
export interface CallEnd {
  readonly stage: CallStage;
  readonly startedAt: number;
  readonly status?: number;
  readonly error?: SelfInfoError;
}

/**
 * A validated response: its HTTP status, strictly parsed JSON, and the instant (epoch milliseconds)
 * that Retry-After names.
 */
export interface HttpResponse {
  readonly status: number;
  readonly json: unknown;
  readonly retryAt: number | undefined;
}

/**
 * The way of one consent and its query to the portal, under one client certificate. A new TLS
 * connection carries each call that must not be sent twice.
 */
export interface ApiConnection {
  send(call: Call, bounds: CallBounds): Promise<HttpResponse>;
  /**
   * Keeps the client certificate of this connection up to `until` (epoch milliseconds). Returns its
   * thumbprint, if it has one.
   */
  bind(until: number): string | undefined;
  /** Ends the connection; a call in progress fails. */
  close(): Promise<void>;
}

/** Opens connections. */
export interface Transport {
  /**
   * Returns a connection under the client certificate with this thumbprint if it is still kept, or
   * else under the newest. The connection never changes its certificate.
   */
  connect(thumbprint?: string): ApiConnection;
  /**
   * Makes a checked credential the newest. Keeps the previous one up to `until` (epoch
   * milliseconds).
   */
  rotate(tls: TlsCredential, until: number): void;
  /** Ends every connection that is still open. */
  close(): Promise<void>;
}

/** Returns the path of a call below that of the base URL. */
export function pathUnder(baseUrl: string, path: string): string {
  return new URL(baseUrl).pathname.replace(/\/$/, '') + path;
}
