import { describe, expect, it } from 'vitest';
import { countOf, noticeOf, noticing, working } from '../client/noticing.js';
import { answerAt } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { noRedis, useRedis } from './desk.js';

/** A profile by which an office without notices asks again after ten minutes. */
const slow = {
  ...noticing,
  id: 'slow-1',
  timing: { ...noticing.timing, pollMs: { value: 600_000, confidence: 'unknown' } },
} as const;
const RECEIVED = { status: 'received' };

describe.skipIf(noRedis)('queue.receiveNotice', () => {
  const { openOffice } = useRedis();

  /** Opens an office whose portal works for a while, with one retrieval that is put off. */
  async function waiting(running: number, retryAfter?: number) {
    const portal = working(running, retryAfter);
    const office = openOffice(
      { profile: slow, random: () => 0.5, intercept: portal.intercept },
      { hurry: false },
    );
    await office.queue.startWorker();
    const id = await office.queue.add(await office.submit());
    await office.emitted('put-off');
    const notify = (processId = portal.state.processId) =>
      office.queue.receiveNotice(noticeOf(processId));
    return { ...office, id, notify };
  }

  it('has the retrieval asked for at once, and one answer in the vault', async () => {
    const { id, clock, notify, end, read, calls } = await waiting(1);
    clock.advance(500);
    expect(await notify()).toEqual(RECEIVED);
    const state = await end(id);
    expect(state.state).toBe('ready');
    if (state.state === 'ready')
      expect((await read(state.ref)).terms.purpose.id).toBe('housing-loan');
    expect([countOf(calls, '/request'), countOf(calls, '/result')]).toEqual([1, 2]);
  });

  it('wakes the worker of another instance', async () => {
    const portal = working(1);
    const office = openOffice({ profile: slow, intercept: portal.intercept }, { hurry: false });
    await office.queue.startWorker();
    const id = await office.queue.add(await office.submit());
    await office.emitted('put-off');
    office.clock.advance(500);
    await office.another().receiveNotice(noticeOf(portal.state.processId));
    expect((await office.end(id)).state).toBe('ready');
  });

  it('does not ask earlier than the Retry-After of the portal', async () => {
    const { id, raw, clock, notify, end, asked } = await waiting(1, 60);
    // Put off by 63 s: the client comes a random share of a tenth of the wait later.
    await notify();
    await expect.poll(async () => (await raw.getJob(id))?.delay).toBeLessThanOrEqual(60_000);
    expect([await raw.getJobState(id), asked()]).toEqual(['delayed', 1]);
    clock.advance(60_000);
    await notify();
    expect((await end(id)).state).toBe('ready');
  });

  it('changes nothing for a forged and for an unknown notice', async () => {
    const { id, queue, raw, clock, notify, asked } = await waiting(1);
    clock.advance(500);
    const before = await raw.getJob(id);
    expect(await notify('p-unknown')).toEqual(RECEIVED);
    const forged = new Request('https://loan.example/notices', { method: 'POST', body: '{' });
    expect(await queue.receiveNotice(forged)).toEqual(RECEIVED);
    const after = await raw.getJob(id);
    expect([await raw.getJobState(id), after?.delay, asked()]).toEqual([
      'delayed',
      before?.delay,
      1,
    ]);
  });

  it('brings one retrieval forward at most twenty times', async () => {
    const { id, raw, clock, notify, emitted, asked, commands } = await waiting(30);
    for (let turn = 1; turn <= 20; turn++) {
      clock.advance(500);
      await notify();
      await emitted('put-off', turn + 1);
      await expect.poll(() => raw.getJobState(id)).toBe('delayed');
    }
    clock.advance(500);
    await notify();
    const redis = await commands();
    await expect.poll(() => redis.get(raw.toKey(`noticed:${id}`))).toBe('21');
    expect([await raw.getJobState(id), asked()]).toEqual(['delayed', 21]);
  });

  it('leaves a retrieval alone that has ended, or was acknowledged', async () => {
    const { id, clock, notify, end, asked, calls } = await waiting(1);
    clock.advance(500);
    await notify();
    await end(id);
    const before = asked();
    expect(await notify()).toEqual(RECEIVED);
    expect(await notify()).toEqual(RECEIVED);
    expect([(await end(id)).state, asked()]).toEqual(['ready', before]);
    expect(countOf(calls, '/acknowledgement')).toBe(1);
  });

  it.each([
    ['before the response to the request', 1],
    ['before the retrieval is added', 1],
    ['before a worker runs', 1],
    ['while a worker asks', 1],
    ['while it is put off', 1],
    ['while it is put off, three times at once', 3],
    ['after its end', 1],
  ] as const)(
    'leads to one answer with two polls when a notice comes %s',
    async (moment, times) => {
      const portal = working(1);
      const arrive = async (now: string) => {
        if (!moment.startsWith(now)) return;
        const notices = Array.from({ length: times }, () => noticeOf(portal.state.processId));
        await Promise.all(notices.map((notice) => office.queue.receiveNotice(notice)));
      };
      const office = openOffice(
        {
          profile: slow,
          async intercept(request, pass) {
            const { pathname } = new URL(request.url);
            const response = await portal.intercept(request, pass);
            if (pathname === '/request') await arrive('before the response');
            if (pathname === '/result') await arrive('while a worker asks');
            return response;
          },
        },
        { hurry: false },
      );
      const retrieval = await office.submit();
      await arrive('before the retrieval is added');
      const id = await office.queue.add(retrieval);
      await arrive('before a worker runs');
      await office.queue.startWorker();
      await office.emitted('put-off');
      office.clock.advance(500);
      await arrive('while it is put off');
      // A notice that came too early is not repeated: this one stands for the time of the next poll.
      await office.queue.receiveNotice(noticeOf(portal.state.processId));
      expect((await office.end(id)).state).toBe('ready');
      await arrive('after its end');
      await office.emitted('ended');
      expect(
        ['/request', '/result', '/acknowledgement'].map((path) => countOf(office.calls, path)),
      ).toEqual([1, 2, 1]);
      expect(office.events.filter(({ type }) => type === 'ended')).toHaveLength(1);
    },
  );

  it('has the retrieval asked for again soon when a notice comes while a worker asks', async () => {
    const portal = working(1);
    const office = openOffice(
      {
        profile: slow,
        async intercept(request, pass) {
          const response = await portal.intercept(request, pass);
          if (new URL(request.url).pathname === '/result' && portal.state.polls === 1) {
            await office.queue.receiveNotice(noticeOf(portal.state.processId));
            const redis = await office.commands();
            await expect.poll(() => redis.exists(office.raw.toKey(`notice:${id}`))).toBe(1);
          }
          return response;
        },
      },
      { hurry: false },
    );
    const retrieval = await office.submit();
    const { id } = retrieval;
    await office.queue.add(retrieval);
    await office.queue.startWorker();
    // Without the notice the next poll is due after ten minutes.
    expect((await office.end(id)).state).toBe('ready');
    expect([countOf(office.calls, '/request'), countOf(office.calls, '/result')]).toEqual([1, 2]);
  });

  it('is refused where no profile has notices', async () => {
    const { queue } = openOffice();
    expect(await refusalOf(() => queue.receiveNotice(noticeOf('p-1')))).toEqual([
      'invalid_option',
      'options.environment.profile.notices',
    ]);
  });
});

