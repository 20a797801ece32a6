import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Calendar, createCalendar } from '../../src/calendar/index.js';
import { createVirtualClock, latest, publicProfile, type Retrieval } from '../../src/index.js';
import { expectStatus, type Loan, loan } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { comeBack } from '../kit/stub.js';
import { noRedis, openDesk, useRedis } from './desk.js';

/**
 * The third weekend of November 2026: the resident registry is down until Sunday 8:00 (table
 * 2.5-3).
 */
const BEFORE = '2026-11-22T06:30:00+09:00';
const EIGHT = Date.parse('2026-11-22T08:00:00+09:00');
/** All who wait must be asked for within the three hours after the opening. */
const { WAITING, rate, readsJobs } = sized({
  usual: { WAITING: 600, rate: { max: 10, perMs: 1_000 }, readsJobs: true },
  full: { WAITING: 2_000, rate: { max: 10, perMs: 1_000 }, readsJobs: true },
  soak: { WAITING: 100_000, rate: { max: 50, perMs: 1_000 }, readsJobs: false },
});
const HOUR = 3_600_000;

describe.skipIf(noRedis)('retrievals whose holder is closed', () => {
  const { open, server } = useRedis();

  /**
   * Opens a queue for a citizen who asks at half past six. The portal keeps results for hours and
   * answers at once.
   */
  async function openOffice({
    keptHours = 6,
    now = BEFORE,
    calendar = createCalendar(),
    asks = 'household',
  }: {
    keptHours?: number;
    now?: string;
    calendar?: Calendar;
    asks?: 'household' | 'income';
  } = {}) {
    const clock = createVirtualClock(now);
    const timing = {
      ...publicProfile.timing,
      resultMs: { value: keptHours * HOUR, confidence: 'unknown' as const },
    };
    const visit = await comeBack({
      clock,
      calendar,
      profile: { ...publicProfile, timing },
    });
    const desk = openDesk({
      redis: server(),
      client: visit.client,
      service: loan,
      clock,
      rate,
    });
    open.push(visit.client.close, desk.close);
    const { grant } = expectStatus(await visit.complete(visit.callback), 'granted');
    const retrieval = await visit.client.submit(
      grant,
      asks === 'income' ? { income: latest() } : { household: latest() },
    );
    return { ...visit, ...desk, retrieval };
  }

  it('are put off to the opening when they are added, and not asked for earlier', async () => {
    const { queue, retrieval, calls, clock, raw, emitted, end } = await openOffice();
    const id = await queue.add(retrieval);
    const [first] = await emitted('put-off');
    expect(first).toMatchObject({
      id,
      state: 'unavailable',
      until: expect.stringMatching(/^2026-11-22T08:00:00/),
    });
    // By the system clock, which runs while the virtual clock stands still.
    expect((await queue.state(id))?.state).toBe('unavailable');
    await queue.startWorker();
    // Woken too early, perhaps by an operator: the worker checks the calendar too.
    await raw.promoteJobs();
    const [, second] = await emitted('put-off', 2);
    expect(second).toMatchObject({
      state: 'unavailable',
      until: expect.stringMatching(/^2026-11-22T08:00:00/),
    });
    expect(await queue.state(id)).toEqual({ state: 'unavailable', until: second?.until });
    expect(calls.filter((stage) => stage === 'result')).toEqual([]);
    clock.set(second?.until ?? '');
    await raw.promoteJobs();
    expect(await end(id)).toMatchObject({ state: 'ready' });
    expect(calls.filter((stage) => stage === 'result')).toHaveLength(1);
  });

  it('are put off to the end of an announced stop of their own item, and those of another item are not', async () => {
    // On a Tuesday every server runs. Income has the code 2.
    const now = '2026-12-01T10:00:00+09:00';
    const calendar = createCalendar({
      announced: [
        {
          id: 'income',
          target: { item: 'TM00000000000002' },
          state: 'closed',
          start: '2026-12-01T09:00+09:00',
          end: '2026-12-01T12:30+09:00',
          announcedAt: '2026-11-20',
          source: 'お知らせ（作例）',
        },
      ],
    });
    const income = await openOffice({ now, calendar, asks: 'income' });
    const id = await income.queue.add(income.retrieval);
    expect(await income.emitted('put-off')).toMatchObject([
      { id, state: 'unavailable', until: expect.stringMatching(/^2026-12-01T12:30:/) },
    ]);
    const household = await openOffice({ now, calendar });
    await household.queue.add(household.retrieval);
    expect(household.events.filter(({ type }) => type === 'put-off')).toEqual([]);
  });

  it('are asked for anyway when they expire before the opening, because the calendar may be wrong', async () => {
    const { queue, retrieval, end } = await openOffice({ keptHours: 1 });
    await queue.startWorker();
    expect(await end(await queue.add(retrieval))).toMatchObject({ state: 'ready' });
  });

  it(`are spread after the opening, ${WAITING} of two processes, so that no second has more than ${rate.max}`, async () => {
    const { queue, retrieval, another, events, raw } = await openOffice();
    const queues = [queue, another()];
    for (let count = 0; count < WAITING; count += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          queues[index % 2]?.add({ ...retrieval, id: randomUUID() } as Retrieval<Loan>),
        ),
      );
    }
    const dues = events
      .flatMap((event) => (event.type === 'put-off' ? [Date.parse(event.until)] : []))
      .sort((a, b) => a - b);
    expect(dues).toHaveLength(WAITING);
    expect(dues[0]).toBeGreaterThanOrEqual(EIGHT);
    // A window of one second that starts with one of them has at most so many.
    const crowded = dues.filter(
      (due, index) => (dues[index + rate.max] ?? Number.POSITIVE_INFINITY) - due < rate.perMs,
    );
    expect(crowded).toEqual([]);
    const lengthMs = (dues.at(-1) ?? 0) - EIGHT;
    expect(lengthMs).toBeGreaterThanOrEqual(((WAITING - 1) / rate.max) * rate.perMs);
    expect(lengthMs).toBeLessThanOrEqual((WAITING / (rate.max * 0.8)) * rate.perMs);
    // Redis received what was computed.
    const sample = events.findLast((event) => event.type === 'put-off');
    const job = await raw.getJob(sample?.id ?? '');
    expect(job?.opts.delay).toBe(Date.parse(sample?.until ?? '') - Date.parse(BEFORE));
    expect(await raw.getDelayedCount()).toBe(WAITING);
    if (readsJobs)
      expect((await raw.getDelayed(0, 20)).every(({ data }) => JSON.stringify(data) === '{}')).toBe(
        true,
      );
  });

  it('keep to a slow rate, and come in the last minute before they expire at the latest', async () => {
    const { retrieval, another, events } = await openOffice({ keptHours: 2 });
    // 30 minutes remain after the opening: three retrievals at four fifths of one in ten minutes.
    // The others come in the last minute, where the workers' limit holds the rate.
    const slow = another({ rate: { max: 1, perMs: 600_000 }, prefix: '{slow}' });
    for (let count = 0; count < 5; count++)
      await slow.add({ ...retrieval, id: randomUUID() } as Retrieval<Loan>);
    const dues = events.flatMap((event) =>
      event.type === 'put-off' ? [(Date.parse(event.until) - EIGHT) / 60_000] : [],
    );
    // 12.5 minutes each, and at most a fifth of that by chance.
    expect(
      dues.map((minutes, index) =>
        minutes === 29
          ? 'the last minute'
          : minutes - 12.5 * index >= 0 && minutes - 12.5 * index <= 2.5,
      ),
    ).toEqual([
      true,
      true,
      expect.toBeOneOf([true, 'the last minute']),
      'the last minute',
      'the last minute',
    ]);
  });
});
