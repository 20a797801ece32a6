import type { Clock } from '../../foundation/clock.js';
import { withinScope } from '../../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../../foundation/errors.js';
import {
  checkClock,
  checkKeys,
  checkMethods,
  checkText,
  checkWhole,
} from '../../foundation/options.js';
import { decrypt, encrypt, isOurs, readHeader, readKeyset } from '../../foundation/sealing.js';
import { DAY_MS } from '../../foundation/time.js';
import type { Store, StoredEntry } from '../store.js';
import {
  commandsOf,
  type IoredisClient,
  type NodeRedisClient,
  putScript,
  takeScript,
} from './commands.js';
import { redisWordOf } from './error-codes.js';

/**
 * Keys that values are sealed with before they leave the process; every instance needs the same.
 */
export interface RedisSealingKeys {
  /** The id of the key that new values are sealed with. */
  readonly current: string;
  /** Keys by id: 32 random bytes each, base64url (43 characters). */
  readonly keys: Readonly<Record<string, string>>;
}

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions {
  /**
   * A client of `ioredis` or of `redis`, for one server or a cluster; it stays the caller's to
   * connect and to end.
   */
  readonly client: IoredisClient | NodeRedisClient;
  /** See {@link RedisSealingKeys}. */
  readonly keys: RedisSealingKeys;
  /**
   * What all names in Redis begin with: 1 to 100 characters without spaces and braces. Default:
   * `myna-selfinfo:`.
   */
  readonly prefix?: string;
  /** How long one call may take, in milliseconds; default 2,000. */
  readonly timeoutMs?: number;
  /**
   * Measures the time that is left to an entry and to a call; default the system's. Pass the
   * client's when that one is virtual.
   */
  readonly clock?: Clock;
}

const PREFIX = 'myna-selfinfo:';
const TIMEOUT_MS = 2_000;
const LONGEST_SEALED = 4_000_000;

