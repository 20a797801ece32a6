import { isSelfInfoError, type SelfInfoError, type SelfInfoErrorCode } from '../../src/index.js';

/** What a call threw or rejected with; a call that comes back is a failure of the test. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The error of this package that a call threw. */
export async function errorOf(run: () => unknown): Promise<SelfInfoError> {
  const error = await thrownBy(run);
  if (!isSelfInfoError(error)) throw error;
  return error;
}

/** Code and path of the error, which every refusal of bad input must have. */
export async function refusalOf(
  run: () => unknown,
): Promise<[SelfInfoErrorCode, string | undefined]> {
  const { code, path } = await errorOf(run);
  return [code, path];
}

/** The message of a TypeError. */
export async function typeErrorOf(run: () => unknown): Promise<string> {
  const error = await thrownBy(run);
  if (!(error instanceof TypeError)) throw error;
  return error.message;
}

/** What a synchronous call threw; a call that comes back is a failure of the test. */
export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Code and path of the error that a synchronous call threw. */
export function refusal(run: () => unknown): [SelfInfoErrorCode, string | undefined] {
  const error = caught(run);
  if (!isSelfInfoError(error)) throw error;
  return [error.code, error.path];
}
