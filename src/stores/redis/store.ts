import { randomBytes } from 'node:crypto';
import type { Clock } from '../../foundation/clock.js';
import { withinScope } from '../../foundation/deadline.js';
import {
  invalidOption,
  isSelfInfoError,
  SelfInfoError,
  withFacts,
} from '../../foundation/errors.js';
import {
  checkClock,
  checkMethods,
  checkText,
  checkWhole,
  readKeys,
} from '../../foundation/options.js';
import { shows } from '../../foundation/own.js';
import {
  decrypt,
  encrypt,
  isKnownVersion,
  isOurs,
  readHeader,
  readKeyset,
  STORED_VERSION,
  UNVERSIONED,
} from '../../foundation/sealing.js';
import { DAY_MS, HOUR_MS } from '../../foundation/time.js';
import type { Store, StoredEntry } from '../store.js';
import {
  commandsOf,
  type IoredisClient,
  type NodeRedisClient,
  putScript,
  type Reply,
  takeScript,
} from './commands.js';
import { changedNothing, redisErrorCode } from './error-codes.js';

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
   * The share of Redis's memory (`maxmemory`, else the machine's) up to which new consents are
   * accepted: above 0, at most 1. Above it `put` rejects a consent with `store_full`; the rest is
   * kept for citizens who have begun. Other data in the same Redis counts too. Default: 0.8.
   *
   * The user of the client needs the right `+info`. Without it `put` rejects a consent with
   * `store_failed` and the code `NOPERM`. Only with the share 1 the right is not needed: then nothing
   * is kept for citizens who have begun.
   */
  readonly consentMemoryShare?: number;
  /**
   * Measures the remaining time of an entry and of a call. Default: the system clock. Pass the
   * clock of the client when that one is virtual.
   */
  readonly clock?: Clock;
}

const PREFIX = 'myna-selfinfo:';
const TIMEOUT_MS = 2_000;
const LONGEST_SEALED = 4_000_000;
const MEMORY_SHARE = 0.8;
const HEADER_NAMES: readonly string[] = ['alg', 'enc', 'kid', 'v', 'name', 'expiresAt'];

/**
 * Creates a store in Redis 6 or later, over a client of yours. Any number of instances can share
 * it.
 *
 * Every call is one command on keys of one hash slot (one more for the first script after Redis has
 * started). A value is a compact JWE (`dir`, A256GCM). Its protected header contains its key in
 * Redis and its expiry, so that no value passes for another. Redis drops a value when it expires,
 * and its mark 24 hours later (that of a notice at once).
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
      // Anyone can start a consent. A retrieval belongs to a consent that was given, and an expired
      // value only marks one.
      const share = key.startsWith('retrieval:') || leftMs === 0 ? '' : context.share;
      // Nobody asks whether a notice has expired, and its marks would outlast a flood by a day.
      const markMs = key.startsWith('notice:') ? Math.max(1, leftMs) : leftMs + DAY_MS;
      const times = [expiresAt, leftMs, markMs].map(String);
      const args = [sealed, ...times, String(share), String(Math.min(markMs, leftMs + HOUR_MS))];
      const put = await send(context, () => commands.run(putScript, names, args));
      if (put === 'held') throw new SelfInfoError('store_key_exists');
      if (put === 'full') throw new SelfInfoError('store_full');
      if (put === 'unmeasured')
        throw new SelfInfoError('store_failed', { upstream: { code: 'NOPERM' } });
      if (put !== 'stored') throw unusable();
    },
    async get(key) {
      const names = namesOf(context, key);
      return entryOf(context, names[1], await send(context, () => commands.read(names)));
    },
    async take(key) {
      const names = namesOf(context, key);
      const args = [randomBytes(16).toString('base64url'), String(context.timeoutMs)];
      const keys = [...names, attemptOf(names)];
      const found = await send(context, () => commands.run(takeScript, keys, args), takeFailed);
      return entryOf(context, names[1], found);
    },
    async delete(key) {
      const names = namesOf(context, key);
      await send(context, () => commands.drop([...names, attemptOf(names)]));
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
    consentMemoryShare: true,
    clock: true,
  } satisfies Record<keyof RedisStoreOptions, true>);
  const { client, keys, prefix = PREFIX, timeoutMs = TIMEOUT_MS } = options;
  const { consentMemoryShare: share = MEMORY_SHARE } = options;
  if (client === undefined) throw new SelfInfoError('missing_option', { path: 'options.client' });
  const isNodeRedis = typeof client === 'object' && client !== null && shows(client, 'evalSha');
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
  if (typeof share !== 'number')
    throw new TypeError('options.consentMemoryShare must be a number.');
  if (!(share > 0 && share <= 1))
    throw invalidOption('options.consentMemoryShare', {
      en: 'It must be above 0 and at most 1.',
      ja: '0より大きく1以下の数値を指定してください。',
    });
  const clock = checkClock(options.clock, 'options.clock');
  return { commands: commandsOf(client), ...keyset, prefix, timeoutMs, share, clock };
}

/** Returns the names of the mark and the value. The braces keep both in one slot of a cluster. */
function namesOf({ prefix }: RedisContext, key: string): [mark: string, value: string] {
  return [`${prefix}{${key}}:mark`, `${prefix}{${key}}`];
}

