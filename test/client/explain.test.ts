import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import {
  buildConsentUrl,
  type ConsentOutcome,
  createVirtualClock,
  defineService,
  type Explainable,
  exchangeToken,
  explain,
  type ItemAnswer,
  isSelfInfoError,
  latest,
  pointInTime,
  SelfInfoError,
  type SelfInfoErrorCode,
  Sensitive,
  type ServiceSpec,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import {
  altered,
  answerAt,
  expectStatus,
  type Loan,
  loan,
  NOW,
  openBank,
  registrationOf,
  SESSION,
} from '../kit/loan.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';

const both = <S extends ServiceSpec>(value: Explainable<S>) =>
  [explain(value, 'ja'), explain(value, 'en')] as const;

/** Expects a Japanese sentence, and an English one without Japanese characters. */
function expectBoth<S extends ServiceSpec>(value: Explainable<S>) {
  const [ja, en] = both(value);
  expect(ja).toMatch(/^[ぁ-んァ-ヶ一-龠].*[。）]$/u);
  expect(en).toMatch(/^[A-Z].*[.)]$/);
  expect(en).not.toMatch(/[ぁ-んァ-ヶ一-龠]/u);
  expect(`${ja}${en}`).not.toMatch(/undefined|null|NaN|Invalid|\[object/);
}

// A missing code does not compile.
const codes: Record<SelfInfoErrorCode, true> = {
  unknown_option: true,
  missing_option: true,
  invalid_option: true,
  package_missing: true,
  invalid_environment: true,
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
    for (const text of both(error)) expect(text).toContain(code);
    expect(error.message).toMatch(/[.]$/);
    expect(error.messageJa).toMatch(/[。]$/);
    expect(`${error.message}${error.messageJa}`).not.toMatch(/[{}]/);
    expect(isSelfInfoError(error, code)).toBe(true);
  });

  it('says whether and from when a retry is safe', () => {
    const safe = (notBefore?: string) =>
      new SelfInfoError('upstream_unavailable', {
        retry: { safe: true, ...(notBefore && { notBefore }) },
      });
    expect(explain(safe(), 'ja')).toBe(
      '情報を取得できませんでした。時間をおいて再度お試しください。（コード: upstream_unavailable）',
    );
    expect(explain(safe('2026-12-07T08:00:00+09:00'), 'ja')).toContain(
      '2026年12月7日(月) 8:00以降に再度お試しください。',
    );
    expect(explain(safe('2026-12-06T23:00:00Z'), 'en')).toContain(
      'Please try again after Mon 7 Dec 2026 8:00 JST.',
    );
    expect(explain(new SelfInfoError('answer_lost'), 'en')).toBe(
      'The information could not be fetched. Please start again. (code: answer_lost)',
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

describe('every outcome of a callback', () => {
  it('has a distinct text in both languages', async () => {
    const { client, callback, clock } = openBank();
    const complete = (request: string, sessionBinding = SESSION) =>
      client.completeConsent(request, { sessionBinding });
    const late = await callback();
    clock.advance(600_000);
    const back = await callback();
    const outcomes: Record<ConsentOutcome['status'], ConsentOutcome<Loan>> = {
      'foreign-browser': await complete(back, 'another'),
      unknown: await complete(altered(back, { state: 'a' })),
      rejected: await complete(
        altered(await callback(), { code: undefined, error: 'server_error' }),
      ),
      granted: await complete(back),
      replayed: await complete(back),
      declined: await complete(await callback('hanako', 'decline')),
      expired: await complete(late),
    };
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
      /^The information cannot be had at the moment\. Reason: .+Please try again after Mon 7 Dec 2026 8:00 JST\.$/,
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
      'The information cannot be had at the moment. Please try again later.',
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
    expect(explain(answer.items.household, 'en')).toBe('This information was not asked for.');
  });
});

describe('the availability of a service', () => {
  const pension = defineService({
    ...loan,
    items: {
      service: { detail: 'pension', holders: ['pension-service'], inquiries: ['point-in-time'] },
      income: { detail: 'local-tax', inquiries: ['point-in-time'] },
    },
  });
  const anyone = defineService({
    ...loan,
    items: { pension: { detail: 'pension', inquiries: ['point-in-time'] } },
  });
  const open = (at: string, service: typeof pension | typeof anyone = pension) =>
    openBank({ service: service as typeof pension }).client.availability({ at });

  it('is open for the service and for each item', () => {
    const { state, items, causes } = open(NOW);
    expect([state, items.service.state, items.income.state, causes]).toEqual([
      'open',
      'open',
      'open',
      [],
    ]);
    expect(both(open(NOW))).toEqual(['ただいま取得できます。', 'The information can be had now.']);
  });

  it('is closed with the reason and the next opening while another item is open', () => {
    const closed = open('2026-12-06T12:00:00+09:00');
    expect([closed.state, closed.items.service.state, closed.items.income.state]).toEqual([
      'closed',
      'closed',
      'open',
    ]);
    expect(closed.nextOpening?.toISO()).toBe('2026-12-07T08:00:00.000+09:00');
    expectBoth(closed);
    expect(explain(closed, 'ja')).toMatch(
      /^ただいま取得できません。理由[：:] ?.*2026年12月7日\(月\) 8:00以降に再度お試しください。$/,
    );
    expectBoth(closed.items.service);
    expect(explain(closed.items.service, 'en')).toContain(
      'Please try again after Mon 7 Dec 2026 8:00 JST.',
    );
  });

  it('is uncertain when the holder of the data is unknown', () => {
    const uncertain = open('2026-12-06T12:00:00+09:00', anyone);
    expect(uncertain.state).toBe('uncertain');
    expectBoth(uncertain);
    expect(explain(uncertain, 'ja')).toMatch(/^ただいま取得できない場合があります。/);
  });

  it('covers the next ten minutes, or the time in forMs', () => {
    // The pension service closes at 23:00 and opens at 8:00.
    const { client } = openBank({ service: pension });
    const at = '2026-12-01T22:50:00.001+09:00';
    expect(client.availability({ at }).state).toBe('closed');
    expect(client.availability({ at }).nextOpening?.toISO()).toBe('2026-12-02T08:00:00.000+09:00');
    expect(client.availability({ at: '2026-12-01T22:50:00+09:00' }).state).toBe('open');
    expect(client.availability({ at, forMs: 0 }).state).toBe('open');
    expect(client.availability({ at, forMs: 9 * 60_000 }).state).toBe('open');
  });

  it('is returned by beginConsent and does not prevent a consent', async () => {
    const { client, sandbox } = openBank({ service: pension, now: '2026-12-06T12:00:00+09:00' });
    const { url, availability } = await client.beginConsent({ sessionBinding: SESSION });
    expect(availability.state).toBe('closed');
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
      sessionBinding: SESSION,
    });
    expect(outcome.status).toBe('granted');
  });

  it('reads a calendar that is given as a function again each time', () => {
    let asked = 0;
    const { client } = openBank({
      service: pension,
      calendar() {
        asked++;
        return createCalendar();
      },
    });
    client.availability();
    client.availability();
    expect(asked).toBe(2);
  });

  it('is plain data as JSON, with times in Japan', () => {
    const json = JSON.parse(JSON.stringify(open('2026-12-06T12:00:00+09:00')));
    expect(json).toMatchObject({
      state: 'closed',
      nextOpening: '2026-12-07T08:00:00+09:00',
      items: { income: { state: 'open' } },
    });
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

describe('the standalone consent steps', () => {
  it('yield a token over mutual TLS, once per code', async () => {
    const clock = createVirtualClock(NOW);
    const sandbox = await startSandbox({ registrations: [registrationOf(loan)], clock });
    try {
      const { environment, tls } = sandbox.connection;
      const state = randomBytes(32).toString('base64url');
      const codeVerifier = randomBytes(32).toString('base64url');
      const url = buildConsentUrl(environment, {
        state,
        codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      });
      const back = await sandbox.visit(url, { persona: 'hanako' });
      const callback = await validateCallback(environment, new Request(back), { state });
      const { token, expiresAt } = await exchangeToken({
        environment,
        callback,
        codeVerifier,
        tls,
        clock,
      });
      expect(token.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(expiresAt).toBe('2026-12-01T12:00:00+09:00');
      const again = await validateCallback(environment, new Request(back), { state });
      const { code, stage, effect, upstream } = await errorOf(() =>
        exchangeToken({ environment, callback: again, codeVerifier, tls, clock }),
      );
      expect({ code, stage, effect, upstream }).toEqual({
        code: 'token_refused',
        stage: 'token',
        effect: 'applied',
        upstream: { code: 'invalid_grant' },
      });
    } finally {
      await sandbox.close();
    }
  });

  it('build the URL from the registered data only', () => {
    const { sandbox } = openBank();
    const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const url = new URL(buildConsentUrl(sandbox.environment(), { state: 'a b&c', codeChallenge }));
    expect(url.origin + url.pathname).toBe('https://portal.sandbox.invalid/oauth/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'SP12345678_AB1234',
      redirect_uri: 'https://loan.example/callback',
      state: 'a b&c',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    });
  });

  it.each([
    ['https://portal.sandbox.invalid', '/oauth/authorize'],
    ['https://portal.sandbox.invalid/', '/oauth/authorize'],
    ['https://portal.sandbox.invalid/test/', '/test/oauth/authorize'],
  ])('build the URL under %s with one slash in between', (browserUrl, pathname) => {
    const { clientId, redirectUri, endpoints, issuer } = openBank().sandbox.environment();
    const environment = sandboxEnvironment({
      clientId,
      redirectUri,
      endpoints: { ...endpoints, browserUrl },
      issuer,
    });
    expect(
      new URL(buildConsentUrl(environment, { state: 'a', codeChallenge: 'a'.repeat(43) })).pathname,
    ).toBe(pathname);
  });
});
