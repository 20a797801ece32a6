import { describe, expect, it } from 'vitest';
import {
  createVirtualClock,
  defineService,
  explain,
  type ItemAnswer,
  latest,
  pointInTime,
  SelfInfoError,
  Sensitive,
} from '../../src/index.js';
import { answerAt, expectStatus, loan, openBank } from '../kit/loan.js';
import { everyOutcome } from '../kit/outcomes.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { both, expectBoth, FAR } from './expect-texts.js';

describe('every outcome of a callback', () => {
  it('has a distinct text in both languages', async () => {
    const outcomes = await everyOutcome();
    for (const [status, outcome] of Object.entries(outcomes)) {
      expect(outcome.status).toBe(status);
      expectBoth(outcome);
    }
    expect(new Set(Object.values(outcomes).map((outcome) => explain(outcome, 'ja'))).size).toBe(7);
    expect(explain(outcomes.rejected, 'en')).toMatch(/ \(Error number: E-121\)$/);
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
    expect(explain(gone, 'ja')).toMatch(/（エラー番号: E-311）$/);
    expect(explain(unavailable, 'ja')).toBe(
      'ただいま情報を取得できません。しばらくおいて、もう一度お試しください。',
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
    expect(explain(result, 'ja', FAR)).toMatch(
      /^ただいま情報を取得できません。理由: .+2026年12月7日\(月\) 8:00以降に、もう一度お試しください。$/,
    );
    expect(explain(result, 'en', FAR)).toMatch(
      /^The information is not available at the moment\. Reason: .+Please try again after Mon 7 Dec 2026 8:00 JST\.$/,
    );
  });
});

const extras = new Sensitive({});

describe('every status of an item', () => {
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
    expect(explain(items.unavailable, 'ja', FAR)).toBe(
      'ただいま情報を取得できません。2026年12月7日(月) 8:00以降に、もう一度お試しください。',
    );
    expect(explain({ ...items.unavailable, until: null } as ItemAnswer, 'en')).toBe(
      'The information is not available at the moment. Please try again later.',
    );
    expect(explain(items.failed, 'en')).toMatch(/ \(Error number: E-301\)$/);
    // The portal's code could echo anything.
    expect(explain({ ...items.failed, code: 'Wq3rT-9_echo' } as ItemAnswer, 'ja')).toBe(
      '情報を取得できませんでした。書類のご提出など、ほかの方法でもお手続きいただけます。（エラー番号: E-307）',
    );
    const partial: ItemAnswer = {
      status: 'present',
      missing: [{ server: 'pension-service', until: null }],
      extras,
      reveal: () => [],
    };
    expect(explain(partial, 'ja')).toBe(
      `${explain(items.present, 'ja')}一部の機関の情報は含まれていません。`,
    );
  });

  it('is explained in a real answer, too', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('newcomer'), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(explain(answer.items.income, 'ja')).toContain('0円という意味ではありません。');
    expect(explain(answer.items.household, 'en')).toBe('This information was not requested.');
  });
});

