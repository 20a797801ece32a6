import { describe, expect, it } from 'vitest';
import {
  type ClientOptions,
  createMemoryStore,
  createVirtualClock,
  latest,
  type Store,
} from '../../src/index.js';
import { expectStatus, NOW, openBank } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { asked, polls } from './submitted.js';

describe('a stored retrieval', () => {
  /** Returns a store that can return the secret of one retrieval under the key of another. */
  function swapping() {
    const inner = createMemoryStore();
    const swapped = new Map<string, string>();
    const store: Store = { ...inner, get: (key) => inner.get(swapped.get(key) ?? key) };
    return {
      store,
      swap: (a: string, b: string) => swapped.set(`retrieval:2:${a}`, `retrieval:2:${b}`),
    };
  }

  it('is refused under the key of another retrieval, so that no citizen gets the answer of another', async () => {
    const { store, swap } = swapping();
    const { client, consent, calls, onProgress } = openBank({ store });
    const hanako = await client.submit(await consent('hanako'), asked);
    const pensioner = await client.submit(await consent('pensioner'), asked);
    swap(hanako.id, pensioner.id);
    const before = calls.length;
    const error = await errorOf(() => client.collect(hanako, { onProgress }));
    expect([error.code, error.effect, error.retry]).toEqual([
      'store_failed',
      'none',
      { safe: false },
    ]);
    expect(calls).toHaveLength(before);
  });

  it.each([
    ['invalid JSON', '{'],
    ['a JSON string', '"text"'],
    ['an empty object', '{}'],
    ['an object without a token', '{"processId":"p","retrieval":{}}'],
    ['an object with a numeric process id', '{"token":"t","processId":5,"retrieval":{}}'],
  ])('is refused with store_failed and nothing is sent when its value is %s', async (_, value) => {
    const inner = createMemoryStore();
    const store: Store = {
      ...inner,
      async get(key) {
        const entry = await inner.get(key);
        return entry && entry !== 'taken' && key.startsWith('retrieval:')
          ? { ...entry, value }
          : entry;
      },
    };
    const { client, consent, calls } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const error = await errorOf(() => client.collect(retrieval));
    expect([error.code, error.retry.safe]).toEqual(['store_failed', false]);
    expect(polls(calls)).toBe(0);
  });
});

describe('the store after a query', () => {
  it('holds no token, because the answer cannot be collected again', async () => {
    const clock = createVirtualClock(NOW);
    const inner = createMemoryStore({ clock });
    const keys = new Set<string>();
    const store: ClientOptions['store'] = {
      ...inner,
      async put(key, value, expiresAt) {
        await inner.put(key, value, expiresAt);
        keys.add(key);
      },
    };
    const { client, consent, onProgress } = openBank({ store });
    expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    const held = await Promise.all([...keys].map((key) => inner.get(key)));
    expect(keys.size).toBe(2);
    expect(held.filter((entry) => entry !== undefined && entry !== 'taken')).toEqual([]);
  });
});

describe('a store that fails', () => {
  const failing = (part: Partial<Store>): Store => ({ ...createMemoryStore(), ...part });
  const down = () =>
    Promise.reject(new Error('canary: connection to redis://user:password@host lost'));

  it('fails submit with the effect applied after the request was carried out', async () => {
    const { put, ...others } = createMemoryStore();
    const store: Store = {
      ...others,
      put: (key, ...rest) => (key.startsWith('retrieval:') ? down() : put(key, ...rest)),
    };
    const { client, consent, calls } = openBank({ store });
    const grant = await consent();
    const error = await errorOf(() => client.submit(grant, asked));
    expect(facts(error)).toEqual({
      code: 'store_failed',
      stage: 'store',
      effect: 'applied',
      safe: false,
    });
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
    expect(JSON.stringify(error) + error.stack + error.cause).not.toContain('canary');
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('fails collect with a safe retry', async () => {
    const store = failing({});
    const { client, consent, onProgress } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const { get } = store;
    store.get = down;
    expect(facts(await errorOf(() => client.collect(retrieval)))).toEqual({
      code: 'store_failed',
      stage: 'store',
      effect: 'none',
      safe: true,
    });
    store.get = get;
    expect((await client.collect(retrieval, { onProgress })).status).toBe('ready');
  });

  it('fails discard, but not a query whose answer has come', async () => {
    const { client, consent, onProgress } = openBank({ store: failing({ delete: down }) });
    expect((await client.query(await consent(), asked, { onProgress })).status).toBe('ready');
    const retrieval = await client.submit(await consent(), asked);
    expect((await errorOf(() => client.discard(retrieval))).code).toBe('store_failed');
  });
});
