import type { Clock } from '../foundation/clock.js';
import { invalidOption, isSelfInfoError } from '../foundation/errors.js';
import { notify } from '../foundation/listener.js';
import { checkText } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import type { VaultEvent, VaultOperation } from './events.js';
import { isReference } from './reference.js';

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;

/** What an operation was called with, as far as the audit log may show it. */
export interface AuditDetails {
  readonly ref?: string;
  readonly purpose?: string;
  readonly reason?: string;
}

/** Emits the events of a vault. */
export interface AuditLog {
  /** Emits an event with the time of the clock. */
  emit(event: WithoutTime<VaultEvent>): void;
  /** Runs an operation, and emits `refused` with the code of its error when it fails. */
  audited<T>(operation: VaultOperation, details: AuditDetails, work: () => Promise<T>): Promise<T>;
}

/** Creates an audit log that emits to a listener. Ignores what the listener throws. */
export function createAuditLog(
  clock: Pick<Clock, 'now'>,
  onEvent?: (event: VaultEvent) => unknown,
): AuditLog {
  function emit(event: WithoutTime<VaultEvent>): void {
    notify(onEvent, () => ({ at: formatInstant(clock.now()), ...event }) as VaultEvent);
  }
  return {
    emit,
    async audited(operation, { ref = '', ...rest }, work) {
      try {
        return await work();
      } catch (error) {
        emit({
          type: 'refused',
          operation,
          code: isSelfInfoError(error) ? error.code : 'unexpected',
          ...(isReference(ref) && { ref }),
          ...rest,
        });
        throw error;
      }
    },
  };
}

const LONGEST_LINE = 200;

/** Checks a text for the audit log: one line, not too long. */
export function checkLine(value: unknown, path: string): asserts value is string {
  checkText(value, path);
  if (value.length <= LONGEST_LINE && !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(value)) return;
  throw invalidOption(path, {
    en: `It must be one line of at most ${LONGEST_LINE} characters.`,
    ja: `${LONGEST_LINE} 文字以内の1行で指定してください。`,
  });
}
