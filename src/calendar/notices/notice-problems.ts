import type { Passage } from './passages.js';
import type { Period } from './periods.js';
import type { NoticeProblem } from './problems.js';

/** Why a passage, or a period in it, was not understood. */
export interface Problem {
  readonly passage: Passage;
  readonly code: NoticeProblem;
  readonly period: Period | null;
  /** The words of a scope. */
  readonly words: string | null;
}

/** The problems of a notice. */
export class NoticeProblems {
  readonly #byPassage = new Map<Passage, Problem[]>();

  /**
   * Adds a problem of these passages. Of those without a period, the first of a passage counts, but an
   * unreadable date explains the others.
   */
  add(
    passages: readonly Passage[],
    code: NoticeProblem,
    period: Period | null = null,
    words: string | null = null,
  ): void {
    for (const passage of passages) {
      const known = this.#byPassage.get(passage) ?? [];
      const problem = { passage, code, period, words };
      if (code === 'unreadable_date')
        this.#byPassage.set(passage, [
          problem,
          ...known.filter((other) => other.period !== null && other.code !== code),
        ]);
      else if (
        period === null ? known.length === 0 : !known.some((other) => isSame(other, problem))
      )
        this.#byPassage.set(passage, [...known, problem]);
    }
  }

  has(passage: Passage): boolean {
    return this.#byPassage.has(passage);
  }

  /** Returns the problems, by passage. */
  entries(): Iterable<[Passage, readonly Problem[]]> {
    return this.#byPassage;
  }
}

const isSame = (a: Problem, b: Problem): boolean =>
  a.code === b.code &&
  a.words === b.words &&
  a.period?.startMs === b.period?.startMs &&
  a.period?.endMs === b.period?.endMs;
