import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Clock,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  isSelfInfoError,
  latest,
  publicProfile,
  type Store,
} from '../../src/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf, SESSION } from '../kit/loan.js';
import { raw, startPortal } from '../kit/portal.js';
import { sized } from '../kit/size.js';
import { passTime } from '../kit/watch.js';
import { runChild } from './child.js';
import { type Jumps, MOMENTS, type Moment, setAt } from './moments.js';
import type { ClockFindings, ClockOrders } from './orders.js';

/** How many journeys with random jumps run in this process and over real connections. */
const { inProcess, onMachine } = sized({
  usual: { inProcess: 20, onMachine: 16 },
  full: { inProcess: 60, onMachine: 40 },
  soak: { inProcess: 20_000, onMachine: 5_000 },
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JSON_TYPE = { 'content-type': 'application/json' };

/** The possible ends of a journey. Any other end is a defect. */
const TYPED = ['ready', 'pending', 'expired', 'grant_expired', 'failed retrieval_gone'];

/**
 * Makes a journey whose clock is changed on the way, while real time and the portal's clock go on.
 * The first polls find no result.
 */
async function journeyWith(jumps: Jumps, running = 1) {
  const time = createVirtualClock(NOW);
  let offset = 0;
  const at = setAt(jumps, (ms) => {
    offset += ms;
  });
  const clock: Clock = { now: () => time.now() + offset, wait: time.wait };
  const sandbox = createSandbox({ registrations: [registrationOf(loan)], clock: time });
  const inner = createMemoryStore({ clock });
  const around = async <T>(work: Promise<T>, moment: Moment) => {
    const done = await work;
    at(moment);
    return done;
  };
  const store: Store = {
    ...inner,
    put: (key, value, expiresAt) =>
      key.startsWith('retrieval:')
        ? around(inner.put(key, value, expiresAt), 'kept')
        : inner.put(key, value, expiresAt),
    get: (key) => around(inner.get(key), key.startsWith('retrieval:') ? 'fetched' : 'looked up'),
    take: (key) => around(inner.take(key), 'taken'),
  };
  const calls: string[] = [];
  const names = { '/oauth/token': 'token', '/request': 'request', '/result': 'poll' } as const;
  let polls = 0;
  const client = createSelfInfoClient({
    service: loan,
    environment: sandbox.environment(),
    clock,
    store,
    random: () => 0.5,
    async fetch(request) {
      const name = names[new URL(request.url).pathname as keyof typeof names];
      calls.push(name);
      at(`${name} sent`);
      const asked = request.clone();
      let response = await sandbox.fetch(request);
      if (name === 'poll' && polls++ < running)
        response = Response.json(
          { ...((await asked.json()) as object), process_status: 'RUNNING' },
          { headers: { 'retry-after': '1' } },
        );
      at(`${name} answered`);
      return response;
    },
  });
  // The steps before take turns of the event loop, more of them on a busy machine.
  let collectedFrom: number | undefined;
  const journey = async (): Promise<string> => {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    at('begun');
    const back = await sandbox.visit(url, { persona: 'hanako' });
    const outcome = await client.completeConsent(back, { sessionBinding: SESSION });
    if (outcome.status !== 'granted') return outcome.status;
    at('granted');
    const retrieval = await client.submit(outcome.grant, { income: latest() });
    at('submitted');
    collectedFrom = time.now();
    const collected = await client.collect(retrieval, {
      deadlineMs: 5_000,
      onProgress: () => at('waiting'),
    });
    return collected.status === 'failed' ? `failed ${collected.error.code}` : collected.status;
  };
  const said = await passTime(
    time,
    journey().catch((error: unknown) => (isSelfInfoError(error) ? error.code : 'no error of ours')),
    100,
  );
  return { said, calls, waitedMs: time.now() - (collectedFrom ?? time.now()) };
}

/** The calls of a journey when all goes well. */
const ALL = ['token', 'request', 'poll', 'poll'];

describe('a client whose clock is set', () => {
  it.each<[Moment, string, readonly string[], string, readonly string[]]>([
    // A transaction lasts ten minutes, a token two hours, a retrieval one hour.
    ['begun', 'expired', [], 'expired', []],
    // A callback that came in time is granted.
    ['looked up', 'ready', ALL, 'ready', ALL],
    ['taken', 'ready', ALL, 'ready', ALL],
    ['token sent', 'ready', ALL, 'grant_expired', ALL.slice(0, 1)],
    ['token answered', 'ready', ALL, 'grant_expired', ALL.slice(0, 1)],
    ['granted', 'ready', ALL, 'grant_expired', ALL.slice(0, 1)],
    ['request sent', 'ready', ALL, 'ready', ALL],
    ['request answered', 'ready', ALL, 'ready', ALL],
    ['kept', 'failed retrieval_gone', ALL.slice(0, 2), 'failed retrieval_gone', ALL.slice(0, 2)],
    [
      'submitted',
      'failed retrieval_gone',
      ALL.slice(0, 2),
      'failed retrieval_gone',
      ALL.slice(0, 2),
    ],
    ['fetched', 'failed retrieval_gone', ALL.slice(0, 2), 'failed retrieval_gone', ALL.slice(0, 2)],
    // The deadline is over. The answer can be collected later.
    ['poll sent', 'pending', ALL.slice(0, 3), 'pending', ALL.slice(0, 3)],
    ['poll answered', 'pending', ALL.slice(0, 3), 'pending', ALL.slice(0, 3)],
    ['waiting', 'pending', ALL.slice(0, 3), 'pending', ALL.slice(0, 3)],
  ])(
    'ends as expected when set forward by an hour or a day at %s, and continues when set back',
    async (moment, hour, afterHour, day, afterDay) => {
      const { waitedMs: _, ...onByHour } = await journeyWith({ [moment]: HOUR });
      expect(onByHour).toEqual({ said: hour, calls: afterHour });
      const { waitedMs: __, ...onByDay } = await journeyWith({ [moment]: DAY });
      expect(onByDay).toEqual({ said: day, calls: afterDay });
      for (const back of [-HOUR, -DAY]) {
        const { said, calls } = await journeyWith({ [moment]: back });
        expect([said, calls]).toEqual(['ready', ALL]);
      }
    },
  );

  it('keeps its deadline when the clock is set back while it waits for an answer', async () => {
    for (const moment of ['fetched', 'poll sent', 'poll answered', 'waiting'] as const) {
      const { said, calls, waitedMs } = await journeyWith(
        { [moment]: -HOUR },
        Number.POSITIVE_INFINITY,
      );
      expect([said, calls.length]).toEqual(['pending', 7]);
      // Five seconds, in steps of 100 ms.
      expect(waitedMs).toBeGreaterThanOrEqual(4_900);
      expect(waitedMs).toBeLessThanOrEqual(5_200);
    }
  });

  it('ends with a typed outcome, in time, and sends nothing twice when set back and forth at any moments', async () => {
    const jump = fc.constantFrom(-DAY, -HOUR, -60_000, -1, 1, 60_000, HOUR, DAY);
    const jumps = fc.uniqueArray(fc.tuple(fc.constantFrom(...MOMENTS), jump), {
      maxLength: 6,
      selector: ([moment]) => moment,
    });
    await fc.assert(
      fc.asyncProperty(jumps, fc.integer({ min: 0, max: 3 }), async (given, running) => {
        const { said, calls, waitedMs } = await journeyWith(Object.fromEntries(given), running);
        expect(TYPED).toContain(said);
        expect(waitedMs).toBeLessThanOrEqual(5_200);
        for (const once of ['token', 'request'])
          expect(calls.filter((call) => call === once).length).toBeLessThanOrEqual(1);
        expect(calls.length).toBeLessThanOrEqual(2 + running + 2);
      }),
      { numRuns: inProcess },
    );
  });
});

describe('a backend over real connections whose system clock is set', () => {
  /**
   * Runs the journeys in another process, one after another. The answer is ready at the first poll, or
   * at the second if the clock is set between the two.
   */
  async function journeysOnMachine(journeys: readonly Jumps[]) {
    let body = '';
    let tokens = 0;
    const asked = new Set<string>();
    const { fields, processStatuses } = publicProfile;
    const portal = await startPortal({
      // Called right before the reply is asked for.
      read: (text) => {
        body = text;
      },
      replies: {
        token(response, request) {
          const access_token = `${new URLSearchParams(body).get('code')}.${tokens++}`;
          raw(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 7_200 }), JSON_TYPE)(
            response,
            request,
          );
        },
        result(response, request) {
          const { authorization = '' } = request.headers;
          const waits = authorization.startsWith('Bearer waits') && !asked.has(authorization);
          asked.add(authorization);
          const status = (waits ? processStatuses.running : processStatuses.done).value;
          const result = {
            ...JSON.parse(body),
            [fields.processStatus.value]: status,
            [fields.selfPersonalData.value]: [],
          };
          raw(JSON.stringify(result), { ...JSON_TYPE, ...(waits && { 'retry-after': '1' }) })(
            response,
            request,
          );
        },
      },
    });
    try {
      const { clientId, redirectUri, endpoints, issuer, ca } = portal.environment;
      const orders: ClockOrders = {
        site: { clientId, redirectUri, endpoints, issuer, ...(ca && { ca }) },
        tls: portal.tls,
        journeys,
      };
      const flags = ['--import', new URL('machine-clock.mjs', import.meta.url).href];
      // Starts on another day than the real one, so that a use of the real date would show.
      return await runChild<ClockFindings>('clock-child.mjs', orders, {
        flags,
        env: { MACHINE_STARTS_AT: NOW },
      });
    } finally {
      await portal.close();
    }
  }

  const READY = ALL.slice(0, 3);
  const forward = MOMENTS.map((moment): Jumps => ({ [moment]: DAY }));
  const back = MOMENTS.map((moment): Jumps => ({ [moment]: -DAY }));
  const moment = fc.constantFrom(...MOMENTS.filter((name) => name !== 'waiting'));
  const jump = fc.constantFrom(-DAY, -HOUR, -60_000, -1, 1, 60_000, HOUR, DAY);
  const jumps = fc.uniqueArray(fc.tuple(moment, jump), {
    minLength: 2,
    maxLength: 6,
    selector: ([name]) => name,
  });
  const anyhow = fc.sample(jumps, onMachine).map((list): Jumps => Object.fromEntries(list));
  // One process for all, because starting it takes longer than a journey.
  let findings: ClockFindings;
  beforeAll(async () => {
    findings = await journeysOnMachine([...forward, ...back, ...anyhow]);
  });
  /** Returns the findings of some of the journeys. */
  function findingsOf(from: number, { length }: readonly Jumps[]): ClockFindings {
    const [ends, calls, offMs] = [findings.ends, findings.calls, findings.offMs].map((list) =>
      list.slice(from, from + length),
    );
    return { ends, calls, offMs } as ClockFindings;
  }

  it('ends as expected when set forward by a day at any moment', () => {
    const { ends, calls, offMs } = findingsOf(0, forward);
    expect(MOMENTS.map((moment, index) => [moment, ends[index], calls[index]])).toEqual([
      ['begun', 'expired', []],
      ['looked up', 'ready', READY],
      ['taken', 'ready', READY],
      ['token sent', 'grant_expired', READY.slice(0, 1)],
      ['token answered', 'grant_expired', READY.slice(0, 1)],
      ['granted', 'grant_expired', READY.slice(0, 1)],
      ['request sent', 'ready', READY],
      ['request answered', 'ready', READY],
      ['kept', 'failed retrieval_gone', READY.slice(0, 2)],
      ['submitted', 'failed retrieval_gone', READY.slice(0, 2)],
      ['fetched', 'failed retrieval_gone', READY.slice(0, 2)],
      // An answer that has come is used.
      ['poll sent', 'ready', READY],
      ['poll answered', 'ready', READY],
      ['waiting', 'pending', READY],
    ]);
    // The clock was set in every journey.
    expect(offMs.filter((off) => Math.abs(off - DAY) > 1_000)).toEqual([]);
  });

  it('continues when set back by a day at any moment', () => {
    const { ends, calls, offMs } = findingsOf(forward.length, back);
    expect(ends).toEqual(MOMENTS.map(() => 'ready'));
    expect(calls).toEqual(MOMENTS.map((moment) => (moment === 'waiting' ? ALL : READY)));
    expect(offMs.filter((off) => Math.abs(off + DAY) > 1_000)).toEqual([]);
  });

  it('ends with a typed outcome and sends nothing twice when set back and forth at any moments', () => {
    const { ends, calls } = findingsOf(forward.length + back.length, anyhow);
    expect(ends.filter((end) => !TYPED.includes(end))).toEqual([]);
    expect(
      calls.filter((sent) => JSON.stringify(sent) !== JSON.stringify(READY.slice(0, sent.length))),
    ).toEqual([]);
    // The journeys end in different ways.
    expect(new Set(ends).size).toBeGreaterThan(2);
  });
});
