import { alarm, CANCELLED, type Clock } from '../foundation/clock.js';
import { createYielder } from '../foundation/deadline.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError, restated, SelfInfoError } from '../foundation/errors.js';
import { readStrictJson } from '../foundation/json.js';
import { DAY_MS, formatInstant } from '../foundation/time.js';
import type { TlsCredential } from './tls.js';

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
  /** Is told how the call ended; never throws. */
  readonly onCall?: ((end: CallEnd) => void) | undefined;
}

/**
 * How a call ended: when it began (epoch milliseconds), and the HTTP status of its answer or the
 * error.
 */
export interface CallEnd {
  readonly stage: CallStage;
  readonly startedAt: number;
  readonly status?: number;
  readonly error?: SelfInfoError;
}

/**
 * A judged answer: its HTTP status, strictly parsed JSON, and the instant (epoch milliseconds) that
 * Retry-After names.
 */
export interface HttpAnswer {
  readonly status: number;
  readonly json: unknown;
  readonly retryAt: number | undefined;
}

/** The one connection of a journey. */
export interface Connection {
  send(call: Call, bounds: CallBounds): Promise<HttpAnswer>;
  /**
   * Keeps the client certificate of this connection at hand until then (epoch milliseconds), and
   * returns its thumbprint, if there is one.
   */
  bind(until: number): string | undefined;
  /** Ends the connection; a call under way fails. */
  close(): Promise<void>;
}

/** Makes a connection per journey. */
export interface Transport {
  /**
   * A connection under the client certificate with this thumbprint, as long as it is kept, or else
   * under the newest; it stays under that one for good.
   */
  connect(thumbprint?: string): Connection;
  /**
   * Makes a checked credential the newest; the one before is kept until then (epoch milliseconds).
   */
  rotate(tls: TlsCredential, until: number): void;
  /** Ends every connection that is still up. */
  close(): Promise<void>;
}

const CALL_MS = 30_000;
/** How long a connection may take to stand: name, proxy, TCP and TLS together. */
export const CONNECT_MS = 5_000;
/** How long an answer may be silent, before its head and between any two pieces of its body. */
export const SILENCE_MS = 10_000;
/** The largest body that is read. */
export const BODY_BYTES = 16 * 1024 * 1024;
/** How many pieces of a body are taken before others get their turn. */
const CHUNKS_AT_ONCE = 100;
/** The longest planned outage, over the New Year, takes a week. */
const LONGEST_RETRY_AFTER_MS = 31 * DAY_MS;

/** How far a call has come, and so how long it may be silent now. */
type Progress = 'started' | 'sent' | 'answering';

/** What a low-level exchange yields; the body in pieces. */
export interface RawAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: readonly Uint8Array[];
}

/**
 * Sends one call and reads its answer. Tells `sent` before the first byte may leave, `answering` of
 * the head and of each piece of the body.
 */
export type Exchange = (
  call: Call,
  signal: AbortSignal,
  heard: (progress: Exclude<Progress, 'started'>) => void,
) => Promise<RawAnswer>;

/** A transport over an injected fetch, for tests in one process; production refuses it. */
export function createFetchTransport(apiUrl: string, fetch: FetchLike, clock: Clock): Transport {
  const exchange: Exchange = async (call, signal, heard) => {
    const request = new Request(new URL(pathUnder(apiUrl, call.path), apiUrl), {
      method: 'POST',
      headers: call.headers,
      body: call.body,
      signal,
      redirect: 'manual',
    });
    heard('sent');
    const response = await fetch(request);
    // What is no status would pass for a good one.
    if (!Number.isInteger(response.status))
      throw invalid('it has no status.', 'ステータスがありません。');
    heard('answering');
    const body = await readBody(
      response.body ?? new Blob([]).stream(),
      () => heard('answering'),
      signal,
    );
    return { status: response.status, header: (name) => response.headers.get(name), body };
  };
  const close = async () => {};
  return {
    connect: () => ({ ...connection(clock, { exchange, close }), bind: () => undefined }),
    rotate() {},
    close,
  };
}

/** The path of a call below that of the base URL. */
export function pathUnder(baseUrl: string, path: string): string {
  return new URL(baseUrl).pathname.replace(/\/$/, '') + path;
}

