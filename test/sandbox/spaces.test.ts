import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  sandboxEnvironment,
} from '../../src/index.js';
import { createSandbox, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { expectStatus, loan, NOW, registrationOf } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { authorizationUrl, codeFor, exchange } from './steps.js';

const registrations = [registrationOf(loan)];
const open = () => createSandbox({ registrations, clock: createVirtualClock(NOW) });

/** Plays a journey in a space by its environment, and returns the holder that the answer names. */
async function journey(space: Sandbox, session: string, persona = 'hanako') {
  const client = createSelfInfoClient({
    service: loan,
    environment: space.environment(),
    clock: space.clock,
    fetch: (request) => space.fetch(request),
  });
  const { url } = await client.beginConsent({ sessionBinding: session });
  const callback = await space.visit(url, { persona });
  const outcome = await client.completeConsent(callback, { sessionBinding: session });
  if (outcome.status !== 'granted') throw new Error(outcome.status);
  return client.query(outcome.grant, latest(), {
    onProgress: ({ retryAt }) => space.clock.set(retryAt),
  });
}

/** Returns the days on which the household of an answer changed. */
function movedOn(result: Awaited<ReturnType<typeof journey>>) {
  const { items } = expectStatus(result, 'ready').answer;
  return expectStatus(items.household, 'present')
    .reveal()
    .map(({ fields }) => fields.異動日);
}

describe('a space of a sandbox', () => {
  it('is a portal of its own below a path of both origins', async () => {
    const sandbox = open();
    const { endpoints, issuer } = sandbox.space('test-1').environment();
    expect(endpoints).toEqual({
      browserUrl: 'https://portal.sandbox.invalid/s/test-1',
      apiUrl: 'https://api.sandbox.invalid/s/test-1',
    });
    expect(issuer).toBe('https://api.sandbox.invalid/s/test-1');
    expect(await journey(sandbox.space('test-1'), 'session-1')).toMatchObject({ status: 'ready' });
    expect(sandbox.journal).toEqual([]);
    expect(sandbox.space('test-1').journal.map(({ step }) => step)).toContain('result');
    expect(sandbox.space('test-2').journal).toEqual([]);
  });

  it('keeps codes, tokens and wrong PINs apart', async () => {
    const sandbox = open();
    const [one, two] = [sandbox.space('one'), sandbox.space('two')];
    const code = await codeFor(one, 'hanako');
    expect(await exchange(two, code)).toMatchObject({ body: { error: 'invalid_grant' } });
    expect(await exchange(one, code)).toMatchObject({ status: 200 });
    for (const _ of [1, 2, 3])
      await one
        .visit(authorizationUrl(one), { persona: 'mover', pin: '0000' })
        .catch(() => undefined);
    const visit = (space: Sandbox) =>
      space.visit(authorizationUrl(space), { persona: 'mover' }).then((url) => new URL(url));
    expect((await visit(one)).searchParams.get('error')).toBe('access_denied');
    expect((await visit(two)).searchParams.has('code')).toBe(true);
  });

  it('has a clock of its own, which starts at the time of the sandbox', async () => {
    const sandbox = open();
    const [one, two] = [sandbox.space('one'), sandbox.space('two')];
    one.clock.advance(86_400_000);
    expect([sandbox.clock, two.clock].map((clock) => clock.now())).toEqual(
      Array(2).fill(Date.parse(NOW)),
    );
    sandbox.clock.advance(1_000);
    expect(two.clock.now()).toBe(Date.parse(NOW));
    expect(one.clock.now()).toBe(Date.parse(NOW) + 86_400_000);
  });

  it('starts with the faults of the sandbox, and counts calls for itself', async () => {
    const sandbox = createSandbox({
      registrations,
      clock: createVirtualClock(NOW),
      faults: [{ on: 'result', nth: 1, do: 'error-503' }],
    });
    for (const name of ['one', 'two']) {
      expect(await journey(sandbox.space(name), name)).toMatchObject({ status: 'ready' });
      expect(sandbox.space(name).journal.filter(({ fault }) => fault !== undefined)).toHaveLength(
        1,
      );
    }
  });

  it('never shows anything of another one: 100 journeys in 50 spaces at once', async () => {
    const sandbox = open();
    const names = Array.from({ length: 50 }, (_, index) => `space-${index}`);
    const people = ['hanako', 'mover'];
    const results = await Promise.all(
      names.flatMap((name) =>
        people.map((persona) => journey(sandbox.space(name), `${name} ${persona}`, persona)),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(Array(100).fill('ready'));
    for (const [index, result] of results.entries())
      expect(movedOn(result)).toEqual([index % 2 === 0 ? '2026-05-17' : '2026-03-21']);
    for (const name of names) {
      const steps = sandbox.space(name).journal.map(({ step, outcome }) => `${step} ${outcome}`);
      expect(steps.filter((step) => step === 'token accepted')).toHaveLength(2);
      expect(steps.filter((step) => step.endsWith('refused'))).toEqual([]);
    }
    expect(sandbox.journal).toEqual([]);
  });

  it('is reached by its name over sockets, with the certificate of the registration', async () => {
    await using sandbox = await startSandbox({ registrations, clock: createVirtualClock(NOW) });
    const { environment, tls } = sandbox.connection;
    const { clientId, redirectUri, endpoints, issuer, ca = [] } = environment;
    const named = sandboxEnvironment({
      ...{ clientId, redirectUri, endpoints, issuer, ca },
      space: 'java-suite.17',
    });
    const space = sandbox.space('java-suite.17');
    expect(named.endpoints).toEqual(space.connection.environment.endpoints);
    await using client = createSelfInfoClient({
      service: loan,
      environment: named,
      tls,
      clock: space.clock,
    });
    const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
    expect(url.startsWith(`${sandbox.browserUrl}/s/java-suite.17/`)).toBe(true);
    const callback = await space.visit(url, { persona: 'hanako' });
    const outcome = await client.completeConsent(callback, { sessionBinding: 'session-1' });
    expect(outcome.status).toBe('granted');
    expect(sandbox.journal).toEqual([]);
  });

  it.each(['', '.', '-a', 'a/b', 'a b', 'あ', 'a'.repeat(65)])(
    'cannot be called %j',
    async (name) => {
      const { clientId, redirectUri, endpoints, issuer } = open().environment();
      expect(await errorOf(async () => open().space(name))).toMatchObject({
        code: 'invalid_option',
        path: 'name',
      });
      expect(
        await errorOf(async () =>
          sandboxEnvironment({ clientId, redirectUri, endpoints, issuer, space: name }),
        ),
      ).toMatchObject({ path: 'options.space' });
    },
  );

  it('is not made by a path that only begins like one', async () => {
    const sandbox = open();
    const { browserUrl } = sandbox.environment().endpoints;
    for (const path of ['/s', '/s/', '/s/one', '/s/-/authorize', '/S/one/x']) {
      const response = await sandbox.fetch(new Request(browserUrl + path));
      expect([path, response.status]).toEqual([path, 404]);
    }
  });
});
