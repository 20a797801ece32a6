import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { expectStatus, hangAt, openBank, SESSION } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';

const asked = { income: latest() };

describe('an abort', () => {
  it.each(['token', 'request', 'result'] as const)(
    'at the stage %s ends the call at once and sends nothing more',
    async (stage) => {
      const path = { token: '/oauth/token', request: '/request', result: '/result' }[stage];
      const { reached, intercept } = hangAt(path);
      const { client, callback, calls } = openBank({ intercept });
      const back = await callback();
      const controller = new AbortController();
      const { signal } = controller;
      const journey = errorOf(async () => {
        const outcome = await client.completeConsent(back, { sessionBinding: SESSION, signal });
        await client.query(expectStatus(outcome, 'granted').grant, asked, { signal });
      });
      await reached;
      controller.abort(new Error('canary'));
      const error = await journey;
      expect(facts(error)).toEqual({
        code: 'aborted',
        stage,
        effect: stage === 'result' ? 'none' : 'unknown',
        safe: stage === 'result',
      });
      expect(JSON.stringify(error) + error.cause).not.toContain('canary');
      expect(calls.at(-1)).toBe(path);
      expect(new Set(calls).size).toBe(calls.length);
    },
  );

  it('between two polls ends the wait', async () => {
    const { client, consent, calls } = openBank();
    const controller = new AbortController();
    const error = await errorOf(async () =>
      client.query(await consent(), asked, {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      }),
    );
    expect(facts(error)).toEqual({ code: 'aborted', stage: 'result', effect: 'none', safe: true });
    expect(calls).toEqual(['/oauth/token', '/request', '/result']);
  });

  it('before the call sends nothing and leaves the grant usable', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    expect(
      facts(await errorOf(() => client.submit(grant, asked, { signal: AbortSignal.abort() }))),
    ).toEqual({
      code: 'aborted',
      stage: 'request',
      effect: 'none',
      safe: true,
    });
    expect(calls).toEqual(['/oauth/token']);
    expect((await client.submit(grant, asked)).v).toBe(2);
  });

  it('after the call changes nothing', async () => {
    const { client, consent, onProgress } = openBank();
    const controller = new AbortController();
    const retrieval = await client.submit(await consent(), asked, { signal: controller.signal });
    controller.abort();
    expect((await client.collect(retrieval, { onProgress })).status).toBe('ready');
  });
});
