import { READINGS, type Reading } from '../pages/hand-over-texts.js';
import type { View } from '../state.js';
import type { RefusalCode } from './refusal-table.js';

/** A card failure that the card page imitates: a refusal, or the end of the time limit. */
const failures: ReadonlyMap<string, RefusalCode | 'time'> = new Map([
  ['fail-app', 'app_not_installed'],
  ['fail-reader', 'reader_not_found'],
  ['fail-card', 'card_not_read'],
  ['fail-time', 'time'],
]);

/** Returns the failure that a decision on the card page asks for. */
export function failureOf({ page }: View, decision: string): RefusalCode | 'time' | undefined {
  return page === 'card' ? failures.get(decision) : undefined;
}

/** Returns the way to read the card that a form names. */
export function readingOf(parameters: ReadonlyMap<string, string>): Reading | undefined {
  return READINGS.find((reading) => reading === parameters.get('reading'));
}

/** Returns how a browser's device usually reads a card: the page differs by device (figure 2.3-4). */
export function usualReading({ headers }: Request): Reading {
  const agent = headers.get('user-agent') ?? '';
  return /\b(?:Android|iPhone)\b/.test(agent) ? 'here' : 'phone';
}
