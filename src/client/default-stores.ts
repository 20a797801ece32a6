import { type Expected, SelfInfoError } from '../foundation/errors.js';
import { sharedMap } from '../foundation/shared-state.js';
import type { Environment } from '../wire/environment.js';

/** The place of a client among the clients of this process that have a default store. */
export interface DefaultStore {
  /** Returns whether another open client has the same client id and environment, and its own store. */
  isOneOfSeveral(): boolean;
  /** Says that the client is closed. */
  leave(): void;
}

/** The open clients of one client id and environment. */
interface Twins {
  open: number;
  warned: boolean;
}

/**
 * Counts a client with a default store, and warns of the second one for its client id and
 * environment, once. Such clients come about without intent, because a bundler can give each page
 * and route its own copy of a module: then one client does not find what the other has stored.
 */
export function joinDefaultStores({
  kind,
  clientId,
  issuer,
  endpoints,
}: Environment): DefaultStore {
  const all = sharedMap<Twins>('default-stores.1');
  const key = JSON.stringify([kind, clientId, issuer, endpoints.apiUrl]);
  const twins = all.get(key) ?? { open: 0, warned: false };
  all.set(key, twins);
  twins.open++;
  if (twins.open > 1 && !twins.warned) {
    twins.warned = true;
    const { en, ja } = SEVERAL;
    process.emitWarning(en, { code: 'MYNA_SELFINFO_SEVERAL_CLIENTS', detail: ja });
  }
  let isOpen = true;
  return {
    isOneOfSeveral: () => twins.open > 1,
    leave() {
      if (!isOpen) return;
      isOpen = false;
      twins.open--;
      // Tests start many environments. Only that it has warned must be kept.
      if (twins.open === 0 && !twins.warned) all.delete(key);
    },
  };
}

/** Returns the error for a retrieval that the store has never held, or no longer holds. */
export function unknownRetrieval(store: DefaultStore | undefined): SelfInfoError {
  return new SelfInfoError(
    'retrieval_gone',
    store?.isOneOfSeveral() ? { expected: SEVERAL } : undefined,
  );
}

const SEVERAL: Expected = {
  en: 'This process has several clients with the same client id and environment, each with its own memory store. One cannot find what another has stored. Share one client, or give each a store.',
  ja: 'このプロセスには、同じクライアントIDと環境のクライアントが複数あり、それぞれが別のメモリストアを使っています。一方が保存したものを、他方は参照できません。クライアントを1つにまとめるか、各クライアントに store を指定してください。',
};
