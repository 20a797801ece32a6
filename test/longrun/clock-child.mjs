import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import {
  createMemoryStore,
  createSelfInfoClient,
  isSelfInfoError,
  latest,
  publicProfile,
  sandboxEnvironment,
  systemClock,
} from 'myna-selfinfo';
import { loan } from '../kit/built-loan.mjs';

// A backend in another process, on the system clock, which is set forward and back. It reads its
// orders from stdin and prints its findings.

/**
 * @typedef {import('./orders.ts').ClockOrders} Orders
 * @typedef {import('./moments.ts').Moment} Moment
 */

/** @type {Orders} */
const { site, tls, journeys } = JSON.parse(readFileSync(0, 'utf8'));
const environment = sandboxEnvironment(site);
const SESSION = 'session of the jumping clock';
/** @type {Readonly<Record<string, 'token' | 'request' | 'poll'>>} */
const names = {
  [publicProfile.paths.token.value]: 'token',
  [publicProfile.paths.request.value]: 'request',
  [publicProfile.paths.result.value]: 'poll',
};

/** @type {(moment: Moment) => void} */
let at = () => {};
/** @type {string[]} */
let calls = [];
const nameOf = (/** @type {any} */ message) => names[message.request.path] ?? 'poll';
subscribe('undici:client:sendHeaders', (message) => {
  calls.push(nameOf(message));
  at(`${nameOf(message)} sent`);
});
subscribe('undici:request:headers', (message) => at(`${nameOf(message)} answered`));

/** @param {Orders['journeys'][number]} jumps */
async function journey(jumps) {
  let offMs = 0;
  const real = performance.now();
  const machine = Date.now();
  const pending = new Map(Object.entries(jumps));
  at = (moment) => {
    const ms = pending.get(moment);
    pending.delete(moment);
    if (ms !== undefined) Reflect.apply(process.emit, process, ['set clock', ms]);
  };
  const store = watched(createMemoryStore());
  const client = createSelfInfoClient({ service: loan, environment, tls, store });
  // Tells the portal whether the first poll comes too early.
  const code = 'waiting' in jumps ? 'waits' : 'ready';
  async function whole() {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    at('begun');
    const state = new URL(url).searchParams.get('state') ?? '';
    const callback = `${environment.redirectUri}?${new URLSearchParams({ code, state, iss: environment.issuer })}`;
    const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
    if (outcome.status !== 'granted') return outcome.status;
    at('granted');
    const retrieval = await client.submit(outcome.grant, { income: latest() });
    at('submitted');
    const collected = await client.collect(retrieval, {
      deadlineMs: 300_000,
      onProgress: () => at('waiting'),
    });
    return collected.status === 'failed' ? `failed ${collected.error.code}` : collected.status;
  }
  try {
    const said = await whole().catch((error) =>
      isSelfInfoError(error) ? error.code : 'no error of ours',
    );
    offMs = systemClock.now() - machine - (performance.now() - real);
    return { said, offMs };
  } finally {
    await client.close();
  }
}

/**
 * @param {import('myna-selfinfo').Store} inner
 * @returns {import('myna-selfinfo').Store}
 */
function watched(inner) {
  /**
   * @template T
   * @param {Promise<T>} work
   * @param {Moment} moment
   */
  const around = async (work, moment) => {
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

/** @type {{ ends: string[], calls: string[][], offMs: number[] }} */
const findings = { ends: [], calls: [], offMs: [] };
for (const jumps of journeys) {
  calls = [];
  const { said, offMs } = await journey(jumps);
  findings.ends.push(said);
  findings.calls.push(calls);
  findings.offMs.push(Math.round(offMs));
}
console.log(JSON.stringify(findings));
