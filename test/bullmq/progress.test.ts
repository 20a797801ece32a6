import { describe, expect, it } from 'vitest';
import type { RetrievalState } from '../../src/bullmq/index.js';
import { errorOf } from '../kit/refusals.js';
import { noRedis, useRedis } from './desk.js';

describe.skipIf(noRedis)('the progress of a retrieval', () => {
  const { openOffice } = useRedis();

  const statesOf = async (states: AsyncIterable<RetrievalState>) => {
    const seen: string[] = [];
    for await (const { state } of states) seen.push(state);
    return seen;
  };

  it('shows its current state, then every change to its end, to each iteration', async () => {
    const office = openOffice();
    const id = await office.queue.add(await office.submit());
    const following = [
      statesOf(office.queue.progress(id)),
      statesOf(office.another().progress(id)),
    ];
    await office.queue.startWorker();
    for (const seen of await Promise.all(following)) {
      expect(seen.at(0)).toBeOneOf(['waiting', 'asking']);
      expect(seen.at(-1)).toBe('ready');
      expect(seen.filter((state) => state === 'ready')).toHaveLength(1);
    }
    // An iteration that starts late.
    expect(await statesOf(office.queue.progress(id))).toEqual(['ready']);
  });

  it('ends when its signal aborts or the queue is closed', async () => {
    const office = openOffice();
    const id = await office.queue.add(await office.submit());
    const own = new AbortController();
    const seen: string[] = [];
    for await (const { state } of office.queue.progress(id, { signal: own.signal })) {
      seen.push(state);
      own.abort();
    }
    expect(seen).toEqual(['waiting']);
    const other = office.another();
    const states = other.progress(id)[Symbol.asyncIterator]();
    expect(await states.next()).toEqual({ done: false, value: { state: 'waiting' } });
    const next = states.next();
    await other.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('throws retrieval_gone for a retrieval that was never added, which has no state either', async () => {
    const office = openOffice();
    expect(await office.queue.state('never-added')).toBeUndefined();
    expect(await errorOf(() => statesOf(office.queue.progress('never-added')))).toMatchObject({
      code: 'retrieval_gone',
    });
  });
});
