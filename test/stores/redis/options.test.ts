import { describe, expect, it } from 'vitest';
import { createRedisStore } from '../../../src/stores/redis/store.js';
import { refusal } from '../../kit/refusals.js';
import { keys, part, useRedis } from './shared-redis.js';

describe.skipIf(part.missing)('createRedisStore', () => {
  const { ioredis } = useRedis();

  it('names the wrong option, and prints no key', () => {
    const { keys: secrets } = keys;
    const given = { client: ioredis(), keys };
    const wrong: [Record<string, unknown>, string, string][] = [
      [{ ...given, client: undefined }, 'missing_option', 'options.client'],
      [{ ...given, keys: undefined }, 'missing_option', 'options.keys'],
      [{ ...given, keys: { ...keys, current: 'other' } }, 'invalid_option', 'options.keys.current'],
      [
        { ...given, keys: { ...keys, keys: { 'key-1': `${secrets['key-1']}A` } } },
        'invalid_option',
        'options.keys.keys.key-1',
      ],
      [
        { ...given, keys: { ...keys, algorithm: 'A128GCM' } },
        'unknown_option',
        'options.keys.algorithm',
      ],
      [{ ...given, prefix: 'a b' }, 'invalid_option', 'options.prefix'],
      [{ ...given, prefix: '{a}' }, 'invalid_option', 'options.prefix'],
      [{ ...given, timeoutMs: 0 }, 'invalid_option', 'options.timeoutMs'],
      [{ ...given, ttl: 1 }, 'unknown_option', 'options.ttl'],
    ];
    for (const [options, code, path] of wrong)
      expect(refusal(() => createRedisStore(options as never))).toEqual([code, path]);
    for (const options of [
      { ...given, client: {} },
      { ...given, client: { evalSha() {} } },
      { ...given, prefix: 1 },
      { ...given, clock: {} },
      null,
    ]) {
      expect(() => createRedisStore(options as never)).toThrow(TypeError);
    }
  });
});
