import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { explain, latest, type SelfInfoClient, type WireProfile } from '../../src/index.js';
import { expectStatus, grantOf, hangAt, openBank, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { hangingStore } from '../kit/stores.js';
import { noticing } from './noticing.js';

const asked = { income: latest() };

describe('a client at its limit of concurrent calls', () => {
  /** Opens a client that allows two calls, of which two hang. */
  async function busy() {
    const { intercept } = hangAt('/request');
    const bank = openBank({ intercept, maxConcurrent: 2 });
    const [back, spare, ...grants] = [
      await bank.callback(),
      await bank.consent(),
      await bank.consent(),
      await bank.consent(),
    ];
    const controller = new AbortController();
    const hanging = grants.map((grant) =>
      errorOf(() => bank.client.submit(grant, asked, { signal: controller.signal })),
    );
    while (bank.calls.filter((path) => path === '/request').length < 2) await setImmediate();
    async function free() {
      controller.abort();
      await Promise.all(hanging);
    }
    return { ...bank, back, spare, free };
  }

  it('refuses any further call at once and sends nothing', async () => {
    const { client, back, spare, calls, free } = await busy();
    const before = calls.length;
    const retrieval = {
      v: 2,
      id: '00000000-0000-4000-8000-000000000000',
      pin: 'public-2026-11:not-a-pin',
      terms: spare.terms,
      inquiries: asked,
      codes: {},
      submittedAt: spare.terms.grantedAt,
      expiresAt: spare.terms.keepUntil,
    } as const;
    for (const [stage, call] of [
      ['callback', () => client.completeConsent(back, { sessionBinding: SESSION })],
      ['request', () => client.submit(spare, asked)],
      ['request', () => client.query(spare, asked)],
      ['result', () => client.collect(retrieval)],
    ] as const) {
      const error = await errorOf(call);
      expect([error.code, error.stage, error.effect, error.retry]).toEqual([
        'overloaded',
        stage,
        'none',
        { safe: true },
      ]);
      expect(explain(error, 'ja')).toContain('しばらくおいて');
    }
    expect(calls).toHaveLength(before);
    await free();
  });

  it('uses nothing up: callback and grant stay usable once another call has ended', async () => {
    const { client, back, spare, free } = await busy();
    await errorOf(() => client.completeConsent(back, { sessionBinding: SESSION }));
    await errorOf(() => client.query(spare, asked));
    await free();
    expect(
      grantOf(await client.completeConsent(back, { sessionBinding: SESSION })).terms.items,
    ).toEqual(spare.terms.items);
  });

  it('still begins consents that send nothing, discards and reports availability', async () => {
    const { client, spare, free } = await busy();
    expect((await client.beginConsent({ sessionBinding: SESSION })).url).toContain('state=');
    expect(client.availability().state).toBe('open');
    await client.discard(spare);
    await free();
  });

  it('stops counting a call when it ends, however it ends', async () => {
    const { client, callback, clock } = openBank({ maxConcurrent: 1 });
    for (let round = 0; round < 5; round++) {
      await errorOf(() => client.submit({} as never, asked));
      await errorOf(() => client.completeConsent(5 as never, { sessionBinding: SESSION })).catch(
        () => undefined,
      );
      const outcome = await client.completeConsent(await callback(), { sessionBinding: SESSION });
      const result = await client.query(grantOf(outcome), asked, {
        onProgress: ({ retryAt }) => clock.set(retryAt),
      });
      expectStatus(result, 'ready');
    }
  });

  it('allows 1,000 calls by default', async () => {
    const { store } = hangingStore('get', 'retrieval');
    const { client, consent } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const controller = new AbortController();
    const { signal } = controller;
    const hanging = Array.from({ length: 1_000 }, () => client.collect(retrieval, { signal }));
    const error = await errorOf(() => client.collect(retrieval, { signal }));
    controller.abort();
    const results = await Promise.allSettled(hanging);
    expect([
      error.code,
      results.every((result) => result.status === 'rejected' && result.reason.code === 'aborted'),
    ]).toEqual(['overloaded', true]);
  });
});

describe('a body that comes slowly', () => {
  const profile: WireProfile = {
    ...noticing,
    oauth: {
      ...noticing.oauth,
      responseMode: { value: 'form_post', confidence: 'unknown' },
    },
  };

  /** Opens a client that allows one call, and sends it a body of which nothing comes. */
  function openSlow(type: string) {
    const bank = openBank({ profile, maxConcurrent: 1 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        finish = (text) => {
          controller.enqueue(Buffer.from(text));
          controller.close();
        };
      },
    });
    const headers = { 'content-type': type };
    const request = new Request(REDIRECT_URI, { method: 'POST', headers, body, duplex: 'half' });
    const consent = async () => {
      const { url } = await bank.client.beginConsent({ sessionBinding: SESSION });
      const back = await bank.sandbox.visitRequest(url, { persona: 'hanako' });
      return grantOf(await bank.client.completeConsent(back, { sessionBinding: SESSION }));
    };
    return { ...bank, request, consent, finish: (text: string) => finish(text) };
  }
  let finish = (_text: string) => {};

  const senders = [
    [
      'a posted callback',
      'application/x-www-form-urlencoded',
      (client: SelfInfoClient, request: Request) =>
        client.completeConsent(request, { sessionBinding: SESSION }),
      { status: 'unknown' },
    ],
    [
      'a notice',
      'application/json',
      (client: SelfInfoClient, request: Request) => client.receiveNotice(request),
      { status: 'received' },
    ],
  ] as const;

  it.each(senders)('does not use up the calls of others: %s', async (_, type, send, outcome) => {
    const { client, clock, request, finish, consent } = openSlow(type);
    const slow = send(client, request);
    await setImmediate();
    const result = await client.query(await consent(), asked, {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    expectStatus(result, 'ready');
    finish('state=of-nobody');
    expect(await slow).toEqual(outcome);
  });

  it.each(senders)('ends with the client: %s', async (_, type, send) => {
    const { client, request } = openSlow(type);
    const slow = errorOf(() => send(client, request));
    await setImmediate();
    await client.close();
    expect((await slow).code).toBe('aborted');
  });

  it.each(senders)('is counted once it has come: %s', async (_, type, send) => {
    const { client, request, finish, consent } = openSlow(type);
    const { signal, abort } = aborter();
    const grant = await consent();
    const slow = errorOf(() => send(client, request));
    await setImmediate();
    const waiting = errorOf(() => client.query(grant, asked, { signal, onProgress: hang }));
    await setImmediate();
    finish('state=of-nobody');
    expect(await slow).toMatchObject({ code: 'overloaded', effect: 'none', retry: { safe: true } });
    abort();
    await waiting;
  });
});

const hang = () => new Promise<never>(() => {});

function aborter() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
