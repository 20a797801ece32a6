import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import {
  createVirtualClock,
  faultHeader,
  type StartedSandbox,
  spaceHeader,
  startSandbox,
} from '../../src/sandbox/index.js';
import { expectStatus, loan, NOW, registrationOf, SESSION } from '../kit/loan.js';
import { authorizationUrl, registration } from './steps.js';

const CLIENT_ID = registration.clientId;
const OTHER_ID = 'SP00000009_ZZ0009';
let sandbox: StartedSandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ registrations: [registration], clock: createVirtualClock(NOW) });
});
afterAll(() => sandbox.close());
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.control.reset();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined: no body. */
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects.
  readonly body: any;
}

/** Sends a request to the control, with JSON if a body is given. */
async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(sandbox.browserUrl + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status, headers: got } = response;
  return { status, headers: got, body: text === '' ? undefined : JSON.parse(text) };
}

const persona = { id: 'new-one', name: '見本 あらた', pin: '4321', records: {} };
const fault = { on: 'token', do: 'stall' };
const income = { server: 'municipal', holder: '見本市', fiscalYear: 2026, fields: {} };
const stop = {
  id: 'stop-1',
  target: { detail: 'local-tax' },
  state: 'closed',
  start: '2026-12-01T09:00+09:00',
  end: '2026-12-01T12:00+09:00',
  announcedAt: '2026-12-01T08:00+09:00',
  source: 'test',
};

/** Every operation with a body, and a body that it accepts. */
const withBody: readonly [method: string, path: string, body: unknown][] = [
  ['PUT', '/sandbox/personas/new-one', persona],
  ['PUT', '/sandbox/personas/hanako/records/local-tax', [income]],
  ['POST', '/sandbox/faults', fault],
  ['PUT', `/sandbox/registrations/${OTHER_ID}`, { ...registration, clientId: OTHER_ID }],
  ['PUT', '/sandbox/announcements', [stop]],
  ['PUT', '/sandbox/notices', [{ text: '停止 12月1日(火) 9:00〜12:00 自己情報取得API' }]],
  ['PUT', '/sandbox/rule', { persona: 'hanako' }],
  ['POST', '/sandbox/clock', { advanceMs: 1 }],
  ['POST', '/sandbox/reset', {}],
];

/** Every operation without a body. */
const withoutBody: readonly [method: string, path: string, body?: undefined][] = [
  ['GET', '/sandbox/openapi.json'],
  ['GET', '/sandbox/personas'],
  ['DELETE', '/sandbox/personas/hanako'],
  ['GET', '/sandbox/faults'],
  ['DELETE', '/sandbox/faults/fault-1'],
  ['GET', '/sandbox/registrations'],
  ['DELETE', `/sandbox/registrations/${CLIENT_ID}`],
  ['GET', '/sandbox/connection'],
  ['GET', '/sandbox/announcements'],
  ['GET', '/sandbox/notices'],
  ['GET', '/sandbox/rule'],
  ['DELETE', '/sandbox/rule'],
  ['GET', '/sandbox/journal'],
  ['GET', '/sandbox/clock'],
];

/** Reads all that the control can change. */
async function state(base = '') {
  const parts = [
    'personas',
    'faults',
    'registrations',
    'announcements',
    'notices',
    'rule',
    'clock',
  ];
  return Promise.all(
    parts.map(async (part) => (await send('GET', `${base}/sandbox/${part}`)).body),
  );
}

const ids = (personas: { id: string }[]) => personas.map(({ id }) => id);

