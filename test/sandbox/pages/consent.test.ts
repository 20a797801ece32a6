import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { openBank, SESSION } from '../../kit/loan.js';
import { authorizationUrl, callbackOf, paths, registration } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const get = (url: URL, headers: Record<string, string> = {}) =>
  sandbox.fetch(new Request(url, { headers }));

/** Fills in the form of a page as a browser would. */
async function submit(page: Response, answers: Record<string, string>): Promise<Response> {
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  return post({ form, ...answers });
}

function post(answers: Record<string, string>): Promise<Response> {
  const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
  return sandbox.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(answers) }));
}

const agree = { decision: 'agree', agree: 'yes' };
const card = async () => submit(await get(authorizationUrl(sandbox)), agree);
const callback = (response: Response) => callbackOf(response.headers.get('location'));

describe('the consent page', () => {
  it('says who asks, for what, to what end and until when', async () => {
    const page = await (await get(authorizationUrl(sandbox))).text();
    for (const text of [
      '住宅ローン事前審査',
      '地方税',
      '世帯',
      '予防接種',
      '住宅ローンの事前審査のため',
      '2026-12-31',
    ])
      expect(page).toContain(text);
  });

  it('speaks English to a browser that prefers it', async () => {
    const page = await (
      await get(authorizationUrl(sandbox), { 'accept-language': 'fr, en;q=0.8, ja;q=0.5' })
    ).text();
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('local tax');
  });

  it('allows nothing but its own style and a form that ends at the client', async () => {
    const { headers } = await get(authorizationUrl(sandbox));
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/loan\.example; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('escapes what a registration brings', async () => {
    const service = {
      ...registration.service,
      name: `<script>alert("x")</script>&'`,
      purpose: { id: 'x', text: '<img src=x>' },
    };
    sandbox = createSandbox({ registrations: [{ ...registration, service }], clock });
    const page = await (await get(authorizationUrl(sandbox))).text();
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;');
    expect(page).not.toMatch(/<script|<img/);
  });

  it('shows a card with markup in the name as text', async () => {
    const name = `</label><script>alert('x')</script>"&`;
    sandbox = createSandbox({
      registrations: [registration],
      clock,
      personas: [{ id: 'x', name, pin: '1234', records: {} }],
    });
    const page = await (await card()).text();
    expect(page).toContain(
      '&lt;/label&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;',
    );
    expect(page).not.toContain('<script');
  });

  it('says by category who holds what, and what is asked of it', async () => {
    const page = await (await get(authorizationUrl(sandbox))).text();
    const words = page
      .replaceAll(/<style>.*<\/style>/gs, '')
      .replaceAll(/<[^>]+>|\s+/g, ' ')
      .replaceAll(/ +/g, ' ');
    expect(words).toContain(
      '税・所得・口座情報 地方税 保有機関 自治体中間サーバ 範囲 最新のもの（「課税年度」で判断）、または 指定された日または年度のもの、または 指定された期間のもの',
    );
    expect(words).toContain(
      '社会保障（健康・医療） 医療保険 保有機関 医療保険者等向け中間サーバ、 自治体中間サーバ 範囲 指定された期間のもの 予防接種',
    );
  });

  it.each([
    [0, '同意した日かぎり', 'the day of consent only'],
    [1, '同意した日の翌日から1日間', '1 day after the day of consent'],
  ])('says how long %i days are', async (days, ja, en) => {
    const service = { ...registration.service, retention: { days } };
    sandbox = createSandbox({ registrations: [{ ...registration, service }], clock });
    expect(await (await get(authorizationUrl(sandbox))).text()).toContain(ja);
    expect(
      await (await get(authorizationUrl(sandbox), { 'accept-language': 'en' })).text(),
    ).toContain(en);
  });

  it('comes again when the box is not ticked', async () => {
    const page = await submit(await get(authorizationUrl(sandbox)), { decision: 'agree' });
    expect(page.status).toBe(400);
    expect((await submit(page, agree)).status).toBe(200);
  });
});

describe('an authorization request is answered by a page, never by a redirect,', () => {
  it.each([
    ['for an unknown client', { client_id: 'SP00000000_XX0000' }, 'unknown_client'],
    ['without a client', { client_id: undefined }, 'missing_parameter'],
    [
      'for a redirect URI with a trailing slash too many',
      { redirect_uri: 'https://loan.example/callback/' },
      'redirect_uri_not_registered',
    ],
    [
      'for a redirect URI in other case',
      { redirect_uri: 'https://loan.example/Callback' },
      'redirect_uri_not_registered',
    ],
    [
      'for a redirect URI elsewhere',
      { redirect_uri: 'https://evil.example/callback' },
      'redirect_uri_not_registered',
    ],
    ['without a redirect URI', { redirect_uri: undefined }, 'missing_parameter'],
  ])('%s', async (_, changes, code) => {
    const response = await get(authorizationUrl(sandbox, changes));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain(`<code>${code}</code>`);
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'authorize', outcome: 'refused', code });
  });

  it.each(['client_id', 'redirect_uri', 'state', 'code_challenge'])(
    'with %s doubled',
    async (name) => {
      const url = authorizationUrl(sandbox);
      url.searchParams.append(name, url.searchParams.get(name) ?? '');
      const response = await get(url);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('<code>doubled_parameter</code>');
    },
  );

  it.each(['%', '%zz', '%ff'])('with the broken encoding %s', async (text) => {
    const response = await get(new URL(`${authorizationUrl(sandbox)}&x=${text}`));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<code>broken_encoding</code>');
  });
});

