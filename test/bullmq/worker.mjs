// A worker in its own process, until it is killed or gets SIGTERM. Portal and vault store are those
// of the test, over HTTP.
import { Redis } from 'ioredis';
import {
  createSelfInfoClient,
  defineService,
  sandboxEnvironment,
  systemClock,
} from 'myna-selfinfo';
import { createRetrievalQueue } from 'myna-selfinfo/bullmq';
import { createRedisStore } from 'myna-selfinfo/redis';
import { createLocalKeys, createVault } from 'myna-selfinfo/vault';

/**
 * @type {{ redisPort: number, origin: string, now: number, site: any, service:
 * import('myna-selfinfo').ServiceSpec, storeKeys: any, vaultKeys: any, rate: any, timeoutMs: number,
 * lockMs: number }}
 */
const {
  redisPort,
  origin,
  now,
  site,
  service: spec,
  storeKeys,
  vaultKeys,
  rate,
  timeoutMs,
  lockMs,
} = JSON.parse(process.argv[2] ?? '');
const headers = { 'x-worker': String(process.pid), 'content-type': 'application/json' };
const started = Date.now();
const clock = { ...systemClock, now: () => now + Date.now() - started };
const service = defineService(spec);

/** @param {string} method */
const remote =
  (method) =>
  (/** @type {unknown[]} */ ...args) =>
    fetch(`${origin}/vault/${method}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(args),
    }).then(async (response) => {
      if (response.status === 409)
        throw Object.assign(new (await import('myna-selfinfo')).SelfInfoError('store_key_exists'));
      return response.json();
    });
const methods = ['put', 'get', 'erase', 'sweep', 'list', 'replaceKey', 'see', 'seen'];
const store = /** @type {import('myna-selfinfo/vault').VaultStore} */ (
  /** @type {unknown} */ (Object.fromEntries(methods.map((name) => [name, remote(name)])))
);

const redis = new Redis({
  host: '127.0.0.1',
  port: redisPort,
  enableOfflineQueue: false,
  retryStrategy: () => 50,
});
redis.on('error', () => undefined);
const client = createSelfInfoClient({
  service,
  environment: sandboxEnvironment(site),
  store: createRedisStore({ client: redis, keys: storeKeys, clock }),
  clock,
  fetch: async (request) =>
    fetch(origin + new URL(request.url).pathname, {
      method: 'POST',
      headers,
      body: await request.text(),
    }),
});
const vault = createVault({ service, store, keys: createLocalKeys(vaultKeys), clock });
const queue = createRetrievalQueue({
  connection: { host: '127.0.0.1', port: redisPort, retryStrategy: () => 50 },
  client,
  vault,
  rate,
  clock,
  timeoutMs,
});
const worker = await queue.startWorker({ lockMs });
process.once('SIGTERM', async () => {
  await worker.close();
  await queue.close();
  await client.close();
  redis.disconnect();
});