describe.each([
  ['a sandbox', ''],
  ['a space', '/s/suite-1'],
])('the control of %s over HTTP', (_, base) => {
  const at = (path: string) => `${base}/sandbox${path}`;
  const portal = () => (base === '' ? sandbox : sandbox.space('suite-1'));
  afterEach(() => portal().control.reset());

  it('lists, adds, replaces and removes personas', async () => {
    const before = await send('GET', at('/personas'));
    expect(before).toMatchObject({ status: 200 });
    expect(ids(before.body)).toContain('hanako');
    expect(await send('PUT', at('/personas/new-one'), persona)).toMatchObject({
      status: 200,
      body: persona,
    });
    const { id: _id, ...withoutId } = persona;
    const replaced = await send('PUT', at('/personas/new-one'), { ...withoutId, pin: '9999' });
    expect(replaced.body).toEqual({ ...persona, pin: '9999' });
    expect(ids((await send('GET', at('/personas'))).body)).toEqual([
      ...ids(before.body),
      'new-one',
    ]);
    expect(await send('DELETE', at('/personas/new-one'))).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect((await send('GET', at('/personas'))).body).toEqual(before.body);
  });

  it('replaces the records of a persona about one detail', async () => {
    const put = await send('PUT', at('/personas/hanako/records/local-tax'), [income]);
    expect(put).toMatchObject({ status: 200, body: { id: 'hanako' } });
    expect(put.body.records['local-tax']).toEqual([income]);
    expect(put.body.records.household).toHaveLength(3);
  });

  it('lists, adds and removes faults, and counts their hits', async () => {
    const { status, body } = await send('POST', at('/faults'), {
      on: 'authorize',
      do: 'maintenance',
      times: 1,
    });
    expect([status, body]).toEqual([
      200,
      { id: 'fault-1', on: 'authorize', do: 'maintenance', times: 1, hits: 0 },
    ]);
    const opened = [1, 2].map(async () => (await fetch(authorizationUrl(portal()))).status);
    expect((await Promise.all(opened)).sort()).toEqual([200, 503]);
    expect(await send('GET', at('/faults'))).toMatchObject({ status: 200, body: [{ hits: 1 }] });
    expect(await send('DELETE', at('/faults/fault-1'))).toMatchObject({ status: 204 });
    expect((await send('GET', at('/faults'))).body).toEqual([]);
  });

  it('lists, adds and removes registrations without their secrets', async () => {
    const secret = 'a-secret-that-nobody-may-see';
    const put = await send('PUT', at(`/registrations/${OTHER_ID}`), {
      ...registration,
      clientId: undefined,
      clientAuth: { secret },
    });
    expect(put).toMatchObject({
      status: 200,
      body: { clientId: OTHER_ID, clientAuth: 'client_secret' },
    });
    const { body } = await send('GET', at('/registrations'));
    expect(body.map(({ clientId }: { clientId: string }) => clientId)).toEqual([
      CLIENT_ID,
      OTHER_ID,
    ]);
    expect(JSON.stringify([put.body, body])).not.toContain(secret);
    expect(await send('DELETE', at(`/registrations/${OTHER_ID}`))).toMatchObject({ status: 204 });
    expect((await send('GET', at('/registrations'))).body).toHaveLength(1);
  });

  it('lists and replaces the announcements', async () => {
    expect((await send('GET', at('/announcements'))).body).toEqual([]);
    expect(await send('PUT', at('/announcements'), [stop])).toMatchObject({
      status: 200,
      body: [stop],
    });
    expect((await send('GET', at('/announcements'))).body).toEqual([stop]);
    expect((await send('PUT', at('/announcements'), [])).body).toEqual([]);
  });

  it('sets and removes the rule of consent, which has the citizen back at once', async () => {
    expect(await send('GET', at('/rule'))).toMatchObject({
      status: 404,
      body: { error: 'not_found' },
    });
    const rule = { persona: 'hanako', decision: 'decline' };
    expect(await send('PUT', at('/rule'), rule)).toMatchObject({ status: 200, body: rule });
    expect((await send('GET', at('/rule'))).body).toEqual(rule);
    const back = await fetch(authorizationUrl(portal()), { redirect: 'manual' });
    expect(back.headers.get('location')).toContain('error=access_denied');
    expect(await send('DELETE', at('/rule'))).toMatchObject({ status: 204 });
    expect((await fetch(authorizationUrl(portal()), { redirect: 'manual' })).status).toBe(200);
  });

  it('reads and moves the clock', async () => {
    const epochMs = Date.parse(NOW);
    expect(await send('GET', at('/clock'))).toMatchObject({
      status: 200,
      body: { now: '2026-12-01T10:00:00+09:00', epochMs },
    });
    expect((await send('POST', at('/clock'), { advanceMs: 60_000 })).body).toEqual({
      now: '2026-12-01T10:01:00+09:00',
      epochMs: epochMs + 60_000,
    });
    expect(
      (await send('POST', at('/clock'), { set: '2026-12-02T10:00:00+09:00' })).body.epochMs,
    ).toBe(epochMs + 86_400_000);
  });

  it('reads the entries of the journal that a query asks for', async () => {
    await fetch(authorizationUrl(portal()));
    await fetch(authorizationUrl(portal(), { client_id: 'somebody' }));
    const all = await send('GET', at('/journal'));
    expect(all).toMatchObject({ status: 200, body: [{ seq: 1 }, { seq: 2 }] });
    for (const query of [
      'after=1',
      'outcome=refused',
      'code=unknown_client',
      'step=authorize&after=1',
    ])
      expect((await send('GET', `${at('/journal')}?${query}`)).body).toEqual([all.body[1]]);
    expect((await send('GET', `${at('/journal')}?clientId=${CLIENT_ID}`)).body).toEqual([
      all.body[0],
    ]);
  });

  it('puts everything back', async () => {
    const before = await state(base);
    for (const [method, path, body] of withBody.slice(0, -1))
      expect(await send(method, base + path, body)).toMatchObject({ status: 200 });
    expect(await state(base)).not.toEqual(before);
    expect(await send('POST', at('/reset'), {})).toMatchObject({ status: 204, body: undefined });
    expect(await state(base)).toEqual(before);
    expect((await send('GET', at('/journal'))).body).toEqual([]);
  });

  it('is described where it is served', async () => {
    const { status, body } = await send('GET', at('/openapi.json'));
    const { url } = body.servers[0];
    expect([status, body.servers.length, url]).toEqual([200, 1, sandbox.browserUrl + at('')]);
  });

  it('changes nothing anywhere else', async () => {
    const elsewhere = base === '' ? '/s/suite-2' : '';
    const before = await state(elsewhere);
    for (const [method, path, body] of withBody) await send(method, base + path, body);
    expect(await state(elsewhere)).toEqual(before);
  });
});

