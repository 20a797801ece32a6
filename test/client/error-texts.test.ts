import { describe, expect, it } from 'vitest';
import {
  type CitizenError,
  citizenErrors,
  type Explainable,
  explain,
  isSelfInfoError,
  SelfInfoError,
  type SelfInfoErrorCode,
  Sensitive,
} from '../../src/index.js';
import { both, expectBoth, FAR } from './expect-texts.js';

// A missing code does not compile.
const codes: Record<SelfInfoErrorCode, true> = {
  unknown_option: true,
  missing_option: true,
  invalid_option: true,
  package_missing: true,
  package_unusable: true,
  unsupported_runtime: true,
  invalid_environment: true,
  invalid_profile: true,
  unverified_profile: true,
  item_code_required: true,
  injected_transport_refused: true,
  insecure_tls: true,
  invalid_credential: true,
  key_certificate_mismatch: true,
  unknown_detail: true,
  unknown_server: true,
  not_a_holder: true,
  invalid_date: true,
  invalid_instant: true,
  range_reversed: true,
  outside_calendar: true,
  consent_declined: true,
  callback_rejected: true,
  token_refused: true,
  grant_expired: true,
  unknown_item: true,
  inquiry_not_registered: true,
  latest_not_declared: true,
  grant_used: true,
  foreign_grant: true,
  invalid_retrieval: true,
  retrieval_gone: true,
  profile_unknown: true,
  client_closed: true,
  retention_ended: true,
  record_invalid: true,
  signing_failed: true,
  connection_failed: true,
  server_not_trusted: true,
  certificate_refused: true,
  proxy_refused: true,
  connection_closed: true,
  answer_lost: true,
  timed_out: true,
  aborted: true,
  response_invalid: true,
  process_mismatch: true,
  internal_error: true,
  codec_failed: true,
  upstream_refused: true,
  upstream_unavailable: true,
  upstream_failed: true,
  store_key_exists: true,
  store_failed: true,
  store_full: true,
  overloaded: true,
  foreign_answer: true,
  reference_unknown: true,
  data_erased: true,
  purpose_refused: true,
  record_damaged: true,
  format_unsupported: true,
  key_unknown: true,
  key_unavailable: true,
  clock_jumped: true,
  kiosk_action_refused: true,
  sandbox_refused: true,
};

const advised = {
  'start-again': [
    /最初からお手続きください。|もう一度取得のお手続きを/,
    /最初からのお手続きを案内する。/,
    /Please start again\.|please obtain it again\./,
    /Ask the customer to start again\./,
  ],
  later: [
    /しばらくおいて、もう一度お試しください。/,
    /時間をおいて再度お手続きいただく。/,
    /Please try again later\./,
    /Ask the customer to try again later\./,
  ],
  documents: [
    /書類のご提出など、ほかの方法でもお手続きいただけます。/,
    /書類などでのお手続きを案内する。/,
    /You can also continue in another way, for example with documents\./,
    /offer another way, for example documents\./,
  ],
} as const;

const extras = new Sensitive({});

/** Returns what leads to a number, and for an error whether the same step may be repeated. */
function pagesOf({ code, number }: CitizenError): readonly (readonly [Explainable, boolean?])[] {
  if (Object.hasOwn(codes, code))
    return [true, false].map((safe) => [
      new SelfInfoError(code as SelfInfoErrorCode, { effect: 'unknown', retry: { safe } }),
      safe,
    ]);
  const at = /^E-12/.test(number) ? 'authorize' : 'callback';
  return /^E-1/.test(number)
    ? [[{ status: 'rejected', at, code } as Explainable]]
    : [[{ status: 'failed', code, extras } as Explainable]];
}

const everyCode = Object.keys(codes) as SelfInfoErrorCode[];

describe('every error number', () => {
  it.each(citizenErrors)(
    'has the same advice on the page and for the service desk: $number',
    (row) => {
      for (const [value, safe] of pagesOf(row)) {
        const [ja, en] = both(value);
        expect(ja).toContain(row.number);
        const shown = row.advice === 'as-shown' ? (safe ? 'later' : 'start-again') : row.advice;
        for (const [advice, [pageJa, deskJa, pageEn, deskEn]] of Object.entries(advised)) {
          expect([advice, pageJa.test(ja), pageEn.test(en)]).toEqual([
            advice,
            advice === shown,
            advice === shown,
          ]);
          expect([advice, deskJa.test(row.ja), deskEn.test(row.en)]).toEqual([
            advice,
            advice === row.advice,
            advice === row.advice,
          ]);
        }
      }
      if (row.advice !== 'as-shown') return;
      expect(row.ja).toContain(
        '画面の案内のとおり、時間をおいて再度、または最初からお手続きいただく。',
      );
      expect(row.en).toContain('do what the page says: try again later, or start again.');
    },
  );

  it('advises a time from which to try again only where trying again helps', () => {
    const retry = { safe: true, notBefore: '2026-12-07T08:00:00+09:00' };
    for (const { code, advice } of citizenErrors.filter(({ code }) => Object.hasOwn(codes, code)))
      expect([
        code,
        both(new SelfInfoError(code as SelfInfoErrorCode, { retry }))[1].includes('7 Dec 2026'),
      ]).toEqual([code, advice === 'later' || advice === 'as-shown']);
  });
});

