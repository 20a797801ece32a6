import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf, refusalOf, typeErrorOf } from '../kit/refusals.js';
import { submitted } from './submitted.js';

describe('client.recall', () => {
  it('returns the stored retrieval of an id, which can be collected', async () => {
    const store = createMemoryStore();
    const { client, retrieval, onProgress } = await submitted({ store });
    const recalled = await client.recall(retrieval.id);
    expect(recalled).toEqual(retrieval);
    expect(JSON.stringify(recalled)).toBe(JSON.stringify(retrieval));
    expectStatus(await client.collect(recalled ?? retrieval, { onProgress }), 'ready');
  });

  it('returns undefined for an unknown id, after a discard, and from the expiry on', async () => {
    const { client, retrieval, clock } = await submitted();
    expect(await client.recall('00000000-0000-4000-8000-000000000000')).toBeUndefined();
    clock.set(Date.parse(retrieval.expiresAt) - 1);
    expect(await client.recall(retrieval.id)).toEqual(retrieval);
    clock.set(retrieval.expiresAt);
    expect(await client.recall(retrieval.id)).toBeUndefined();
    const other = await submitted();
    await other.client.discard(other.retrieval);
    expect(await other.client.recall(other.retrieval.id)).toBeUndefined();
  });

  it('refuses an invalid id, an unknown option, an aborted signal and a closed client', async () => {
    const { client } = await submitted();
    expect((await errorOf(() => client.recall(''))).path).toBe('id');
    expect(await typeErrorOf(() => client.recall(5 as never))).toContain('id');
    expect(await refusalOf(() => client.recall('some-id', { deadlineMs: 5 } as never))).toEqual([
      'unknown_option',
      'options.deadlineMs',
    ]);
    expect(
      (await errorOf(() => client.recall('some-id', { signal: AbortSignal.abort() }))).code,
    ).toBe('aborted');
    await client.close();
    expect((await errorOf(() => client.recall('some-id'))).code).toBe('client_closed');
  });

  it('reports a store that is down and hides what the store threw', async () => {
    const store = createMemoryStore();
    let down = false;
    const { client, retrieval } = await submitted({
      store: {
        ...store,
        get: (key) => (down ? Promise.reject(new Error('canary')) : store.get(key)),
      },
    });
    down = true;
    const error = await errorOf(() => client.recall(retrieval.id));
    expect(error).toMatchObject({ code: 'store_failed', effect: 'none', retry: { safe: true } });
    expect(JSON.stringify([error, error.message, error.cause ?? null])).not.toContain('canary');
  });
});
