import { array, asyncProperty, assert as check, constantFrom, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackRequest } from '../../src/index.js';
import { leaksIn } from '../kit/leaks.js';
import { REDIRECT_URI, SESSION } from '../kit/loan.js';
import { oauthProfile } from '../kit/profiles.js';
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

const { posts } = sized({
  usual: { posts: 500 },
  full: { posts: 10_000 },
  soak: { posts: 1_000_000 },
});

const FORM = 'application/x-www-form-urlencoded';
const GOOD_TYPES = [FORM, FORM.toUpperCase(), `${FORM}; charset=UTF-8`, ` ${FORM};charset="utf-8"`];
const BAD_TYPES = [
  '',
  'text/plain',
  'application/json',
  'multipart/form-data; boundary=x',
  `${FORM}; charset=shift_jis`,
  `${FORM}, ${FORM}`,
  `${FORM}x`,
];

/** Queries of the redirect URI, which have no response. */
const OWN_QUERIES = ['', '?', '?tenant=a&lang=ja', '?State=a', '?session_state=a'];
const BAD_QUERIES = ['?code=a', '?a=b&state=', '?iss=https%3A%2F%2Fevil.example', '?%65rror=a'];

/** How a framework passes a form on: as characters, as bytes, or as parsed fields. */
const AS_TEXT = ['text', 'event 1.0', 'event 2.0'] as const;
const AS_BYTES = ['bytes', 'Buffer', 'Request', 'stream', 'event 1.0 base64'] as const;
const AS_FIELDS = ['fields', 'URLSearchParams'] as const;
type Shape = (typeof AS_TEXT | typeof AS_BYTES | typeof AS_FIELDS)[number];

const post = record({
  mutations: array(mutation, { maxLength: 2 }),
  before: mostly('', '&', '?', '&&', '\ufeff'),
  // Bytes that are not UTF-8, where the form comes as bytes.
  spoilt: mostly(false, true),
  shape: constantFrom<Shape>(...AS_TEXT, ...AS_BYTES, ...AS_FIELDS),
  chunk: constantFrom(1, 7, 10_000),
  type: mostly<string>(FORM, ...GOOD_TYPES, ...BAD_TYPES),
  query: mostly<string>('', ...OWN_QUERIES, ...BAD_QUERIES),
  fragment: mostly('', '#top', '#access_token=a&state=b', '#?code=a'),
  method: mostly('POST', 'post', 'GET', 'PUT', 'HEAD', ''),
  headers,
  session: mostly(SESSION, 'session-of-mallory', `${SESSION} `),
  late: mostly(0, 599_999, 600_000),
});

interface Post {
  readonly shape: Shape;
  readonly chunk: number;
  readonly type: string;
  readonly query: string;
  readonly fragment: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly spoilt: boolean;
}

/** The form of a post: its text, and its decoded parameters. */
interface Form {
  readonly text: string;
  readonly pairs: readonly Pair[];
}

const bytesOf = ({ spoilt }: Post, { text }: Form) =>
  Buffer.concat([Buffer.from(text), Buffer.from(spoilt ? [0x26, 0xc3, 0x28] : [])]);

/** Returns the fields as a parser of forms does: those that come several times as a list. */
function fieldsOf(pairs: readonly Pair[]): object {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}

function streamOf(bytes: Buffer, size: number): ReadableStream {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)));
      at += size;
    },
  });
}

/** Returns the request of a post, and what of it a method and a URL can carry. */
function requestOf(given: Post, form: Form): { request: unknown; given: Post } {
  const { method, query, fragment, type } = given;
  const all = { ...given.headers, 'content-type': type };
  const message = { method, url: `/callback${query}${fragment}`, headers: all };
  const event = { httpMethod: method, headers: all, queryStringParameters: null };
  const unfragmented = { ...given, fragment: '' };
  const bytes = bytesOf(given, form);
  switch (given.shape) {
    case 'text':
      return { request: { ...message, body: form.text }, given };
    case 'bytes':
      return { request: { ...message, body: new Uint8Array(bytes) }, given };
    case 'Buffer':
      return { request: { ...message, body: bytes }, given };
    case 'fields':
      return { request: { ...message, body: fieldsOf(form.pairs) }, given };
    case 'URLSearchParams':
      return {
        request: {
          ...message,
          body: new URLSearchParams(
            form.pairs.map(([name, value]): [string, string] => [name, value]),
          ),
        },
        given,
      };
    case 'event 1.0':
    case 'event 1.0 base64': {
      const isBase64Encoded = given.shape !== 'event 1.0';
      const body = isBase64Encoded ? bytes.toString('base64') : form.text;
      const queryStringParameters = Object.fromEntries(new URLSearchParams(query));
      return {
        request: { ...event, queryStringParameters, body, isBase64Encoded },
        given: unfragmented,
      };
    }
    case 'event 2.0':
      return {
        request: {
          rawQueryString: query.slice(1),
          headers: all,
          requestContext: { http: { method } },
          body: form.text,
        },
        given: unfragmented,
      };
    default: {
      // A Request without a method that has a body cannot be made.
      const sent = ['POST', 'post', 'PUT'].includes(method) ? method : 'POST';
      const body = given.shape === 'stream' ? streamOf(bytes, given.chunk) : new Uint8Array(bytes);
      const request = new Request(`${REDIRECT_URI}${query}${fragment}`, {
        method: sent,
        headers: all,
        body,
        duplex: 'half',
      });
      return { request, given: { ...given, method: sent } };
    }
  }
}

