import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type Progress,
} from '../../src/index.js';
import {
  createSandbox,
  type Fault,
  faultHeader,
  type StartedSandbox,
  startSandbox,
} from '../../src/sandbox/index.js';
import { grantOf, loan, NOW, openBank, registrationOf, SESSION, visits } from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import {
  authorizationUrl,
  codeFor,
  fields,
  inquiry,
  paths,
  registration,
  send,
  tokenFor,
} from './steps.js';

type Do = Fault extends infer F
  ? F extends { readonly on: unknown }
    ? Omit<F, 'on' | 'nth'>
    : never
  : never;

const broken: Do[] = [{ do: 'reset' }, { do: 'truncate' }];
const malformed: Do[] = [{ do: 'wrong-type' }, { do: 'invalid-json' }, { do: 'huge' }];
const busy: Do[] = [{ do: 'error-503' }, { do: 'error-429' }, { do: 'maintenance' }];
const at = (on: Fault['on'], fault: Do, nth = 1) => ({ faults: [{ ...fault, on, nth } as Fault] });
const name = (fault: Do) => [fault.do, fault] as const;

describe('at the token step, a client', () => {
  it.each(broken.map(name))(
    'learns of %s that the connection was closed, and retries nothing',
    async (_, fault) => {
      const { consent } = openBank(at('token', fault));
      expect(await errorOf(consent)).toMatchObject({
        code: 'connection_closed',
        stage: 'token',
        effect: 'unknown',
        retry: { safe: false },
      });
    },
  );

  it.each(malformed.map(name))(
    'learns of %s that the answer breaks the protocol',
    async (_, fault) => {
      const { consent } = openBank(at('token', fault));
      expect(await errorOf(consent)).toMatchObject({ code: 'response_invalid', stage: 'token' });
    },
  );

  it.each(busy.map(name))(
    'learns of %s that the portal cannot take the call now',
    async (_, fault) => {
      const { consent } = openBank(at('token', fault));
      expect(await errorOf(consent)).toMatchObject({
        code: 'upstream_unavailable',
        stage: 'token',
        retry: { safe: false },
      });
    },
  );

  it('learns of error-500 that the portal failed', async () => {
    const { consent } = openBank(at('token', { do: 'error-500' }));
    expect(await errorOf(consent)).toMatchObject({
      code: 'upstream_failed',
      upstream: { status: 500 },
    });
  });

  it('sees a code expire when the portal’s clock is ahead', async () => {
    const { client, callback } = openBank(at('token', { do: 'clock-skew', ms: 60_000 }));
    const outcome = await client.completeConsent(await callback(), { sessionBinding: SESSION });
    expect(outcome).toEqual({ status: 'rejected', at: 'token', code: 'invalid_grant' });
  });
});

describe('at the request step, a client', () => {
  it.each(broken.map(name))(
    'learns of %s that the answer was lost, and does not send again',
    async (_, fault) => {
      const { client, consent, calls } = openBank(at('request', fault));
      const grant = await consent();
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'answer_lost',
        effect: 'unknown',
        retry: { safe: false },
      });
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'grant_used',
      });
      expect(calls.filter((path) => path === paths.request.value)).toHaveLength(1);
    },
  );

  it.each(malformed.map(name))(
    'learns of %s that the answer breaks the protocol',
    async (_, fault) => {
      const { client, consent } = openBank(at('request', fault));
      const grant = await consent();
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'response_invalid',
        stage: 'request',
        effect: 'unknown',
      });
    },
  );

  it.each(busy.map(name))(
    'learns of %s that nobody can tell what was carried out behind a gateway, and sends no second request',
    async (_, fault) => {
      const { client, consent } = openBank(at('request', fault));
      const grant = await consent();
      expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
        code: 'upstream_unavailable',
        effect: 'unknown',
        retry: { safe: false },
      });
      expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
    },
  );

  it('learns of error-500 that nobody can tell what was carried out', async () => {
    const { client, consent } = openBank(at('request', { do: 'error-500' }));
    const grant = await consent();
    expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
      code: 'upstream_failed',
      effect: 'unknown',
    });
  });

  it('finds its token expired when the portal’s clock is ahead', async () => {
    const { client, consent } = openBank(at('request', { do: 'clock-skew', ms: 7_200_000 }));
    expect(await client.query(await consent(), latest())).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_refused', upstream: { code: 'invalid_token' } },
    });
  });

  it('that was handed another process id finds no result', async () => {
    const { client, consent, onProgress } = openBank(at('request', { do: 'mismatched-process' }));
    const collected = await client.query(await consent(), latest(), { onProgress });
    expect(collected).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_refused', upstream: { code: 'unknown_process' } },
    });
  });
});

