import type { Effect, ErrorRow, Retry, Stage, Upstream } from './error-facts.js';
import { errorTable, type SelfInfoErrorCode } from './error-table.js';
import {
  type FailureReason,
  failureReasons,
  reasonsOfCodes,
  type Sentence,
} from './failure-reasons.js';
import type { Language } from './language.js';
import { own, ownBag } from './own.js';

/** Facts of one error. The row of the error table supplies what is left out. */
export interface SelfInfoErrorOptions {
  /** The option or the place in the data, e.g. `options.tls.key`. Never a value. */
  readonly path?: string;
  /** The expected value, described in English and Japanese. Never a value. */
  readonly expected?: { readonly en: string; readonly ja: string };
  /** The step in which the error occurred. */
  readonly stage?: Stage;
  /** The change that the step may have made at the server. */
  readonly effect?: Effect;
  /** Whether the same step may be repeated. */
  readonly retry?: Retry;
  /** The parts of the server's response that are safe to repeat. */
  readonly upstream?: Upstream;
  /** Why the call failed, if the operating system, TLS or the server said so. */
  readonly reason?: FailureReason;
  /** Our own id of the call to the portal that failed. */
  readonly requestId?: string;
}

const BRAND = Symbol.for('myna-selfinfo.error');

/**
 * The error of this package: a stable `code`, the `stage` in which it occurred, its `effect` at the
 * server, and whether a retry is safe.
 *
 * It never contains a token, a code, a personal value or a URL with a query, nor another library's
 * error as `cause`. Use {@link isSelfInfoError} to recognise it, not `instanceof`: two copies of
 * the package have two classes.
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
  /** The stable machine code. */
  readonly code: SelfInfoErrorCode;
  /** The step in which the error occurred. */
  readonly stage: Stage;
  /** The change that the step may have made at the server. */
  readonly effect: Effect;
  /** Whether the same step may be repeated. */
  readonly retry: Retry;
  /** The message in Japanese. */
  readonly messageJa: string;
  /** The option or the place in the data that is wrong. */
  declare readonly path?: string;
  /** The parts of the server's response that are safe to repeat. */
  declare readonly upstream?: Upstream;
  /** Why the call failed, if the operating system, TLS or the server said so. */
  declare readonly reason?: FailureReason;
  /**
   * Our own id of the call that failed, as in its events. The portal's is `upstream.requestId`. Cite
   * both to the portal's support.
   */
  declare readonly requestId?: string;
  /**
   * The retrieval to pass to `client.resume`, so that the answer can still be collected. Set when
   * `query` or `submit` failed after the portal had accepted the request.
   */
  declare readonly retrieval?: unknown;
  /**
   * The `ProcessHandle` to pass to `fetchAnswer`. Set when `requestAnswer` failed after the
   * portal had responded.
   */
  declare readonly handle?: unknown;

  /**
   * @param code - a code of the error table.
   * @param options - the path, and facts that differ from the table's row.
   */
  constructor(code: SelfInfoErrorCode, options: SelfInfoErrorOptions = {}) {
    const row: ErrorRow = errorTable[code];
    const facts = ownBag(options);
    const why = sentenceOf(code, facts.reason);
    super(fill(row.en, facts, 'en') + (why ? ` ${why.en}` : ''));
    this.code = code;
    this.stage = facts.stage ?? row.stage;
    this.effect = facts.effect ?? row.effect;
    this.retry = facts.retry ?? { safe: row.retrySafe };
    this.messageJa = fill(row.ja, facts, 'ja') + (why?.ja ?? '');
    if (facts.path !== undefined) this.path = facts.path;
    if (facts.upstream !== undefined) this.upstream = facts.upstream;
    if (why) this.reason = facts.reason as FailureReason;
    if (facts.requestId !== undefined) this.requestId = facts.requestId;
  }

  /** Returns the error as plain data, including the message. */
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
// Optional facts that an error lacks must not come from a polluted `Object.prototype`.
for (const fact of ['path', 'upstream', 'reason', 'requestId'])
  Object.defineProperty(SelfInfoError.prototype, fact, { value: undefined, writable: true });

