import { invalidResponse } from '../foundation/errors.js';
import { readStrictJson as readChunks } from '../foundation/json.js';
import type { NumberReading } from '../foundation/json-numbers.js';
import { readKeys } from '../foundation/options.js';
import type { WireReply } from './codec.js';
import { LONGEST_TEXT } from './codec-value.js';
import { charsetOf } from './media-type.js';

/** A response as the connection read it; the body in chunks. */
export interface ReceivedReply {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: readonly Uint8Array[];
}

/** Wraps a response for a codec. Its readers end with the signal. */
export function createReply(
  { status, header, body }: ReceivedReply,
  numbers: NumberReading,
  signal: AbortSignal | undefined,
): WireReply {
  let bytes: Uint8Array | undefined;
  return {
    status,
    headers: { get: (name) => header(name.toLowerCase()) },
    get body() {
      // A copy: a codec that changes it must not change what others read, and what is stored.
      bytes ??= new Uint8Array(Buffer.concat(body));
      return bytes;
    },
    text: async (charset = charsetOf(header('content-type')) ?? 'utf-8') =>
      decodeText(body, charset),
    json: () => readChunks(body, signal, numbers),
  };
}

function decodeText(body: readonly Uint8Array[], charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.concat(body));
  } catch {
    throw invalidResponse({
      en: 'its body is not valid text in its charset.',
      ja: '本文を指定の文字コードで読み取れません。',
    });
  }
}

/** Options of {@link readStrictJson}. */
export interface StrictJsonOptions {
  /** `text` reads every number as its literal, like the option of a profile. Default: `exact`. */
  readonly numbers?: 'exact' | 'text';
}

/**
 * Parses JSON as the client does, for a codec that decrypts or unpacks a body: UTF-8 only, no
 * duplicate keys, no `__proto__`, at most 16 MiB, 64 levels and a million values. Never changes a
 * number: a literal that a JavaScript number cannot hold exactly stays as text.
 *
 * @param bytes - the JSON text in UTF-8.
 * @throws SelfInfoError `response_invalid`, without any of the text; TypeError for a wrong type.
 * @example
 * ```ts
 * import { readStrictJson } from 'myna-selfinfo';
 * const body = await readStrictJson(new TextEncoder().encode('{"process_id":"p-1"}'));
 * ```
 */
export async function readStrictJson(
  bytes: Uint8Array,
  options: StrictJsonOptions = {},
): Promise<unknown> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be a Uint8Array.');
  const { numbers = 'exact' } = readKeys(options, 'options', {
    numbers: true,
  } satisfies Record<keyof StrictJsonOptions, true>);
  if (numbers !== 'exact' && numbers !== 'text')
    throw new TypeError('options.numbers must be exact or text.');
  // As for any body, also for one that was inflated.
  if (bytes.byteLength > LONGEST_TEXT)
    throw invalidResponse({ en: 'its body is too large.', ja: '本文が大きすぎます。' });
  return readChunks([bytes], undefined, numbers);
}
