import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkMethods,
  checkText,
  checkWhole,
  readKeys,
} from '../foundation/options.js';
import { member } from '../foundation/own.js';
import { isService, type Service } from '../service/service.js';
import { type AuditLog, createAuditLog } from './audit.js';
import { boundBy } from './bound.js';
import { guardKeys } from './guarded-keys.js';
import { guardVaultStore } from './guarded-store.js';
import type { VaultKeys } from './keys.js';
import type { VaultOptions } from './options.js';
import { storeMethods, type VaultStore } from './store.js';
import { createTimekeeper, type Timekeeper } from './timekeeper.js';

/** What the operations of one vault share. */
export interface VaultContext extends AuditLog {
  readonly service: Service;
  readonly clock: Clock;
  /** Limited in time; its errors are hidden. */
  readonly store: VaultStore;
  /** Limited in time; its errors are hidden. */
  readonly keys: VaultKeys;
  readonly time: Timekeeper;
}

const TIMEOUT_MS = 10_000;

/** Validates the options of a vault and returns what its operations share. */
export function createContext(options: VaultOptions): VaultContext {
  options = readKeys(options, 'options', {
    service: true,
    store: true,
    keys: true,
    clock: true,
    timeoutMs: true,
    onEvent: true,
  } satisfies Record<keyof VaultOptions, true>);
  for (const name of ['service', 'store', 'keys'] as const) {
    if (options[name] === undefined)
      throw new SelfInfoError('missing_option', { path: `options.${name}` });
  }
  if (!isService(options.service))
    throw new TypeError('options.service must be what defineService returned.');
  checkMethods(options.store, 'options.store', storeMethods);
  checkMethods(options.keys, 'options.keys', ['wrap', 'unwrap']);
  checkText(member(options.keys, 'current'), 'options.keys.current');
  const { timeoutMs = TIMEOUT_MS, onEvent } = options;
  const clock = checkClock(options.clock, 'options.clock');
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  checkFunction(onEvent, 'options.onEvent');
  const bound = boundBy(clock, timeoutMs);
  const store = guardVaultStore(options.store, bound);
  return {
    service: options.service,
    clock,
    store,
    keys: guardKeys(options.keys, bound),
    time: createTimekeeper(store, clock),
    ...createAuditLog(clock, onEvent),
  };
}
