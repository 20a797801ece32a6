import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  publicProfile,
  type Store,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, expectStatus, loan, REDIRECT_URI } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { goodAnswers } from '../kit/stub.js';

// Entries as the version before pins wrote them, for the session `session-of-hanako`. The keys end
// with the SHA-256 of issuer, client id and state, and with the id of the retrieval.
const STATE = 'state-of-a-consent-begun-before-pins';
const TRANSACTION_KEY = 'transaction:05idOD9Lo3hq5TWGJldwV8mTOkQv2JvHnVV6tWHiLmI';
const TRANSACTION =
  '{"v":1,"id":"11111111-1111-4111-8111-111111111111","client":"SP12345678_AB1234","session":"U1zERG_D_1T1kjo03gBHBhD_kvseLzSjs6lDf7ufArk","verifier":"verifier-of-a-consent-begun-before-pins-0123456789"}';
const RETRIEVAL_ID = '22222222-2222-4222-8222-222222222222';
const RETRIEVAL_KEY = `retrieval:${RETRIEVAL_ID}`;
const HANDLE =
  '{"v":1,"id":"22222222-2222-4222-8222-222222222222","terms":{"transactionId":"11111111-1111-4111-8111-111111111111","serviceId":"SP12345678_AB1234","items":["income","household","shots"],"purpose":{"id":"housing-loan","text":"住宅ローンの事前審査のため"},"grantedAt":"2026-12-01T09:55:00+09:00","keepUntil":"2027-01-01T00:00:00+09:00"},"inquiries":{"household":{"method":"latest"}},"submittedAt":"2026-12-01T09:56:00+09:00","expiresAt":"2026-12-01T10:56:00+09:00"}';
const SECRET = `{"v":1,"token":"token-of-before-pins","processId":"stub-process-0123456789","retrieval":${HANDLE}}`;
const EXPIRES_AT = Date.parse('2026-12-01T10:56:00+09:00');

async function open(legacyProfile?: WireProfile) {
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  const inner = createMemoryStore({ clock });
  const entries = new Map<string, string>();
  const store: Store = {
    ...inner,
    put(key, value, expiresAt) {
      entries.set(key, value);
      return inner.put(key, value, expiresAt);
    },
  };
  await store.put(TRANSACTION_KEY, TRANSACTION, EXPIRES_AT);
  await store.put(RETRIEVAL_KEY, SECRET, EXPIRES_AT);
  const calls: string[] = [];
  const client = createSelfInfoClient({
    service: loan,
    environment: sandboxEnvironment({
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
      issuer: 'https://portal.example',
      profile: { ...publicProfile, id: 'after-the-change' },
      ...(legacyProfile && { legacyProfile }),
    }),
    clock,
    store,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      calls.push(pathname);
      return Response.json(pathname === '/oauth/token' ? goodAnswers.token : goodAnswers.result);
    },
  });
  const parameters = { code: 'a-code', state: STATE, iss: 'https://portal.example' };
  const complete = () =>
    client.completeConsent(`${REDIRECT_URI}?${new URLSearchParams(parameters)}`, {
      sessionBinding: 'session-of-hanako',
    });
  return { client, store, entries, calls, complete };
}

describe('what began before there were pins', () => {
  it('goes on under the profile that the environment names as legacy', async () => {
    const { client, calls, complete } = await open(publicProfile);
    expectStatus(await complete(), 'granted');
    const retrieval = client.resume(HANDLE);
    const { answer } = expectStatus(await client.collect(retrieval), 'ready');
    expectStatus(answer.items.household, 'present');
    expect(calls).toEqual(['/oauth/token', '/result']);
    expect(await client.recall(RETRIEVAL_ID)).toEqual(retrieval);
    await client.discard(retrieval);
    expect(await client.recall(RETRIEVAL_ID)).toBeUndefined();
  });

  it('is used once: the same callback again is a replay', async () => {
    const { complete } = await open(publicProfile);
    expectStatus(await complete(), 'granted');
    expectStatus(await complete(), 'replayed');
  });

  it('is left alone where no profile is named for it', async () => {
    const { client, store, calls, complete } = await open();
    expect(await refusalOf(complete)).toEqual(['profile_unknown', 'transaction.pin']);
    // A queue puts the job back for a process that knows the profile.
    for (const run of [() => client.resume(HANDLE), () => client.recall(RETRIEVAL_ID)])
      expect(await refusalOf(run)).toEqual(['profile_unknown', 'retrieval.pin']);
    expect(calls).toEqual([]);
    expect(await store.get(TRANSACTION_KEY)).toEqual({ value: TRANSACTION, expiresAt: EXPIRES_AT });
    expect(await store.get(RETRIEVAL_KEY)).toEqual({ value: SECRET, expiresAt: EXPIRES_AT });
  });
});

describe('what begins now', () => {
  it('has keys and a version that a version before pins neither finds nor reads', async () => {
    const { client, entries } = await open(publicProfile);
    await client.beginConsent({ sessionBinding: 'session-of-hanako' });
    const written = [...entries].filter(
      ([key]) => key !== TRANSACTION_KEY && key !== RETRIEVAL_KEY,
    );
    expect(written.map(([key, value]) => [key.slice(0, 14), JSON.parse(value).v])).toEqual([
      ['transaction:2:', 2],
    ]);
  });
});
