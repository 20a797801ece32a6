import { own } from '../foundation/own.js';
import type { ShapeDifference, ShapeDifferenceKind } from './difference.js';
import type { Expected } from './expected.js';
import { folded } from './names.js';
import { endOf, PATTERNS } from './patterns.js';
import type { MemberShape, ObjectShape, ValueShape } from './shape.js';

/** Reports a difference at a place. */
export type Report = (
  kind: ShapeDifferenceKind,
  place: string,
  facts?: Pick<ShapeDifference, 'entry' | 'seen' | 'expected'>,
) => void;

/** Returns the types that a shape has, in one order. */
export function typesOf(shape: ValueShape): readonly string[] {
  return TYPES.filter((type) => own(shape, KEYS[type]) !== undefined);
}

const TYPES = ['null', 'boolean', 'integer', 'decimal', 'text', 'word', 'list', 'object'] as const;
const KEYS = {
  null: 'null',
  boolean: 'boolean',
  integer: 'integer',
  decimal: 'decimal',
  text: 'text',
  word: 'words',
  list: 'list',
  object: 'object',
} as const satisfies Record<(typeof TYPES)[number], keyof ValueShape>;

/** Compares a shape with what is expected of it. */
export function compareValue(
  shape: ValueShape,
  expected: Expected,
  place: string,
  report: Report,
): void {
  const { entry } = expected;
  const wanted = wantedOf(expected);
  const facts = { ...(entry !== undefined && { entry }), expected: wanted };
  const isText = expected.text !== undefined;
  const isNumber = expected.number !== undefined;
  if (shape.deeper) report('deeper', place, facts);
  if (shape.null && !expected.orNull) report('null', place, facts);
  if (shape.boolean) report('type', place, { ...facts, seen: 'boolean' });
  if (shape.integer || shape.decimal) {
    if (isText && !isNumber) report('text-as-number', place, facts);
    else if (!isNumber) report('type', place, { ...facts, seen: 'number' });
    else if (shape.decimal && expected.number === 'whole')
      report('type', place, { ...facts, seen: 'decimal' });
  }
  if (shape.inexact) report('inexact-number', place, facts);
  if (shape.text || shape.words) compareTexts(shape, expected, place, report, facts);
  if (shape.list) {
    if (expected.list) compareValue(shape.list.of, expected.list, `${place}[]`, report);
    else report('list-for-single', place, facts);
  }
  if (shape.object) {
    if (expected.list) report('single-for-list', place, { ...facts, seen: 'object' });
    else if (expected.object) compareObject(shape.object, expected.object, place, report);
    else if (!expected.open) report('type', place, { ...facts, seen: 'object' });
    else compareFurther({ object: shape.object }, place, report);
  }
}

function wantedOf({ text, number, list, object, open }: Expected): string {
  if (list) return 'list';
  if (object ?? open) return 'object';
  if (number) return 'number';
  return text ? 'text' : '';
}

function compareTexts(
  { text = {} }: ValueShape,
  { text: wanted, number, list }: Expected,
  place: string,
  report: Report,
  facts: Pick<ShapeDifference, 'entry' | 'expected'>,
): void {
  const patterns = PATTERNS.filter((pattern) => own(text, pattern) !== undefined);
  if (!wanted) {
    if (number && patterns.some((pattern) => /^(?:digits|number|YYYY)/.test(pattern)))
      report('number-as-text', place, facts);
    else if (list) report('single-for-list', place, { ...facts, seen: 'text' });
    else report('type', place, { ...facts, seen: 'text' });
    return;
  }
  for (const pattern of patterns) {
    const bands = own(text, pattern) as readonly string[];
    const seen = pattern;
    if (wanted.words) report('word', place, { ...facts, seen: `${seen} ${bands.join(' ')}` });
    else if (
      wanted.patterns ? !wanted.patterns.includes(pattern) : wanted.refused?.includes(pattern)
    )
      report('pattern', place, {
        ...facts,
        seen,
        expected: wanted.patterns?.join(', ') ?? 'text',
      });
    const { longest = Number.POSITIVE_INFINITY } = wanted;
    const long = bands.filter((band) => endOf(band) > longest);
    if (long.length > 0 && !wanted.words)
      report('length', place, { ...facts, seen: long.join(' '), expected: String(longest) });
  }
}

function compareObject(
  object: ObjectShape,
  expected: Readonly<Record<string, Expected>>,
  place: string,
  report: Report,
): void {
  const { members, twice } = object;
  if (twice) report('member-twice', place);
  const explained = new Set<string>();
  for (const [name, wanted] of Object.entries(expected)) {
    const inner = `${place}.${name}`;
    const member = own(members, name);
    const { entry } = wanted;
    const facts = { ...(entry !== undefined && { entry }), expected: wantedOf(wanted) };
    if (member === undefined) {
      const other = Object.keys(members).find(
        (key) => !Object.hasOwn(expected, key) && folded(key) === folded(name),
      );
      if (other !== undefined) {
        explained.add(other);
        report('member-respelled', inner, { ...facts, seen: other });
        continue;
      }
      const [top, path] = find(members, expected, name, place) ?? [];
      if (top !== undefined && path !== undefined) {
        explained.add(top);
        report('member-moved', inner, { ...facts, seen: path });
      } else if (wanted.needed) report('member-missing', inner, facts);
      continue;
    }
    if (wanted.needed && !member.always)
      report('member-sometimes', inner, { ...facts, expected: '100%' });
    compareValue(member.shape, wanted, inner, report);
  }
  for (const [name, { shape }] of Object.entries(members)) {
    if (Object.hasOwn(expected, name)) continue;
    const inner = `${place}.${name}`;
    if (!explained.has(name)) report('member-unknown', inner, { seen: typesOf(shape).join(', ') });
    compareFurther(shape, inner, report);
  }
}

/** Reports inexact numbers and doubled members in a part that the profile does not describe. */
function compareFurther(
  { inexact, list, object }: ValueShape,
  place: string,
  report: Report,
): void {
  if (inexact) report('inexact-number', place);
  if (list) compareFurther(list.of, `${place}[]`, report);
  if (object?.twice) report('member-twice', place);
  for (const [name, { shape }] of Object.entries(object?.members ?? {}))
    compareFurther(shape, `${place}.${name}`, report);
}

/** Finds a member below the unknown members of an object. Returns the outer one, and the place. */
function find(
  members: Readonly<Record<string, MemberShape>>,
  expected: Readonly<Record<string, Expected>>,
  name: string,
  place: string,
): readonly [string, string] | undefined {
  for (const [top, { shape }] of Object.entries(members)) {
    if (Object.hasOwn(expected, top)) continue;
    const path = findIn(shape, name, `${place}.${top}`);
    if (path !== undefined) return [top, path];
  }
  return undefined;
}

function findIn({ object, list }: ValueShape, name: string, place: string): string | undefined {
  if (list) return findIn(list.of, name, `${place}[]`);
  for (const [key, { shape }] of Object.entries(object?.members ?? {})) {
    const inner = `${place}.${key}`;
    if (key === name) return inner;
    const path = findIn(shape, name, inner);
    if (path !== undefined) return path;
  }
  return undefined;
}
