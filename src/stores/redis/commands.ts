import { createHash } from 'node:crypto';
import { SelfInfoError } from '../../foundation/errors.js';
import { shows } from '../../foundation/own.js';

/**
 * The part that is needed of a client of the package `ioredis` (`Redis` or `Cluster`). The caller
 * creates and ends it.
 */
export interface IoredisClient {
  /** Runs a script that the server has cached. */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Runs a script, which the server then caches. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Reads several keys. */
  mget(...keys: string[]): Promise<unknown>;
  /** Deletes keys. */
  del(...keys: string[]): Promise<unknown>;
}

/**
 * The part that is needed of a client of the package `redis` (`createClient` or `createCluster`).
 * The caller creates, connects and ends it.
 */
export interface NodeRedisClient {
  /** Runs a script that the server has cached. */
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Runs a script, which the server then caches. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Reads several keys. */
  mGet(keys: string[]): Promise<unknown>;
  /** Deletes keys. */
  del(keys: string[]): Promise<unknown>;
}

/** A text or nothing, or a list of these. */
export type Reply = string | null | readonly (string | null)[];

/** The commands that the store needs, independent of the client library and of its options. */
export interface RedisCommands {
  run(script: Script, keys: string[], args: string[]): Promise<Reply>;
  read(keys: string[]): Promise<Reply>;
  drop(keys: string[]): Promise<unknown>;
}

interface Script {
  readonly text: string;
  readonly sha1: string;
}

function script(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

// Every entry has two keys. The mark holds `taken` or the instant of expiry. The value is sealed,
// and Redis drops it at that instant. A third key holds a taken entry for its own attempt, until the
// call that made the attempt is over.

/**
 * KEYS: mark, value. ARGV: sealed value, instant of expiry, milliseconds until the value expires,
 * milliseconds until the mark expires, the share of the memory that new consents may fill (empty:
 * no limit), milliseconds until the mark expires when half of that is used. Returns `stored`,
 * `held` when the key exists, `full`, or `unmeasured`.
 *
 * Because a flood without a limit would take the room of those who have begun, a server that refuses
 * INFO gets `unmeasured`, unless the share is 1. A server whose INFO names no memory has no limit.
 * `full` comes before any write, so that a new
 * consent gets it above `maxmemory` too, instead of Redis's own error.
 */
export const putScript = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then
  -- A client that lost the reply sends the same once more.
  if redis.call('GET', KEYS[2]) == ARGV[1] then return 'stored' end
  return 'held'
end
local markMs = ARGV[4]
if ARGV[5] ~= '' then
  local info = redis.pcall('INFO', 'memory')
  if type(info) == 'string' then
    local used = tonumber(string.match(info, 'used_memory:(%d+)')) or 0
    local most = tonumber(string.match(info, 'maxmemory:(%d+)')) or 0
    if most == 0 then most = tonumber(string.match(info, 'total_system_memory:(%d+)')) or 0 end
    if most > 0 then
      local limit = most * tonumber(ARGV[5])
      if used > limit then return 'full' end
      if used > limit / 2 then markMs = ARGV[6] end
    end
  elseif tonumber(ARGV[5]) < 1 then
    return 'unmeasured'
  end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', markMs)
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
return 'stored'`);

/**
 * KEYS: mark, value, attempt. ARGV: the id of this attempt, milliseconds for which it may come once
 * more. Returns mark and value as they were; the same again to the same attempt, whose first reply
 * was lost. The mark is `taken` afterwards and keeps its expiry.
 */
export const takeScript = script(`
local found = redis.call('MGET', KEYS[1], KEYS[2])
if found[1] == 'taken' then
  local kept = redis.call('GET', KEYS[3])
  if kept and string.sub(kept, 1, #ARGV[1]) == ARGV[1] then
    local mark, value = string.match(string.sub(kept, #ARGV[1] + 1), '^:(%d+):(.*)$')
    return { mark, value }
  end
elseif found[1] then
  redis.call('SET', KEYS[1], 'taken', 'KEEPTTL')
  redis.call('DEL', KEYS[2])
  redis.call('SET', KEYS[3], ARGV[1] .. ':' .. found[1] .. ':' .. (found[2] or ''), 'PX', ARGV[2])
end
return found`);

/** Adapts a client of either library. The spelling of EVALSHA tells them apart. */
export function commandsOf(client: IoredisClient | NodeRedisClient): RedisCommands {
  if (shows(client, 'evalSha')) {
    return {
      run: (script, keys, args) =>
        runScript(
          () => client.evalSha(script.sha1, { keys, arguments: args }),
          () => client.eval(script.text, { keys, arguments: args }),
        ),
      read: async (keys) => replyOf(await client.mGet(keys)),
      drop: (keys) => client.del(keys),
    };
  }
  return {
    run: (script, keys, args) =>
      runScript(
        () => client.evalsha(script.sha1, keys.length, ...keys, ...args),
        () => client.eval(script.text, keys.length, ...keys, ...args),
      ),
    read: async (keys) => replyOf(await client.mget(...keys)),
    drop: (keys) => client.del(...keys),
  };
}

/** Runs a script by its digest. A server that has restarted gets the whole script. */
async function runScript(
  byDigest: () => Promise<unknown>,
  byText: () => Promise<unknown>,
): Promise<Reply> {
  try {
    return replyOf(await byDigest());
  } catch (error) {
    if (error instanceof Error && String(error.message).startsWith('NOSCRIPT'))
      return replyOf(await byText());
    throw error;
  }
}

/**
 * Reads a reply. A client may return texts as buffers, when its options or a type mapping say so.
 */
function replyOf(reply: unknown): Reply {
  return Array.isArray(reply) ? reply.map(textOf) : textOf(reply);
}

function textOf(reply: unknown): string | null {
  if (typeof reply === 'string' || reply === null) return reply;
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString();
  throw new SelfInfoError('store_failed', { retry: { safe: false } });
}
