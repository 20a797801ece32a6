import { describe, expect, it, vi } from 'vitest';
import type { RetrievalQueueEvent } from '../../src/bullmq/index.js';
import { answerAt } from '../kit/loan.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { type Desk, noRedis, useRedis } from './desk.js';

const RESULT = '/result';

describe.skipIf(noRedis)('a retrieval in the queue', () => {
  const { openOffice } = useRedis();
  const ended = (desk: Pick<Desk, 'events'>) => desk.events.filter(({ type }) => type === 'ended');

  it('ends with its answer in the vault and its token deleted', async () => {
    const office = openOffice();
    const retrieval = await office.submit();
    const id = await office.queue.add(retrieval);
    expect(id).toBe(retrieval.id);
    expect(await office.queue.state(id)).toEqual({ state: 'waiting' });
    await office.queue.startWorker();
    const end = await office.end(id);
    expect(end).toEqual({ state: 'ready', ref: id.replaceAll('-', '') });
    const { income } = (await office.read((end as { ref: string }).ref)).items;
    expect(income.status).toBe('present');
    expect(await office.client.recall(id)).toBeUndefined();
    await office.emitted('ended');
    expect(ended(office)).toEqual([{ type: 'ended', id, ...end, at: expect.any(String) }]);
  });

  it('is added once, however often and by whichever process', async () => {
    const office = openOffice();
    const retrieval = await office.submit();
    const other = office.another();
    const ids = await Promise.all(
      [office.queue, other, office.queue].map((queue) => queue.add(retrieval)),
    );
    expect(new Set(ids).size).toBe(1);
    await Promise.all([office.queue.startWorker(), other.startWorker()]);
    await office.end(retrieval.id);
    await other.add(retrieval);
    expect(await other.state(retrieval.id)).toMatchObject({ state: 'ready' });
    await office.emitted('ended');
    expect(ended(office)).toHaveLength(1);
  });

  it("fails with the code of the portal's refusal, and its token is deleted", async () => {
    const office = openOffice(
      answerAt(RESULT, () => Response.json({ error: 'personal-canary' }, { status: 403 })),
    );
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect(await office.end(id)).toEqual({ state: 'failed', code: 'upstream_refused' });
    expect(await office.queue.state(id)).toEqual({ state: 'failed', code: 'upstream_refused' });
    expect(await office.client.recall(id)).toBeUndefined();
    expect(office.asked()).toBe(1);
    expect((await office.raw.getJob(id))?.stacktrace).toEqual([]);
  });

  it('fails when its secret is gone', async () => {
    const office = openOffice();
    const gone = await office.submit();
    await office.client.discard(gone);
    await office.queue.startWorker();
    expect(await office.end(await office.queue.add(gone))).toEqual({
      state: 'failed',
      code: 'retrieval_gone',
    });
    expect(office.asked()).toBe(0);
  });

  it('fails when it expires before the portal allows the next poll', async () => {
    const office = openOffice(
      answerAt(
        RESULT,
        () => new Response(null, { status: 503, headers: { 'retry-after': '86400' } }),
      ),
    );
    const retrieval = await office.submit();
    await office.queue.startWorker();
    expect(await office.end(await office.queue.add(retrieval))).toEqual({
      state: 'failed',
      code: 'retrieval_gone',
    });
    expect((await office.emitted('put-off')).map(({ until }) => until)).toEqual([
      retrieval.expiresAt,
    ]);
    expect(office.asked()).toBe(1);
  });

  it('is remembered for 24 hours after it expires, however it ends', async () => {
    const office = openOffice();
    const retrieval = await office.submit();
    const id = await office.queue.add(retrieval);
    const keep = { age: (Date.parse(retrieval.expiresAt) - office.clock.now()) / 1_000 + 86_400 };
    expect((await office.raw.getJob(id))?.opts).toMatchObject({
      removeOnComplete: keep,
      removeOnFail: keep,
    });
  });

  it('ends as usual when the event listener throws or rejects', async () => {
    const onEvent = vi.fn((event: RetrievalQueueEvent) => {
      if (event.type === 'added') throw new Error('full');
      return Promise.reject(new Error('full'));
    });
    const office = openOffice(
      answerAt(RESULT, () => Response.json({}, { status: 403 })),
      { onEvent },
    );
    await office.queue.startWorker();
    const id = await office.queue.add(await office.submit());
    expect(await office.end(id)).toMatchObject({ state: 'failed' });
    expect(onEvent.mock.calls.map(([{ type }]) => type)).toEqual(
      expect.arrayContaining(['added', 'ended']),
    );
  });

  it('with a foreign failure reason in Redis is gone, and the reason is not shown', async () => {
    const office = openOffice(answerAt(RESULT, () => Response.json({}, { status: 403 })));
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect(await office.end(id)).toMatchObject({ state: 'failed', code: 'upstream_refused' });
    const client = await office.commands();
    await client.hset(office.raw.toKey(id), 'failedReason', 'A foreign text: 花子');
    expect(await office.queue.state(id)).toEqual({ state: 'failed', code: 'retrieval_gone' });
  });

  it('is rejected when it is invalid, has expired, or the queue is closed', async () => {
    const office = openOffice();
    const retrieval = await office.submit();
    expect(await refusalOf(() => office.queue.add({ ...retrieval, id: 'x' }))).toEqual([
      'invalid_retrieval',
      'retrieval.id',
    ]);
    expect(await errorOf(() => office.queue.state(''))).toMatchObject({
      code: 'invalid_option',
      path: 'id',
    });
    expect(await refusalOf(() => office.queue.startWorker({ concurrency: 0 }))).toEqual([
      'invalid_option',
      'options.concurrency',
    ]);
    office.clock.set(retrieval.expiresAt);
    expect(await errorOf(() => office.queue.add(retrieval))).toMatchObject({
      code: 'retrieval_gone',
    });
    await office.queue.close();
    expect(await errorOf(() => office.queue.state(retrieval.id))).toMatchObject({
      code: 'client_closed',
    });
    expect(await errorOf(() => office.queue.startWorker())).toMatchObject({
      code: 'client_closed',
    });
  });
});
