import { inspect } from 'node:util';
import {
  array,
  asyncProperty,
  assert as check,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  json,
  jsonValue,
  nat,
  oneof,
  record,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSelfInfoError, latest, type SelfInfoError } from '../../src/index.js';
import { anyText } from '../kit/any-text.js';
import { leaksIn } from '../kit/leaks.js';
import { grantOf, SESSION } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { goodAnswers, openStub, STUB_TOKEN, type StubStage, uncaughtDuring } from '../kit/stub.js';

const { RUNS } = sized({
  usual: { RUNS: 500 },
  full: { RUNS: 10_000 },
  soak: { RUNS: 1_000_000 },
});
/** The token has half of them, since it decides whether anything else is sent. */
const TOKEN_RUNS = RUNS / 2;
const DATA_RUNS = RUNS / 4;
const CANARY = 'canary-of-the-portal-花子';

const odd = oneof(
  constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    0.5,
    1e300,
    '',
    ' ',
    'Bearer',
    'mac',
    '3600',
    [],
    {},
    [[]],
    CANARY,
    `${CANARY}\r\nx: y`,
    'a'.repeat(9_000),
  ),
  jsonValue({ maxDepth: 2 }),
  double(),
  integer(),
  anyText(20),
  dictionary(string({ maxLength: 5 }), constant(CANARY), { maxKeys: 3 }),
);

/** Returns the paths of a value, to every part of it. */
function pathsOf(value: unknown): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[], ...inner.flatMap(([key, part]) => pathsOf(part).map((path) => [key, ...path]))];
}

/** Returns the value with another one at a path, or without the part there. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  return Object.assign(copy, {
    [key]: replaced((value as Record<string, unknown>)[key], rest, by),
  });
}

/**
 * Bodies that a broken portal may send instead of a good one: changed in their parts, their text or
 * their bytes.
 */
function bodies(good: object) {
  const text = JSON.stringify(good);
  const changed = array(tuple(constantFrom(...pathsOf(good)), oneof(odd, constant(undefined))), {
    minLength: 1,
    maxLength: 3,
  }).map((changes) =>
    JSON.stringify(
      changes.reduce<unknown>(
        (value, [path, by]) =>
          path.length > 0 && typeof value !== 'object' ? value : attempt(value, path, by),
        good,
      ),
    ),
  );
  const extended = tuple(string({ maxLength: 8 }), odd).map(([key, value]) =>
    JSON.stringify({ ...good, [key]: value }),
  );
  const doubled = constantFrom(...Object.entries(good)).map(
    ([key, value]) => `${text.slice(0, -1)},${JSON.stringify(key)}:${JSON.stringify(value)}}`,
  );
  const polluting = constantFrom(
    '"__proto__":{"access_token":"a"}',
    '"constructor":{"prototype":{}}',
    '"\\u005f_proto__":1',
    `"error":"${CANARY}"`,
  ).map((member) => `${text.slice(0, -1)},${member}}`);
  const spliced = tuple(
    nat(text.length),
    nat(4),
    oneof(anyText(4), constantFrom('"', '}', ',', '\u0000', '\\', '[['.repeat(40))),
  ).map(([at, length, by]) => text.slice(0, at) + by + text.slice(at + length));
  const bytes = tuple(nat(text.length), uint8Array({ maxLength: 3 })).map(([at, by]) => {
    const buffer = Buffer.from(text);
    return Buffer.concat([buffer.subarray(0, at), by, buffer.subarray(at + by.length)]);
  });
  return oneof(
    constant(text),
    constant(text),
    changed,
    changed,
    changed,
    extended,
    doubled,
    polluting,
    spliced,
    bytes,
    json(),
    uint8Array({ maxLength: 40 }),
  );
}

function attempt(value: unknown, path: readonly string[], by: unknown): unknown {
  try {
    return replaced(value, path, by);
  } catch {
    return value;
  }
}

const answers = (good: object) =>
  record({
    body: bodies(good),
    status: constantFrom(
      200,
      200,
      200,
      200,
      200,
      200,
      200,
      201,
      202,
      203,
      206,
      302,
      400,
      401,
      403,
      404,
      429,
      500,
      503,
    ),
    type: constantFrom(
      'application/json',
      'application/json',
      'application/json',
      'application/json; charset=UTF-8',
      'application/json; charset=shift_jis',
      'text/html',
      'text/json',
    ),
    coding: constantFrom<Record<string, string>>(
      {},
      {},
      {},
      { 'content-encoding': 'identity' },
      { 'content-encoding': 'gzip' },
      { 'retry-after': '5' },
      { 'retry-after': CANARY.slice(0, 6) },
    ),
  });

interface Given {
  readonly body: string | Uint8Array;
  readonly status: number;
  readonly type: string;
  readonly coding: Readonly<Record<string, string>>;
}

/**
 * Returns the value of a response that may be read at all, found independently of the client;
 * undefined when it must not be used.
 */
function readable({ body, status, type, coding }: Given): unknown {
  if (
    status !== 200 ||
    !/^application\/json(; charset=UTF-8)?$/.test(type) ||
    coding['content-encoding'] === 'gzip'
  )
    return undefined;
  try {
    return JSON.parse(
      typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body),
    );
  } catch {
    return undefined;
  }
}

