import { Redis } from 'ioredis';
import { createSelfInfoClient, sandboxEnvironment } from '../../src/index.js';
import { createRedisStore } from '../../src/stores/redis/store.js';
import { CLIENT_ID, loan, REDIRECT_URI, SESSION } from '../kit/loan.js';

// One instance of a backend in its own process, driven over IPC. The portal answers inside the
// process, so that it does not slow down the race for the store.
export interface Order {
  readonly begin?: number;
  readonly complete?: readonly string[];
}

const issuer = 'https://portal.invalid';
const environment = sandboxEnvironment({
  clientId: CLIENT_ID,
  redirectUri: REDIRECT_URI,
  endpoints: { browserUrl: issuer, apiUrl: 'https://api.portal.invalid' },
  issuer,
});
let exchanged = 0;
const { REDIS_PORT = '', STORE_KEY = '' } = process.env;
const redis = new Redis({ host: '127.0.0.1', port: Number(REDIS_PORT) });
const client = createSelfInfoClient({
  service: loan,
  environment,
  store: createRedisStore({
    client: redis,
    keys: { current: 'key', keys: { key: STORE_KEY } },
    timeoutMs: 60_000,
  }),
  async fetch() {
    exchanged++;
    return Response.json({
      access_token: `token-${process.pid}-${exchanged}`,
      token_type: 'Bearer',
      expires_in: 3600,
    });
  },
});

async function begin(): Promise<string> {
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const state = new URL(url).searchParams.get('state') ?? '';
  return `${REDIRECT_URI}?${new URLSearchParams({ code: `code-of-${state}`, state, iss: issuer })}`;
}

process.on('message', async ({ begin: count = 0, complete = [] }: Order) => {
  const callbacks = await Promise.all(Array.from({ length: count }, begin));
  const statuses = await Promise.all(
    complete.map(
      async (callback) =>
        (await client.completeConsent(callback, { sessionBinding: SESSION })).status,
    ),
  );
  process.send?.({ callbacks, statuses, exchanged });
});
process.on('disconnect', () => process.exit());
await redis.ping();
process.send?.('ready');
