import { describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  createMemoryStore,
  createVirtualClock,
  latest,
  publicCodec,
  publicProfile,
} from '../../src/index.js';
import { answerAt, expectStatus, NOW } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { countOf, noticing, processIdOf, working } from './noticing.js';
import { inShort, openRecorded } from './recorded-events.js';
import { asked, submitted } from './submitted.js';

const ACKNOWLEDGEMENT = '/acknowledgement';

describe('client.acknowledge', () => {
  it('tells the portal once that the answer is safe, and forgets the retrieval', async () => {
    const { client, retrieval, calls, onProgress } = await submitted({ profile: noticing });
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    await client.acknowledge(retrieval);
    expect(countOf(calls, ACKNOWLEDGEMENT)).toBe(1);
    const { error } = expectStatus(await client.collect(retrieval), 'failed');
    expect([error.code, countOf(calls, '/result')]).toEqual(['retrieval_gone', 2]);
  });

  it('posts the process id under the name of the profile', async () => {
    const bodies: unknown[] = [];
    let processId = '';
    const { client, retrieval } = await submitted({
      profile: noticing,
      async intercept(request, pass) {
        const { pathname } = new URL(request.url);
        if (pathname === ACKNOWLEDGEMENT)
          bodies.push([request.method, await request.clone().text()]);
        const response = await pass(request);
        if (pathname === '/request') processId = await processIdOf(response);
        return response;
      },
    });
    await client.acknowledge(retrieval);
    expect(bodies).toEqual([['POST', `{"process_id":"${processId}"}`]]);
  });

  it('is never sent by collect or query, so that both can be repeated', async () => {
    const { client, consent, calls, onProgress } = openRecorded({ profile: noticing });
    const first = expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
    expect(first.retrieval).toBeDefined();
    if (!first.retrieval) return;
    const again = expectStatus(await client.collect(first.retrieval, { onProgress }), 'ready');
    expect(again.answer.items).toEqual(first.answer.items);
    expect(countOf(calls, ACKNOWLEDGEMENT)).toBe(0);
    await client.acknowledge(first.retrieval);
    expectStatus(await client.collect(first.retrieval), 'failed');
  });

  it('resolves again without a message, in another client too', async () => {
    const store = createMemoryStore({ clock: createVirtualClock(NOW) });
    const { client, retrieval, calls } = await submitted({ profile: noticing, store });
    await client.acknowledge(retrieval);
    await client.acknowledge(retrieval);
    await client.acknowledge(client.resume(JSON.stringify(retrieval)));
    expect(countOf(calls, ACKNOWLEDGEMENT)).toBe(1);
  });

  it('resolves for a retrieval that was discarded or has expired, and sends nothing', async () => {
    const discarded = await submitted({ profile: noticing });
    await discarded.client.discard(discarded.retrieval);
    await discarded.client.acknowledge(discarded.retrieval);
    const expired = await submitted({ profile: noticing });
    expired.clock.set(expired.retrieval.expiresAt);
    await expired.client.acknowledge(expired.retrieval);
    expect([discarded, expired].map(({ calls }) => countOf(calls, ACKNOWLEDGEMENT))).toEqual([
      0, 0,
    ]);
  });

  it('keeps the retrieval when the message fails, so that it can be repeated', async () => {
    let down = true;
    const { client, retrieval, onProgress } = await submitted({
      profile: noticing,
      ...answerAt(ACKNOWLEDGEMENT, (request, pass) =>
        down ? new Response(null, { status: 503 }) : pass(request),
      ),
    });
    expect(facts(await errorOf(() => client.acknowledge(retrieval)))).toEqual({
      code: 'upstream_unavailable',
      stage: 'acknowledge',
      effect: 'none',
      safe: true,
    });
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    down = false;
    await client.acknowledge(retrieval);
    expectStatus(await client.collect(retrieval), 'failed');
  });

  it('resolves when the portal says that the result is gone, since a response may be lost', async () => {
    let lost = true;
    const { client, retrieval, calls } = await submitted({
      profile: noticing,
      ...answerAt(ACKNOWLEDGEMENT, async (request, pass) => {
        if (!lost) return Response.json({ error: 'result_expired' }, { status: 410 });
        lost = false;
        await pass(request);
        throw new Error('the connection broke');
      }),
    });
    const error = await errorOf(() => client.acknowledge(retrieval));
    expect([error.stage, error.effect, error.retry.safe]).toEqual(['acknowledge', 'none', true]);
    await client.acknowledge(retrieval);
    expect(countOf(calls, ACKNOWLEDGEMENT)).toBe(2);
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
  });

  it('leaves the answer within reach when the store fails after the message', async () => {
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    let down = true;
    const portal = working(0);
    const { client, retrieval } = await submitted({
      profile: noticing,
      intercept: async (request, pass) =>
        new URL(request.url).pathname === ACKNOWLEDGEMENT
          ? new Response(null, { status: 204 })
          : portal.intercept(request, pass),
      store: {
        ...inner,
        delete: (key) => (down ? Promise.reject(new Error('down')) : inner.delete(key)),
      },
    });
    expect((await errorOf(() => client.acknowledge(retrieval))).code).toBe('store_failed');
    expectStatus(await client.collect(retrieval), 'ready');
    down = false;
    await client.acknowledge(retrieval);
    expectStatus(await client.collect(retrieval), 'failed');
  });

  it('takes no redirect for a success, even with a codec that follows redirects', async () => {
    const { client, retrieval } = await submitted({
      profile: {
        ...noticing,
        codec: {
          ...publicCodec,
          version: 'our-1',
          decodeResult: (reply, context) => publicCodec.decodeResult(reply, context),
        },
      },
      ...answerAt(ACKNOWLEDGEMENT, () => new Response(null, { status: 303 })),
    });
    const { code, stage } = await errorOf(() => client.acknowledge(retrieval));
    expect([code, stage]).toEqual(['response_invalid', 'acknowledge']);
  });

  it('reports a codec that cannot write the message, and sends nothing', async () => {
    const { client, retrieval, calls } = await submitted({
      profile: {
        ...noticing,
        codec: {
          ...publicCodec,
          version: 'our-1',
          encodeAcknowledge() {
            throw new Error('process 4711');
          },
        },
      },
    });
    const error = await errorOf(() => client.acknowledge(retrieval));
    expect(facts(error)).toEqual({
      code: 'codec_failed',
      stage: 'acknowledge',
      effect: 'none',
      safe: true,
    });
    expect(JSON.stringify(error)).not.toContain('4711');
    expect(countOf(calls, ACKNOWLEDGEMENT)).toBe(0);
  });

  it('ends a collect of the same retrieval that waits in this client', async () => {
    const { client, retrieval } = await submitted({ profile: noticing });
    let waits = () => {};
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    const collecting = client.collect(retrieval, { onProgress: () => waits() });
    await waiting;
    await client.acknowledge(retrieval);
    expect(expectStatus(await collecting, 'failed').error.code).toBe('retrieval_gone');
  });

  it('emits a step and its call', async () => {
    const { client, consent, events, onProgress } = openRecorded({ profile: noticing });
    const retrieval = await client.submit(await consent(), latest());
    await client.collect(retrieval, { onProgress });
    const before = events.length;
    await client.acknowledge(retrieval);
    const told = events.slice(before);
    expect(told.map(inShort)).toEqual([
      'call acknowledge 1 answered 200',
      'step acknowledge acknowledged',
    ]);
    const idsOf = (event: ClientEvent) => [
      Reflect.get(event, 'retrievalId'),
      Reflect.get(event, 'transactionId'),
    ];
    expect(told.map(idsOf)).toEqual(Array(2).fill([retrieval.id, retrieval.terms.transactionId]));
  });

  it('accepts only a retrieval of this service and known options', async () => {
    const { client, retrieval } = await submitted({ profile: noticing });
    expect((await errorOf(() => client.acknowledge({} as never))).code).toBe('invalid_retrieval');
    expect((await errorOf(() => client.acknowledge(retrieval, { at: 1 } as never))).code).toBe(
      'unknown_option',
    );
  });
});

describe('client.acknowledge under a profile without an acknowledgement', () => {
  it('sends nothing and forgets the retrieval', async () => {
    const { client, retrieval, calls, onProgress } = await submitted({ profile: publicProfile });
    const ready = expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    expect(ready.retrieval).toBeUndefined();
    const before = calls.length;
    await client.acknowledge(retrieval);
    expectStatus(await client.collect(retrieval), 'failed');
    expect(calls).toHaveLength(before);
  });

  it('leaves it to query to forget the retrieval of its answer', async () => {
    const deleted: string[] = [];
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    const { client, consent, onProgress } = openRecorded({
      store: {
        ...inner,
        async delete(key) {
          deleted.push(key.replace(/:.*/, ''));
          return inner.delete(key);
        },
      },
    });
    expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
    expect(deleted).toEqual(['retrieval']);
  });
});
