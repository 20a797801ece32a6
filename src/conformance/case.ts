/**
 * One thing that an implementation must do, for any test runner: `for (const { title, run } of
 * suite) test(title, run)`.
 */
export interface ConformanceCase {
  readonly title: string;
  /** Rejects with an `AssertionError` of `node:assert` when it does not. */
  run(): Promise<void>;
}