/** Returns the name under which an entry is kept for the attempt that took it. */
function attemptOf([, value]: readonly [string, string]): string {
  return `${value}:attempt`;
}

async function send<T>(
  { clock, timeoutMs }: RedisContext,
  work: () => Promise<T>,
  failed: (error: unknown) => SelfInfoError = storeFailed,
): Promise<T> {
  const { signal } = new AbortController();
  try {
    return await withinScope({ stage: 'store', signal }, clock, timeoutMs, async () => work());
  } catch (error) {
    throw failed(error);
  }
}

/** Hides the libraries' errors, which quote commands. Only the code is kept. */
function storeFailed(error: unknown): SelfInfoError {
  if (isSelfInfoError(error, 'store_failed')) return error;
  const code = redisErrorCode(error);
  return new SelfInfoError('store_failed', code === undefined ? {} : { upstream: { code } });
}

/**
 * Returns the error of a take. Unless it certainly did not happen, the entry may be used up, now or
 * when the library sends the command again.
 */
function takeFailed(error: unknown): SelfInfoError {
  const failed = storeFailed(error);
  if (changedNothing(error)) return failed;
  return withFacts(failed, { effect: 'unknown', retry: { safe: false } }) ?? failed;
}

/** Returns the error for a reply that no script of ours makes. */
function unusable(): SelfInfoError {
  return new SelfInfoError('store_failed', { retry: { safe: false } });
}

async function seal(
  { current, secrets }: RedisContext,
  name: string,
  value: string,
  expiresAt: number,
): Promise<string> {
  const secret = secrets.get(current) as NonNullable<ReturnType<typeof secrets.get>>;
  const header = { kid: current, v: STORED_VERSION, name, expiresAt };
  return encrypt(Buffer.from(value), 'dir', header, secret);
}

async function unseal(
  { secrets }: RedisContext,
  name: string,
  sealed: unknown,
): Promise<StoredEntry> {
  const header = await readHeader(sealed, LONGEST_SEALED);
  const { v, kid, expiresAt } = header;
  if (
    !isKnownVersion(v, 'entry.v', 'store', [UNVERSIONED]) ||
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
  found: Reply,
): Promise<StoredEntry | 'taken' | undefined> {
  const [mark, sealed] = Array.isArray(found) ? found : [];
  if (mark === null || mark === 'taken') return mark ?? undefined;
  if (mark === undefined || !/^\d+$/.test(mark) || sealed === undefined) throw unusable();
  // An empty text instead of nothing: a script cannot return nothing for an entry that it kept.
  if (sealed === null || sealed === '') return { value: '', expiresAt: Number(mark) };
  try {
    return await unseal(context, name, sealed);
  } catch (error) {
    throw isSelfInfoError(error) ? (withFacts(error, { stage: 'store' }) ?? error) : error;
  }
}
