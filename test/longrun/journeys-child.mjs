import { subscribe } from 'node:diagnostics_channel';
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import {
  createMemoryStore,
  createSelfInfoClient,
  isSelfInfoError,
  latest,
  sandboxEnvironment,
} from 'myna-selfinfo';
import { Client } from 'undici';
import { loan } from '../kit/built-loan.mjs';

// A backend in another process, so that every socket, timer and byte counted here belongs to the
// client. It reads its orders from stdin and prints its findings.

// The kinds of journeys, which take turns.
const KINDS = [
  'ready',
  'declined',
  'refused',
  'failed',
  'lost',
  'aborted in a poll',
  'aborted in a wait',
  'discarded',
  'collected later',
  'unused',
];

/** @type {import('./orders.ts').JourneyOrders} */
const { site, credentials, journeys, warmUp, leaks } = JSON.parse(readFileSync(0, 'utf8'));
const { signal } = new AbortController();
const SESSION = 'session of the long run';

// An idle connection does not keep the process alive and is no active resource, so it is counted
// here.
/** @type {Set<import('node:net').Socket>} */
const sockets = new Set();
subscribe('undici:client:connected', (/** @type {any} */ { socket }) => {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
});

const resources = () => process.getActiveResourcesInfo().sort();
const listeners = () =>
  getEventListeners(signal, 'abort').length +
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
// Node opens these at their first use, and uses stderr when it closes a socket.
void [process.stdout, process.stderr];
// Loading this file may still read and close. Counting starts when that has ended.
while (resources().some((name) => /^(FSReq|CloseReq)/.test(name))) await setImmediate();
const before = { resources: resources(), listeners: listeners() };

const environment = sandboxEnvironment(site);
// The store keeps this many marks of used states, for any number of journeys.
const store = createMemoryStore({ maxEntries: 50 });
const [tls] = credentials;
const client = createSelfInfoClient({ service: loan, environment, store, ...(tls && { tls }) });

/**
 * Returns the callback of a portal, with a code that tells the portal what to do.
 *
 * @param {string} kind
 */
async function callback(kind) {
  const { url } = await client.beginConsent({ sessionBinding: SESSION, signal });
  const state = new URL(url).searchParams.get('state') ?? '';
  /** @type {Record<string, string>} */
  const said =
    kind === 'declined' ? { error: 'access_denied' } : { code: kind.replaceAll(' ', '-') };
  return `${environment.redirectUri}?${new URLSearchParams({ ...said, state, iss: environment.issuer })}`;
}

/** @param {string} kind */
async function journey(kind) {
  const outcome = await client.completeConsent(await callback(kind), {
    sessionBinding: SESSION,
    signal,
  });
  if (outcome.status !== 'granted') return outcome.status;
  try {
    return await ask(kind, outcome.grant);
  } catch (error) {
    return isSelfInfoError(error) ? error.code : 'no error of ours';
  }
}

/**
 * @param {string} kind
 * @param {import('myna-selfinfo').Grant<typeof loan>} grant
 */
async function ask(kind, grant) {
  if (kind === 'unused') {
    await client.discard(grant);
    return 'given back';
  }
  const own = new AbortController();
  const aborting = kind.startsWith('aborted');
  const retrieval = await client.submit(grant, latest(), { signal });
  const abortSoon = async () => {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    own.abort();
  };
  if (kind === 'aborted in a poll') void abortSoon();
  const onProgress = kind === 'aborted in a wait' ? () => own.abort() : undefined;
  try {
    const collected = await client.collect(retrieval, {
      signal: aborting ? own.signal : signal,
      deadlineMs: 20_000,
      ...(onProgress && { onProgress }),
    });
    if (kind === 'collected later')
      return (await client.collect(client.resume(JSON.stringify(retrieval)), { signal })).status;
    return collected.status;
  } finally {
    await client.discard(retrieval);
  }
}

/** @type {Record<string, number>} */
const outcomes = {};
/**
 * What is kept of each journey if an object is to leak.
 *
 * @type {unknown[]}
 */
const left = [];
/** @type {[done: number, bytes: number][]} */
const points = [];

/**
 * @param {number} from
 * @param {number} to
 */
async function run(from, to) {
  // Four at a time, as on a server.
  let next = from;
  const worker = async () => {
    for (let number = next++; number < to; number = next++) {
      const kind = KINDS[number % KINDS.length] ?? 'ready';
      const outcome = await journey(kind);
      outcomes[`${kind}: ${outcome}`] = (outcomes[`${kind}: ${outcome}`] ?? 0) + 1;
      if (leaks)
        left.push({ kind, outcome, at: new Date(), note: `journey ${number} ended as ${outcome}` });
      // The certificate changes, and changes back.
      const credential = credentials[(number / 25) % credentials.length];
      if (credential) client.rotate(credential);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

/**
 * Returns the median of the slopes between any two points, so that a single outlier does not move
 * it.
 *
 * @param {typeof points} all
 */
function slopeOf(all) {
  const slopes = all
    .flatMap(([x, y], index) => all.slice(index + 1).map(([u, v]) => (v - y) / (u - x)))
    .sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? Number.NaN;
}

/**
 * Waits until the sockets have closed, and returns what remains. An idle connection closes by
 * itself after 5 seconds. This wait is shorter, so an abandoned one is counted. The wait is measured
 * by the work of this process, because a busy machine lets it do little in a second.
 */
async function settled() {
  const begun = process.cpuUsage();
  while (resources().length + sockets.size > before.resources.length) {
    const { user, system } = process.cpuUsage(begun);
    if (user + system > (leaks ? 100_000 : 2_000_000)) break;
    await setImmediate();
  }
  return resources();
}

/** Returns the bytes of the heap in use after all garbage has been collected. */
async function heapUsed() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    // Finalization callbacks run between two turns.
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

await run(0, warmUp);
const parts = 10;
for (let part = 0; part <= parts; part++) {
  const [from, to] = [part - 1, part].map(
    (end) => warmUp + Math.floor(((journeys - warmUp) * end) / parts),
  );
  if (part > 0) await run(from ?? 0, to ?? 0);
  await settled();
  points.push([to ?? 0, await heapUsed()]);
}
if (leaks) {
  signal.addEventListener('abort', () => undefined);
  // A connection that is never released.
  const { ca } = site;
  const leaked = new Client(new URL(site.endpoints.apiUrl).origin, {
    connect: { ...credentials[0], ...(ca && { ca: [...ca] }) },
    keepAliveTimeout: 300_000,
    keepAliveMaxTimeout: 300_000,
  });
  const { body } = await leaked.request({ method: 'POST', path: '/unknown' });
  await body.dump();
  // Lasts longer than the counting.
  setTimeout(() => undefined, 300_000);
}
const after = await settled();
const standing = sockets.size;
const above = listeners() - before.listeners;
await client.close();
/** @type {import('./orders.ts').JourneyFindings} */
const findings = {
  outcomes,
  slope: slopeOf(points),
  sockets: standing,
  resources: [before.resources, after, await settled()],
  listeners: above,
};
console.log(JSON.stringify(findings));
if (leaks) process.exit();
