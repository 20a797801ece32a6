import {
  type Effect,
  type ErrorRow,
  errorTable,
  type Retry,
  type SelfInfoErrorCode,
  type Stage,
  type Upstream,
} from './error-table.js';
import type { Language } from './language.js';

/** What an error carries beside its code; rows of the error table supply what is left out. */
export interface SelfInfoErrorOptions {
  /** The option, or the place in the data, e.g. `options.tls.key`. Never a value. */
  readonly path?: string;
  /** What would have been right, in English and Japanese. Never a value. */
  readonly expected?: { readonly en: string; readonly ja: string };
  /** Where on the journey it arose. */
  readonly stage?: Stage;
  /** What the step may have changed at the other side. */
  readonly effect?: Effect;
  /** Whether the same step may be taken again. */
  readonly retry?: Retry;
  /** What the other side said. */
  readonly upstream?: Upstream;
}

const BRAND = Symbol.for('myna-selfinfo.error');

/**
 * The error of this package: a stable `code`, the `stage` of the journey, the `effect` at the other
 * side and whether a retry is safe.
 *
 * Carries no token, code, personal value, URL with query, nor a foreign error as `cause`. Tell
 * errors apart by {@link isSelfInfoError}, not by `instanceof`: two copies of the package have two
 * classes.
 *
 * @example
 * ```ts
 * import { isSelfInfoError, pointInTime } from 'myna-selfinfo';
 * try {
 *   pointInTime('2026-02-30');
 * } catch (error) {
 *   if (isSelfInfoError(error, 'invalid_date')) console.log(error.path, error.messageJa);
 * }
 * ```
 */
export class SelfInfoError extends Error {
  /** Stable machine code. */
  readonly code: SelfInfoErrorCode;
  /** Where on the journey it arose. */
  readonly stage: Stage;
  /** What the step may have changed at the other side. */
  readonly effect: Effect;
  /** Whether the same step may be taken again. */
  readonly retry: Retry;
  /** The message in Japanese. */
  readonly messageJa: string;
  /** The option or the place in the data that is wrong. */
  declare readonly path?: string;
  /** What the other side said. */
  declare readonly upstream?: Upstream;
  /**
   * What `client.resume` takes to collect the answer after all, when `query` or `submit` failed
   * behind the request.
   */
  declare readonly retrieval?: unknown;

  /**
   * @param code - a code of the error table.
   * @param options - the path, and what differs from the table's row.
   */
  constructor(code: SelfInfoErrorCode, options: SelfInfoErrorOptions = {}) {
    const row: ErrorRow = errorTable[code];
    super(fill(row.en, options, 'en'));
    this.code = code;
    this.stage = options.stage ?? row.stage;
    this.effect = options.effect ?? row.effect;
    this.retry = options.retry ?? { safe: row.retrySafe };
    this.messageJa = fill(row.ja, options, 'ja');
    if (options.path !== undefined) this.path = options.path;
    if (options.upstream !== undefined) this.upstream = options.upstream;
  }

  /** The error as plain data, message included. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries([
      ['name', this.name],
      ['message', this.message],
      ...Object.entries(this),
    ]);
  }
}
Object.defineProperty(SelfInfoError.prototype, 'name', { value: 'SelfInfoError' });
Object.defineProperty(SelfInfoError.prototype, BRAND, { value: true });

/**
 * Whether a thrown value is a {@link SelfInfoError}, made by whichever copy of this package, and of
 * the given code if one is given.
 *
 * @param value - anything, usually what a `catch` caught.
 * @param code - only errors of this code.
 * @example
 * ```ts
 * import { isSelfInfoError } from 'myna-selfinfo';
 * const retryable = (error: unknown) => isSelfInfoError(error) && error.retry.safe;
 * ```
 */
export function isSelfInfoError<C extends SelfInfoErrorCode = SelfInfoErrorCode>(
  value: unknown,
  code?: C,
): value is SelfInfoError & { readonly code: C } {
  try {
    if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
    return code === undefined || ('code' in value && value.code === code);
  } catch {
    // A proxy may throw whatever it is asked.
    return false;
  }
}

/** The same error with other facts; what cannot take them is none of ours: undefined. */
export function restated(
  error: SelfInfoError,
  facts: Pick<SelfInfoErrorOptions, 'stage' | 'effect' | 'retry'>,
): SelfInfoError | undefined {
  try {
    return Object.assign(error, facts);
  } catch {
    return undefined;
  }
}

function fill(text: string, options: SelfInfoErrorOptions, language: Language): string {
  return text
    .replace(
      /\{(path|expected)\}/g,
      (_, name) => (name === 'path' ? options.path : options.expected?.[language]) ?? '',
    )
    .trim();
}

/** What would have been right, in both languages. Never a value. */
export type Expected = NonNullable<SelfInfoErrorOptions['expected']>;

/** Returns the error for an option whose value is not valid: where it is, and what is expected. */
export function invalidOption(path: string, expected?: Expected): SelfInfoError {
  return new SelfInfoError('invalid_option', { path, ...(expected && { expected }) });
}

/** Returns the error for a response that cannot be read, with facts that differ from the table. */
export function invalidResponse(
  expected: Expected,
  facts: Omit<SelfInfoErrorOptions, 'expected'> = {},
): SelfInfoError {
  return new SelfInfoError('response_invalid', { ...facts, expected });
}

/**
 * Calls a function that the caller supplied and hides what it throws, which may quote a secret.
 *
 * @param path - the option to name in the error.
 * @param call - the call; only what it throws at once is caught.
 * @param expected - what the function should have done.
 * @throws SelfInfoError `invalid_option`; errors of this package pass unchanged.
 */
export function hostCall<T>(path: string, call: () => T, expected: Expected = THREW): T {
  try {
    return call();
  } catch (error) {
    throw isSelfInfoError(error) ? error : invalidOption(path, expected);
  }
}

const THREW: Expected = { en: 'It threw.', ja: '例外が発生しました。' };