describe('every error', () => {
  it.each(everyCode)('has texts for citizen and operator in both languages: %s', (code) => {
    const error = new SelfInfoError(code, {
      path: 'options.a',
      expected: { en: 'Like this.', ja: 'このように。' },
    });
    expectBoth(error);
    const { number } = citizenErrors.find((row) => row.code === code) ?? {};
    for (const text of both(error)) {
      expect(text).toContain(number);
      expect(text).not.toMatch(/[a-z]_[a-z]/);
    }
    expect(error.message).toMatch(/[.]$/);
    expect(error.messageJa).toMatch(/[。]$/);
    expect(`${error.message}${error.messageJa}`).not.toMatch(/[{}]/);
    expect(isSelfInfoError(error, code)).toBe(true);
  });

  it('tells the citizen the same with and without a reason, at every step', () => {
    for (const code of ['connection_failed', 'server_not_trusted', 'certificate_refused'] as const)
      for (const stage of ['consent', 'token', 'request', 'result', 'acknowledge'] as const) {
        const plain = both(new SelfInfoError(code, { stage }));
        expect(both(new SelfInfoError(code, { stage, reason: 'expired' }))).toEqual(plain);
      }
  });

  it('ignores a reason that is not in the list', () => {
    for (const reason of ['constructor', 'toString', 'other']) {
      const error = new SelfInfoError('connection_failed', { reason: reason as never });
      expect([error.reason, error.message]).toEqual([
        undefined,
        'No connection could be established. Nothing was sent.',
      ]);
    }
  });

  it('says whether and from when a retry is safe', () => {
    const safe = (notBefore?: string) =>
      new SelfInfoError('upstream_unavailable', {
        retry: { safe: true, ...(notBefore && { notBefore }) },
      });
    expect(explain(safe(), 'ja')).toBe(
      '情報を取得できませんでした。しばらくおいて、もう一度お試しください。（エラー番号: E-215）',
    );
    expect(explain(safe('2026-12-07T08:00:00+09:00'), 'ja', FAR)).toContain(
      '2026年12月7日(月) 8:00以降に、もう一度お試しください。',
    );
    expect(explain(safe('2026-12-06T23:00:00Z'), 'en', FAR)).toContain(
      'Please try again after Mon 7 Dec 2026 8:00 JST.',
    );
    expect(explain(new SelfInfoError('answer_lost'), 'en')).toBe(
      'The information could not be obtained. Please start again. (Error number: E-206)',
    );
  });

  it('is recognised by a brand that copies of the package share, and by its code', () => {
    const error = new SelfInfoError('grant_used');
    const foreign = Object.create(
      { [Symbol.for('myna-selfinfo.error')]: true },
      { code: { value: 'grant_used' } },
    );
    expect([isSelfInfoError(error), isSelfInfoError(foreign, 'grant_used')]).toEqual([true, true]);
    for (const other of [
      new Error('grant_used'),
      { code: 'grant_used' },
      null,
      undefined,
      'grant_used',
    ])
      expect(isSelfInfoError(other)).toBe(false);
    expect(isSelfInfoError(error, 'grant_expired')).toBe(false);
  });

  it('is plain data as JSON', () => {
    expect(
      JSON.parse(JSON.stringify(new SelfInfoError('invalid_date', { path: 'pointInTime.at' }))),
    ).toEqual({
      name: 'SelfInfoError',
      message: 'pointInTime.at is not a calendar date in the form YYYY-MM-DD.',
      messageJa: 'pointInTime.at は YYYY-MM-DD 形式の正しい日付ではありません。',
      code: 'invalid_date',
      stage: 'configuration',
      effect: 'none',
      retry: { safe: false },
      path: 'pointInTime.at',
    });
  });

  it('quotes a path literally', () => {
    for (const path of ['options.$&', "options.$'", 'options.{expected}'])
      expect(
        new SelfInfoError('missing_option', { path }).message.startsWith(
          `Option ${path} is required.`,
        ),
      ).toBe(true);
  });
});
