import type { Clock } from '../../foundation/clock.js';
import { withinScope } from '../../foundation/deadline.js';
import { invalidOption, isSelfInfoError, SelfInfoError } from '../../foundation/errors.js';
import {
  checkClock,
  checkMethods,
  checkText,
  checkWhole,
  readKeys,
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
import { redisErrorCode } from './error-codes.js';

/** Keys that seal values before they leave the process. Every instance needs the same keys. */
export interface RedisSealingKeys {
  /** The id of the key that seals new values. */
  readonly current: string;
  /** Keys by id: 32 random bytes each, base64url (43 characters). */
  readonly keys: Readonly<Record<string, string>>;
}

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions {
  /**
   * A client of `ioredis` or of `redis`, for one server or a cluster. The caller connects and ends
   * it.
   */
  readonly client: IoredisClient | NodeRedisClient;
  /** See {@link RedisSealingKeys}. */
  readonly keys: RedisSealingKeys;
  /**
   * The prefix of all names in Redis: 1 to 100 characters without spaces and braces. Default:
   * `myna-selfinfo:`.
   */
  readonly prefix?: string;
  /** The maximum time of one call, in milliseconds. Default: 2,000. */
  readonly timeoutMs?: number;
  /**
   * Measures the remaining time of an entry and of a call. Default: the system clock. Pass the
   * clock of the client when that one is virtual.
   */
  readonly clock?: Clock;
}

const PREFIX = 'myna-selfinfo:';
const TIMEOUT_MS = 2_000;
const LONGEST_SEALED = 4_000_000;
const HEADER_NAMES: readonly string[] = ['alg', 'enc', 'kid', 'name', 'expiresAt'];

/**
 * Creates a store in Redis 6 or later, over a client of yours. Any number of instances can share
 * it.
 *
 * Every call is one command on keys of one hash slot (one more for the first script after Redis has
 * started). A value is a compact JWE (`dir`, A256GCM). Its protected header contains its key in
 * Redis and its expiry, so that no value passes for another. Redis drops a value when it expires,
 * and its mark 24 hours later.
 *
 * @param options - see {@link RedisStoreOptions}. Configure the client to reject commands while it
 * is not connected (`enableOfflineQueue: false` of `ioredis`, `disableOfflineQueue: true` of
 * `redis`); otherwise it sends them late. Configure Redis not to evict keys (`maxmemory-policy
 * noeviction`).
 * @returns a store that rejects with `store_failed`, with Redis's own code or the system's in
 * `upstream.code`; `store_key_exists`; `key_unknown` for a value sealed with a key that is not in
 * `keys`; `record_damaged` for a value that was changed.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, naming the option and
 * no key; TypeError for a wrong type.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createRedisStore } from 'myna-selfinfo/redis';
 * const client = new Redis('redis://127.0.0.1:6379', { enableOfflineQueue: false });
 * const store = createRedisStore({
 *   client,
 *   keys: { current: '2026-12', keys: { '2026-12': process.env.STORE_KEY_2026_12 ?? '' } },
 * });
 * ```
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const context = checkOptions(options);
  const { commands, clock } = context;
  return {
    async put(key, value, expiresAt) {
      const names = namesOf(context, key);
      const sealed = await seal(context, names[1], value, expiresAt);
      // Durations, not instants: the clock of Redis does not matter.
      const leftMs = Math.max(0, Math.ceil(expiresAt - clock.now()));
      const args = [sealed, String(expiresAt), String(leftMs), String(leftMs + DAY_MS)];
      if ((await send(context, () => commands.run(putScript, names, args))) !== 1)
        throw new SelfInfoError('store_key_exists');
    },
    async get(key) {
      const names = namesOf(context, key);
      return entryOf(context, names[1], await send(context, () => commands.read(names)));
    },
    async take(key) {
      const names = namesOf(context, key);
      const found = await send(context, () => commands.run(takeScript, names, []));
      return entryOf(context, names[1], found);
    },
    async delete(key) {
      await send(context, () => commands.drop(namesOf(context, key)));
    },
  };
}

type RedisContext = ReturnType<typeof checkOptions>;

function checkOptions(options: RedisStoreOptions) {
  options = readKeys(options, 'options', {
    client: true,
    keys: true,
    prefix: true,
    timeoutMs: true,
    clock: true,
  } satisfies Record<keyof RedisStoreOptions, true>);
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
  if (!/^[^\s{}]{1,100}$/.test(prefix))
    throw invalidOption('options.prefix', {
      en: 'Use at most 100 characters without spaces and braces.',
      ja: '空白と波括弧を含まない100文字以内の文字列を指定してください。',
    });
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  const clock = checkClock(options.clock, 'options.clock');
  return { commands: commandsOf(client), ...keyset, prefix, timeoutMs, clock };
}

/** Returns the names of the mark and the value. The braces keep both in one slot of a cluster. */
function namesOf({ prefix }: RedisContext, key: string): [mark: string, value: string] {
  return [`${prefix}{${key}}:mark`, `${prefix}{${key}}`];
}

async function send(
  { clock, timeoutMs }: RedisContext,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const { signal } = new AbortController();
  try {
    return await withinScope({ stage: 'store', signal }, clock, timeoutMs, async () => work());
  } catch (error) {
    throw storeFailed(error);
  }
}

/** Hides the libraries' errors, which quote commands. Only the code is kept. */
function storeFailed(error: unknown): SelfInfoError {
  const code = redisErrorCode(error);
  return new SelfInfoError('store_failed', code === undefined ? {} : { upstream: { code } });
}

async function seal(
  { current, secrets }: RedisContext,
  name: string,
  value: string,
  expiresAt: number,
): Promise<string> {
  const secret = secrets.get(current) as NonNullable<ReturnType<typeof secrets.get>>;
  return encrypt(Buffer.from(value), 'dir', { kid: current, name, expiresAt }, secret);
}

async function unseal(
  { secrets }: RedisContext,
  name: string,
  sealed: unknown,
): Promise<StoredEntry> {
  const header = await readHeader(sealed, LONGEST_SEALED);
  const { kid, expiresAt } = header;
  if (
    !isOurs(header, 'dir') ||
    !Object.keys(header).every((key) => HEADER_NAMES.includes(key)) ||
    header.name !== name ||
    typeof kid !== 'string' ||
    typeof expiresAt !== 'number'
  )
    throw new SelfInfoError('record_damaged');
  const secret = secrets.get(kid);
  if (!secret) throw new SelfInfoError('key_unknown');
  return {
    value: Buffer.from(await decrypt(sealed as string, 'dir', secret)).toString(),
    expiresAt,
  };
}

/** Reads the mark and the value of an entry, as Redis returned them. */
async function entryOf(
  context: RedisContext,
  name: string,
  found: unknown,
): Promise<StoredEntry | 'taken' | undefined> {
  const [mark, sealed] = Array.isArray(found) ? found : [];
  if (mark === null || mark === 'taken') return mark ?? undefined;
  if (!/^\d+$/.test(mark) || sealed === undefined)
    throw new SelfInfoError('store_failed', { retry: { safe: false } });
  if (sealed === null) return { value: '', expiresAt: Number(mark) };
  try {
    return await unseal(context, name, sealed);
  } catch (error) {
    throw isSelfInfoError(error) ? new SelfInfoError(error.code, { stage: 'store' }) : error;
  }
}
