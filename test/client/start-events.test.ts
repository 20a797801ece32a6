import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../src/index.js';
import { createSelfInfoClient, latest, publicProfile, type WireProfile } from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { altered, answerAt, loan, registrationOf, SESSION, visits } from '../kit/loan.js';
import { changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';
import { inShort, isStart, openRecorded } from './recorded-events.js';

const keep = closeAfterEach();

describe('start events', () => {
  it('come before their end events, with the same ids, over TLS', async () => {
    const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)] }));
    const all: ClientEvent[] = [];
    const onEvent = (event: ClientEvent) => void all.push(event);
    const client = keep(createSelfInfoClient({ service: loan, ...sandbox.connection, onEvent }));
    const grant = await visits(client, sandbox).consent();
    await client.submit(grant, latest());
    expect(all.map(inShort)).toEqual([
      'step_started consent',
      'step consent begun',
      'step_started callback',
      'step callback valid',
      'step_started token',
      'call_started token 1',
      'call token 1 answered 200',
      'step token granted',
      'step_started request',
      'call_started request 1',
      'call request 1 answered 200',
      'step request accepted',
    ]);
    for (const started of all.filter(isStart)) {
      const ended = all.find(
        (event) =>
          event.type === started.type.replace('_started', '') &&
          (event.type === 'call' && started.type === 'call_started'
            ? event.requestId === started.requestId
            : event.type === 'step' &&
              started.type === 'step_started' &&
              event.callId === started.callId &&
              event.step === started.step),
      );
      expect(ended).toMatchObject({ ...started, type: ended?.type, at: ended?.at });
      expect(started).not.toHaveProperty('durationMs');
    }
  });

  it('are frozen, and timed when the step or the call began', async () => {
    const { client, all, consent, onProgress } = openRecorded();
    await client.query(await consent(), latest(), { onProgress });
    expect(all.filter(isStart).every((event) => Object.isFrozen(event))).toBe(true);
    const [began, ended] = ['step_started', 'step'].map((type) =>
      all.find((event) => event.type === type && 'step' in event && event.step === 'result'),
    );
    expect(ended).toHaveProperty(
      'durationMs',
      Date.parse(String(ended?.at)) - Date.parse(String(began?.at)),
    );
    expect(ended?.at).not.toBe(began?.at);
  });

  it('of an answer come between the start and the end of its result', async () => {
    const { client, all, consent, onProgress } = openRecorded();
    await client.query(await consent(), latest(), { onProgress });
    expect(all.slice(-4).map(inShort)).toEqual([
      'call result 2 answered 200',
      'step_started answer',
      'step answer built',
      'step result ready',
    ]);
  });
});

describe('the ids of a call that failed', () => {
  /** A portal that names its own id of every call. */
  const profile: WireProfile = changedProfile({
    headers: {
      requestId: { value: 'x-request-id', confidence: 'unknown' },
      upstreamRequestId: { value: 'x-portal-id', confidence: 'unknown' },
    },
  });

  const openNamed = (path: string, answer: () => Response) =>
    openRecorded({
      profile,
      async intercept(request, pass) {
        const reply = new URL(request.url).pathname === path ? answer() : await pass(request);
        const headers = new Headers(reply.headers);
        headers.set('x-portal-id', `portal-${request.headers.get('x-request-id')?.slice(0, 8)}`);
        return new Response(reply.body, { status: reply.status, headers });
      },
    });

  it.each<[string, () => Response, string]>([
    [
      'refused',
      () => Response.json({ error: 'invalid_token' }, { status: 401 }),
      'upstream_refused',
    ],
    ['failed', () => new Response(null, { status: 500 }), 'upstream_failed'],
    ['answered with nonsense', () => Response.json({ process_id: 7 }), 'response_invalid'],
  ])('are on the error and on the step when the portal %s', async (_, answer, code) => {
    const { client, events, consent } = openNamed('/request', answer);
    const grant = await consent();
    const error = await errorOf(() => client.submit(grant, latest()));
    const call = events.find((event) => event.type === 'call' && event.step === 'request');
    const { requestId, upstreamRequestId } = call as Extract<ClientEvent, { type: 'call' }>;
    expect([error.code, error.requestId]).toEqual([code, requestId]);
    expect(upstreamRequestId).toBe(`portal-${requestId.slice(0, 8)}`);
    expect(events.at(-1)).toMatchObject({
      type: 'step',
      step: 'request',
      outcome: 'failed',
      code,
      requestId,
      upstreamRequestId,
    });
    expect(JSON.parse(JSON.stringify(error)).requestId).toBe(requestId);
  });

  it('are on the error and on the step when the connection failed', async () => {
    const { client, events, consent } = openRecorded({
      faults: [{ on: 'request', do: 'reset' }],
    });
    const grant = await consent();
    const error = await errorOf(() => client.submit(grant, latest()));
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(events.slice(-2)).toMatchObject([
      { type: 'call', requestId: error.requestId },
      { type: 'step', requestId: error.requestId },
    ]);
  });

  it('are on a result that failed at the portal', async () => {
    const { client, events, consent } = openRecorded(
      answerAt('/result', async (request, pass) => {
        const reply = await pass(request);
        const { fields, processStatuses } = publicProfile;
        const body = (await reply.json()) as Record<string, unknown>;
        body[fields.processStatus.value] = processStatuses.failed.value;
        return Response.json(body, { status: reply.status });
      }),
    );
    const collected = await client.query(await consent(), latest());
    if (collected.status !== 'failed') throw new Error(collected.status);
    const call = events.findLast((event) => event.type === 'call');
    expect(collected.error.requestId).toBe(call && 'requestId' in call ? call.requestId : '');
    expect(events.at(-1)).toMatchObject({
      outcome: 'failed',
      requestId: collected.error.requestId,
    });
  });

  it('are on the step whose token the portal rejected', async () => {
    const { client, events, callback } = openRecorded();
    const back = altered(await callback(), { code: 'another' });
    await client.completeConsent(back, { sessionBinding: SESSION });
    const [call, step] = events.slice(-2);
    expect(step).toMatchObject({
      outcome: 'rejected',
      requestId: (call as Extract<ClientEvent, { type: 'call' }>).requestId,
    });
  });

  it('are missing where no call failed', async () => {
    const { client, events, consent } = openRecorded();
    const grant = await consent();
    await client.submit(grant, latest());
    const error = await errorOf(() => client.submit(grant, latest()));
    expect(error.requestId).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', code: 'grant_used' });
    expect(events.at(-1)).not.toHaveProperty('requestId');
  });
});
