import { describe, expect, it } from 'vitest';
import { grantOf, openBank, SESSION } from '../../kit/loan.js';
import { errorOf, thrownBy } from '../../kit/refusals.js';
import { codeFor, registration } from '../steps.js';

import { at, broken, busy, malformed, name } from './actions.js';

describe('a client at the token step', () => {
  it.each(broken.map(name))(
    'reports %s as a closed connection and does not retry',
    async (_, fault) => {
      const { consent } = openBank(at('token', fault));
      expect(await errorOf(consent)).toMatchObject({
        code: 'connection_closed',
        stage: 'token',
        effect: 'unknown',
        retry: { safe: false },
      });
    },
  );

  it.each(malformed.map(name))('reports %s as an invalid response', async (_, fault) => {
    const { consent } = openBank(at('token', fault));
    expect(await errorOf(consent)).toMatchObject({ code: 'response_invalid', stage: 'token' });
  });

  it.each(busy.map(name))('reports %s as an unavailable portal', async (_, fault) => {
    const { consent } = openBank(at('token', fault));
    expect(await errorOf(consent)).toMatchObject({
      code: 'upstream_unavailable',
      stage: 'token',
      retry: { safe: false },
    });
  });

  it('reports error-500 as a failure of the portal', async () => {
    const { consent } = openBank(at('token', { do: 'error-500' }));
    expect(await errorOf(consent)).toMatchObject({
      code: 'upstream_failed',
      upstream: { status: 500 },
    });
  });

  it('gets invalid_grant for an expired code when the portal’s clock is ahead', async () => {
    const { client, callback } = openBank(at('token', { do: 'clock-skew', ms: 60_000 }));
    const outcome = await client.completeConsent(await callback(), { sessionBinding: SESSION });
    expect(outcome).toEqual({ status: 'rejected', at: 'token', code: 'invalid_grant' });
  });
});

describe('an authorization code', () => {
  it('stays usable when a fault replaced its exchange', async () => {
    const { client, callback, sandbox } = openBank(at('token', { do: 'error-503' }));
    await thrownBy(async () =>
      client.completeConsent(await callback(), { sessionBinding: SESSION }),
    );
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'token',
      outcome: 'refused',
      code: 'fault_asked_for',
      fault: 'error-503',
    });
    expect(await codeFor(sandbox, 'hanako')).not.toBe('');
    expect(
      grantOf(await client.completeConsent(await callback(), { sessionBinding: SESSION })).terms
        .serviceId,
    ).toBe(registration.clientId);
  });
});
