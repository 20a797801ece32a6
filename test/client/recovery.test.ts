import { describe, expect, it } from 'vitest';
import { defineService, explain, isSelfInfoError, latest } from '../../src/index.js';
import { expectStatus, openBank } from '../kit/loan.js';

describe('a query that fails after its request', () => {
  const faults = [
    ['a lost connection', () => Promise.reject(new Error('reset')), 'connection_closed'],
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
        request.url.endsWith('/request') ? Promise.reject(new Error('reset')) : pass(request),
    });
    const error = await client
      .query(await consent(), { income: latest() })
      .catch((thrown: unknown) => thrown);
    expect(isSelfInfoError(error) && 'retrieval' in error).toBe(false);
  });
});

describe('the reasons that explain gives for a closed service', () => {
  const pension = defineService({
    name: '年金相談',
    purpose: { id: 'pension-advice', text: '年金の相談のため' },
    retention: { days: 1 },
    items: { pension: { detail: 'pension', inquiries: ['latest'], latestBy: '改定日' } },
  });

  it('are those of the moment: on December 30 at 10:00 the resident registry, not the pension service', () => {
    // Table 2.5-3: the registry is down from December 28, 21:00 to January 4, 8:00. Table 2.5-4 row
    // 9: the pension service runs from 8 to 23 on business days, and December 30 is one.
    const { client } = openBank({ service: pension, now: '2026-12-30T10:00:00+09:00' });
    const availability = client.availability();
    expect(availability.state).toBe('closed');
    expect(
      availability.causes.filter((cause) => cause.state === 'closed').map((cause) => cause.server),
    ).toEqual(['juki-net']);
    const text = explain(availability, 'ja');
    expect(text).toContain('住民基本台帳ネットワークシステム');
    expect(text).not.toContain('日本年金機構');
  });

  it('are a single one when the state depends on the holder', () => {
    // On Sunday the pension service and the mutual aids are closed, and the municipal server runs.
    const { client } = openBank({ service: pension, now: '2026-12-13T10:00:00+09:00' });
    const availability = client.availability();
    expect(availability.state).toBe('uncertain');
    expect(explain(availability, 'ja').match(/。/g)).toHaveLength(3);
    expect(explain(availability, 'en')).toMatch(/depends/);
  });
});

describe('an answer with unavailable items', () => {
  it('is explained as unavailable, not as complete', async () => {
    // Saturday, December 19, 2026, 23:00, is the third weekend: the resident registry is down until
    // Sunday 8:00.
    const { client, consent, onProgress } = openBank({ now: '2026-12-19T23:00:00+09:00' });
    const result = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(explain(result, 'ja')).toMatch(/^ただいま取得できません。/);
  });
});
