import { type Clock, invalidClock, systemClock } from './clock.js';
import { type Expected, invalidOption, SelfInfoError } from './errors.js';
import { nearest } from './nearest.js';
import { member, ownBag } from './own.js';

/** Checks that `value` is an object, with any keys. */
export function checkObject(
  value: unknown,
  path: string,
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an object.`);
}

/**
 * Reads an options object: checks that it has known keys only, and returns a copy of its own
 * properties. Read the copy, never the original: a name that something added to `Object.prototype`
 * is no option.
 *
 * @param known - every key of the interface that the options have, written
 * `{ ... } satisfies Record<keyof Options, true>` so that the compiler finds a forgotten one.
 */
export function readKeys<T extends object>(
  value: T,
  path: string,
  known: Readonly<Record<string, true>>,
): T;
export function readKeys(
  value: unknown,
  path: string,
  known: Readonly<Record<string, true>>,
): Readonly<Record<string, unknown>>;
export function readKeys(value: unknown, path: string, known: Readonly<Record<string, true>>) {
  checkObject(value, path);
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return ownBag(value);
  throw unknownOption(path, unknown, Object.keys(known));
}

/** Returns the error for an unknown key. It proposes the nearest name. */
export function unknownOption(
  path: string,
  key: string,
  names: readonly string[],
  hint: Expected | undefined = suggestion(nearest(key, names)),
): SelfInfoError {
  const known: Expected =
    names.length === 0
      ? { en: 'It takes no options.', ja: '指定できるオプションはありません。' }
      : { en: `Known: ${names.join(', ')}.`, ja: `指定できるのは ${names.join('、')} です。` };
  return new SelfInfoError('unknown_option', {
    path: `${path}.${key.slice(0, 60)}`,
    expected: hint ? { en: `${hint.en} ${known.en}`, ja: `${hint.ja}${known.ja}` } : known,
  });
}

function suggestion(name: string | undefined): Expected | undefined {
  return name === undefined
    ? undefined
    : { en: `Did you mean ${name}?`, ja: `${name} の誤りではありませんか。` };
}

/**
 * Checks that `value` is a non-empty string. Refuses lone surrogates: UTF-8 turns every one of them
 * into the same character, so that two texts would become one.
 */
export function checkText(
  value: unknown,
  path: string,
  expected?: Expected,
): asserts value is string {
  if (value === undefined)
    throw new SelfInfoError('missing_option', { path, ...(expected && { expected }) });
  if (typeof value !== 'string') throw new TypeError(`${path} must be a string.`);
  if (value.trim() === '')
    throw invalidOption(
      path,
      expected ?? { en: 'It must not be empty.', ja: '空の値は指定できません。' },
    );
  if (!isWellFormed(value)) throw invalidOption(path, WELL_FORMED);
}

const WELL_FORMED: Expected = {
  en: 'It must be well-formed Unicode, without lone surrogates.',
  ja: 'サロゲートペアの片方だけを含む文字列は指定できません。',
};

/** Returns whether a text has no lone surrogates. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Checks that `value` is an integer of at least `min`. */
export function checkWhole(value: unknown, path: string, min: number): asserts value is number {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (typeof value !== 'number') throw new TypeError(`${path} must be a number.`);
  if (!Number.isSafeInteger(value) || value < min)
    throw invalidOption(path, {
      en: `It must be an integer of at least ${min}.`,
      ja: `${min} 以上の整数で指定してください。`,
    });
}

/** Checks that `value` is a function, or absent. */
export function checkFunction(value: unknown, path: string): void {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(`${path} must be a function.`);
}

/** Checks that `value` is an AbortSignal, or absent. */
export function checkSignal(value: unknown, path: string): void {
  if (value !== undefined && !(value instanceof AbortSignal))
    throw new TypeError(`${path} must be an AbortSignal.`);
}

/** Checks that `value` is an object with these methods. */
export function checkMethods(value: unknown, path: string, names: readonly string[]): void {
  for (const name of names) {
    if (typeof value !== 'object' || value === null || typeof member(value, name) !== 'function')
      throw new TypeError(`${path} must have a method ${name}.`);
  }
}

/**
 * Wraps the caller's clock so that a throwing `now()` surfaces as a SelfInfoError. Defaults to the
 * system clock.
 */
export function checkClock(
  value: Clock | undefined,
  path: string,
  needed: readonly (keyof Clock)[] = ['now', 'wait'],
): Clock {
  if (value === undefined) return systemClock;
  checkMethods(value, path, needed);
  return {
    now() {
      try {
        return value.now();
      } catch {
        throw invalidClock();
      }
    },
    wait: (ms, signal) => value.wait(ms, signal),
  };
}
