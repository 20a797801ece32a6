import { SelfInfoError, type SelfInfoErrorOptions } from './errors.js';
import { type Clock, clockless, systemClock } from './time.js';

type Expected = NonNullable<SelfInfoErrorOptions['expected']>;

/** Checks that `value` is a plain options object with known keys only. */
export function checkKeys(
  value: unknown,
  path: string,
  known: readonly string[],
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an object.`);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new SelfInfoError('unknown_option', {
      path: `${path}.${key.slice(0, 60)}`,
      expected:
        known.length === 0
          ? { en: 'There are none.', ja: '指定できるオプションはありません。' }
          : { en: `Known: ${known.join(', ')}.`, ja: `使えるのは ${known.join('、')} です。` },
    });
  }
}

/** Checks that `value` is a non-empty string. */
export function checkText(
  value: unknown,
  path: string,
  expected?: Expected,
): asserts value is string {
  if (value === undefined)
    throw new SelfInfoError('missing_option', { path, ...(expected && { expected }) });
  if (typeof value !== 'string') throw new TypeError(`${path} must be a string.`);
  if (value.trim() === '')
    throw new SelfInfoError('invalid_option', {
      path,
      expected: expected ?? { en: 'It must not be empty.', ja: '空にはできません。' },
    });
}

/** Checks that `value` is a whole number from `min` up. */
export function checkWhole(value: unknown, path: string, min: number): asserts value is number {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (typeof value !== 'number') throw new TypeError(`${path} must be a number.`);
  if (!Number.isSafeInteger(value) || value < min) {
    throw new SelfInfoError('invalid_option', {
      path,
      expected: {
        en: `It must be a whole number from ${min} up.`,
        ja: `${min} 以上の整数で指定してください。`,
      },
    });
  }
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
    if (
      typeof value !== 'object' ||
      value === null ||
      typeof Reflect.get(value, name) !== 'function'
    )
      throw new TypeError(`${path} must have a method ${name}.`);
  }
}

/**
 * A clock of the host's of which nothing foreign comes: where `now` throws, an error of ours does;
 * absent, the system's.
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
        throw clockless();
      }
    },
    wait: (ms, signal) => value.wait(ms, signal),
  };
}
