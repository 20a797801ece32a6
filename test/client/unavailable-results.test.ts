import { describe, expect, it } from 'vitest';
import { defineService, latest, pointInTime } from '../../src/index.js';
import { answerAt, expectStatus, loan, openBank } from '../kit/loan.js';
import { facts } from '../kit/refusals.js';

const asked = { income: latest() };

describe('a result that the portal cannot give', () => {
  const busy = (headers: Record<string, string> = {}) =>
    answerAt('/result', async (request) => {
      const { process_id } = (await request.json()) as { process_id: string };
      return Response.json({ process_id, process_status: 'CAPACITY_OVER' }, { headers });
    });

  it('is unavailable until the time of Retry-After and can be collected again', async () => {
    const { client, consent } = openBank(busy({ 'retry-after': '60' }));
    const result = expectStatus(await client.query(await consent(), asked), 'unavailable');
    expect([result.until, result.causes]).toEqual(['2026-12-01T10:01:00+09:00', []]);
    expect(client.resume(JSON.stringify(result.retrieval))).toEqual(result.retrieval);
    expect((await client.collect(result.retrieval)).status).toBe('unavailable');
  });

  it('is unavailable with the causes that the calendar knows', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: { detail: 'pension', holders: ['pension-service'], inquiries: ['point-in-time'] },
      },
    });
    const { client, consent } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
      ...busy(),
    });
    const result = expectStatus(
      await client.query(await consent(), pointInTime('2026-12-01')),
      'unavailable',
    );
    expect(result.until).toBe('2026-12-07T08:00:00+09:00');
    expect(result.causes.map(({ server }) => server)).toContain('pension-service');
  });

  it('is unavailable after HTTP 503, too', async () => {
    const { client, consent } = openBank(
      answerAt(
        '/result',
        () => new Response('<html>', { status: 503, headers: { 'retry-after': '30' } }),
      ),
    );
    expect(expectStatus(await client.query(await consent(), asked), 'unavailable').until).toBe(
      '2026-12-01T10:00:30+09:00',
    );
  });

  it.each([
    ['SESSION_LOST', 'session-lost'],
    ['FUNCTION_ERROR', 'failed'],
    ['BLOCKED', 'blocked'],
  ])('is failed when the process status is %s', async (wire, code) => {
    const lost = answerAt('/result', async (request) =>
      Response.json({ ...((await request.json()) as object), process_status: wire }),
    );
    const { client, consent } = openBank(lost);
    const { error } = expectStatus(await client.query(await consent(), asked), 'failed');
    expect({ ...facts(error), upstream: error.upstream }).toEqual({
      code: 'upstream_failed',
      stage: 'result',
      effect: 'applied',
      safe: false,
      upstream: { code },
    });
  });
});
