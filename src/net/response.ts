import type { Clock } from '../foundation/clock.js';
import { createYielder } from '../foundation/deadline.js';
import { invalidResponse } from '../foundation/errors.js';
import { readStrictJson } from '../foundation/json.js';
import type { NumberReading } from '../foundation/json-numbers.js';
import type { CallStage, HttpResponse } from './http.js';
import { BODY_BYTES, FAILURE_BYTES, LONGEST_BODY_BYTES } from './limits.js';
import { isJson } from './media-type.js';
import { parseRetryAfter } from './retry-after.js';

/** How many chunks of a body are taken before other work gets its turn. */
const CHUNKS_AT_ONCE = 100;

/** What a low-level exchange yields; the body in chunks. */
export interface RawResponse {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: readonly Uint8Array[];
}

/**
 * Validates a response and parses its body.
 *
 * @throws SelfInfoError `response_invalid`; the signal's reason once it has aborted.
 */
export async function parseResponse(
  { status, header: read, body }: RawResponse,
  clock: Clock,
  signal: AbortSignal,
  numbers: NumberReading,
): Promise<HttpResponse> {
  const header = (name: string) => read(name)?.trim() ?? null;
  const retryAt = parseRetryAfter(header('retry-after'), clock.now());
  if (status >= 300 && status < 400)
    throw invalidResponse({
      en: 'redirects are not followed.',
      ja: 'リダイレクトは受け付けません。',
    });
  // A part is not the whole, even when it is JSON.
  if (status === 206 || status === 226)
    throw invalidResponse({
      en: 'it is a part of a response, although the request asks for the whole.',
      ja: 'リクエストで全体を求めたにもかかわらず、応答が一部分です。',
    });
  try {
    return { status, json: await readJson(header, body, signal, numbers), retryAt };
  } catch (error) {
    // Gateways send HTML and other bodies with an error; its status says enough. A success needs
    // its body.
    if (status >= 400) return { status, json: undefined, retryAt };
    throw error;
  }
}

async function readJson(
  header: RawResponse['header'],
  body: readonly Uint8Array[],
  signal: AbortSignal,
  numbers: NumberReading,
): Promise<unknown> {
  // An empty value names no coding.
  const isPlain = (name: string, plain: string) => (header(name) || plain).toLowerCase() === plain;
  if (!isPlain('content-encoding', 'identity') || !isPlain('transfer-encoding', 'chunked'))
    throw invalidResponse({
      en: 'its body is compressed although the request asks for identity.',
      ja: 'リクエストで無圧縮（identity）を指定したにもかかわらず、本文が圧縮されています。',
    });
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
export function createBody(stage: CallStage, status: number): Body {
  const parts: Uint8Array[] = [];
  const failed = status >= 400;
  const limit = failed ? FAILURE_BYTES : BODY_BYTES[stage];
  let size = 0;
  return {
    parts,
    add(chunk) {
      size += chunk.byteLength;
      if (size <= limit) parts.push(chunk);
      else if (failed && size <= LONGEST_BODY_BYTES) parts.length = 0;
      else throw invalidResponse({ en: 'its body is too large.', ja: '本文が大きすぎます。' });
    },
  };
}
