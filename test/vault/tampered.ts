import { createLocalKeys, type VaultRecord } from '../../src/vault/index.js';
import { refusalOf } from '../kit/refusals.js';
import { alterable, newKey, openSafe, PURPOSE } from './safe.js';

/** Stores two records of two citizens, in a store that returns what the test wants. */
export async function openTampered() {
  const store = alterable();
  const key = newKey();
  const safe = openSafe({
    store,
    keys: createLocalKeys({ current: 'key-1', keys: { 'key-1': key } }),
  });
  const put = async (persona: string) => {
    const ref = await safe.vault.put(await safe.answer(persona));
    return (await store.get(ref)) as VaultRecord;
  };
  const a = await put('hanako');
  const b = await put('mover');
  /** Returns the error of reading record A when the store holds something else. */
  const readAs = (changes: Partial<VaultRecord>) => {
    store.change.get = async () => ({ ...a, ...changes });
    return refusalOf(() => safe.vault.read(a.ref, PURPOSE));
  };
  return { ...safe, store, key, a, b, readAs };
}

export const partsOf = (jwe: string) => jwe.split('.') as [string, string, string, string, string];
export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const headerOf = (jwe: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(partsOf(jwe)[0], 'base64url').toString());
export const withHeader = (jwe: string, changes: Record<string, unknown>) =>
  [encode({ ...headerOf(jwe), ...changes }), ...partsOf(jwe).slice(1)].join('.');