describe('at the result step, a client', () => {
  /** A client asks four times before it gives up. */
  const toTheEnd = (fault: Do) => ({
    faults: [1, 2, 3, 4].map((nth) => ({ ...fault, on: 'result', nth }) as Fault),
  });

  it.each(broken.map(name))(
    'learns of %s that the connection was closed, and may collect again',
    async (_, fault) => {
      const { client, consent, onProgress } = openBank(toTheEnd(fault));
      const retrieval = await client.submit(await consent(), latest());
      const error = await errorOf(() => client.collect(retrieval, { onProgress }));
      expect(error).toMatchObject({
        code: 'connection_closed',
        effect: 'none',
        retry: { safe: true },
      });
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({ status: 'ready' });
    },
  );

  it.each(malformed.map(name))(
    'learns of %s that the answer breaks the protocol, and may collect again',
    async (_, fault) => {
      const { client, consent, onProgress } = openBank(at('result', fault));
      const retrieval = await client.submit(await consent(), latest());
      expect(await errorOf(() => client.collect(retrieval))).toMatchObject({
        code: 'response_invalid',
        stage: 'result',
        effect: 'none',
      });
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({ status: 'ready' });
    },
  );

  it.each([...busy, { do: 'error-500' } as const].map(name))(
    'finds the answer unavailable after %s, and may collect again',
    async (_, fault) => {
      const { client, consent, onProgress } = openBank(toTheEnd(fault));
      const retrieval = await client.submit(await consent(), latest());
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({
        status: 'unavailable',
        until: null,
      });
      expect(await client.collect(retrieval, { onProgress })).toMatchObject({ status: 'ready' });
    },
  );

  it.each([
    ['seconds', false],
    ['a date', true],
  ])('is told when to come again as %s', async (_, asDate) => {
    const { client, consent } = openBank(
      at('result', { do: 'error-503', retryAfterSeconds: 90, asDate }),
    );
    expect(await client.query(await consent(), latest())).toMatchObject({
      status: 'unavailable',
      until: '2026-12-01T10:01:30+09:00',
    });
  });

  it('finds the result expired when the portal’s clock is ahead', async () => {
    const { client, consent } = openBank(at('result', { do: 'clock-skew', ms: 3_600_000 }));
    expect(await client.query(await consent(), latest())).toMatchObject({
      status: 'failed',
      error: { upstream: { status: 410, code: 'result_expired' } },
    });
  });

  it('keeps nothing of an answer to another process', async () => {
    const { client, consent, onProgress } = openBank(at('result', { do: 'mismatched-process' }, 2));
    const grant = await consent();
    expect(await errorOf(() => client.query(grant, latest(), { onProgress }))).toMatchObject({
      code: 'process_mismatch',
    });
  });
});

describe('a delay', () => {
  it('waits on the sandbox’s clock, and a client within its deadline gets its answer', async () => {
    const { client, consent, clock, onProgress, sandbox } = openBank(
      at('result', { do: 'delay', ms: 5_000 }),
    );
    const grant = await consent();
    const query = client.query(grant, latest(), { onProgress });
    await expect.poll(() => sandbox.log.at(-1)?.step).toBe('result');
    clock.advance(5_000);
    expect(await query).toMatchObject({ status: 'ready' });
  });

  it('beyond the deadline leaves the answer pending', async () => {
    const { client, consent, clock, onProgress, sandbox } = openBank(
      at('result', { do: 'delay', ms: 60_000 }),
    );
    const query = client.query(await consent(), latest(), { deadlineMs: 2_000 });
    await expect.poll(() => sandbox.log.at(-1)?.step).toBe('result');
    clock.advance(2_000);
    const pending = await query;
    expect(pending.status).toBe('pending');
    if (pending.status === 'pending')
      expect(await client.collect(pending.retrieval, { onProgress })).toMatchObject({
        status: 'ready',
      });
  });
});

