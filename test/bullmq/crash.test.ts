import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createRetrievalQueue } from '../../src/bullmq/index.js';
import { createVirtualClock, isSelfInfoError, latest, publicProfile } from '../../src/index.js';
import { createLocalKeys, createMemoryVaultStore, createVault } from '../../src/vault/index.js';
import { expectStatus, loan, NOW } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { createPatientStore, sealingKeys, startRedis } from '../kit/redis.js';
import { HANGS_MS, sized } from '../kit/size.js';
import { openStub } from '../kit/stub.js';
import { PURPOSE } from './desk.js';

const part = findPart('redis-server');
const { RETRIEVALS, KILLS, RESTARTS } = sized({
  usual: { RETRIEVALS: 60, KILLS: 3, RESTARTS: 1 },
  full: { RETRIEVALS: 500, KILLS: 8, RESTARTS: 2 },
  soak: { RETRIEVALS: 1_000, KILLS: 30, RESTARTS: 5 },
});
/** The stream of a queue with the default name and prefix. */
const EVENTS = '{myna-selfinfo}:retrievals:events';
type Entry = readonly [at: string, fields: readonly string[]];
const { fields, processStatuses, itemStatuses } = publicProfile;
// Without schemas it is plain JSON that another process can receive.
const { record: _, ...income } = loan.items.income;
const spec = { ...loan, items: { ...loan.items, income } };

