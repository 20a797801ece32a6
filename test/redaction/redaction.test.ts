import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { object, string } from 'zod';
import {
  buildConsentUrl,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  exchangeToken,
  latest,
  Sensitive,
  validateCallback,
} from '../../src/index.js';
import { type Persona, startSandbox } from '../../src/sandbox/index.js';
import { leaksIn } from '../kit/leaks.js';
import {
  type BankOptions,
  CLIENT_ID,
  expectStatus,
  grantOf,
  loan,
  NOW,
  openBank,
  REDIRECT_URI,
  registrationOf,
  SESSION,
} from '../kit/loan.js';
import { thrownBy } from '../kit/refusals.js';

const PIN = '7391';
const records = {
  income: 'canary-income-5310772',
  household: 'canary-household-花子',
  holder: 'canary-holder-市',
  field: 'canary-field-取得項目',
  extra: 'canary-extra',
  unasked: 'canary-unasked',
};
const persona: Persona = {
  id: 'canary',
  name: 'canary-name',
  pin: PIN,
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: records.holder,
        asOf: '2026-06-01',
        fields: { 課税年度: '2026', amount: records.income },
      },
    ],
    household: [
      {
        server: 'municipal',
        holder: records.holder,
        from: '2020-01-01',
        fields: { 異動日: '2020-01-01', [records.field]: records.household },
        extras: { mark: records.extra },
      },
    ],
  },
  unaskedItems: [
    {
      code: 'TM00000000000108',
      records: [{ holder: records.holder, asOf: '2026-01-05', fields: { 戸籍: records.unasked } }],
    },
  ],
};
const service = defineService({
  ...loan,
  items: {
    income: {
      detail: 'local-tax',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: object({ fields: object({ amount: string().max(3, records.income) }) }),
    },
    household: { detail: 'household', inquiries: ['latest'], latestBy: '異動日' },
    shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '接種日' },
  },
});

/** Collects the secrets of a journey, partly from what it sends. */
function listen() {
  const secrets: Record<string, string> = { session: SESSION, pin: PIN, ...records };
  const intercept: NonNullable<BankOptions<typeof service>['intercept']> = async (
    request,
    pass,
  ) => {
    const body = await request.clone().text();
    const form = new URLSearchParams(body);
    secrets.code ??= form.get('code') ?? '';
    secrets.verifier ??= form.get('code_verifier') ?? '';
    const token = request.headers.get('authorization')?.replace('Bearer ', '');
    if (token) secrets.token = token;
    const id = body.startsWith('{') ? JSON.parse(body).process_id : undefined;
    if (id) secrets.process = id;
    return pass(request);
  };
  return { secrets, intercept };
}

