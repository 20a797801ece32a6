import { type RefusalCode, type RefusalRow, refusalTable } from './refusal-table.js';

/** A refusal on its way to the answer. */
export class Refusal extends Error {
  readonly reason: RefusalCode;
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly descriptionJa: string;

  /** `at`: the place; `limit`: what it may not exceed. */
  constructor(reason: RefusalCode, at = '', limit = '') {
    const row: RefusalRow = refusalTable[reason];
    super(reason);
    this.reason = reason;
    this.status = row.status;
    this.error = row.error;
    const fill = (text: string) => text.replace('{at}', at).replace('{limit}', limit);
    this.description = fill(row.en);
    this.descriptionJa = fill(row.ja);
  }

  /** What the log says of it. */
  logged() {
    return {
      outcome: 'refused',
      code: this.reason,
      reason: this.description,
      reasonJa: this.descriptionJa,
    } as const;
  }
}
