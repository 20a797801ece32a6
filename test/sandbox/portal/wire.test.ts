import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/sandbox/certificates.js';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import {
  authorizationUrl,
  call,
  callbackOf,
  codeFor,
  exchange,
  fields,
  inquiry,
  paths,
  poll,
  processStatuses,
  registration,
  request,
  send,
  tokenFor,
  verifier,
} from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;
let certificate: string;
let otherCertificate: string;

beforeAll(async () => {
  const authority = await createAuthority();
  certificate = (await authority.issueClient('one')).cert;
  otherCertificate = (await authority.issueClient('two')).cert;
});

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const income = inquiry('TM00000000000002', 'latest');
const refused = (status: number, error: string) => ({
  status,
  body: {
    error,
    error_description: expect.stringMatching(/^[\x20-\x7e]+$/),
    error_description_ja: expect.stringMatching(/[ぁ-んァ-ヶ一-龠].*。$/),
  },
});

describe('the token endpoint', () => {
  it('gives an opaque bearer token for a code', async () => {
    const { status, headers, body } = await exchange(sandbox, await codeFor(sandbox, 'hanako'));
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 7200,
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant', 'verifier_mismatch'],
    [
      'another redirect URI',
      { redirect_uri: 'https://loan.example/callback/' },
      'invalid_grant',
      'redirect_uri_differs',
    ],
    [
      'another grant type',
      { grant_type: 'refresh_token' },
      'unsupported_grant_type',
      'grant_type_not_supported',
    ],
    ['an invented code', { code: 'x' }, 'invalid_grant', 'code_unknown'],
    ['no verifier', { code_verifier: '' }, 'invalid_request', 'missing_parameter'],
  ])('refuses %s', async (_, changes, error, code) => {
    expect(await exchange(sandbox, await codeFor(sandbox, 'hanako'), changes)).toMatchObject(
      refused(400, error),
    );
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'token', outcome: 'refused', code });
  });

  it('refuses an unknown client with a challenge', async () => {
    const answered = await exchange(sandbox, await codeFor(sandbox, 'hanako'), {
      client_id: 'SP00000000_XX0000',
    });
    expect(answered).toMatchObject(refused(401, 'invalid_client'));
    expect(answered.headers.get('www-authenticate')).toContain('invalid_client');
  });

  it('takes a code for 60 seconds', async () => {
    const [early, late] = [await codeFor(sandbox, 'hanako'), await codeFor(sandbox, 'hanako')];
    clock.advance(59_999);
    expect((await exchange(sandbox, early)).status).toBe(200);
    clock.advance(1);
    expect(await exchange(sandbox, late)).toMatchObject(refused(400, 'invalid_grant'));
  });

  it('takes a code once, and its replay kills the token', async () => {
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    expect(await exchange(sandbox, code)).toMatchObject(refused(400, 'invalid_grant'));
    expect(await request(sandbox, token, income)).toMatchObject(refused(401, 'invalid_token'));
  });

  it.each([
    ['verifier', { code_verifier: 'w'.repeat(43) }],
    ['redirect URI', { redirect_uri: 'https://loan.example/callback/' }],
  ])('voids a code that met a wrong %s', async (_, changes) => {
    const code = await codeFor(sandbox, 'hanako');
    await exchange(sandbox, code, changes as Record<string, string>);
    expect(await exchange(sandbox, code)).toMatchObject(refused(400, 'invalid_grant'));
  });

  it('lets no other client use or void a code', async () => {
    const other = { ...registration, clientId: 'SP87654321_CD4321' };
    sandbox = createSandbox({ registrations: [registration, other], clock });
    const code = await codeFor(sandbox, 'hanako');
    expect(await exchange(sandbox, code, { client_id: other.clientId })).toMatchObject(
      refused(400, 'invalid_grant'),
    );
    expect((await exchange(sandbox, code)).status).toBe(200);
  });
});

