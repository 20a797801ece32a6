import { describe, expect, it } from 'vitest';
import { altered, answerAt, openBank, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { comeBack } from './come-back.js';

describe('a late callback', () => {
  // The profile gives the citizen ten minutes.
  it('is granted in the last millisecond', async () => {
    const { clock, client, sandbox } = openBank();
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    clock.advance(599_999);
    expect(
      (
        await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
          sessionBinding: SESSION,
        })
      ).status,
    ).toBe('granted');
  });

  it('is expired from the limit on, however often it comes', async () => {
    const { clock, complete, good, calls } = await comeBack();
    clock.advance(600_000);
    expect(await complete(good)).toEqual({ status: 'expired' });
    expect(await complete(good)).toEqual({ status: 'expired' });
    expect(calls).toEqual([]);
  });

  it('is expired or unknown days later, when the store has forgotten it', async () => {
    const { clock, complete, good, client, calls } = await comeBack();
    clock.advance(86_400_000);
    expect(await complete(good)).toEqual({ status: 'expired' });
    clock.advance(600_000);
    // A store forgets when something is put into it.
    await client.beginConsent({ sessionBinding: SESSION });
    expect(await complete(good)).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
  });
});

describe('a repeated callback', () => {
  it('is replayed, and its token is not requested again', async () => {
    const { complete, good, calls } = await comeBack();
    expect((await complete(good)).status).toBe('granted');
    expect(await complete(good)).toEqual({ status: 'replayed' });
    expect(await complete(altered(good, { code: 'another-code' }))).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['/oauth/token']);
  });

  it('is replayed after an exchange that failed', async () => {
    const broken = answerAt('/oauth/token', () => new Response('<html>', { status: 503 }));
    const { client, callback, calls } = openBank(broken);
    const back = await callback();
    expect(
      await errorOf(() => client.completeConsent(back, { sessionBinding: SESSION })),
    ).toMatchObject({
      code: 'upstream_unavailable',
      stage: 'token',
      retry: { safe: false },
    });
    expect(await client.completeConsent(back, { sessionBinding: SESSION })).toEqual({
      status: 'replayed',
    });
    expect(calls).toEqual(['/oauth/token']);
  });

  it('is replayed for a day after its time, before the store forgets it', async () => {
    const { clock, complete, good } = await comeBack();
    await complete(good);
    clock.advance(600_000 + 86_400_000 - 1);
    expect(await complete(good)).toEqual({ status: 'replayed' });
  });
});
