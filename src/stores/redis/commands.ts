import { createHash } from 'node:crypto';

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

/** The commands that the store needs, independent of the client library. */
export interface RedisCommands {
  run(script: Script, keys: string[], args: string[]): Promise<unknown>;
  read(keys: string[]): Promise<unknown>;
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
// and Redis drops it at that instant.

/**
 * KEYS: mark, value. ARGV: sealed value, instant of expiry, milliseconds until the value expires,
 * milliseconds until the mark expires. Returns 1 when the value is stored, 0 when the key exists.
 */
export const putScript = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then
  -- A client that lost the reply sends the same once more.
  if redis.call('GET', KEYS[2]) == ARGV[1] then return 1 end
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
return 1`);

/**
 * KEYS: mark, value. Returns both as they were. The mark is `taken` afterwards and keeps its
 * expiry.
 */
export const takeScript = script(`
local found = redis.call('MGET', KEYS[1], KEYS[2])
if found[1] and found[1] ~= 'taken' then
  redis.call('SET', KEYS[1], 'taken', 'KEEPTTL')
  redis.call('DEL', KEYS[2])
end
return found`);

/** Adapts a client of either library. The spelling of EVALSHA tells them apart. */
export function commandsOf(client: IoredisClient | NodeRedisClient): RedisCommands {
  if ('evalSha' in client) {
    return {
      run: (script, keys, args) =>
        runScript(
          () => client.evalSha(script.sha1, { keys, arguments: args }),
          () => client.eval(script.text, { keys, arguments: args }),
        ),
      read: (keys) => client.mGet(keys),
      drop: (keys) => client.del(keys),
    };
  }
  return {
    run: (script, keys, args) =>
      runScript(
        () => client.evalsha(script.sha1, keys.length, ...keys, ...args),
        () => client.eval(script.text, keys.length, ...keys, ...args),
      ),
    read: (keys) => client.mget(...keys),
    drop: (keys) => client.del(...keys),
  };
}

/** Runs a script by its digest. A server that has restarted gets the whole script. */
async function runScript(
  byDigest: () => Promise<unknown>,
  byText: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await byDigest();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return byText();
    throw error;
  }
}
