import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ourProfile } from '../../examples/wire-profile/our-profile.js';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  isSelfInfoError,
  latest,
  publicProfile,
  sandboxEnvironment,
} from '../../src/index.js';
import { createSandbox, type Fault, type Registration } from '../../src/sandbox/index.js';
import { changedProfile } from '../kit/profiles.js';

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
    },
    pension: { detail: 'pension', inquiries: ['latest'], latestBy: '改定日' },
  },
});

function open(faults: readonly Fault[] = [], more: Partial<Registration> = {}) {
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  const registrations = [
    {
      clientId: 'SP12345678_AB1234',
      redirectUris: ['https://loan.example/callback'] as const,
      service,
      ...more,
    },
  ];
  const sandbox = createSandbox({ registrations, clock, faults, profile: ourProfile });
  const urls: string[] = [];
  const bodies: string[] = [];
  async function fetch(request: Request): Promise<Response> {
    urls.push(new URL(request.url).pathname);
    const response = await sandbox.fetch(request);
    bodies.push(await response.clone().text());
    return response;
  }
  const client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    fetch,
    clock,
  });
  async function ask(persona: string) {
    const { url } = await client.beginConsent({ sessionBinding: 'session' });
    urls.push(new URL(url).pathname);
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona }), {
      sessionBinding: 'session',
    });
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    return client.query(outcome.grant, latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
  }
  return { sandbox, clock, urls, bodies, ask };
}

describe('a sandbox with a custom profile', () => {
  it('serves the paths of that profile and none of the public profile', async () => {
    const { ask, urls, sandbox } = open();
    expect((await ask('hanako')).status).toBe('ready');
    const { authorization, token, request, result } = ourProfile.paths;
    expect(urls).toEqual([authorization, token, request, result, result].map(({ value }) => value));
    for (const [origin, path] of [
      ['browserUrl', 'authorization'],
      ['apiUrl', 'token'],
      ['apiUrl', 'request'],
      ['apiUrl', 'result'],
    ] as const) {
      const { endpoints } = sandbox.environment();
      expect(
        (
          await sandbox.fetch(
            new Request(endpoints[origin] + publicProfile.paths[path].value, { method: 'POST' }),
          )
        ).status,
      ).toBe(404);
    }
  });

  it.each([
    { persona: 'hanako', income: 'present', pension: 'present' },
    { persona: 'newcomer', income: 'nothing-on-record', pension: 'nothing-on-record' },
    { persona: 'not-covered', income: 'not-covered', pension: 'nothing-on-record' },
    { persona: 'failing', income: 'failed', pension: 'nothing-on-record' },
    { persona: 'closed-city', income: 'unavailable', pension: 'nothing-on-record' },
    { persona: 'one-of-two-closed', income: 'nothing-on-record', pension: 'present' },
  ])(
    'answers $persona in its names and words: income $income, pension $pension',
    async ({ persona, income, pension }) => {
      const { ask, bodies } = open();
      const result = await ask(persona);
      if (result.status !== 'ready') throw new Error(result.status);
      const { items } = result.answer;
      expect([items.income.status, items.pension.status]).toEqual([income, pension]);
      const theirs = Object.values(publicProfile.fields).map(({ value }) => value);
      expect(theirs.filter((name) => bodies.some((body) => body.includes(`"${name}"`)))).toEqual(
        [],
      );
    },
  );

  it('returns a mismatched process id under its own name when a fault asks for it', async () => {
    await expect(
      open([{ on: 'result', do: 'mismatched-process' }]).ask('hanako'),
    ).rejects.toSatisfy((error) => isSelfInfoError(error, 'process_mismatch'));
  });

  it('accepts pushed requests at its path when the registration requires them', async () => {
    const { ask, urls } = open([], { requirePushedAuthorizationRequests: true });
    expect((await ask('hanako')).status).toBe('ready');
    expect(urls[0]).toBe(ourProfile.paths.pushedAuthorization.value);
  });

  it('refuses a client that uses the names of another profile', async () => {
    const { sandbox, clock } = open();
    const { clientId, redirectUri, endpoints, issuer } = sandbox.environment();
    // The paths match, so that only the names are wrong.
    const environment = sandboxEnvironment({
      clientId,
      redirectUri,
      endpoints,
      issuer,
      profile: changedProfile({ paths: ourProfile.paths }),
    });
    const client = createSelfInfoClient({
      service,
      environment,
      fetch: (request) => sandbox.fetch(request),
      clock,
    });
    const { url } = await client.beginConsent({ sessionBinding: 'session' });
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
      sessionBinding: 'session',
    });
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    const result = await client.query(outcome.grant, latest());
    expect(result.status === 'failed' && result.error.code).toBe('upstream_refused');
    expect(sandbox.journal.at(-1)).toMatchObject({ step: 'request', code: 'unknown_field' });
  });

  it('refuses a profile that lacks an entry or a function', () => {
    const registrations = [
      { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
    ];
    const make = (profile: object) => () =>
      createSandbox({ registrations, profile: profile as typeof publicProfile });
    expect(make({ ...ourProfile, fields: { ...ourProfile.fields, holder: undefined } })).toThrow(
      /options\.profile\.fields\.holder/,
    );
    expect(make({ ...ourProfile, codec: { ...ourProfile.codec, encodePoll: undefined } })).toThrow(
      /options\.profile\.codec\.encodePoll/,
    );
  });

  it('keeps its profile when the object that it was given changes', () => {
    const profile = { ...ourProfile };
    const sandbox = createSandbox({
      registrations: [
        { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
      ],
      profile,
    });
    Object.assign(profile, { id: 'other', paths: publicProfile.paths });
    expect(sandbox.environment().profile.id).toBe(ourProfile.id);
    expect(sandbox.environment().profile.paths).toEqual(ourProfile.paths);
  });

  it('gives a client with a registered key a profile of the same id that asks for assertions', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'key-1' };
    const sandbox = createSandbox({
      registrations: [
        {
          clientId: 'SP12345678_AB1234',
          redirectUris: ['https://loan.example/callback'],
          service,
          clientAuth: { jwks: { keys: [key] } },
        },
      ],
      profile: ourProfile,
    });
    const { profile } = sandbox.environment();
    expect([profile.id, profile.oauth.clientAuthentication.value]).toEqual([
      ourProfile.id,
      'private_key_jwt',
    ]);
  });
});

describe('the example of a profile', () => {
  it('fills in every entry and marks each as confirmed by the specification', () => {
    const entries = (value: unknown, path = ''): string[] => {
      if (typeof value !== 'object' || value === null) return [];
      if ('version' in value && 'confidence' in value)
        return Object.entries(Object(value.confidence)).map(
          ([name, mark]) => `${path}.${name} ${mark}`,
        );
      if ('confidence' in value) return [`${path} ${value.confidence}`];
      return Object.entries(value).flatMap(([key, inner]) => entries(inner, `${path}.${key}`));
    };
    // The example uses neither notices nor acknowledgements, so it needs no mark for these two.
    const unused = ['.codec.decodeNotice', '.codec.encodeAcknowledge'];
    expect(entries(ourProfile)).toEqual(
      entries(publicProfile)
        .map((entry) => entry.replace(/ .*/, ' specification'))
        .filter((entry) => !unused.some((name) => entry.startsWith(`${name} `))),
    );
  });
});
