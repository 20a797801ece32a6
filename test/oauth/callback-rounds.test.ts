import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type CallbackRequest,
  createMemoryStore,
  createVirtualClock,
  exchangeToken,
  isSelfInfoError,
  type Store,
  validateCallback,
} from '../../src/index.js';
import { NOW, SESSION } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { openStub, STUB_TOKEN, type StubOptions, uncaughtDuring } from '../kit/stub.js';

const { ofAllKinds, few } = sized({
  usual: { ofAllKinds: 40, few: 5 },
  full: { ofAllKinds: 200, few: 20 },
  soak: { ofAllKinds: 5_000, few: 500 },
});

const AT_ONCE = 50;

/** How often each status, or error code, came out of a round. */
type Tally = Readonly<Record<string, number>>;

async function tally(work: readonly Promise<{ readonly status: string }>[]): Promise<Tally> {
  const count: Record<string, number> = {};
  for (const settled of await Promise.allSettled(work)) {
    const word =
      settled.status === 'fulfilled'
        ? settled.value.status
        : isSelfInfoError(settled.reason)
          ? settled.reason.code
          : 'a foreign error';
    count[word] = (count[word] ?? 0) + 1;
  }
  return count;
}

/**
 * Returns a store over a network: every step takes a few turns of the event loop, each call another
 * number.
 */
function slowStore(): Store {
  const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
  let calls = 0;
  const slow = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let turn = calls++ % 4; turn > 0; turn--) await setImmediate();
    return work();
  };
  return {
    put: (...entry) => slow(() => inner.put(...entry)),
    get: (key) => slow(() => inner.get(key)),
    take: (key) => slow(() => inner.take(key)),
    delete: (key) => slow(() => inner.delete(key)),
  };
}

/** Every form in which a framework may pass on the same callback. */
const forms: readonly ((url: string) => CallbackRequest)[] = [
  (url) => url,
  (url) => new URL(url),
  (url) => new Request(url),
  (url) => ({
    method: 'GET',
    url: url.replace('https://loan.example', ''),
    headers: { 'sec-fetch-mode': 'navigate' },
  }),
];

const kinds: readonly [string, StubOptions, Tally][] = [
  ['a portal that grants', {}, { granted: 1, replayed: 49 }],
  ['a store over a network', { store: slowStore() }, { granted: 1, replayed: 49 }],
  [
    'a portal that refuses',
    { answers: { token: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) } },
    { rejected: 1, replayed: 49 },
  ],
  [
    'a portal that is busy',
    { answers: { token: () => Response.json({}, { status: 503 }) } },
    { upstream_unavailable: 1, replayed: 49 },
  ],
  [
    'a network that fails',
    { answers: { token: () => Promise.reject(new TypeError('fetch failed')) } },
    { connection_closed: 1, replayed: 49 },
  ],
  [
    'a portal that breaks the protocol',
    { answers: { token: () => new Response('<html>') } },
    { response_invalid: 1, replayed: 49 },
  ],
];

describe('fifty identical callbacks at once', () => {
  it.each(kinds)(
    'cause exactly one exchange, round after round, with %s',
    async (_, options, expected) => {
      const count = Math.ceil(ofAllKinds / kinds.length);
      const { client, begin, calls, forget } = openStub(options);
      const uncaught = await uncaughtDuring(async () => {
        for (let round = 0; round < count; round++) {
          const { callback } = await begin();
          const form = (index: number) => forms[index % forms.length] as (typeof forms)[number];
          const work = Array.from({ length: AT_ONCE }, (_, index) =>
            client.completeConsent(form(index)(callback), { sessionBinding: SESSION }),
          );
          expect(await tally(work)).toEqual(expected);
          // One that comes later causes none either.
          expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
            status: 'replayed',
          });
          expect(calls).toEqual(['token']);
          await forget();
        }
      });
      expect(uncaught).toEqual([]);
    },
  );

  it('cause exactly one exchange when they reach many instances that share a store', async () => {
    const store = createMemoryStore();
    const [first, ...others] = Array.from({ length: 5 }, () =>
      openStub({
        store,
        answers: { token: () => Response.json({ access_token: STUB_TOKEN, token_type: 'Bearer' }) },
      }),
    );
    if (first === undefined) throw new Error('not made');
    const all = [first, ...others];
    for (let round = 0; round < few; round++) {
      const { callback } = await first.begin();
      const work = Array.from({ length: AT_ONCE }, (_, index) =>
        all[index % all.length]?.client.completeConsent(callback, { sessionBinding: SESSION }),
      );
      expect(await tally(work as Promise<{ readonly status: string }>[])).toEqual({
        granted: 1,
        replayed: 49,
      });
      expect(all.flatMap(({ calls }) => calls)).toEqual(['token']);
      for (const one of all) one.calls.length = 0;
    }
  });

  it('with other browsers among them are granted once, to the right browser', async () => {
    const { client, begin, calls, forget } = openStub();
    for (let round = 0; round < few; round++) {
      const { callback } = await begin();
      const work = Array.from({ length: AT_ONCE }, (_, index) =>
        client.completeConsent(callback, {
          sessionBinding: index % 2 ? SESSION : `session-of-stranger-${index}`,
        }),
      );
      const { granted, replayed = 0, 'foreign-browser': foreign = 0 } = await tally(work);
      // Another browser that comes after the take learns that it was taken.
      expect([granted, replayed + foreign]).toEqual([1, 49]);
      expect(calls).toEqual(['token']);
      await forget();
    }
  });

  it('cause exactly one exchange of a valid callback outside a client', async () => {
    const { environment, clock } = openStub();
    const state = 'state-of-the-host';
    const back = `${environment.redirectUri}?${new URLSearchParams({ code: 'code-of-the-portal', state, iss: environment.issuer })}`;
    for (let round = 0; round < few; round++) {
      let sent = 0;
      const callback = await validateCallback(environment, back, { state });
      const fetch = async () =>
        Response.json({ access_token: STUB_TOKEN, token_type: 'Bearer', sent: sent++ });
      const work = Array.from({ length: AT_ONCE }, async () => {
        await exchangeToken({ environment, callback, codeVerifier: 'a'.repeat(43), fetch, clock });
        return { status: 'granted' };
      });
      expect(await tally(work)).toEqual({ granted: 1, callback_rejected: 49 });
      expect(sent).toBe(1);
    }
  });
});
