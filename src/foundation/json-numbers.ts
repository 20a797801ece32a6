import { randomBytes } from 'node:crypto';
import type { Yielder } from './deadline.js';

/**
 * How numbers are read: `exact` hands out a number only if it is the value that was written, and
 * otherwise the literal as text; `text` hands out every literal as text.
 */
export type NumberReading = 'exact' | 'text';

/** Longer decimal literals may lose digits; every shorter one survives a double. */
const SAFE_DIGITS = 15;

/**
 * Returns whether a literal is the value that the shortest form of its double gives back. Accepts
 * what is not a number, which the parser reports.
 */
export function isExactNumber(literal: string): boolean {
  const value = numberOf(literal);
  if (value === undefined) return true;
  if (!Number.isFinite(value)) return false;
  return decimal(literal) === decimal(String(value));
}

/** Returns the place of the first inexact number of a JSON text, or undefined. */
export function inexactNumberAt(json: string): number | undefined {
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at] as string;
    if (inString && char === '\\') at++;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '-' || (char >= '0' && char <= '9'))) {
      const end = endOfNumber(json, at);
      if (!isPlain(json, at, end) && !isExactNumber(json.slice(at, end))) return at;
      at = end - 1;
    }
  }
  return undefined;
}

function numberOf(literal: string): number | undefined {
  try {
    return JSON.parse(literal);
  } catch {
    return undefined;
  }
}

/**
 * Returns one form for all literals of a value: its digits without zeros around them, and the power
 * of ten. Has no regular expressions, because a literal may have millions of digits.
 */
function decimal(literal: string): string {
  const negative = literal.startsWith('-');
  const mark = Math.max(literal.indexOf('e'), literal.indexOf('E'));
  const end = mark < 0 ? literal.length : mark;
  const point = literal.indexOf('.');
  const whole = literal.slice(negative ? 1 : 0, point < 0 ? end : point);
  const digits = whole + (point < 0 ? '' : literal.slice(point + 1, end));
  let first = 0;
  while (digits[first] === '0') first++;
  let last = digits.length;
  while (last > first && digits[last - 1] === '0') last--;
  if (first === last) return '0';
  const power = (mark < 0 ? 0 : Number(literal.slice(mark + 1))) + whole.length - first;
  return `${negative ? '-' : ''}${digits.slice(first, last)}e${power}`;
}

/** Replaces the literals of a text that the parser would change. */
export interface NumberPatch {
  /**
   * Takes the literal that starts here. Returns where it ends.
   */
  take(at: number): number;
  /** Whether the last replaced literal ends after a place. A key in that place is not JSON. */
  isAfter(place: number): boolean;
  /** Joins the pieces of one slice, so that no later step has to join all of them. */
  settle(): void;
  /** Returns the text for the parser. */
  text(): string;
  /** Returns the parsed value with the literals as text, and marks the keys that hold one. */
  restore(value: unknown, yielder: Yielder): Promise<unknown>;
}

/** Creates the patch of a text. */
export function createNumberPatch(text: string, reading: NumberReading): NumberPatch {
  let done = '';
  let pieces: string[] = [];
  let copied = 0;
  let replacedTo = -1;
  // Random, so that no text of the sender can look like a replaced number.
  let mark: string | undefined;

  function replacement(literal: string): string | undefined {
    if (reading === 'text') return numberOf(literal) === undefined ? undefined : `"${literal}"`;
    if (!isExactNumber(literal)) {
      mark ??= randomBytes(16).toString('hex');
      return `"${mark}${literal}"`;
    }
    // The sign of a zero is no value, and would not survive the vault.
    return Object.is(numberOf(literal), -0) ? '0' : undefined;
  }

  return {
    take(at) {
      const end = endOfNumber(text, at);
      if (reading === 'exact' && isPlain(text, at, end)) return end;
      const by = replacement(text.slice(at, end));
      if (by !== undefined) {
        pieces.push(text.slice(copied, at), by);
        copied = end;
        replacedTo = end;
      }
      return end;
    },
    isAfter: (place) => replacedTo > place,
    settle() {
      done += pieces.join('');
      pieces = [];
    },
    text: () => (copied === 0 ? text : done + pieces.join('') + text.slice(copied)),
    restore: async (value, yielder) =>
      mark === undefined ? value : restoreLiterals(value, mark, yielder),
  };
}

function endOfNumber(text: string, at: number): number {
  for (let end = at + 1; ; end++) {
    const char = text.charCodeAt(end);
    // 0 to 9, + - . E e. Behind the text, the code is NaN.
    const isPart =
      (char >= 0x30 && char <= 0x39) ||
      char === 0x2b ||
      char === 0x2d ||
      char === 0x2e ||
      (char | 0x20) === 0x65;
    if (!isPart) return end;
  }
}

/** Returns whether a literal is surely exact: few characters, no exponent, and no zero with sign. */
function isPlain(text: string, at: number, end: number): boolean {
  if (end - at > SAFE_DIGITS) return false;
  if (text.charCodeAt(at) === 0x2d && text.charCodeAt(at + 1) === 0x30) return false;
  for (let index = at; index < end; index++)
    if ((text.charCodeAt(index) | 0x20) === 0x65) return false;
  return true;
}

/** The keys of a container whose value is, or holds, a literal as text. */
const inexact = new WeakMap<object, Set<string>>();
const NONE: ReadonlySet<string> = new Set();

/**
 * Returns the keys of a parsed container under which a number is inexact, at any depth. The text
 * there is its literal.
 */
export function inexactKeys(container: unknown): ReadonlySet<string> {
  return (typeof container === 'object' && container && inexact.get(container)) || NONE;
}

interface Visited {
  readonly container: Record<string, unknown>;
  readonly parent: Visited | undefined;
  readonly key: string;
}

async function restoreLiterals(root: unknown, mark: string, yielder: Yielder): Promise<unknown> {
  const isMarked = (value: unknown) => typeof value === 'string' && value.startsWith(mark);
  if (isMarked(root)) return (root as string).slice(mark.length);
  const open: Visited[] = [visited(root, undefined, '')];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const { container } = visit;
    for (const key of Object.keys(container)) {
      if (yielder.use(1)) await yielder.yield();
      const value = container[key];
      if (isMarked(value)) {
        container[key] = (value as string).slice(mark.length);
        markKeys(visit, key);
      } else if (typeof value === 'object' && value !== null) open.push(visited(value, visit, key));
    }
  }
  return root;
}

const visited = (value: unknown, parent: Visited | undefined, key: string): Visited => ({
  container: value as Visited['container'],
  parent,
  key,
});

/** Marks a key, and those that lead to its container. */
function markKeys(place: Visited, name: string): void {
  let key = name;
  for (let at: Visited | undefined = place; at; at = at.parent) {
    const keys = inexact.get(at.container) ?? new Set();
    if (keys.has(key)) return;
    inexact.set(at.container, keys.add(key));
    key = at.key;
  }
}
