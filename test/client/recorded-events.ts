import type { ClientEvent } from '../../src/index.js';
import { type BankOptions, type Loan, openBank } from '../kit/loan.js';

/** Opens a bank that records its events: all of them, and those of an end. */
export function openRecorded(options: BankOptions<Loan> = {}) {
  const events: ClientEvent[] = [];
  const all: ClientEvent[] = [];
  const onEvent = (event: ClientEvent) => {
    all.push(event);
    if (!isStart(event)) events.push(event);
  };
  return { ...openBank({ ...options, onEvent }), events, all };
}

export const isStart = ({ type }: ClientEvent) =>
  type === 'step_started' || type === 'call_started';

/** Summarises an event: `step consent begun`, `call result 2 answered 200`. */
export function inShort(event: ClientEvent): string {
  const { type, step, attempt, outcome, status, code, effect }: Readonly<Record<string, unknown>> =
    { ...event };
  return [type, step, attempt, outcome, status, code, effect]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** Returns one field of every event. */
export const valuesOf = <K extends string>(events: readonly ClientEvent[], key: K) =>
  events.map((event) => (event as Readonly<Record<string, unknown>>)[key]);
