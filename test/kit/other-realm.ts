import { runInNewContext } from 'node:vm';

/** Returns a promise of another realm, as a Jest environment has, that rejects. */
export const rejectElsewhere = (): unknown =>
  runInNewContext("Promise.reject(new Error('of another realm'))");