describe('an authorization request is sent back with an error, state and issuer', () => {
  it.each([
    [
      'without PKCE',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a short challenge', { code_challenge: 'a'.repeat(42) }, 'invalid_request'],
    ['for another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['without a response type', { response_type: undefined }, 'invalid_request'],
  ])('%s', async (_, changes, error) => {
    const response = await get(authorizationUrl(sandbox, changes));
    expect(response.status).toBe(303);
    expect(callback(response)).toMatchObject({
      error,
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
  });

  it('but without state where state itself is missing', async () => {
    expect(callback(await get(authorizationUrl(sandbox, { state: undefined })))).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('and keeps the query of a registered redirect URI as it is', async () => {
    const redirectUri = 'https://loan.example/cb?a=%20b';
    sandbox = createSandbox({
      registrations: [{ ...registration, redirectUris: [redirectUri] }],
      clock,
    });
    const url = await sandbox.visit(authorizationUrl(sandbox), {
      persona: 'hanako',
      decision: 'decline',
    });
    expect(url.startsWith(`${redirectUri}&error=access_denied&`)).toBe(true);
  });
});

describe('the citizen', () => {
  it('agrees, gives card and PIN and comes back with code, state and issuer', async () => {
    const response = await submit(await card(), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(response.status).toBe(303);
    expect(callback(response)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
  });

  it('may decline on the first page', async () => {
    const response = await submit(await get(authorizationUrl(sandbox)), { decision: 'decline' });
    expect(callback(response)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
  });

  it('may decline on the second page', async () => {
    const response = await submit(await card(), { decision: 'decline' });
    expect(callback(response)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
    expect(sandbox.log.at(-1)).toMatchObject({
      step: 'decide',
      outcome: 'accepted',
      code: 'declined',
    });
  });

  it('sees the tries left, and is sent back when the third wrong PIN locks the card', async () => {
    const wrong = { decision: 'agree', persona: 'hanako', pin: '0000' };
    const first = await submit(await card(), wrong);
    expect(await first.clone().text()).toContain('残り 2 回');
    const second = await submit(first, wrong);
    expect(await second.clone().text()).toContain('残り 1 回');
    const locked = await submit(second, wrong);
    expect(await locked.clone().text()).toContain('<code>card_locked</code>');
    expect(callback(await submit(locked, { decision: 'leave' }))).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
    expect(sandbox.log.slice(-2).map(({ code }) => code)).toEqual(['card_locked', 'card_locked']);
  });

  it.each(['', '123', '12345', 'abcd', '１２３４'])(
    'loses no try to %j, which is no PIN',
    async (pin) => {
      let page = await card();
      for (const _ of [1, 2, 3, 4])
        page = await submit(page, { decision: 'agree', persona: 'hanako', pin });
      expect(await page.clone().text()).toContain('<code>pin_not_four_digits</code>');
      expect(
        callback(await submit(page, { decision: 'agree', persona: 'hanako', pin: '1234' })).code,
      ).toBeDefined();
    },
  );

  it('keeps the chosen card over a wrong PIN, and never sees the PIN again', async () => {
    const page = await (
      await submit(await card(), { decision: 'agree', persona: 'worker', pin: '9753' })
    ).text();
    expect(page).toContain('name="persona" value="worker" required checked');
    expect(page.match(/ checked/g)).toHaveLength(1);
    expect(page).not.toContain('9753');
  });

  it('is refused a URL with user name or password, and does not repeat it', async () => {
    for (const url of [
      'https://canary@portal.sandbox.invalid/',
      'https://a:canary@portal.sandbox.invalid/',
      'canary',
    ]) {
      const refused = sandbox.visit(url, { persona: 'hanako' });
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_option',
        path: 'url',
        message: expect.not.stringContaining('canary'),
      });
    }
  });

  it('cannot unlock a card by the right PIN', async () => {
    for (const _ of [1, 2])
      await expect(
        sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin: '0000' }),
      ).rejects.toMatchObject({ code: 'sandbox_refused' });
    for (const pin of ['0000', '1234']) {
      expect(
        callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin })),
      ).toMatchObject({ error: 'access_denied' });
    }
    expect(
      callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'mover' })).code,
    ).toBeDefined();
  });

  it('has three tries again after the right PIN', async () => {
    for (const pin of ['0000', '0000', '1234', '0000', '0000']) {
      const page = await submit(await card(), { decision: 'agree', persona: 'hanako', pin });
      expect(page.status).toBe(pin === '1234' ? 303 : 400);
    }
  });

  it('is asked again when no card was chosen', async () => {
    expect(await (await submit(await card(), { decision: 'agree', pin: '1234' })).text()).toContain(
      '<code>card_not_chosen</code>',
    );
  });

  it('cannot send a form twice, but goes on from there', async () => {
    const page = await get(authorizationUrl(sandbox));
    await submit(page.clone(), agree);
    const again = await submit(page, agree);
    expect(again.status).toBe(400);
    expect(await again.clone().text()).toContain('<code>form_expired</code>');
    const consent = await submit(again, { decision: 'restart' });
    expect(await consent.clone().text()).toContain('name="agree"');
    const response = await submit(await submit(consent, agree), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(callback(response).code).toBeDefined();
  });

  it('goes back from the card to the consent, as often as wanted', async () => {
    let page = await card();
    for (const _ of [1, 2, 3]) page = await submit(await submit(page, { decision: 'back' }), agree);
    expect(
      callback(await submit(page, { decision: 'agree', persona: 'hanako', pin: '1234' })).code,
    ).toBeDefined();
  });

  it('may stop on a page that was sent before', async () => {
    const page = await get(authorizationUrl(sandbox));
    await submit(page.clone(), agree);
    expect(callback(await submit(page, { decision: 'decline' }))).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
  });

  it.each([
    ['agreed', { decision: 'agree', persona: 'hanako', pin: '1234' }],
    ['declined', { decision: 'decline' }],
    ['a locked card', { decision: 'agree', persona: 'locked-card', pin: '1008' }],
  ])('is led to one place only once it is settled: %s', async (_, answers) => {
    const first = await get(authorizationUrl(sandbox));
    const second = await submit(first.clone(), agree);
    const settled = await submit(second.clone(), answers);
    const place =
      settled.headers.get('location') ??
      (await submit(settled, { decision: 'leave' })).headers.get('location');
    for (const [page, decision] of [
      [second, answers],
      [second, { decision: 'decline' }],
      [second, { decision: 'back' }],
      [first, agree],
    ] as const) {
      const finished = await submit(page.clone(), decision);
      expect(finished.status).toBe(400);
      expect(await finished.clone().text()).toContain('この手続は終了しています');
      expect((await submit(finished, { decision: 'leave' })).headers.get('location')).toBe(place);
    }
  });

  it('cannot send a form after ten minutes, not by way of the other language either, and is led back to the service', async () => {
    const page = await get(authorizationUrl(sandbox));
    clock.advance(600_000);
    const english = await submit(page.clone(), { decision: 'en' });
    for (const late of [page, english]) {
      const expired = await submit(late, agree);
      expect(expired.status).toBe(400);
      expect(await expired.clone().text()).toContain('<code>form_expired</code>');
      const still = await submit(expired.clone(), { decision: 'restart' });
      expect(still.status).toBe(400);
      if (late === english)
        expect(callback(await submit(expired, { decision: 'leave' }))).toMatchObject({
          error: 'access_denied',
          state: 'state-1',
        });
    }
  });

  it('is led back from a late form for two hours: then nobody knows where to', async () => {
    const [late, later] = [
      await get(authorizationUrl(sandbox)),
      await get(authorizationUrl(sandbox)),
    ];
    const way = 'value="leave"';
    clock.advance(2 * 3_600_000 - 1);
    expect(await (await submit(late, agree)).text()).toContain(way);
    clock.advance(1);
    const forgotten = await (await submit(later, agree)).text();
    expect([forgotten.includes('<code>form_expired</code>'), forgotten.includes(way)]).toEqual([
      true,
      false,
    ]);
  });

  it('who comes too late and is led back has an expired consent at the client', async () => {
    const bank = openBank();
    const { url } = await bank.client.beginConsent({ sessionBinding: SESSION });
    const send = async (page: Response, answers: Record<string, string>) => {
      const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
      const { origin, pathname } = new URL(url);
      return bank.sandbox.fetch(
        new Request(origin + pathname, {
          method: 'POST',
          body: new URLSearchParams({ form, ...answers }),
        }),
      );
    };
    const page = await bank.sandbox.fetch(new Request(url));
    bank.clock.advance(600_000);
    const back = await send(await send(page, agree), { decision: 'leave' });
    const outcome = await bank.client.completeConsent(back.headers.get('location') ?? '', {
      sessionBinding: SESSION,
    });
    expect(outcome).toEqual({ status: 'expired' });
  });

  it('gets the same page in the other language, with what is to be mended', async () => {
    const wrong = await submit(await card(), { decision: 'agree', persona: 'hanako', pin: '0000' });
    const english = await submit(wrong, { decision: 'en' });
    const text = await english.clone().text();
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('Tries left: 2.');
    const response = await submit(await submit(english, { decision: 'ja' }), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(callback(response).code).toBeDefined();
  });

  it.each([
    ['no form', { decision: 'agree' }, 'missing_parameter'],
    ['an invented form', { decision: 'agree', form: 'x' }, 'form_expired'],
  ])('cannot decide with %s', async (_, answers, code) => {
    const response = await post(answers);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`<code>${code}</code>`);
  });
});

describe('when systems are closed', () => {
  const at = async (now: string, headers: Record<string, string> = {}) => {
    clock = createVirtualClock(now);
    sandbox = createSandbox({ registrations: [registration], clock });
    return get(authorizationUrl(sandbox), headers);
  };
  const NEW_YEAR = '2026-12-30T10:00:00+09:00';

  it('the first page says so, with reason and next opening, and leads back', async () => {
    const closed = await at(NEW_YEAR);
    expect(closed.status).toBe(200);
    const page = await closed.clone().text();
    for (const text of [
      'ただいま取得できません',
      '2027年1月4日（月）8:00（日本時間）',
      '年末年始（12月28日21時から1月4日8時まで）は原則として計画停止',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain('name="agree"');
    expect(callback(await submit(closed, { decision: 'decline' }))).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
  });

  it('names the reasons of the common systems only, each once', async () => {
    const page = await (await at(NEW_YEAR, { 'accept-language': 'en' })).text();
    // The 30th is a Wednesday: the holders run.
    expect(page.match(/<dt>Reason<\/dt><dd><ul>(.*?)<\/ul>/)?.[1]?.match(/<li>/g)).toHaveLength(1);
    expect(page).toContain('Mon 4 Jan 2027, 8:00 (Japan time)');
  });

  it('the consent can be gone on to, and says for every item what to expect', async () => {
    const consent = await submit(await at(NEW_YEAR), { decision: 'agree' });
    expect(consent.status).toBe(200);
    const page = await consent.clone().text();
    expect(page.match(/ただいま取得できません。<br>次に取得できる日時：/g)).toHaveLength(5);
    expect(page).not.toContain('role="alert"');
    const response = await submit(await submit(consent, agree), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(callback(response).code).toBeDefined();
  });

  it('a program that agrees goes the same way as ever', async () => {
    await at(NEW_YEAR);
    expect(
      callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako' })).code,
    ).toBeDefined();
  });

  it('a service all of whose holders are closed has no consent to give; its earliest opening counts', async () => {
    // A Saturday. The account registry would run.
    clock = createVirtualClock('2026-12-05T10:00:00+09:00');
    const items = {
      accident: {
        detail: 'workers-accident-compensation',
        inquiries: ['range'],
        holders: ['labour-standards'],
      },
      pension: { detail: 'pension', inquiries: ['range'], holders: ['pension-service'] },
    } as const;
    sandbox = createSandbox({
      registrations: [{ ...registration, service: { ...registration.service, items } }],
      clock,
    });
    const page = await (await get(authorizationUrl(sandbox))).text();
    for (const text of [
      '2026年12月7日（月）8:00',
      '労働基準局中間サーバは、運用時間',
      '日本年金機構中間サーバは、運用時間',
    ])
      expect(page).toContain(text);
    expect(page).not.toContain('name="agree"');
  });

  it('single closed holders stand with their item, those that open together in one sentence', async () => {
    const page = await (await at('2026-12-05T10:00:00+09:00')).text();
    expect(page).toContain('name="agree"');
    expect(page).toContain(
      '医療保険者等向け中間サーバは、ただいま停止しています。<br>次に取得できる日時：',
    );
    expect(page).toContain(
      '日本年金機構中間サーバ、地共済（長期）中間サーバ、国共済（長期）中間サーバ、日本私立学校振興・共済事業団（長期）中間サーバは、ただいま停止しています。',
    );
    expect(page.match(/class="notice"/g)).toHaveLength(3);
  });

  it('an uncertain weekend is told as one', async () => {
    expect(await (await at('2026-12-19T10:00:00+09:00')).text()).toContain(
      '計画停止のため、ただいま取得できない場合があります。',
    );
  });

  it('a clock outside the calendar tells nothing of openings', async () => {
    const page = await (await at('2022-12-01T10:00:00+09:00')).text();
    expect(page).toContain('name="agree"');
    expect(page).not.toContain('class="notice"');
  });
});

describe('visit', () => {
  it('works when taken out of the sandbox', async () => {
    const { visit } = sandbox;
    expect(
      callbackOf(await visit(String(authorizationUrl(sandbox)), { persona: 'hanako' })).code,
    ).toBeDefined();
  });

  it('says what a refused page said, and no PIN', async () => {
    const refused = sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin: '9753' });
    await expect(refused).rejects.toMatchObject({
      code: 'sandbox_refused',
      message: expect.stringContaining('pin_wrong'),
    });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('9753') });
  });

  it.each([
    [
      'an unknown persona',
      { persona: 'nobody' },
      { code: 'invalid_option', path: 'options.persona' },
    ],
    ['no persona', {}, { code: 'missing_option', path: 'options.persona' }],
    [
      'an unknown option',
      { persona: 'hanako', pim: '1' },
      { code: 'unknown_option', path: 'options.pim' },
    ],
    [
      'an unknown decision',
      { persona: 'hanako', decision: 'maybe' },
      { code: 'invalid_option', path: 'options.decision' },
    ],
  ])('refuses %s', async (_, options, error) => {
    await expect(
      sandbox.visit(authorizationUrl(sandbox), options as { persona: string }),
    ).rejects.toMatchObject(error);
  });

  it.each(['nowhere', 'https://elsewhere.example/oauth/authorize'])(
    'refuses the address %s',
    async (url) => {
      await expect(sandbox.visit(url, { persona: 'hanako' })).rejects.toMatchObject({
        name: 'SelfInfoError',
      });
    },
  );
});
