// A bank with Express, which keeps its consents in Redis.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import express from 'express';
import { Redis } from 'ioredis';
import { createSelfInfoClient, latest, sandboxEnvironment } from 'myna-selfinfo';
import { createRedisStore } from 'myna-selfinfo/redis';
import { service } from './service.mjs';

const sessionBinding = 'the session of this browser';
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { site, tls, redis: port } = JSON.parse((await lines.next()).value);
const redis = new Redis({ port, enableOfflineQueue: false });
await once(redis, 'ready');
const keys = { current: '1', keys: { 1: Buffer.alloc(32, 7).toString('base64url') } };
const store = createRedisStore({ client: redis, keys });
const environment = sandboxEnvironment(site);
const client = createSelfInfoClient({ service, environment, tls, store });

const app = express();
app.post('/start', async (_, response) => {
  const { url } = await client.beginConsent({ sessionBinding });
  response.redirect(303, url);
});
app.get('/callback', async (request, response) => {
  const { grant, status } = await client.completeConsent(request, { sessionBinding });
  const { answer } = grant ? await client.query(grant, latest()) : {};
  response.json(answer?.items.income.status ?? status);
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const { headers } = await fetch(`${origin}/start`, { method: 'POST', redirect: 'manual' });
console.log(`visit ${headers.get('location')}`);
const { search } = new URL((await lines.next()).value);
const results = [];
for (let visits = 0; visits < 2; visits++)
  results.push(await (await fetch(`${origin}/callback${search}`)).json());
console.log(`result ${results.join(' ')}`);
process.exit(0);
