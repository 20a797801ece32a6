import { constant, constantFrom, oneof, tuple } from 'fast-check';
import { anyText } from '../kit/any-text.js';
import { SESSION } from '../kit/loan.js';
import type { Begun } from '../kit/stub.js';

/** A parameter as it appears in a query or a form: encoded. */
export type Pair = readonly [name: string, value: string];
/** Changes the parameters of a callback. */
export type Mutation = (pairs: readonly Pair[]) => readonly Pair[];

const names = ['code', 'state', 'iss'];
/**
 * Returns every byte as a percent sequence: another text for the same value. A sequence stays one,
 * also where it is not valid UTF-8.
 */
const percent = (text: string) =>
  text.replace(/%[\da-f]{2}|./gisu, (part) =>
    part.length === 3 ? part : Buffer.from(part).toString('hex').replace(/../g, '%$&'),
  );
const swapCase = (text: string) =>
  text.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
const changes: readonly ((value: string) => string)[] = [
  percent,
  swapCase,
  () => '',
  (value) => value.slice(1),
  (value) => `${value}%20`,
  (value) => `+${value}`,
  (value) => `${value}%00`,
  (value) => `${value}%ff`,
  (value) => `${value}%`,
  (value) => `${value}%0d%0a`,
  (value) => `%EF%BB%BF${value}`,
  (value) => encodeURIComponent(value),
  (value) => value.replace(/[oa]/, (letter) => (letter === 'o' ? '%D0%BE' : '%D0%B0')),
  (value) => value + value,
  (value) => `${value}${'a'.repeat(9_000)}`,
];
const extras: readonly Pair[] = [
  ['error', 'access_denied'],
  ['error', 'server_error'],
  ['error', ''],
  ['error_description', 'hanako'],
  ['id_token', 'a.b.c'],
  ['access_token', 'a'],
  ['token_type', 'Bearer'],
  ['response', 'a.b.c'],
  ['session_state', 'a'],
  ['scope', 'a'],
  ['lang', 'ja'],
  ['__proto__', 'a'],
  ['', ''],
  ['%00', '%00'],
];

/** One change of the parameters of a good callback. */
export const mutation = oneof(
  constant<Mutation>((pairs) => pairs),
  constantFrom(...names).map<Mutation>((name) => (pairs) => pairs.filter(([own]) => own !== name)),
  constantFrom(...names).map<Mutation>((name) => (pairs) => [
    ...pairs,
    ...pairs.filter(([own]) => own === name),
  ]),
  constantFrom(...names).map<Mutation>(
    (name) => (pairs) => pairs.map(([own, value]) => [own === name ? percent(own) : own, value]),
  ),
  constantFrom(...names).map<Mutation>(
    (name) => (pairs) =>
      pairs.map(([own, value]) => [own === name ? own.toUpperCase() : own, value]),
  ),
  tuple(constantFrom(...names), constantFrom(...changes)).map<Mutation>(
    ([name, change]) =>
      (pairs) =>
        pairs.map(([own, value]) => [own, own === name ? change(value) : value]),
  ),
  tuple(constantFrom(...names), anyText(12)).map<Mutation>(([name, value]) => (pairs) => [
    ...pairs,
    [name, encodeURIComponent(value)],
  ]),
  // Answers of a portal, and the others.
  oneof(constantFrom(...extras.slice(0, 2)), constantFrom(...extras)).map<Mutation>(
    (extra) => (pairs) => [extra, ...pairs],
  ),
  constant<Mutation>((pairs) => [...pairs].reverse()),
  constant<Mutation>((pairs) => [
    ...pairs,
    ...Array.from({ length: 1_500 }, (_, index): Pair => [`p${index}`, '']),
  ]),
);

/** Mostly the usual value, so that a visit gets past the first rules. */
export const mostly = <T>(usual: T, ...others: readonly T[]) =>
  oneof({ weight: 4, arbitrary: constant(usual) }, constantFrom(...others));

/** Headers of a visit. */
export const headers = mostly<Record<string, string>>(
  {},
  { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  { accept: 'text/html', purpose: 'payment' },
  { 'Sec-Purpose': 'prefetch;prerender' },
  { 'sec-purpose': '', purpose: 'PREFETCH' },
  { 'X-Purpose': 'preview' },
  { 'x-moz': 'prefetch' },
  { 'Sec-Fetch-Mode': 'no-cors', 'sec-fetch-dest': 'image' },
);

/** Returns whether headers are those of a prefetch or of a part of a page. */
export function isNoVisit(given: Readonly<Record<string, string>>): boolean {
  const lower = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]),
  );
  const ahead = [lower['sec-purpose'], lower.purpose, lower['x-purpose'], lower['x-moz']].some(
    (value) => value?.startsWith('pre'),
  );
  return ahead || lower['sec-fetch-mode'] === 'no-cors';
}

/** An expected outcome: what it is, and whether it uses the transaction up. */
export interface Expected {
  readonly outcome: string;
  readonly burns: boolean;
}

export const kept = (outcome: string): Expected => ({ outcome, burns: false });
const burnt = (outcome: string): Expected => ({ outcome, burns: true });

/** Returns the expected outcome of decoded parameters, by the rules and not by the client. */
export function outcomeOf(
  pairs: readonly Pair[],
  fragment: readonly Pair[],
  begun: Begun,
  { session, late, issuer }: { session: string; late: number; issuer: string },
): Expected {
  const of = (name: string, from = pairs) =>
    from.filter(([own]) => own === name).map(([, value]) => value);
  const [state, second] = of('state');
  if (second !== undefined) return kept('rejected callback duplicate_parameter');
  if (!state) return kept('rejected callback state_missing');
  if (state !== begun.state) return kept('unknown');
  if (session !== SESSION) return kept('foreign-browser');
  if (late >= 600_000) return kept('expired');
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    return burnt('rejected callback duplicate_parameter');
  if (of('iss')[0] !== issuer) return burnt('rejected callback issuer_mismatch');
  const [error] = of('error');
  if (of('response')[0]) return burnt('rejected callback invalid_response');
  if (error)
    return burnt(error === 'access_denied' ? 'declined' : 'rejected authorize server_error');
  const [code = ''] = of('code');
  const strange = ['access_token', 'token_type', 'id_token', 'response'].some(
    (name) => of(name).length > 0 || of(name, fragment).length > 0,
  );
  if (
    strange ||
    error === '' ||
    of('code', fragment).length + of('state', fragment).length > 0 ||
    !/^[ -~]{1,4096}$/.test(code)
  )
    return burnt('rejected callback invalid_response');
  return burnt(code === begun.code ? 'granted' : 'rejected token invalid_grant');
}

/** Returns an outcome as one text. */
export const shown = (outcome: object) =>
  Object.values(outcome)
    .filter((part) => typeof part === 'string')
    .join(' ');

const ways = [
  'granted',
  'declined',
  'expired',
  'unknown',
  'foreign-browser',
  'rejected token invalid_grant',
  'rejected authorize server_error',
];
const codes = [
  'not_a_navigation',
  'callback_too_large',
  'duplicate_parameter',
  'state_missing',
  'issuer_mismatch',
  'invalid_response',
];
/** Every outcome that changed callbacks reach, sorted. */
export const everyOutcome = [...ways, ...codes.map((code) => `rejected callback ${code}`)].sort();
