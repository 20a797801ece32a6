import { createVirtualClock } from '../../src/index.js';
import { createContext, type VaultContext } from '../../src/vault/context.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  type VaultEvent,
  type VaultOptions,
  type VaultRecord,
  type VaultStore,
} from '../../src/vault/index.js';
import { loan, NOW } from '../kit/loan.js';
import { newKey } from './safe.js';

const NOW_MS = Date.parse(NOW);
export const REF = 'reference-of-an-invented-record_';

/** Opens the context of a vault, without a client or a sandbox. */
export function openContext(changes: Partial<VaultOptions<typeof loan>> = {}) {
  const clock = createVirtualClock(NOW);
  const events: VaultEvent[] = [];
  const store: VaultStore = changes.store ?? createMemoryVaultStore();
  const keys =
    changes.keys ?? createLocalKeys({ current: 'new', keys: { old: newKey(), new: newKey() } });
  const context: VaultContext = createContext({
    service: loan,
    store,
    keys,
    clock,
    onEvent: (event) => events.push(event),
    ...changes,
  });
  return { context, clock, events, store, keys };
}

/** Returns an invented record whose period ends `endsIn` milliseconds after `NOW`. */
export function recordOf(ref: string, endsIn = 1, changes: Partial<VaultRecord> = {}): VaultRecord {
  return {
    ref,
    consent: 'invented-consent',
    purpose: loan.purpose.id,
    keepUntil: NOW_MS + endsIn,
    sealed: 'sealed',
    key: { id: `id-of-${ref}`, kid: 'new', wrapped: `wrapped-${ref}` },
    ...changes,
  };
}

export const refOf = (number: number) => String(number).padStart(32, '0');
