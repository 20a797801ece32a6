import { describe, expect, it } from 'vitest';
import { answerAt } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { noRedis, useOwnRedis } from './desk.js';

describe.skipIf(noRedis)('while Redis is away', () => {
  const { openOffice, server } = useOwnRedis({ appendonly: 'yes', appendfsync: 'always' });

  it('add fails at once on an open connection, within timeoutMs on a new one, and succeeds later', async () => {
    const office = openOffice();
    const retrieval = await office.submit();
    await office.queue.state(retrieval.id);
    await server().kill();
    // Its timeout is the limit of the test: this call failed without waiting for it.
    expect(await errorOf(() => office.queue.add(retrieval))).toMatchObject({
      code: 'store_failed',
      effect: 'unknown',
      retry: { safe: true },
    });
    expect(await errorOf(() => office.queue.state(retrieval.id))).toMatchObject({
      code: 'store_failed',
      effect: 'none',
    });
    const late = office.another({ timeoutMs: 50 });
    expect(await errorOf(() => late.add(retrieval))).toMatchObject({ code: 'store_failed' });
    expect(
      await errorOf(
        () => late.progress(retrieval.id)[Symbol.asyncIterator]().next() as Promise<unknown>,
      ),
    ).toMatchObject({ code: 'store_failed' });
    expect((await office.emitted('trouble'))[0]).toMatchObject({ type: 'trouble' });
    await server().start();
    await office.queue.startWorker();
    const retried = async (): Promise<string> => office.queue.add(retrieval).catch(retried);
    expect(await office.end(await retried())).toMatchObject({ state: 'ready' });
  });

  it('a worker waits and then continues where it was', async () => {
    const office = openOffice();
    const id = await office.queue.add(await office.submit());
    await server().kill();
    await office.queue.startWorker();
    await office.emitted('trouble');
    await server().start();
    await office.emitted('ended');
    // The queue's connection may come back later than the worker's.
    const state = async (): Promise<unknown> => office.queue.state(id).catch(state);
    expect(await state()).toMatchObject({ state: 'ready' });
  });

  it('worker and queue can be closed, and nothing tries to reconnect', async () => {
    const office = openOffice({}, { hurry: false });
    const worker = await office.queue.startWorker({ deadlineMs: 100 });
    await office.queue.add(await office.submit());
    await office.emitted('put-off');
    await server().kill();
    await worker.close();
    await office.queue.close();
    await server().start();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['dies', () => server().kill()],
    ['hangs', async () => (await server().ioredis()).call('client', 'pause', '600000', 'all')],
  ])(
    'worker and queue can be closed during a request when Redis %s, and another worker ends the retrieval',
    async (_, leave) => {
      let answer = () => {};
      const gate = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const office = openOffice(
        answerAt('/result', async (request, pass) => {
          await gate;
          return pass(request);
        }),
      );
      const id = await office.queue.add(await office.submit());
      const worker = await office.queue.startWorker({ deadlineMs: 100, lockMs: 100 });
      await office.askedTimes(1);
      await leave();
      const closed = Promise.all([worker.close(), office.queue.close()]);
      answer();
      await closed;
      await server().kill();
      await server().start();
      const next = office.another();
      await next.startWorker({ lockMs: 100 });
      await office.emitted('ended');
      expect(await next.state(id)).toMatchObject({ state: 'ready' });
      expect(office.events.filter(({ type }) => type === 'ended')).toHaveLength(1);
    },
  );
});
