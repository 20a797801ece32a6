import { invalidOption } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import { frozenJson } from '../foundation/plain.js';
import { CHARSETS, CODINGS, TYPES } from './header-values.js';
import { joinMessages, kindOf } from './merge.js';
import { BANDS, PATTERNS } from './patterns.js';
import { type MessageShape, type ShapeRecording, STEPS } from './shape.js';

/**
 * Reads a recording that may come from a file. Rejects what no recorder writes.
 *
 * @throws SelfInfoError `invalid_option` that names the place, never the content.
 */
export function readRecording(value: unknown, path: string): ShapeRecording {
  const refuse = (place: string): never => {
    throw invalidOption(place, {
      en: 'Use what a shape recorder of this version returned.',
      ja: 'この版の記録器が返したものを指定してください。',
    });
  };
  const { v, profile, messages, lost } = isObject(value) ? value : refuse(path);
  if (v !== 1) refuse(`${path}.v`);
  if (typeof profile !== 'string') refuse(`${path}.profile`);
  if (!isObject(lost) || !isCount(lost.failed) || !isCount(lost.surplus)) refuse(`${path}.lost`);
  if (!Array.isArray(messages) || messages.length > 1_000) refuse(`${path}.messages`);
  for (const [index, message] of (messages as readonly unknown[]).entries())
    if (!isMessage(message)) refuse(`${path}.messages[${index}]`);
  return frozenJson(value as unknown as ShapeRecording);
}

/** Joins recordings, such as those of several citizens. */
export function joinRecordings(recordings: readonly ShapeRecording[]): ShapeRecording {
  const messages = new Map<string, MessageShape>();
  const lost = { failed: 0, surplus: 0 };
  for (const recording of recordings) {
    lost.failed += recording.lost.failed;
    lost.surplus += recording.lost.surplus;
    for (const message of recording.messages) {
      const before = messages.get(kindOf(message));
      messages.set(kindOf(message), before ? joinMessages(before, message) : message);
    }
  }
  const sorted = [...messages.keys()].sort().map((kind) => messages.get(kind) as MessageShape);
  return frozenJson({ v: 1, profile: recordings[0]?.profile ?? '', messages: sorted, lost });
}

type Bag = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isOneOf = (list: readonly unknown[], value: unknown): boolean => list.includes(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= 200;
const isBands = (value: unknown): boolean =>
  Array.isArray(value) && value.every((band) => BANDS.includes(band));
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

function isMessage(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { step, status, type, charset, coding, kind, times, headers, body } = value;
  return (
    isOneOf(STEPS, step) &&
    isCount(status) &&
    isOneOf(TYPES, type) &&
    isOneOf(CHARSETS, charset) &&
    isOneOf(CODINGS, coding) &&
    isOneOf(['json', 'empty', 'unreadable', 'large'], kind) &&
    isCount(times) &&
    isObjectShape(headers, 0) &&
    (body === undefined || isShape(body, 0))
  );
}

/** The checks of the members of a shape of values. */
const MEMBERS: Readonly<Record<string, (value: unknown, depth: number) => boolean>> = {
  null: (value) => value === true,
  boolean: (value) => value === true,
  inexact: (value) => value === true,
  deeper: (value) => value === true,
  integer: isBands,
  decimal: isBands,
  words: isTexts,
  text: (value) =>
    isObject(value) &&
    Object.entries(value).every(([key, bands]) => isOneOf(PATTERNS, key) && isBands(bands)),
  list: (value, depth) =>
    isObject(value) &&
    isBands(value.counts) &&
    isShape(value.of, depth + 1) &&
    (value.by === undefined ||
      (isObject(value.by) && Object.values(value.by).every((item) => isShape(item, depth + 1)))),
  object: isObjectShape,
};

function isShape(value: unknown, depth: number): boolean {
  return (
    depth < 25 &&
    isObject(value) &&
    Object.entries(value).every(([key, inner]) => own(MEMBERS, key)?.(inner, depth) ?? false)
  );
}

function isObjectShape(value: unknown, depth: number): boolean {
  return (
    isObject(value) &&
    isObject(value.members) &&
    (value.twice === undefined || value.twice === true) &&
    Object.entries(value.members).every(
      ([name, member]) =>
        isText(name) &&
        isObject(member) &&
        typeof member.always === 'boolean' &&
        isShape(member.shape, depth + 1),
    )
  );
}