/**
 * Returns whether a thrown value is a {@link SelfInfoError} of any copy of this package, and has
 * the given code if there is one.
 *
 * @param value - anything, usually the value that a `catch` caught.
 * @param code - accept only errors of this code.
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
    // A proxy may throw on any access.
    return false;
  }
}

/**
 * Changes facts of an error and returns it. Returns undefined when it cannot be changed: then it is
 * not an error of this copy of the package.
 */
export function withFacts(
  error: SelfInfoError,
  facts: Pick<SelfInfoErrorOptions, 'stage' | 'effect' | 'retry' | 'requestId'>,
): SelfInfoError | undefined {
  try {
    return Object.assign(error, facts);
  } catch {
    return undefined;
  }
}

/** Reads the response to a call. Adds the id of the call to an error that this finds. */
export async function ofCall<T>(requestId: string | undefined, read: () => T | Promise<T>) {
  try {
    return await read();
  } catch (error) {
    if (requestId !== undefined && isSelfInfoError(error) && error.requestId === undefined)
      withFacts(error, { requestId });
    throw error;
  }
}

/** Returns the sentence of a reason; undefined for any other value. */
function sentenceOf(code: SelfInfoErrorCode, reason: string | undefined) {
  if (reason === undefined) return undefined;
  const ofCode: object = own(reasonsOfCodes, code) ?? {};
  return (own(ofCode, reason) ?? own(failureReasons, reason)) as Sentence | undefined;
}

function fill(text: string, options: SelfInfoErrorOptions, language: Language): string {
  return text
    .replace(
      /\{(path|expected)\}/g,
      (_, name) => (name === 'path' ? options.path : options.expected?.[language]) ?? '',
    )
    .trim();
}

/** A description of the expected value in both languages. Never a value. */
export type Expected = NonNullable<SelfInfoErrorOptions['expected']>;

/** Returns the error for an option whose value is not valid. */
export function invalidOption(path: string, expected?: Expected): SelfInfoError {
  return new SelfInfoError('invalid_option', { path, ...(expected && { expected }) });
}

/** Returns the error for a response that cannot be read, with facts that differ from the table. */
export function invalidResponse(
  expected: Expected,
  facts: Omit<SelfInfoErrorOptions, 'expected'> = {},
): SelfInfoError {
  const error = new SelfInfoError('response_invalid', { ...facts, expected });
  ownErrors.set(error, { ...facts, expected });
  return error;
}

const ownErrors = new WeakMap<object, SelfInfoErrorOptions>();

/**
 * Returns a new copy of an error that `invalidResponse` made, with other facts. Returns undefined
 * for everything else: anybody's code can make errors of this class with texts of its own.
 */
export function ownResponseError(
  error: unknown,
  facts: SelfInfoErrorOptions,
): SelfInfoError | undefined {
  const made = typeof error === 'object' && error !== null ? ownErrors.get(error) : undefined;
  return made && new SelfInfoError('response_invalid', { ...made, ...facts });
}

/**
 * Calls a function of the caller and hides what it throws, which may quote a secret.
 *
 * @param path - the option to name in the error.
 * @param call - the call. Only what it throws synchronously is caught.
 * @param expected - what the function should have done.
 * @throws SelfInfoError `invalid_option`. Errors of this package pass unchanged.
 */
export function hostCall<T>(path: string, call: () => T, expected: Expected = THREW): T {
  try {
    const value = call();
    // Where an asynchronous function is a mistake, its rejection must not end the process.
    if (value instanceof Promise) value.catch(() => undefined);
    return value;
  } catch (error) {
    throw isSelfInfoError(error) ? error : invalidOption(path, expected);
  }
}

const THREW: Expected = { en: 'It threw.', ja: '例外が発生しました。' };
