import { describe, expect, it } from 'vitest';
import { toStoreError, withoutStack } from '../../src/bullmq/redis-errors.js';
import { SelfInfoError } from '../../src/index.js';

describe('toStoreError', () => {
  it('keeps the code of Redis and drops the text, which may quote a command', () => {
    const error = toStoreError(new Error("READONLY You can't write 4649"), 'unknown');
    expect(error).toMatchObject({
      code: 'store_failed',
      effect: 'unknown',
      retry: { safe: true },
      upstream: { code: 'READONLY' },
    });
    expect(JSON.stringify(error)).not.toContain('4649');
  });

  it('passes errors of this package, but turns timed_out into store_failed', () => {
    const closed = new SelfInfoError('client_closed');
    expect(toStoreError(closed)).toBe(closed);
    expect(toStoreError(new SelfInfoError('timed_out'))).toMatchObject({
      code: 'store_failed',
      effect: 'none',
    });
  });
});

describe('withoutStack', () => {
  it('returns the same error with an empty stack', () => {
    const error = new Error('code');
    expect(withoutStack(error)).toBe(error);
    expect(error.stack).toBe('');
  });
});
