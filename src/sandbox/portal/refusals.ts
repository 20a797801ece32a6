import { type RefusalCode, type RefusalRow, refusalTable } from './refusal-table.js';

/** A refused step. It becomes the response to the call. */
export class Refusal extends Error {
  readonly reason: RefusalCode;
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly descriptionJa: string;

  /** `at`: the place; `limit`: the limit that was exceeded. */
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

  /** Returns the refusal as the journal writes it. */
  logged() {
    return {
      outcome: 'refused',
      code: this.reason,
      reason: this.description,
      reasonJa: this.descriptionJa,
    } as const;
  }
}
