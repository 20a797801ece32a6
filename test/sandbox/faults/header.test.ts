import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/index.js';
import { createSandbox, faultHeader } from '../../../src/sandbox/index.js';
import { NOW } from '../../kit/loan.js';
import { fields, inquiry, paths, registration, send, tokenFor } from '../steps.js';

describe('the fault header', () => {
  const sandbox = createSandbox({ registrations: [registration], clock: createVirtualClock(NOW) });
  const ask = async (fault: string) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor(sandbox, 'hanako')}`,
      [faultHeader]: fault,
    };
    return send(sandbox, paths.request.value, {
      headers,
      body: JSON.stringify({ [fields.items.value]: [inquiry('household', 'latest')] }),
    });
  };

  it('requests a fault for its own call', async () => {
    const { status, headers } = await ask('error-503; retryAfterSeconds=30; asDate=true');
    expect([status, headers.get('retry-after')]).toEqual([503, 'Tue, 01 Dec 2026 01:00:30 GMT']);
  });

  it('takes precedence over the faults of the options', async () => {
    const busy = createSandbox({
      registrations: [registration],
      clock: createVirtualClock(NOW),
      faults: [{ on: 'request', do: 'error-500' }],
    });
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor(busy, 'hanako')}`,
    };
    const body = JSON.stringify({ [fields.items.value]: [inquiry('household', 'latest')] });
    expect(
      (
        await send(busy, paths.request.value, {
          headers: { ...headers, [faultHeader]: 'error-429' },
          body,
        })
      ).status,
    ).toBe(429);
    expect((await send(busy, paths.request.value, { headers, body })).status).toBe(500);
  });

  it('turns a response into 20 MiB of JSON', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', [faultHeader]: 'huge' };
    const answer = await sandbox.fetch(
      new Request(new URL(paths.token.value, sandbox.environment().endpoints.apiUrl), {
        method: 'POST',
        headers,
        body: 'a=1',
      }),
    );
    const text = await answer.text();
    expect(text.length).toBeGreaterThanOrEqual(20 * 1_048_576);
    expect(Object.keys(JSON.parse(text))).toEqual(['filler']);
  });

  it('puts a skewed clock into the Date header', async () => {
    expect((await ask('clock-skew; ms=-60000')).headers.get('date')).toBe(
      'Tue, 01 Dec 2026 00:59:00 GMT',
    );
  });

  it.each([
    'explode',
    '',
    'delay',
    'delay; ms=-1',
    'stall; ms=1',
    'delay; ms',
    ';;=',
    'clock-skew; ms=9e9',
    'stall; nth=2',
    'stall; on=token',
  ])('refuses the value %j', async (fault) => {
    expect(await ask(fault)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});
