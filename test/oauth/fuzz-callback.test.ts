import { inspect } from 'node:util';
import {
  array,
  asyncProperty,
  assert as check,
  constant,
  constantFrom,
  oneof,
  record,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallbackRequest, isSelfInfoError, validateCallback } from '../../src/index.js';
import { anyText } from '../kit/any-text.js';
import { leaksIn } from '../kit/leaks.js';
import { SESSION } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { type Begun, openStub, uncaughtDuring } from '../kit/stub.js';

const { visits, values } = sized({
  usual: { visits: 500, values: 200 },
  full: { visits: 10_000, values: 1_000 },
  soak: { visits: 1_000_000, values: 100_000 },
});

/** A parameter as it appears in the query: encoded. */
type Pair = readonly [name: string, value: string];
type Mutation = (pairs: readonly Pair[]) => readonly Pair[];

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

const mutation = oneof(
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
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  oneof({ weight: 4, arbitrary: constant(usual) }, constantFrom(...others));

const headers = mostly<Record<string, string>>(
  {},
  { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  { accept: 'text/html', purpose: 'payment' },
  { 'Sec-Purpose': 'prefetch;prerender' },
  { 'sec-purpose': '', purpose: 'PREFETCH' },
  { 'X-Purpose': 'preview' },
  { 'x-moz': 'prefetch' },
  { 'Sec-Fetch-Mode': 'no-cors', 'sec-fetch-dest': 'image' },
);

const visit = record({
  mutations: array(mutation, { maxLength: 2 }),
  before: constantFrom(
    '',
    '/callback',
    'https://loan.example/callback',
    'https://user:password@other.example:8443/a//../b',
    '//evil.example',
    'callback',
  ),
  fragment: constantFrom('', '', '', '#', '#top', '#access_token=a&state=b', '#?code=a', '#_=_'),
  raw: oneof({ weight: 9, arbitrary: constant(undefined) }, { weight: 1, arbitrary: anyText(80) }),
  form: constantFrom('string', 'URL', 'Request', 'message', 'Headers'),
  method: mostly('GET', 'get', 'HEAD', 'POST', 'OPTIONS', ''),
  headers,
  session: mostly(SESSION, 'session-of-mallory', `${SESSION} `),
  late: mostly(0, 599_999, 600_000),
});

interface Visit {
  readonly request: CallbackRequest;
  /** The text that carries the query, in any form. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

function visitOf(
  given: { form: string; method: string; headers: Record<string, string> },
  url: string,
): Visit {
  const { method, headers } = given;
  const plain = { method: 'GET', headers: {} };
  if (given.form === 'string') return { request: url, url, ...plain };
  if (given.form === 'message') return { request: { method, url, headers }, url, method, headers };
  if (given.form === 'Headers')
    return {
      request: { method, url, headers: new Headers(headers) as never },
      url,
      method,
      headers,
    };
  const absolute = URL.canParse(url, 'https://loan.example')
    ? new URL(url, 'https://loan.example')
    : new URL('https://loan.example/callback');
  if (given.form === 'URL') return { request: absolute, url: absolute.href, ...plain };
  absolute.username = absolute.password = '';
  // A browser sets its Sec- headers itself, and a Request accepts some only.
  const request = new Request(absolute, { method: method === '' ? 'GET' : method, headers });
  return { request, url: request.url, method: request.method, headers };
}

/**
 * Returns the expected outcome of a visit, computed from the rules independently of the client:
 * what it is, and whether it uses the transaction up.
 */
function expectedOf(
  { url, method, headers }: Visit,
  begun: Begun,
  session: string,
  late: number,
  issuer: string,
): { outcome: string; burns: boolean } {
  const kept = (outcome: string) => ({ outcome, burns: false });
  const burnt = (outcome: string) => ({ outcome, burns: true });
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]),
  );
  const ahead = [lower['sec-purpose'], lower.purpose, lower['x-purpose'], lower['x-moz']].some(
    (value) => value?.startsWith('pre'),
  );
  if (method.toUpperCase() !== 'GET' || ahead || lower['sec-fetch-mode'] === 'no-cors')
    return kept('rejected callback not_a_navigation');
  const [visible = '', ...hash] = url.split('#');
  const query = visible.split('?').slice(1).join('?');
  if (query.length + hash.join('#').length > 8_192)
    return kept('rejected callback callback_too_large');
  const pairs = [...new URLSearchParams(query)];
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
  const fragment = [...new URLSearchParams(hash.join('#'))];
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

const shown = (outcome: object) =>
  Object.values(outcome)
    .filter((part) => typeof part === 'string')
    .join(' ');

describe(`${visits} fuzzed callbacks`, () => {
  it('end as the rules say, use up what the rules say, and cause at most one exchange', async () => {
    const { client, clock, begin, calls, forget, environment } = openStub();
    const seen = new Map<string, number>();
    const property = asyncProperty(visit, async (given) => {
      const begun = await begin();
      const startedAt = clock.now();
      const pairs: readonly Pair[] = [...new URL(begun.callback).searchParams].map(
        ([name, value]) => [name, encodeURIComponent(value)],
      );
      const query =
        given.raw ??
        given.mutations
          .reduce((changed, mutate) => mutate(changed), pairs)
          .map((pair) => pair.join('='))
          .join('&');
      const made = visitOf(given, `${given.before}?${query}${given.fragment}`);
      clock.advance(given.late);
      // Of a transaction that is over, a store may have forgotten the owner.
      const session = given.late >= 600_000 ? SESSION : given.session;
      const outcome = await client.completeConsent(made.request, { sessionBinding: session });
      const expected = expectedOf(made, begun, session, given.late, environment.issuer);
      expect(shown(outcome)).toBe(expected.outcome);
      const first = calls.length;
      expect(first).toBe(/^granted|^rejected token/.test(expected.outcome) ? 1 : 0);
      if (!seen.has(expected.outcome))
        expect(
          leaksIn({ outcome }, { state: begun.state, code: begun.code, session: SESSION }),
        ).toEqual([]);
      seen.set(expected.outcome, (seen.get(expected.outcome) ?? 0) + 1);
      // The right callback afterwards: a visit that did not use the transaction up has not harmed
      // it.
      const after = await client.completeConsent(begun.callback, { sessionBinding: SESSION });
      expect(after.status).toBe(
        expected.burns ? 'replayed' : given.late >= 600_000 ? 'expired' : 'granted',
      );
      expect(calls.length).toBe(first + (after.status === 'granted' ? 1 : 0));
      await forget();
      clock.set(startedAt);
    });
    expect(await uncaughtDuring(() => check(property, { numRuns: visits }))).toEqual([]);
    // The inputs did reach every outcome.
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
    expect([...seen.keys()].sort()).toEqual(
      [...ways, ...codes.map((code) => `rejected callback ${code}`)].sort(),
    );
  });

  it('that are not callbacks throw a TypeError that names the place, or end, and never call the portal', async () => {
    const { client, begin, calls, environment } = openStub();
    const { state } = await begin();
    const canary = 'canary-of-the-host';
    const thrown = () => {
      throw new Error(canary);
    };
    const odd = oneof(
      anyText(300),
      constantFrom<unknown>(
        undefined,
        null,
        5,
        true,
        Symbol('a'),
        [],
        {},
        () => {},
        new Map(),
        new Date(0),
        10n,
        Object.create(null),
      ),
      record({
        method: constantFrom<unknown>(undefined, null, 5, 'GET', 'get', '', {}),
        url: oneof(
          anyText(100),
          constantFrom<unknown>(undefined, null, 5, [], new URL('https://loan.example/')),
        ),
        headers: constantFrom<unknown>(
          undefined,
          null,
          5,
          [],
          {},
          new Map(),
          new Headers(),
          { get: 5 },
          { get: () => ({}) },
          { get: thrown },
          { a: { toString: thrown } },
        ),
      }),
      constantFrom('method', 'url', 'headers').map((name) =>
        Object.defineProperty({ method: 'GET', url: '/', headers: {} }, name, { get: thrown }),
      ),
    );
    const property = asyncProperty(odd, async (request) => {
      for (const run of [
        () => client.completeConsent(request as never, { sessionBinding: SESSION }),
        () => validateCallback(environment, request as never, { state }),
      ]) {
        const said: unknown = await run().catch((error: unknown) => error);
        if (said instanceof TypeError)
          expect(said.message).toMatch(/^request(\.[a-z]+)? |^request must be/);
        else
          expect(
            isSelfInfoError(said, 'callback_rejected') ||
              ['rejected', 'unknown'].includes((said as { status: string }).status),
          ).toBe(true);
        expect(inspect(said)).not.toContain(canary);
      }
    });
    expect(await uncaughtDuring(() => check(property, { numRuns: values }))).toEqual([]);
    expect(calls).toEqual([]);
  });
});
