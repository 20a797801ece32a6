/**
 * A case that an implementation must pass, for any test runner: `for (const { title, run } of
 * suite) test(title, run)`.
 */
export interface ConformanceCase {
  readonly title: string;
  /** Rejects with an `AssertionError` of `node:assert` when the implementation fails. */
  run(): Promise<void>;
}