/** Opens a stub with one stage that sends the given response. */
function openMad(stage: StubStage) {
  const held: { given?: Given } = {};
  const stub = openStub({
    answers: {
      [stage]: () => {
        const { body, status, type, coding } = held.given as Given;
        return new Response(body as string, {
          status,
          headers: { 'content-type': type, ...coding },
        });
      },
    },
  });
  const consent = async () =>
    stub.client.completeConsent((await stub.begin()).callback, { sessionBinding: SESSION });
  return { ...stub, held, consent };
}

/** Checks an error. It must be a SelfInfoError of its stage that shows nothing of the response. */
function expectTyped(error: unknown, stage: string): SelfInfoError {
  if (!isSelfInfoError(error)) throw error;
  expect([stage, 'answer']).toContain(error.stage);
  expect(inspect(error, { depth: 5 }) + JSON.stringify(error)).not.toMatch(/canary|花子|stub-/);
  expect(error.cause).toBeUndefined();
  return error;
}

/** Errors of a kind are searched once: their texts come from one table. */
function lookThrough(seen: Set<string>, said: object) {
  const key = JSON.stringify(said, (name, value) =>
    ['transactionId', 'id', 'terms', 'retrieval', 'notBefore'].includes(name) ? 0 : value,
  );
  if (seen.has(key)) return;
  seen.add(key);
  expect(leaksIn({ said }, { canary: CANARY, token: STUB_TOKEN, session: SESSION })).toEqual([]);
}

describe(`${RUNS} fuzzed responses`, () => {
  it('to the token call end in a grant only when they hold a bearer token, and the call is sent once', async () => {
    const { held, begin, client, calls, forget, clock } = openMad('token');
    const seen = new Set<string>();
    let granted = 0;
    const property = asyncProperty(answers(goodAnswers.token), async (given) => {
      held.given = given;
      const { callback } = await begin();
      const said = await client
        .completeConsent(callback, { sessionBinding: SESSION })
        .catch((error: unknown) => expectTyped(error, 'token'));
      if (!isSelfInfoError(said) && said.status === 'granted') {
        granted++;
        const {
          access_token: token,
          token_type: type,
          expires_in: life,
          error,
        } = readable(given) as Record<string, unknown>;
        expect(token).toMatch(/^[A-Za-z0-9._~+/-]{1,8192}=*$/);
        expect([String(type).toLowerCase(), error]).toEqual(['bearer', undefined]);
        expect(life === undefined || (typeof life === 'number' && life >= 0)).toBe(true);
        expect(said.grant.expiresAt === null ? null : Date.parse(said.grant.expiresAt)).toBe(
          life === undefined ? null : clock.now() + Math.floor(Number(life) * 1_000),
        );
      } else {
        lookThrough(seen, said);
        expect(isSelfInfoError(said) || (said.status === 'rejected' && said.at === 'token')).toBe(
          true,
        );
      }
      expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
        status: 'replayed',
      });
      expect(calls).toEqual(['token']);
      await forget();
    });
    expect(await uncaughtDuring(() => check(property, { numRuns: TOKEN_RUNS }))).toEqual([]);
    expect(granted).toBeGreaterThan(TOKEN_RUNS / 50);
  });

  it('to the request end in a retrieval only when they hold a process id, and the request is never sent twice', async () => {
    const { held, consent, client, calls, forget } = openMad('request');
    const seen = new Set<string>();
    let sent = 0;
    const property = asyncProperty(answers(goodAnswers.request), async (given) => {
      held.given = given;
      const grant = grantOf(await consent());
      const said = await client
        .submit(grant, { household: latest() })
        .catch((error: unknown) => expectTyped(error, 'request'));
      lookThrough(seen, said);
      if (!isSelfInfoError(said)) {
        sent++;
        expect((readable({ ...given, status: 200 }) as Record<string, unknown>).process_id).toMatch(
          /./s,
        );
      } else if (said.effect !== 'none') {
        const again: unknown = await client
          .submit(grant, { household: latest() })
          .catch((error: unknown) => error);
        expect(isSelfInfoError(again, 'grant_used')).toBe(true);
      }
      expect(calls).toEqual(['token', 'request']);
      await client.discard(grant);
      await forget();
    });
    expect(await uncaughtDuring(() => check(property, { numRuns: DATA_RUNS }))).toEqual([]);
    expect(sent).toBeGreaterThan(DATA_RUNS / 50);
  });

  it('to a poll end in an answer only when they are of the process, and show nothing of their content', async () => {
    const { held, consent, client, calls, forget } = openMad('result');
    const seen = new Set<string>();
    let ready = 0;
    const property = asyncProperty(answers(goodAnswers.result), async (given) => {
      held.given = given;
      const retrieval = await client.submit(grantOf(await consent()), { household: latest() });
      const said = await client
        .collect(retrieval, { deadlineMs: 1 })
        .catch((error: unknown) => expectTyped(error, 'result'));
      lookThrough(seen, said);
      if (!isSelfInfoError(said)) {
        expect(['ready', 'pending', 'unavailable', 'failed']).toContain(said.status);
        if (said.status === 'failed') expectTyped(said.error, 'result');
        if (said.status === 'ready') {
          ready++;
          expect((readable({ ...given, status: 200 }) as Record<string, unknown>).process_id).toBe(
            goodAnswers.result.process_id,
          );
          for (const item of Object.values(said.answer.items))
            if (item.status === 'present') expect(Array.isArray(item.reveal())).toBe(true);
        }
      }
      expect(calls).toEqual(['token', 'request', 'result']);
      await forget();
    });
    expect(await uncaughtDuring(() => check(property, { numRuns: DATA_RUNS }))).toEqual([]);
    expect(ready).toBeGreaterThan(DATA_RUNS / 50);
  });
});
