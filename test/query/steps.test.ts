import { afterAll, describe, expect, it } from 'vitest';
import { defineService, latest, pointInTime, publicProfile, Sensitive } from '../../src/index.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf, facts, refusalOf, thrownBy, typeErrorOf } from '../kit/refusals.js';
import { OTHER_ID, openSteps } from './steps.js';

const steps = await openSteps();
afterAll(steps.sandbox.close);
const { sandbox, clock, step, changed, under, consent, send, ask, poll, pollToEnd, calls } = steps;

/** Returns what something sends to the sandbox: calls of requests and of polls. */
async function sentBy(run: () => unknown) {
  const before = [calls('request'), calls('result')] as const;
  await run();
  return [calls('request') - before[0], calls('result') - before[1]];
}

describe('requestAnswer and fetchAnswer', () => {
  it('fetch the answer after the other three steps, one poll at a time', async () => {
    const handle = await ask({ textVersion: 'v3', transactionId: 'case-4711' });
    const at = clock.now();
    const first = await poll(handle);
    if (first.status !== 'running') throw new Error(first.status);
    expect(Date.parse(first.retryAt)).toBeGreaterThan(at);
    const fetched = await pollToEnd(handle);
    if (fetched.status !== 'done') throw new Error(fetched.status);
    const { terms, items } = fetched.answer;
    expect(terms).toEqual({
      transactionId: 'case-4711',
      serviceId: 'SP12345678_AB1234',
      items: ['income', 'household', 'shots'],
      purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
      textVersion: 'v3',
      grantedAt: '2026-12-01T10:00:00+09:00',
      // 30 days after 1 December is the 31st, which still counts.
      keepUntil: '2027-01-01T00:00:00+09:00',
    });
    if (items.household.status !== 'present') throw new Error(items.household.status);
    expect(items.household.reveal()).toHaveLength(1);
    // An answer can be fetched again, as after a crash.
    expect((await poll(handle)).status).toBe('done');
  });

  it('restore a handle from its text, in another process', async () => {
    const saved: string = (await ask()).reveal();
    expect((await pollToEnd(saved)).status).toBe('done');
    expect((await poll(new Sensitive(saved))).status).toBe('done');
  });

  it('take a token that was kept as text', async () => {
    const { token, expiresAt } = await consent();
    const handle = await send({ token: new Sensitive(token.reveal()), expiresAt });
    expect((await pollToEnd(handle)).status).toBe('done');
  });

  it('do not lengthen the period for a consent that is dated into the future', async () => {
    const fetched = await pollToEnd(await ask({ grantedAt: '2030-01-01' }));
    if (fetched.status !== 'done') throw new Error(fetched.status);
    expect(fetched.answer.terms.keepUntil).toBe('2027-01-01T00:00:00+09:00');
  });
});

describe('an access token', () => {
  it('is good for one request, also in a copy of the object, and a second one sends nothing', async () => {
    const token = await consent();
    await send(token);
    expect(
      await sentBy(async () => {
        for (const used of [token, { ...token }])
          expect((await errorOf(() => send(used))).code).toBe('grant_used');
      }),
    ).toEqual([0, 0]);
  });

  it('is good for one of two requests at once', async () => {
    const token = await consent();
    const sent = await sentBy(async () => {
      const results = await Promise.allSettled([send(token), send(token)]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    });
    expect(sent).toEqual([1, 0]);
  });

  it('is good again after a request that could not be sent', async () => {
    const token = await consent();
    const gone = changed({
      endpoints: { ...step.environment.endpoints, apiUrl: 'https://127.0.0.1:1' },
    });
    const error = await errorOf(() => send(token, { environment: gone }));
    expect([error.code, error.effect]).toEqual(['connection_failed', 'none']);
    await send(token);
  });

  it('that has expired is refused, and nothing is sent', async () => {
    const { token } = await consent();
    const expiresAt = '2026-12-01T09:59:59+09:00';
    expect(
      await sentBy(async () =>
        expect((await errorOf(() => send({ token, expiresAt }))).code).toBe('grant_expired'),
      ),
    ).toEqual([0, 0]);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'token-of-a-test'],
    ['an object without a token', { expiresAt: null }],
    ['a token in clear text', { token: 'token-of-a-test', expiresAt: null }],
    ['a token that hides a number', { token: new Sensitive(5), expiresAt: null }],
    ['no expiry', { token: new Sensitive('token-of-a-test') }],
    [
      'an expiry that is no instant',
      { token: new Sensitive('token-of-a-test'), expiresAt: 'soon' },
    ],
  ])('that is %s is a TypeError', async (_, given) => {
    expect(await typeErrorOf(() => send(given as never))).toBe(
      'options.accessToken must be what exchangeToken returned.',
    );
  });

  it('that would end a header is refused, and not quoted', async () => {
    const token = new Sensitive('canary\r\nx-forged: 1');
    const error = await errorOf(() => send({ token, expiresAt: null }));
    expect([error.code, error.path]).toEqual(['invalid_option', 'options.accessToken.token']);
    expect(error.message + error.messageJa).not.toContain('canary');
  });
});

