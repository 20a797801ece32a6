import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type Clock,
  createVirtualClock,
  systemClock,
  type VirtualClock,
} from '../../src/foundation/clock.js';
import { type DeadlineOptions, deadline, type Race } from '../../src/foundation/deadline.js';
import { thrownBy } from '../kit/refusals.js';

const START = '2026-12-01T10:00:00+09:00';
const timedOut = () => 'timed out';
const aborted = () => 'aborted';
const silent = () => 'silent';
const never = () => new Promise<never>(() => undefined);

/** Returns a virtual clock that counts the waits that have not ended. */
function countingClock(): VirtualClock & { waits(): number } {
  const clock = createVirtualClock(START);
  let waits = 0;
  return {
    ...clock,
    async wait(ms, signal) {
      waits++;
      await clock.wait(ms, signal).finally(() => waits--);
    },
    waits: () => waits,
  };
}

/** Starts a deadline and shows its state. */
function start<T>(
  work: (race: Race) => Promise<T>,
  options: Partial<DeadlineOptions> & { readonly clock: Clock },
) {
  const run = {
    state: 'pending' as 'pending' | 'resolved' | 'rejected',
    outcome: undefined as unknown,
  };
  const settled = deadline({ timedOut, aborted, ...options }, work).then(
    (value) => Object.assign(run, { state: 'resolved', outcome: value }),
    (reason) => Object.assign(run, { state: 'rejected', outcome: reason }),
  );
  return Object.assign(run, { settled });
}

/** Returns a promise to settle from outside. */
function controlled<T>() {
  let resolve = (_: T) => {};
  let reject = (_: unknown) => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

describe('deadline', () => {
  it('resolves to what the work resolves to', async () => {
    const clock = createVirtualClock(START);
    expect(await deadline({ clock, limitMs: 1_000, timedOut, aborted }, async () => 7)).toBe(7);
  });

  it.each([
    ['rejects with', async () => Promise.reject('broken')],
    [
      'throws',
      () => {
        throw 'broken';
      },
    ],
  ])('rejects with what the work %s', async (_, work) => {
    const clock = createVirtualClock(START);
    expect(await thrownBy(() => deadline({ clock, limitMs: 1_000, timedOut, aborted }, work))).toBe(
      'broken',
    );
  });

  it('rejects at its limit and not a millisecond earlier, although the work never settles', async () => {
    const clock = createVirtualClock(START);
    const run = start(never, { clock, limitMs: 1_000 });
    clock.advance(999);
    await setImmediate();
    expect(run.state).toBe('pending');
    clock.advance(1);
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'timed out' });
  });

  it('waits without end when it has no limit', async () => {
    const clock = countingClock();
    const { promise, resolve } = controlled<string>();
    const run = start(() => promise, { clock });
    expect(clock.waits()).toBe(0);
    clock.advance(365 * 24 * 3_600_000);
    await setImmediate();
    expect(run.state).toBe('pending');
    resolve('done');
    expect(await run.settled).toMatchObject({ state: 'resolved', outcome: 'done' });
  });

  it('rejects at once when its limit is not a number, as of a clock without a time', async () => {
    const run = start(never, { clock: createVirtualClock(START), limitMs: Number.NaN });
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'timed out' });
  });

  it('rejects at once when its clock cannot wait', async () => {
    const clock: Clock = {
      now: () => 0,
      wait() {
        throw new Error('broken');
      },
    };
    const run = start(never, { clock, limitMs: 1_000 });
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'timed out' });
  });

  it.each([0, 1])(
    'rejects when signal %i of two aborts, although the work never settles',
    async (index) => {
      const clock = createVirtualClock(START);
      const controllers = [new AbortController(), new AbortController()];
      const signals = controllers.map(({ signal }) => signal);
      const run = start(never, { clock, limitMs: 1_000, signals });
      await setImmediate();
      expect(run.state).toBe('pending');
      controllers[index]?.abort();
      expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'aborted' });
    },
  );

  it.each<[string, Partial<DeadlineOptions>, string]>([
    [
      'a signal has aborted',
      { signals: [new AbortController().signal, AbortSignal.abort()] },
      'aborted',
    ],
    ['no time is left', { limitMs: 0 }, 'timed out'],
    ['the time is over', { limitMs: -1 }, 'timed out'],
    ['both have happened', { limitMs: 0, signals: [AbortSignal.abort()] }, 'aborted'],
  ])('starts neither the work nor a wait when %s', async (_, options, outcome) => {
    const clock = countingClock();
    const work = vi.fn(never);
    expect(await start(work, { clock, ...options }).settled).toMatchObject({
      state: 'rejected',
      outcome,
    });
    expect(work).not.toHaveBeenCalled();
    expect(clock.waits()).toBe(0);
    for (const signal of options.signals ?? [])
      expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the first outcome of a deadline', () => {
  /** Starts a deadline whose four possible ends are triggered by hand. */
  function open() {
    const clock = createVirtualClock(START);
    const controller = new AbortController();
    const { promise, resolve, reject } = controlled<string>();
    const run = start(
      (race) => {
        race.expectWithin(2_000, silent);
        return promise;
      },
      { clock, limitMs: 3_000, signals: [controller.signal] },
    );
    const ends = {
      result: () => resolve('result'),
      failure: () => reject('failure'),
      abort: () => controller.abort(),
      silence: () => clock.advance(2_000),
      limit: () => clock.advance(3_000),
    };
    return { run, ends };
  }

  it.each([
    ['result', ['failure', 'abort', 'limit'], 'resolved', 'result'],
    ['failure', ['result', 'abort', 'limit'], 'rejected', 'failure'],
    ['abort', ['result', 'limit'], 'rejected', 'aborted'],
    ['silence', ['abort', 'result', 'limit'], 'rejected', 'silent'],
  ] as const)(
    'is final when it is the %s and other outcomes follow',
    async (first, later, state, outcome) => {
      const { run, ends } = open();
      ends[first]();
      await run.settled;
      for (const end of later) ends[end]();
      await setImmediate();
      expect(run).toMatchObject({ state, outcome });
    },
  );

  it('leaves no unhandled rejection when the work rejects later', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const clock = createVirtualClock(START);
      const { promise, reject } = controlled<never>();
      const run = start(() => promise, { clock, limitMs: 1_000 });
      clock.advance(1_000);
      await run.settled;
      reject(new Error('late'));
      await setImmediate();
      expect(unhandled).not.toHaveBeenCalled();
      expect(run.outcome).toBe('timed out');
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });
});

