import { describe, expect, it } from 'vitest';
import { SelfInfoError } from '../../src/index.js';
import { SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { goodAnswers, openStub, type StubStage } from '../kit/stub.js';
import { frozen, json, mine, secret, travel } from './injected.js';

const stages = ['token', 'request', 'result'] as const;

/** Returns a look-alike of a response, with the right body of each stage. */
const alike = (stage: StubStage, status: unknown) => ({
  status,
  headers: new Headers(json),
  body: new Blob([JSON.stringify(goodAnswers[stage])]).stream(),
});

describe('turns a misbehaving injected fetch into a SelfInfoError at every stage, and shows nothing of it:', () => {
  it.each<[string, (stage: StubStage) => unknown, string]>([
    ['a rejection that throws on every access', () => Promise.reject(mine), 'connection_closed'],
    ['a rejection with a frozen SelfInfoError', () => Promise.reject(frozen), 'connection_closed'],
    ['a rejection with nothing', () => Promise.reject(undefined), 'connection_closed'],
    ['a thrown text', () => Promise.reject(secret), 'connection_closed'],
    ['no response', () => null, 'connection_closed'],
    ['a response that throws on every access', () => mine, 'connection_closed'],
    ['a response without a status', (stage) => alike(stage, undefined), 'response_invalid'],
    ['a status that is not a number', (stage) => alike(stage, Number.NaN), 'response_invalid'],
    ['a status in words', (stage) => alike(stage, '200'), 'response_invalid'],
    [
      'a body that breaks off with an error that throws on every access',
      () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(mine) }), {
          headers: json,
        }),
      'connection_closed',
    ],
  ])('%s', async (_, answer, code) => {
    for (const stage of stages) {
      const error = await errorOf(() => travel(stage, () => answer(stage)));
      expect({ code: error.code, stage: error.stage, effect: error.effect }).toEqual({
        code: code === 'connection_closed' && stage === 'request' ? 'answer_lost' : code,
        stage,
        effect: stage === 'result' ? 'none' : 'unknown',
      });
      expect(JSON.stringify(error) + error.stack).not.toContain(secret);
    }
  });

  it.each([199, 600])('a status of %i, which is not a success', async (status) => {
    expect(await travel('request', () => alike('request', status))).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_failed' },
    });
  });

  it('a SelfInfoError that calls a retry safe, after something was sent', async () => {
    for (const stage of ['token', 'request'] as const) {
      const error = await errorOf(() =>
        travel(stage, () => Promise.reject(new SelfInfoError('upstream_unavailable'))),
      );
      expect([error.effect, error.retry.safe]).toEqual(['unknown', false]);
    }
  });
});

describe('an endless body whose next chunk is always ready', () => {
  it.each([0, 1])(
    'of %i bytes each leaves other work its turn, and is not read once the caller has aborted',
    async (length) => {
      const controller = new AbortController();
      let cancelled = () => {};
      const end = new Promise<void>((resolve) => {
        cancelled = resolve;
      });
      const body = () =>
        new ReadableStream({
          pull: (stream) => stream.enqueue(new Uint8Array(length).fill(0x20)),
          cancel: cancelled,
        });
      const { client, begin } = openStub({
        answers: { token: () => new Response(body(), { headers: json }) },
      });
      const { callback } = await begin();
      setTimeout(() => controller.abort(), 20);
      const error = await errorOf(() =>
        client.completeConsent(callback, { sessionBinding: SESSION, signal: controller.signal }),
      );
      expect(error.code).toBe('aborted');
      await end;
    },
  );
});
