import { createYielder } from './deadline.js';
import { SelfInfoError } from './errors.js';

const DEPTH = 64;
/** Of an answer of 16 MiB that is nothing but brackets, parsing would make a gigabyte. */
const VALUES = 1_000_000;
/** How many characters are scanned before others get their turn. */
const SLICE = 65_536;
/**
 * How many bytes are decoded at once: smaller texts would live where the collector of garbage
 * copies what it meets, in the midst of parsing.
 */
const DECODED = 262_144;

/**
 * Reads JSON out of the bytes of a body, more strictly than `JSON.parse`: UTF-8 only, no duplicate
 * keys, no `__proto__`, bounded depth and number of values.
 *
 * Others run between two slices of the work; what is handed to `JSON.parse` was found small enough
 * before.
 *
 * @throws SelfInfoError `response_invalid`, without any of the text; the signal's reason once it
 * has aborted.
 */
export async function readStrictJson(
  chunks: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<unknown> {
  const text = await decodeUtf8(chunks, signal);
  const yielder = createYielder(SLICE, signal);
  const isLong = text.length > SLICE;
  const scan = createScan(text);
  if (isLong) await yielder.yield();
  for (let end = SLICE; !scan(end); end += SLICE) await yielder.yield();
  if (isLong) await yielder.yield();
  const value = parse(text);
  if (isLong) await yielder.yield();
  return value;
}

const UTF8 = { fatal: true, ignoreBOM: true };
/**
 * For bodies of one small piece: a decoder is dear to make, and one that is given all at once keeps
 * nothing.
 */
const atOnce = new TextDecoder('utf-8', UTF8);

async function decodeUtf8(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<string> {
  const yielder = createYielder(DECODED, signal);
  try {
    const [only] = chunks;
    if (only && chunks.length === 1 && only.byteLength < DECODED) return atOnce.decode(only);
    const decoder = new TextDecoder('utf-8', UTF8);
    let text = '';
    for (const piece of regrouped(chunks)) {
      text += decoder.decode(piece, { stream: true });
      if (piece.byteLength === DECODED) await yielder.yield();
    }
    return text + decoder.decode();
  } catch {
    signal.throwIfAborted();
    throw invalid('its body is not UTF-8.', '本文が UTF-8 ではありません。');
  }
}

/**
 * The same bytes in pieces that are decoded at once, each written over the one before; only the
 * last may be smaller.
 */
function* regrouped(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const piece = new Uint8Array(Math.min(size, DECODED));
  let filled = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + DECODED - filled);
      piece.set(part, filled);
      at += part.byteLength;
      filled += part.byteLength;
      if (filled < DECODED) continue;
      yield piece;
      filled = 0;
    }
  }
  yield piece.subarray(0, filled);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw invalid('it is not JSON.', 'JSON ではありません。');
  }
}

/**
 * Walks a text as though it were JSON, up to a place that moves on with each call; true at the end.
 * What is no JSON is left to the parser.
 */
function createScan(text: string): (end: number) => boolean {
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  let values = 0;
  // Of the string at hand, or of the last one.
  let inString = false;
  let escaped = false;
  let start = 0;
  let stop = 0;

  function count() {
    if (++values > VALUES) throw invalid('it holds too many values.', '値の数が多すぎます。');
  }

  function checkKey() {
    const keys = open.at(-1);
    if (!keys || stop === 0) return;
    const raw = text.slice(start, stop);
    const key = escaped ? String(parse(raw)) : raw.slice(1, -1);
    if (key === '__proto__' || keys.has(key))
      throw invalid(
        'an object has the same key twice, or a forbidden one.',
        'オブジェクトに重複したキー、または禁止されたキーがあります。',
      );
    keys.add(key);
  }

  return (end) => {
    for (const limit = Math.min(end, text.length); at < limit; at++) {
      const char = text.charCodeAt(at);
      if (inString) {
        if (char === 0x5c) {
          escaped = true;
          at++;
        } else if (char === 0x22) {
          inString = false;
          stop = at + 1;
        }
      } else if (char === 0x22) {
        inString = true;
        escaped = false;
        start = at;
      } else if (char === 0x3a) {
        checkKey();
      } else if (char === 0x2c) {
        count();
      } else if (char === 0x7b || char === 0x5b) {
        count();
        open.push(char === 0x7b ? new Set() : undefined);
        if (open.length > DEPTH)
          throw invalid(
            `it is nested deeper than ${DEPTH} levels.`,
            `${DEPTH} 段より深い入れ子です。`,
          );
      } else if (char === 0x7d || char === 0x5d) {
        open.pop();
      }
    }
    return at >= text.length;
  };
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', { expected: { en, ja } });
}
