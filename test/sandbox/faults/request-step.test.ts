import { describe, expect, it } from 'vitest';
import { latest } from '../../../src/index.js';
import { openBank } from '../../kit/loan.js';
import { errorOf } from '../../kit/refusals.js';
import { paths } from '../steps.js';

import { at, broken, busy, malformed, name } from './actions.js';

describe('a client at the request step', () => {
  it.each(broken.map(name))(
    'reports %s as a lost answer and does not send the request again',
    async (_, fault) => {
      const { client, consent, calls } = openBank(at('request', fault));
      const grant = await consent();
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'answer_lost',
        effect: 'unknown',
        retry: { safe: false },
      });
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'grant_used',
      });
      expect(calls.filter((path) => path === paths.request.value)).toHaveLength(1);
    },
  );

  it.each(malformed.map(name))('reports %s as an invalid response', async (_, fault) => {
    const { client, consent } = openBank(at('request', fault));
    const grant = await consent();
    expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
      code: 'response_invalid',
      stage: 'request',
      effect: 'unknown',
    });
  });

  it.each(busy.map(name))(
    'reports the effect of %s as unknown and does not send the request again',
    async (_, fault) => {
      const { client, consent } = openBank(at('request', fault));
      const grant = await consent();
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'upstream_unavailable',
        effect: 'unknown',
        retry: { safe: false },
      });
      expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
    },
  );

  it('reports the effect of error-500 as unknown', async () => {
    const { client, consent } = openBank(at('request', { do: 'error-500' }));
    const grant = await consent();
    expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
      code: 'upstream_failed',
      effect: 'unknown',
    });
  });

  it('gets invalid_token for an expired token when the portal’s clock is ahead', async () => {
    const { client, consent } = openBank(at('request', { do: 'clock-skew', ms: 7_200_000 }));
    expect(await client.query(await consent(), latest())).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_refused', upstream: { code: 'invalid_token' } },
    });
  });

  it('finds no result for a mismatched process id', async () => {
    const { client, consent, onProgress } = openBank(at('request', { do: 'mismatched-process' }));
    const collected = await client.query(await consent(), latest(), { onProgress });
    expect(collected).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_refused', upstream: { code: 'unknown_process' } },
    });
  });
});
