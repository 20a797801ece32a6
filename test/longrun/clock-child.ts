import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import {
  createMemoryStore,
  createSelfInfoClient,
  isSelfInfoError,
  latest,
  publicProfile,
  type Store,
  sandboxEnvironment,
  systemClock,
} from '../../src/index.js';
import { loan } from '../kit/loan.js';
import { callbackOf } from '../kit/portal.js';
import { type Jumps, type Moment, setAt } from './moments.js';

// A backend in another process, on the system clock, which is set forward and back. It reads its
// orders from stdin and prints its findings.

export interface Orders {
  readonly site: Parameters<typeof sandboxEnvironment>[0];
  readonly tls: { readonly cert: string; readonly key: string };
  /** The journeys, one after another: by how much the clock is set at which moments of each. */
  readonly journeys: readonly Jumps[];
}

export interface Findings {
  /** How each journey ended. */
  readonly ends: readonly string[];
  /** What each journey sent, in order. */
  readonly calls: readonly (readonly string[])[];
  /** By how much the clock was off after each journey. */
  readonly offMs: readonly number[];
}

const { site, tls, journeys }: Orders = JSON.parse(readFileSync(0, 'utf8'));
const environment = sandboxEnvironment(site);
const SESSION = 'session of the jumping clock';
const names: Readonly<Record<string, 'token' | 'request' | 'poll'>> = {
  [publicProfile.paths.token.value]: 'token',
  [publicProfile.paths.request.value]: 'request',
  [publicProfile.paths.result.value]: 'poll',
};

let at: (moment: Moment) => void = () => {};
let calls: string[] = [];
const nameOf = (message: unknown) =>
  names[(message as { readonly request: { readonly path: string } }).request.path] ?? 'poll';
subscribe('undici:client:sendHeaders', (message) => {
  calls.push(nameOf(message));
  at(`${nameOf(message)} sent`);
});
subscribe('undici:request:headers', (message) => at(`${nameOf(message)} answered`));

async function journey(jumps: Jumps): Promise<{ said: string; offMs: number }> {
  let offMs = 0;
  const real = performance.now();
  const machine = Date.now();
  at = setAt(jumps, (ms) => process.emit('set clock' as never, ms as never));
  const store: Store = watched(createMemoryStore());
  const client = createSelfInfoClient({ service: loan, environment, tls, store });
  // Tells the portal whether the first poll comes too early.
  const code = 'waiting' in jumps ? 'waits' : 'ready';
  async function whole(): Promise<string> {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    at('begun');
    const outcome = await client.completeConsent(callbackOf(url, environment, code), {
      sessionBinding: SESSION,
    });
    if (outcome.status !== 'granted') return outcome.status;
    at('granted');
    const retrieval = await client.submit(outcome.grant, { income: latest() });
    at('submitted');
    const collected = await client.collect(retrieval, {
      deadlineMs: 60_000,
      onProgress: () => at('waiting'),
    });
    return collected.status === 'failed' ? `failed ${collected.error.code}` : collected.status;
  }
  try {
    const said = await whole().catch((error: unknown) =>
      isSelfInfoError(error) ? error.code : 'no error of ours',
    );
    offMs = systemClock.now() - machine - (performance.now() - real);
    return { said, offMs };
  } finally {
    await client.close();
  }
}

function watched(inner: Store): Store {
  const around = async <T>(work: Promise<T>, moment: Moment) => {
    const done = await work;
    at(moment);
    return done;
  };
  return {
    ...inner,
    put: (key, value, expiresAt) =>
      key.startsWith('retrieval:')
        ? around(inner.put(key, value, expiresAt), 'kept')
        : inner.put(key, value, expiresAt),
    get: (key) => around(inner.get(key), key.startsWith('retrieval:') ? 'fetched' : 'looked up'),
    take: (key) => around(inner.take(key), 'taken'),
  };
}

const findings = { ends: [] as string[], calls: [] as string[][], offMs: [] as number[] };
for (const jumps of journeys) {
  calls = [];
  const { said, offMs } = await journey(jumps);
  findings.ends.push(said);
  findings.calls.push(calls);
  findings.offMs.push(Math.round(offMs));
}
console.log(JSON.stringify(findings satisfies Findings));
