import { describe, expect, it } from 'vitest';
import { isSelfInfoError, latest } from '../../src/index.js';
import { expectStatus, openBank } from '../kit/loan.js';

describe('a query that fails after its request', () => {
  const faults = [
    ['a lost connection', () => Promise.reject(new TypeError('fetch failed')), 'connection_closed'],
    [
      'a maintenance page',
      async () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } }),
      'response_invalid',
    ],
  ] as const;

  it.each(faults)(
    'by %s carries the retrieval in its error, and the answer can be collected with it',
    async (_, fault, code) => {
      let broken = true;
      const { client, consent, onProgress, calls } = openBank({
        intercept: (request, pass) =>
          broken && request.url.endsWith('/result') ? fault() : pass(request),
      });
      const error = await client
        .query(await consent(), { income: latest() }, { onProgress })
        .catch((thrown: unknown) => thrown);
      if (!isSelfInfoError(error, code)) throw new Error('another error');
      broken = false;
      const stored = JSON.stringify(error.retrieval);
      expectStatus(await client.collect(client.resume(stored), { onProgress }), 'ready');
      expect(calls.filter((path) => path === '/request')).toHaveLength(1);
    },
  );

  it('by HTTP 500 leaves the result unavailable, and it can be collected later', async () => {
    let broken = true;
    const { client, consent, onProgress } = openBank({
      intercept: async (request, pass) =>
        broken && request.url.endsWith('/result')
          ? new Response('', { status: 500 })
          : pass(request),
    });
    const { retrieval } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'unavailable',
    );
    broken = false;
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });

  it('by an abort carries the retrieval, too', async () => {
    const controller = new AbortController();
    const { client, consent, onProgress } = openBank();
    const error = await client
      .query(
        await consent(),
        { income: latest() },
        { signal: controller.signal, onProgress: () => controller.abort() },
      )
      .catch((thrown: unknown) => thrown);
    if (!isSelfInfoError(error, 'aborted')) throw new Error('another error');
    expectStatus(await client.collect(client.resume(error.retrieval), { onProgress }), 'ready');
  });

  it('carries no retrieval when the request itself failed', async () => {
    const { client, consent } = openBank({
      intercept: (request, pass) =>
        request.url.endsWith('/request')
          ? Promise.reject(new TypeError('fetch failed'))
          : pass(request),
    });
    const error = await client
      .query(await consent(), { income: latest() })
      .catch((thrown: unknown) => thrown);
    expect(isSelfInfoError(error) && 'retrieval' in error).toBe(false);
  });
});
