import { invalidOption } from '../foundation/errors.js';
import { readStrictJson } from '../foundation/json.js';
import type { AnswerSource } from '../query/answer.js';

// The body of an answer has at most 16 MiB.
const LONGEST_CONTENT = 24_000_000;
/** Characters written before other work gets its turn. */
const SLICE = 65_536;
/** The levels that are written one by one, down to a record: source, result, items, item, records. */
const LEVELS = 5;

/**
 * Writes an answer's source as JSON, in slices. It was copied from plain data: it has only what
 * JSON can represent.
 *
 * @throws SelfInfoError `invalid_option` for too long a text.
 */
export function* encodeContent(content: AnswerSource): Generator<Uint8Array> {
  let size = 0;
  for (const slice of slicesOf(jsonTexts(content, LEVELS))) {
    const bytes = Buffer.from(slice);
    size += bytes.length;
    if (size > LONGEST_CONTENT)
      throw invalidOption('answer', {
        en: 'It must have at most 24,000,000 bytes as JSON.',
        ja: 'JSON で 24,000,000 バイト以下の内容を指定してください。',
      });
    yield bytes;
  }
}

/** Joins texts to slices. */
function* slicesOf(texts: Iterable<string>): Generator<string> {
  let slice = '';
  for (const text of texts) {
    slice += text;
    if (slice.length < SLICE) continue;
    yield slice;
    slice = '';
  }
  if (slice !== '') yield slice;
}

/** Writes the same text as `JSON.stringify`, in pieces. */
function* jsonTexts(value: unknown, levels: number): Generator<string> {
  if (typeof value !== 'object' || value === null || levels === 0) {
    yield JSON.stringify(value);
    return;
  }
  const isList = Array.isArray(value);
  let before = isList ? '[' : '{';
  for (const [key, part] of Object.entries(value)) {
    yield isList ? before : `${before}${JSON.stringify(key)}:`;
    before = ',';
    yield* jsonTexts(part, levels - 1);
  }
  if (before !== ',') yield before;
  yield isList ? ']' : '}';
}

/** Reads the source back from its slices. It was written by this package: it needs no limits. */
export function decodeContent(slices: readonly Uint8Array[]): Promise<unknown> {
  const unlimited = Number.POSITIVE_INFINITY;
  return readStrictJson(slices, undefined, 'exact', { depth: unlimited, values: unlimited });
}