/**
 * A store in Redis 6 or later, for as many instances as share it, over a client of yours.
 *
 * Every call is one command (one more for the first script after a start of Redis) on keys of one
 * hash slot. A value is a compact JWE (`dir`, A256GCM) whose protected header names its key in
 * Redis and its expiry, so that none passes for another; Redis drops it when it expires, and the
 * mark that it was there 24 hours later.
 *
 * @param options - see {@link RedisStoreOptions}. Have the client refuse commands while it is not
 * connected (`enableOfflineQueue: false` of `ioredis`, `disableOfflineQueue: true` of `redis`),
 * else they are sent late; and keep Redis from evicting (`maxmemory-policy noeviction`).
 * @returns a store that rejects with `store_failed`, Redis's own word or the system's in
 * `upstream.code`; `store_key_exists`; `key_unknown` for a value sealed with a key that is not in
 * `keys`; `record_damaged` for one that was changed.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, naming the option and
 * no key; TypeError for a wrong type.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createRedisStore } from 'myna-selfinfo/redis';
 * const client = new Redis('redis://127.0.0.1:6379', { enableOfflineQueue: false });
 * const store = createRedisStore({ client, keys: { current: '2026-12', keys: { '2026-12': process.env.STORE_KEY_2026_12 ?? '' } } });
 * ```
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const { commands, current, secrets, prefix, timeoutMs, clock } = checkOptions(options);

  /** Names of the mark and of the value; the braces keep both in one slot of a cluster. */
  const namesOf = (key: string): [mark: string, value: string] => [
    `${prefix}{${key}}:mark`,
    `${prefix}{${key}}`,
  ];

  async function ask(work: () => Promise<unknown>): Promise<unknown> {
    const { signal } = new AbortController();
    try {
      return await withinScope({ stage: 'store', signal }, clock, timeoutMs, async () => work());
    } catch (error) {
      throw hide(error);
    }
  }

  async function seal(name: string, value: string, expiresAt: number): Promise<string> {
    const secret = secrets.get(current) as NonNullable<ReturnType<typeof secrets.get>>;
    return encrypt(Buffer.from(value), 'dir', { kid: current, name, expiresAt }, secret);
  }

  async function unseal(name: string, sealed: unknown): Promise<StoredEntry> {
    const header = await readHeader(sealed, LONGEST_SEALED);
    if (!isOurs(header, 'dir') || header.name !== name || typeof header.expiresAt !== 'number')
      throw new SelfInfoError('record_damaged');
    const secret = secrets.get(String(header.kid));
    if (!secret) throw new SelfInfoError('key_unknown');
    return {
      value: Buffer.from(await decrypt(sealed as string, 'dir', secret)).toString(),
      expiresAt: header.expiresAt,
    };
  }

  async function entryOf(name: string, found: unknown): Promise<StoredEntry | 'taken' | undefined> {
    const [mark, sealed] = Array.isArray(found) ? found : [];
    if (mark === null || mark === 'taken') return mark ?? undefined;
    if (!/^\d+$/.test(mark) || sealed === undefined)
      throw new SelfInfoError('store_failed', { retry: { safe: false } });
    if (sealed === null) return { value: '', expiresAt: Number(mark) };
    try {
      return await unseal(name, sealed);
    } catch (error) {
      throw isSelfInfoError(error) ? new SelfInfoError(error.code, { stage: 'store' }) : error;
    }
  }

  return {
    async put(key, value, expiresAt) {
      const names = namesOf(key);
      const sealed = await seal(names[1], value, expiresAt);
      // Durations, not instants: Redis's own clock does not matter.
      const leftMs = Math.max(0, Math.ceil(expiresAt - clock.now()));
      const args = [sealed, String(expiresAt), String(leftMs), String(leftMs + DAY_MS)];
      if ((await ask(() => commands.run(putScript, names, args))) !== 1)
        throw new SelfInfoError('store_key_exists');
    },
    async get(key) {
      const names = namesOf(key);
      return entryOf(names[1], await ask(() => commands.read(names)));
    },
    async take(key) {
      const names = namesOf(key);
      return entryOf(names[1], await ask(() => commands.run(takeScript, names, [])));
    },
    async delete(key) {
      await ask(() => commands.drop(namesOf(key)));
    },
  };
}

function checkOptions(options: RedisStoreOptions) {
  checkKeys(options, 'options', {
    client: true,
    keys: true,
    prefix: true,
    timeoutMs: true,
    clock: true,
  });
  const { client, keys, prefix = PREFIX, timeoutMs = TIMEOUT_MS } = options;
  if (client === undefined) throw new SelfInfoError('missing_option', { path: 'options.client' });
  const isNodeRedis = typeof client === 'object' && client !== null && 'evalSha' in client;
  checkMethods(
    client,
    'options.client',
    isNodeRedis ? ['evalSha', 'eval', 'mGet', 'del'] : ['evalsha', 'eval', 'mget', 'del'],
  );
  if (keys === undefined) throw new SelfInfoError('missing_option', { path: 'options.keys' });
  const keyset = readKeyset(keys, 'options.keys');
  checkText(prefix, 'options.prefix');
  if (!/^[^\s{}]{1,100}$/.test(prefix)) {
    throw new SelfInfoError('invalid_option', {
      path: 'options.prefix',
      expected: {
        en: 'At most 100 characters without spaces and braces.',
        ja: '空白と波括弧を含まない100文字以内の文字列です。',
      },
    });
  }
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  const clock = checkClock(options.clock, 'options.clock');
  return { commands: commandsOf(client), ...keyset, prefix, timeoutMs, clock };
}

/** The libraries' errors quote commands; one word says enough. */
function hide(error: unknown): SelfInfoError {
  const code = redisWordOf(error);
  return new SelfInfoError('store_failed', code === undefined ? {} : { upstream: { code } });
}
