import type { ZodType } from 'zod';
import {
  type Expected,
  invalidOption,
  isSelfInfoError,
  type SelfInfoError,
} from '../foundation/errors.js';
import { ownData } from '../foundation/own.js';
import { placesOf, reasonOfTypeError } from './problem-reasons.js';

// Limits the message, because a wrong file may contain any number of problems.
const MOST_LISTED = 1_000;

interface Problem {
  readonly path: string;
  /** What is wrong with the place. */
  readonly reason: Expected;
  readonly error: Error;
}

/**
 * Collects what is wrong with the options, so that one error lists everything. It never repeats a
 * value.
 */
export class Problems {
  readonly #found: Problem[] = [];

  /** Runs a check and adds the error that it throws. */
  check<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof TypeError) && !isSelfInfoError(error)) throw error;
      const path = (isSelfInfoError(error) ? error.path : error.message.split(' ')[0]) ?? 'options';
      this.#found.push({ path, reason: reasonIn(error, path), error });
      return undefined;
    }
  }

  /** Adds a problem. */
  add(path: string, reason: Expected): void {
    this.#found.push({ path, reason, error: invalidOption(path, reason) });
  }

  /** Parses a list as `parse` does. Data that is not a list is a wrong type. */
  parseList<T>(schema: ZodType<T>, value: unknown, path: string): T | undefined {
    return this.check(() => {
      if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
      return this.parse(schema, value, path);
    });
  }

  /** Parses data by a schema and adds every place that does not match. */
  parse<T>(schema: ZodType<T>, value: unknown, path: string): T | undefined {
    return this.check(() => {
      if (typeof value !== 'object' || value === null)
        throw new TypeError(`${path} must be an object.`);
      // The input shows whether a value is missing.
      const parsed = schema.safeParse(ownData(value), { reportInput: true });
      if (parsed.success) return ownData(parsed.data) as T;
      for (const found of parsed.error.issues.flatMap(placesOf))
        this.add(
          found.path.reduce<string>((at, key) => at + step(key), path),
          found.reason,
        );
      return undefined;
    });
  }

  /** Throws if there are problems: a single one as it is, several as one error that lists them. */
  throwIfAny(): void {
    const [first, ...others] = this.#found;
    if (first === undefined) return;
    if (others.length === 0) throw first.error;
    const byText = new Map(this.#found.map((one) => [one.path + one.reason.en, one]));
    const listed = [...byText.values()].slice(0, MOST_LISTED);
    const left = byText.size - listed.length;
    const rest = left > 0 ? ` ... (+${left})` : '';
    const list = (open: string, language: keyof Expected, close: string) =>
      listed.map(({ path, reason }) => path + open + reason[language] + close);
    throw invalidOption(first.path, {
      en: `Correct these places: ${list(' (', 'en', ')').join(', ')}${rest}.`,
      ja: `次の箇所を修正してください: ${list('（', 'ja', '）').join('、')}${rest}。`,
    });
  }
}

/** Runs a check that adds problems, and throws them. */
export function checked<T>(check: (problems: Problems) => T | undefined): T {
  const problems = new Problems();
  const value = check(problems);
  problems.throwIfAny();
  return value as T;
}

function step(key: PropertyKey): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 60)}`;
}

/** Returns what an error says about its path, without the words that name the path. */
export function reasonIn(error: SelfInfoError | TypeError, path: string): Expected {
  if (!isSelfInfoError(error))
    return reasonOfTypeError(error) ?? { en: error.message, ja: error.message };
  const { message, messageJa } = invalidOption(path);
  const after = (start: string, text: string) =>
    text.startsWith(start) && text !== start ? text.slice(start.length).trim() : text;
  return { en: after(message, error.message), ja: after(messageJa, error.messageJa) };
}
