import { hostCall, invalidOption, type SelfInfoError } from '../foundation/errors.js';
import { readStrictJson } from '../foundation/json.js';
import { member } from '../foundation/own.js';

// The body of an answer has at most 16 MiB.
const LONGEST_CONTENT = 24_000_000;
/** Characters written before other work gets its turn. */
const SLICE = 65_536;
/** The levels that are written one by one, down to a record: source, result, items, item, records. */
const LEVELS = 5;

/**
 * Writes an answer's source as JSON, in slices.
 *
 * @throws SelfInfoError `invalid_option` for what JSON cannot represent, and for too long a text.
 */
export function* encodeContent(content: unknown): Generator<Uint8Array> {
  const texts = jsonTexts(content, LEVELS);
  let size = 0;
  for (let slice = nextSlice(texts); slice !== ''; slice = nextSlice(texts)) {
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

function nextSlice(texts: Generator<string>): string {
  // A custom profile may return anything as the content of an answer.
  return hostCall(
    'answer',
    () => {
      let slice = '';
      while (slice.length < SLICE) {
        const { done, value } = texts.next();
        if (done) break;
        slice += value;
      }
      return slice;
    },
    {
      en: 'It must be serializable as JSON.',
      ja: 'JSON に変換できる内容を指定してください。',
    },
  );
}

/** Writes the same text as `JSON.stringify`, in pieces. */
function* jsonTexts(value: unknown, levels: number): Generator<string> {
  if (!isContainer(value) || levels === 0) {
    yield jsonText(value) ?? 'null';
    return;
  }
  const isList = Array.isArray(value);
  let before = isList ? '[' : '{';
  for (const [key, part] of Object.entries(value)) {
    // As in `JSON.stringify`, a list keeps its places and an object loses what is undefined.
    if (!isList && jsonKind(part) === undefined) continue;
    yield isList ? before : `${before}${JSON.stringify(key)}:`;
    before = ',';
    yield* jsonTexts(part, levels - 1);
  }
  if (before !== ',') yield before;
  yield isList ? ']' : '}';
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && member(value, 'toJSON') === undefined;
}

function jsonKind(value: unknown): string | undefined {
  return ['undefined', 'function', 'symbol'].includes(typeof value) ? undefined : typeof value;
}

function jsonText(value: unknown): string | undefined {
  if (!isFiniteThroughout(value)) throw notFinite();
  return JSON.stringify(value);
}

/** Returns false for a number that JSON would turn into null, which reads as "not filed". */
function isFiniteThroughout(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return !isContainer(value) || Object.values(value).every(isFiniteThroughout);
}

function notFinite(): SelfInfoError {
  return invalidOption('answer', {
    en: 'It must have no number that JSON cannot represent, such as Infinity.',
    ja: 'Infinity など、JSON で表せない数値を含めないでください。',
  });
}

/** Reads the source back from its slices. It was written by this package: it needs no limits. */
export function decodeContent(slices: readonly Uint8Array[]): Promise<unknown> {
  const unlimited = Number.POSITIVE_INFINITY;
  return readStrictJson(slices, undefined, 'exact', { depth: unlimited, values: unlimited });
}
