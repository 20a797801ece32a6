import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  createRetrievalQueue,
  type RetrievalQueue,
  type RetrievalQueueEvent,
  type RetrievalQueueOptions,
  type RetrievalState,
} from '../../src/bullmq/index.js';
import {
  type Answer,
  latest,
  type Retrieval,
  type SelfInfoClient,
  type VirtualClock,
} from '../../src/index.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type Vault,
} from '../../src/vault/index.js';
import { type Bank, type BankOptions, type Loan, loan, openBank } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { openRedis, type RedisDatabase, sealingKeys, startRedis } from '../kit/redis.js';
import { HANGS_MS } from '../kit/size.js';

export const PURPOSE = { purpose: 'housing-loan', reason: 'case 4711' };
/** A rate that slows no test down. */
const FAST = { max: 1_000, perMs: 1_000 };

export interface DeskOptions extends Partial<RetrievalQueueOptions<Loan>> {
  readonly redis: RedisDatabase;
  readonly client: SelfInfoClient<Loan>;
  readonly service: Loan;
  readonly clock: VirtualClock;
  /** Whether a job that was put off is asked for at once: the virtual clock moves to its time. */
  readonly hurry?: boolean;
}

/** A queue in a test's Redis, with its vault and its events. */
export interface Desk {
  readonly queue: RetrievalQueue<Loan>;
  readonly vault: Vault<Loan>;
  readonly events: readonly RetrievalQueueEvent[];
  readonly prefix: string;
  /** The same queue, by BullMQ itself. */
  readonly raw: Queue;
  /** Opens a client of its Redis. */
  commands(): Promise<Redis>;
  /** Opens another instance of the same queue. */
  another(options?: Partial<RetrievalQueueOptions<Loan>>): RetrievalQueue<Loan>;
  /** Resolves when so many events of a type were emitted, with those events. */
  emitted<T extends RetrievalQueueEvent['type']>(
    type: T,
    times?: number,
  ): Promise<readonly Extract<RetrievalQueueEvent, { type: T }>[]>;
  end(id: string): Promise<RetrievalState>;
  read(ref: string): Promise<Answer<Loan>>;
  close(): Promise<void>;
}

let made = 0;

export function openDesk({
  redis,
  client,
  service,
  clock,
  hurry = false,
  ...options
}: DeskOptions): Desk {
  const events: RetrievalQueueEvent[] = [];
  const prefix = `{desk-${made++}}`;
  const connection = { host: '127.0.0.1', port: redis.port, db: redis.db, retryStrategy: () => 20 };
  const keys = createLocalKeys(sealingKeys());
  const vault =
    options.vault ?? createVault({ service, store: createMemoryVaultStore(), keys, clock });
  const rawClient = new Redis({ ...connection, maxRetriesPerRequest: null });
  rawClient.on('error', () => undefined);
  const raw = new Queue('retrievals', { connection: rawClient, prefix });
  raw.on('error', () => undefined);
  let heard = () => {};
  const onEvent = (event: RetrievalQueueEvent) => {
    events.push(event);
    heard();
    if (event.type === 'put-off' && hurry) {
      if (Date.parse(event.until) > clock.now()) clock.set(event.until);
      return raw.promoteJobs();
    }
  };
  const another = (more: Partial<RetrievalQueueOptions<Loan>> = {}) => {
    const queue = createRetrievalQueue<Loan>({
      connection,
      client,
      vault,
      rate: FAST,
      prefix,
      clock,
      timeoutMs: HANGS_MS,
      onEvent,
      ...options,
      ...more,
    });
    queues.push(queue);
    return queue;
  };
  const queues: RetrievalQueue<Loan>[] = [];
  const queue = another();
  return {
    queue,
    vault,
    events,
    prefix,
    raw,
    commands: () => redis.ioredis(),
    another,
    async emitted(type, times = 1) {
      for (;;) {
        const found = events.filter((event) => event.type === type);
        if (found.length >= times) return found as never;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
    async end(id) {
      for await (const state of queue.progress(id))
        if (state.state === 'ready' || state.state === 'failed') return state;
      throw new Error('no end');
    },
    read: (ref) => vault.read(ref, PURPOSE),
    async close() {
      await Promise.all(queues.map((one) => one.close()));
      // BullMQ 5 emits errors without a listener when it closes before it is ready.
      rawClient.disconnect();
    },
  };
}

export const redisServer = findPart('redis-server');
/** Whether this machine lacks Redis, so that its tests are skipped. */
export const noRedis = redisServer.missing;

/** A client at a sandbox, and a queue for its retrievals. */
export interface Office extends Bank<Loan>, Desk {
  submit(): Promise<Retrieval<Loan>>;
  /** Returns how many times the portal was asked for a result. */
  asked(): number;
  /** Resolves when the portal has been asked for a result so many times. */
  askedTimes(times: number): Promise<void>;
}

/** Opens an unused database of Redis for the tests of a describe block. */
export const useRedis = () => useDatabase(openRedis);

/** Starts a Redis that the tests of a describe block may kill. */
export const useOwnRedis = (config: Readonly<Record<string, string>>) =>
  useDatabase(() => startRedis(redisServer.path(), config));

/** Closes after each test what it opened. */
function useDatabase<Redis extends RedisDatabase>(start: () => Promise<Redis>) {
  let redis: Redis | undefined;
  const open: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    redis = await start();
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  afterAll(() => redis?.stop());
  const server = (): Redis => {
    if (redis === undefined) throw new Error('Redis has not started.');
    return redis;
  };

  function openOffice(
    bankOptions: BankOptions<Loan> = {},
    options: Partial<DeskOptions> = {},
  ): Office {
    const { intercept = (request, pass) => pass(request), ...rest } = bankOptions;
    let told = () => {};
    const bank = openBank({
      ...rest,
      intercept(request, pass) {
        told();
        return intercept(request, pass);
      },
    });
    const { client, clock } = bank;
    const asked = () => bank.calls.filter((path) => path.endsWith('/result')).length;
    const desk = openDesk({
      redis: server(),
      client,
      service: loan,
      clock,
      hurry: true,
      ...options,
    });
    open.push(client.close, desk.close);
    return {
      ...bank,
      ...desk,
      submit: async () => client.submit(await bank.consent(), latest()),
      asked,
      async askedTimes(times) {
        while (asked() < times)
          await new Promise<void>((resolve) => {
            told = resolve;
          });
      },
    };
  }
  return { server, open, openOffice };
}
