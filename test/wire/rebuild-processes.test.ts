import { describe, expect, it } from 'vitest';
import { latest, publicCodec, type WireCodec, type WireResult } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { STUB_PROCESS } from '../kit/stub.js';
import { ASKED, CANARY, expectSilent, openBroken, reasonOf } from '../query/codecs.js';

const TWO = { household: latest(), shots: latest() };
const BOTH = ['household', 'vaccination'];
const immediate = { completion: { value: 'immediate', confidence: 'unknown' } } as const;
const done = {
  status: 'done',
  items: [
    {
      code: 'household',
      status: 'nothing-on-record',
      records: [],
      missing: [],
      extras: {},
    },
  ],
  extras: {},
};
const hostile = () => {
  throw new Error(CANARY);
};
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, ['household']]));

const bad: [string, unknown][] = [
  ['nothing', undefined],
  ['a text', CANARY],
  ['neither ids nor a result', {}],
  ['another member', { processIds: ['p'], [CANARY]: 1 }],
  ['both ids and a result', { processIds: ['p'], result: done }],
  ['a result where answers are polled', { result: done }],
  ['ids that are a text', { processIds: 'p' }],
  ['ids that are null', { processIds: null }],
  ['no id', { processIds: [] }],
  ['two ids in a list', { processIds: ['p', 'q'] }],
  ['an empty id', { processIds: [''] }],
  ['an id that is a number', { processIds: [5] }],
  ['an id in an inner list', { processIds: [['p']] }],
  ['an id of 1,025 characters', { processIds: ['p'.repeat(1_025)] }],
  ['an id of half a surrogate pair', { processIds: ['\udc00'] }],
  ['a gap', { processIds: Object.assign([], { length: 1 }) }],
  ['a list in a proxy', { processIds: new Proxy(['p'], { get: hostile }) }],
  ['no process', { processIds: {} }],
  ['a code of no process', { processIds: { p: ['household'] } }],
  ['a code of two processes', { processIds: { p: BOTH, q: ['household'] } }],
  ['a code twice in one process', { processIds: { p: [...BOTH, 'household'] } }],
  ['an unknown code', { processIds: { p: [...BOTH, CANARY] } }],
  ['an unknown code in place of one', { processIds: { p: ['household', CANARY] } }],
  ['a process without codes', { processIds: { p: BOTH, q: [] } }],
  ['codes that are a text', { processIds: { p: 'household', q: ['vaccination'] } }],
  ['an empty id of a process', { processIds: { '': BOTH } }],
  ['an id of 1,025 characters among several', { processIds: { ['p'.repeat(1_025)]: BOTH } }],
  ['the id __proto__', { processIds: JSON.parse(`{"__proto__":${JSON.stringify(BOTH)}}`) }],
  ['inherited ids', { processIds: Object.create({ p: BOTH }) }],
  ['a Map of ids', { processIds: new Map([['p', BOTH]]) }],
  ['a symbol as an id', { processIds: { p: BOTH, [Symbol(CANARY)]: [] } }],
  ['a getter for codes', { processIds: Object.defineProperty({}, 'p', { get: hostile }) }],
  ['1,001 processes', { processIds: many(1_001) }],
];

const badResults: [string, unknown][] = [
  ['is still running', { ...done, status: 'running' }],
  ['has only been accepted', { ...done, status: 'accepted' }],
  ['is busy', { ...done, status: 'busy' }],
  ['says that it is running', { running: true }],
  ['has another page', { ...done, cursor: 'c' }],
  ['has no items', { status: 'done', extras: {} }],
  ['is not data', new Proxy(done, {})],
];

/** Submits with a broken `decodeProcess`, and then collects with a corrected one. */
async function expectMended(
  value: unknown,
  status: number,
  effect: string,
  options: Parameters<typeof openBroken>[1] = {},
) {
  const { client, consent, broken, calls, store, clock } = openBroken('decodeProcess', {
    answers: {
      request: () => Response.json({ process_id: STUB_PROCESS }, { status }),
    },
    ...options,
  });
  const grant = await consent();
  broken.output = () => value;
  const error = expectSilent(await errorOf(() => client.submit(grant, TWO)));
  expect([facts(error), error.path]).toEqual([
    { code: 'codec_failed', stage: 'request', effect, safe: false },
    'environment.profile.codec.decodeProcess',
  ]);
  expect((await errorOf(() => client.submit(grant, TWO))).code).toBe('grant_used');
  expect(calls).toEqual(['token', 'request']);
  // Another process, with a corrected codec, has only the store and the retrieval.
  const other = openBroken('decodeProcess', { ...options, store, clock });
  const retrieval = other.client.resume(JSON.parse(JSON.stringify(error.retrieval)));
  return { error, other, collected: await other.client.collect(retrieval) };
}

