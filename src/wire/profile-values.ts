import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import { isWellFormed, unknownOption } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';

/** Validates a part of a profile. Returns a frozen copy. */
export type Check<T> = (value: unknown, path: string) => T;

/** The checks of all members of an object. The compiler finds a forgotten one. */
export type Checks<T> = { readonly [K in keyof T]-?: Check<T[K]> };

/** Checks that something is not left out. */
export function checkPresent(value: unknown, path: string): void {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
}

/**
 * Copies the own properties of an object that has known keys only. Runs each getter once.
 *
 * @param hintOf - returns what to do with an unknown key, instead of the nearest name.
 */
function readMembers(
  value: unknown,
  path: string,
  known: Readonly<Record<string, unknown>>,
  hintOf: (key: string) => Expected | undefined = () => undefined,
): Readonly<Record<string, unknown>> {
  const members = readRecord(value, path);
  const unknown = Object.keys(members).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return members;
  throw unknownOption(path, unknown, Object.keys(known), hintOf(unknown));
}

function readRecord(value: unknown, path: string): Readonly<Record<string, unknown>> {
  checkPresent(value, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidOption(path, {
      en: 'Use an object, as in publicProfile.',
      ja: 'publicProfile と同じ形式のオブジェクトで指定してください。',
    });
  return ownBag(value as Record<string, unknown>);
}

/** Returns the check of an object whose members have a check each. */
export function group<T extends object>(
  checks: Checks<T>,
  hintOf?: (key: string) => Expected | undefined,
): Check<T> {
  return (value, path) => {
    const members = readMembers(value, path, checks, hintOf);
    const copies = Object.entries<Check<unknown>>(checks).map(
      ([key, check]) => [key, check(members[key], `${path}.${key}`)] as const,
    );
    // An optional member that is left out stays away.
    return Object.freeze(Object.fromEntries(copies.filter(([, copy]) => copy !== undefined))) as T;
  };
}

/** Returns the check of a value from a list, given as the keys of an object. */
export function oneOf<T extends string>(words: Readonly<Record<T, true>>): Check<T> {
  const names = Object.keys(words);
  const expected: Expected =
    names.length === 1
      ? { en: `Use ${names[0]}.`, ja: `${names[0]} を指定してください。` }
      : {
          en: `Use one of ${names.join(', ')}.`,
          ja: `${names.join('、')} のいずれかを指定してください。`,
        };
  return (value, path) => {
    checkPresent(value, path);
    if (typeof value === 'string' && Object.hasOwn(words, value)) return value as T;
    throw invalidOption(path, expected);
  };
}

/** Returns the check of a text: not empty, well-formed, without control characters. */
export function text(longest: number): Check<string> {
  return satisfying(
    (value) =>
      value.trim() !== '' &&
      value.length <= longest &&
      value !== '__proto__' &&
      isWellFormed(value) &&
      !/\p{Cc}/u.test(value),
    {
      en: `Use a text of 1 to ${longest} characters: well-formed, without control characters, not __proto__.`,
      ja: `1〜${longest} 文字の正しい文字列で指定してください。制御文字と __proto__ は使えません。`,
    },
  );
}

/** Returns the check of a text that a pattern matches. */
export function matching(pattern: RegExp, longest: number, expected: Expected): Check<string> {
  return satisfying((value) => value.length <= longest && pattern.test(value), expected);
}

function satisfying(isValid: (value: string) => boolean, expected: Expected): Check<string> {
  return (value, path) => {
    checkPresent(value, path);
    if (typeof value === 'string' && isValid(value)) return value;
    throw invalidOption(path, expected);
  };
}

/** Returns the check of a value that may be null. */
export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

/** Returns the check of a value that may be left out. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

/** Checks that a value is true or false. */
export const flag: Check<boolean> = (value, path) => {
  checkPresent(value, path);
  if (typeof value === 'boolean') return value;
  throw invalidOption(path, {
    en: 'Use true or false.',
    ja: 'true または false を指定してください。',
  });
};

/** Returns the check of an integer for which a condition holds. */
export function whole(isValid: (value: number) => boolean, expected: Expected): Check<number> {
  return (value, path) => {
    checkPresent(value, path);
    if (Number.isSafeInteger(value) && isValid(value as number)) return value as number;
    throw invalidOption(path, expected);
  };
}

const LONGEST_LIST = 1_000;

/** Returns the check of a list whose elements have a check. A list that is a set repeats nothing. */
export function list<T>(check: Check<T>, isSet = false): Check<readonly T[]> {
  return (value, path) => {
    checkPresent(value, path);
    if (!Array.isArray(value) || value.length > LONGEST_LIST)
      throw invalidOption(path, {
        en: `Use a list of at most ${LONGEST_LIST} values.`,
        ja: `${LONGEST_LIST} 個以下の値の配列で指定してください。`,
      });
    const copy: T[] = [];
    for (let index = 0; index < value.length; index++) {
      const element = check(value[index], `${path}[${index}]`);
      if (isSet && copy.includes(element))
        throw invalidOption(`${path}[${index}]`, {
          en: 'It is already in the list. Remove it.',
          ja: 'すでに配列にあります。削除してください。',
        });
      copy.push(element);
    }
    return Object.freeze(copy);
  };
}

const MOST_PARAMETERS = 50;
/** Names of OAuth parameters (RFC 6749, 8.2). */
const PARAMETER_NAME = /^[\w.-]{1,100}$/;
const parameterValue = text(2_000);

/**
 * Returns the check of parameters that this package adds to its own.
 *
 * @param owned - the names that this package sets or that carry secrets, in lower case.
 */
export function parameters(owned: readonly string[]): Check<Readonly<Record<string, string>>> {
  return (value, path) => {
    const members = Object.entries(readRecord(value, path));
    if (members.length > MOST_PARAMETERS)
      throw invalidOption(path, {
        en: `Use at most ${MOST_PARAMETERS} parameters.`,
        ja: `パラメーターは ${MOST_PARAMETERS} 個以下にしてください。`,
      });
    const copies = members.map(([name, inner]) => {
      const place = `${path}.${name.slice(0, 60)}`;
      if (!PARAMETER_NAME.test(name) || name === '__proto__')
        throw invalidOption(place, {
          en: 'A parameter name has letters, digits, hyphens, dots and underscores only.',
          ja: 'パラメーター名には英数字、ハイフン、ピリオド、アンダースコアのみ使えます。',
        });
      if (owned.includes(name.toLowerCase()))
        throw invalidOption(place, {
          en: 'This package sets this parameter. Remove it.',
          ja: 'このパッケージが設定するパラメーターです。削除してください。',
        });
      return [name, parameterValue(inner, place)] as const;
    });
    return Object.freeze(Object.fromEntries(copies));
  };
}
