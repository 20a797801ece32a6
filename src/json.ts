import { SelfInfoError } from './errors.js';

const DEPTH = 64;

/**
 * Parses JSON more strictly than `JSON.parse`: no duplicate keys, no `__proto__`, bounded depth.
 *
 * @throws SelfInfoError `response_invalid`, without any of the text.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw invalid('it is not JSON.', 'JSON ではありません。');
  }
  scan(text);
  return value;
}

/** Walks valid JSON once, with the keys seen in each open object. */
function scan(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        const key: string = JSON.parse(text.slice(at, end));
        if (key === '__proto__' || keys.has(key))
          throw invalid('an object has the same key twice, or a forbidden one.', 'オブジェクトに重複したキー、または禁止されたキーがあります。');
        keys.add(key);
      }
      at = end - 1;
    } else if (char === 0x7b || char === 0x5b) {
      open.push(char === 0x7b ? new Set() : undefined);
      if (open.length > DEPTH) throw invalid(`it is nested deeper than ${DEPTH} levels.`, `${DEPTH} 段より深い入れ子です。`);
    } else if (char === 0x7d || char === 0x5d) {
      open.pop();
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === 0x22) return at + 1;
  }
}

/** In valid JSON a string followed by a colon is a key. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === 0x3a;
}

function invalid(en: string, ja: string): SelfInfoError {
  return new SelfInfoError('response_invalid', { expected: { en, ja } });
}
