// A journey to a sandbox in the same process, under a virtual clock, and its answer in a vault.
import { createSelfInfoClient, createVirtualClock, latest } from 'myna-selfinfo';
import { createSandbox } from 'myna-selfinfo/sandbox';
import { createLocalKeys, createMemoryVaultStore, createVault } from 'myna-selfinfo/vault';
import { service } from './service.mjs';

const clientId = 'SP12345678_AB1234';
const redirectUris = ['https://loan.example/callback'];
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = createSandbox({ registrations: [{ clientId, redirectUris, service }], clock });
const client = createSelfInfoClient({
  service,
  environment: sandbox.environment(),
  fetch: (request) => sandbox.fetch(request),
  clock,
});
const sessionBinding = 'the session of this browser';
const { url } = await client.beginConsent({ sessionBinding });
const callback = await sandbox.visit(url, { persona: 'hanako' });
const { grant } = await client.completeConsent(callback, { sessionBinding });
const { answer } = await client.query(grant, latest(), {
  onProgress: ({ retryAt }) => clock.set(retryAt),
});
await client.close();

const keys = createLocalKeys({
  current: '1',
  keys: { 1: Buffer.alloc(32, 7).toString('base64url') },
});
const vault = createVault({ service, store: createMemoryVaultStore(), keys, clock });
const ref = await vault.put(answer);
const stored = await vault.read(ref, { purpose: 'housing-loan', reason: 'review' });
await vault.erase(ref, 'withdrawn');
const erased = await vault.read(ref, { purpose: 'housing-loan', reason: 'review' }).then(
  () => 'not erased',
  ({ code }) => code,
);
console.log(`result ${stored.items.income.status} ${erased}`);