describe('a stall', () => {
  it.each([
    ['token', 'timed_out'],
    ['request', 'answer_lost'],
    ['result', 'timed_out'],
  ] as const)('at the %s step is ended by the client’s own deadline', async (step, code) => {
    const { client, consent, clock, sandbox, onProgress } = openBank({
      faults: [{ on: step, do: 'stall' }],
    });
    const stalls = () => sandbox.log.filter(({ fault }) => fault === 'stall').length;
    const journey = errorOf(async () =>
      client.query(await consent(), latest(), { deadlineMs: 240_000, onProgress }),
    );
    for (let call = 1; call <= (step === 'result' ? 4 : 1); call++) {
      await expect.poll(stalls).toBe(call);
      clock.advance(30_000);
    }
    expect(await journey).toMatchObject({ code });
  });
});

describe('a fault', () => {
  it('meets the nth call of its step, or every one', async () => {
    const second = openBank(at('result', { do: 'error-503' }, 2));
    const retrieval = await second.client.submit(await second.consent(), latest());
    expect(await second.client.collect(retrieval, { onProgress: second.onProgress })).toMatchObject(
      { status: 'ready' },
    );
    expect(
      second.sandbox.log.filter(({ step }) => step === 'result').map(({ fault }) => fault),
    ).toEqual([undefined, 'error-503', undefined]);
    const every = openBank({ faults: [{ on: 'result', do: 'error-503' }] });
    const other = await every.client.submit(await every.consent(), latest());
    for (const _ of [1, 2, 3])
      expect(await every.client.collect(other, { onProgress: every.onProgress })).toMatchObject({
        status: 'unavailable',
      });
  });

  it('of several that fit is the first', async () => {
    const { client, consent, onProgress } = openBank({
      faults: [
        { on: 'result', do: 'error-429' },
        { on: 'result', do: 'stall' },
      ],
    });
    expect(await client.query(await consent(), latest(), { onProgress })).toMatchObject({
      status: 'unavailable',
    });
  });

  it('is named in the log, with what became of the step', async () => {
    const { consent, sandbox, client } = openBank({
      faults: [
        { on: 'request', do: 'reset' },
        { on: 'result', do: 'error-503' },
      ],
    });
    await errorOf(async () => client.submit(await consent(), latest()));
    expect(sandbox.log.at(-1)).toMatchObject({
      step: 'request',
      outcome: 'accepted',
      fault: 'reset',
    });
  });

  it('can spoil the consent page', async () => {
    const clock = createVirtualClock(NOW);
    for (const [fault, status] of [
      [{ do: 'error-500' }, 500],
      [{ do: 'maintenance' }, 503],
      [{ do: 'error-429', retryAfterSeconds: 7 }, 429],
    ] as const) {
      const sandbox = createSandbox({
        registrations: [registration],
        clock,
        faults: [{ on: 'authorize', ...fault }],
      });
      expect((await sandbox.fetch(new Request(authorizationUrl(sandbox)))).status).toBe(status);
    }
    const sandbox = createSandbox({
      registrations: [registration],
      clock,
      faults: [{ on: 'authorize', do: 'reset' }],
    });
    const response = await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    expect(await thrownBy(() => response.text())).toBeInstanceOf(TypeError);
  });
});

describe('a skewed clock', () => {
  it('skews one step, and nothing vanishes for the others', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock(NOW),
      faults: [{ on: 'authorize', nth: 2, do: 'clock-skew', ms: 3_600_000 }],
    });
    const form =
      /name="form" value="([^"]+)"/.exec(
        await (await sandbox.fetch(new Request(authorizationUrl(sandbox)))).text(),
      )?.[1] ?? '';
    await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    const body = new URLSearchParams({ form, decision: 'agree', agree: 'yes' });
    const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
    expect((await sandbox.fetch(new Request(url, { method: 'POST', body }))).status).toBe(200);
  });
});

