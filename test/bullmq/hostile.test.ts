import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/index.js';
import { answerAt } from '../kit/loan.js';
import { noRedis, useRedis } from './desk.js';

describe.skipIf(noRedis)('the queue with data in Redis that it did not write', () => {
  const { openOffice } = useRedis();

  it('ignores a note in Redis that does not have its own form', async () => {
    const busy = () => new Response(null, { status: 503, headers: { 'retry-after': '120' } });
    const office = openOffice(answerAt('/result', busy), { hurry: false });
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    const [{ until } = { until: '' }] = await office.emitted('put-off');
    expect(await office.queue.state(id)).toEqual({ state: 'unavailable', until });
    const commands = await office.commands();
    const key = office.raw.toKey(id);
    const plausible = {
      state: 'unavailable',
      until: expect.stringMatching(/^2026-12-01T10:0[0-2]:\d\d(\.\d{3})?\+09:00$/),
    };
    for (const note of [
      { state: '<script>', until },
      { state: 'waiting', until: '花子' },
      { state: 'waiting', until: { toString: 1 } },
      { state: 'ready', until: 'soon', ref: 'x' },
      'text',
      null,
      [1],
    ]) {
      await commands.hset(key, 'progress', JSON.stringify(note));
      expect(await office.queue.state(id)).toEqual(plausible);
    }
    // The ref is never read from Redis.
    await commands.hset(key, 'progress', JSON.stringify({ state: 'ready', until, ref: 'x' }));
    const ref = id.replaceAll('-', '');
    expect(await office.queue.state(id)).toEqual({ state: 'ready', ref });
    await commands.hset(key, 'progress', '0');
    for (const [timestamp, delay] of [
      ['x', '1'],
      ['1', 'x'],
      ['9'.repeat(18), '9'.repeat(18)],
    ] as const) {
      await commands.hset(key, { timestamp, delay });
      expect(await office.queue.state(id)).toEqual(plausible);
    }
  });

  it('ends foreign jobs as failed, leaves unreadable ones, and keeps working', async () => {
    const office = openOffice();
    const commands = await office.commands();
    const job = { name: 'x', data: '{}', opts: '{}', timestamp: '1', delay: '0', priority: '0' };
    const ended = {
      ...job,
      data: '{"__proto__":{"polluted":1}}',
      opts: '{"__proto__":{"polluted":1}}',
    };
    const jobs = {
      花子: ended,
      meta: job,
      'no-opts': { name: 'x' },
      unreadable: { ...job, data: '花子' },
    };
    for (const [id, fields] of Object.entries(jobs)) {
      // `meta` is a name that the queue itself uses.
      if (id !== 'meta') await commands.hset(office.raw.toKey(id), fields);
      await commands.lpush(office.raw.toKey('wait'), id);
    }
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    await office.emitted('ended', 4);
    const failed = office.events.filter(
      (event) => event.type === 'ended' && event.state === 'failed',
    );
    expect(failed.map((event) => ('code' in event ? event.code : undefined))).toEqual([
      'retrieval_gone',
      'retrieval_gone',
      'retrieval_gone',
    ]);
    expect(office.events.filter(({ type }) => type === 'trouble')).not.toEqual([]);
    expect(JSON.stringify(office.events.filter(({ type }) => type === 'trouble'))).not.toContain(
      '花子',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('ends an iteration at once when the caller leaves while a state is awaited', async () => {
    const office = openOffice();
    const id = await office.queue.add(await office.submit());
    const states = office.queue.progress(id)[Symbol.asyncIterator]();
    expect(await states.next()).toEqual({ done: false, value: { state: 'waiting' } });
    // No worker runs, so the state does not change.
    const next = states.next();
    expect(await states.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('stores no answer that another process discarded while a worker asked for it', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = createMemoryStore();
    const office = openOffice({
      store,
      async intercept(request, pass) {
        // The sandbox answers at the second request.
        if (new URL(request.url).pathname.endsWith('/result') && office.asked() > 1) await gate;
        return pass(request);
      },
    });
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    await office.askedTimes(2);
    await store.delete(`retrieval:2:${id}`);
    expect(await office.client.recall(id)).toBeUndefined();
    release();
    expect(await office.end(id)).toEqual({ state: 'failed', code: 'retrieval_gone' });
    expect(await office.vault.has(id.replaceAll('-', ''))).toBe(false);
  });
});