/** A connection that bounds, reads and judges what is exchanged. */
export function connection(
  clock: Clock,
  wire: { exchange: Exchange; close(): Promise<void> },
): Omit<Connection, 'bind'> {
  const closing = new AbortController();
  return {
    async send(call, { signal, deadline, onCall }) {
      let progress: Progress = 'started';
      const now = clock.now();
      const limitMs = Math.max(0, Math.min(CALL_MS, (deadline ?? Number.POSITIVE_INFINITY) - now));
      const work = async (inner: AbortSignal, heard: () => void) => {
        const tell = (now: Progress) => {
          progress = now;
          heard();
        };
        return judgeRaw(await wire.exchange(call, inner, tell), clock, inner);
      };
      try {
        const answer = await bounded(work, clock, limitMs, [
          closing.signal,
          ...(signal ? [signal] : []),
        ]);
        onCall?.({ stage: call.stage, startedAt: now, status: answer.status });
        return answer;
      } catch (error) {
        // Whatever state the connection is in, no later call may meet the remains of this one;
        // nobody waits for them to go.
        void wire.close().catch(() => undefined);
        const failure = judgeFailure(error, call.stage, progress);
        onCall?.({ stage: call.stage, startedAt: now, error: failure });
        throw failure;
      }
    },
    async close() {
      closing.abort(CANCELLED);
      await wire.close().catch(() => undefined);
    },
  };
}

const UNCONNECTED = Symbol('not connected in time');
const TIMED_OUT = Symbol('timed out');
const ABORTED = Symbol('aborted');

/**
 * Settles with the work, its time limits, or the first signal to abort, whichever comes first, even
 * when the work ignores its signal.
 */
async function bounded<T>(
  work: (signal: AbortSignal, heard: () => void) => Promise<T>,
  clock: Clock,
  limitMs: number,
  signals: readonly AbortSignal[],
): Promise<T> {
  if (signals.some((signal) => signal.aborted)) throw ABORTED;
  // Work that starts may send: without time left nothing is started.
  if (limitMs === 0) throw TIMED_OUT;
  const inner = new AbortController();
  let finish = (_answer: T) => {};
  let end = (_reason: unknown) => {};
  const settled = new Promise<T>((resolve, reject) => {
    finish = resolve;
    end = reject;
  });
  const abort = () => end(ABORTED);
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  const callOff = alarm(clock, limitMs, () => end(TIMED_OUT));
  let breakSilence = alarm(clock, CONNECT_MS, () => end(UNCONNECTED));
  const heard = () => {
    breakSilence();
    if (!inner.signal.aborted) breakSilence = alarm(clock, SILENCE_MS, () => end(TIMED_OUT));
  };
  // What comes later than the first is not heard.
  work(inner.signal, heard).then(finish, end);
  try {
    return await settled;
  } finally {
    inner.abort(CANCELLED);
    callOff();
    breakSilence();
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

async function judgeRaw(
  { status, header, body }: RawAnswer,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const retryAt = retryAfter(header('retry-after'), clock.now());
  if (status >= 300 && status < 400)
    throw invalid('redirects are not followed.', 'リダイレクトには従いません。');
  try {
    return { status, json: await readJson(header, body, signal), retryAt };
  } catch (error) {
    // Gateways answer errors with HTML and worse; the status says enough. A success must be read
    // from the body.
    if (status >= 400) return { status, json: undefined, retryAt };
    throw error;
  }
}

async function readJson(
  header: RawAnswer['header'],
  body: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<unknown> {
  const isPlain = (name: string, plain: string) => (header(name) ?? plain).toLowerCase() === plain;
  if (!isPlain('content-encoding', 'identity') || !isPlain('transfer-encoding', 'chunked'))
    throw invalid(
      'its body is compressed although identity was asked for.',
      '無圧縮を要求しましたが、本文が圧縮されています。',
    );
  if (!isJson(header('content-type')))
    throw invalid(
      'its content type is not application/json in UTF-8.',
      'Content-Type が UTF-8 の application/json ではありません。',
    );
  return readStrictJson(body, signal);
}

async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  heard: () => void,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const { parts, add } = createBody();
  const yielder = createYielder(CHUNKS_AT_ONCE, signal);
  for await (const chunk of chunks) {
    // Once nobody waits, the rest is not read.
    signal.throwIfAborted();
    // Chunks that are always there, empty ones without end, would leave no turn to the limits of
    // time.
    if (yielder.use(1)) await yielder.yield();
    heard();
    add(chunk);
  }
  return parts;
}

/** Takes the pieces of a body up to the limit. */
export function createBody(): {
  readonly parts: readonly Uint8Array[];
  add(chunk: Uint8Array): void;
} {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    parts,
    add(chunk) {
      size += chunk.byteLength;
      if (size > BODY_BYTES) throw invalid('its body is too large.', '本文が大きすぎます。');
      parts.push(chunk);
    },
  };
}

function isJson(contentType: string | null): boolean {
  return (
    contentType !== null &&
    /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType)
  );
}

/**
 * Seconds or an HTTP date, as epoch milliseconds from now on; undefined for what is neither, or too
 * far off to be meant.
 */
function retryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const at = /^\d{1,9}$/.test(value) ? now + Number(value) * 1_000 : readHttpDate(value);
  return at <= now + LONGEST_RETRY_AFTER_MS ? Math.max(at, now) : undefined;
}

