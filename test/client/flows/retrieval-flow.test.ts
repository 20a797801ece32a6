import { describe, expect, it } from 'vitest';
import { openGrant } from '../../../src/client/grants.js';
import { collect, discard, query, recall, submit } from '../../../src/client/retrieval-flow.js';
import {
  type ConsentTerms,
  type Environment,
  latest,
  publicProfile,
  SelfInfoError,
  Sensitive,
} from '../../../src/index.js';
import { CLIENT_ID } from '../../kit/loan.js';
import { refusalOf } from '../../kit/refusals.js';
import { goodAnswers } from '../../kit/stub.js';
import { connectionOf, ok, openStage, type Respond } from './stage.js';

const { paths, fields, processStatuses } = publicProfile;
const terms: ConsentTerms = {
  transactionId: '00000000-0000-4000-8000-000000000000',
  serviceId: CLIENT_ID,
  items: ['income', 'household', 'shots'],
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  grantedAt: '2026-12-01T10:00:00+09:00',
  keepUntil: '2027-01-01T00:00:00+09:00',
};
const running = {
  ...goodAnswers.result,
  [fields.processStatus.value]: processStatuses.running.value,
};

/**
 * Opens a stage with a grant, whose portal accepts the request and answers every poll with this.
 */
function grantedStage(result: unknown = goodAnswers.result) {
  const respond: Respond = ({ path }) =>
    ok(path === paths.request.value ? goodAnswers.request : result);
  const stage = openStage(respond);
  const connection = connectionOf(respond);
  const accessToken = { token: new Sensitive('token-of-a-test'), expiresAt: null };
  const grant = openGrant(stage.context, terms, {
    accessToken,
    connection,
    profile: publicProfile,
  });
  return { ...stage, connection, grant };
}

describe('query', () => {
  it('puts the secret into the store, never reads it back, and deletes it at the end', async () => {
    const { context, grant, store, connection } = grantedStage();
    const collected = await query(context, grant, latest());
    expect(collected.status).toBe('ready');
    expect(store.calls).toEqual(['put retrieval', 'delete retrieval']);
    expect([connection.sent, connection.closed]).toEqual([['/request', '/result'], 1]);
  });

  it('reads and validates the inquiries once', async () => {
    const { context, grant } = grantedStage();
    let reads = 0;
    const counted = {
      get household() {
        reads++;
        return latest();
      },
    };
    expect((await query(context, grant, counted)).status).toBe('ready');
    expect(reads).toBe(1);
  });

  it('leaves the secret in the store of an answer that is not there yet', async () => {
    const { context, grant, store } = grantedStage(running);
    const collected = await query(context, grant, latest(), { once: true });
    expect(collected).toMatchObject({ status: 'pending', retrieval: { v: 2, terms } });
    expect(store.calls).toEqual(['put retrieval']);
  });

  it('returns a refusal by the portal as a result, and throws every other error', async () => {
    const refusing = openStage();
    const grantOn = (respond: Respond) => {
      const accessToken = { token: new Sensitive('token-of-a-test'), expiresAt: null };
      const issued = { accessToken, connection: connectionOf(respond), profile: publicProfile };
      return openGrant(refusing.context, terms, issued);
    };
    const refused = grantOn(() => ({ status: 403, json: {}, retryAt: undefined }));
    expect(await query(refusing.context, refused, latest())).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_refused', upstream: { status: 403 } },
    });
    const broken = grantOn(() => {
      throw new SelfInfoError('connection_failed', { stage: 'request' });
    });
    expect(await refusalOf(() => query(refusing.context, broken, latest()))).toEqual([
      'connection_failed',
      undefined,
    ]);
  });
});

describe('collect', () => {
  it('collects on the connection of the request first, then on another one', async () => {
    const { context, grant, connection, connections } = grantedStage(running);
    const retrieval = await submit(context, grant, latest());
    await collect(context, retrieval, { deadlineMs: 1 });
    await collect(context, retrieval, { deadlineMs: 1 });
    expect(connection.sent).toEqual(['/request', '/result']);
    expect(connections.map(({ sent, closed }) => [sent, closed])).toEqual([[['/result'], 1]]);
  });

  it('sends a single poll on a new connection, because the kept one may be dying', async () => {
    const { context, grant, connection, connections } = grantedStage(running);
    const retrieval = await submit(context, grant, latest());
    await collect(context, retrieval, { once: true });
    expect([connection.sent, connection.closed]).toEqual([['/request'], 1]);
    expect(connections.map(({ sent, closed }) => [sent, closed])).toEqual([[['/result'], 1]]);
  });

  it('reads terms and inquiries from the store, so that an edited handle changes nothing', async () => {
    const { context, grant } = grantedStage();
    const retrieval = await submit(context, grant, { household: latest() });
    const edited = { ...retrieval, inquiries: { income: latest() } };
    const collected = await collect(context, edited);
    expect(collected).toMatchObject({
      status: 'ready',
      answer: { items: { income: { status: 'not-asked' }, household: { status: 'present' } } },
    });
  });

  it('fails as gone when the store holds nothing, and opens no connection', async () => {
    const { context, grant, connections } = grantedStage();
    const retrieval = await submit(context, grant, latest());
    await discard(context, retrieval);
    expect(await collect(context, retrieval)).toMatchObject({
      status: 'failed',
      error: { code: 'retrieval_gone' },
    });
    expect(connections).toEqual([]);
  });

  it('ends as gone when the retrieval is discarded meanwhile', async () => {
    const { context, grant } = grantedStage(running);
    const retrieval = await submit(context, grant, latest());
    const onProgress = () => void discard(context, retrieval);
    expect(await collect(context, retrieval, { onProgress })).toMatchObject({
      status: 'failed',
      error: { code: 'retrieval_gone' },
    });
    expect(context.collecting.size).toBe(0);
  });
});

describe('recall', () => {
  it('returns the retrieval of an id, and nothing to another service of the store', async () => {
    const { context, grant } = grantedStage();
    const retrieval = await submit(context, grant, latest());
    expect(await recall(context, retrieval.id)).toEqual(retrieval);
    const environment: Environment = { ...context.environment, clientId: 'SP00000000_AB0000' };
    expect(await recall({ ...context, environment }, retrieval.id)).toBeUndefined();
  });
});
