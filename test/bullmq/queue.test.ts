import { setTimeout } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createRetrievalQueue,
  type QueueConnectionSettings,
  type RetrievalQueueEvent,
  type RetrievalState,
} from '../../src/bullmq/index.js';
import { createMemoryStore, latest, SelfInfoError, type Store } from '../../src/index.js';
import type { Vault } from '../../src/vault/index.js';
import {
  answerAt,
  type BankOptions,
  expectStatus,
  type Loan,
  loan,
  openBank,
} from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { type RedisServer, startRedis } from '../kit/redis.js';
import { errorOf, refusalOf, typeErrorOf } from '../kit/refusals.js';
import { comeBack } from '../kit/stub.js';
import { type Desk, type DeskOptions, openDesk } from './desk.js';

const part = findPart('redis-server');
const RESULT = '/result';

describe.skipIf(part.missing)('a retrieval in the queue', () => {
  let redis: RedisServer;
  const open: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    redis = await startRedis(part.path());
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  afterAll(() => redis?.stop());

  function openOffice(bankOptions: BankOptions<Loan> = {}, options: Partial<DeskOptions> = {}) {
    const bank = openBank(bankOptions);
    const desk = openDesk({
      redis,
      client: bank.client,
      service: loan,
      clock: bank.clock,
      hurry: true,
      ...options,
    });
    open.push(bank.client.close, desk.close);
    const submit = async () => bank.client.submit(await bank.consent(), latest());
    const asked = () => bank.calls.filter((path) => path.endsWith(RESULT)).length;
    return { ...bank, ...desk, submit, asked };
  }
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
    await office.told('ended');
    expect(ended(office)).toEqual([{ type: 'ended', id, ...end, at: expect.any(String) }]);
  });

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
    const [first] = await office.told('put-off');
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
    const [, second] = await office.told('put-off', 2);
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
    await office.told('ended');
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

  it('fails when it expires before the portal wants to be asked again', async () => {
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
    expect((await office.told('put-off')).map(({ until }) => until)).toEqual([retrieval.expiresAt]);
    expect(office.asked()).toBe(1);
  });

  it('is asked for again after a temporary error, and the event names the error', async () => {
    const office = openOffice(
      answerAt(RESULT, (request, pass) => {
        if (office.asked() === 1) throw new Error('canary: the network is down');
        return pass(request);
      }),
    );
    const id = await office.queue.add(await office.submit());
    await office.queue.startWorker();
    expect(await office.end(id)).toMatchObject({ state: 'ready' });
    const [first] = await office.told('put-off');
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
    expect((await office.told('put-off'))[0]).toMatchObject({ code: 'store_failed' });
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
    // The vault refused once and the store once. Both events came, and after the second the portal
    // was not asked any more.
    const codes = (await office.told('put-off')).flatMap(({ code }) =>
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
      const last = (await office.told('put-off', index + 1)).at(-1);
      expect([minutes, (Date.parse(last?.until ?? '') - now) / 1_000]).toEqual([minutes, seconds]);
    }
    expect(await office.queue.state(id)).toMatchObject({ state: 'unavailable' });
  });

  it('is asked for with nine others, within ten seconds, under a lock of thirty seconds, by default', async () => {
    const office = openOffice({
      intercept: (request, pass) =>
        new URL(request.url).pathname.endsWith(RESULT) ? new Promise(() => {}) : pass(request),
    });
    const ids: string[] = [];
    for (let count = 0; count < 11; count++)
      ids.push(await office.queue.add(await office.submit()));
    await office.queue.startWorker();
    while (office.asked() < 10) await setTimeout(5);
    expect(await office.raw.getJobCounts('active', 'wait')).toEqual({ active: 10, wait: 1 });
    const client = (await office.raw.client) as unknown as Redis;
    const lockMs = await client.pttl(`${office.raw.toKey(ids[0] ?? '')}:lock`);
    expect([lockMs > 15_000, lockMs <= 30_000]).toEqual([true, true]);
    office.clock.advance(9_999);
    for (let look = 0; look < 5; look++) await office.raw.getJobCounts();
    expect(office.events.filter(({ type }) => type === 'put-off')).toEqual([]);
    office.clock.advance(1);
    await office.told('put-off', 10);
    // So that the last one need not be waited for either.
    while (office.asked() < 11) await setTimeout(5);
    const closed = office.close();
    for (let isOver = false; !isOver; await setTimeout(5)) {
      office.clock.advance(10_000);
      isOver = await Promise.race([closed.then(() => true), setTimeout(5, false)]);
    }
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

  it('passes through a cluster whose client a function creates', async () => {
    const cluster = await startRedis(part.path(), {
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-announce-ip': '127.0.0.1',
    });
    open.push(cluster.stop);
    const one = await cluster.ioredis({ enableReadyCheck: false });
    await one.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!String(await one.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
      await setTimeout(5);
    const made: Cluster[] = [];
    const connection = ({ enableOfflineQueue, ...settings }: QueueConnectionSettings) => {
      const client = new Cluster([{ host: '127.0.0.1', port: cluster.port }], {
        enableOfflineQueue,
        redisOptions: settings,
      });
      made.push(client);
      return client;
    };
    // A portal that answers at once, and the default prefix.
    const { client, clock, complete, callback } = await comeBack();
    open.push(client.close);
    const { grant } = expectStatus(await complete(callback), 'granted');
    const retrieval = await client.submit(grant, { household: latest() });
    const queue = createRetrievalQueue<Loan>({
      connection,
      client,
      vault: openOffice().vault,
      rate: { max: 10, perMs: 1_000 },
      clock,
      timeoutMs: 60_000,
    });
    open.push(queue.close);
    await queue.add(retrieval);
    await queue.startWorker();
    const states: RetrievalState[] = [];
    for await (const state of queue.progress(retrieval.id)) states.push(state);
    expect(states.at(-1)).toMatchObject({ state: 'ready' });
    const names = await one.keys('*');
    expect([
      names.length > 0,
      names.filter((name) => !name.startsWith('{myna-selfinfo}:')),
    ]).toEqual([true, []]);
    await queue.close();
    // The queue disconnects what the function created: for producer, worker and listener.
    expect(made.map(({ status }) => ['disconnecting', 'end'].includes(status))).toEqual([
      true,
      true,
      true,
    ]);
  });

  describe('a retrieval that two workers have, because one lost its lock,', () => {
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
      while (office.asked() < 2) await setTimeout(5);
      const client = (await office.raw.client) as unknown as Redis;
      await (client as unknown as { del(key: string): Promise<number> }).del(
        `${office.raw.toKey(id)}:lock`,
      );
      await office.queue.startWorker({ concurrency: 1, lockMs: 400 });
      expect(await office.end(id)).toMatchObject({ state: 'ready' });
      release();
      await slow.close();
      await office.told('ended');
      expect(ended(office)).toHaveLength(1);
      expect(office.events.filter(({ type }) => type === 'recovered')).toHaveLength(1);
      const records = [];
      for await (const record of office.vault.list()) records.push(record.ref);
      expect(records).toEqual([id.replaceAll('-', '')]);
      expect(
        (await office.raw.getJobCounts('completed', 'failed', 'active', 'wait', 'delayed'))
          .completed,
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

  describe('the progress of a retrieval', () => {
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

  it('is asked for within one rate over all workers', async () => {
    const rate = { max: 2, perMs: 3_600_000 };
    const office = openOffice({}, { rate, hurry: false });
    for (let count = 0; count < 5; count++) await office.queue.add(await office.submit());
    await Promise.all([office.queue.startWorker(), office.another().startWorker()]);
    await office.told('put-off', 2);
    for (let look = 0; look < 20; look++) await office.raw.getJobCounts();
    expect(office.asked()).toBe(2);
    expect(await office.raw.getJobCounts('wait', 'delayed', 'active')).toEqual({
      wait: 3,
      delayed: 2,
      active: 0,
    });
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
    while (office.asked() < 1) await setTimeout(5);
    const closed = worker.close();
    release();
    await closed;
    await office.told('put-off');
    expect(office.asked()).toBe(1);
    await office.another().startWorker();
    for (const { id } of retrievals) expect(await office.end(id)).toMatchObject({ state: 'ready' });
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
    const client = (await office.raw.client) as unknown as Redis;
    await client.hset(office.raw.toKey(id), 'failedReason', 'A foreign text: 花子');
    expect(await office.queue.state(id)).toEqual({ state: 'failed', code: 'retrieval_gone' });
  });

  it('is rejected while the function that creates connections fails, and accepted afterwards', async () => {
    let fails = true;
    const office = openOffice();
    const connection = (settings: object) => {
      if (fails) throw new Error('the password is 4649');
      return new Redis({ port: redis.port, ...settings });
    };
    const queue = createRetrievalQueue({
      connection,
      client: office.client,
      vault: office.vault,
      rate: { max: 1, perMs: 1 },
    });
    open.push(queue.close);
    for (const call of [() => queue.state('id'), () => queue.startWorker()]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'store_failed' });
      expect(JSON.stringify(error) + error.stack).not.toContain('4649');
    }
    fails = false;
    expect(await queue.state('id')).toBeUndefined();
  });

  describe('options of a retrieval queue', () => {
    const good = () => {
      const office = openOffice();
      return {
        connection: { port: redis.port },
        client: office.client,
        vault: office.vault,
        rate: { max: 1, perMs: 1 },
      };
    };

    it.each<[object, string, string]>([
      [{ connection: undefined }, 'missing_option', 'options.connection'],
      [{ client: undefined }, 'missing_option', 'options.client'],
      [{ vault: undefined }, 'missing_option', 'options.vault'],
      [{ rate: undefined }, 'missing_option', 'options.rate'],
      [{ rate: { max: 1 } }, 'missing_option', 'options.rate.perMs'],
      [{ rate: { max: 0, perMs: 1 } }, 'invalid_option', 'options.rate.max'],
      [{ rate: { max: 1, perMs: 1, per: 2 } }, 'unknown_option', 'options.rate.per'],
      [{ name: 'a:b' }, 'invalid_option', 'options.name'],
      [{ prefix: 'a b' }, 'invalid_option', 'options.prefix'],
      [{ timeoutMs: 0 }, 'invalid_option', 'options.timeoutMs'],
      [{ queue: 'a' }, 'unknown_option', 'options.queue'],
    ])('%o throws %s and names %s', async (change, code, path) => {
      expect(
        await refusalOf(() => createRetrievalQueue({ ...good(), ...change } as never)),
      ).toEqual([code, path]);
    });

    it.each<[object, string]>([
      [{ connection: 'redis://127.0.0.1' }, 'options.connection must be an object or a function.'],
      [{ client: {} }, 'options.client must have a method availability.'],
      [{ vault: {} }, 'options.vault must have a method put.'],
      [{ rate: 5 }, 'options.rate must be an object.'],
      [{ onEvent: 1 }, 'options.onEvent must be a function.'],
      [{ clock: {} }, 'options.clock must have a method now.'],
    ])('%o throws a TypeError that names the option', async (change, message) => {
      expect(await typeErrorOf(() => createRetrievalQueue({ ...good(), ...change } as never))).toBe(
        message,
      );
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
});

describe('a queue without the package bullmq', () => {
  it('throws package_missing and names the package', async () => {
    vi.doMock('bullmq', () => {
      throw new Error('Cannot find package');
    });
    const { client } = openBank();
    const vault = { put: () => undefined, has: () => undefined } as never;
    const queue = createRetrievalQueue({
      connection: {},
      client,
      vault,
      rate: { max: 1, perMs: 1 },
    });
    expect(await refusalOf(() => queue.startWorker())).toEqual(['package_missing', 'bullmq']);
    expect(await refusalOf(() => queue.state('id'))).toEqual(['package_missing', 'bullmq']);
    vi.doUnmock('bullmq');
    await client.close();
  });
});
