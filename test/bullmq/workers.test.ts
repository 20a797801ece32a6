import { describe, expect, it } from 'vitest';
import { expectStatus } from '../kit/loan.js';
import { type Desk, noRedis, type Office, useRedis } from './desk.js';

const RESULT = '/result';

describe.skipIf(noRedis)('a retrieval in the queue', () => {
  const { openOffice } = useRedis();

  it('is asked for with nine others, within ten seconds, under a lock of thirty seconds, by default', async () => {
    let hangs = true;
    const office = openOffice({
      intercept: (request, pass) =>
        hangs && new URL(request.url).pathname.endsWith(RESULT)
          ? new Promise(() => {})
          : pass(request),
    });
    const ids: string[] = [];
    for (let count = 0; count < 11; count++)
      ids.push(await office.queue.add(await office.submit()));
    await office.queue.startWorker();
    await office.askedTimes(10);
    expect(await office.raw.getJobCounts('active', 'wait')).toEqual({ active: 10, wait: 1 });
    const client = await office.commands();
    const lockMs = await client.pttl(`${office.raw.toKey(ids[0] ?? '')}:lock`);
    expect([lockMs > 15_000, lockMs <= 30_000]).toEqual([true, true]);
    office.clock.advance(9_999);
    for (let look = 0; look < 5; look++) await office.raw.getJobCounts();
    expect(office.events.filter(({ type }) => type === 'put-off')).toEqual([]);
    office.clock.advance(1);
    await office.emitted('put-off', 10);
    // So that those in progress need not be waited for either.
    hangs = false;
    office.clock.advance(10_000);
  });

  it('is asked for within one rate over all workers', async () => {
    const rate = { max: 2, perMs: 3_600_000 };
    const office = openOffice({}, { rate, hurry: false });
    for (let count = 0; count < 5; count++) await office.queue.add(await office.submit());
    await Promise.all([office.queue.startWorker(), office.another().startWorker()]);
    await office.emitted('put-off', 2);
    for (let look = 0; look < 20; look++) await office.raw.getJobCounts();
    expect(office.asked()).toBe(2);
    expect(await office.raw.getJobCounts('wait', 'delayed', 'active')).toEqual({
      wait: 3,
      delayed: 2,
      active: 0,
    });
  });

  it('is not asked for at the end of a window of BullMQ if the last perMs milliseconds had max requests', async () => {
    const rate = { max: 2, perMs: 3_600_000 };
    const office = openOffice({}, { rate, hurry: false });
    for (let count = 0; count < 3; count++) await office.queue.add(await office.submit());
    await office.queue.startWorker();
    await office.emitted('put-off', 2);
    const commands = await office.commands();
    await commands.del(office.raw.toKey('limiter'));
    const [, , third] = await office.emitted('put-off', 3);
    expect([office.asked(), third?.state]).toEqual([2, 'waiting']);
    // An hour of Redis passes for the first of the two.
    const [first = ''] = await commands.zrange(office.raw.toKey('asked'), 0, 0);
    await commands.zincrby(office.raw.toKey('asked'), -3_600_001, first);
    await commands.del(office.raw.toKey('limiter'));
    await (await office.raw.getJob(third?.id ?? ''))?.promote();
    await office.askedTimes(3);
  });

  /** Takes the only permit of the hour so that the next one comes after so many milliseconds. */
  async function takePermit(office: Office, leftMs: number) {
    const commands = await office.commands();
    const [seconds = 0] = await commands.time();
    await commands.zadd(office.raw.toKey('asked'), seconds * 1_000 - 3_600_000 + leftMs, 'taken');
  }

  it('waits for the next permit instead of being put off when the wait is short', async () => {
    const putOffs: number[] = [];
    const office = openOffice(
      {
        intercept(request, pass) {
          if (new URL(request.url).pathname.endsWith(RESULT))
            putOffs.push(office.events.filter(({ type }) => type === 'put-off').length);
          return pass(request);
        },
      },
      { rate: { max: 1, perMs: 3_600_000 }, hurry: false },
    );
    await office.queue.add(await office.submit());
    await takePermit(office, 3_000);
    await office.queue.startWorker();
    await Promise.race([office.askedTimes(1), office.emitted('put-off')]);
    expect(putOffs).toEqual([0]);
  });

  it('is put off without a request when the worker closes while it waits for a permit', async () => {
    const office = openOffice({}, { rate: { max: 1, perMs: 3_600_000 }, hurry: false });
    const id = await office.queue.add(await office.submit());
    await takePermit(office, 5_000);
    const worker = await office.queue.startWorker();
    await expect.poll(() => office.queue.state(id)).toEqual({ state: 'asking' });
    await worker.close();
    const [putOff] = await office.emitted('put-off');
    expect([putOff?.state, office.asked()]).toEqual(['waiting', 0]);
  });

  it('in progress is finished when the worker closes, and no other one is started', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const office = openOffice({
      async intercept(request, pass) {
        if (new URL(request.url).pathname.endsWith(RESULT)) await gate;
        return pass(request);
      },
    });
    const retrievals = [await office.submit(), await office.submit()];
    for (const retrieval of retrievals) await office.queue.add(retrieval);
    const worker = await office.queue.startWorker({ concurrency: 1 });
    await office.askedTimes(1);
    const closed = worker.close();
    release();
    await closed;
    await office.emitted('put-off');
    expect(office.asked()).toBe(1);
    await office.another().startWorker();
    for (const { id } of retrievals) expect(await office.end(id)).toMatchObject({ state: 'ready' });
  });
});

describe.skipIf(noRedis)('a retrieval that two workers have, because one lost its lock,', () => {
  const { openOffice } = useRedis();
  const ended = (desk: Pick<Desk, 'events'>) => desk.events.filter(({ type }) => type === 'ended');

  it('ends once, with one record and one event, although both got the answer', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const office = openOffice({
      async intercept(request, pass) {
        const answer = await pass(request);
        if (new URL(request.url).pathname.endsWith(RESULT) && office.asked() === 2) await gate;
        return answer;
      },
    });
    const id = await office.queue.add(await office.submit());
    const slow = await office.queue.startWorker({ concurrency: 1, lockMs: 400 });
    // The first request fails; the second one hangs while the answer is on its way.
    await office.askedTimes(2);
    const client = await office.commands();
    await client.del(`${office.raw.toKey(id)}:lock`);
    await office.queue.startWorker({ concurrency: 1, lockMs: 400 });
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    release();
    await slow.close();
    await office.emitted('ended');
    expect(ended(office)).toHaveLength(1);
    // More than once when the machine is so busy that a lock ends again.
    expect(office.events.some(({ type }) => type === 'recovered')).toBe(true);
    const records = [];
    for await (const record of office.vault.list()) records.push(record.ref);
    expect(records).toEqual([id.replaceAll('-', '')]);
    expect(
      (await office.raw.getJobCounts('completed', 'failed', 'active', 'wait', 'delayed')).completed,
    ).toBe(1);
  });

  it('is not asked for again once its answer is in the vault', async () => {
    const office = openOffice();
    const retrieval = await office.submit();
    const { answer } = expectStatus(
      await office.client.collect(retrieval, { onProgress: office.onProgress }),
      'ready',
    );
    await office.vault.put(answer, { ref: retrieval.id.replaceAll('-', '') });
    // Like a portal that gives an answer only once.
    await office.client.discard(retrieval);
    const before = office.asked();
    await office.queue.startWorker();
    expect(await office.end(await office.queue.add(retrieval))).toMatchObject({ state: 'ready' });
    expect(office.asked()).toBe(before);
  });
});
