// A bank in one file: consent, callback, token and query over mutual TLS to a sandbox in another
// process. Bundlers bundle it, and every runtime runs it. CommonJS has no top-level await.
import { createInterface } from 'node:readline';
import { createSelfInfoClient, latest, sandboxEnvironment } from 'myna-selfinfo';
import { service } from './service.mjs';

const sessionBinding = 'the session of this browser';

async function run() {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { site, tls } = JSON.parse((await lines.next()).value);
  const client = createSelfInfoClient({ service, environment: sandboxEnvironment(site), tls });
  await client.ready();
  const { url } = await client.beginConsent({ sessionBinding });
  console.log(`visit ${url}`);
  const { value: callback } = await lines.next();
  const outcome = await client.completeConsent(callback, { sessionBinding });
  if (outcome.status !== 'granted') throw new Error(outcome.status);
  const { status, answer } = await client.query(outcome.grant, latest());
  if (status !== 'ready') throw new Error(status);
  await client.close();
  console.log(`result ${answer.items.income.status}`);
}

run().then(
  () => process.exit(0),
  (error) => {
    console.log(`error ${error.code} ${error.effect} ${error.message}`);
    process.exit(1);
  },
);
