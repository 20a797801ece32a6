export type {
  QueueConnection,
  QueueConnectionOptions,
  QueueConnectionSettings,
} from './connection.js';
export type { RetrievalQueueEvent } from './events.js';
export type { RetrievalQueueOptions, RetrievalWorkerOptions } from './options.js';
export { createRetrievalQueue, type RetrievalQueue } from './queue.js';
export type { Rate } from './rate.js';
export type { RetrievalState } from './states.js';
export type { RetrievalWorker } from './worker.js';
