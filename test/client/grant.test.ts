import { describe, expect, it } from 'vitest';
import { type Grant, latest } from '../../src/index.js';
import { type Loan, openBank } from '../kit/loan.js';
import { errorOf, facts, refusalOf } from '../kit/refusals.js';

const asked = { income: latest() };

describe('a grant', () => {
  it('allows one request', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    await client.submit(grant, asked);
    expect(facts(await errorOf(() => client.submit(grant, asked)))).toEqual({
      code: 'grant_used',
      stage: 'request',
      effect: 'none',
      safe: false,
    });
    expect((await errorOf(() => client.query(grant, { household: latest() }))).code).toBe(
      'grant_used',
    );
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('allows one of many concurrent requests', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => client.submit(grant, asked)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : [])),
    ).toEqual(Array(19).fill('grant_used'));
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('is valid until its token expires, to the millisecond', async () => {
    const { client, consent, clock, calls } = openBank();
    const [early, late] = [await consent(), await consent()];
    expect(late.expiresAt).toBe('2026-12-01T12:00:00+09:00');
    clock.set('2026-12-01T11:59:59.999+09:00');
    expect((await client.submit(early, asked)).submittedAt).toBe('2026-12-01T11:59:59.999+09:00');
    clock.set('2026-12-01T12:00:00+09:00');
    expect((await errorOf(() => client.submit(late, asked))).code).toBe('grant_expired');
    expect(calls).toEqual(['/oauth/token', '/oauth/token', '/request']);
  });

  it('is accepted only as the object that the client returned', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    for (const foreign of [
      { ...grant },
      JSON.parse(JSON.stringify(grant)),
      structuredClone(grant),
      {},
      null,
      undefined,
      'grant',
      await openBank().consent(),
    ])
      expect(await refusalOf(() => client.submit(foreign as Grant<Loan>, asked))).toEqual([
        'foreign_grant',
        'grant',
      ]);
    expect(calls).toEqual(['/oauth/token']);
  });

  it('is frozen, terms included', async () => {
    const { consent } = openBank();
    const grant = await consent();
    expect(() => Object.assign(grant, { expiresAt: null })).toThrow(TypeError);
    expect(() => Object.assign(grant.terms, { keepUntil: '2099-01-01T00:00:00+09:00' })).toThrow(
      TypeError,
    );
    expect(() => Object.assign(grant.terms.purpose, { id: 'marketing' })).toThrow(TypeError);
  });
});
