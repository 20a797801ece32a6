import { createYielder } from './deadline.js';
import { invalidResponse, type SelfInfoError } from './errors.js';
import { createNumberPatch, type NumberPatch, type NumberReading } from './json-numbers.js';

const DEPTH = 64;
/** Limits memory: parsing 16 MiB of brackets would take a gigabyte. */
const MAX_VALUES = 1_000_000;
/** Characters scanned before other work gets its turn. */
const SLICE = 65_536;
/**
 * Bytes decoded at once. Smaller texts would live in the young generation, and the garbage
 * collector would copy them during parsing.
 */
const DECODED = 262_144;

/** What {@link readStrictJson} accepts. */
interface JsonLimits {
  /** The greatest depth. */
  readonly depth: number;
  /** The greatest number of values. */
  readonly values: number;
}

/** The limits of a body, and of what a codec makes of one. */
export const OF_A_BODY: JsonLimits = { depth: DEPTH, values: MAX_VALUES };

/**
 * Reads JSON from the bytes of a body, more strictly than `JSON.parse`: UTF-8 only, no duplicate
 * keys, no `__proto__`, bounded depth and number of values. No number becomes another one: a
 * literal that a double cannot hold stays as text, and `inexactKeys` names its place.
 *
 * Other work runs between two slices of the scan. `JSON.parse` gets only a text that the scan found
 * small enough.
 *
 * @throws SelfInfoError `response_invalid`, without any of the text; the signal's reason once it
 * has aborted.
 */
export async function readStrictJson(
  chunks: readonly Uint8Array[],
  signal: AbortSignal | undefined,
  numbers: NumberReading,
  { depth, values } = OF_A_BODY,
): Promise<unknown> {
  const text = await decodeUtf8(chunks, signal);
  const yielder = createYielder(SLICE, signal);
  const isLong = text.length > SLICE;
  const patch = createNumberPatch(text, numbers);
  const scan = createScan(text, createStructure(depth, values), patch);
  if (isLong) await yielder.yield();
  for (let end = SLICE; !scan(end); end += SLICE) {
    patch.settle();
    await yielder.yield();
  }
  const patched = patch.text();
  if (isLong) await yielder.yield();
  const value = parse(patched);
  if (isLong) await yielder.yield();
  return patch.restore(value, yielder);
}

// Skips a byte order mark at the start (RFC 8259, 8.1): `ignoreBOM` would keep it as a character.
const UTF8 = { fatal: true, ignoreBOM: false };
/**
 * Decodes small bodies of one chunk. A decoder is expensive to create, and one that receives a
 * whole body keeps no state.
 */
const atOnce = new TextDecoder('utf-8', UTF8);

async function decodeUtf8(
  chunks: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<string> {
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
    signal?.throwIfAborted();
    throw invalidResponse({ en: 'its body is not UTF-8.', ja: '本文が UTF-8 ではありません。' });
  }
}

/**
 * Regroups the bytes into pieces of the size that is decoded at once. Each piece overwrites the one
 * before; only the last may be smaller.
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
    throw notJson();
  }
}

function notJson(): SelfInfoError {
  return invalidResponse({ en: 'it is not JSON.', ja: 'JSON ではありません。' });
}

/**
 * Creates a scan of a text. Each call moves it on to `end` and returns true when the text is over.
 * It reads the text as JSON; the parser finds what is not JSON.
 */
function createScan(
  text: string,
  { countValue, enter, leave, checkKey }: ReturnType<typeof createStructure>,
  patch: NumberPatch,
): (end: number) => boolean {
  let at = 0;
  // The current string, or the last one: whether it is open, has an escape, and its place.
  let inString = false;
  let escaped = false;
  let start = 0;
  let stop = 0;

  function lastString(): string {
    const raw = text.slice(start, stop);
    return escaped ? String(parse(raw)) : raw.slice(1, -1);
  }

  return (end) => {
    // Literals: named constants of the module made the scan a tenth slower. 0x22 is ", 0x5c \,
    // 0x3a :, 0x2c comma, 0x7b {, 0x5b [, 0x7d }, 0x5d ], 0x2d -, 0x30 to 0x39 the digits.
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
        // As a key, a number that was replaced by a text would pass the parser.
        if (patch.isAfter(stop)) throw notJson();
        // Without a string before it the colon is an error, which the parser reports.
        if (stop > 0) checkKey(lastString);
      } else if (char === 0x2c) {
        countValue();
      } else if (char === 0x7b || char === 0x5b) {
        enter(char === 0x7b);
      } else if (char === 0x7d || char === 0x5d) {
        leave();
      } else if (char === 0x2d || (char >= 0x30 && char <= 0x39)) {
        at = patch.take(at) - 1;
      }
    }
    return at >= text.length;
  };
}

/** Creates the record of a scan: the open objects with their keys, the depth, and all values. */
function createStructure(maxDepth: number, maxValues: number) {
  // An object has a set of its keys; an array has none.
  const open: (Set<string> | undefined)[] = [];
  let values = 0;

  function countValue(): void {
    if (++values > maxValues)
      throw invalidResponse({ en: 'it holds too many values.', ja: '値の数が多すぎます。' });
  }

  return {
    countValue,
    enter(isObject: boolean): void {
      countValue();
      open.push(isObject ? new Set() : undefined);
      if (open.length > maxDepth)
        throw invalidResponse({
          en: `it is nested deeper than ${maxDepth} levels.`,
          ja: `入れ子が ${maxDepth} 段を超えています。`,
        });
    },
    leave(): void {
      open.pop();
    },
    checkKey(read: () => string): void {
      const keys = open.at(-1);
      if (!keys) return;
      const key = read();
      if (key === '__proto__' || keys.has(key))
        throw invalidResponse({
          en: 'an object has the same key twice, or a forbidden one.',
          ja: 'オブジェクトに重複したキー、または禁止されたキーがあります。',
        });
      keys.add(key);
    },
  };
}
