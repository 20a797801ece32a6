// One instance of a backend in its own process, driven over IPC. The portal answers inside the
// process, so that it does not slow down the race for the store.
import { Redis } from 'ioredis';
import { createSelfInfoClient, sandboxEnvironment } from 'myna-selfinfo';
import { createRedisStore } from 'myna-selfinfo/redis';
import { loan } from '../kit/built-loan.mjs';

/** @typedef {{ begin?: number, complete?: readonly string[] }} Order */

/**
 * @type {{ redisPort: number, db: number, key: string, clientId: string, redirectUri: string,
 * sessionBinding: string, timeoutMs: number }}
 */
const { redisPort, db, key, clientId, redirectUri, sessionBinding, timeoutMs } = JSON.parse(
  process.argv[2] ?? '',
);
const issuer = 'https://portal.invalid';
const redis = new Redis({ host: '127.0.0.1', port: redisPort, db });
let exchanged = 0;
const client = createSelfInfoClient({
  service: loan,
  environment: sandboxEnvironment({
    clientId,
    redirectUri,
    endpoints: { browserUrl: issuer, apiUrl: 'https://api.portal.invalid' },
    issuer,
  }),
  store: createRedisStore({ client: redis, keys: { current: 'key', keys: { key } }, timeoutMs }),
  async fetch() {
    exchanged++;
    return Response.json({
      access_token: `token-${process.pid}-${exchanged}`,
      token_type: 'Bearer',
      expires_in: 3600,
    });
  },
});

/** Begins a consent. Returns its callback. */
async function begin() {
  const { url } = await client.beginConsent({ sessionBinding });
  const state = new URL(url).searchParams.get('state') ?? '';
  return `${redirectUri}?${new URLSearchParams({ code: `code-of-${state}`, state, iss: issuer })}`;
}

process.on('message', async (/** @type {Order} */ { begin: count = 0, complete = [] }) => {
  const callbacks = await Promise.all(Array.from({ length: count }, begin));
  const statuses = await Promise.all(
    complete.map(
      async (callback) => (await client.completeConsent(callback, { sessionBinding })).status,
    ),
  );
  process.send?.({ callbacks, statuses, exchanged });
});
process.on('disconnect', () => process.exit());
await redis.ping();
process.send?.('ready');