describe('the control over HTTP', () => {
  it.each([
    ['PUT', '/sandbox/personas/new-one', { ...persona, pin: '12345' }, 'persona.pin'],
    ['PUT', '/sandbox/personas/NEW', persona, 'persona.id'],
    ['PUT', '/sandbox/personas/new-one', null, 'persona.name'],
    ['PUT', '/sandbox/personas/hanako/records/local-tax', 5, 'persona.records.local-tax'],
    ['PUT', '/sandbox/personas/hanako/records/nothing', [], 'persona.records.nothing'],
    ['POST', '/sandbox/faults', { on: 'result', do: 'lose' }, 'fault.do'],
    ['POST', '/sandbox/faults', { ...fault, share: 2 }, 'fault.share'],
    ['POST', '/sandbox/faults', 5, 'fault'],
    [
      'PUT',
      `/sandbox/registrations/${OTHER_ID}`,
      { ...registration, redirectUris: [] },
      'registration.redirectUris',
    ],
    ['PUT', `/sandbox/registrations/${OTHER_ID}`, null, 'registration.redirectUris'],
    ['PUT', '/sandbox/announcements', {}, 'announcements'],
    ['PUT', '/sandbox/announcements', [5], 'announcements[0]'],
    ['PUT', '/sandbox/announcements', [{ ...stop, target: 'x' }], 'announcements[0].target'],
    ['PUT', '/sandbox/announcements', [{ ...stop, end: stop.start }], 'announcements[0].end'],
    [
      'PUT',
      `/sandbox/registrations/${OTHER_ID}`,
      { ...registration, service: { ...registration.service, name: 5 } },
      'registration.service.name',
    ],
    ['GET', '/sandbox/connection?clientId=nobody', undefined, 'clientId'],
    ['PUT', '/sandbox/rule', { persona: 'nobody' }, 'rule.persona'],
    ['PUT', '/sandbox/rule', null, 'rule'],
    ['DELETE', `/sandbox/registrations/${CLIENT_ID}`, undefined, 'registrations'],
    ['POST', '/sandbox/reset', { all: true }, 'body.all'],
    ['POST', '/sandbox/reset', 5, 'body'],
  ])('refuses %s %s with %j, says where and changes nothing', async (method, path, body, at) => {
    const before = await state();
    const { status, body: problem } = await send(method, path, body);
    expect([status, problem.path]).toEqual([400, at]);
    expect(problem.error_description).toContain(at);
    expect(problem.error_description_ja).toContain(at);
    expect(problem.error_description_ja).toMatch(/[ぁ-ん]/);
    expect(await state()).toEqual(before);
  });

  it('keeps the last persona', async () => {
    const [last = '', ...others] = ids((await send('GET', '/sandbox/personas')).body);
    for (const id of others) await send('DELETE', `/sandbox/personas/${id}`);
    expect(await send('DELETE', `/sandbox/personas/${last}`)).toMatchObject({
      status: 400,
      body: { path: 'personas' },
    });
    expect(ids((await send('GET', '/sandbox/personas')).body)).toEqual([last]);
  });

  it.each([
    ['POST', '/sandbox/clock', '{'],
    ['POST', '/sandbox/clock', '{"advanceMs":-1}'],
    ['POST', '/sandbox/clock?now=1', '{"advanceMs":1}'],
    ['POST', '/sandbox/reset', ''],
    ['GET', '/sandbox/journal?step=nowhere', undefined],
    ['GET', '/sandbox/journal?stpe=token', undefined],
    ['GET', '/sandbox/journal?step=token&step=result', undefined],
    ['GET', '/sandbox/journal?waitMs=600001', undefined],
    ['DELETE', '/sandbox/personas/%ff', undefined],
  ])('refuses the malformed %s %s with %j', async (method, path, body) => {
    const before = await state();
    const { status, body: problem } = await send(method, path, body);
    expect([status, problem.error]).toEqual([400, 'invalid_request']);
    expect(problem.error_description_ja).toMatch(/[ぁ-ん]/);
    expect(await state()).toEqual(before);
  });

  it.each([
    ['step=nowhere', 'step'],
    ['after=1&stpe=token', 'stpe'],
    ['count=0', 'count'],
    ['%20=1', 'unknown'],
  ])('names the parameter that is wrong in ?%s', async (query, name) => {
    const { body } = await send('GET', `/sandbox/journal?${query}`);
    expect(body.error_description).toContain(`parameter ${name} `);
    expect(body.error_description_ja).toContain(` ${name} `);
  });

  it.each([
    ['DELETE', '/sandbox/personas/nobody', undefined, 'id'],
    ['PUT', '/sandbox/personas/nobody/records/local-tax', [], 'id'],
    ['DELETE', '/sandbox/faults/fault-99', undefined, 'id'],
    ['DELETE', '/sandbox/registrations/nobody', undefined, 'clientId'],
  ])('answers %s %s with 404', async (method, path, body, at) => {
    expect(await send(method, path, body)).toMatchObject({
      status: 404,
      body: {
        path: at,
        error_description: expect.stringContaining(at),
        error_description_ja: expect.stringMatching(/[ぁ-ん]/),
      },
    });
  });

  it.each(['/sandbox/nothing', '/sandbox/personas/hanako/pin', '/s/suite-1/sandbox/', '/sandbox/'])(
    'answers the unknown operation %s with 404 as JSON',
    async (path) => {
      for (const method of ['GET', 'PUT'])
        expect(await send(method, path, method === 'GET' ? undefined : {})).toMatchObject({
          status: 404,
          body: { error: 'not_found', error_description_ja: expect.stringMatching(/[ぁ-ん]/) },
        });
    },
  );

  it.each([
    ['PATCH', '/sandbox/personas', 'GET'],
    ['GET', '/sandbox/personas/hanako', 'PUT, DELETE'],
    ['GET', '/sandbox/personas/hanako/records/local-tax', 'PUT'],
    ['PUT', '/sandbox/faults', 'GET, POST'],
    ['GET', '/sandbox/faults/fault-1', 'DELETE'],
    ['POST', '/sandbox/registrations', 'GET'],
    ['POST', `/sandbox/registrations/${CLIENT_ID}`, 'PUT, DELETE'],
    ['POST', '/sandbox/announcements', 'GET, PUT'],
    ['POST', '/sandbox/rule', 'GET, PUT, DELETE'],
    ['DELETE', '/sandbox/journal', 'GET'],
    ['PUT', '/sandbox/clock', 'GET, POST'],
    ['GET', '/sandbox/reset', 'POST'],
    ['POST', '/sandbox/openapi.json', 'GET'],
    ['POST', '/s/suite-1/sandbox/personas', 'GET'],
  ])('answers %s %s with 405 and allows %s', async (method, path, allowed) => {
    const { status, headers, body } = await send(method, path, method === 'GET' ? undefined : {});
    expect([status, headers.get('allow'), body.error]).toEqual([
      405,
      allowed,
      'method_not_allowed',
    ]);
  });

  it.each(withBody)('accepts JSON only: %s %s', async (method, path, body) => {
    const before = await state();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect(
        await send(method, path, JSON.stringify(body), { 'content-type': type }),
      ).toMatchObject({ status: 415, body: { error: 'unsupported_media_type' } });
    const bare = await fetch(sandbox.browserUrl + path, { method });
    expect(bare.status).toBe(415);
    expect(await state()).toEqual(before);
  });

  it.each<[string, string, unknown?]>([...withBody, ...withoutBody])(
    'serves loopback only: %s %s',
    async (method, path, body) => {
      const before = await state();
      for (const base of ['', '/s/suite-1']) {
        const response = await sandbox.fetch(
          new Request(sandbox.browserUrl + base + path, {
            method,
            headers: { 'content-type': 'application/json' },
            ...(body !== undefined && { body: JSON.stringify(body) }),
          }),
          { remote: true },
        );
        expect(response.status).toBe(403);
        expect(await response.json()).toMatchObject({
          error: 'access_denied',
          error_description: expect.stringContaining('loopback'),
          error_description_ja: expect.stringContaining('ループバック'),
        });
      }
      expect(await state()).toEqual(before);
    },
  );

  it('serves nothing under NODE_ENV=production', async () => {
    const before = await state();
    vi.stubEnv('NODE_ENV', 'production');
    for (const [method, path, body] of [...withBody, ...withoutBody])
      for (const base of ['', '/s/suite-1'])
        expect(await send(method, base + path, body)).toMatchObject({
          status: 403,
          body: { error: 'access_denied' },
        });
    vi.unstubAllEnvs();
    expect(await state()).toEqual(before);
  });

  it('lets a page of another origin read and change nothing', async () => {
    const before = await state();
    const origin = { origin: 'https://evil.example' };
    for (const [method, path, body] of [...withBody, ...withoutBody]) {
      const preflight = await send('OPTIONS', String(path), undefined, {
        ...origin,
        'access-control-request-method': String(method),
        'access-control-request-headers': 'content-type',
      });
      expect(preflight.status).toBe(405);
      // What a form, or a script without a preflight, can send.
      const simple =
        body === undefined
          ? await send('GET', String(path), undefined, origin)
          : await send('POST', String(path), JSON.stringify(body), {
              ...origin,
              'content-type': 'text/plain',
            });
      for (const { headers } of [preflight, simple])
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual(
          [],
        );
    }
    expect(await state()).toEqual(before);
  });

  it('waits for entries of the journal that are still to come', async () => {
    const waiting = send('GET', '/sandbox/journal?step=authorize&count=2&waitMs=600000');
    for (const _ of [1, 2]) await fetch(authorizationUrl(sandbox));
    expect(await waiting).toMatchObject({ status: 200, body: [{ seq: 1 }, { seq: 2 }] });
    const there = await send('GET', '/sandbox/journal?count=2&waitMs=600000');
    expect(there.body).toHaveLength(2);
  });

  it('returns the entries that are there when the time to wait is over', async () => {
    await fetch(authorizationUrl(sandbox));
    expect(await send('GET', '/sandbox/journal?count=2&waitMs=20')).toMatchObject({
      status: 200,
      body: [{ seq: 1 }],
    });
    expect((await send('GET', '/sandbox/journal?after=1&waitMs=0')).body).toEqual([]);
  });

  it('ends a wait when the caller leaves, and when the sandbox is closed', async () => {
    const started = await startSandbox({ registrations: [registration] });
    const url = `${started.browserUrl}/sandbox/journal?waitMs=600000`;
    const leaving = new AbortController();
    const left = fetch(url, { signal: leaving.signal });
    const closed = fetch(url);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await started.close();
    await expect(closed).rejects.toThrow();
  });

  it('accepts a persona of up to 1 MiB', async () => {
    const large = (bytes: number) => ({
      ...persona,
      records: { 'local-tax': [{ ...income, fields: { 備考: 'x'.repeat(bytes) } }] },
    });
    expect((await send('PUT', '/sandbox/personas/new-one', large(1_000_000))).status).toBe(200);
    expect(await send('PUT', '/sandbox/personas/new-two', large(1_048_577))).toMatchObject({
      status: 413,
      body: {
        error: 'request_too_large',
        error_description: 'The body is larger than 1024 KiB.',
        error_description_ja: '本文が 1024 KiB を超えています。',
      },
    });
    expect(ids((await send('GET', '/sandbox/personas')).body)).not.toContain('new-two');
  });

  it('registers a client that then works over mutual TLS', async () => {
    const { status } = await send(
      'PUT',
      `/sandbox/registrations/${OTHER_ID}`,
      registrationOf(loan, OTHER_ID),
    );
    expect(status).toBe(200);
    await send('PUT', '/sandbox/rule', { persona: 'hanako' });
    await using client = createSelfInfoClient({
      service: loan,
      ...sandbox.connectionFor(OTHER_ID),
    });
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const { headers } = await fetch(url, { redirect: 'manual' });
    const outcome = await client.completeConsent(headers.get('location') ?? '', {
      sessionBinding: SESSION,
    });
    const result = await client.query(expectStatus(outcome, 'granted').grant, latest(), {
      onProgress: ({ retryAt }) => sandbox.clock.set(retryAt),
    });
    expectStatus(expectStatus(result, 'ready').answer.items.income, 'present');
    const { body } = await send('GET', `/sandbox/journal?step=token&clientId=${OTHER_ID}`);
    expect(body).toMatchObject([{ outcome: 'accepted' }]);
  });
});

