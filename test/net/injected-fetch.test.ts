import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SelfInfoError } from '../../src/index.js';
import { SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { goodAnswers, openStub, type StubStage } from '../kit/stub.js';
import { frozen, json, mine, secret, travel } from './injected.js';

const stages = ['token', 'request', 'result'] as const;

const closed = 'connection_closed';
const reset = () => Object.assign(new Error(secret), { code: 'ECONNRESET' });

/** Returns a look-alike of a response, with the right body of each stage. */
const alike = (stage: StubStage, status: unknown) => ({
  status,
  headers: new Headers(json),
  body: new Blob([JSON.stringify(goodAnswers[stage])]).stream(),
});

describe('turns a misbehaving injected fetch into a SelfInfoError at every stage, and shows nothing of it:', () => {
  it.each<[string, (stage: StubStage) => unknown, string]>([
    ['a rejection that throws on every access', () => Promise.reject(mine), 'internal_error'],
    ['a rejection with a frozen SelfInfoError', () => Promise.reject(frozen), 'internal_error'],
    ['a rejection with nothing', () => Promise.reject(undefined), 'internal_error'],
    ['a thrown text', () => Promise.reject(secret), 'internal_error'],
    ['no response', () => null, 'internal_error'],
    ['a response that throws on every access', () => mine, 'internal_error'],
    ['a response without a status', (stage) => alike(stage, undefined), 'response_invalid'],
    ['a status that is not a number', (stage) => alike(stage, Number.NaN), 'response_invalid'],
    ['a status in words', (stage) => alike(stage, '200'), 'response_invalid'],
    [
      'a body that breaks off with an error that throws on every access',
      () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(mine) }), {
          headers: json,
        }),
      'internal_error',
    ],
    ['a bug of the caller', () => Object(undefined).status.text, 'internal_error'],
    ['a missing file', () => readFileSync(`/${secret}`), 'internal_error'],
    [
      'a network that fails',
      () => Promise.reject(new TypeError('fetch failed')),
      'connection_closed',
    ],
    ['a reset connection', () => Promise.reject(reset()), 'connection_closed'],
    [
      'a reset connection as the cause',
      () => Promise.reject(new Error(secret, { cause: reset() })),
      'connection_closed',
    ],
    [
      'a reset connection as an error of another realm, as in Jest',
      () => Promise.reject(runInNewContext("Object.assign(new Error(), { code: 'ECONNRESET' })")),
      'connection_closed',
    ],
    [
      'a fetch of another realm that fails, as in Jest',
      () => Promise.reject(runInNewContext("new TypeError('fetch failed')")),
      'connection_closed',
    ],
    [
      'a bug in another realm',
      () => Promise.reject(runInNewContext(`new TypeError('${secret}')`)),
      'internal_error',
    ],
    [
      'its own limit of time',
      () => Promise.reject(new DOMException(secret, 'TimeoutError')),
      closed,
    ],
    ['its own abort', () => Promise.reject(new DOMException(secret, 'AbortError')), closed],
    ...[
      'EADDRNOTAVAIL',
      'EAI_AGAIN',
      'ECONNABORTED',
      'EHOSTUNREACH',
      'EMFILE',
      'ENETDOWN',
      'ENOBUFS',
      'EPIPE',
      'EPROTO',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'ERR_STREAM_PREMATURE_CLOSE',
      'ETIMEDOUT',
      'HPE_INVALID_EOF_STATE',
      'UND_ERR_CLOSED',
      'UND_ERR_CONNECT_TIMEOUT',
      'UND_ERR_DESTROYED',
      'UND_ERR_PRX_TLS',
      'UND_ERR_SOCKET',
    ].map((code): [string, () => unknown, string] => [
      code,
      () => Promise.reject(Object.assign(new Error(secret), { code })),
      closed,
    ]),
    [
      'a body that breaks off',
      () =>
        new Response(
          new ReadableStream({ pull: (body) => body.error(new TypeError('terminated')) }),
          { headers: json },
        ),
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

describe('a bug during a call', () => {
  it('is named by the class of its error only, in both languages', async () => {
    const error = await errorOf(() => travel('request', () => Object(undefined).status.text));
    expect(error.message).toBe(
      'A bug in this package, or in an injected fetch, ended the call. The network is not the cause. It threw a TypeError.',
    );
    expect(error.messageJa).toContain('通信障害ではありません。例外（TypeError）が発生しました。');
    expect(error.retry.safe).toBe(false);
  });

  it('is not polled again', async () => {
    let polls = 0;
    const count = () => {
      polls++;
      throw new RangeError(secret);
    };
    expect((await errorOf(() => travel('result', count))).code).toBe('internal_error');
    expect(polls).toBe(1);
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
