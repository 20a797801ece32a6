import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createVirtualClock,
  fetchAnswer,
  latest,
  requestAnswer,
  Sensitive,
  type Store,
} from '../../src/index.js';
import { loan, NOW } from '../kit/loan.js';
import { errorOf, facts, refusalOf } from '../kit/refusals.js';
import { goodAnswers, openStub } from '../kit/stub.js';
import { ASKED, openBroken } from './codecs.js';

const reply = { status: 201, headers: {}, body: '', requestId: 'r', at: 1 };
/** What nothing of this package has written as the portal's word on a request. */
const broken: [string, unknown][] = [
  ['null', null],
  ['nothing', {}],
  ['a list', []],
  ['no process', { processes: [] }],
  ['processes that are a text', { processes: 'abc' }],
  ['a process that is null', { processes: [null] }],
  ['a process without codes', { processes: [{ id: 'p' }] }],
  ['a process with codes in a text', { processes: [{ id: 'p', codes: 'abc' }] }],
  ['a code that is a number', { processes: [{ id: 'p', codes: [1] }] }],
  ['an id that is empty', { processes: [{ id: '', codes: ['household'] }] }],
  ['a response that is null', { reply: null }],
  ['a response without a body', { reply: { ...reply, body: undefined } }],
  ['a response without headers', { reply: { ...reply, headers: null } }],
  ['headers that are a text', { reply: { ...reply, headers: 'abc' } }],
  ['a header that is a number', { reply: { ...reply, headers: { a: 1 } } }],
  ['a status that is a text', { reply: { ...reply, status: '201' } }],
];

/** A memory store that can fail to write, and of which retrievals can be read otherwise. */
function openStore() {
  const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
  const state: { down?: boolean; accepted?: unknown } = {};
  const store: Store = {
    ...inner,
    put: (...entry) => (state.down ? Promise.reject(new Error('down')) : inner.put(...entry)),
    async get(key) {
      const found = await inner.get(key);
      if (typeof found !== 'object' || !('accepted' in state)) return found;
      const value = { ...JSON.parse(found.value), accepted: state.accepted };
      return { ...found, value: JSON.stringify(value) };
    },
  };
  return { store, state };
}

describe('what a store returns for a retrieval', () => {
  it.each(broken)('is refused with %s, and nothing is sent', async (_, accepted) => {
    const { store, state } = openStore();
    const { client, consent, calls } = openBroken('sign', { store });
    const retrieval = await client.submit(await consent(), ASKED);
    state.accepted = accepted;
    expect((await errorOf(() => client.collect(retrieval))).code).toBe('store_failed');
    expect(calls).toEqual(['token', 'request']);
  });
});

describe('a handle of requestAnswer', () => {
  it.each(broken)('is refused with %s, and nothing is sent', async (_, accepted) => {
    const { environment, clock } = openStub();
    const calls: string[] = [];
    const fetch = async ({ url }: Request) => {
      const { pathname } = new URL(url);
      calls.push(pathname);
      return Response.json(goodAnswers[pathname === '/request' ? 'request' : 'result']);
    };
    const step = { environment, service: loan, clock, fetch };
    const handle = await requestAnswer({
      ...step,
      accessToken: { token: new Sensitive('a-token-of-a-handle'), expiresAt: null },
      inquiries: latest(),
      grantedAt: clock.now(),
    });
    const changed = JSON.stringify({ ...JSON.parse(handle.reveal()), accepted });
    expect(await refusalOf(() => fetchAnswer({ ...step, handle: changed }))).toEqual([
      'invalid_retrieval',
      'options.handle',
    ]);
    expect(calls).toEqual(['/request']);
  });
});

describe('a store that fails when the response to a request is kept', () => {
  it.each([
    [201, 'applied'],
    [303, 'unknown'],
    [400, 'unknown'],
    [503, 'unknown'],
  ])('after a %i leaves the effect %s', async (status, effect) => {
    const { store, state } = openStore();
    const { client, consent } = openBroken('sign', {
      store,
      answers: { request: () => Response.json(goodAnswers.request, { status }) },
    });
    const grant = await consent();
    state.down = true;
    expect(facts(await errorOf(() => client.submit(grant, ASKED)))).toEqual({
      code: 'store_failed',
      stage: 'store',
      effect,
      safe: false,
    });
  });
});
