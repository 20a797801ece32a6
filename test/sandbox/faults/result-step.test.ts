import { describe, expect, it } from 'vitest';
import { latest } from '../../../src/index.js';
import type { Fault } from '../../../src/sandbox/index.js';
import { openBank } from '../../kit/loan.js';
import { errorOf } from '../../kit/refusals.js';

import { type Action, at, broken, busy, malformed, name } from './actions.js';

describe('a client at the result step', () => {
  /** A client makes four attempts before it gives up. */
  const toTheEnd = (fault: Action) => ({
    faults: [1, 2, 3, 4].map((nth) => ({ ...fault, on: 'result', nth }) as Fault),
  });

  it.each(broken.map(name))(
    'reports %s as a closed connection and can collect again',
    async (_, fault) => {
      const { client, consent, onProgress } = openBank(toTheEnd(fault));
      const retrieval = await client.submit(await consent(), latest());
      const error = await errorOf(() => client.collect(retrieval, { onProgress }));
      expect(error).toMatchObject({
        code: 'connection_closed',
        effect: 'none',
        retry: { safe: true },
      });
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({ status: 'ready' });
    },
  );

  it.each(malformed.map(name))(
    'reports %s as an invalid response and can collect again',
    async (_, fault) => {
      const { client, consent, onProgress } = openBank(at('result', fault));
      const retrieval = await client.submit(await consent(), latest());
      expect(await errorOf(() => client.collect(retrieval))).toMatchObject({
        code: 'response_invalid',
        stage: 'result',
        effect: 'none',
      });
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({ status: 'ready' });
    },
  );

  it.each([...busy, { do: 'error-500' } as const].map(name))(
    'reports the answer as unavailable after %s and can collect again',
    async (_, fault) => {
      const { client, consent, onProgress } = openBank(toTheEnd(fault));
      const retrieval = await client.submit(await consent(), latest());
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({
        status: 'unavailable',
        until: null,
      });
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({ status: 'ready' });
    },
  );

  it.each([
    ['seconds', false],
    ['a date', true],
  ])('returns the retry time that the portal gave as %s', async (_, asDate) => {
    const { client, consent } = openBank(
      at('result', { do: 'error-503', retryAfterSeconds: 90, asDate }),
    );
    expect(await client.query(await consent(), latest())).toMatchObject({
      status: 'unavailable',
      until: '2026-12-01T10:01:30+09:00',
    });
  });

  it('reports an expired result when the portal’s clock is ahead', async () => {
    const { client, consent } = openBank(at('result', { do: 'clock-skew', ms: 3_600_000 }));
    expect(await client.query(await consent(), latest())).toMatchObject({
      status: 'failed',
      error: { upstream: { status: 410, code: 'result_expired' } },
    });
  });

  it('discards the answer to another process', async () => {
    const { client, consent, onProgress } = openBank(at('result', { do: 'mismatched-process' }, 2));
    const grant = await consent();
    expect(await errorOf(() => client.query(grant, latest(), { onProgress }))).toMatchObject({
      code: 'process_mismatch',
    });
  });
});
