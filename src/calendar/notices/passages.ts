import { normalize, parseTokens, type Token } from './dates.js';
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
  readonly tokens: readonly Token[];
  readonly systems: NamedSystems;
  /** Whether it has a word that may mean an outage. */
  readonly mentionsOutage: boolean;
  readonly tooLong: boolean;
}

// A page of notices has some hundred lines. A line longer than this is not ordinary text.
const MAX_PASSAGE = 2_000;

const OUTAGE_WORDS =
  /停止|休止|中断|メンテ|保守|点検|障害|不具合|トラブル|つながりにく|繋がりにく|ダウン|停電|復旧|解消|中止|取りやめ|休業|閉塞|縮退|切替|切り替え|移行作業|工事|延長|遅れ|遅延|エラー|異常|制限|見合わせ|閉鎖|止ま[らりるっ]|止め|ストップ|お休み|(?:つなが|繋が)ら|しづらい|しにくい|かね(?:ます|る)|(?:いただけ|頂け|でき|出来|使え|なれ)(?:ません|ない|ず|なく|なくな)|不可|不能|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日/;
// Apart, because ignoring case makes the search for Japanese words several times slower.
const ENGLISH_OUTAGE_WORDS =
  /maintenance|outage|down(?:time)?\b|unavailable|suspen|interrupt|offline/i;

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
export function buildPassage(place: Place): Passage {
  const tooLong = place.text.length > MAX_PASSAGE;
  const plain = tooLong ? '' : normalize(place.text).trim();
  const tokens = parseTokens(plain);
  return {
    ...place,
    plain,
    tokens,
    systems: namedSystems(withoutTokens(tokens, plain)),
    mentionsOutage: tooLong || OUTAGE_WORDS.test(plain) || ENGLISH_OUTAGE_WORDS.test(plain),
    tooLong,
  };
}

function withoutTokens(tokens: readonly Token[], plain: string): string {
  const ends = [0, ...tokens.map((token) => token.to)];
  return [...tokens.map((token) => token.from), plain.length]
    .map((from, index) => plain.slice(ends[index], from))
    .join('\n');
}