describe('requestAnswer', () => {
  it.each([
    [
      'an item that the service does not have',
      { pension: latest() },
      ['unknown_item', 'options.inquiries.pension'],
    ],
    [
      'a method that is not registered',
      pointInTime('2026-04-01'),
      ['inquiry_not_registered', 'options.inquiries (income)'],
    ],
  ])('refuses %s before the token is used', async (_, inquiries, expected) => {
    const token = await consent();
    expect(await refusalOf(() => send(token, { inquiries: inquiries as never }))).toEqual(expected);
    await send(token);
  });

  it.each([
    ['transactionId', '', ['invalid_option', 'options.transactionId']],
    ['textVersion', ' ', ['invalid_option', 'options.textVersion']],
    ['grantedAt', 'yesterday', ['invalid_instant', 'options.grantedAt']],
    // 30 days later is over.
    ['grantedAt', '2026-10-01', ['retention_ended', undefined]],
    ['environment', { ...step.environment }, ['invalid_environment', 'options.environment']],
    ['sessionBinding', 's', ['unknown_option', 'options.sessionBinding']],
    ['tls', undefined, ['missing_option', 'options.tls']],
  ])('refuses %s = %j before the token is used', async (name, value, expected) => {
    const token = await consent();
    const sent = await sentBy(async () =>
      expect(await refusalOf(() => send(token, { [name]: value }))).toEqual(expected),
    );
    expect(sent).toEqual([0, 0]);
    await send(token);
  });

  it('refuses a clock without a time before the token is used', async () => {
    const token = await consent();
    const broken = { ...clock, now: () => Number.NaN };
    expect(await refusalOf(() => send(token, { clock: broken, grantedAt: 0 }))).toEqual([
      'invalid_option',
      'options.clock',
    ]);
    await send(token);
  });
});

