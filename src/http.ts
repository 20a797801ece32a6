import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Client } from 'undici';
import { isSelfInfoError, SelfInfoError, type SelfInfoErrorCode } from './errors.js';
import { parseStrictJson } from './json.js';
import { checkKeys, checkText } from './options.js';
import { type Clock, formatInstant } from './time.js';

/** The client certificate of mutual TLS (相互認証, guideline note 8) and its private key, as PEM texts. */
export interface TlsCredential {
  readonly cert: string;
  readonly key: string;
}

/** A function with the shape of the global `fetch`, called with one `Request`. */
export type FetchLike = (request: Request) => Promise<Response>;

/** The step that a call belongs to. */
export type CallStage = 'consent' | 'token' | 'request' | 'result';

/** The steps that change nothing at the other side, so that they may be taken again. */
const HARMLESS: readonly CallStage[] = ['consent', 'result'];

/** One call: always a POST to the API's origin. */
export interface Call {
  readonly stage: CallStage;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What bounds a call: the caller's signal, and the epoch milliseconds by which it must be over. */
export interface CallBounds {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** A judged answer: its HTTP status, strictly parsed JSON, and the instant (epoch milliseconds) that Retry-After names. */
export interface HttpAnswer {
  readonly status: number;
  readonly json: unknown;
  readonly retryAt: number | undefined;
}

/** The one connection of a journey. */
export interface Connection {
  send(call: Call, bounds: CallBounds): Promise<HttpAnswer>;
  /** Ends the connection; a call under way fails. */
  close(): Promise<void>;
}

/** Makes a connection per journey. */
export interface Transport {
  connect(): Connection;
  /** Ends every connection that is still up. */
  close(): Promise<void>;
}

const CALL_MS = 30_000;
const CONNECT_MS = 5_000;
const SILENCE_MS = 10_000;
/** How long a parked connection may stay idle. */
const IDLE_MS = 5_000;
const BODY_BYTES = 16 * 1024 * 1024;

/** What a low-level exchange yields: the body is read under a limit. */
interface RawAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Sends one call; `sent` is told before the first byte may leave. */
type Exchange = (call: Call, signal: AbortSignal, sent: () => void) => Promise<RawAnswer>;

/**
 * Checks a client certificate and its key.
 *
 * @throws SelfInfoError `missing_option`, `invalid_credential`, `key_certificate_mismatch`, `unknown_option`.
 */
export function checkCredential(tls: TlsCredential, path: string): TlsCredential {
  checkKeys(tls, path, ['cert', 'key']);
  checkText(tls.cert, `${path}.cert`);
  checkText(tls.key, `${path}.key`);
  const { cert, key } = tls;
  const certificate = readPem(() => new X509Certificate(cert), `${path}.cert`, 'a PEM certificate', 'PEM 形式の証明書');
  const privateKey = readPem(() => createPrivateKey(key), `${path}.key`, 'an unencrypted PEM private key', '暗号化されていない PEM 形式の秘密鍵');
  if (!certificate.checkPrivateKey(privateKey)) throw new SelfInfoError('key_certificate_mismatch', { path: `${path}.key` });
  return { cert, key };
}

function readPem<T>(read: () => T, path: string, en: string, ja: string): T {
  try {
    return read();
  } catch {
    throw new SelfInfoError('invalid_credential', {
      path,
      expected: { en: `Expected the text of ${en}, not its path.`, ja: `${ja}の内容を文字列で指定してください（ファイルのパスではありません）。` },
    });
  }
}

/** The transport of every environment: undici over mutual TLS, one connection per journey, HTTP/1.1. */
export function createTransport(apiUrl: string, ca: readonly string[] | undefined, tls: TlsCredential, clock: Clock): Transport {
  const origin = new URL(apiUrl).origin;
  const up = new Set<Client>();
  async function open(): Promise<Client> {
    const undici = await import('undici');
    const client = new undici.Client(origin, {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
      maxResponseSize: BODY_BYTES,
      // A TLS session resumed after a certificate rotation would keep the old identity.
      maxCachedSessions: 0,
      connect: {
        ...tls,
        ...(ca && { ca: [...ca] }),
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        timeout: CONNECT_MS,
      },
    });
    client.on('connect', () => up.add(client));
    client.on('disconnect', () => up.delete(client));
    return client;
  }
  return {
    connect() {
      let client: Promise<Client> | undefined;
      return connection(clock, {
        async exchange(call, signal, sent) {
          const parked = client !== undefined;
          client ??= open();
          const wire = await client;
          // Whatever the other side did to a parked connection is noticed in two turns of the event loop; written to a dead one, a request would be lost.
          for (let turn = 0; parked && turn < 2; turn++) await setImmediate();
          const { statusCode, headers, body } = await wire.request({
            method: 'POST',
            path: pathUnder(apiUrl, call.path),
            headers: { ...call.headers, 'content-length': String(Buffer.byteLength(call.body)) },
            body: Readable.from(announced(call.body, sent), { objectMode: false }),
            signal,
          });
          return { status: statusCode, header: (name) => headerOf(headers, name), chunks: body };
        },
        async close() {
          const wire = await client?.catch(() => undefined);
          client = undefined;
          await wire?.destroy();
        },
      });
    },
    async close() {
      await Promise.all([...up].map((client) => client.destroy()));
    },
  };
}

/** undici pulls the body once the connection stands: the last moment at which nothing has been sent. */
async function* announced(body: string, sent: () => void): AsyncGenerator<Buffer> {
  sent();
  yield Buffer.from(body);
}

function headerOf(headers: Readonly<Record<string, string | string[] | undefined>>, name: string): string | null {
  const value = headers[name];
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}

/** A transport over an injected fetch, for tests in one process; production refuses it. */
export function createFetchTransport(apiUrl: string, fetch: FetchLike, clock: Clock): Transport {
  return {
    connect: () =>
      connection(clock, {
        async exchange(call, signal, sent) {
          const request = new Request(new URL(pathUnder(apiUrl, call.path), apiUrl), {
            method: 'POST',
            headers: call.headers,
            body: call.body,
            signal,
            redirect: 'manual',
          });
          sent();
          const response = await fetch(request);
          return { status: response.status, header: (name) => response.headers.get(name), chunks: response.body ?? new Blob([]).stream() };
        },
        close: async () => {},
      }),
    close: async () => {},
  };
}

function pathUnder(apiUrl: string, path: string): string {
  return new URL(apiUrl).pathname.replace(/\/$/, '') + path;
}

function connection(clock: Clock, wire: { exchange: Exchange; close(): Promise<void> }): Connection {
  const closing = new AbortController();
  return {
    async send(call, { signal, deadline }) {
      let sent = false;
      const now = clock.now();
      const limitMs = Math.max(0, Math.min(CALL_MS, (deadline ?? Number.POSITIVE_INFINITY) - now));
      try {
        return await bounded(
          (inner) =>
            receive(
              wire.exchange(call, inner, () => {
                sent = true;
              }),
              clock,
            ),
          clock,
          limitMs,
          [closing.signal, ...(signal ? [signal] : [])],
        );
      } catch (error) {
        // Whatever state the connection is in, no later call may meet the remains of this one.
        await wire.close().catch(() => undefined);
        throw judgeFailure(error, call.stage, sent);
      }
    },
    async close() {
      closing.abort();
      await wire.close().catch(() => undefined);
    },
  };
}

const TIMED_OUT = Symbol('timed out');
const ABORTED = Symbol('aborted');

/** Settles with the work, the time limit, or the first signal to abort, whichever comes first, even when the work ignores its signal. */
async function bounded<T>(work: (signal: AbortSignal) => Promise<T>, clock: Clock, limitMs: number, signals: readonly AbortSignal[]): Promise<T> {
  if (signals.some((signal) => signal.aborted)) throw ABORTED;
  // Work that starts may send: without time left nothing is started.
  if (limitMs === 0) throw TIMED_OUT;
  const inner = new AbortController();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(ABORTED);
  });
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  const expired = clock.wait(limitMs, inner.signal).then(() => {
    throw TIMED_OUT;
  });
  const working = work(inner.signal);
  // The losers of the race settle later, when nobody listens.
  for (const promise of [working, expired, aborted]) promise.catch(() => undefined);
  try {
    return await Promise.race([working, expired, aborted]);
  } finally {
    inner.abort();
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

async function receive(exchange: Promise<RawAnswer>, clock: Clock): Promise<HttpAnswer> {
  const { status, header, chunks } = await exchange;
  const body = await readBody(chunks);
  const retryAt = retryAfter(header('retry-after'), clock.now());
  if (status >= 300 && status < 400) throw invalid('redirects are not followed.', 'リダイレクトには従いません。');
  try {
    return { status, json: readJson(header, body), retryAt };
  } catch (error) {
    // Gateways answer errors with HTML and worse; the status says enough. A success must be read from the body.
    if (status >= 400) return { status, json: undefined, retryAt };
    throw error;
  }
}

function readJson(header: RawAnswer['header'], body: Uint8Array): unknown {
  const coding = header('content-encoding');
  if (coding !== null && coding.toLowerCase() !== 'identity')
    throw invalid('its body is compressed although identity was asked for.', '無圧縮を要求しましたが、本文が圧縮されています。');
  if (!isJson(header('content-type')))
    throw invalid('its content type is not application/json in UTF-8.', 'Content-Type が UTF-8 の application/json ではありません。');
  return parseStrictJson(decodeUtf8(body));
}

async function readBody(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > BODY_BYTES) throw invalid('its body is too large.', '本文が大きすぎます。');
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw invalid('its body is not UTF-8.', '本文が UTF-8 ではありません。');
  }
}

