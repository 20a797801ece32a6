export type { IoredisClient, NodeRedisClient } from './commands.js';
export { createRedisStore, type RedisSealingKeys, type RedisStoreOptions } from './store.js';
