import { createMemoryStore, type Store } from '../../src/index.js';

/** Returns a store with one method that never settles for one kind of key. */
export function hangingStore(method: keyof Store, kind: 'transaction' | 'retrieval') {
  const inner = createMemoryStore();
  let tell = () => {};
  /** Resolves when the method was called. */
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const store = {
    ...inner,
    [method](key: string, ...rest: unknown[]) {
      if (!key.startsWith(kind))
        return (inner[method] as (...all: unknown[]) => unknown)(key, ...rest);
      tell();
      return new Promise(() => {});
    },
  } as Store;
  return { store, reached };
}