describe('a deadline that has ended', () => {
  const decisions = {
    'the work resolves': ({ resolve }: Setting) => resolve('done'),
    'the work rejects': ({ reject }: Setting) => reject('broken'),
    'the limit is over': ({ clock }: Setting) => clock.advance(1_000),
    'the silence is too long': ({ clock }: Setting) => clock.advance(500),
    'a signal aborts': ({ controller }: Setting) => controller.abort(),
  };
  type Setting = ReturnType<typeof setting>;

  function setting(expectWithinMs: number) {
    const clock = countingClock();
    const controller = new AbortController();
    const signals = [controller.signal, new AbortController().signal];
    const { promise, resolve, reject } = controlled<string>();
    let race: Race | undefined;
    const run = start(
      (given) => {
        race = given;
        given.expectWithin(expectWithinMs, silent);
        return promise;
      },
      { clock, limitMs: 1_000, signals },
    );
    return { clock, controller, signals, run, resolve, reject, race: () => race as Race };
  }

  describe.each(Object.entries(decisions))('because %s', (reason, decide) => {
    const begin = () => setting(reason === 'the limit is over' ? 2_000 : 500);

    it('leaves no listener and no wait', async () => {
      const { clock, signals, run, ...rest } = begin();
      for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      expect(clock.waits()).toBe(2);
      decide({ clock, signals, run, ...rest });
      await run.settled;
      await setImmediate();
      for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect(clock.waits()).toBe(0);
    });

    it("aborts the race's signal, and not earlier", async () => {
      const all = begin();
      const { signal } = all.race();
      await setImmediate();
      expect(signal.aborted).toBe(false);
      decide(all);
      await all.run.settled;
      expect(signal.aborted).toBe(true);
      expect(signal.reason).toMatchObject({ name: 'AbortError' });
      expect(all.race().signal).toBe(signal);
    });

    it("returns an aborted signal to work that reads the race's signal only now", async () => {
      const all = begin();
      decide(all);
      await all.run.settled;
      expect(all.race().signal.aborted).toBe(true);
    });

    it('does not start a limit of silence again', async () => {
      const all = begin();
      decide(all);
      await all.run.settled;
      all.race().expectWithin(1, silent);
      await setImmediate();
      expect(all.clock.waits()).toBe(0);
    });
  });
});

describe('the limit of silence of a deadline', () => {
  it('rejects with its own reason when nothing is heard within its time', async () => {
    const clock = createVirtualClock(START);
    const run = start(
      (race) => {
        race.expectWithin(500, silent);
        return never();
      },
      { clock, limitMs: 10_000 },
    );
    clock.advance(499);
    await setImmediate();
    expect(run.state).toBe('pending');
    clock.advance(1);
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'silent' });
  });

  it('starts again with every call, up to the limit of the whole', async () => {
    const clock = createVirtualClock(START);
    let race: Race | undefined;
    const run = start(
      (given) => {
        race = given;
        return never();
      },
      { clock, limitMs: 2_000 },
    );
    for (let sign = 0; sign < 4; sign++) {
      race?.expectWithin(500, silent);
      clock.advance(499);
      await setImmediate();
      expect(run.state).toBe('pending');
    }
    race?.expectWithin(500, silent);
    clock.advance(4);
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'timed out' });
  });

  it('takes the time and the reason of its latest call', async () => {
    const clock = createVirtualClock(START);
    const run = start(
      (race) => {
        race.expectWithin(500, () => 'no headers');
        race.expectWithin(800, () => 'no body');
        return never();
      },
      { clock },
    );
    clock.advance(500);
    await setImmediate();
    expect(run.state).toBe('pending');
    clock.advance(300);
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'no body' });
  });
});

describe('a deadline by the system clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('uses one timer and clears it when the work is done', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { promise, resolve } = controlled<string>();
    const run = start(() => promise, { clock: systemClock, limitMs: 1_000 });
    expect(vi.getTimerCount()).toBe(1);
    resolve('done');
    await run.settled;
    expect(vi.getTimerCount()).toBe(0);
    expect(run.outcome).toBe('done');
  });

  it('rejects when the timer fires', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const run = start(never, { clock: systemClock, limitMs: 1_000 });
    vi.advanceTimersByTime(1_000);
    expect(await run.settled).toMatchObject({ state: 'rejected', outcome: 'timed out' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
