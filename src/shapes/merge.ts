import { own } from '../foundation/own.js';
import { BANDS, PATTERNS, type TextPattern } from './patterns.js';
import type { ListShape, MemberShape, MessageShape, ObjectShape, ValueShape } from './shape.js';

/** The most members of an object, and words and items of one place, that a recording keeps. */
const MOST = 300;

/** Joins two shapes of the same place. */
export function joinShapes(a: ValueShape, b: ValueShape): ValueShape {
  const integer = joinBands(a.integer, b.integer);
  const decimal = joinBands(a.decimal, b.decimal);
  const words = joinWords(a.words, b.words);
  const text = a.text && b.text ? joinTexts(a.text, b.text) : (a.text ?? b.text);
  const list = a.list && b.list ? joinLists(a.list, b.list) : (a.list ?? b.list);
  const object = a.object && b.object ? joinObjects(a.object, b.object) : (a.object ?? b.object);
  return {
    ...((a.null ?? b.null) && { null: true }),
    ...((a.boolean ?? b.boolean) && { boolean: true }),
    ...(integer && { integer }),
    ...(decimal && { decimal }),
    ...((a.inexact ?? b.inexact) && { inexact: true }),
    ...(text && { text }),
    ...(words && { words }),
    ...(list && { list }),
    ...(object && { object }),
    ...((a.deeper ?? b.deeper) && { deeper: true }),
  };
}

function joinBands(a: readonly string[] | undefined, b: readonly string[] | undefined) {
  if (a === undefined || b === undefined) return a ?? b;
  if (b.every((band) => a.includes(band))) return a;
  return BANDS.filter((band) => a.includes(band) || b.includes(band));
}

function joinWords(a: readonly string[] | undefined, b: readonly string[] | undefined) {
  if (a === undefined || b === undefined) return a ?? b;
  if (b.every((word) => a.includes(word))) return a;
  return [...new Set([...a, ...b])].sort().slice(0, MOST);
}

type Texts = NonNullable<ValueShape['text']>;

function joinTexts(a: Texts, b: Texts): Texts {
  const joined: Partial<Record<TextPattern, readonly string[]>> = {};
  for (const pattern of PATTERNS) {
    const bands = joinBands(own(a, pattern), own(b, pattern));
    if (bands) joined[pattern] = bands;
  }
  return joined;
}

function joinLists(a: ListShape, b: ListShape): ListShape {
  return {
    counts: joinBands(a.counts, b.counts) ?? [],
    of: joinShapes(a.of, b.of),
    ...((a.by ?? b.by) && { by: joinMaps(a.by ?? {}, b.by ?? {}, joinShapes) }),
  };
}

/** Joins two shapes of objects. A member that one of them lacks is there sometimes. */
function joinObjects(a: ObjectShape, b: ObjectShape): ObjectShape {
  const join = (one: MemberShape, other: MemberShape) => ({
    always: one.always && other.always,
    shape: joinShapes(one.shape, other.shape),
  });
  const alone = (member: MemberShape) => (member.always ? { ...member, always: false } : member);
  return {
    members: joinMaps(a.members, b.members, join, alone),
    ...((a.twice ?? b.twice) && { twice: true }),
  };
}

function joinMaps<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  join: (one: T, other: T) => T,
  alone: (one: T) => T = (one) => one,
): Readonly<Record<string, T>> {
  const more = Object.keys(b).filter((name) => !Object.hasOwn(a, name));
  // Most often both have the same names.
  const names =
    more.length === 0 ? Object.keys(a) : [...Object.keys(a), ...more].sort().slice(0, MOST);
  return Object.fromEntries(
    names.map((name) => {
      const one = own(a, name);
      const other = own(b, name);
      return [name, one && other ? join(one, other) : alone((one ?? other) as T)];
    }),
  );
}

/** Returns the key of a message. Messages with the same key are joined into one shape. */
export function kindOf({ step, status, type, charset, coding, kind }: MessageShape): string {
  return [step, status, type, charset, coding, kind].join(' ');
}

/** Joins two shapes of messages of one kind. */
export function joinMessages(a: MessageShape, b: MessageShape): MessageShape {
  const { body: one } = a;
  const { body: other } = b;
  const body = one && other ? joinShapes(one, other) : (one ?? other);
  return {
    ...a,
    times: a.times + b.times,
    headers: joinObjects(a.headers, b.headers),
    ...(body && { body }),
  };
}
