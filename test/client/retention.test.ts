import { afterEach, describe, expect, it } from 'vitest';
import { defineService, latest } from '../../src/index.js';
import { answerAt, expectStatus, loan, openBank } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

describe('the retention period', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each([
    ['2026-12-01T10:00:00+09:00', 'Asia/Tokyo', '2027-01-01T00:00:00+09:00'],
    ['2026-12-01T10:00:00+09:00', 'America/New_York', '2027-01-01T00:00:00+09:00'],
    ['2026-12-01T00:00:00+09:00', 'UTC', '2027-01-01T00:00:00+09:00'],
    ['2026-12-01T23:59:59+09:00', 'UTC', '2027-01-01T00:00:00+09:00'],
    ['2026-12-02T00:00:00+09:00', 'Pacific/Kiritimati', '2027-01-02T00:00:00+09:00'],
    // 2028 is a leap year: 30 days after January 30 is February 29.
    ['2028-01-30T12:00:00+09:00', 'UTC', '2028-03-01T00:00:00+09:00'],
  ])('of a consent at %s, with TZ=%s, ends at %s', async (now, tz, until) => {
    process.env.TZ = tz;
    const { consent } = openBank({ now });
    const { terms } = await consent();
    expect([terms.grantedAt, terms.keepUntil]).toEqual([now, until]);
  });

  it('of zero days ends at midnight', async () => {
    const { consent } = openBank({ service: defineService({ ...loan, retention: { days: 0 } }) });
    expect((await consent()).terms.keepUntil).toBe('2026-12-02T00:00:00+09:00');
  });

  it('counts from the callback, even if the token request runs past midnight', async () => {
    const slow = answerAt('/oauth/token', (request, pass) => {
      clock.advance(2_000);
      return pass(request);
    });
    const { clock, consent } = openBank({ ...slow, now: '2026-12-01T23:59:59+09:00' });
    const { terms } = await consent();
    expect([terms.grantedAt, terms.keepUntil]).toEqual([
      '2026-12-01T23:59:59+09:00',
      '2027-01-01T00:00:00+09:00',
    ]);
  });

  it('ends for reveal and for the extras at the millisecond', async () => {
    const { client, consent, onProgress, clock } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('unlisted'), { income: latest() }, { onProgress }),
      'ready',
    );
    const income = expectStatus(answer.items.income, 'present');
    clock.set('2026-12-31T23:59:59.999+09:00');
    expect(income.reveal()).toHaveLength(1);
    expect(Object.keys(answer.extras.reveal())).toEqual(['items']);
    clock.set('2027-01-01T00:00:00+09:00');
    for (const read of [
      () => income.reveal(),
      () => income.extras.reveal(),
      () => answer.extras.reveal(),
    ])
      expect((await errorOf(read)).code).toBe('retention_ended');
    // The answer keeps its terms and reveals nothing.
    expect(answer.terms.keepUntil).toBe('2027-01-01T00:00:00+09:00');
  });
});