describe('what a codec says of the processes of a request', () => {
  it.each(bad)(
    'with %s is refused after the request, and a corrected codec elsewhere collects the answer',
    async (_, value) => {
      const { other, collected } = await expectMended(value, 202, 'applied');
      expectStatus(expectStatus(collected, 'ready').answer.items.household, 'present');
      expect(other.calls).toEqual(['result']);
    },
  );

  it.each(badResults)(
    'with an immediate answer that %s is refused, since nothing can be asked again',
    async (_, result) => {
      const { collected } = await expectMended({ result }, 200, 'applied', { data: immediate });
      expectStatus(collected, 'ready');
    },
  );

  it('is refused with the place and the rule', async () => {
    const reasons: string[] = [];
    for (const value of [
      { processIds: { [CANARY]: BOTH, other: [CANARY] } },
      { processIds: { [CANARY]: 1 } },
      { result: done },
      {},
    ]) {
      const { error } = await expectMended(value, 200, 'applied');
      reasons.push(reasonOf(error));
    }
    expect(reasons).toEqual([
      'processIds must hold each item code of the request in exactly one process, and no other code.',
      'processIds[0] must be a list.',
      'result is only allowed where the completion of the profile is immediate.',
      'It must have processIds or result, and not both.',
    ]);
  });

  it('may be an answer, where the profile says immediate', async () => {
    const { client, consent, calls } = openBroken('decodeProcess', {
      data: immediate,
      codec: { decodeProcess: () => ({ result: done as unknown as WireResult }) },
    });
    const { answer } = expectStatus(await client.query(await consent(), ASKED), 'ready');
    expect(answer.items.household.status).toBe('nothing-on-record');
    expect(calls).toEqual(['token', 'request']);
  });

  it('may be several processes with odd ids, of which each is asked once', async () => {
    const polled: string[] = [];
    const codec: Partial<WireCodec> = {
      decodeProcess: () => ({
        processIds: { constructor: ['household'], '10': ['vaccination'] },
      }),
      encodePoll(id, context) {
        polled.push(`${id} ${context.codes}`);
        return publicCodec.encodePoll(id, context);
      },
      decodeResult: (_, { codes }) => ({
        status: 'done',
        items: codes.map((code) => ({
          code,
          status: 'nothing-on-record' as const,
          records: [],
          missing: [],
          extras: {},
        })),
        extras: {},
      }),
    };
    const { client, consent } = openBroken('sign', { codec });
    const { answer } = expectStatus(await client.query(await consent(), TWO), 'ready');
    expect([answer.items.household.status, answer.items.shots.status]).toEqual([
      'nothing-on-record',
      'nothing-on-record',
    ]);
    expect(polled.sort()).toEqual(['10 vaccination', 'constructor household']);
  });
});

describe('what a codec says of a refusal', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a text', CANARY],
    ['no code', {}],
    ['a code that is a number', { code: 1 }],
    ['an empty code', { code: '' }],
    ['another member', { code: 'a', message: CANARY }],
    ['a getter', Object.defineProperty({}, 'code', { get: hostile, enumerable: true })],
    ['an Error', Object.assign(new Error(CANARY), { code: 'a' })],
  ])('with %s is refused without effect on what is kept', async (_, value) => {
    const { client, consent, broken, calls } = openBroken('decodeRefusal');
    const grant = await consent();
    broken.output = () => value;
    const error = expectSilent(await errorOf(() => client.submit(grant, ASKED)));
    expect([facts(error), error.path]).toEqual([
      { code: 'codec_failed', stage: 'request', effect: 'applied', safe: false },
      'environment.profile.codec.decodeRefusal',
    ]);
    delete broken.output;
    expectStatus(await client.collect(client.resume(error.retrieval)), 'ready');
    expect(calls).toEqual(['token', 'request', 'result']);
  });

  it('is repeated only where the profile lists its code', async () => {
    const { client, consent, broken } = openBroken('decodeRefusal');
    broken.output = () => ({ code: CANARY });
    const error = expectSilent(await errorOf(async () => client.submit(await consent(), ASKED)));
    expect([error.code, error.upstream]).toEqual([
      'upstream_refused',
      { status: 200, code: 'unrecognised' },
    ]);
  });
});
