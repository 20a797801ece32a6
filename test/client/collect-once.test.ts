import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/index.js';
import { answerAt, expectStatus } from '../kit/loan.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { polls, submitted } from './submitted.js';

describe('client.collect with the option once', () => {
  it('polls once, does not wait, and says when to poll again', async () => {
    const { client, retrieval, calls, clock } = await submitted();
    const told: Progress[] = [];
    const first = expectStatus(
      await client.collect(retrieval, {
        once: true,
        onProgress: (progress) => told.push(progress),
      }),
      'pending',
    );
    // The sandbox asks for one second.
    expect([polls(calls), first.retryAt, told]).toEqual([1, '2026-12-01T10:00:01+09:00', []]);
    clock.set(first.retryAt);
    expectStatus(await client.collect(retrieval, { once: true }), 'ready');
    expect(polls(calls)).toBe(2);
  });

  it('does not repeat a poll that failed', async () => {
    const lost = await submitted(
      answerAt('/result', () => Promise.reject(new TypeError('fetch failed'))),
    );
    await errorOf(() => lost.client.collect(lost.retrieval, { once: true }));
    expect(polls(lost.calls)).toBe(1);
    const busy = await submitted(
      answerAt(
        '/result',
        () => new Response(null, { status: 503, headers: { 'retry-after': '120' } }),
      ),
    );
    expect(
      expectStatus(await busy.client.collect(busy.retrieval, { once: true }), 'unavailable').until,
    ).toBe('2026-12-01T10:02:00+09:00');
    expect(polls(busy.calls)).toBe(1);
  });

  it('accepts only true or false', async () => {
    const { client, retrieval, calls } = await submitted();
    expect(await typeErrorOf(() => client.collect(retrieval, { once: 'yes' } as never))).toBe(
      'options.once must be true or false.',
    );
    expect(polls(calls)).toBe(0);
  });
});