function isJson(contentType: string | null): boolean {
  return contentType !== null && /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType);
}

/** Seconds or an HTTP date, as epoch milliseconds. */
function retryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return now + Number(value) * 1_000;
  const date = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', { expected: { en, ja } });
}

// Failures of the certificate check, as OpenSSL and Node name them.
const DISTRUST =
  /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY)_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;
// What undici and its parser say of an answer that is no HTTP, or too large.
const MALFORMED = /^(HTTPParserError$|HPE_|UND_ERR_RES_EXCEEDED_MAX_SIZE|UND_ERR_RESPONSE|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)/;
const SILENT = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/;

/** Turns whatever went wrong into one of our errors; nothing of the foreign error but its code, or its name where it has none, is looked at. */
function judgeFailure(error: unknown, stage: CallStage, sent: boolean): SelfInfoError {
  const code = error instanceof Error ? String(('code' in error && error.code) || error.name) : '';
  if (error === ABORTED) return failure('aborted', stage, sent);
  if (!sent && error !== TIMED_OUT) return failure(DISTRUST.test(code) ? 'server_not_trusted' : 'connection_failed', stage, sent);
  // Once a request for data was sent and its answer is gone, nobody can tell whether it was carried out.
  if (isSelfInfoError(error)) return Object.assign(error, { stage, effect: HARMLESS.includes(stage) ? ('none' as const) : ('unknown' as const) });
  if (MALFORMED.test(code))
    return new SelfInfoError('response_invalid', {
      stage,
      effect: HARMLESS.includes(stage) ? 'none' : 'unknown',
      expected: { en: 'it is not a complete HTTP message.', ja: '完全な HTTP メッセージではありません。' },
    });
  if (stage === 'request' && sent) return failure('answer_lost', stage, sent);
  return failure(error === TIMED_OUT || SILENT.test(code) ? 'timed_out' : 'connection_closed', stage, sent);
}

