import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock, type Store } from '../../src/index.js';
import { expectStatus, NOW, openBank } from '../kit/loan.js';
import { countOf, noticeOf, noticing, working } from './noticing.js';
import { asked } from './submitted.js';

/** Every moment of a journey at which a notice can arrive, in order. */
const moments = [
  'before the response',
  'before the retrieval is stored',
  'before its process is stored',
  'before the first poll',
  'during the first poll',
  'during the first wait',
  'after the answer',
  'after the acknowledgement',
] as const;
type Moment = (typeof moments)[number];

const kinds = ['known', 'doubled', 'unknown', 'forged'] as const;
type Kind = (typeof kinds)[number];

/** A portal that is done at once, works once, or works once and says when to ask again. */
const portals = {
  done: { running: 0, retryAfter: undefined },
  working: { running: 1, retryAfter: undefined },
  waiting: { running: 1, retryAfter: 2 },
} as const;

interface Arrival {
  readonly moment: Moment;
  readonly kind: Kind;
}

/** What a journey came to: its answer, the calls, and the times of its polls in milliseconds. */
interface Journey {
  readonly status: string;
  readonly requests: number;
  readonly acknowledgements: number;
  readonly polledAt: readonly number[];
  /** The outcomes of all notices, each once. */
  readonly outcomes: readonly string[];
  readonly afterwards: string;
}

const STEP_MS = 100;

/** Lets everything happen that needs no time. */
async function settle() {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

/** Runs one journey with a notice at each given moment, and acknowledges its answer. */
async function journey(
  { running, retryAfter }: (typeof portals)[keyof typeof portals],
  arrivals: readonly Arrival[],
): Promise<Journey> {
  const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
  const portal = working(running, retryAfter);
  const outcomes = new Set<string>();
  const polledAt: number[] = [];
  const send = async (body: Request) =>
    void outcomes.add((await bank.client.receiveNotice(body)).status);
  const deliver = async (kind: Kind) => {
    if (kind === 'forged')
      return send(new Request('https://x.example', { method: 'POST', body: '{' }));
    const id = kind === 'unknown' ? 'p-unknown' : portal.state.processId;
    await Promise.all(Array.from({ length: kind === 'doubled' ? 2 : 1 }, () => send(noticeOf(id))));
  };
  const arrive = async (moment: Moment) => {
    await Promise.all(
      arrivals.filter((one) => one.moment === moment).map(({ kind }) => deliver(kind)),
    );
  };
  const store: Store = {
    ...inner,
    async put(key, value, expiresAt) {
      if (key.startsWith('retrieval:')) await arrive('before the retrieval is stored');
      const isProcess = key.startsWith('notice:') && seen.has('stored');
      if (isProcess && first('process')) await arrive('before its process is stored');
      await inner.put(key, value, expiresAt);
      if (key.startsWith('retrieval:')) seen.add('stored');
    },
  };
  const seen = new Set<string>();
  const first = (name: string) => !seen.has(name) && seen.add(name) !== undefined;
  const bank = openBank({
    profile: noticing,
    store,
    async intercept(request, pass) {
      const { pathname } = new URL(request.url);
      if (pathname === '/result') {
        polledAt.push(bank.clock.now() - Date.parse(NOW));
        const isFirst = first('poll');
        if (isFirst) await arrive('before the first poll');
        const response = await portal.intercept(request, pass);
        if (isFirst) await arrive('during the first poll');
        return response;
      }
      const response = await portal.intercept(request, pass);
      if (pathname === '/request') await arrive('before the response');
      return response;
    },
  });
  const grant = await bank.consent();
  let isOver = false;
  const onProgress = async () => {
    if (first('wait')) await arrive('during the first wait');
  };
  const asking = bank.client.query(grant, asked, { onProgress, deadlineMs: 60_000 });
  const end = () => {
    isOver = true;
  };
  asking.then(end, end);
  for (await settle(); !isOver; await settle()) bank.clock.advance(STEP_MS);
  const ready = expectStatus(await asking, 'ready');
  if (!ready.retrieval) throw new Error('no retrieval');
  await arrive('after the answer');
  await bank.client.acknowledge(ready.retrieval);
  await arrive('after the acknowledgement');
  const after = expectStatus(await bank.client.collect(ready.retrieval), 'failed');
  return {
    status: ready.status,
    requests: countOf(bank.calls, '/request'),
    acknowledgements: countOf(bank.calls, '/acknowledgement'),
    polledAt,
    outcomes: [...outcomes],
    afterwards: after.error.code,
  };
}

/** The times of the polls without any notice. */
const regular = { done: [0], working: [0, 3_000], waiting: [0, 2_000] } as const;
/** A notice that comes in time brings the second poll forward, but never past Retry-After. */
const hurried = { done: [0], working: [0, 500], waiting: [0, 2_000] } as const;
const isInTime = ({ moment, kind }: Arrival) =>
  !moment.startsWith('after') && (kind === 'known' || kind === 'doubled');

/** How every journey ends, in any order of arrival. */
function expected(portal: keyof typeof portals, arrivals: readonly Arrival[]): Journey {
  const arrive = arrivals.filter(
    ({ moment }) => moment !== 'during the first wait' || portal !== 'done',
  );
  return {
    status: 'ready',
    requests: 1,
    acknowledgements: 1,
    polledAt: (arrive.some(isInTime) ? hurried : regular)[portal],
    outcomes: arrive.length === 0 ? [] : ['received'],
    afterwards: 'retrieval_gone',
  };
}

const names = Object.keys(portals) as readonly (keyof typeof portals)[];

describe.each(names)('notices from a portal that is %s', (portal) => {
  it('never change the one answer and the one request, in any order', async () => {
    for (const moment of moments)
      for (const kind of kinds) {
        const arrivals = [{ moment, kind }];
        const came = await journey(portals[portal], arrivals);
        expect({ moment, kind, ...came }).toEqual({ moment, kind, ...expected(portal, arrivals) });
      }
  });

  it('may come at any two moments', async () => {
    for (const [index, moment] of moments.entries())
      for (const other of moments.slice(index)) {
        const arrivals = [moment, other].map((one) => ({ moment: one, kind: 'known' }) as const);
        const came = await journey(portals[portal], arrivals);
        expect({ moment, other, ...came }).toEqual({
          ...{ moment, other },
          ...expected(portal, arrivals),
        });
      }
  });

  it('may come all at once, and not at all', async () => {
    const all = moments.flatMap((moment) => kinds.map((kind) => ({ moment, kind })));
    for (const arrivals of [all, []])
      expect(await journey(portals[portal], arrivals)).toEqual(expected(portal, arrivals));
  });
});
