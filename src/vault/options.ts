import type { Clock } from '../foundation/clock.js';
import type { Service } from '../service/service.js';
import type { VaultEvent } from './events.js';
import type { VaultKeys } from './keys.js';
import type { VaultStore } from './store.js';

/** Options of {@link createVault}. */
export interface VaultOptions<S extends Service = Service> {
  /** A service of `defineService`. The vault keeps only answers for its purpose. */
  readonly service: S;
  /** Keeps the records. */
  readonly store: VaultStore;
  /** Holds the key-encryption keys. */
  readonly keys: VaultKeys;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Milliseconds that one call to the store or the key provider may take. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Receives every event, for an audit log. What it throws or rejects with is ignored. */
  readonly onEvent?: (event: VaultEvent) => unknown;
}
