import { isSelfInfoError, type SelfInfoError, type SelfInfoErrorCode } from '../../src/index.js';

/** Returns what a call threw or rejected with. A call that succeeds fails the test. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Returns the SelfInfoError that a call threw. */
export async function errorOf(run: () => unknown): Promise<SelfInfoError> {
  const error = await thrownBy(run);
  if (!isSelfInfoError(error)) throw error;
  return error;
}

/** Returns code and path of the error. Every refusal of invalid input must have both. */
export async function refusalOf(
  run: () => unknown,
): Promise<[SelfInfoErrorCode, string | undefined]> {
  const { code, path } = await errorOf(run);
  return [code, path];
}

/** Returns the message of a TypeError. */
export async function typeErrorOf(run: () => unknown): Promise<string> {
  const error = await thrownBy(run);
  if (!(error instanceof TypeError)) throw error;
  return error.message;
}

/** Returns what a synchronous call threw. A call that succeeds fails the test. */
export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Returns code and path of the error that a synchronous call threw. */
export function refusal(run: () => unknown): [SelfInfoErrorCode, string | undefined] {
  const error = caught(run);
  if (!isSelfInfoError(error)) throw error;
  return [error.code, error.path];
}

/** Returns what an error says about the failed step. */
export const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});