describe('a handle', () => {
  const refused = async (
    expected: readonly [string, string | undefined],
    options: Parameters<typeof poll>[1],
    handle?: string,
  ) => {
    const given = handle ?? (await ask());
    const sent = await sentBy(async () =>
      expect(await refusalOf(() => poll(given, options))).toEqual(expected),
    );
    expect(sent).toEqual([0, 0]);
    if (handle === undefined) expect((await pollToEnd(given)).status).toBe('done');
  };

  it('is refused under another wire profile, and nothing is sent', async () => {
    await refused(['profile_unknown', 'retrieval.pin'], {
      environment: under(changedProfile({})),
    });
  });

  it('is read under its own profile by an environment that switched to another', async () => {
    const { processStatuses } = publicProfile;
    // Read under this one, the answer would be a failure.
    const exchanged = changedProfile({
      processStatuses: {
        ...processStatuses,
        done: processStatuses.failed,
        failed: processStatuses.done,
      },
    });
    const handle = await ask();
    const fetched = await pollToEnd(handle, { environment: under(exchanged, [publicProfile]) });
    expect(fetched.status).toBe('done');
  });

  it('is refused under another client certificate', async () => {
    await refused(['invalid_option', 'options.tls'], { tls: sandbox.connectionFor(OTHER_ID).tls });
  });

  it('is refused under another client id', async () => {
    await refused(['invalid_retrieval', 'retrieval.terms.serviceId'], {
      environment: changed({ clientId: OTHER_ID }),
    });
  });

  it('is refused under another issuer', async () => {
    await refused(['profile_unknown', 'retrieval.pin'], {
      environment: changed({ issuer: 'https://other.example' }),
    });
  });

  it('is refused for a service that lacks an item of it', async () => {
    const { income } = step.service.items;
    await refused(['invalid_retrieval', 'options.handle'], {
      service: defineService({ ...step.service, items: { income } }) as never,
    });
  });

  const canary = 'canary-of-a-handle';
  it.each<[string, unknown]>([
    ['no text at all', ''],
    ['another text', canary],
    ['JSON that breaks off', `{"v":2,"token":"${canary}`],
    ['a list', [canary]],
    ['no version', { token: canary }],
    ['an older version', (handle: object) => ({ ...handle, v: 1 })],
    ['no token', (handle: object) => ({ ...handle, token: undefined })],
    ['a token with line breaks', (handle: object) => ({ ...handle, token: `${canary}\r\nx: 1` })],
    ['a certificate that is a number', (handle: object) => ({ ...handle, certificate: 5 })],
    ['an expiry that is a number', (handle: object) => ({ ...handle, tokenExpiresAt: 5 })],
    ['no processes', (handle: object) => ({ ...handle, accepted: { processes: [] } })],
    [
      'a process that is a number',
      (handle: object) => ({ ...handle, accepted: { processes: [5] } }),
    ],
    [
      'a process without codes',
      (handle: object) => ({ ...handle, accepted: { processes: [{ id: canary }] } }),
    ],
    [
      'a response without headers',
      (handle: object) => ({
        ...handle,
        accepted: { reply: { status: 200, body: canary, requestId: canary, at: 0 } },
      }),
    ],
    ['no retrieval', (handle: object) => ({ ...handle, retrieval: null })],
    [
      'an inquiry of another item',
      (handle: { retrieval: object }) => ({
        ...handle,
        retrieval: { ...handle.retrieval, inquiries: { [canary]: latest() } },
      }),
    ],
  ])('with %s is refused without an echo', async (_, given) => {
    const text = await ask();
    const entry = typeof given === 'function' ? given(JSON.parse(text.reveal())) : given;
    const handle = typeof entry === 'string' ? entry : JSON.stringify(entry);
    await refused(['invalid_retrieval', 'options.handle'], {}, handle);
    const error = await errorOf(() => poll(handle));
    expect(JSON.stringify(error) + error.messageJa + error.stack).not.toContain(canary);
    expect(facts(error)).toMatchObject({ stage: 'result', effect: 'none' });
  });

  it('of a newer version of the package is refused as such', async () => {
    const newer = JSON.stringify({ ...JSON.parse((await ask()).reveal()), v: 3 });
    await refused(['format_unsupported', 'options.handle'], {}, newer);
  });

  it.each([[undefined], [5], [{}], [{ reveal: 5 }], [new Sensitive(5)]])(
    'that is %j is a TypeError',
    async (given) => {
      expect(await typeErrorOf(() => poll(given as never))).toBe(
        'options.handle must be what requestAnswer returned, or its text.',
      );
    },
  );

  it('hides the error of an object that throws when it is revealed', async () => {
    const reveal = () => {
      throw new Error(canary);
    };
    const error = await thrownBy(() => poll({ reveal } as never));
    expect(error).toMatchObject({ code: 'invalid_option', path: 'options.handle' });
    expect(String(error)).not.toContain(canary);
  });
});

describe('the pin of a handle', () => {
  it('names the version of the codec that sent the request', async () => {
    const profile = changedProfile({ codec: changedCodec({}, 'public-2') }, publicProfile.id);
    expect(() => under(profile)).toThrow();
    const own = changedProfile({ codec: changedCodec({}, 'public-2') });
    const handle = await ask({ environment: under(own) });
    expect(await refusalOf(() => poll(handle))).toEqual(['profile_unknown', 'retrieval.pin']);
    expect((await pollToEnd(handle, { environment: under(own) })).status).toBe('done');
  });
});
