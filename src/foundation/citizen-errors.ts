import { type CitizenAdvice, type OutcomeCode, type Report, rows } from './citizen-error-rows.js';
import type { SelfInfoErrorCode } from './error-table.js';

/** An error number that citizens read, and what the service desk should know about it. */
export interface CitizenError {
  /** `E-` and three digits. It never changes its meaning, and no other code ever gets it. */
  readonly number: `E-${number}`;
  /**
   * The machine code that the log has: of a {@link SelfInfoError}, of a rejected callback, or of a
   * failed item. `portal_failure`: any code that the portal gave for an item.
   */
  readonly code: string;
  /** The advice. The page and the texts of this row both end with it. */
  readonly advice: CitizenAdvice;
  readonly ja: string;
  readonly en: string;
}

const advices: Readonly<Record<CitizenAdvice, { readonly ja: string; readonly en: string }>> = {
  'start-again': {
    ja: '最初からのお手続きを案内する。',
    en: 'Ask the customer to start again.',
  },
  later: {
    ja: '時間をおいて再度お手続きいただく。',
    en: 'Ask the customer to try again later.',
  },
  documents: {
    ja: 'やり直しでは解決しないため、書類などでのお手続きを案内する。',
    en: 'Trying again does not help: offer another way, for example documents.',
  },
  'as-shown': {
    ja: '画面の案内のとおり、時間をおいて再度、または最初からお手続きいただく。',
    en: 'Ask the customer to do what the page says: try again later, or start again.',
  },
};
const reports: Readonly<Record<Report, { readonly ja: string; readonly en: string }>> = {
  'if-repeated': {
    ja: '続く場合は担当部署に連絡する。',
    en: 'If it keeps happening, tell the team in charge.',
  },
  always: { ja: '担当部署に連絡する。', en: 'Tell the team in charge.' },
  'at-once': { ja: '至急、担当部署に連絡する。', en: 'Tell the team in charge at once.' },
};

/**
 * The error numbers on citizens' pages, for the service desk: what each means, and what to do.
 * Numbers are frozen: a number never changes its meaning. `docs/texts` prints the table.
 *
 * @example
 * ```ts
 * import { citizenErrors } from 'myna-selfinfo';
 * // For a clerk who was told a number on the phone.
 * const meaningOf = (number: string) => citizenErrors.find((row) => row.number === number)?.ja;
 * ```
 */
export const citizenErrors: readonly CitizenError[] = Object.freeze(
  Object.entries(rows).map(([code, [number, advice, ja, en, tell]]) => {
    const parts = [{ ja, en }, advices[advice], ...(tell === undefined ? [] : [reports[tell]])];
    return Object.freeze({
      number: `E-${number}` as const,
      code,
      advice,
      ja: parts.map((part) => part.ja).join(''),
      en: parts.map((part) => part.en).join(' '),
    });
  }),
);

/** Returns the error number of a machine code. */
export function numberOf(code: SelfInfoErrorCode | OutcomeCode): string {
  return `E-${rows[code][0]}`;
}

/** Returns the advice after an error, or after an outcome with this code. */
export function adviceOf(code: SelfInfoErrorCode | OutcomeCode): CitizenAdvice {
  return rows[code][1];
}