describe('no secret or personal data is visible', () => {
  it('in what a journey returns', async () => {
    const { secrets, intercept } = listen();
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const { client, sandbox, onProgress } = openBank({
      service,
      personas: [persona],
      intercept,
      store,
    });
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'canary' }), {
      sessionBinding: SESSION,
    });
    const retrieval = await client.submit(grantOf(outcome), latest());
    const pending = await client.collect(retrieval, { deadlineMs: 1 });
    const ready = expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    const { answer } = ready;
    const { income, household, shots } = answer.items;
    expect(JSON.parse(JSON.stringify(answer))).toEqual({
      terms: answer.terms,
      items: { income: '[redacted]', household: '[redacted]', shots: '[redacted]' },
    });
    // The journey did return the data that is searched for.
    expect(expectStatus(household, 'present').reveal()[0]?.fields[records.field]).toBe(
      records.household,
    );
    expect(income.status).toBe('failed');
    expect(JSON.stringify(answer.extras.reveal())).toContain(records.unasked);
    expect(Object.keys(secrets).sort()).toEqual(
      [
        'code',
        'extra',
        'field',
        'holder',
        'household',
        'income',
        'pin',
        'process',
        'session',
        'token',
        'unasked',
        'verifier',
      ].sort(),
    );
    expect(Object.values(secrets).filter((secret) => secret.length < 4)).toEqual([]);

    secrets.state = new URL(url).searchParams.get('state') ?? '';
    const values = {
      client,
      store,
      outcome,
      grant: grantOf(outcome),
      retrieval,
      pending,
      ready,
      answer,
      items: answer.items,
      income,
      household,
      shots,
    };
    expect(
      leaksIn(
        {
          ...values,
          extras: answer.extras,
          itemExtras: household.extras,
          sandbox,
          log: sandbox.log,
        },
        secrets,
      ),
    ).toEqual([]);
    expect(
      leaksIn(
        { answer, items: answer.items, income, household, shots, ready },
        {
          present: 'present',
          nothing: 'nothing-on-record',
          failed: 'failed',
          invalid: 'record_invalid',
        },
      ),
    ).toEqual([]);
  });

  it('in other outcomes of a callback', async () => {
    const { secrets, intercept } = listen();
    const { client, callback } = openBank({ service, personas: [persona], intercept });
    const back = await callback('canary');
    const complete = (request: string, sessionBinding = SESSION) =>
      client.completeConsent(request, { sessionBinding });
    secrets.state = new URL(back).searchParams.get('state') ?? '';
    secrets.code = new URL(back).searchParams.get('code') ?? '';
    const outcomes = {
      foreign: await complete(back, 'session-of-mallory'),
      unknown: await complete(`${REDIRECT_URI}?state=${secrets.code}`),
      rejected: await complete(`${back}&error=${secrets.code}`),
      replayed: await complete(back),
    };
    expect(Object.values(outcomes).map(({ status }) => status)).toEqual([
      'foreign-browser',
      'unknown',
      'rejected',
      'replayed',
    ]);
    expect(leaksIn(outcomes, secrets)).toEqual([]);
  });

  it.each<[string, string, (echoed: string) => Response | Promise<Response>]>([
    [
      'token, refused',
      '/oauth/token',
      (echoed) => Response.json({ error: echoed, error_description: echoed }, { status: 400 }),
    ],
    [
      'token, failed',
      '/oauth/token',
      (echoed) => Response.json({ error: echoed }, { status: 500 }),
    ],
    [
      'token, of another type',
      '/oauth/token',
      (echoed) => Response.json({ access_token: echoed, token_type: echoed }),
    ],
    [
      'token, no JSON',
      '/oauth/token',
      (echoed) =>
        new Response(`{"access_token":"${echoed}`, {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    [
      'token, in HTML',
      '/oauth/token',
      (echoed) =>
        new Response(echoed, {
          status: 502,
          statusText: 'canary',
          headers: { 'x-echo': encodeURIComponent(echoed) },
        }),
    ],
    [
      'token, redirected',
      '/oauth/token',
      (echoed) => Response.redirect(`https://evil.example/?${encodeURIComponent(echoed)}`, 302),
    ],
    [
      'token, thrown',
      '/oauth/token',
      (echoed) => Promise.reject(Object.assign(new Error(echoed), { code: echoed, cause: echoed })),
    ],
    ['request, refused', '/request', (echoed) => Response.json({ error: echoed }, { status: 403 })],
    ['request, without id', '/request', (echoed) => Response.json({ echoed })],
    [
      'request, said twice',
      '/request',
      (echoed) =>
        new Response(`{"${encodeURIComponent(echoed)}":1,"${encodeURIComponent(echoed)}":2}`, {
          headers: { 'content-type': 'application/json' },
        }),
    ],
    ['request, lost', '/request', (echoed) => Promise.reject(new TypeError(echoed))],
    ['result, refused', '/result', (echoed) => Response.json({ error: echoed }, { status: 404 })],
    [
      'result, of another process',
      '/result',
      (echoed) => Response.json({ process_id: echoed, process_status: 'DONE' }),
    ],
    [
      'result, of another status',
      '/result',
      (echoed) => Response.json({ process_id: echoed, process_status: echoed }),
    ],
    [
      'result, of a wrong shape',
      '/result',
      (echoed) =>
        Response.json({
          process_id: echoed,
          process_status: 'DONE',
          selfPersonalData: [{ [echoed]: echoed }],
        }),
    ],
    ['result, lost', '/result', (echoed) => Promise.reject(new Error(echoed))],
  ])('in the error of a step whose portal echoes everything: %s', async (_, path, reply) => {
    const { secrets, intercept: hear } = listen();
    const { client, callback, onProgress } = openBank({
      service,
      personas: [persona],
      intercept: (request, pass) =>
        hear(request, async (heard) =>
          new URL(heard.url).pathname === path
            ? reply([await heard.text(), heard.headers.get('authorization')].join(' '))
            : pass(heard),
        ),
    });
    async function journey() {
      const outcome = await client.completeConsent(await callback('canary'), {
        sessionBinding: SESSION,
      });
      return outcome.status === 'granted'
        ? client.query(outcome.grant, latest(), { onProgress })
        : outcome;
    }
    const said: unknown = await journey().catch((error: unknown) => error);
    expect(secrets.code).not.toBe('');
    expect(leaksIn({ said, ...(said as object) }, secrets)).toEqual([]);
  });

  it('in the errors of invalid input', async () => {
    const { client, consent } = openBank();
    const canary = 'canary-of-the-caller';
    const grant = await consent();
    const errors = {
      session: await thrownBy(() => client.beginConsent({ sessionBinding: [canary] as never })),
      callback: await thrownBy(() =>
        client.completeConsent({ url: [canary] } as never, { sessionBinding: canary }),
      ),
      date: await thrownBy(() =>
        client.submit(grant, { household: { method: 'point-in-time', at: canary } }),
      ),
      method: await thrownBy(() =>
        client.submit(grant, { household: { method: canary } } as never),
      ),
      retrieval: await thrownBy(() => client.resume(`{"v":1,"id":"${canary}"}`)),
      text: await thrownBy(() => client.resume(`{"token": ${canary}`)),
      certificate: await thrownBy(() =>
        createSelfInfoClient({
          service,
          environment: openBank().sandbox.environment(),
          tls: { cert: canary, key: canary },
        }),
      ),
    };
    expect(leaksIn(errors, { canary })).toEqual([]);
  });
});

describe('no secret is visible over TLS', async () => {
  const clock = createVirtualClock(NOW);
  const sandbox = await startSandbox({
    registrations: [registrationOf(service)],
    personas: [persona],
    clock,
  });
  afterAll(sandbox.close);
  const { connection } = sandbox;
  const keyLines = connection.tls.key
    .split('\n')
    .filter((line) => line.length > 20 && !line.startsWith('-'));
  const secrets: Record<string, string> = Object.fromEntries(
    keyLines.map((line, index) => [`line ${index} of the private key`, line]),
  );

  it('in the sandbox, its connection and a client of it', async () => {
    expect(keyLines.length).toBeGreaterThan(1);
    const client = createSelfInfoClient({ service, ...connection });
    const { tls, environment } = connection;
    const found = leaksIn(
      { client, sandbox, connection, tls, environment, spread: { ...tls } },
      secrets,
    );
    expect(found).toEqual([]);
    await client.close();
  });

  it('in the standalone consent steps', async () => {
    const state = randomBytes(32).toString('base64url');
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const { environment, tls } = connection;
    const back = await sandbox.visit(buildConsentUrl(environment, { state, codeChallenge }), {
      persona: 'canary',
    });
    const code = new URL(back).searchParams.get('code') ?? '';
    const callback = await validateCallback(environment, back, { state });
    const accessToken = await exchangeToken({ environment, callback, codeVerifier, tls, clock });
    expect(accessToken.expiresAt).toBe('2026-12-01T12:00:00+09:00');
    const replayed = await thrownBy(() =>
      exchangeToken({ environment, callback, codeVerifier, tls, clock }),
    );
    expect(replayed).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'replayed' },
      stage: 'callback',
    });
    const again = await validateCallback(environment, back, { state });
    const refused = await thrownBy(() =>
      exchangeToken({ environment, callback: again, codeVerifier, tls, clock }),
    );
    expect(refused).toMatchObject({
      code: 'token_refused',
      upstream: { code: 'invalid_grant' },
      stage: 'token',
    });
    const found = leaksIn(
      { callback, accessToken, token: accessToken.token, replayed, refused },
      { state, codeVerifier, code, token: accessToken.token.reveal(), ...secrets },
    );
    expect(found).toEqual([]);
    expect(JSON.stringify(accessToken)).toBe(
      '{"token":"[redacted]","expiresAt":"2026-12-01T12:00:00+09:00"}',
    );
    expect(environment.clientId).toBe(CLIENT_ID);
  });
});

