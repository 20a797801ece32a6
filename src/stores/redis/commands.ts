import { createHash } from 'node:crypto';

/**
 * The part of a client of the package `ioredis` (`Redis` or `Cluster`) that is needed; the caller
 * makes and ends it.
 */
export interface IoredisClient {
  /** Runs a script that the server holds. */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Runs a script, which the server keeps. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Reads several keys. */
  mget(...keys: string[]): Promise<unknown>;
  /** Deletes keys. */
  del(...keys: string[]): Promise<unknown>;
}

/**
 * The part of a client of the package `redis` (`createClient` or `createCluster`) that is needed;
 * the caller makes, connects and ends it.
 */
export interface NodeRedisClient {
  /** Runs a script that the server holds. */
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Runs a script, which the server keeps. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Reads several keys. */
  mGet(keys: string[]): Promise<unknown>;
  /** Deletes keys. */
  del(keys: string[]): Promise<unknown>;
}

/** What the store asks of Redis, whichever library speaks to it. */
export interface Commands {
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

// Of every entry there are two keys: a mark, `taken` or the instant of expiry, and the sealed
// value, which is gone from that instant on.

/**
 * KEYS: mark, value; ARGV: sealed value, instant of expiry, milliseconds left to the value, to the
 * mark. 1 when it is held now, 0 when the key was in use.
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
 * KEYS: mark, value. Both as they were; from then on the mark says `taken`, as long as it stands.
 */
export const takeScript = script(`
local found = redis.call('MGET', KEYS[1], KEYS[2])
if found[1] and found[1] ~= 'taken' then
  redis.call('SET', KEYS[1], 'taken', 'KEEPTTL')
  redis.call('DEL', KEYS[2])
end
return found`);

/** Speaks to a client of either library; told apart by how they spell EVALSHA. */
export function commandsOf(client: IoredisClient | NodeRedisClient): Commands {
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

/** By its digest; a server that has started since is told the whole script. */
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