describe.skipIf(noRedis)('a queue whose portal wants acknowledgements', () => {
  const { openOffice } = useRedis();

  it('acknowledges an answer after the vault has stored it', async () => {
    const order: string[] = [];
    const office = openOffice({
      profile: noticing,
      ...answerAt('/acknowledgement', async (request, pass) => {
        order.push((await office.vault.has(ref)) ? 'stored' : 'not stored');
        return pass(request);
      }),
    });
    const retrieval = await office.submit();
    const ref = retrieval.id.replaceAll('-', '');
    await office.queue.startWorker();
    expect((await office.end(await office.queue.add(retrieval))).state).toBe('ready');
    expect(order).toEqual(['stored']);
    expect(await office.client.recall(retrieval.id)).toBeUndefined();
  });

  it('repeats an acknowledgement that failed, and asks for no second answer', async () => {
    let failures = 2;
    const office = openOffice({
      profile: noticing,
      ...answerAt('/acknowledgement', (request, pass) =>
        failures-- > 0 ? new Response(null, { status: 503 }) : pass(request),
      ),
    });
    await office.queue.startWorker();
    const retrieval = await office.submit();
    const state = await office.end(await office.queue.add(retrieval));
    expect(state.state).toBe('ready');
    await office.emitted('ended');
    expect([countOf(office.calls, '/acknowledgement'), countOf(office.calls, '/result')]).toEqual([
      3, 2,
    ]);
    const codes = (await office.emitted('put-off')).flatMap(({ code }) => code ?? []);
    expect(codes).toEqual(['upstream_unavailable', 'upstream_unavailable']);
  });

  it('is ready in the end even if the portal never takes the acknowledgement', async () => {
    const refusing = answerAt('/acknowledgement', () => new Response(null, { status: 500 }));
    const office = openOffice({ profile: noticing, ...refusing }, { hurry: false });
    const retrieval = await office.submit();
    const id = await office.queue.add(retrieval);
    await office.queue.startWorker();
    // The sandbox works at the first poll. The second time the acknowledgement fails.
    await office.emitted('put-off', 1);
    await office.raw.promoteJobs();
    await office.emitted('put-off', 2);
    // The citizen does not wait for the acknowledgement.
    const ref = id.replaceAll('-', '');
    expect(await office.vault.has(ref)).toBe(true);
    expect(await office.queue.state(id)).toEqual({ state: 'ready', ref });
    office.clock.set(retrieval.expiresAt);
    await office.raw.promoteJobs();
    await office.emitted('ended');
    expect((await office.end(id)).state).toBe('ready');
    expect(countOf(office.calls, '/acknowledgement')).toBe(1);
  });

  it('ends without the token when the portal refuses the acknowledgement', async () => {
    const refusing = answerAt('/acknowledgement', () => new Response(null, { status: 404 }));
    const office = openOffice({ profile: noticing, ...refusing });
    await office.queue.startWorker();
    const retrieval = await office.submit();
    expect((await office.end(await office.queue.add(retrieval))).state).toBe('ready');
    expect(countOf(office.calls, '/acknowledgement')).toBe(1);
    expect(await office.client.recall(retrieval.id)).toBeUndefined();
  });
});
