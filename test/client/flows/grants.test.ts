import { describe, expect, it } from 'vitest';
import { discardGrant, findGrant, openGrant, useGrant } from '../../../src/client/grants.js';
import {
  type ConsentTerms,
  latest,
  publicProfile,
  SelfInfoError,
  Sensitive,
} from '../../../src/index.js';
import { CLIENT_ID } from '../../kit/loan.js';
import { refusalOf } from '../../kit/refusals.js';
import { connectionOf, ok, openStage, type Respond, scopeOf } from './stage.js';

const terms: ConsentTerms = {
  transactionId: '00000000-0000-4000-8000-000000000000',
  serviceId: CLIENT_ID,
  items: ['income', 'household', 'shots'],
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  grantedAt: '2026-12-01T10:00:00+09:00',
  keepUntil: '2027-01-01T00:00:00+09:00',
};
const accepted = ok({ [publicProfile.fields.processId.value]: 'a-process' });

function grantOn(respond: Respond = () => accepted, expiresAt: string | null = null) {
  const stage = openStage();
  const connection = connectionOf(respond);
  const accessToken = { token: new Sensitive('token-of-a-test'), expiresAt };
  const grant = openGrant(stage.context, terms, {
    accessToken,
    connection,
    profile: publicProfile,
  });
  const use = () => useGrant(stage.context, grant, latest(), scopeOf('request', stage.context));
  return { ...stage, connection, grant, use };
}

describe('a grant', () => {
  it('is found by the object that was handed out, and by nothing else', () => {
    const { context, grant } = grantOn();
    expect(findGrant(context, grant)).toBeDefined();
    for (const other of [{ ...grant }, null, undefined, 'grant', 1])
      expect(findGrant(context, other)).toBeUndefined();
  });

  it('is good for one request, also when two are made at once', async () => {
    const { use, connection } = grantOn();
    const results = await Promise.allSettled([use(), use()]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(connection.sent).toEqual(['/request']);
    expect(await refusalOf(use)).toEqual(['grant_used', undefined]);
  });

  it('is good again after a request that changed nothing at the portal', async () => {
    let failures = 1;
    const { use } = grantOn(() => {
      if (failures-- > 0)
        throw new SelfInfoError('connection_failed', { stage: 'request', effect: 'none' });
      return accepted;
    });
    expect(await refusalOf(use)).toEqual(['connection_failed', undefined]);
    expect((await use()).retrieval.terms).toBe(terms);
  });

  it('stays used after a request whose answer was lost', async () => {
    const { use } = grantOn(() => {
      throw new SelfInfoError('answer_lost', { effect: 'unknown' });
    });
    expect(await refusalOf(use)).toEqual(['answer_lost', undefined]);
    expect(await refusalOf(use)).toEqual(['grant_used', undefined]);
  });

  it('expires at its instant, to the millisecond', async () => {
    const { use, clock } = grantOn(undefined, '2026-12-01T10:05:00+09:00');
    clock.advance(300_000);
    expect(await refusalOf(use)).toEqual(['grant_expired', undefined]);
    clock.set('2026-12-01T10:04:59.999+09:00');
    expect((await use()).retrieval.submittedAt).toBe('2026-12-01T10:04:59.999+09:00');
  });

  it('parks its connection with the retrieval, which is stored with its secret', async () => {
    const { use, context, connection, store } = grantOn();
    const { retrieval, secret } = await use();
    expect(context.parked.get(retrieval)).toBe(connection);
    expect(store.calls).toEqual(['put retrieval']);
    const codes = ['TM00000000000002', 'household', 'vaccination'];
    expect(secret.accepted).toEqual({ processes: [{ id: 'a-process', codes }] });
    expect(secret.certificate).toBe('thumbprint');
  });

  it('gives the retrieval with the error when its secret cannot be stored', async () => {
    const { use, context, connection } = grantOn();
    Object.assign(context.store, {
      put: async () => {
        throw new Error('a database that is down');
      },
    });
    const error = await use().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'store_failed',
      effect: 'applied',
      retry: { safe: false },
      retrieval: { v: 2, terms },
    });
    expect(connection.closed).toBe(1);
  });

  it('closes its connection once when it is discarded, and cannot be used then', async () => {
    const { use, context, grant, connection } = grantOn();
    const state = findGrant(context, grant);
    if (state === undefined) throw new Error('no grant');
    await discardGrant(state);
    await discardGrant(state);
    expect(connection.closed).toBe(1);
    expect(await refusalOf(use)).toEqual(['grant_used', undefined]);
  });
});
