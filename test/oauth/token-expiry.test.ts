import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { grantOf } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { exchange, good, json } from './exchange.js';

describe('a token that expires before it is used', () => {
  it.each([
    ['when it comes', 0, 0],
    ['a millisecond later', 0.001, 1],
    ['after its hour, at the millisecond', 3_600, 3_600_000],
  ])('%s sends no request', async (_, life, later) => {
    const { complete, client, clock, calls } = await exchange(() =>
      json({ ...good, expires_in: life }),
    );
    const grant = grantOf(await complete());
    clock.advance(later);
    expect((await errorOf(() => client.submit(grant, { income: latest() }))).code).toBe(
      'grant_expired',
    );
    expect(calls).toEqual(['token']);
  });

  it('because its response took long counts from when it was requested', async () => {
    const { complete, client, clock, calls } = await exchange(() => {
      clock.advance(5_000);
      return json({ ...good, expires_in: 5 });
    });
    const grant = grantOf(await complete());
    expect(grant.expiresAt).toBe('2026-12-01T10:00:05+09:00');
    expect((await errorOf(() => client.submit(grant, { income: latest() }))).code).toBe(
      'grant_expired',
    );
    expect(calls).toEqual(['token']);
  });

  it('is valid in its last millisecond', async () => {
    const { complete, client, clock, calls } = await exchange(() => json(good));
    const grant = grantOf(await complete());
    clock.advance(3_599_999);
    await client.submit(grant, { household: latest() });
    expect(calls).toEqual(['token', 'request']);
  });
});
