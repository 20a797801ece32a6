import type { Job } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { refOf, stateOf } from '../../src/bullmq/states.js';
import { NOW } from '../kit/loan.js';

const clock = { now: () => Date.parse(NOW) };
const until = '2026-12-01T10:02:00+09:00';
const stateWith = (state: string, job?: Partial<Job>) =>
  stateOf(
    { getJobState: async () => state as never, getJob: async () => job as never },
    '4c1f-8a',
    clock,
  );

// Delays in Redis count by the system clock.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: clock.now() }));
afterAll(() => void vi.useRealTimers());

describe('stateOf', () => {
  it.each([
    ['unknown', undefined],
    ['active', { state: 'asking' }],
    ['waiting', { state: 'waiting' }],
    ['prioritized', { state: 'waiting' }],
    ['completed', { state: 'ready', ref: '4c1f8a' }],
  ])('reads the state %s of BullMQ as %o', async (state, expected) => {
    expect(await stateWith(state)).toEqual(expected);
  });

  it.each<[unknown, string]>([
    ['upstream_refused', 'upstream_refused'],
    ['job stalled more than allowable limit', 'retrieval_gone'],
    ['a'.repeat(41), 'retrieval_gone'],
    [undefined, 'retrieval_gone'],
  ])('reads the failure reason %o as the code %s', async (failedReason, code) => {
    expect(await stateWith('failed', { failedReason } as Partial<Job>)).toEqual({
      state: 'failed',
      code,
    });
  });

  it('reads a removed failed job as gone', async () => {
    expect(await stateWith('failed')).toEqual({ state: 'failed', code: 'retrieval_gone' });
  });

  it.each([
    { state: 'waiting', until },
    { state: 'unavailable', until },
  ])('reads the note %o of a delayed job', async (progress) => {
    expect(await stateWith('delayed', { progress })).toEqual(progress);
    expect(await stateWith('delayed', { progress: { ...progress, v: 1 } })).toEqual(progress);
  });

  it.each(['delayed', 'active', 'waiting', 'prioritized'])(
    'reads the note of a stored answer as ready while BullMQ says %s',
    async (state) => {
      const progress = { state: 'ready', until };
      expect(await stateWith(state, { progress })).toEqual({ state: 'ready', ref: '4c1f8a' });
    },
  );

  it.each<[string, Partial<Job> | undefined, RegExp]>([
    [
      'its delay without a note',
      { progress: 0, timestamp: clock.now(), delay: 120_000 },
      /T10:02:00/,
    ],
    ['the current time for a note of another form', { progress: { state: 'x' } }, /T10:00:00\+/],
    [
      'its delay for a note of a newer version',
      { progress: { v: 2, state: 'waiting', until }, timestamp: clock.now(), delay: 60_000 },
      /T10:01:00/,
    ],
    [
      'the current time for a delay of more than a year',
      { progress: 0, timestamp: clock.now(), delay: 9e15 },
      /T10:00:00\+/,
    ],
    ['the current time for a removed job', undefined, /T10:00:00\+/],
  ])('reads a delayed job as unavailable until %s', async (_, job, expected) => {
    expect(await stateWith('delayed', job)).toEqual({
      state: 'unavailable',
      until: expect.stringMatching(expected),
    });
  });
});

describe('refOf', () => {
  it('returns the id without hyphens', () => {
    expect(refOf('4c1f-8a-00')).toBe('4c1f8a00');
  });
});