describe('a client certificate', () => {
  it('must be the registered one', async () => {
    sandbox = createSandbox({ registrations: [{ ...registration, certificate }], clock });
    const code = await codeFor(sandbox, 'hanako');
    expect(await exchange(sandbox, code)).toMatchObject(refused(401, 'invalid_client'));
    expect(await exchange(sandbox, code, {}, otherCertificate)).toMatchObject(
      refused(401, 'invalid_client'),
    );
    expect((await exchange(sandbox, code, {}, certificate)).status).toBe(200);
  });

  it('stays the one the token was issued to', async () => {
    const token = await tokenFor(sandbox, 'hanako', certificate);
    const body = { [fields.items.value]: [income] };
    for (const presented of [undefined, otherCertificate]) {
      const answered = await call(sandbox, paths.request.value, token, body, presented);
      expect(answered).toMatchObject(refused(401, 'invalid_token'));
      expect(answered.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    }
    const { body: process } = await call(sandbox, paths.request.value, token, body, certificate);
    expect(await call(sandbox, paths.result.value, token, process, otherCertificate)).toMatchObject(
      refused(401, 'invalid_token'),
    );
    expect((await call(sandbox, paths.result.value, token, process, certificate)).status).toBe(200);
  });

  it('cannot be added to a token that was issued without one', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    expect(
      await call(
        sandbox,
        paths.request.value,
        token,
        { [fields.items.value]: [income] },
        certificate,
      ),
    ).toMatchObject(refused(401, 'invalid_token'));
  });

  it('that is none is a fault of the caller', async () => {
    await expect(exchange(sandbox, 'x', {}, 'no certificate')).rejects.toMatchObject({
      code: 'invalid_credential',
      path: 'peer.clientCertificate',
    });
  });
});

describe('a request', () => {
  it('is answered with a process id', async () => {
    const { status, body } = await request(sandbox, await tokenFor(sandbox, 'hanako'), income);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([fields.processId.value]);
  });

  it('is paid for by one consent, once', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    await request(sandbox, token, income);
    expect(await request(sandbox, token, income)).toMatchObject(refused(409, 'consent_used'));
  });

  it('that is refused does not use the consent up', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    expect((await request(sandbox, token, inquiry('TM00000000000089', 'latest'))).status).toBe(403);
    expect((await request(sandbox, token, income)).status).toBe(200);
  });

  it.each([
    [
      'for an item that is not registered',
      inquiry('TM00000000000089', 'latest'),
      403,
      'item_not_registered',
    ],
    ['for an item by its key', inquiry('income', 'latest'), 403, 'item_not_registered'],
    [
      'by a method that is not registered',
      inquiry('vaccination', 'latest'),
      403,
      'inquiry_not_registered',
    ],
    [
      'for a date with hyphens',
      inquiry('household', 'point-in-time', { at: '2026-04-01' }),
      400,
      'invalid_date',
    ],
    [
      'for a day that does not exist',
      inquiry('household', 'point-in-time', { at: '20260230' }),
      400,
      'invalid_date',
    ],
    ['for no date', inquiry('household', 'point-in-time'), 400, 'invalid_date'],
    [
      'for half a range',
      inquiry('vaccination', 'range', { from: '20260401' }),
      400,
      'invalid_date',
    ],
    [
      'for a year of an era',
      inquiry('vaccination', 'range', { from: '0008', to: '0009' }),
      400,
      'invalid_date',
    ],
    [
      'for a date up to a year',
      inquiry('vaccination', 'range', { from: '20260401', to: '2027' }),
      400,
      'invalid_date',
    ],
    [
      'for a range of twenty years and a day',
      inquiry('vaccination', 'range', { from: '20060401', to: '20260401' }),
      400,
      'range_too_long',
    ],
    [
      'for a range of twenty-one fiscal years',
      inquiry('vaccination', 'range', { from: '2006', to: '2026' }),
      400,
      'range_too_long',
    ],
    [
      'for a range that ends before it starts',
      inquiry('vaccination', 'range', { from: '20260401', to: '20260331' }),
      400,
      'range_reversed',
    ],
    [
      'for the latest at a date',
      inquiry('household', 'latest', { at: '20260401' }),
      400,
      'invalid_request',
    ],
    ['with a field of its own invention', { ...income, limit: 1 }, 400, 'invalid_request'],
    [
      'with an invented method',
      { ...income, [fields.method.value]: 'ALL' },
      400,
      'invalid_request',
    ],
  ])('%s is refused', async (_, entry, status, error) => {
    expect(await request(sandbox, await tokenFor(sandbox, 'hanako'), entry)).toMatchObject(
      refused(status, error),
    );
  });

  it.each([
    ['days', '20060401', '20260331'],
    ['fiscal years', '2006', '2025'],
  ])('for twenty years of %s is taken', async (_, from, to) => {
    expect(
      (
        await request(
          sandbox,
          await tokenFor(sandbox, 'hanako'),
          inquiry('vaccination', 'range', { from, to }),
        )
      ).status,
    ).toBe(200);
  });

  it.each([
    ['nothing', {}],
    ['an empty list', { [fields.items.value]: [] }],
    ['a list', [income]],
    ['null', null],
    ['a number for an item', { [fields.items.value]: [1] }],
    ['an item twice', { [fields.items.value]: [income, income] }],
    ['more than items', { [fields.items.value]: [income], more: true }],
  ])('of %s is refused', async (_, body) => {
    expect(
      await call(sandbox, paths.request.value, await tokenFor(sandbox, 'hanako'), body),
    ).toMatchObject(refused(400, 'invalid_request'));
  });

  it.each([
    ['no token', {}, 'Bearer'],
    ['another scheme', { authorization: 'Basic eDp5' }, 'Bearer'],
    ['two tokens', { authorization: 'Bearer a, Bearer b' }, 'Bearer'],
    ['an invented token', { authorization: 'Bearer a' }, 'Bearer error="invalid_token"'],
  ])('with %s is refused with a challenge', async (_, headers, challenge) => {
    const answered = await send(sandbox, paths.request.value, {
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
    expect(answered).toMatchObject(refused(401, 'invalid_token'));
    expect(answered.headers.get('www-authenticate')?.startsWith(challenge)).toBe(true);
  });

  it('is refused once the token has expired', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    clock.advance(7_200_000);
    expect(await request(sandbox, token, income)).toMatchObject(refused(401, 'invalid_token'));
  });
});