describe('the header of a space', () => {
  it.each(withBody)('makes %s %s act on that space', async (method, path, body) => {
    const before = await state();
    const { status } = await send(method, path, body, { [spaceHeader]: 'named' });
    expect(status).toBe(path === '/sandbox/reset' ? 204 : 200);
    expect(await state()).toEqual(before);
  });

  it('reads what happened in that space, and replaces the space of the URL', async () => {
    sandbox.space('named').control.reset();
    await fetch(authorizationUrl(sandbox.space('named')));
    const headers = { [spaceHeader]: 'named' };
    const { body } = await send('GET', '/s/named/sandbox/journal');
    expect(body).toHaveLength(1);
    for (const base of ['', '/s/suite-1'])
      expect((await send('GET', `${base}/sandbox/journal`, undefined, headers)).body).toEqual(body);
    expect((await send('GET', '/sandbox/journal')).body).toEqual([]);
  });

  it.each(['', '.', '-a', 'a/b', 'a b', 'a, b', 'a'.repeat(65)])('cannot be %j', async (name) => {
    const before = await state();
    expect(await send('POST', '/sandbox/faults', fault, { [spaceHeader]: name })).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: expect.stringContaining(spaceHeader),
        error_description_ja: expect.stringContaining(spaceHeader),
      },
    });
    expect(await state()).toEqual(before);
  });

  it('does not matter to the portal itself', async () => {
    const headers = { [spaceHeader]: 'named', [faultHeader]: 'error-503' };
    expect((await fetch(authorizationUrl(sandbox), { headers })).status).toBe(503);
    expect(sandbox.journal).toHaveLength(1);
  });
});
