export type {
  QueueConnection,
  QueueConnectionOptions,
  QueueConnectionSettings,
} from './connection.js';
export type { Rate } from './openings.js';
export { createRetrievalQueue, type RetrievalQueue, type RetrievalQueueOptions } from './queue.js';
export type { RetrievalQueueEvent, RetrievalState } from './states.js';
export type { RetrievalWorker, RetrievalWorkerOptions } from './worker.js';
