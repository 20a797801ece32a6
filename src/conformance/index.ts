export { type CardReaderBench, cardReaderSuite } from './card-reader.js';
export type { ConformanceCase } from './case.js';
export { type StoreSuiteOptions, storeSuite } from './store.js';
export { vaultStoreSuite } from './vault-store.js';