function readHttpDate(value: string): number {
  return /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', { expected: { en, ja } });
}

// Failures of the certificate check, as OpenSSL and Node name them.
const DISTRUST =
  /^(CERT_|CRL_|UNSPECIFIED$|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;
// The alerts by which the other side says that it will not have our certificate, or wants one;
// OpenSSL names their age before, in one way or another.
const REFUSED =
  /^ERR_SSL_[\w/]+_ALERT_((BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/;
// What undici and its parser say of an answer that is no HTTP, or too large; its checks of a status
// below 100 are assertions.
const MALFORMED =
  /^(HTTPParserError$|HPE_(?!INVALID_EOF_STATE)|UND_ERR_RES_EXCEEDED_MAX_SIZE|UND_ERR_RESPONSE|UND_ERR_HEADERS_OVERFLOW|ERR_ASSERTION$)/;
// Of a head that says a length: it makes no sense. Behind the head: the body breaks off.
const LENGTH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
const SILENT = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/;

/** The code of a foreign error, or its name where it has none: all that is looked at. */
function codeOf(error: unknown): string {
  try {
    return error instanceof Error ? String(('code' in error && error.code) || error.name) : '';
  } catch {
    // An injected fetch may throw whatever it likes, getters that throw included.
    return '';
  }
}

/** Turns whatever went wrong into one of our errors. */
function judgeFailure(error: unknown, stage: CallStage, progress: Progress): SelfInfoError {
  const sent = progress !== 'started';
  // Once a request for data was sent and its answer is gone, nobody can tell whether it was carried
  // out.
  const effect = sent && !HARMLESS.includes(stage) ? 'unknown' : 'none';
  if (isSelfInfoError(error) && error.code !== 'connection_failed') {
    const known = restated(error, {
      stage,
      effect,
      ...(effect === 'unknown' && { retry: { safe: false } }),
    });
    if (known) return known;
  }
  const code = codeOf(error);
  if (error === ABORTED) return failure('aborted', stage, sent);
  if (REFUSED.test(code)) return failure('certificate_refused', stage, sent);
  if (!sent && error !== TIMED_OUT)
    return failure(DISTRUST.test(code) ? 'server_not_trusted' : 'connection_failed', stage, sent);
  if (MALFORMED.test(code) || (code === LENGTH && progress !== 'answering'))
    return new SelfInfoError('response_invalid', {
      stage,
      effect,
      expected: {
        en: 'it is not a complete HTTP message.',
        ja: '完全な HTTP メッセージではありません。',
      },
    });
  if (stage === 'request' && sent) return failure('answer_lost', stage, sent);
  return failure(
    error === TIMED_OUT || SILENT.test(code) ? 'timed_out' : 'connection_closed',
    stage,
    sent,
  );
}

/** A code is never exchanged a second time, sent or not. */
function failure(code: SelfInfoErrorCode, stage: CallStage, sent: boolean): SelfInfoError {
  const harmless = !sent || HARMLESS.includes(stage);
  return new SelfInfoError(code, {
    stage,
    effect: harmless ? 'none' : 'unknown',
    retry: {
      safe:
        harmless &&
        stage !== 'token' &&
        code !== 'server_not_trusted' &&
        code !== 'certificate_refused',
    },
  });
}

// Machine codes that may be repeated in an error: a code outside the list could be an echo of
// anything.
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
  return typeof code === 'string' && (OAUTH_CODES.includes(code) || known.includes(code))
    ? code
    : 'unrecognised';
}

/**
 * The error for an answer whose status is not a success; `untaken`: statuses of 429 and above by
 * which the portal itself says that it took nothing.
 */
export function refusal(
  answer: HttpAnswer,
  stage: CallStage,
  known: readonly string[],
  untaken: readonly number[] = [],
): SelfInfoError {
  const { status, json, retryAt } = answer;
  // A gateway may pass a call on first and fail afterwards.
  const harmless = HARMLESS.includes(stage) || untaken.includes(status);
  const effect = harmless ? 'none' : 'unknown';
  const code =
    typeof json === 'object' && json !== null && 'error' in json
      ? knownCode(json.error, known)
      : undefined;
  const upstream = { status, ...(code !== undefined && { code }) };
  if (status === 429 || status === 503) {
    return new SelfInfoError('upstream_unavailable', {
      stage,
      effect,
      upstream,
      retry: {
        safe: harmless,
        ...(retryAt !== undefined && { notBefore: formatInstant(retryAt) }),
      },
    });
  }
  if (status >= 400 && status < 500)
    return new SelfInfoError('upstream_refused', { stage, upstream });
  return new SelfInfoError('upstream_failed', {
    stage,
    effect,
    upstream,
    retry: { safe: untaken.includes(status) },
  });
}
