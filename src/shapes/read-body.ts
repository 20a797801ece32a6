import { isExactNumber } from '../foundation/json-numbers.js';
import { own } from '../foundation/own.js';
import type { Hints } from './hints.js';
import { joinShapes } from './merge.js';
import { countBand, lengthBand, patternOf } from './patterns.js';
import type { MemberShape, ValueShape } from './shape.js';

/** No answer needs more levels. A recording has several levels for each. */
const DEPTH = 20;
const DEEPEST = 200;
/** Reading blocks the process: this many values take less than a second. */
const MOST_VALUES = 300_000;

/** Thrown for a text that is not JSON. */
class NotJson extends Error {}
/** Thrown for more values than are read. */
export class TooLarge extends Error {}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;

/**
 * Reads JSON and returns its shape. Unlike the parser of the client, it accepts a member that comes
 * twice and a number that is inexact, since a recording has to show both.
 *
 * @throws TooLarge; an error for what is not JSON, which may quote the text: do not pass it on.
 */
export function readBody(text: string, hints: Hints): ValueShape {
  const cursor = new Cursor(text);
  const shape = readValue(cursor, hints, '', 0);
  if (!cursor.isAtEnd()) throw new NotJson();
  return shape;
}

/** A place in a text. */
class Cursor {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  countValue(): void {
    if (++this.#values > MOST_VALUES) throw new TooLarge();
  }

  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  /** Returns the next character that is not blank, and stays before it. */
  peek(): string | undefined {
    this.take(BLANK);
    return this.#text[this.#at];
  }

  /** Returns whether the next character is this one, and skips it in that case. */
  skip(char: string): boolean {
    if (this.peek() !== char) return false;
    this.#at++;
    return true;
  }

  /** Skips a comma, or the end of a list or an object. Returns whether it was a comma. */
  goesOn(end: string): boolean {
    if (this.skip(',')) return true;
    if (this.skip(end)) return false;
    throw new NotJson();
  }

  takeString(): string {
    if (this.peek() !== '"') throw new NotJson();
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"')
      end += this.#text[end] === '\\' ? 2 : 1;
    this.#at = end + 1;
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  isAtEnd(): boolean {
    return this.peek() === undefined;
  }
}

function readValue(cursor: Cursor, hints: Hints, name: string, depth: number): ValueShape {
  cursor.countValue();
  if (depth === DEEPEST) throw new TooLarge();
  const char = cursor.peek();
  if (char === '"') return textShape(name, cursor.takeString(), hints);
  if (char === '{' || char === '[') {
    cursor.skip(char);
    const inner =
      char === '{'
        ? readObject(cursor, hints, depth + 1)
        : readList(cursor, hints, name, depth + 1);
    return depth < DEPTH ? inner : { deeper: true };
  }
  const [literal] = cursor.take(LITERAL) ?? [];
  if (literal !== undefined) return literal === 'null' ? { null: true } : { boolean: true };
  return readNumber(cursor);
}

function readNumber(cursor: Cursor): ValueShape {
  const [literal, fraction, exponent] = cursor.take(NUMBER) ?? [];
  if (literal === undefined) throw new NotJson();
  const bands = [lengthBand(literal.replaceAll(/\D/g, '').length)];
  return {
    ...(fraction || exponent ? { decimal: bands } : { integer: bands }),
    ...(!isExactNumber(literal) && { inexact: true }),
  };
}

function readObject(cursor: Cursor, hints: Hints, depth: number): ValueShape {
  const members: Record<string, MemberShape> = {};
  const seen = new Set<string>();
  let twice = false;
  if (!cursor.skip('}'))
    do {
      const name = cursor.takeString();
      if (!cursor.skip(':')) throw new NotJson();
      twice ||= seen.has(name);
      seen.add(name);
      const shape = readValue(cursor, hints, name, depth);
      const written = hints.write(name);
      const before = own(members, written);
      members[written] = {
        always: true,
        shape: before ? joinShapes(before.shape, shape) : shape,
      };
    } while (cursor.goesOn('}'));
  return { object: { members, ...(twice && { twice }) } };
}

function readList(cursor: Cursor, hints: Hints, name: string, depth: number): ValueShape {
  let of: ValueShape = {};
  let by: Record<string, ValueShape> | undefined;
  let count = 0;
  if (!cursor.skip(']'))
    do {
      const element = readValue(cursor, hints, name, depth);
      of = count++ === 0 ? element : joinShapes(of, element);
      const item = hints.itemOf(element);
      if (item === undefined) continue;
      by ??= {};
      const before = own(by, item);
      by[item] = before ? joinShapes(before, element) : element;
    } while (cursor.goesOn(']'));
  return { list: { counts: [countBand(count)], of, ...(by && { by }) } };
}

/** Returns the shape of a text: the known word of its field, or its pattern and length. */
export function textShape(name: string, text: string, hints: Hints): ValueShape {
  const word = hints.wordOf(name, text);
  return word === undefined
    ? { text: { [patternOf(text)]: [lengthBand(text.length)] } }
    : { words: [word] };
}