describe('a result', () => {
  const ask = async (persona: string) => {
    const token = await tokenFor(sandbox, persona);
    return { token, id: (await request(sandbox, token, income)).body[fields.processId.value] };
  };

  it('is running at first, then done, as often as it is asked for', async () => {
    const { token, id } = await ask('hanako');
    const first = await poll(sandbox, token, id);
    expect(first.body).toEqual({
      [fields.processId.value]: id,
      [fields.processStatus.value]: processStatuses.running.value,
    });
    expect(first.headers.get('retry-after')).toBe('1');
    const done = await poll(sandbox, token, id);
    expect(done.body[fields.processStatus.value]).toBe(processStatuses.done.value);
    expect((await poll(sandbox, token, id)).body).toEqual(done.body);
  });

  it('expires after an hour', async () => {
    const { token, id } = await ask('hanako');
    clock.advance(3_599_999);
    expect((await poll(sandbox, token, id)).status).toBe(200);
    clock.advance(1);
    expect(await poll(sandbox, token, id)).toMatchObject(refused(410, 'result_expired'));
  });

  it('of another token is unknown', async () => {
    const [mine, theirs] = [await ask('hanako'), await ask('mover')];
    expect(await poll(sandbox, mine.token, theirs.id)).toMatchObject(
      refused(404, 'unknown_process'),
    );
    expect(await poll(sandbox, await tokenFor(sandbox, 'hanako'), mine.id)).toMatchObject(
      refused(404, 'unknown_process'),
    );
  });

  it.each([undefined, 1, null])('of the process %s is refused', async (id) => {
    const { token } = await ask('hanako');
    expect(await poll(sandbox, token, id)).toMatchObject(refused(400, 'invalid_request'));
  });
});