describe('the fault header', () => {
  const sandbox = createSandbox({ registrations: [registration], clock: createVirtualClock(NOW) });
  const ask = async (fault: string) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor(sandbox, 'hanako')}`,
      [faultHeader]: fault,
    };
    return send(sandbox, paths.request.value, {
      headers,
      body: JSON.stringify({ [fields.items.value]: [inquiry('household', 'latest')] }),
    });
  };

  it('asks for a fault at that very call', async () => {
    const { status, headers } = await ask('error-503; retryAfterSeconds=30; asDate=true');
    expect([status, headers.get('retry-after')]).toEqual([503, 'Tue, 01 Dec 2026 01:00:30 GMT']);
  });

  it('counts before those of the options', async () => {
    const busy = createSandbox({
      registrations: [registration],
      clock: createVirtualClock(NOW),
      faults: [{ on: 'request', do: 'error-500' }],
    });
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor(busy, 'hanako')}`,
    };
    const body = JSON.stringify({ [fields.items.value]: [inquiry('household', 'latest')] });
    expect(
      (
        await send(busy, paths.request.value, {
          headers: { ...headers, [faultHeader]: 'error-429' },
          body,
        })
      ).status,
    ).toBe(429);
    expect((await send(busy, paths.request.value, { headers, body })).status).toBe(500);
  });

  it('makes 20 MiB of JSON of the answer', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', [faultHeader]: 'huge' };
    const answer = await sandbox.fetch(
      new Request(new URL(paths.token.value, sandbox.environment().endpoints.apiUrl), {
        method: 'POST',
        headers,
        body: 'a=1',
      }),
    );
    const text = await answer.text();
    expect(text.length).toBeGreaterThanOrEqual(20 * 1_048_576);
    expect(Object.keys(JSON.parse(text))).toEqual(['filler']);
  });

  it('shows a skewed clock in the Date of the answer', async () => {
    expect((await ask('clock-skew; ms=-60000')).headers.get('date')).toBe(
      'Tue, 01 Dec 2026 00:59:00 GMT',
    );
  });

  it.each([
    'explode',
    '',
    'delay',
    'delay; ms=-1',
    'stall; ms=1',
    'delay; ms',
    ';;=',
    'clock-skew; ms=9e9',
    'stall; nth=2',
    'stall; on=token',
  ])('that says %j is refused', async (fault) => {
    expect(await ask(fault)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('over sockets', () => {
  let sandbox: StartedSandbox | undefined;
  afterEach(() => sandbox?.close());

  async function start(fault: Do, on: Fault['on']) {
    const clock = createVirtualClock(NOW);
    sandbox = await startSandbox({
      registrations: [registrationOf(loan)],
      clock,
      faults: [{ ...fault, on } as Fault],
    });
    const client = createSelfInfoClient({ service: loan, ...sandbox.connection });
    return {
      client,
      consent: visits(client, sandbox).consent,
      sandbox,
      onProgress: ({ retryAt }: Progress) => clock.set(retryAt),
    };
  }

  it.each([
    ['token', { do: 'reset' }, 'connection_closed'],
    ['token', { do: 'truncate' }, 'connection_closed'],
    ['request', { do: 'reset' }, 'answer_lost'],
    ['request', { do: 'truncate' }, 'answer_lost'],
    ['result', { do: 'reset' }, 'connection_closed'],
    ['result', { do: 'truncate' }, 'connection_closed'],
    ['result', { do: 'huge' }, 'response_invalid'],
    ['result', { do: 'wrong-type' }, 'response_invalid'],
  ] as const)('at the %s step, %o is told as %s', async (on, fault, code) => {
    const { client, consent, onProgress } = await start(fault, on);
    expect(
      await errorOf(async () => client.query(await consent(), latest(), { onProgress })),
    ).toMatchObject({ code });
    await client.close();
  });

  it('a stall lasts until the caller gives up', async () => {
    const { client, consent, sandbox: started } = await start({ do: 'stall' }, 'result');
    const grant = await consent();
    const abort = new AbortController();
    const query = errorOf(() => client.query(grant, latest(), { signal: abort.signal }));
    await expect.poll(() => started.log.at(-1)?.fault).toBe('stall');
    abort.abort();
    expect(await query).toMatchObject({ code: 'aborted' });
    await client.close();
  });

  it('a page breaks off in the middle', async () => {
    const { sandbox: started } = await start({ do: 'reset' }, 'authorize');
    const ended = new Promise((resolve) => {
      httpRequest(authorizationUrl(started), (response) =>
        response
          .resume()
          .on('error', resolve)
          .on('end', () => resolve('ended')),
      )
        .on('error', resolve)
        .end();
    });
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a code', () => {
  it('whose exchange was refused early is still good', async () => {
    const { client, callback, sandbox } = openBank(at('token', { do: 'error-503' }));
    await thrownBy(async () =>
      client.completeConsent(await callback(), { sessionBinding: SESSION }),
    );
    expect(sandbox.log.at(-1)).toMatchObject({
      step: 'token',
      outcome: 'refused',
      code: 'fault_asked_for',
      fault: 'error-503',
    });
    expect(await codeFor(sandbox, 'hanako')).not.toBe('');
    expect(
      grantOf(await client.completeConsent(await callback(), { sessionBinding: SESSION })).terms
        .serviceId,
    ).toBe(registration.clientId);
  });
});
