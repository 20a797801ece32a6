export type { VaultEvent, VaultOperation } from './events.js';
export { createLocalKeys, type LocalKeysOptions, type VaultKeys } from './keys.js';
export {
  createMemoryVaultStore,
  type VaultRecord,
  type VaultRecordInfo,
  type VaultStore,
  type WrappedKey,
} from './store.js';
export {
  createVault,
  type PutOptions,
  type ReadOptions,
  type Vault,
  type VaultEntry,
  type VaultOptions,
} from './vault.js';
