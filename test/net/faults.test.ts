import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  isSelfInfoError,
  latest,
  type SelfInfoErrorCode,
} from '../../src/index.js';
import {
  type Direction,
  events,
  type FaultPoint,
  type FaultProxy,
  startFaultProxy,
} from '../kit/fault-proxy.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf, type Portal, type PortalStage, startPortal } from '../kit/portal.js';
import { sized } from '../kit/size.js';
import { environmentAt } from '../kit/sockets.js';
import { handles, passTime, watchClock, watchedSignal, watchUncaught } from '../kit/watch.js';

const stages = ['token', 'request', 'result'] as const;
const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const directions = ['up', 'down'] as const satisfies Direction[];

/**
 * A fault at some byte of a consent and query; `fresh`: the parked connection is gone, so the stage
 * begins with a handshake.
 */
interface Point {
  readonly version: (typeof versions)[number];
  readonly stage: PortalStage;
  readonly fresh: boolean;
  readonly direction: Direction;
  readonly event: FaultPoint['event'];
  /** How much of what the stage sends in this direction has passed, from 0 to 1. */
  readonly share: number;
}

/** How many points of each event are tried for each version, stage and direction. */
const { each } = sized({ usual: { each: 1 }, full: { each: 3 }, soak: { each: 14 } });
const places = Array.from({ length: each }, () =>
  versions.flatMap((version) =>
    stages.flatMap((stage) => directions.map((direction) => ({ version, stage, direction }))),
  ),
).flat();
const points: readonly Point[] = events.flatMap((event, from) => {
  const anywhere = fc.record({
    fresh: fc.boolean(),
    part: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  return fc.sample(anywhere, { numRuns: places.length, seed: from }).map(({ fresh, part }, at) => {
    const place = places[at] as (typeof places)[number];
    // The bytes of all points together are spread over the whole exchange.
    const share = (((at * 5 + from) % places.length) + part) / places.length;
    return { ...place, fresh, event, share };
  });
});

// By hand. The codes that each event may cause: resets and ends are noticed, silence times out, and
// a flipped bit causes either, or hits a certificate.
const broken = ['connection_failed', 'connection_closed', 'answer_lost', 'timed_out'] as const;
const allowed: Readonly<Record<Point['event'], readonly SelfInfoErrorCode[]>> = {
  reset: broken,
  fin: broken,
  stall: ['connection_failed', 'answer_lost', 'timed_out'],
  drip: ['connection_failed', 'answer_lost', 'timed_out'],
  delay: [],
  corrupt: [...broken, 'server_not_trusted', 'certificate_refused'],
};
// What each code says at each stage about the effect at the portal; a code that is missing must not
// occur there.
const effects: Readonly<
  Record<PortalStage, Readonly<Partial<Record<SelfInfoErrorCode, readonly string[]>>>>
> = {
  token: {
    connection_failed: ['none'],
    server_not_trusted: ['none'],
    certificate_refused: ['none', 'unknown'],
    connection_closed: ['unknown'],
    timed_out: ['unknown'],
  },
  request: {
    connection_failed: ['none'],
    server_not_trusted: ['none'],
    certificate_refused: ['none', 'unknown'],
    answer_lost: ['unknown'],
  },
  result: {
    connection_failed: ['none'],
    server_not_trusted: ['none'],
    certificate_refused: ['none'],
    connection_closed: ['none'],
    timed_out: ['none'],
  },
};

interface Line {
  readonly portal: Portal;
  readonly proxy: FaultProxy;
}

const clock = watchClock(createVirtualClock(NOW));
const watched = watchUncaught();
const lines = new Map<Point['version'], Line>();
/** How many bytes a stage sends, by the names of all its factors. */
const sizes = new Map<string, number>();
const sizeKey = ({ version, stage, fresh, direction }: Omit<Point, 'event' | 'share'>) =>
  `${version} ${stage} ${fresh} ${direction}`;

beforeAll(async () => {
  for (const version of versions) {
    const portal = await startPortal({ tls: { minVersion: version, maxVersion: version } });
    const port = Number(new URL(portal.environment.endpoints.apiUrl).port);
    lines.set(version, { portal, proxy: await startFaultProxy(() => port) });
    for (const stage of stages)
      for (const fresh of [false, true])
        for (const direction of directions) {
          const undisturbed = { version, stage, fresh, direction };
          expect(
            await travel({ ...undisturbed, event: 'delay', share: 1 }, Number.POSITIVE_INFINITY),
          ).toEqual([]);
        }
  }
});

afterAll(async () => {
  for (const { portal, proxy } of lines.values()) {
    await proxy.close();
    await portal.close();
  }
  watched.stop();
});

/** Runs a whole consent and query with one fault at a byte, and checks every promise. */
async function travel(point: Point, byte: number): Promise<string[]> {
  const { portal, proxy } = lines.get(point.version) as Line;
  const { signal, listeners } = watchedSignal();
  const environment = environmentAt(proxy.port, portal.authority.ca);
  const client = createSelfInfoClient({
    service: loan,
    environment,
    tls: portal.tls,
    clock,
    store: createMemoryStore({ clock }),
  });
  const before = portal.calls.length;
  const called = (stage: PortalStage) =>
    portal.calls.slice(before).filter((one) => one === stage).length;
  const complaints: string[] = [];
  const complain = (wrong: boolean, complaint: string) => {
    if (wrong) complaints.push(`${complaint}: ${JSON.stringify({ ...point, byte })}`);
  };

  /** Takes a step, through the fault if this is its stage; undefined when the fault ended it. */
  async function step<T>(stage: PortalStage, take: () => Promise<T>): Promise<T | undefined> {
    if (stage !== point.stage) return take();
    if (point.fresh) {
      await portal.hangUp();
      await proxy.drained();
    }
    proxy.arm({ direction: point.direction, event: point.event, byte });
    let late = 0;
    const outcome = await passTime(clock, take(), point.event === 'drip' ? 400 : 250, () => {
      if (!proxy.struck) return false;
      // A delay of three seconds; a drip passes one byte at each step.
      if (point.event === 'drip' || (point.event === 'delay' && ++late === 12)) proxy.release();
      return point.event !== 'delay' || late <= 12;
    }).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    sizes.set(sizeKey(point), Math.max(proxy.passed, sizes.get(sizeKey(point)) ?? 0));
    const struck = proxy.disarm();
    if ('value' in outcome) {
      // Polling may be repeated on the way; every other stage that was hit must report it.
      complain(
        struck && stage !== 'result' && point.event !== 'delay' && point.event !== 'drip',
        'a fault went unnoticed',
      );
      return outcome.value;
    }
    const { error } = outcome;
    if (!isSelfInfoError(error)) {
      complain(true, 'not an error of ours');
      return undefined;
    }
    const facts = `${error.code} ${error.stage} ${error.effect} ${error.retry.safe}`;
    complain(!struck, `an error without a fault, ${facts}`);
    complain(error.stage !== stage, `at another stage, ${facts}`);
    complain(
      !allowed[point.event].includes(error.code),
      `not what this event may be told as, ${facts}`,
    );
    complain(
      !effects[stage][error.code]?.includes(error.effect),
      `not the effect of this code, ${facts}`,
    );
    complain(
      called(stage) > 0 && stage !== 'result' && error.effect !== 'unknown',
      `the portal was called, ${facts}`,
    );
    complain(
      error.retry.safe && (stage === 'token' || error.effect !== 'none'),
      `a repetition would not be safe, ${facts}`,
    );
    complain(error.cause !== undefined, `a foreign error is handed on, ${facts}`);
    if (stage === 'request') return again(error.effect === 'none', take);
    if (stage === 'result') return take();
    return undefined;
  }

  /** An unused grant can still be used; one that may be used is refused, and nothing is sent. */
  async function again<T>(unspent: boolean, take: () => Promise<T>): Promise<T | undefined> {
    const [second] = await Promise.allSettled([take()]);
    complain(
      unspent !== (second.status === 'fulfilled'),
      unspent ? 'an unspent grant is lost' : 'a spent grant is used',
    );
    return second.status === 'fulfilled' ? second.value : undefined;
  }

  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const callback = callbackOf(url, environment);
  const outcome = await step('token', () =>
    client.completeConsent(callback, { sessionBinding: SESSION, signal }),
  );
  const replayed = await client.completeConsent(callback, { sessionBinding: SESSION });
  complain(replayed.status !== 'replayed', 'a callback is taken twice');
  if (outcome) {
    const { grant } = expectStatus(outcome, 'granted');
    const retrieval = await step('request', () => client.submit(grant, latest(), { signal }));
    if (retrieval) {
      const collected = await step('result', () =>
        client.collect(retrieval, { signal, deadlineMs: 120_000 }),
      );
      complain(collected?.status !== 'ready', 'the answer is out of reach');
    }
  }
  complain(called('token') > 1, 'a code is exchanged twice');
  complain(called('request') > 1, 'a request is sent twice');
  await proxy.drained();
  await portal.drained();
  complain(clock.waits > 0, 'a timer is left');
  complain(listeners() > 0, 'a listener is left');
  await client.close();
  return complaints;
}

describe('a fault at any byte of a query is reported and leaves nothing behind:', () => {
  it.each(events)('%s', async (event) => {
    const before = handles();
    const chosen = points.filter((point) => point.event === event);
    for (const point of chosen) {
      const size = sizes.get(sizeKey(point)) ?? 0;
      expect(size).toBeGreaterThan(100);
      expect(await travel(point, Math.floor(size * point.share))).toEqual([]);
    }
    expect(chosen.length).toBeGreaterThan(10);
    expect(watched.uncaught).toEqual([]);
    await expect.poll(handles).toBeLessThanOrEqual(before);
  });
});
