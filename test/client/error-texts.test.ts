import { describe, expect, it } from 'vitest';
import {
  citizenErrors,
  explain,
  isSelfInfoError,
  SelfInfoError,
  type SelfInfoErrorCode,
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

const everyCode = Object.keys(codes) as SelfInfoErrorCode[];

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
