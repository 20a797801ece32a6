import { describe, expect, it } from 'vitest';
import { SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { comeBack } from '../kit/stub.js';

describe('the time of a callback', () => {
  it.each([
    [-1, 'granted'],
    [0, 'expired'],
    [1, 'expired'],
  ])('%i ms from the limit makes it %s', async (off, status) => {
    const { complete, clock, callback, calls } = await comeBack();
    clock.advance(600_000 + off);
    expect((await complete(callback)).status).toBe(status);
    expect(calls).toEqual(status === 'granted' ? ['token'] : []);
  });

  it('before the start, when the clock was set back, counts by the clock as it is', async () => {
    const { complete, clock, callback } = await comeBack();
    clock.set('2026-12-01T09:59:00+09:00');
    expect(await complete(callback)).toMatchObject({
      status: 'granted',
      grant: { terms: { grantedAt: '2026-12-01T09:59:00+09:00' } },
    });
  });

  it('that passes during the exchange does not count: the callback was in time', async () => {
    const { complete, clock, callback } = await comeBack({
      answers: {
        token: () => {
          clock.advance(1_000);
          return Response.json({ access_token: 'a', token_type: 'Bearer' });
        },
      },
    });
    clock.advance(599_999);
    expect(await complete(callback)).toMatchObject({
      status: 'granted',
      grant: { terms: { grantedAt: '2026-12-01T10:09:59.999+09:00' } },
    });
  });
});

describe('a callback whose caller has aborted', () => {
  it('before it arrived ends as aborted, and uses nothing up', async () => {
    const { client, complete, callback, calls } = await comeBack();
    const error = await errorOf(() =>
      client.completeConsent(callback, {
        sessionBinding: SESSION,
        signal: AbortSignal.abort('canary'),
      }),
    );
    expect(error).toMatchObject({
      code: 'aborted',
      stage: 'callback',
      effect: 'none',
      retry: { safe: true },
    });
    expect(calls).toEqual([]);
    expect((await complete(callback)).status).toBe('granted');
  });

  it('during the exchange ends as aborted, and as replayed from then on', async () => {
    const controller = new AbortController();
    const { client, complete, callback, calls } = await comeBack({
      answers: {
        token: () => {
          controller.abort('canary');
          return new Promise(() => {});
        },
      },
    });
    const error = await errorOf(() =>
      client.completeConsent(callback, { sessionBinding: SESSION, signal: controller.signal }),
    );
    expect(error).toMatchObject({
      code: 'aborted',
      stage: 'token',
      effect: 'unknown',
      retry: { safe: false },
    });
    expect(await complete(callback)).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['token']);
  });

  it('by closing the client sends nothing', async () => {
    const { client, complete, callback, calls } = await comeBack();
    await client.close();
    expect((await errorOf(() => complete(callback))).code).toBe('client_closed');
    expect(calls).toEqual([]);
  });
});
