export type { ConformanceCase } from './case.js';
export { vaultStoreSuite } from './vault-store.js';