/** A code is never exchanged a second time, sent or not. */
function failure(code: SelfInfoErrorCode, stage: CallStage, sent: boolean): SelfInfoError {
  const harmless = !sent || HARMLESS.includes(stage);
  return new SelfInfoError(code, {
    stage,
    effect: harmless ? 'none' : 'unknown',
    retry: { safe: harmless && stage !== 'token' && code !== 'server_not_trusted' },
  });
}

// Machine codes that may be repeated in an error: a code outside the list could be an echo of anything.
const OAUTH_CODES = [
  'invalid_request',
  'invalid_request_uri',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'invalid_token',
  'insufficient_scope',
];

/** A machine code of the other side, if it is one that is known. */
export function knownCode(code: unknown, known: readonly string[] = []): string {
  return typeof code === 'string' && (OAUTH_CODES.includes(code) || known.includes(code)) ? code : 'unrecognised';
}

/** The error for an answer whose status is not a success. */
export function refusal(answer: HttpAnswer, stage: CallStage, known: readonly string[]): SelfInfoError {
  const { status, json, retryAt } = answer;
  const code = typeof json === 'object' && json !== null && 'error' in json ? knownCode(json.error, known) : undefined;
  const upstream = { status, ...(code !== undefined && { code }) };
  if (status === 429 || status === 503) {
    return new SelfInfoError('upstream_unavailable', {
      stage,
      upstream,
      retry: { safe: stage !== 'token', ...(retryAt !== undefined && { notBefore: formatInstant(retryAt) }) },
    });
  }
  return new SelfInfoError(status >= 400 && status < 500 ? 'upstream_refused' : 'upstream_failed', { stage, upstream });
}
