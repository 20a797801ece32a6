import type { SelfInfoError } from '../foundation/errors.js';
import type { TlsCredential } from './tls.js';

/** A function with the shape of the global `fetch`, called with one `Request`. */
export type FetchLike = (request: Request) => Promise<Response>;

/** The step that a call belongs to. */
export type CallStage = 'consent' | 'token' | 'request' | 'result' | 'acknowledge';

/** The steps that can be repeated, because a repetition changes nothing at the portal. */
export const HARMLESS: readonly CallStage[] = ['consent', 'result', 'acknowledge'];

/** One call to the API's origin. */
export interface Call {
  readonly stage: CallStage;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path below the origin, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The coding that the response may have. Default: none. */
  readonly coding?: Coding;
  /** The largest body of a success, in bytes. Default: that of the stage. */
  readonly longestBody?: number;
  /** The id of this message. Default: a random one. */
  readonly requestId?: string;
  /** The response header with the portal's own id of the message. */
  readonly upstreamIdHeader?: string | undefined;
}

/** A content coding that a profile can declare. */
export type Coding = 'gzip' | 'deflate' | 'br';

/** What bounds a call: the caller's signal, and the epoch milliseconds by which it must end. */
export interface CallBounds {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
  readonly onCall?: OnCall | undefined;
}

/** Runs the work of a call, between its start and its end. Adds no failure of its own. */
export type OnCall = <T>(
  start: CallStart,
  work: (onEnd: (end: CallEnd) => void) => Promise<T>,
) => Promise<T>;

/** A call that begins now (epoch milliseconds). */
export interface CallStart extends Pick<Call, 'stage' | 'method'> {
  readonly startedAt: number;
  readonly requestId: string;
}

/** How a call ended: its HTTP status or its error. */
export interface CallEnd {
  readonly status?: number;
  readonly error?: SelfInfoError;
  readonly upstreamRequestId?: string | undefined;
}

/**
 * A response whose head was validated: its body in chunks without coding, and the instant (epoch
 * milliseconds) that Retry-After names.
 */
export interface HttpReply {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** All headers, with lower-case names. */
  readonly fields: () => Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
  readonly retryAt: number | undefined;
  /** The portal's own id of the message, if it is one that can be repeated. */
  readonly upstreamRequestId: string | undefined;
}

/**
 * A validated response: its HTTP status, strictly parsed JSON, and the instant (epoch milliseconds)
 * that Retry-After names.
 */
export interface HttpResponse {
  readonly status: number;
  readonly json: unknown;
  readonly retryAt: number | undefined;
  readonly upstreamRequestId?: string | undefined;
}

/**
 * The way of one consent and its query to the portal, under one client certificate. A new TLS
 * connection carries each call that must not be sent twice.
 */
export interface ApiConnection {
  /** Sends a call whose response is JSON, with exact numbers. */
  send(call: Call, bounds: CallBounds): Promise<HttpResponse>;
  /** Sends a call whose response is read by a codec. */
  exchange(call: Call, bounds: CallBounds): Promise<HttpReply>;
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
  /** Loads the package that calls are sent with. */
  load(): Promise<unknown>;
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
  /**
   * Opens a connection to each host of the portal under the newest certificate, closes it, and sends
   * no request. Left out where there are no connections.
   *
   * @throws SelfInfoError of the stage `check`.
   */
  probe?(signal: AbortSignal): Promise<void>;
  /** Ends every connection that is still open. */
  close(): Promise<void>;
}

/** Returns the path of a call below that of the base URL. */
export function pathUnder(baseUrl: string, path: string): string {
  return new URL(baseUrl).pathname.replace(/\/$/, '') + path;
}
