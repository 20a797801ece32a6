import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { hangAt, openBank, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

describe('a closed client', () => {
  it('refuses every call that sends, and can be closed again', async () => {
    const { client, consent, callback, calls } = openBank();
    const grant = await consent();
    const back = await callback();
    const retrieval = await client.submit(await consent(), { income: latest() });
    const before = calls.length;
    await client.close();
    await client.close();
    for (const call of [
      () => client.beginConsent({ sessionBinding: SESSION }),
      () => client.completeConsent(back, { sessionBinding: SESSION }),
      () => client.submit(grant, { income: latest() }),
      () => client.query(grant, { income: latest() }),
      () => client.collect(retrieval),
    ])
      expect((await errorOf(call)).code).toBe('client_closed');
    expect(calls.length).toBe(before);
  });

  it('aborts the calls in progress', async () => {
    const { reached, intercept } = hangAt('/result');
    const { client, consent } = openBank({ intercept });
    const retrieval = await client.submit(await consent(), { income: latest() });
    const collecting = errorOf(() => client.collect(retrieval));
    await reached;
    await client.close();
    expect(await collecting).toMatchObject({ code: 'aborted', stage: 'result', effect: 'none' });
  });
});
