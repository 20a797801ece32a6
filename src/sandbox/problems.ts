import type { ZodType } from 'zod';
import { invalidOption, isSelfInfoError, type SelfInfoError } from '../foundation/errors.js';
import { ownData } from '../foundation/own.js';

// Limits the message, because a wrong file may contain any number of problems.
const MOST_LISTED = 1_000;

interface Problem {
  readonly path: string;
  readonly text: string;
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
      this.#found.push({
        path,
        text: isSelfInfoError(error) ? `${path} (${error.code})` : error.message.replace(/\.$/, ''),
        error,
      });
      return undefined;
    }
  }

  /** Adds a problem. */
  add(path: string, reason: string): void {
    const text = `${path} (${reason})`;
    this.#found.push({ path, text, error: invalidList(path, text) });
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
      const parsed = schema.safeParse(ownData(value));
      if (parsed.success) return ownData(parsed.data) as T;
      for (const issue of parsed.error.issues)
        this.add(
          issue.path.reduce<string>((at, key) => at + step(key), path),
          issue.code,
        );
      return undefined;
    });
  }

  /** Throws if there are problems: a single one as it is, several as one error that lists them. */
  throwIfAny(): void {
    const [first, ...others] = this.#found;
    if (first === undefined) return;
    if (others.length === 0) throw first.error;
    const listed = this.#found.slice(0, MOST_LISTED).map((problem) => problem.text);
    const left = this.#found.length - listed.length;
    throw invalidList(first.path, `${listed.join(', ')}${left > 0 ? ` ... (+${left})` : ''}`);
  }
}

function step(key: PropertyKey): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 60)}`;
}

function invalidList(path: string, list: string): SelfInfoError {
  return invalidOption(path, {
    en: `Correct these places: ${list}.`,
    ja: `次の箇所を修正してください: ${list}。`,
  });
}