describe('a call', () => {
  const json = { 'content-type': 'application/json', authorization: 'Bearer x' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it.each([
    ['to an unknown path', '/nothing', { headers: json, body: '{}' }, 404, 'not_found'],
    [
      'to the pages at the wrong origin',
      paths.authorization.value,
      { headers: form, body: 'a=1' },
      404,
      'not_found',
    ],
    ['by another method', paths.token.value, { method: 'GET' }, 405, 'method_not_allowed'],
    [
      'with parameters in the URL',
      `${paths.token.value}?code=1`,
      { headers: form, body: 'a=1' },
      400,
      'invalid_request',
    ],
    [
      'with JSON where a form belongs',
      paths.token.value,
      { headers: json, body: '{}' },
      415,
      'unsupported_media_type',
    ],
    [
      'in another charset',
      paths.token.value,
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=shift_jis' },
        body: 'a=1',
      },
      415,
      'unsupported_media_type',
    ],
    [
      'with a body that is too large',
      paths.token.value,
      { headers: form, body: 'a'.repeat(65_537) },
      413,
      'request_too_large',
    ],
    [
      'with a broken percent-encoding',
      paths.token.value,
      { headers: form, body: 'code=%zz' },
      400,
      'invalid_request',
    ],
    [
      'with bytes that are no UTF-8',
      paths.token.value,
      { headers: form, body: new Uint8Array([0x61, 0x3d, 0xff]) },
      400,
      'invalid_request',
    ],
    [
      'with a doubled parameter',
      paths.token.value,
      { headers: form, body: 'code=a&code=a' },
      400,
      'invalid_request',
    ],
    ['without a body', paths.token.value, { headers: form }, 400, 'invalid_request'],
  ])('%s is refused with a code', async (_, path, init, status, error) => {
    expect(await send(sandbox, path, init)).toMatchObject(refused(status, error));
  });

  it('with a body of 64 KiB is looked at', async () => {
    expect(
      await send(sandbox, paths.token.value, { headers: form, body: 'a'.repeat(65_536) }),
    ).toMatchObject(refused(400, 'invalid_request'));
  });

  it.each(['{', '', '{"a":1', 'null x', '\u0000'])(
    'with the malformed JSON %j is refused',
    async (body) => {
      const token = await tokenFor(sandbox, 'hanako');
      expect(
        await send(sandbox, paths.request.value, {
          headers: { ...json, authorization: `Bearer ${token}` },
          body,
        }),
      ).toMatchObject(refused(400, 'invalid_request'));
    },
  );

  it('names the parameter that is missing or doubled', async () => {
    expect(
      (await send(sandbox, paths.token.value, { headers: form, body: 'client_id=a&code=a&code=b' }))
        .body.error_description,
    ).toContain(': code.');
    expect(
      (await send(sandbox, paths.token.value, { headers: form, body: 'code=a' })).body
        .error_description,
    ).toContain('client_id');
  });

  it('to a foreign origin is misdirected', async () => {
    const response = await sandbox.fetch(
      new Request('https://elsewhere.example/oauth/token', { method: 'POST' }),
    );
    expect(response.status).toBe(421);
  });
});

describe('the log', () => {
  it('tells the steps by the sandbox clock, and nothing secret or personal', async () => {
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    const { body } = await request(sandbox, token, income);
    await poll(sandbox, token, body[fields.processId.value]);
    expect(sandbox.log.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'authorize accepted',
      'decide accepted',
      'decide accepted',
      'token accepted',
      'request accepted',
      'result accepted',
    ]);
    expect(sandbox.log[0]).toEqual({
      at: '2026-12-01T10:00:00+09:00',
      step: 'authorize',
      outcome: 'accepted',
      clientId: registration.clientId,
    });
    const text = JSON.stringify(sandbox.log);
    for (const secret of [
      code,
      token,
      verifier,
      '1234',
      'hanako',
      '花子',
      'state-1',
      String(body[fields.processId.value]),
    ])
      expect(text).not.toContain(`"${secret}`);
  });

  it('names no client that is not registered', async () => {
    await sandbox.fetch(new Request(authorizationUrl(sandbox, { client_id: 'somebody' })));
    expect(sandbox.log).toEqual([
      {
        at: '2026-12-01T10:00:00+09:00',
        step: 'authorize',
        outcome: 'refused',
        code: 'unknown_client',
        reason: expect.stringContaining('not registered'),
        reasonJa: expect.stringContaining('登録されていません'),
      },
    ]);
  });
});

describe('two sandboxes', () => {
  it('share nothing', async () => {
    const other = createSandbox({ registrations: [registration], clock });
    const code = await codeFor(sandbox, 'hanako');
    expect(await exchange(other, code)).toMatchObject(refused(400, 'invalid_grant'));
    const token = String((await exchange(sandbox, code)).body.access_token);
    expect(await request(other, token, income)).toMatchObject(refused(401, 'invalid_token'));
    for (const _ of [1, 2])
      await sandbox
        .visit(authorizationUrl(sandbox), { persona: 'mover', pin: '0000' })
        .catch(() => undefined);
    await sandbox.visit(authorizationUrl(sandbox), { persona: 'mover', pin: '0000' });
    expect(
      callbackOf(await other.visit(authorizationUrl(other), { persona: 'mover' })).code,
    ).toBeDefined();
    expect(other.log.filter(({ step }) => step === 'authorize')).toHaveLength(1);
  });
});
