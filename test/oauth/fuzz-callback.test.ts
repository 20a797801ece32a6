import { inspect } from 'node:util';
import {
  array,
  asyncProperty,
  assert as check,
  constant,
  constantFrom,
  oneof,
  record,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallbackRequest, isSelfInfoError, validateCallback } from '../../src/index.js';
import { anyText } from '../kit/any-text.js';
import { leaksIn } from '../kit/leaks.js';
import { SESSION } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { type Begun, openStub, uncaughtDuring } from '../kit/stub.js';
import {
  type Expected,
  everyOutcome,
  headers,
  isNoVisit,
  kept,
  mostly,
  mutation,
  outcomeOf,
  type Pair,
  shown,
} from './fuzzed.js';

const { visits, values } = sized({
  usual: { visits: 500, values: 200 },
  full: { visits: 10_000, values: 1_000 },
  soak: { visits: 1_000_000, values: 100_000 },
});

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
): Expected {
  if (method.toUpperCase() !== 'GET' || isNoVisit(headers))
    return kept('rejected callback not_a_navigation');
  const [visible = '', ...hash] = url.split('#');
  const query = visible.split('?').slice(1).join('?');
  if (query.length + hash.join('#').length > 8_192)
    return kept('rejected callback callback_too_large');
  const pairs = [...new URLSearchParams(query)];
  const fragment = [...new URLSearchParams(hash.join('#'))];
  return outcomeOf(pairs, fragment, begun, { session, late, issuer });
}

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
    expect([...seen.keys()].sort()).toEqual(everyOutcome);
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
