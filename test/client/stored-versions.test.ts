import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock, latest, type Store } from '../../src/index.js';
import { expectStatus, NOW, openBank, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

/** Opens a bank whose store returns entries as another version of the package wrote them. */
function openAltered(alter: (entry: Record<string, unknown>) => unknown) {
  const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
  const written: Record<string, unknown>[] = [];
  const calls: string[] = [];
  const altered = async (name: 'get' | 'take', key: string) => {
    calls.push(name);
    const found = await inner[name](key);
    if (typeof found !== 'object') return found;
    return { ...found, value: JSON.stringify(alter(JSON.parse(found.value))) };
  };
  const store: Store = {
    ...inner,
    put(key, value, expiresAt) {
      written.push(JSON.parse(value));
      return inner.put(key, value, expiresAt);
    },
    get: (key) => altered('get', key),
    take: (key) => altered('take', key),
    delete(key) {
      calls.push('delete');
      return inner.delete(key);
    },
  };
  const bank = openBank({ store, now: NOW });
  const complete = (callback: string) =>
    bank.client.completeConsent(callback, { sessionBinding: SESSION });
  return { ...bank, complete, written, stored: calls };
}

const ofVersion = (v: unknown) => (entry: Record<string, unknown>) => ({ ...entry, v });

describe('entries of the store', () => {
  it('are written as version 2', async () => {
    const { client, consent, written } = openAltered((entry) => entry);
    await client.submit(await consent(), latest());
    expect(written.map(({ v }) => v)).toEqual([2, 2]);
  });

  it('of a newer version are refused as such, and neither taken nor deleted', async () => {
    let version: unknown = 2;
    const bank = openAltered((entry) => ofVersion(version)(entry));
    const { client, callback, complete, stored, calls, onProgress } = bank;
    const returned = await callback();
    version = 3;
    const refused = ['format_unsupported', 'entry.v', 'store', 'none', { safe: false }];
    const factsOf = async (work: () => Promise<unknown>) => {
      const { code, path, stage, effect, retry } = await errorOf(work);
      return [code, path, stage, effect, retry];
    };
    expect(await factsOf(() => complete(returned))).toEqual(refused);
    expect([stored, calls]).toEqual([['get'], []]);
    version = 2;
    const { grant } = expectStatus(await complete(returned), 'granted');
    const retrieval = await client.submit(grant, latest());
    version = 3;
    for (const work of [
      () => client.collect(retrieval, { onProgress }),
      () => client.recall(retrieval.id),
    ])
      expect(await factsOf(work)).toEqual(refused);
    version = 2;
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    expect(stored).not.toContain('delete');
  });

  it.each([0, -1, 1.5, '1', null, [1]])(
    'of the version %j, which never was, are not read',
    async (v) => {
      const { callback, complete } = openAltered(ofVersion(v));
      expect((await errorOf(async () => complete(await callback()))).code).toBe('store_failed');
    },
  );
});
