import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { createCalls } from '../../../src/client/calls.js';
import { createEmitter } from '../../../src/client/emitter.js';
import { type ClientEvent, createVirtualClock, SelfInfoError } from '../../../src/index.js';
import { NOW } from '../../kit/loan.js';
import { rejectElsewhere } from '../../kit/other-realm.js';
import { isStart } from '../recorded-events.js';

function listen(onEvent?: (event: ClientEvent) => unknown) {
  const clock = createVirtualClock(NOW);
  const events: ClientEvent[] = [];
  const emitter = createEmitter(
    onEvent ?? ((event) => void (isStart(event) || events.push(event))),
    clock,
  );
  const calls = createCalls(1);
  return { clock, events, emitter, calls };
}

describe('an emitter', () => {
  it('emits a step at its end, with its outcome, its duration and the ids set so far', async () => {
    const { emitter, calls, events, clock } = listen();
    const transactionId = '00000000-0000-4000-8000-000000000000';
    await emitter.run(calls, 'callback', undefined, (scope) =>
      scope.step('callback', async () => {
        scope.setIds({ transactionId });
        clock.advance(250);
        return { status: 'declined' };
      }),
    );
    expect(events).toEqual([
      {
        at: '2026-12-01T10:00:00.250+09:00',
        type: 'step',
        step: 'callback',
        callId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        transactionId,
        durationMs: 250,
        outcome: 'declined',
      },
    ]);
    expect(Object.isFrozen(events[0])).toBe(true);
  });

  it('leaves out an id that is not in our own form', async () => {
    const { emitter, calls, events } = listen();
    await emitter.run(calls, 'result', undefined, (scope) => {
      scope.setIds({ retrievalId: 'a token, perhaps' });
      return scope.step('result', async () => ({ status: 'pending' }));
    });
    expect(events[0]).not.toHaveProperty('retrievalId');
  });

  it('counts the attempts of each step from 1', async () => {
    const { emitter, calls, events } = listen();
    await emitter.run(calls, 'request', undefined, async ({ onCall }) => {
      for (const stage of ['request', 'result', 'result'] as const) {
        const start = { stage, method: 'POST', startedAt: 0, requestId: randomUUID() } as const;
        await onCall(start, async (onEnd) => onEnd({ status: 200 }));
      }
    });
    const attempts = events.map((event) => event.type === 'call' && [event.step, event.attempt]);
    expect(attempts).toEqual([
      ['request', 1],
      ['result', 1],
      ['result', 2],
    ]);
  });

  it('emits the failure of a call that is refused before it begins', async () => {
    const { emitter, calls, events } = listen();
    calls.close();
    const refused = emitter.run(calls, 'request', undefined, async () => 1);
    await expect(refused).rejects.toMatchObject({ code: 'client_closed' });
    expect(events).toMatchObject([{ step: 'request', outcome: 'failed', code: 'client_closed' }]);
  });

  it('gives the code and effect of our errors, and no text of others', async () => {
    const { emitter, calls, events } = listen();
    for (const error of [
      new SelfInfoError('answer_lost', { effect: 'unknown' }),
      new Error('a secret of a driver'),
    ]) {
      const failing = emitter.run(calls, 'request', undefined, (scope) =>
        scope.step('request', () => Promise.reject(error)),
      );
      await expect(failing).rejects.toBe(error);
    }
    expect(events).toMatchObject([
      { outcome: 'failed', code: 'answer_lost', effect: 'unknown' },
      { outcome: 'failed', code: 'unexpected', effect: 'unknown' },
    ]);
    expect(JSON.stringify(events)).not.toContain('driver');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('a log that is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a log that is full'))],
    ['rejects in another realm', rejectElsewhere],
  ])('completes the work when the listener %s', async (_, onEvent) => {
    const { emitter, calls } = listen(onEvent);
    const done = emitter.run(calls, 'request', undefined, (scope) =>
      scope.step('request', async () => 'done', 'accepted'),
    );
    expect(await done).toBe('done');
  });

  it('publishes the same events on the channel, even when the client has no listener', async () => {
    const clock = createVirtualClock(NOW);
    const emitter = createEmitter(undefined, clock);
    const heard: unknown[] = [];
    const hear = (event: unknown) => void heard.push(event);
    subscribe('myna-selfinfo:event', hear);
    try {
      await emitter.run(createCalls(1), 'request', undefined, (scope) =>
        scope.step('request', async () => 1, 'accepted'),
      );
    } finally {
      unsubscribe('myna-selfinfo:event', hear);
    }
    expect(heard).toMatchObject([
      { type: 'step_started', step: 'request' },
      { type: 'step', step: 'request', outcome: 'accepted' },
    ]);
  });
});
