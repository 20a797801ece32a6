import { TIME } from './clauses.js';
import { normalize, parseTokens, type Token } from './dates.js';
import { isStatement, mayFail } from './harmless.js';
import type { Names } from './names.js';
import { itemSpans } from './scope-words.js';
import { type NamedSystems, namedSystems } from './systems.js';

/** A line of the text, or a sentence of it. */
export interface Passage {
  /** As in the text, without the space around it. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** Passages without an empty line between them have the same number. */
  readonly block: number;
  /** Normalised; empty when the passage is too long to parse. */
  readonly plain: string;
  /** `plain` with \uE001 in place of every date and hour. */
  readonly marked: string;
  readonly tokens: readonly Token[];
  readonly systems: NamedSystems;
  /** Whether it may say that something fails. */
  readonly mentionsOutage: boolean;
  readonly tooLong: boolean;
}

// A page of notices has some hundred lines. A line longer than this is not ordinary text.
const MAX_PASSAGE = 2_000;

/** Where a passage is, before it is parsed. */
export type Place = Pick<Passage, 'text' | 'start' | 'end' | 'line' | 'block'>;

/**
 * Splits a text into passages, at line ends and after 。. Returns undefined when there are more than
 * `max`.
 */
export function splitPassages(text: string, max: number): Place[] | undefined {
  const places: Place[] = [];
  let line = 0;
  let block = 0;
  for (const row of text.matchAll(
    /([^\n\r\v\f\u0085\u2028\u2029]*)(?:\r\n|[\n\r\v\f\u0085\u2028\u2029]|$)/g,
  )) {
    line++;
    const content = row[1] as string;
    if (content.trim() === '') block++;
    for (const sentence of content.matchAll(/[^。｡]+[。｡]*/g)) {
      const trimmed = sentence[0].trim();
      if (trimmed === '') continue;
      if (places.length === max) return undefined;
      const start = row.index + sentence.index + sentence[0].indexOf(trimmed);
      places.push({ text: trimmed, start, end: start + trimmed.length, line, block });
    }
  }
  return places;
}

/** Parses the dates, hours and systems of a passage. */
export function buildPassage(place: Place, names: Names): Passage {
  // Some signs are normalised to many.
  const short = place.text.length <= MAX_PASSAGE ? normalize(place.text).trim() : undefined;
  const tooLong = short === undefined || short.length > 2 * MAX_PASSAGE;
  const plain = tooLong ? '' : withoutNameBrackets(short, names);
  const tokens = withoutItemNumbers(plain, parseTokens(plain));
  const marked = mark(plain, tokens);
  const systems = namedSystems(marked, names);
  return {
    ...place,
    plain,
    marked,
    tokens,
    systems,
    mentionsOutage: tooLong || mayFail(plain) || (systems.known.size > 0 && !isStatement(plain)),
    tooLong,
  };
}

/** Brackets in a name, as in 地共済(長期)中間サーバ, are no scope. */
function withoutNameBrackets(plain: string, names: Names): string {
  if (!plain.includes('(')) return plain;
  let text = plain;
  for (const [name, pattern] of names.bracketed) text = text.replace(pattern, name);
  return text;
}

/** 番号31/87 is no date. */
function withoutItemNumbers(plain: string, tokens: readonly Token[]): readonly Token[] {
  if (tokens.length === 0) return tokens;
  const spans = itemSpans(plain);
  return spans.length === 0
    ? tokens
    : tokens.filter(({ from, to }) => !spans.some((span) => from < span.to && span.from < to));
}

function mark(plain: string, tokens: readonly Token[]): string {
  let text = '';
  let end = 0;
  for (const { from, to } of tokens) {
    text += plain.slice(end, from) + TIME.repeat(to - from);
    end = to;
  }
  return text + plain.slice(end);
}