/** Returns the expected outcome of a post, by the rules and not by the client. */
function expectedOf(
  given: Post,
  form: Form,
  begun: Begun,
  facts: { session: string; late: number; issuer: string },
): Expected {
  if (given.method.toUpperCase() !== 'POST' || isNoVisit(given.headers))
    return kept('rejected callback not_a_navigation');
  if (BAD_TYPES.includes(given.type) || BAD_QUERIES.includes(given.query))
    return kept('rejected callback invalid_response');
  const asBytes = (AS_BYTES as readonly Shape[]).includes(given.shape);
  const size = asBytes ? bytesOf(given, form).length : form.text.length;
  if (size > 8_192) return kept('rejected callback callback_too_large');
  if (asBytes && given.spoilt) return kept('rejected callback invalid_response');
  return outcomeOf(form.pairs, [...new URLSearchParams(given.fragment.slice(1))], begun, facts);
}

describe(`${posts} fuzzed callbacks that are posted`, () => {
  it('end as the rules say, use up what the rules say, and cause at most one exchange', async () => {
    const profile = oauthProfile({ responseMode: 'form_post' }, 'posting');
    const { client, clock, begin, calls, forget, environment } = openStub({ profile });
    const { issuer } = environment;
    const seen = new Map<string, number>();
    const property = asyncProperty(post, async (drawn) => {
      const begun = await begin();
      const startedAt = clock.now();
      const good = new URL(begun.callback).searchParams;
      const encoded = [...good].map(([name, value]): Pair => [name, encodeURIComponent(value)]);
      const text =
        drawn.before +
        drawn.mutations
          .reduce((changed, mutate) => mutate(changed), encoded as readonly Pair[])
          .map((pair) => pair.join('='))
          .join('&');
      // With a pair in front, since URLSearchParams would drop a question mark.
      const form = { text, pairs: [...new URLSearchParams(`a=b&${text}`)].slice(1) };
      const { request, given } = requestOf(drawn, form);
      clock.advance(drawn.late);
      const session = drawn.late >= 600_000 ? SESSION : drawn.session;
      const outcome = await client.completeConsent(request as CallbackRequest, {
        sessionBinding: session,
      });
      const expected = expectedOf(given, form, begun, { session, late: drawn.late, issuer });
      expect(shown(outcome)).toBe(expected.outcome);
      const first = calls.length;
      expect(first).toBe(/^granted|^rejected token/.test(expected.outcome) ? 1 : 0);
      if (!seen.has(expected.outcome))
        expect(
          leaksIn({ outcome }, { state: begun.state, code: begun.code, session: SESSION }),
        ).toEqual([]);
      seen.set(expected.outcome, (seen.get(expected.outcome) ?? 0) + 1);
      // The right callback afterwards. As a query it is none, and changes nothing.
      const options = { sessionBinding: SESSION };
      expect(await client.completeConsent(begun.callback, options)).toEqual({
        status: 'rejected',
        at: 'callback',
        code: 'not_a_navigation',
      });
      const right = { method: 'POST', url: '/callback', headers: { 'content-type': FORM } };
      const after = await client.completeConsent({ ...right, body: String(good) }, options);
      expect(after.status).toBe(
        expected.burns ? 'replayed' : drawn.late >= 600_000 ? 'expired' : 'granted',
      );
      expect(calls.length).toBe(first + (after.status === 'granted' ? 1 : 0));
      await forget();
      clock.set(startedAt);
    });
    expect(await uncaughtDuring(() => check(property, { numRuns: posts }))).toEqual([]);
    // The inputs did reach every outcome.
    expect([...seen.keys()].sort()).toEqual(everyOutcome);
  });
});
