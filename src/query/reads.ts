import { sharedMap } from '../foundation/shared-state.js';
import type { Method } from '../service/inquiry.js';
import type { Service } from '../service/service.js';

/** Observes which items are asked and which are read. It never receives a value of a citizen. */
export interface ReadObserver {
  /**
   * An answer has the item. `method` is undefined in an answer that no portal sent. Only an item
   * that is present can be read.
   */
  asked(service: Service, item: string, method: Method | undefined, present: boolean): void;
  /** The records of the item were revealed. */
  revealed(service: Service, item: string): void;
}

/** Returns the observers of all copies of this package in the process, by id. */
export function readObservers(): Map<string, ReadObserver> {
  return sharedMap<ReadObserver>('read-observers.1');
}
