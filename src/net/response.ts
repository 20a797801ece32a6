import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Clock } from '../foundation/clock.js';
import { createYielder } from '../foundation/deadline.js';
import { invalidResponse } from '../foundation/errors.js';
import { readStrictJson } from '../foundation/json.js';
import type { NumberReading } from '../foundation/json-numbers.js';
import { isJson } from '../wire/media-type.js';
import type { Call, Coding, HttpReply, HttpResponse } from './http.js';
import { BODY_BYTES, FAILURE_BYTES, LONGEST_BODY_BYTES } from './limits.js';
import { parseRetryAfter } from './retry-after.js';

/** How many chunks of a body are taken before other work gets its turn. */
const CHUNKS_AT_ONCE = 100;

/** What a low-level exchange yields; the body in chunks. */
export interface RawResponse {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** All headers, with lower-case names. */
  readonly fields: () => Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
}

/**
 * Validates a response and parses its body as JSON with exact numbers.
 *
 * @throws SelfInfoError `response_invalid`; the signal's reason once it has aborted.
 */
export async function parseResponse(
  raw: RawResponse,
  _: Call,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { status, header, retryAt } = parseHead(raw, clock);
  if (status === 303) throw redirected();
  try {
    checkCoding(header, undefined);
    return { status, json: await readJson(header, raw.body, signal, 'exact'), retryAt };
  } catch (error) {
    // Gateways send HTML and other bodies with an error; its status says enough. A success needs
    // its body.
    if (status >= 400) return { status, json: undefined, retryAt };
    throw error;
  }
}

/**
 * Validates the head of a response and undoes its coding, for a codec.
 *
 * @throws SelfInfoError `response_invalid`; the signal's reason once it has aborted.
 */
export async function parseReply(
  raw: RawResponse,
  call: Call,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpReply> {
  const { status, header, retryAt } = parseHead(raw, clock);
  const read = async () => {
    const coding = checkCoding(header, call.coding);
    // Some servers name a coding although there is no body, with 202 and 204 for instance.
    const isEmpty = raw.body.every(({ byteLength }) => byteLength === 0);
    return coding && !isEmpty ? inflate(raw.body, coding, limitOf(call, status), signal) : raw.body;
  };
  // The status of a failure says enough.
  const body = status >= 400 ? await read().catch(() => []) : await read();
  return {
    status,
    header,
    fields: raw.fields,
    body,
    retryAt,
    upstreamRequestId: upstreamIdOf(raw, call),
  };
}

function parseHead({ status, header: read }: RawResponse, clock: Clock) {
  const header = (name: string) => read(name)?.trim() ?? null;
  // 303 says where the answer is, not that the call goes elsewhere.
  if (status >= 300 && status < 400 && status !== 303) throw redirected();
  // A part is not the whole, even when it is JSON.
  if (status === 206 || status === 226)
    throw invalidResponse({
      en: 'it is a part of a response, although the request asks for the whole.',
      ja: 'リクエストで全体を求めたにもかかわらず、応答が一部分です。',
    });
  return { status, header, retryAt: parseRetryAfter(header('retry-after'), clock.now()) };
}

function redirected() {
  return invalidResponse({
    en: 'redirects are not followed.',
    ja: 'リダイレクトは受け付けません。',
  });
}

/** Returns the portal's id of a message, unless it is a text that could be an echo of anything. */
export function upstreamIdOf(
  { header }: RawResponse,
  { upstreamIdHeader }: Call,
): string | undefined {
  const id = upstreamIdHeader === undefined ? null : header(upstreamIdHeader);
  return id !== null && /^[\w.-]{1,64}$/.test(id.trim()) ? id.trim() : undefined;
}

/** Returns the coding of a body; undefined for none. Rejects every coding but the declared one. */
function checkCoding(
  header: RawResponse['header'],
  declared: Coding | undefined,
): Coding | undefined {
  // An empty value names no coding.
  const named = (name: string, plain: string) => (header(name) || plain).toLowerCase();
  const coding = named('content-encoding', 'identity');
  if (named('transfer-encoding', 'chunked') === 'chunked') {
    if (coding === 'identity') return undefined;
    if (coding === declared) return declared;
  }
  throw invalidResponse({
    en: 'its body is compressed in a way that the request does not ask for.',
    ja: 'リクエストで指定していない方式で本文が圧縮されています。',
  });
}

const DECODERS = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };

/** Undoes the coding of a body. The limit of its size counts for what comes out. */
async function inflate(
  body: readonly Uint8Array[],
  coding: Coding,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of Readable.from(body).pipe(DECODERS[coding]())) {
      signal.throwIfAborted();
      size += part.byteLength;
      if (size > limit) throw tooLarge();
      parts.push(part);
    }
    return parts;
  } catch {
    signal.throwIfAborted();
    throw size > limit
      ? tooLarge()
      : invalidResponse({ en: 'its body cannot be decompressed.', ja: '本文を伸長できません。' });
  }
}

function tooLarge() {
  return invalidResponse({ en: 'its body is too large.', ja: '本文が大きすぎます。' });
}

async function readJson(
  header: RawResponse['header'],
  body: readonly Uint8Array[],
  signal: AbortSignal,
  numbers: NumberReading,
): Promise<unknown> {
  if (!isJson(header('content-type')))
    throw invalidResponse({
      en: 'its content type is not application/json in UTF-8.',
      ja: 'Content-Type が UTF-8 の application/json ではありません。',
    });
  return readStrictJson(body, signal, numbers);
}

/** Reads the chunks of a body up to the limit of its size. */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  { parts, add }: Body,
  onChunk: () => void,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const yielder = createYielder(CHUNKS_AT_ONCE, signal);
  for await (const chunk of chunks) {
    // The rest is not read once the call has ended.
    signal.throwIfAborted();
    // An endless run of chunks that are ready, empty ones for instance, would keep every timer from
    // firing.
    if (yielder.use(1)) await yielder.yield();
    onChunk();
    add(chunk);
  }
  return parts;
}

function limitOf({ stage, longestBody }: Call, status: number): number {
  return status >= 400 ? FAILURE_BYTES : (longestBody ?? BODY_BYTES[stage]);
}

/** Collects the chunks of a body. */
export interface Body {
  readonly parts: readonly Uint8Array[];
  /** Throws above the limit of the size. */
  add(chunk: Uint8Array): void;
}

/**
 * Creates a collector for the body of a response. A success has the limit of its stage. Of a
 * failure the status says enough: nothing is kept of a page that is too long.
 */
export function createBody(call: Call, status: number): Body {
  const parts: Uint8Array[] = [];
  const failed = status >= 400;
  const limit = limitOf(call, status);
  let size = 0;
  return {
    parts,
    add(chunk) {
      size += chunk.byteLength;
      if (size <= limit) parts.push(chunk);
      else if (failed && size <= LONGEST_BODY_BYTES) parts.length = 0;
      else throw tooLarge();
    },
  };
}
