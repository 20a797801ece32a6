import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
} from '../../src/index.js';
import { leaksIn } from '../kit/leaks.js';
import {
  type BankOptions,
  expectStatus,
  grantOf,
  NOW,
  openBank,
  REDIRECT_URI,
  SESSION,
} from '../kit/loan.js';
import { thrownBy } from '../kit/refusals.js';
import { PIN, persona, records, service } from './canary.js';

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
      stats: client.stats(),
      check: await client.check(),
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
          log: sandbox.journal,
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
      'token, of the wrong type',
      '/oauth/token',
      (echoed) => Response.json({ access_token: echoed, token_type: echoed }),
    ],
    [
      'token, invalid JSON',
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
    ['request, without a process id', '/request', (echoed) => Response.json({ echoed })],
    [
      'request, with a duplicate key',
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
      'result, with an unknown status',
      '/result',
      (echoed) => Response.json({ process_id: echoed, process_status: echoed }),
    ],
    [
      'result, of the wrong shape',
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
