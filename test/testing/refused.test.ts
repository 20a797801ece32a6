import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRetrievalQueue } from '../../src/bullmq/index.js';
import { latest } from '../../src/index.js';
import {
  createAnswer,
  createCollected,
  createConsentOutcome,
  createGrant,
  createRetrieval,
} from '../../src/testing/index.js';
import { loan, openBank } from '../kit/loan.js';
import { refusal, refusalOf } from '../kit/refusals.js';
import { openSafe } from '../vault/safe.js';

afterEach(() => vi.unstubAllEnvs());

describe('a made value is refused', () => {
  it('by a client that is given a made grant', async () => {
    const { client, calls } = openBank();
    const grant = createGrant(loan);
    expect(await refusalOf(() => client.query(grant, latest()))).toEqual([
      'foreign_grant',
      'grant',
    ]);
    expect(await refusalOf(() => client.submit(grant, latest()))).toEqual([
      'foreign_grant',
      'grant',
    ]);
    expect(await refusalOf(() => client.discard(grant))).toEqual(['foreign_grant', 'handle']);
    expect(calls).toEqual([]);
  });

  it('by a client that is given a made retrieval, also as JSON', async () => {
    const { client, calls } = openBank();
    const retrieval = createRetrieval(loan);
    const refused = ['invalid_retrieval', 'retrieval.terms.serviceId'];
    expect(await refusalOf(() => client.collect(retrieval))).toEqual(refused);
    expect(await refusalOf(() => client.acknowledge(retrieval))).toEqual(refused);
    expect(await refusalOf(() => client.discard(retrieval))).toEqual(refused);
    expect(refusal(() => client.resume(JSON.stringify(retrieval)))).toEqual(refused);
    expect(await client.recall(retrieval.id)).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('by a vault that is given a made answer', async () => {
    const { vault, answer, events } = openSafe();
    const { income } = (await answer()).items;
    if (income.status !== 'present') throw new Error('no records');
    const made = createAnswer(loan, { income: income.reveal() });
    expect(await refusalOf(() => vault.put(made))).toEqual(['foreign_answer', 'answer']);
    expect(events.filter(({ type }) => type === 'put')).toEqual([]);
  });

  it('by a queue that is given a made retrieval, before it asks Redis', async () => {
    const { bank, vault } = openSafe();
    await using queue = createRetrievalQueue({
      connection: { host: '127.0.0.1', port: 1 },
      client: bank.client,
      vault,
      rate: { max: 1, perMs: 1_000 },
    });
    expect(await refusalOf(() => queue.add(createRetrieval(loan)))).toEqual([
      'invalid_retrieval',
      'retrieval.terms.serviceId',
    ]);
  });
});

describe('a maker under NODE_ENV=production', () => {
  it.each<[string, () => unknown]>([
    ['createGrant', () => createGrant(loan)],
    ['createAnswer', () => createAnswer(loan)],
    ['createRetrieval', () => createRetrieval(loan)],
    ['createConsentOutcome', () => createConsentOutcome(loan, 'declined')],
    ['createCollected', () => createCollected(loan, 'failed')],
  ])('makes nothing: %s', (_, make) => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(refusal(make)).toEqual(['invalid_option', 'NODE_ENV']);
  });
});
