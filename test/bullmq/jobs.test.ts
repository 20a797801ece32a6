import { EventEmitter } from 'node:events';
import { DelayedError, UnrecoverableError } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jobOptions } from '../../src/bullmq/adding.js';
import { reportTrouble } from '../../src/bullmq/context.js';
import { closeWorker, type JobContext, processJob, reportEnds } from '../../src/bullmq/worker.js';
import { SelfInfoError } from '../../src/index.js';
import { NOW } from '../kit/loan.js';

const NOW_MS = Date.parse(NOW);
const bullmq = { DelayedError, UnrecoverableError };

// Delays in Redis count by the system clock.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS }));
afterAll(() => void vi.useRealTimers());

/**
 * Returns a job whose retrieval the store does not have; `has` says whether the vault has its
 * answer.
 */
function openJob({ has = async () => false, moves = async () => {} } = {}) {
  const events: object[] = [];
  const moved: unknown[] = [];
  const context = {
    bullmq,
    client: { recall: async () => undefined },
    vault: { has },
    clock: { now: () => NOW_MS },
    deadlineMs: 5_000,
    emit: (event: object) => events.push(event),
  } as unknown as JobContext;
  const job = {
    id: 'a-b',
    timestamp: NOW_MS,
    updateProgress: async (note: object) => {
      moved.push(note);
    },
    moveToDelayed: async (atMs: number, token: string) => {
      moved.push(atMs - NOW_MS, token);
      return moves();
    },
  };
  return { events, moved, run: () => processJob(context, job as never, 'lock') };
}

describe('processJob', () => {
  it('completes the job of a retrieval whose answer is stored', async () => {
    const { run, events } = openJob({ has: async () => true });
    expect([await run(), events]).toEqual([null, []]);
  });

  it('fails the job of a retrieval that is gone, with its code and without a stack', async () => {
    const error = await openJob()
      .run()
      .catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(UnrecoverableError);
    expect(error).toMatchObject({ message: 'retrieval_gone', stack: '' });
  });

  it('puts a job off after a temporary error, and emits it', async () => {
    const { run, events, moved } = openJob({
      has: () => Promise.reject(new SelfInfoError('store_failed')),
    });
    await expect(run()).rejects.toBeInstanceOf(DelayedError);
    const note = { state: 'waiting', until: '2026-12-01T10:00:01+09:00' };
    expect(moved).toEqual([note, 1_000, 'lock']);
    expect(events).toEqual([{ type: 'put-off', id: 'a-b', ...note, code: 'store_failed' }]);
  });

  it('fails without a stack and emits nothing when Redis refuses to put the job off', async () => {
    const { run, events } = openJob({
      has: () => Promise.reject(new Error('canary')),
      moves: () => Promise.reject(new Error('Missing lock for job 4649')),
    });
    const error = await run().catch((reason: Error) => reason);
    expect(error).toMatchObject({ message: 'store_failed', stack: '' });
    expect(events).toEqual([]);
  });
});

describe('reportEnds', () => {
  it('emits ends and recoveries, but no failure that BullMQ retries', () => {
    const worker = new EventEmitter();
    const events: object[] = [];
    reportEnds(worker as never, { bullmq, emit: (event) => events.push(event) });
    worker.emit('completed', { id: 'a-b' });
    worker.emit('failed', { id: 'a-b' }, new UnrecoverableError('upstream_refused'));
    worker.emit('failed', { id: 'a-b' }, new Error('store_failed'));
    worker.emit('failed', undefined, new UnrecoverableError('upstream_refused'));
    worker.emit('stalled', 'a-b');
    expect(events).toEqual([
      { type: 'ended', id: 'a-b', state: 'ready', ref: 'ab' },
      { type: 'ended', id: 'a-b', state: 'failed', code: 'upstream_refused' },
      { type: 'recovered', id: 'a-b' },
    ]);
  });
});

describe('reportTrouble', () => {
  it('emits the troubles of a worker until its connection is ended, and keeps the listeners of BullMQ', () => {
    const connection = new EventEmitter();
    const worker = Object.assign(new EventEmitter(), { connection });
    const open = { ended: false };
    const events: object[] = [];
    connection.on('error', (error) => worker.emit('error', error));
    reportTrouble(worker, open, (event) => events.push(event));
    connection.emit('error', new Error('LOADING'));
    // As BullMQ 5 does when it closes.
    connection.removeAllListeners();
    open.ended = true;
    connection.emit('error', new Error('Connection is closed.'));
    expect(events).toEqual([{ type: 'trouble', code: 'LOADING' }]);
  });
});

describe('closeWorker', () => {
  const workerThat = (pause: () => Promise<void>) => {
    const closed: unknown[] = [];
    return {
      closed,
      connection: { disconnect: () => closed.push('disconnected') },
      worker: {
        pause,
        close: async (force: boolean) => {
          closed.push(force);
        },
      },
    };
  };

  it('disconnects after the jobs in progress, then closes', async () => {
    const { worker, connection, closed } = workerThat(async () => void closed.push('paused'));
    await closeWorker(worker, connection, 60_000, () => undefined);
    expect(closed).toEqual(['paused', 'disconnected', true]);
  });

  it('closes after the limit although pausing never ends', async () => {
    const { worker, connection, closed } = workerThat(() => new Promise(() => {}));
    await closeWorker(worker, connection, 10, () => undefined);
    expect(closed).toEqual(['disconnected', true]);
  });

  it('emits trouble and closes when pausing fails', async () => {
    const events: object[] = [];
    const { worker, connection, closed } = workerThat(() => Promise.reject(new Error('LOADING')));
    await closeWorker(worker, connection, 60_000, (event) => events.push(event));
    expect([events, closed]).toEqual([
      [{ type: 'trouble', code: 'LOADING' }],
      ['disconnected', true],
    ]);
  });
});

describe('jobOptions', () => {
  it('has no delay for a job that is due now', () => {
    expect(jobOptions('a-b', 0, 60_001)).not.toHaveProperty('delay');
  });

  it('delays the job, retries it without end and keeps it 24 hours after the expiry', () => {
    expect(jobOptions('a-b', 5_000, 60_001)).toEqual({
      jobId: 'a-b',
      delay: 5_000,
      attempts: Number.MAX_SAFE_INTEGER,
      backoff: { type: 'fixed', delay: 5_000 },
      removeOnComplete: { age: 86_461 },
      removeOnFail: { age: 86_461 },
      stackTraceLimit: 0,
    });
  });
});
