import type { Clock } from '../foundation/clock.js';
import { createYielder } from '../foundation/deadline.js';
import { invalidResponse } from '../foundation/errors.js';
import { readStrictJson } from '../foundation/json.js';
import type { NumberReading } from '../foundation/json-numbers.js';
import { DAY_MS } from '../foundation/time.js';
import type { HttpResponse } from './http.js';
import { BODY_BYTES } from './limits.js';

/** How many chunks of a body are taken before other work gets its turn. */
const CHUNKS_AT_ONCE = 100;
/** The longest planned outage, over the New Year, takes a week. */
const LONGEST_RETRY_AFTER_MS = 31 * DAY_MS;

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
  { status, header, body }: RawResponse,
  clock: Clock,
  signal: AbortSignal,
  numbers: NumberReading,
): Promise<HttpResponse> {
  const retryAt = parseRetryAfter(header('retry-after'), clock.now());
  if (status >= 300 && status < 400)
    throw invalidResponse({
      en: 'redirects are not followed.',
      ja: 'リダイレクトは受け付けません。',
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
  const isPlain = (name: string, plain: string) => (header(name) ?? plain).toLowerCase() === plain;
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

function isJson(contentType: string | null): boolean {
  return (
    contentType !== null &&
    /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType)
  );
}

/** Reads the chunks of a body up to the limit of its size. */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  onChunk: () => void,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const { parts, add } = createBody();
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

/** Creates a collector for the chunks of a body; it throws above the limit of the size. */
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
      if (size > BODY_BYTES)
        throw invalidResponse({ en: 'its body is too large.', ja: '本文が大きすぎます。' });
      parts.push(chunk);
    },
  };
}

/**
 * Parses seconds or an HTTP date to epoch milliseconds, from now on; undefined for anything else,
 * and for an instant too far off to be meant.
 */
function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const at = /^\d{1,9}$/.test(value) ? now + Number(value) * 1_000 : parseHttpDate(value);
  return at <= now + LONGEST_RETRY_AFTER_MS ? Math.max(at, now) : undefined;
}

function parseHttpDate(value: string): number {
  return /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
}