describe.skipIf(part.missing)(
  'two worker processes that are killed at any moment, over a Redis that is killed too',
  () => {
    const ends: (() => unknown)[] = [];
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });

    it(`end each of ${RETRIEVALS} retrievals exactly once, with its own answer in the vault`, async () => {
      const redis = await startRedis(part.path(), { appendonly: 'yes', appendfsync: 'always' });
      ends.push(redis.stop);
      const storeKeys = sealingKeys();
      const vaultKeys = sealingKeys();

      // The portal, which every third time is not ready at the first request, and the store of the
      // vault. The test sees here what the workers do.
      const inner = createMemoryVaultStore();
      const questions = new Map<string, number>();
      const puts = new Map<string, number>();
      let calls = 0;
      const killAt = Array.from(
        { length: KILLS },
        (_, index) => Math.floor(((index + Math.random()) * RETRIEVALS * 2) / KILLS) + 20,
      );
      const restartAt = Array.from({ length: RESTARTS }, (_, index) =>
        Math.floor(((index + 0.5) * RETRIEVALS * 2) / RESTARTS),
      );
      const restarts: Promise<void>[] = [];
      const workers = new Map<number, ChildProcess>();

      async function answer(path: string, body: string): Promise<[status: number, value: unknown]> {
        if (path.startsWith('/vault/')) {
          const method = path.slice('/vault/'.length) as 'put';
          const args = JSON.parse(body);
          if (method === 'put') puts.set(args[0].ref, (puts.get(args[0].ref) ?? 0) + 1);
          return inner[method](...(args as Parameters<(typeof inner)['put']>)).then(
            (value) => [200, value ?? null],
            (error) => [isSelfInfoError(error, 'store_key_exists') ? 409 : 500, null],
          );
        }
        const process = String(JSON.parse(body)[fields.processId.value]);
        const count = (questions.get(process) ?? 0) + 1;
        questions.set(process, count);
        const running = count === 1 && Number(process.split('-')[1]) % 3 === 0;
        const records = [
          {
            [fields.holder.value]: '千代田区',
            [fields.asOf.value]: '2026-06-01',
            [fields.values.value]: { 異動日: process },
          },
        ];
        const item = {
          [fields.itemCode.value]: 'household',
          [fields.itemStatus.value]: itemStatuses.present.value,
          [fields.records.value]: records,
        };
        return [
          200,
          {
            [fields.processId.value]: process,
            [fields.processStatus.value]: running
              ? processStatuses.running.value
              : processStatuses.done.value,
            ...(!running && { [fields.selfPersonalData.value]: [item] }),
          },
        ];
      }

      const server = createServer(async (request, response) => {
        const [status, value] = await answer(request.url ?? '', await text(request));
        calls++;
        // The request was carried out, and the worker dies before it gets the response.
        if (killAt.includes(calls))
          workers.get(Number(request.headers['x-worker']))?.kill('SIGKILL');
        if (restartAt.includes(calls)) restarts.push(redis.kill().then(redis.start));
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(value));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ends.push(() => {
        server.closeAllConnections();
        server.close();
      });

      // The citizens.
      let process = 0;
      const stub = openStub({
        store: createPatientStore({
          client: await redis.ioredis(),
          keys: storeKeys,
          clock: createVirtualClock(NOW),
        }),
        answers: {
          request: () => Response.json({ [fields.processId.value]: `process-${process++}` }),
        },
      } as object);
      const vault = createVault({
        service: loan,
        store: inner,
        keys: createLocalKeys(vaultKeys),
        clock: stub.clock,
      });
      const rate = { max: 100_000, perMs: 1_000 };
      const connection = { host: '127.0.0.1', port: redis.port };
      const queue = createRetrievalQueue({
        connection,
        client: stub.client,
        vault,
        rate,
        clock: stub.clock,
        timeoutMs: HANGS_MS,
      });
      ends.push(queue.close, stub.client.close);
      const consent = async () =>
        expectStatus(
          await stub.client.completeConsent((await stub.begin()).callback, {
            sessionBinding: 'session-of-hanako',
          }),
          'granted',
        );
      const ids: string[] = [];
      for (let count = 0; count < RETRIEVALS; count += 20) {
        const outcomes = await Promise.all(Array.from({ length: 20 }, consent));
        const retrievals = [];
        // One after the other, because the portal numbers them.
        for (const { grant } of outcomes)
          retrievals.push(await stub.client.submit(grant, { household: latest() }));
        ids.push(...(await Promise.all(retrievals.map((retrieval) => queue.add(retrieval)))));
      }

      // The workers. Each one that dies is replaced, as a supervisor does.
      const { clientId, redirectUri, endpoints, issuer } = stub.environment;
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const orders = {
        redisPort: redis.port,
        origin,
        now: Date.parse(NOW),
        site: { clientId, redirectUri, endpoints, issuer },
        service: spec,
        storeKeys,
        vaultKeys,
        rate,
        timeoutMs: HANGS_MS,
        lockMs: 500,
      };
      let stopped = false;
      let killed = 0;
      const exits: (number | null)[] = [];
      function startWorker() {
        const path = fileURLToPath(new URL('./worker.mjs', import.meta.url));
        const child = spawn('node', [path, JSON.stringify(orders)], {
          stdio: ['ignore', 'inherit', 'inherit'],
        });
        workers.set(Number(child.pid), child);
        child.once('exit', (code, signal) => {
          workers.delete(Number(child.pid));
          if (signal === 'SIGKILL') killed++;
          else exits.push(code);
          if (!stopped) startWorker();
        });
      }
      startWorker();
      startWorker();
      ends.push(() => {
        stopped = true;
        for (const child of workers.values()) child.kill('SIGKILL');
      });

      // Every final event of Redis, until each retrieval has one and the workers have ended.
      const finals: string[] = [];
      let last = '0';
      const reader = await redis.ioredis({
        enableOfflineQueue: true,
        maxRetriesPerRequest: null,
        // The shape of this reply depends on it from ioredis 6 on.
        ...({ protocol: 2 } as object),
      });
      async function readFinals(...blocking: [] | ['BLOCK', 0]) {
        const found = await reader.call('XREAD', ...blocking, 'STREAMS', EVENTS, last);
        const entries = (found as [key: string, Entry[]][] | null)?.[0]?.[1] ?? [];
        for (const [at, [, event, ...rest]] of entries) {
          last = at;
          if (event === 'completed' || event === 'failed')
            finals.push(`${event} ${rest[rest.indexOf('jobId') + 1]}`);
        }
      }
      while (new Set(finals).size < RETRIEVALS) await readFinals('BLOCK', 0);
      await Promise.all(restarts);
      stopped = true;
      const gone = [...workers.values()].map((child) => once(child, 'exit'));
      for (const child of workers.values()) child.kill('SIGTERM');
      await Promise.all(gone);
      await readFinals();

      expect(finals.sort()).toEqual(ids.map((id) => `completed ${id}`).sort());
      expect([killed > 0, restarts.length]).toEqual([true, RESTARTS]);
      // After SIGTERM they ended by themselves, without an error.
      expect(exits.filter((code) => code !== 0)).toEqual([]);
      const held: string[] = [];
      for await (const { ref } of vault.list()) held.push(ref);
      expect(held.sort()).toEqual(ids.map((id) => id.replaceAll('-', '')).sort());
      const wrong: string[] = [];
      for (const [index, id] of ids.entries()) {
        const { household } = (await vault.read(id.replaceAll('-', ''), PURPOSE)).items;
        const [record] = household.status === 'present' ? household.reveal() : [];
        if (JSON.stringify(record)?.includes(`process-${index}"`) !== true)
          wrong.push(`${index}: ${household.status}`);
      }
      expect(wrong).toEqual([]);
      // A used token is deleted.
      expect(await Promise.all(ids.slice(0, 20).map((id) => stub.client.recall(id)))).toEqual(
        Array(20).fill(undefined),
      );
    });
  },
);
