import { describe, expect, it } from 'vitest';
import { createMemoryStore, SelfInfoError, type Store } from '../../src/index.js';
import type { Vault } from '../../src/vault/index.js';
import { answerAt, type Loan } from '../kit/loan.js';
import { noRedis, useRedis } from './desk.js';

const RESULT = '/result';

describe.skipIf(noRedis)('a retrieval in the queue', () => {
  const { openOffice } = useRedis();

  it('is asked for no earlier than the portal says, once each time', async () => {
    const office = openOffice(
      answerAt(RESULT, (request, pass) =>
        office.asked() === 1
          ? new Response(null, { status: 503, headers: { 'retry-after': '120' } })
          : pass(request),
      ),
      { hurry: false },
    );
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    const [first] = await office.emitted('put-off');
    // 10:00 and 120 seconds. The first slot of that second lasts less than 1.5 milliseconds.
    expect(first).toMatchObject({
      id,
      state: 'unavailable',
      until: expect.stringMatching(/^2026-12-01T10:02:00/),
    });
    expect(await office.queue.state(id)).toEqual({ state: 'unavailable', until: first?.until });
    expect(office.asked()).toBe(1);
    office.clock.set(first?.until ?? '');
    await office.raw.promoteJobs();
    const [, second] = await office.emitted('put-off', 2);
    expect(office.asked()).toBe(2);
    // The sandbox answers at the second request that it receives. 12 seconds, a tenth of the age,
    // are more than the sandbox asks for.
    expect(second).toMatchObject({
      state: 'waiting',
      until: expect.stringMatching(/^2026-12-01T10:02:12/),
    });
    office.clock.set(second?.until ?? '');
    await office.raw.promoteJobs();
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    expect(office.asked()).toBe(3);
  });

  it('is asked for again after a temporary error, and the event names the error', async () => {
    const office = openOffice(
      answerAt(RESULT, (request, pass) => {
        if (office.asked() === 1)
          throw new TypeError('fetch failed', { cause: new Error('canary: the network is down') });
        return pass(request);
      }),
    );
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    const [first] = await office.emitted('put-off');
    expect(first).toMatchObject({
      state: 'waiting',
      code: expect.stringMatching(/^(connection_|timed_out|answer_)/),
    });
  });

  it('is not asked for while the vault is out of reach, but once it is back', async () => {
    let down = true;
    const inner = openOffice();
    const vault = {
      ...inner.vault,
      has: async (ref: string) => {
        if (down) throw new SelfInfoError('store_failed');
        return inner.vault.has(ref);
      },
    } as Vault<Loan>;
    const office = openOffice({}, { vault });
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect((await office.emitted('put-off'))[0]).toMatchObject({ code: 'store_failed' });
    expect(office.asked()).toBe(0);
    down = false;
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
  });

  it('keeps its token until the vault has the answer, and then until it can be deleted', async () => {
    const inner = openOffice();
    const refused = { put: 0, delete: 0 };
    const vault = {
      ...inner.vault,
      put: async (...given: Parameters<Vault<Loan>['put']>) => {
        if (refused.put++ === 0) throw new SelfInfoError('store_failed');
        return inner.vault.put(...given);
      },
    } as Vault<Loan>;
    const memory = createMemoryStore();
    const store: Store = {
      ...memory,
      delete: async (key) => {
        if (refused.delete++ === 0) throw new Error('down');
        return memory.delete(key);
      },
    };
    const office = openOffice({ store }, { vault });
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    await office.emitted('ended');
    // The vault refused once and the store once. Both events came, and after the second the portal
    // was not asked any more.
    const codes = (await office.emitted('put-off')).flatMap(({ code }) =>
      code === undefined ? [] : [code],
    );
    expect([codes, refused]).toEqual([['store_failed', 'store_failed'], { put: 2, delete: 2 }]);
    expect(await office.client.recall(id)).toBeUndefined();
  });

  it('is asked for again after a tenth of its age, between one second and one minute', async () => {
    const office = openOffice(
      answerAt(RESULT, () => new Response(null, { status: 503 })),
      { hurry: false },
    );
    const submittedAt = office.clock.now();
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    // Minutes since it was submitted, and seconds until it is asked for again.
    const paces: [minutes: number, seconds: number][] = [
      [0, 1],
      [5, 30],
      [9, 54],
      [45, 60],
    ];
    for (const [index, [minutes, seconds]] of paces.entries()) {
      const now = submittedAt + minutes * 60_000;
      if (index > 0) {
        office.clock.set(now);
        await office.raw.promoteJobs();
      }
      const last = (await office.emitted('put-off', index + 1)).at(-1);
      expect([minutes, (Date.parse(last?.until ?? '') - now) / 1_000]).toEqual([minutes, seconds]);
    }
    expect(await office.queue.state(id)).toMatchObject({ state: 'unavailable' });
  });
});
