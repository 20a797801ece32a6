import { describe, expect, it } from 'vitest';
import { createVirtualClock, latest } from '../../../src/index.js';
import { createSandbox } from '../../../src/sandbox/index.js';
import { NOW, openBank } from '../../kit/loan.js';
import { errorOf, thrownBy } from '../../kit/refusals.js';
import { authorizationUrl, paths, registration } from '../steps.js';

import { at } from './actions.js';

describe('a fault of the sandbox', () => {
  it('affects the nth call of its step, or every call', async () => {
    const second = openBank(at('result', { do: 'error-503' }, 2));
    const retrieval = await second.client.submit(await second.consent(), latest());
    expect(await second.client.collect(retrieval, { onProgress: second.onProgress })).toMatchObject(
      { status: 'ready' },
    );
    expect(
      second.sandbox.journal.filter(({ step }) => step === 'result').map(({ fault }) => fault),
    ).toEqual([undefined, 'error-503', undefined]);
    const every = openBank({ faults: [{ on: 'result', do: 'error-503' }] });
    const other = await every.client.submit(await every.consent(), latest());
    for (const _ of [1, 2, 3])
      expect(await every.client.collect(other, { onProgress: every.onProgress })).toMatchObject({
        status: 'unavailable',
      });
  });

  it('applies only the first of several faults that match', async () => {
    const { client, consent, onProgress } = openBank({
      faults: [
        { on: 'result', do: 'error-429' },
        { on: 'result', do: 'stall' },
      ],
    });
    expect(await client.query(await consent(), latest(), { onProgress })).toMatchObject({
      status: 'unavailable',
    });
  });

  it('is written to the log with the outcome of the step', async () => {
    const { consent, sandbox, client } = openBank({
      faults: [
        { on: 'request', do: 'reset' },
        { on: 'result', do: 'error-503' },
      ],
    });
    await errorOf(async () => client.submit(await consent(), latest()));
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'request',
      outcome: 'accepted',
      fault: 'reset',
    });
  });

  it('can corrupt the consent page', async () => {
    const clock = createVirtualClock(NOW);
    for (const [fault, status] of [
      [{ do: 'error-500' }, 500],
      [{ do: 'maintenance' }, 503],
      [{ do: 'error-429', retryAfterSeconds: 7 }, 429],
    ] as const) {
      const sandbox = createSandbox({
        registrations: [registration],
        clock,
        faults: [{ on: 'authorize', ...fault }],
      });
      expect((await sandbox.fetch(new Request(authorizationUrl(sandbox)))).status).toBe(status);
    }
    const sandbox = createSandbox({
      registrations: [registration],
      clock,
      faults: [{ on: 'authorize', do: 'reset' }],
    });
    const response = await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    expect(await thrownBy(() => response.text())).toBeInstanceOf(TypeError);
  });
});

describe('a clock skew of the sandbox', () => {
  it('affects one step and expires nothing of other calls', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock(NOW),
      faults: [{ on: 'authorize', nth: 2, do: 'clock-skew', ms: 3_600_000 }],
    });
    const form =
      /name="form" value="([^"]+)"/.exec(
        await (await sandbox.fetch(new Request(authorizationUrl(sandbox)))).text(),
      )?.[1] ?? '';
    await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    const body = new URLSearchParams({ form, decision: 'agree', agree: 'yes' });
    const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
    expect((await sandbox.fetch(new Request(url, { method: 'POST', body }))).status).toBe(200);
  });
});
