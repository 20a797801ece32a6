import { subscribe } from 'node:diagnostics_channel';
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  createMemoryStore,
  createSelfInfoClient,
  type Grant,
  isSelfInfoError,
  latest,
  sandboxEnvironment,
} from '../../src/index.js';
import { heapUsed } from '../kit/heap.js';
import { type Loan, loan } from '../kit/loan.js';

// A backend in another process, so that every socket, timer and byte counted here belongs to the
// client. It reads its orders from stdin and prints its findings.

/** The kinds of journeys, which take turns. */
export const KINDS = [
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
] as const;
export type Kind = (typeof KINDS)[number];

/** What the child leaks on purpose, to prove that a leak would be found. */
export type Leak = 'an object' | 'the rest';

export interface Orders {
  readonly site: Parameters<typeof sandboxEnvironment>[0];
  readonly credentials: readonly { readonly cert: string; readonly key: string }[];
  readonly journeys: number;
  readonly warmUp: number;
  readonly leak?: Leak;
}

export interface Findings {
  /** How often each outcome came, by kind of journey. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Bytes that each further journey leaves on the heap. */
  readonly slope: number;
  /** Connections that are open after the last journey, busy or idle. */
  readonly sockets: number;
  /**
   * The active resources before the client was created, after the last journey, and after the
   * client was closed.
   */
  readonly resources: readonly (readonly string[])[];
  /** Listeners on the signal of every call and on the process, beyond those at the start. */
  readonly listeners: number;
}

const { site, credentials, journeys, warmUp, leak }: Orders = JSON.parse(readFileSync(0, 'utf8'));
const { signal } = new AbortController();
const SESSION = 'session of the long run';

// An idle connection does not keep the process alive and is no active resource, so it is counted
// here.
const sockets = new Set<Socket>();
subscribe('undici:client:connected', (event) => {
  const { socket } = event as { readonly socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
});

const resources = () => process.getActiveResourcesInfo().sort();
const listeners = () =>
  getEventListeners(signal, 'abort').length +
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
// Loading this file may still read and connect. Counting starts when that has ended.
for (
  const limit = Date.now() + 5_000;
  Date.now() < limit && resources().some((name) => /^(FSReq|ConnectWrap)/.test(name));
)
  await setImmediate();
const before = { resources: resources(), listeners: listeners() };

const environment = sandboxEnvironment(site);
// The store keeps this many marks of used states, for any number of journeys.
const store = createMemoryStore({ maxEntries: 50 });
const [tls] = credentials;
const client = createSelfInfoClient({ service: loan, environment, store, ...(tls && { tls }) });

/** Returns the callback of a portal, with a code that tells the portal what to do. */
async function callback(kind: Kind): Promise<string> {
  const { url } = await client.beginConsent({ sessionBinding: SESSION, signal });
  const state = new URL(url).searchParams.get('state') ?? '';
  const said: Record<string, string> =
    kind === 'declined' ? { error: 'access_denied' } : { code: kind.replaceAll(' ', '-') };
  return `${environment.redirectUri}?${new URLSearchParams({ ...said, state, iss: environment.issuer })}`;
}

async function journey(kind: Kind): Promise<string> {
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

async function ask(kind: Kind, grant: Grant<Loan>): Promise<string> {
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

const outcomes: Record<string, number> = {};
/** What is kept of each journey if an object is to leak. */
const left: unknown[] = [];
const points: (readonly [done: number, bytes: number])[] = [];

async function run(from: number, to: number): Promise<void> {
  // Four at a time, as on a server.
  let next = from;
  const worker = async () => {
    for (let number = next++; number < to; number = next++) {
      const kind = KINDS[number % KINDS.length] ?? 'ready';
      const outcome = await journey(kind);
      outcomes[`${kind}: ${outcome}`] = (outcomes[`${kind}: ${outcome}`] ?? 0) + 1;
      if (leak === 'an object')
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
 */
function slopeOf(all: typeof points): number {
  const slopes = all
    .flatMap(([x, y], index) => all.slice(index + 1).map(([u, v]) => (v - y) / (u - x)))
    .sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? Number.NaN;
}

/** Waits until the sockets have closed, and returns what remains. */
async function settled(): Promise<readonly string[]> {
  // An idle connection closes by itself after 5 seconds. This wait is shorter, so an abandoned one
  // is counted.
  for (
    const limit = Date.now() + (leak ? 500 : 3_000);
    Date.now() < limit && resources().length + sockets.size > before.resources.length;
  )
    await setImmediate();
  return resources();
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
if (leak === 'the rest') {
  signal.addEventListener('abort', () => undefined);
  // A connection that is never released.
  await client.completeConsent(await callback('ready'), { sessionBinding: SESSION });
  // Lasts longer than the counting. The process waits for it.
  setTimeout(() => undefined, 2_000);
}
const after = await settled();
const standing = sockets.size;
const above = listeners() - before.listeners;
await client.close();
const findings: Findings = {
  outcomes,
  slope: slopeOf(points),
  sockets: standing,
  resources: [before.resources, after, await settled()],
  listeners: above,
};
console.log(JSON.stringify(findings));
