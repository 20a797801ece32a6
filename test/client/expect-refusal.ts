import { expect } from 'vitest';
import { SelfInfoError, type SelfInfoErrorCode } from '../../src/index.js';
import { errorOf, refusalOf, typeErrorOf } from '../kit/refusals.js';

/** The code and path of a SelfInfoError, or the message of a TypeError. */
export type Refused = [SelfInfoErrorCode, string] | string;

/** Expects a call to fail because of invalid input, with complete messages. */
export async function expectRefusal(run: () => unknown, expected: Refused) {
  if (typeof expected === 'string') expect(await typeErrorOf(run)).toBe(expected);
  else {
    expect(await refusalOf(run)).toEqual(expected);
    const { message, messageJa, stage, effect, retry } = await errorOf(run);
    // Both messages name the path and have no gaps.
    for (const text of [message, messageJa]) {
      expect(text).toContain(expected[1]);
      expect(text).not.toMatch(/[{}]|undefined|\[object/);
    }
    // `invalid_option` also says what is expected.
    const bare = new SelfInfoError(expected[0], { path: expected[1] });
    if (expected[0] === 'invalid_option')
      expect([
        message.length > bare.message.length,
        messageJa.length > bare.messageJa.length,
      ]).toEqual([true, true]);
    expect([effect, retry]).toEqual(['none', { safe: false }]);
    expect(['configuration', 'request', 'result', 'calendar']).toContain(stage);
  }
}