describe('Sensitive', () => {
  it('returns its value from reveal and hides it from every other way of reading', () => {
    const value = { name: 'canary-花子' };
    const sensitive = new Sensitive(value);
    expect(sensitive.reveal()).toBe(value);
    expect([
      `${sensitive}`,
      JSON.stringify([sensitive]),
      `${sensitive}`,
      String(sensitive),
    ]).toEqual(['[redacted]', '["[redacted]"]', '[redacted]', '[redacted]']);
    // A log shows that there is a value, and that it is redacted.
    expect(inspect({ sensitive })).toBe('{ sensitive: Sensitive [redacted] }');
    expect(
      leaksIn(
        {
          sensitive,
          inside: { sensitive },
          list: [sensitive],
          map: new Map([['a', sensitive]]),
          error: new Error('a', { cause: sensitive }),
        },
        { canary: 'canary-花子' },
      ),
    ).toEqual([]);
  });
});

describe('the search for secrets', () => {
  const canary = 'canary-花子?';
  it.each<[string, unknown]>([
    ['a field', { a: { b: [canary] } }],
    ['a hidden field', Object.defineProperty({}, 'a', { value: canary, enumerable: false })],
    ['a getter', Object.defineProperty({}, 'a', { get: () => canary, enumerable: true })],
    ['a symbol', { [Symbol('a')]: canary }],
    ['a key', { [canary]: 1 }],
    ['a map', new Map([[canary, 1]])],
    ['a message', new Error(canary)],
    ['a cause', new Error('a', { cause: canary })],
    ['a field of an error', Object.assign(new Error('a'), { canary })],
    ['toJSON', { toJSON: () => canary }],
    ['toString', { toString: () => canary }],
    [
      'a getter of a class',
      new (class Leaky {
        get a() {
          return canary;
        }
      })(),
    ],
    ['base64', { a: Buffer.from(canary).toString('base64') }],
    ['base64url', { a: Buffer.from(canary).toString('base64url') }],
    ['hex', { a: Buffer.from(canary).toString('hex') }],
    ['a buffer', Uint8Array.from(Buffer.from(canary))],
    ['a URL', `https://loan.example/?a=${encodeURIComponent(canary)}`],
    ['JSON', { a: JSON.stringify({ canary }) }],
  ])('finds a secret in %s', (_, leaky) => {
    expect(leaksIn({ leaky }, { canary }).length).toBeGreaterThan(0);
  });

  it('finds a PIN on its own, but not within the digits of a longer id', () => {
    expect(leaksIn({ leaky: { tries: ['7391'] } }, { pin: '7391' }).length).toBeGreaterThan(0);
    expect(
      leaksIn(
        { clean: { id: 'c-17391f', at: '2026-12-01T12:00:07.391Z', ms: 1_773_910_000 } },
        { pin: '7391' },
      ),
    ).toEqual([]);
  });

  it('finds nothing in clean values, and names a leak without showing it', () => {
    expect(leaksIn({ clean: { a: 'canary' } }, { canary })).toEqual([]);
    expect(leaksIn({ leaky: canary }, { name: canary }).join()).not.toContain(canary);
  });
});
