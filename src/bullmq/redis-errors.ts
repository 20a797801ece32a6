import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { redisErrorCode } from '../stores/redis/error-codes.js';

/**
 * Returns `store_failed` for an error of BullMQ or ioredis. Such an error may quote commands, so
 * only its code is kept. Errors of this package pass, except `timed_out`.
 */
export function toStoreError(error: unknown, effect: 'none' | 'unknown' = 'none'): SelfInfoError {
  if (isSelfInfoError(error) && error.code !== 'timed_out') return error;
  const code = redisErrorCode(error);
  return new SelfInfoError('store_failed', {
    effect,
    retry: { safe: true },
    ...(code !== undefined && { upstream: { code } }),
  });
}

/** Returns the code of Redis or of the system in an error, if it has one. */
export function codeFields(error: unknown): { readonly code?: string } {
  const code = toStoreError(error).upstream?.code;
  return code === undefined ? {} : { code };
}

/**
 * Removes the stack. BullMQ writes message and stack of an error into Redis, and the stack names
 * paths of this machine.
 */
export function withoutStack<E extends Error>(error: E): E {
  error.stack = '';
  return error;
}
