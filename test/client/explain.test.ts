import { describe, expect, it } from 'vitest';
import {
  defineService,
  explain,
  type ItemAnswer,
  latest,
  pointInTime,
  Sensitive,
} from '../../src/index.js';
import { answerAt, expectStatus, loan, openBank } from '../kit/loan.js';
import { everyOutcome } from '../kit/outcomes.js';
import { typeErrorOf } from '../kit/refusals.js';
import { expectBoth } from './expect-texts.js';

describe('every outcome of a callback', () => {
  it('has a distinct text in both languages', async () => {
    const outcomes = await everyOutcome();
    for (const [status, outcome] of Object.entries(outcomes)) {
      expect(outcome.status).toBe(status);
      expectBoth(outcome);
    }
    expect(new Set(Object.values(outcomes).map((outcome) => explain(outcome, 'ja'))).size).toBe(7);
    expect(explain(outcomes.rejected, 'en')).toContain('server_error');
  });
});

describe('every result', () => {
  it('has a text in both languages', async () => {
    const { client, consent, onProgress } = openBank();
    const ready = await client.query(await consent(), latest(), { onProgress });
    const pending = await client.query(await consent(), latest(), { deadlineMs: 1 });
    const gone = await client.collect({
      ...expectStatus(pending, 'pending').retrieval,
      id: '00000000-0000-4000-8000-000000000000',
    });
    const busy = openBank(answerAt('/result', () => new Response('', { status: 503 })));
    const unavailable = await busy.client.query(await busy.consent(), latest(), {
      onProgress: busy.onProgress,
    });
    for (const [status, result] of Object.entries({ ready, pending, failed: gone, unavailable })) {
      expect(result.status).toBe(status);
      expectBoth(result);
    }
    expect(explain(gone, 'ja')).toContain('retrieval_gone');
    expect(explain(unavailable, 'ja')).toBe(
      'ただいま取得できません。時間をおいて再度お試しください。',
    );
  });

  it('names the reason and the next opening when it is unavailable', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: { detail: 'pension', holders: ['pension-service'], inquiries: ['point-in-time'] },
      },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
      ...answerAt('/result', () => new Response('', { status: 503 })),
    });
    const result = await client.query(await consent(), pointInTime('2026-12-01'), { onProgress });
    expect(explain(result, 'ja')).toMatch(
      /^ただいま取得できません。理由[：:] ?.+2026年12月7日\(月\) 8:00以降に再度お試しください。$/,
    );
    expect(explain(result, 'en')).toMatch(
      /^The information is not available at the moment\. Reason: .+Please try again after Mon 7 Dec 2026 8:00 JST\.$/,
    );
  });
});

describe('every status of an item', () => {
  const extras = new Sensitive({});
  const items: Record<ItemAnswer['status'], ItemAnswer> = {
    present: { status: 'present', missing: [], extras, reveal: () => [] },
    'nothing-on-record': { status: 'nothing-on-record', extras },
    'not-covered': { status: 'not-covered', extras },
    'not-asked': { status: 'not-asked', extras },
    unavailable: {
      status: 'unavailable',
      server: 'pension-service',
      until: '2026-12-07T08:00:00+09:00',
      extras,
    },
    failed: { status: 'failed', code: 'record_invalid', extras },
  };

  it.each(Object.entries(items))('has a text in both languages: %s', (_, item) => {
    expectBoth(item);
  });

  it('names times, known codes and missing holders, and hides codes of the portal', async () => {
    expect(explain(items.unavailable, 'ja')).toBe(
      'ただいま取得できません。2026年12月7日(月) 8:00以降に再度お試しください。',
    );
    expect(explain({ ...items.unavailable, until: null } as ItemAnswer, 'en')).toBe(
      'The information is not available at the moment. Please try again later.',
    );
    expect(explain(items['nothing-on-record'], 'ja')).toContain('0円という意味ではありません');
    expect(explain(items.failed, 'en')).toContain('record_invalid');
    // The portal's code could echo anything.
    expect(explain({ ...items.failed, code: 'Wq3rT-9_echo' } as ItemAnswer, 'ja')).toBe(
      '情報を取得できませんでした。',
    );
    const partial: ItemAnswer = {
      status: 'present',
      missing: [{ server: 'pension-service', until: null }],
      extras,
      reveal: () => [],
    };
    expect(explain(partial, 'ja')).toBe(
      `${explain(items.present, 'ja')}一部の保有機関の情報は含まれていません。`,
    );
  });

  it('is explained in a real answer, too', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('newcomer'), { income: latest() }, { onProgress }),
      'ready',
    );
    expectBoth(answer.items.income);
    expect(explain(answer.items.household, 'en')).toBe('This information was not requested.');
  });
});

describe('explain', () => {
  it('refuses any other value and does not quote it', async () => {
    const message =
      'value must be an outcome, a result, an item, an availability or an error of this package.';
    for (const value of [
      undefined,
      null,
      'canary',
      5,
      {},
      [],
      { status: 'canary' },
      { status: 'constructor' },
      new Error('canary'),
    ])
      expect(await typeErrorOf(() => explain(value as never, 'ja'))).toBe(message);
  });

  it('refuses languages other than ja and en', async () => {
    for (const language of ['fr', undefined, 'JA'])
      expect(await typeErrorOf(() => explain({ status: 'declined' }, language as never))).toBe(
        "language must be 'ja' or 'en'.",
      );
  });
});