describe('explain', () => {
  const contact = {
    name: 'みほん銀行 ローン受付',
    phone: '0120-000-000（平日9時〜17時）',
    url: 'https://bank.example/contact',
  };

  it('never says that the person declined, because a locked card comes out the same way', () => {
    expect(both({ status: 'declined' })).toEqual([
      'マイナポータルからの情報の取得を中止しました。情報は取得していません。書類のご提出など、ほかの方法でもお手続きいただけます。',
      'We have stopped obtaining your information from Mynaportal. No information was obtained. You can also continue in another way, for example with documents.',
    ]);
  });

  it('says the time limit and that nothing was taken when a consent has expired', () => {
    expect(both({ status: 'expired' })).toEqual([
      '制限時間（10分）を過ぎたため、手続きを終了しました。情報は取得していません。お手数ですが、最初からお手続きください。',
      'The time limit of 10 minutes has passed, so we have ended this procedure. No information was obtained. Please start again.',
    ]);
    expect(explain({ status: 'expired' }, 'ja', { consentMs: 300_000 })).toContain('（5分）');
    expect(explain({ status: 'expired' }, 'en', { consentMs: 60_000 })).toContain('1 minute has');
    expect(explain({ status: 'expired' }, 'ja', { consentMs: 90_000 })).toContain('（90秒）');
  });

  it('says minutes for the next ten minutes, and a date for everything later', () => {
    const at = (until: string) =>
      explain({ status: 'unavailable', server: 'municipal', until, extras }, 'ja', {
        clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
      });
    const first = 'ただいま情報を取得できません。';
    expect(at('2026-12-01T10:00:01+09:00')).toBe(`${first}1分ほどおいて、もう一度お試しください。`);
    expect(at('2026-12-01T10:01:01+09:00')).toBe(`${first}2分ほどおいて、もう一度お試しください。`);
    expect(at('2026-12-01T10:10:00+09:00')).toBe(
      `${first}10分ほどおいて、もう一度お試しください。`,
    );
    expect(at('2026-12-01T10:10:01+09:00')).toBe(
      `${first}2026年12月1日(火) 10:10以降に、もう一度お試しください。`,
    );
    // The page may be shown late.
    expect(at('2026-12-01T09:59:00+09:00')).toBe(
      `${first}2026年12月1日(火) 9:59以降に、もう一度お試しください。`,
    );
  });

  it('says that it does not mean zero only where an amount is meant', () => {
    const nothing = (detail?: string): ItemAnswer => ({
      status: 'nothing-on-record',
      extras,
      ...(detail && { detail }),
    });
    expect(both(nothing('local-tax'))).toEqual([
      '該当する情報は見つかりませんでした。金額が0円という意味ではありません。',
      'No such information was found. This does not mean an amount of zero.',
    ]);
    for (const detail of [
      'vaccination',
      'household',
      'medical-insurance',
      'an-added-one',
      undefined,
    ])
      expect(both(nothing(detail))).toEqual([
        '該当する情報は見つかりませんでした。',
        'No such information was found.',
      ]);
  });

  it('closes each failure text with the contact, and no other text', () => {
    const closings = [
      'お問い合わせ先: みほん銀行 ローン受付（電話 0120-000-000（平日9時〜17時）、https://bank.example/contact）。',
      'Contact: みほん銀行 ローン受付 (phone 0120-000-000（平日9時〜17時）, https://bank.example/contact).',
    ] as const;
    const isClosed = (value: Parameters<typeof explain>[0]) =>
      (['ja', 'en'] as const).map((language, index) =>
        explain(value, language, { contact }).endsWith(closings[index] ?? ''),
      );
    const failures = [
      ...(['declined', 'expired', 'replayed', 'unknown', 'foreign-browser'] as const).map(
        (status) => ({ status }),
      ),
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
      { status: 'not-covered', extras },
      { status: 'unavailable', server: 'municipal', until: null, extras },
      { status: 'failed', code: 'record_invalid', extras },
      new SelfInfoError('answer_lost'),
    ] as const;
    for (const value of failures) expect(isClosed(value)).toEqual([true, true]);
    for (const value of [
      { status: 'nothing-on-record', extras },
      { status: 'not-asked', extras },
      { status: 'present', missing: [], extras, reveal: () => [] },
    ] as const)
      expect(isClosed(value)).toEqual([false, false]);
    expect(explain(new SelfInfoError('answer_lost'), 'ja', { contact: { name: '窓口' } })).toBe(
      '情報を取得できませんでした。お手数ですが、最初からお手続きください。（エラー番号: E-206）お問い合わせ先: 窓口。',
    );
  });

  it.each([
    ['an unknown option', { contacts: contact }, 'unknown_option', 'options.contacts'],
    [
      'an unknown part',
      { contact: { ...contact, mail: 'x' } },
      'unknown_option',
      'options.contact.mail',
    ],
    ['no name', { contact: {} }, 'missing_option', 'options.contact.name'],
    [
      'a long name',
      { contact: { name: 'あ'.repeat(101) } },
      'invalid_option',
      'options.contact.name',
    ],
    ['a line break', { contact: { name: 'a\nb' } }, 'invalid_option', 'options.contact.name'],
    [
      'a turned direction',
      { contact: { name: 'a\u202eb' } },
      'invalid_option',
      'options.contact.name',
    ],
    [
      'an empty phone',
      { contact: { name: 'a', phone: ' ' } },
      'invalid_option',
      'options.contact.phone',
    ],
    [
      'http',
      { contact: { name: 'a', url: 'http://a.example' } },
      'invalid_option',
      'options.contact.url',
    ],
    [
      'a script',
      { contact: { name: 'a', url: 'javascript:1' } },
      'invalid_option',
      'options.contact.url',
    ],
    [
      'a user name',
      { contact: { name: 'a', url: 'https://u@a.example' } },
      'invalid_option',
      'options.contact.url',
    ],
    [
      'no URL',
      { contact: { name: 'a', url: 'a.example' } },
      'invalid_option',
      'options.contact.url',
    ],
    ['half a second', { consentMs: 500 }, 'invalid_option', 'options.consentMs'],
  ])('refuses options with %s, before it explains anything', async (_, options, code, path) => {
    const error = await errorOf(() =>
      explain({ status: 'granted' } as never, 'ja', options as never),
    );
    expect([error.code, error.path]).toEqual([code, path]);
  });

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
