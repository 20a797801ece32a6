import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createVirtualClock } from '../../src/foundation/clock.js';
import { createYielder, withinScope } from '../../src/foundation/deadline.js';
import { errorOf } from '../kit/refusals.js';

const START = '2026-12-01T10:00:00+09:00';
const never = () => new Promise<never>(() => undefined);

describe('withinScope', () => {
  it('resolves to what the work resolves to', async () => {
    const { signal } = new AbortController();
    const clock = createVirtualClock(START);
    expect(await withinScope({ stage: 'token', signal }, clock, 1_000, async () => 7)).toBe(7);
  });

  it('reports a limit that is over as timed_out at the store, harmless and retryable', async () => {
    const { signal } = new AbortController();
    const clock = createVirtualClock(START);
    const failed = errorOf(() => withinScope({ stage: 'token', signal }, clock, 1_000, never));
    clock.advance(1_000);
    expect(await failed).toMatchObject({
      code: 'timed_out',
      stage: 'store',
      effect: 'none',
      retry: { safe: true },
    });
  });

  it('reports an abort as aborted at the stage of the scope, harmless and retryable', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const clock = createVirtualClock(START);
    const failed = errorOf(() => withinScope({ stage: 'callback', signal }, clock, 1_000, never));
    controller.abort();
    expect(await failed).toMatchObject({
      code: 'aborted',
      stage: 'callback',
      effect: 'none',
      retry: { safe: true },
    });
  });

  it('does not start the work when its signal has aborted', async () => {
    const work = vi.fn(never);
    const clock = createVirtualClock(START);
    const scope = { stage: 'request', signal: AbortSignal.abort() } as const;
    expect((await errorOf(() => withinScope(scope, clock, 1_000, work))).code).toBe('aborted');
    expect(work).not.toHaveBeenCalled();
  });
});

describe('createYielder', () => {
  it('reports that a slice is used up once the work has reached it', () => {
    const yielder = createYielder(10);
    expect([yielder.use(9), yielder.use(1), yielder.use(1)]).toEqual([false, true, true]);
  });

  it('lets other work run and starts a new slice', async () => {
    const yielder = createYielder(10);
    yielder.use(12);
    let other = false;
    const waiting = setImmediate().then(() => {
      other = true;
    });
    await yielder.yield();
    await waiting;
    expect(other).toBe(true);
    expect([yielder.use(9), yielder.use(1)]).toEqual([false, true]);
  });

  it('rejects with the reason of its signal when that has aborted meanwhile', async () => {
    const controller = new AbortController();
    const yielder = createYielder(10, controller.signal);
    const yielding = yielder.yield();
    controller.abort('enough');
    await expect(yielding).rejects.toBe('enough');
  });
});
