import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/index.js';
import { answerAt, expectStatus, openBank } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { asked, polls, submitted } from './submitted.js';

const failed = (status: number, headers: Record<string, string> = {}) =>
  answerAt('/result', () => new Response('<html>', { status, headers }));

const running = (header: string) =>
  answerAt('/result', async (request) =>
    Response.json(
      { ...((await request.json()) as object), process_status: 'RUNNING' },
      { headers: { 'retry-after': header } },
    ),
  );

const DAYS_30 = String(30 * 86_400);

describe('a Retry-After beyond the end of the retrieval', () => {
  it.each([
    ['30 days', DAYS_30, '2026-12-31T10:00:00+09:00'],
    ['32 days', String(32 * 86_400), '2027-01-02T10:00:00+09:00'],
    ['13 digits', '1000000000000', '9999-12-31T23:59:59+09:00'],
    ['400 digits', '9'.repeat(400), '9999-12-31T23:59:59+09:00'],
    ['the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT', '9999-12-31T23:59:59+09:00'],
    ['two values, the longer last', `1, ${DAYS_30}`, '2026-12-31T10:00:00+09:00'],
    ['two values, the longer first', `${DAYS_30}, 1`, '2026-12-31T10:00:00+09:00'],
  ])(
    'ends the collecting as unavailable until then, after one poll: %s',
    async (_, header, until) => {
      for (const portal of [
        failed(503, { 'retry-after': header }),
        failed(429, { 'retry-after': header }),
        failed(502, { 'retry-after': header }),
        running(header),
      ]) {
        const { client, calls, retrieval, onProgress, told } = await submitted(portal);
        const options = { deadlineMs: 60 * 86_400_000, onProgress };
        const result = expectStatus(await client.collect(retrieval, options), 'unavailable');
        expect([result.until, result.retrieval, told, polls(calls)]).toEqual([
          until,
          retrieval,
          [],
          1,
        ]);
      }
    },
  );

  it('ends a query with the retrieval, which can still be collected', async () => {
    const faults = [1];
    const { client, consent, onProgress } = await submitted({
      intercept: async (request, pass) =>
        request.url.endsWith('/result') && faults.pop()
          ? Response.json(
              { ...((await request.json()) as object), process_status: 'RUNNING' },
              { headers: { 'retry-after': DAYS_30 } },
            )
          : pass(request),
    });
    const { retrieval } = expectStatus(await client.query(await consent(), asked), 'unavailable');
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });
});

describe('clients that get one Retry-After', () => {
  const firstPollAfter = async (
    portal: ReturnType<typeof failed>,
    share: number,
  ): Promise<string> => {
    const { client, retrieval } = await submitted({ ...portal, random: () => share });
    let retryAt = '';
    const onProgress = (progress: Progress) => {
      retryAt ||= progress.retryAt;
      throw new Error('enough');
    };
    await client.collect(retrieval, { deadlineMs: 3_000_000, onProgress }).catch(() => undefined);
    return retryAt.slice(11, 19);
  };

  it.each([
    ['in seconds with a failure', failed(503, { 'retry-after': '200' })],
    ['as a date with a failure', failed(503, { 'retry-after': 'Tue, 01 Dec 2026 01:03:20 GMT' })],
    ['with a gateway that fails', failed(502, { 'retry-after': '200' })],
    ['while the portal is working', running('200')],
  ])('come back at different times, and never before it: %s', async (_, portal) => {
    // A tenth of 200 seconds is 20 seconds.
    expect(await firstPollAfter(portal, 0)).toBe('10:03:20');
    expect(await firstPollAfter(portal, 0.25)).toBe('10:03:25');
    expect(await firstPollAfter(portal, 1)).toBe('10:03:40');
  });

  it('come back within a minute after it, however long it is', async () => {
    expect(await firstPollAfter(failed(503, { 'retry-after': '1800' }), 1)).toBe('10:31:00');
    expect(await firstPollAfter(running('1800'), 1)).toBe('10:31:00');
  });
});

describe('a status that will not pass', () => {
  it.each([501, 505, 506, 508, 510, 511])(
    'is not polled again, and the retrieval stays usable: %i',
    async (status) => {
      const { client, calls, retrieval, onProgress, told } = await submitted(failed(status));
      const result = expectStatus(await client.collect(retrieval, { onProgress }), 'unavailable');
      expect([result.until, result.retrieval, told, polls(calls)]).toEqual([
        null,
        retrieval,
        [],
        1,
      ]);
    },
  );
});

describe('Retry-After of a call that is sent once', () => {
  it('is passed on with the error, also with HTTP 500', async () => {
    const { client, consent } = openBank(
      answerAt(
        '/request',
        () => new Response('', { status: 500, headers: { 'retry-after': '1, 30' } }),
      ),
    );
    const error = await errorOf(async () => client.submit(await consent(), asked));
    expect(error.retry).toEqual({ safe: false, notBefore: '2026-12-01T10:00:30+09:00' });
  });
});
