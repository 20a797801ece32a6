import { describe, expect, it } from 'vitest';
import { latest } from '../../../src/index.js';
import { openBank } from '../../kit/loan.js';
import { errorOf } from '../../kit/refusals.js';

import { at } from './actions.js';

describe('a delay of the sandbox', () => {
  it('waits by the sandbox’s clock, and a client within its deadline gets the answer', async () => {
    const { client, consent, clock, onProgress, sandbox } = openBank(
      at('result', { do: 'delay', ms: 5_000 }),
    );
    const grant = await consent();
    const query = client.query(grant, latest(), { onProgress });
    await expect.poll(() => sandbox.journal.at(-1)?.step).toBe('result');
    clock.advance(5_000);
    expect(await query).toMatchObject({ status: 'ready' });
  });

  it('leaves the answer pending when it is longer than the client’s deadline', async () => {
    const { client, consent, clock, onProgress, sandbox } = openBank(
      at('result', { do: 'delay', ms: 60_000 }),
    );
    const query = client.query(await consent(), latest(), { deadlineMs: 2_000 });
    await expect.poll(() => sandbox.journal.at(-1)?.step).toBe('result');
    clock.advance(2_000);
    const pending = await query;
    expect(pending.status).toBe('pending');
    if (pending.status === 'pending')
      expect(await client.collect(pending.retrieval, { onProgress })).toMatchObject({
        status: 'ready',
      });
  });
});

describe('a stall of the sandbox', () => {
  it.each([
    ['token', 'timed_out'],
    ['request', 'answer_lost'],
    ['result', 'timed_out'],
  ] as const)('ends by the client’s own deadline at the %s step', async (step, code) => {
    const { client, consent, clock, sandbox, onProgress } = openBank({
      faults: [{ on: step, do: 'stall' }],
    });
    const stalls = () => sandbox.journal.filter(({ fault }) => fault === 'stall').length;
    const journey = errorOf(async () =>
      client.query(await consent(), latest(), { deadlineMs: 240_000, onProgress }),
    );
    for (let call = 1; call <= (step === 'result' ? 4 : 1); call++) {
      await expect.poll(stalls).toBe(call);
      clock.advance(30_000);
    }
    expect(await journey).toMatchObject({ code });
  });
});
