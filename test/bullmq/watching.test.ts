import { describe, expect, it } from 'vitest';
import { waitAtMost } from '../../src/bullmq/connection.js';
import { abortWith, watch } from '../../src/bullmq/progress.js';

describe('watch', () => {
  it('keeps the watchers of a retrieval until the last one leaves', () => {
    const watchers = new Map<string, Set<() => void>>();
    const calls: string[] = [];
    const leaveFirst = watch(watchers, 'a', () => calls.push('first'));
    const leaveSecond = watch(watchers, 'a', () => calls.push('second'));
    for (const changed of watchers.get('a') ?? []) changed();
    leaveFirst();
    for (const changed of watchers.get('a') ?? []) changed();
    leaveSecond();
    expect([calls, watchers.size]).toEqual([['first', 'second', 'second'], 0]);
  });

  it('does not remove the watchers of a later set when it leaves twice', () => {
    const watchers = new Map<string, Set<() => void>>();
    const leave = watch(watchers, 'a', () => undefined);
    leave();
    watch(watchers, 'a', () => undefined);
    leave();
    expect(watchers.get('a')?.size).toBe(1);
  });
});

describe('abortWith', () => {
  it('aborts the controller when any signal aborts', () => {
    const [one, two, own] = [new AbortController(), new AbortController(), new AbortController()];
    abortWith(own, [one.signal, two.signal]);
    two.abort();
    expect(own.signal.aborted).toBe(true);
  });

  it('aborts the controller at once when a signal has aborted before', () => {
    const own = new AbortController();
    abortWith(own, [AbortSignal.abort()]);
    expect(own.signal.aborted).toBe(true);
  });

  it('leaves the controller alone after it was ended', () => {
    const [one, own] = [new AbortController(), new AbortController()];
    abortWith(own, [one.signal])();
    one.abort();
    expect(own.signal.aborted).toBe(false);
  });
});

describe('waitAtMost', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['resolves', async () => 1],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['never settles', () => new Promise(() => {})],
  ])('resolves to nothing when the work %s', async (_, work) => {
    expect(await waitAtMost(20, work)).toBeUndefined();
  });
});
