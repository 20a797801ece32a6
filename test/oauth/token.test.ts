import { afterAll, describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { answerAt, grantOf, loan, openBank, SESSION } from '../kit/loan.js';
import { callbackOf, type Reply, raw, startPortal } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';
import { deviating, exchange, good, json } from './exchange.js';

const CENTURY_S = 100 * 366 * 86_400;

const typed = (type: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(good), { headers: { 'content-type': type, ...headers } });

describe('rejects a token response, ends the consent and does not ask again when the response', () => {
  it.each<[string, () => Response]>([
    ['is null', () => json(null)],
    ['is a list', () => json([])],
    ['is a list with a token in it', () => json([good])],
    ['is a text', () => json('a-token')],
    ['is empty', () => new Response('', { headers: { 'content-type': 'application/json' } })],
    [
      'is not JSON',
      () =>
        new Response('access_token=a&token_type=bearer', {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    [
      'is cut short',
      () =>
        new Response('{"access_token":"a","token_type":"Bea', {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    [
      'is a form',
      () =>
        new Response('access_token=a&token_type=bearer', {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
    ],
    ['is HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['has no content type', () => new Response(new TextEncoder().encode(JSON.stringify(good)))],
    [
      'has another charset',
      () =>
        new Response(JSON.stringify(good), {
          headers: { 'content-type': 'application/json; charset=shift_jis' },
        }),
    ],
    ...[
      'application/json; charset=utf-16',
      'application/json; charset=utf-7',
      'application/json; charset=utf-8; charset=shift_jis',
      'application/json; charset="utf-8',
      "application/json; charset='utf-8'",
      'application/json; charset=utf-8 shift_jis',
      'application/json, application/json',
      'application/json; a=b, text/html',
      'application/json charset=utf-8',
      'application/jsonp',
      'application/json+html',
      'text/json',
      ';',
    ].map((type): [string, () => Response] => [`has the content type ${type}`, () => typed(type)]),
    ['is compressed', () => typed('application/json', { 'content-encoding': 'gzip' })],
    [
      'is compressed in two steps',
      () => typed('application/json', { 'content-encoding': 'identity, gzip' }),
    ],
    [
      'has the token twice',
      () =>
        new Response('{"access_token":"a","access_token":"b","token_type":"Bearer"}', {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    [
      'has a __proto__ key',
      () =>
        new Response('{"__proto__":{"access_token":"a","token_type":"Bearer"}}', {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    ['has no token', () => json({ ...good, access_token: undefined })],
    ['has an empty token', () => json({ ...good, access_token: '' })],
    ['has null for a token', () => json({ ...good, access_token: null })],
    ['has a number for a token', () => json({ ...good, access_token: 5 })],
    ['has a list for a token', () => json({ ...good, access_token: ['a'] })],
    ['has a token above 8 KiB', () => json({ ...good, access_token: 'a'.repeat(8_193) })],
    ['has a token with a space', () => json({ ...good, access_token: 'a token' })],
    ['has a token with a line break', () => json({ ...good, access_token: 'a\r\nx-evil: 1' })],
    ['has a token that ends in a line break', () => json({ ...good, access_token: 'a\n' })],
    ['has a token with NUL', () => json({ ...good, access_token: 'a\u0000' })],
    ['has a token with a comma', () => json({ ...good, access_token: 'a,Bearer b' })],
    ['has a token beyond ASCII', () => json({ ...good, access_token: 'トークン' })],
    ['has a token with padding inside', () => json({ ...good, access_token: 'a=b' })],
    ['has a token with a colon', () => json({ ...good, access_token: 'a:b' })],
    ['has a token with a bar', () => json({ ...good, access_token: '1|b' })],
    ['has no token type', () => json({ ...good, token_type: undefined })],
    ['has an empty token type', () => json({ ...good, token_type: '' })],
    ['has null for a token type', () => json({ ...good, token_type: null })],
    ['has a list for a token type', () => json({ ...good, token_type: ['Bearer'] })],
    ['has a MAC token', () => json({ ...good, token_type: 'mac' })],
    [
      'has a DPoP token, which no Bearer header may carry',
      () => json({ ...good, token_type: 'DPoP' }),
    ],
    ['has a token type with a space', () => json({ ...good, token_type: 'Bearer ' })],
    ['has a lifetime in words', () => json({ ...good, expires_in: 'soon' })],
    ['has a lifetime as text', () => json({ ...good, expires_in: '3600' })],
    ['has a lifetime as text with more', () => json({ ...good, expires_in: '3600 seconds' })],
    ['has null for a lifetime', () => json({ ...good, expires_in: null })],
    ['has a negative lifetime', () => json({ ...good, expires_in: -1 })],
    ['has an absurd lifetime', () => json({ ...good, expires_in: 1e300 })],
    [
      'has a lifetime beyond a double',
      () =>
        new Response(JSON.stringify(good).replace('3600', '1e999'), {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    ['has a lifetime above a hundred years', () => json({ ...good, expires_in: CENTURY_S + 1 })],
    [
      'has a lifetime of epoch milliseconds',
      () => json({ ...good, expires_in: Date.parse('2026-12-01T11:00:00+09:00') }),
    ],
    ['has a lifetime in a list', () => json({ ...good, expires_in: [3_600] })],
    ['has a refresh token that is not a text', () => json({ ...good, refresh_token: 5 })],
    ['has a scope that is not a text', () => json({ ...good, scope: ['a'] })],
    ['is an error with status 200', () => json({ error: 'invalid_grant' })],
    ['is an error that is not a text', () => json({ ...good, error: 5 })],
    ['is an empty error', () => json({ ...good, error: '' })],
    ['is an error and a token', () => json({ ...good, error: 'invalid_grant' })],
    ['is an error with status 201', () => json({ error: 'invalid_grant' }, 201)],
    ['is a token with status 202', () => json(good, 202)],
    ['is a token with status 206', () => json(good, 206)],
    ['is a redirect with a token', () => json(good, 302)],
    ['has no body', () => new Response(null, { status: 204 })],
  ])('%s', async (_, answer) => {
    const { complete, calls } = await exchange(answer);
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'response_invalid',
      stage: 'token',
      effect: 'unknown',
      retry: { safe: false },
    });
    expect(error.message).toMatch(/^The response is not valid: .+\.$/);
    expect(error.messageJa).toMatch(/^応答が正しくありません: .+。$/);
    expect(await complete()).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['token']);
  });
});

describe('accepts a token response, as RFC 6749 has it, when it', () => {
  const at = (time: string) => `2026-12-01T${time}+09:00`;
  it.each<[string, object, string | null]>([
    ['is as small as possible', { access_token: 'a', token_type: 'bearer' }, null],
    ['writes its type in capitals', { ...good, token_type: 'BEARER' }, at('11:00:00')],
    ['writes its type in mixed case', { ...good, token_type: 'bEaReR' }, at('11:00:00')],
    [
      'has every character that a header allows',
      { ...good, access_token: 'AZaz09-._~+/==' },
      at('11:00:00'),
    ],
    ['has a token of 8 KiB', { ...good, access_token: 'a'.repeat(8_192) }, at('11:00:00')],
    [
      'has a lifetime with a fraction',
      { ...good, expires_in: 0.9999 },
      `2026-12-01T10:00:00.999+09:00`,
    ],
    ['has a refresh token, which is not kept', { ...good, refresh_token: 'a' }, at('11:00:00')],
    ['has null for a refresh token', { ...good, refresh_token: null }, at('11:00:00')],
    ['has an empty refresh token', { ...good, refresh_token: '' }, at('11:00:00')],
    ['has null for a scope', { ...good, scope: null }, at('11:00:00')],
    ['has null for an error', { ...good, error: null }, at('11:00:00')],
    ['has an ID token, which is ignored', { ...good, id_token: 'no JWT at all' }, at('11:00:00')],
    ['has an ID token that is not a text', { ...good, id_token: 5 }, at('11:00:00')],
    [
      'has a lifetime of a hundred years',
      { ...good, expires_in: CENTURY_S },
      '2127-02-15T10:00:00+09:00',
    ],
    [
      'has a scope and more',
      { ...good, scope: 'a b', example_parameter: { a: [1] } },
      at('11:00:00'),
    ],
  ])('%s', async (_, body, expiresAt) => {
    const { complete } = await exchange(() => json(body));
    expect(await complete()).toMatchObject({ status: 'granted', grant: { expiresAt } });
  });

  it('is JSON in UTF-8 with any spelling of the content type', async () => {
    for (const type of [
      'application/json',
      'Application/JSON',
      'application/json;charset=utf-8',
      'application/json; charset="UTF-8"',
      'application/json;',
      'application/json ; ;charset=utf8 ;',
      'application/json; charset=',
      'application/json; charset=""',
      'application/json; charset',
      'application/json;charset=UTF8',
      'application/json; charset = utf-8',
      'application/json; charset=utf-8; charset=utf8',
      'application/json; charset=utf-8; profile="https://a.example/;b,c"; x',
      'application/json; odata.metadata=minimal; q=0.9; ieee754compatible=true',
      'application/json; title="a \\" b"',
    ]) {
      const { complete } = await exchange(() => typed(type));
      expect((await complete()).status, type).toBe('granted');
    }
  });

  it.each<[string, () => Response]>([
    ['comes with status 201', () => json(good, 201)],
    ['has an empty content encoding', () => typed('application/json', { 'content-encoding': '' })],
    [
      'names the identity coding',
      () => typed('application/json', { 'content-encoding': 'Identity' }),
    ],
    [
      'begins with a byte order mark',
      () =>
        new Response(`\ufeff${JSON.stringify(good)}`, {
          headers: { 'content-type': 'application/json' },
        }),
    ],
  ])('%s', async (_, answer) => {
    const { complete } = await exchange(answer);
    expect((await complete()).status).toBe('granted');
  });

  it('has a token beyond RFC 6750 where the profile names that deviation', async () => {
    const opened = (token: string) =>
      openStub({
        profile: deviating('token-characters'),
        answers: { token: () => json({ ...good, access_token: token }) },
      });
    for (const token of [
      '1|a:b=c',
      '=a',
      '{"a":1}'.replaceAll('"', "'"),
      '!#$%&()*+-./:;<=>?@[]^_`{|}~',
    ]) {
      const { client, begin } = opened(token);
      const { callback } = await begin();
      const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
      expect((await client.query(grantOf(outcome), { income: latest() })).status).toBe('ready');
    }
    for (const token of ['a b', 'a,b', 'a"b', 'a\\b', 'a\tb', 'a\nb', 'a\u007f', 'あ', '', 5]) {
      const { client, begin } = opened(token as string);
      const { callback } = await begin();
      const error = await errorOf(() =>
        client.completeConsent(callback, { sessionBinding: SESSION }),
      );
      expect(error.code).toBe('response_invalid');
    }
  });

  it('has its lifetime as a text of digits where the profile names that deviation', async () => {
    const profile = deviating('expires-in-text');
    for (const [life, expiresAt] of [
      ['7200', '2026-12-01T12:00:00+09:00'],
      ['0', '2026-12-01T10:00:00+09:00'],
      ['0060', '2026-12-01T10:01:00+09:00'],
      [7_200, '2026-12-01T12:00:00+09:00'],
      [undefined, null],
      ['', undefined],
      ['7200.5', undefined],
      ['-1', undefined],
      ['+7200', undefined],
      ['7e3', undefined],
      [' 7200', undefined],
      ['0x10', undefined],
      ['７２００', undefined],
      // More than a hundred years.
      ['9999999999', undefined],
      ['99999999999999999999', undefined],
      [['7200'], undefined],
    ] as const) {
      const { client, begin } = openStub({
        profile,
        answers: { token: () => json({ ...good, expires_in: life }) },
      });
      const said = await client
        .completeConsent((await begin()).callback, { sessionBinding: SESSION })
        .catch((error) => error.code);
      expect(said.grant === undefined ? said : said.grant.expiresAt).toBe(
        expiresAt === undefined ? 'response_invalid' : expiresAt,
      );
    }
  });

  it('lacks its type where the profile names that deviation', async () => {
    const profile = deviating('token-type-missing');
    for (const [body, granted] of [
      [{ access_token: 'a' }, true],
      [{ access_token: 'a', token_type: null }, false],
      [{}, false],
    ] as const) {
      const { client, begin } = openStub({ profile, answers: { token: () => json(body) } });
      const said = await client
        .completeConsent((await begin()).callback, { sessionBinding: SESSION })
        .catch(() => undefined);
      expect(said?.status).toBe(granted ? 'granted' : undefined);
    }
  });
});

describe('a refusal at the token endpoint', () => {
  it.each<[string, () => Response, string]>([
    [
      'a code of OAuth',
      () => json({ error: 'invalid_grant', error_description: 'canary' }, 400),
      'invalid_grant',
    ],
    [
      'a failed authentication',
      () =>
        new Response('{"error":"invalid_client"}', {
          status: 401,
          headers: {
            'content-type': 'application/json',
            'www-authenticate': 'Basic realm="canary"',
          },
        }),
      'invalid_client',
    ],
    ['a code of the profile', () => json({ error: 'consent_used' }, 400), 'consent_used'],
    [
      'an unknown code',
      () => json({ error: 'hanako_is_unknown', error_description: 'canary' }, 400),
      'unrecognised',
    ],
    ['a very long code', () => json({ error: 'a'.repeat(100_000) }, 400), 'unrecognised'],
    ['a code with markup', () => json({ error: '<script>canary</script>' }, 403), 'unrecognised'],
    [
      'a code, a token, and a status of failure',
      () => json({ ...good, error: 'invalid_scope' }, 400),
      'invalid_scope',
    ],
  ])('by %s is rejected with a code that may be repeated', async (_, answer, code) => {
    const { complete, calls } = await exchange(answer);
    expect(await complete()).toEqual({ status: 'rejected', at: 'token', code });
    expect(await complete()).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['token']);
  });

  it.each<[string, () => Response, string]>([
    ['a status without an error', () => json({}, 400), 'upstream_refused'],
    ['a token with a status of failure', () => json(good, 400), 'upstream_refused'],
    ['an error that is not a text', () => json({ error: 5 }, 400), 'upstream_refused'],
    ['an empty error', () => json({ error: '' }, 400), 'upstream_refused'],
    [
      'a page',
      () => new Response('<html>canary', { status: 403, headers: { 'content-type': 'text/html' } }),
      'upstream_refused',
    ],
    [
      'a challenge without a body',
      () =>
        new Response(null, {
          status: 401,
          headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
        }),
      'upstream_refused',
    ],
    ['too many calls', () => json({ error: 'invalid_grant' }, 429), 'upstream_unavailable'],
    ['an internal error', () => json({ error: 'invalid_grant' }, 500), 'upstream_failed'],
    ['a token with an internal error', () => json(good, 500), 'upstream_failed'],
    ['a busy gateway', () => new Response('<html>', { status: 503 }), 'upstream_unavailable'],
  ])('by %s is an error that must not be retried', async (_, answer, code) => {
    const { complete, calls } = await exchange(answer);
    const error = await errorOf(complete);
    expect(error).toMatchObject({ code, stage: 'token', retry: { safe: false } });
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(await complete()).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['token']);
  });

  it('of a sandbox that receives a wrong code ends the consent', async () => {
    const { client, callback, calls } = openBank(
      answerAt('/oauth/token', async (request, pass) =>
        pass(
          new Request(request, {
            method: 'POST',
            body: (await request.text()).replace(/code=[^&]+/, 'code=guessed'),
          }),
        ),
      ),
    );
    expect(await client.completeConsent(await callback(), { sessionBinding: SESSION })).toEqual({
      status: 'rejected',
      at: 'token',
      code: 'invalid_grant',
    });
    expect(calls).toEqual(['/oauth/token']);
  });
});

describe('a token response over TLS', async () => {
  const replies: { token?: Reply } = {};
  const portal = await startPortal({ replies });
  const client = createSelfInfoClient({
    service: loan,
    environment: portal.environment,
    tls: portal.tls,
  });
  afterAll(async () => {
    await client.close();
    await portal.close();
  });

  it.each([
    [202, 'response_invalid'],
    [205, 'response_invalid'],
    [226, 'response_invalid'],
    [300, 'response_invalid'],
    [304, 'response_invalid'],
    [407, 'upstream_refused'],
    [499, 'upstream_refused'],
    [599, 'upstream_failed'],
    [600, 'upstream_failed'],
    [999, 'upstream_failed'],
  ])('of status %i is a typed error, and no later endpoint is called', async (status, code) => {
    replies.token = raw(
      status === 304 ? '' : JSON.stringify(good),
      { 'content-type': 'application/json' },
      status,
    );
    const before = portal.calls.length;
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const back = callbackOf(url, portal.environment);
    expect(
      await errorOf(() => client.completeConsent(back, { sessionBinding: SESSION })),
    ).toMatchObject({ code, stage: 'token', retry: { safe: false } });
    expect(await client.completeConsent(back, { sessionBinding: SESSION })).toEqual({
      status: 'replayed',
    });
    expect(portal.calls.slice(before)).toEqual(['token']);
  });
});
