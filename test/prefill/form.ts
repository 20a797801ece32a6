import { randomBytes } from 'node:crypto';
import { type ConsentTerms, createVirtualClock } from '../../src/index.js';
import { createPrefill, type FilledForm, type PrefillOptions } from '../../src/prefill/index.js';
import { type Loan, loan, NOW, SESSION } from '../kit/loan.js';

export const newKey = () => randomBytes(32).toString('base64url');
export const HOUR_MS = 3_600_000;

/** The terms of a consent that was given at NOW: 30 days, until the midnight that ends 31 December. */
export const TERMS: ConsentTerms = {
  transactionId: 'consent-1',
  serviceId: 'SP12345678_AB1234',
  items: ['income', 'household', 'shots'],
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  grantedAt: NOW,
  keepUntil: '2027-01-01T00:00:00+09:00',
};

export const FIELDS = {
  income: {
    value: '4,200,000',
    origin: { item: 'income', field: '合計所得金額', holder: '見本市', asOf: '2026' },
  },
  members: { value: '3', origin: { item: 'household' } },
} as const satisfies FilledForm<keyof Loan['items']>['fields'];

/** The origins of FIELDS, as they come back. */
const OF_THE_CONSENT = {
  consent: 'consent-1',
  grantedAt: '2026-12-01T10:00:00+09:00',
  keepUntil: '2027-01-01T00:00:00+09:00',
};
export const ORIGINS = {
  income: {
    item: 'income',
    detail: 'local-tax',
    field: '合計所得金額',
    holder: '見本市',
    asOf: '2026',
    ...OF_THE_CONSENT,
  },
  members: { item: 'household', detail: 'household', ...OF_THE_CONSENT },
};

/** What an honest browser submits. */
export const VALUES = { income: '4,200,000', members: '3' };

/** Opens the form of a loan. `reopen` opens the same one with other options, as another instance. */
export function openForm(options: Partial<PrefillOptions<Loan>> = {}) {
  const clock = createVirtualClock(NOW);
  const usual: PrefillOptions<Loan> = {
    service: loan,
    form: 'application',
    keys: { current: 'key-1', keys: { 'key-1': newKey() } },
    clock,
    ...options,
  };
  const reopen = (changes: Partial<PrefillOptions<Loan>> = {}) =>
    createPrefill({ ...usual, ...changes });
  const prefill = reopen();
  /** Seals FIELDS in the session. */
  const seal = (changes: Partial<FilledForm<keyof Loan['items']>> = {}) =>
    prefill.seal({ sessionBinding: SESSION, terms: TERMS, fields: FIELDS, ...changes });
  /** Judges values that come back in the session. */
  const judge = <K extends string>(text: unknown, fields: Readonly<Record<K, unknown>>) =>
    prefill.judge({ sessionBinding: SESSION, seal: text, fields });
  return { prefill, clock, reopen, seal, judge };
}

/** Returns the state of each field. */
export const statesOf = (fields: Readonly<Record<string, { readonly state: string }>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, { state }]) => [name, state]));

/** Returns the states when all fields of VALUES have the same one. */
export const all = (state: string) => ({ income: state, members: state });
