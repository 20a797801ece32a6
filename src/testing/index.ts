export { type AnswerOptions, createAnswer } from './answer.js';
export { createGrant, type GrantOptions } from './grant.js';
export type { AnswerItems, ItemInput, RecordInput } from './items.js';
export {
  type CollectedOptions,
  type ConsentOutcomeOptions,
  createCollected,
  createConsentOutcome,
} from './outcomes.js';
export { type ItemReads, observeReads, type ReadsObserver, type ServiceReads } from './reads.js';
export { createRetrieval, type RetrievalOptions } from './retrieval.js';
export type { TermsOptions } from './terms.js';
