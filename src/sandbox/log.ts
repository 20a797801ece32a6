import type { Clock } from '../foundation/clock.js';
import { formatInstant } from '../foundation/time.js';
import type { Fault } from './faults.js';

/**
 * A step of the flow, as the sandbox sees it; `codec` for a call that the codec of the sandbox
 * failed at or answered itself.
 */
export type LogStep =
  | 'push'
  | 'authorize'
  | 'decide'
  | 'token'
  | 'request'
  | 'result'
  | 'acknowledge'
  | 'notice'
  | 'codec';

/** What the sandbox did. Contains no token, code, PIN or personal data. */
export interface LogEntry {
  /** When, by the sandbox's clock: ISO 8601 at +09:00. */
  readonly at: string;
  readonly step: LogStep;
  readonly outcome: 'accepted' | 'refused';
  /** Why it was refused, finer than the response says; `declined` when the citizen declined. */
  readonly code?: string;
  /** The reason as a sentence that says what to change. */
  readonly reason?: string;
  /** The sentence in Japanese. */
  readonly reasonJa?: string;
  /** The fault that was injected into the call. */
  readonly fault?: Fault['do'];
  /** The registered client, as soon as it is known. */
  readonly clientId?: string;
}

// A sandbox may run for weeks.
const LONGEST_LOG = 10_000;

/** Keeps the newest entries. */
export interface Log {
  readonly entries: readonly LogEntry[];
  write(entry: Omit<LogEntry, 'at'>): void;
}

/** Creates an empty log. */
export function createLog(clock: Clock): Log {
  const entries: LogEntry[] = [];
  return {
    entries,
    write(entry) {
      if (entries.length === LONGEST_LOG) entries.shift();
      entries.push(Object.freeze({ at: formatInstant(clock.now()), ...entry }));
    },
  };
}
